use axum::{extract::State, http::StatusCode};
use dms_domain::permissions::grant;
use dms_http::{
    ApiResult, AppState, Reply,
    bulk::{self, BulkRow, parse_row},
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::CustomerView,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::create::{NewCustomer, numbered};

/// Up to 100 new customers.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"customers": [{"name": "Asha Rao", "phone": "9876543210"}]}))]
pub(crate) struct NewCustomers {
    /// Each is taken or refused by itself.
    #[schema(value_type = Vec<NewCustomer>, min_items = 1, max_items = 100)]
    customers: Vec<Value>,
}

/// What became of each row.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedCustomers {
    created: usize,
    failed: usize,
    /// In the order of the request.
    results: Vec<BulkRow>,
}

/// Register several customers
///
/// Up to 100; each row is taken or refused by itself, and its result tells which. With an `Idempotency-Key` a
/// repeated request registers only what is missing.
#[utoipa::path(
    post, path = "/api/customers/bulk", tag = "Customers", request_body = NewCustomers,
    responses((status = 201, description = "What became of each row", body = Envelope<CreatedCustomers>)),
    security(("bearer" = ["customers:create"]))
)]
pub(crate) async fn create_many(
    permit: Permit<grant::CustomersCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewCustomers>,
) -> ApiResult<Reply> {
    bulk::check_length("customers", input.customers.len())?;
    let results = bulk::run(input.customers, &cmd.context.request_id, |row, value| {
        let (app, cmd, user) = (&app, &cmd, permit.user_id());
        async move {
            let details = parse_row::<NewCustomer>(value)?.details()?;
            let plan = || async {
                let customer = numbered(&app.store, details.clone(), cmd.context.now).await?;
                app.store.register_customer(customer)
            };
            cmd.run_row(&app.store, user, row, plan, CustomerView::of).await
        }
    })
    .await?;
    let created = results.iter().filter(|row| row.success).count();
    let answer = CreatedCustomers { created, failed: results.len() - created, results };
    cmd.context.reply(StatusCode::CREATED.as_u16(), &answer, None)
}

use axum::extract::State;
use dms_domain::{
    customer::Customer,
    formats::bounded_text,
    permissions::grant,
    query::{QueryError, QuerySpec},
    search::{self, CustomersBy, LONGEST, SHORTEST, Sought},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    expand::expand,
    extract::{Params, Permit, Spec},
    views::{CustomerView, json},
};
use dms_store::{Listed, STATELESS, keys::MasterKind};

use crate::read::EXPANDS;

pub(crate) struct CustomerSearch;

impl Spec for CustomerSearch {
    type Row = CustomerView;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[],
        sorts: &[],
        expands: EXPANDS,
        list: true,
        by_centre: false,
        texts: &["query", "type"],
    };
}

/// Search customers
///
/// By the first or last digits of the phone number (at least four), beginnings of words of the name, the beginning of
/// the e-mail address, the customer number or its end, or a vehicle's registration or VIN, its beginning or its end.
/// `type=auto` looks for all that the text can be; `phone`, `name`, `email` and `vin` for that alone. 3 to 100
/// characters; case and accents do not matter.
#[utoipa::path(
    get, path = "/api/customers/search", tag = "Customers",
    params(Params<CustomerSearch>),
    responses((status = 200, description = "A page of customers", body = Paginated<CustomerView>)),
    security(("bearer" = ["customers:read"]))
)]
pub(crate) async fn search(
    permit: Permit<grant::CustomersRead>,
    State(app): State<AppState>,
    query: Params<CustomerSearch>,
) -> ApiResult<Reply> {
    let sought = sought(query.text("query").unwrap_or_default(), query.text("type").unwrap_or("auto"))?;
    let customers = Listed::Master(MasterKind::Customer);
    let page = app.store.page_of_found::<Customer>(&customers, &sought, &query, STATELESS).await?;
    let mut rows =
        page.rows.iter().map(|customer| json(&CustomerView::of(customer))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (page.total, page.last), &query)
}

/// What is searched for.
fn sought(query: &str, kind: &str) -> Result<Vec<Sought>, QueryError> {
    let text = bounded_text(query, SHORTEST, LONGEST)
        .map_err(|_| QueryError::new("query", format!("must have {SHORTEST} to {LONGEST} characters")))?;
    let by = CustomersBy::NAMES.iter().find(|(name, _)| *name == kind).map(|(_, by)| *by).ok_or_else(|| {
        let names = CustomersBy::NAMES.map(|(name, _)| name);
        QueryError::new("type", format!("is not possible; valid: {}", names.join(", ")))
    })?;
    search::customers(&text, by).map_err(|message| QueryError::new("query", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_searched_for_is_named() {
        assert_eq!(sought("ab", "auto").unwrap_err().parameter, "query");
        assert_eq!(sought("abc", "phone").unwrap_err().parameter, "query");
        assert_eq!(sought("abc", "colour").unwrap_err().parameter, "type");
    }
}

use std::collections::HashMap;

use axum::{extract::State, http::StatusCode};
use dms_access::TenantScope;
use dms_domain::{
    calendar::FinancialYear,
    customer::Customer,
    fields::FieldErrors,
    formats::{GstState, HsnSac},
    inputs::{Amount, Quantity, ShortText},
    invoice::{Charge, ChargeLine, Invoice},
    job_card::JobCard,
    money::Paise,
    numbering::Series,
    permissions::grant,
    refusal::{Refusal, must_exist},
    service_centre::ServiceCentre,
    stock::MAX_LINES,
    stock::Part,
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::InvoiceView,
};
use dms_store::{Hints, Store, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The SAC of the specification's sample: accepted, though it is that of IT design.
const SAMPLE_SAC: &str = "998314";

/// A new invoice: of a job card, or (without one) of parts sold over the counter.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "customerId": "0190a1b2-0000-7000-8000-000000000001", "jobCardId": "0190a1b2-0000-7001-8000-000000000003",
    "items": [{"name": "Service Charge", "hsnSacCode": "998714", "unitPrice": 5000, "quantity": 1, "gstRate": 18}],
    "placeOfSupply": "Maharashtra"
}))]
pub(crate) struct NewInvoice {
    /// The service centre; your own unless you are an admin.
    service_center_id: Option<Uuid>,
    customer_id: Uuid,
    /// The job card's vehicle unless given.
    vehicle_id: Option<Uuid>,
    /// A COMPLETED job card; its items come first on the invoice.
    job_card_id: Option<Uuid>,
    /// What is charged beyond the job card's items.
    #[serde(default)]
    items: Vec<NewLine>,
    /// Name or code of a state; the centre's unless given.
    place_of_supply: Option<GstState>,
    /// Spread over the lines before tax. Of a job card that came of a quotation: the one agreed there, unless given.
    discount: Option<Amount>,
}

/// A line that is charged.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewLine {
    /// The part's name, for a part from stock.
    name: Option<ShortText>,
    hsn_sac_code: Option<HsnSac>,
    /// The part's price, for a part from stock.
    unit_price: Option<Amount>,
    quantity: Quantity,
    /// The part's rate, for a part from stock.
    gst_rate: Option<u8>,
    /// A part sold over the counter: it leaves the stock. Not on an invoice of a job card.
    inventory_part_id: Option<Uuid>,
}

/// The invoice, with what is to be noticed.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuedInvoice {
    #[serde(flatten)]
    invoice: InvoiceView,
    /// Not wrong, but worth a look.
    warnings: Vec<String>,
}

/// What an invoice is made of, as it was read.
struct Sources {
    last: i64,
    centre: ServiceCentre,
    customer: Customer,
    card: Option<JobCard>,
    parts: HashMap<Uuid, Part>,
}

/// Issue an invoice
///
/// Takes the next number of the centre and financial year. Of a COMPLETED job card, which becomes INVOICED; or of
/// parts sold over the counter, which leave the stock. What was paid in advance on the job card is taken over as payments:
/// when that is all of it, or there is nothing to pay, the invoice is PAID at once.
#[utoipa::path(
    post, path = "/api/invoices", tag = "Invoices", request_body = NewInvoice,
    responses((status = 201, description = "Issued", body = Envelope<IssuedInvoice>)),
    security(("bearer" = ["invoices:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::InvoicesCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewInvoice>,
) -> ApiResult<Reply> {
    if input.items.len() > MAX_LINES {
        return Err(Refusal::field("items", format!("at most {MAX_LINES} lines")).into());
    }
    let (scope, centre_id) = permit.scope_for_new(input.service_center_id)?;
    let code = centre::code(&app.store, &permit, centre_id).await?;
    let series = Series::Invoice(code, FinancialYear::of(cmd.context.timestamp().ist_date()));
    let id = cmd.context.new_id_in(scope);
    let by = permit.user_id();
    let hints = Hints::default();
    let _turn = app.store.turn(&series).await;
    let plan = || async {
        let sources = read(&app.store, scope, centre_id, &series, &input).await?;
        let invoice = invoice(id, by, &input, &sources, &cmd)?;
        app.store.issue_invoice(invoice, (&series, sources.last), sources.card.as_ref(), by, &hints)
    };
    cmd.run(&app.store, by, StatusCode::CREATED, plan, |invoice| {
        (IssuedInvoice { invoice: InvoiceView::of(invoice), warnings: warnings(invoice) }, Some(invoice.version))
    })
    .await
}

/// Everything the invoice is made of, in one round trip.
async fn read(
    store: &Store,
    scope: TenantScope,
    centre: Uuid,
    series: &Series,
    input: &NewInvoice,
) -> Result<Sources, StoreError> {
    // Another centre's job cards and parts do not exist for this invoice.
    let card = async {
        match input.job_card_id {
            Some(id) if scope.owns(&id) => store.job_card(scope, &id).await,
            _ => Ok(None),
        }
    };
    let wanted: Vec<Uuid> =
        input.items.iter().filter_map(|line| line.inventory_part_id).filter(|part| scope.owns(part)).collect();
    let (last, centre_found, customer, card, parts) = tokio::try_join!(
        store.last_number(series),
        store.centre(&centre),
        store.customer(&input.customer_id),
        card,
        store.parts(scope, wanted),
    )?;
    if let Some(id) = input.job_card_id {
        must_exist(card.as_ref(), "jobCardId", "job card", id)?;
    }
    Ok(Sources {
        last,
        centre: must_exist(centre_found, "serviceCenterId", "service centre", centre)?,
        customer: must_exist(customer, "customerId", "customer", input.customer_id)?,
        card,
        parts: parts.into_iter().map(|part| (part.id, part)).collect(),
    })
}

fn invoice(id: Uuid, by: Uuid, input: &NewInvoice, sources: &Sources, cmd: &Cmd) -> Result<Invoice, Refusal> {
    let Sources { centre, customer, card, .. } = sources;
    if let Some(card) = card {
        check_card(card, input)?;
    }
    let lines = lines(input, sources)?;
    let agreed = || card.as_ref().map_or(Paise::ZERO, JobCard::agreed_discount);
    let discount = input.discount.map_or_else(agreed, |amount| amount.0);
    let place_of_supply = input.place_of_supply;
    let charge = Charge { centre, customer, card: card.as_ref(), lines: &lines, discount, place_of_supply };
    Invoice::issued(id, &charge, by, cmd.context.timestamp())
}

fn check_card(card: &JobCard, input: &NewInvoice) -> Result<(), Refusal> {
    if card.customer_id != input.customer_id {
        return Err(Refusal::field("customerId", "is not the customer of the job card"));
    }
    if input.vehicle_id.is_some_and(|vehicle| vehicle != card.vehicle_id) {
        return Err(Refusal::field("vehicleId", "is not the vehicle of the job card"));
    }
    Ok(())
}

/// The job card's items, then the request's.
fn lines(input: &NewInvoice, sources: &Sources) -> Result<Vec<ChargeLine>, Refusal> {
    let mut errors = FieldErrors::new();
    let mut lines: Vec<ChargeLine> = sources.card.iter().flat_map(ChargeLine::of_card).collect();
    for (position, line) in input.items.iter().enumerate() {
        match new_line(line, sources) {
            Ok(line) => lines.push(line),
            Err((field, message)) => errors.add(format!("items[{position}].{field}"), message),
        }
    }
    errors.into_result().map_err(Refusal::Invalid)?;
    Ok(lines)
}

fn new_line(line: &NewLine, sources: &Sources) -> Result<ChargeLine, (&'static str, String)> {
    let part = match line.inventory_part_id {
        None => None,
        Some(_) if sources.card.is_some() => {
            let message = "parts of a job card come from stock by its parts requests";
            return Err(("inventoryPartId", message.to_owned()));
        }
        Some(id) => {
            let part = sources.parts.get(&id);
            Some(&part.ok_or_else(|| ("inventoryPartId", format!("no such part: {id}")))?.details)
        }
    };
    let required = |field: &'static str| (field, "is required".to_owned());
    let name = line.name.as_ref().map(|name| name.0.clone()).or_else(|| part.map(|part| part.part_name.clone()));
    let price = line.unit_price.map(|price| price.0).or_else(|| part.map(|part| part.unit_price_paise));
    let rate = line.gst_rate.or_else(|| part.map(|part| part.gst_rate));
    Ok(ChargeLine {
        name: name.ok_or_else(|| required("name"))?,
        hsn_sac_code: line.hsn_sac_code.clone().or_else(|| part.and_then(|part| part.hsn_sac_code.clone())),
        inventory_part_id: line.inventory_part_id,
        quantity: line.quantity.0,
        unit_price_paise: price.ok_or_else(|| required("unitPrice"))?,
        gst_rate: rate.ok_or_else(|| required("gstRate"))?,
    })
}

fn warnings(invoice: &Invoice) -> Vec<String> {
    let sample = invoice
        .items
        .iter()
        .filter(|item| item.hsn_sac_code.as_ref().is_some_and(|code| code.as_str() == SAMPLE_SAC));
    sample
        .map(|item| format!("{}: SAC {SAMPLE_SAC} is IT design; labour on vehicles is 998714", item.name))
        .collect()
}

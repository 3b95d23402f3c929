use axum::{extract::State, http::StatusCode};
use dms_domain::{
    calendar::FinancialYear,
    credit_note::{CreditLine, CreditNote, CreditShare, Crediting},
    fields::FieldErrors,
    inputs::{Amount, Quantity, Text},
    invoice::Invoice,
    numbering::Series,
    permissions::grant,
    refusal::{Refusal, check_version},
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    envelope::Envelope,
    extract::{Cmd, Id, Json, Permit},
    views::{CreditNoteView, InvoiceView},
};
use dms_store::Hints;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What of an invoice is taken back, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "reason": "Part returned", "items": [{"srNo": 1, "quantity": 1}, {"srNo": 2, "amount": "500"}], "returnToStock": true
}))]
pub(crate) struct NewCreditNote {
    reason: Text<1, 500>,
    /// Lines of the invoice; left out, everything that is left of it is credited.
    items: Option<Vec<NewCreditLine>>,
    /// Whether the parts that are credited go back to stock.
    #[serde(default)]
    return_to_stock: bool,
}

/// How much of a line: pieces, or an amount.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCreditLine {
    /// The line's position on the invoice.
    sr_no: u32,
    /// So many pieces, at the invoice's price.
    quantity: Option<Quantity>,
    /// So much of the line's taxable value, before tax: a reduction of the price. Nothing goes back to stock.
    amount: Option<Amount>,
}

/// The credit note, with what is left of the invoice.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuedCreditNote {
    #[serde(flatten)]
    credit_note: CreditNoteView,
    invoice: InvoiceView,
}

/// Issue a credit note
///
/// Takes back an invoice, or some of its lines, at the invoice's own rates and split, also where the law has other rates by now; until
/// 30 November after the financial year of the invoice (CGST section 34(2)). Takes the next number of the centre and financial
/// year. The invoice's balance shrinks: when what is left of it is paid, it is PAID; when nothing is left, it is CREDITED and what
/// was paid can be given back (`refundDue`).
///
/// Of a PAID invoice the value is taken off the vehicle's `totalSpent` and service history. When nothing is left of an invoice of a
/// job card, its service is not counted any more, and the card is COMPLETED again: it can be invoiced anew, or cancelled.
///
/// With `returnToStock` the parts among the lines go back to stock, those of a job card also off the card.
#[utoipa::path(
    post, path = "/api/invoices/{id}/credit-notes", tag = "Credit notes", request_body = NewCreditNote,
    params(("id" = uuid::Uuid, Path, description = "The invoice")),
    responses((status = 201, description = "Issued", body = Envelope<IssuedCreditNote>)),
    security(("bearer" = ["invoices:update"]))
)]
pub(crate) async fn credit(
    permit: Permit<grant::InvoicesUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(input): Json<NewCreditNote>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "invoice")?;
    let by = permit.user_id();
    let now = cmd.context.timestamp();
    let asked = Crediting {
        id: cmd.context.new_id_in(scope),
        reason: input.reason.0.clone(),
        lines: input.items.as_deref().map(lines).transpose()?,
        return_to_stock: input.return_to_stock,
        by,
        now,
    };
    let code = centre::code_in(&app.store, &permit, scope, "invoice").await?;
    let series = Series::CreditNote(code, FinancialYear::of(now.ist_date()));
    let hints = Hints::default();
    let _turn = app.store.turn(&series).await;
    let plan = || async {
        app.store.recall_parts(&hints).await?;
        let (found, last) = tokio::try_join!(app.store.invoice(scope, &id), app.store.last_number(&series))?;
        let invoice = found.ok_or(Refusal::NotFound { what: "invoice" })?;
        check_version(cmd.if_match, invoice.version)?;
        // The card is read for the parts that it loses.
        let card = match invoice.job_card_id.filter(|_| asked.return_to_stock) {
            Some(card) => app.store.job_card(scope, &card).await?,
            None => None,
        };
        app.store.issue_credit_note(&invoice, &asked, (&series, last), card.as_ref(), &hints)
    };
    let view = |(note, invoice): &(CreditNote, Invoice)| {
        (IssuedCreditNote { credit_note: CreditNoteView::of(note), invoice: InvoiceView::of(invoice) }, None)
    };
    cmd.run(&app.store, by, StatusCode::CREATED, plan, view).await
}

/// The lines as the rules know them.
fn lines(lines: &[NewCreditLine]) -> Result<Vec<CreditLine>, Refusal> {
    let mut errors = FieldErrors::new();
    let mut known = Vec::with_capacity(lines.len());
    for (position, line) in lines.iter().enumerate() {
        let share = match (line.quantity, line.amount) {
            (Some(quantity), None) => CreditShare::Quantity(quantity.0),
            (None, Some(amount)) => CreditShare::Amount(amount.0),
            (Some(_), Some(_)) | (None, None) => {
                errors.add(format!("items[{position}].quantity"), "or amount is required, and not both");
                continue;
            }
        };
        known.push(CreditLine { sr_no: line.sr_no, share });
    }
    errors.into_result().map_err(Refusal::Invalid)?;
    Ok(known)
}

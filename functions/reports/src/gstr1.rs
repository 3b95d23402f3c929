use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dms_access::{ListScope, TenantScope};
use dms_domain::{
    calendar::MonthKey,
    credit_note::CreditNote,
    formats::Gstin,
    gst::gstr1::{self, DocumentTotals, Gstr1, Tax},
    gst::portal::Number,
    invoice::Invoice,
    money::Rupees,
    permissions::grant,
    query::{QueryError, QuerySpec},
    refusal::Refusal,
    service_centre::ServiceCentre,
};
use dms_http::{
    ApiResult, AppState,
    envelope::Meta,
    excel::Excel,
    extract::{Params, Permit, Spec},
    fields,
    views::json,
};
use dms_store::keys::TenantKind;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{centres, gstr1_sheets};

/// Most invoices, and most credit notes, of a return: its answer stays below the 6 MB that a Lambda function can give.
const MOST_DOCUMENTS: usize = 10_000;

pub(crate) struct Asked;

impl Spec for Asked {
    type Row = Gstr1;

    const SPEC: QuerySpec = QuerySpec::figures(&["period", "format", "gstin"]);
}

/// The return, with what it was made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct Gstr1Answer {
    /// In the layout of the GST portal: what is uploaded there.
    #[schema(value_type = Gstr1)]
    data: Value,
    success: bool,
    meta: Meta,
    summary: Gstr1Summary,
}

/// What the documents come to, and that the return comes to the same.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gstr1Summary {
    /// Codes of the service centres whose documents they are.
    centres: Vec<String>,
    invoices: DocumentSums,
    credit_notes: DocumentSums,
    /// Invoices less credit notes, less what the sections of supplies come to: always 0.
    difference: Rupees,
    /// What is to be completed before the return is filed.
    warnings: Vec<String>,
}

/// What documents come to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DocumentSums {
    /// How many; cancelled ones left out.
    count: usize,
    value: Rupees,
    taxable_value: Rupees,
    cgst: Rupees,
    sgst: Rupees,
    igst: Rupees,
}

impl DocumentSums {
    fn of(totals: &DocumentTotals) -> Self {
        let rupees = |amount: Number| Rupees(amount.0);
        let Tax { txval, iamt, camt, samt, .. } = totals.tax;
        Self {
            count: totals.count,
            value: rupees(totals.value),
            taxable_value: rupees(txval),
            cgst: rupees(camt),
            sgst: rupees(samt),
            igst: rupees(iamt),
        }
    }
}

/// Return of outward supplies, GSTR-1
///
/// Of one `period` (`2025-12`) and GSTIN: your service centre's; an admin names one by `serviceCenterId`, or with `gstin` all
/// centres that are registered under it. `data` is in the layout of the GST portal, its amounts are numbers, and sections
/// without rows are left out; `format=excel` gives a workbook with a sheet for each section. Invoices and credit notes count in
/// the month in which they were issued (in India). Credit notes of small sales to persons are taken off `b2cs`, as the portal wants it;
/// `summary` proves that the return comes to what the documents come to. Advances that were not invoiced in the month they were
/// taken in (tables 11A and 11B) are not part of it. Up to 10 000 invoices.
#[utoipa::path(
    get, path = "/api/reports/gstr1", tag = "Reports", params(Params<Asked>),
    responses(
        (status = 200, description = "The return", content(
            (Gstr1Answer = "application/json"),
            (Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 409, description = "`NO_GSTIN`; `REPORT_TOO_LARGE`: more than 10 000 invoices", body = dms_http::envelope::ErrorBody)
    ),
    security(("bearer" = ["reports:read"]))
)]
pub(crate) async fn gstr1(
    permit: Permit<grant::ReportsRead>,
    State(app): State<AppState>,
    query: Params<Asked>,
) -> ApiResult<Response> {
    let month = period(query.text("period"))?;
    let excel = as_excel(query.text("format"))?;
    let (gstin, centres) = registered(&permit, &app, &query).await?;
    let (mut invoices, mut notes) = (Vec::new(), Vec::new());
    for (scope, _) in &centres {
        let (of_centre, its_notes) = tokio::try_join!(
            app.store.documents_of_month::<Invoice>(TenantKind::Invoice, *scope, month, MOST_DOCUMENTS),
            app.store.documents_of_month::<CreditNote>(TenantKind::CreditNote, *scope, month, MOST_DOCUMENTS),
        )?;
        invoices.extend(of_centre);
        notes.extend(its_notes);
    }
    if invoices.len() > MOST_DOCUMENTS || notes.len() > MOST_DOCUMENTS {
        let message = format!("The month has more than {MOST_DOCUMENTS} invoices or credit notes");
        return Err(Refusal::conflict("REPORT_TOO_LARGE", message).into());
    }
    let gstr1 = Gstr1::of(gstin, month, &invoices, &notes);
    let (issued, credited) = (gstr1::invoice_totals(&invoices), gstr1::credit_note_totals(&notes));
    if excel {
        let name = format!("GSTR1-{}-{month}", gstr1.gstin);
        return Ok(Excel::new(&name, gstr1_sheets::workbook(&gstr1, &issued, &credited)?).into_response());
    }
    let summary = summary(&centres, &gstr1, (&issued, &credited));
    let data = fields::select(json(&gstr1)?, &query.fields);
    let answer = Gstr1Answer { data, success: true, meta: permit.context.meta(), summary };
    Ok(axum::Json(answer).into_response())
}

/// The GSTIN, and the centres that are registered under it as far as the caller sees them.
async fn registered(
    permit: &Permit<grant::ReportsRead>,
    app: &AppState,
    query: &Params<Asked>,
) -> ApiResult<(Gstin, Vec<(TenantScope, ServiceCentre)>)> {
    let asked = query.text("gstin").map(Gstin::parse).transpose();
    let asked = asked.map_err(|error| QueryError::new("gstin", error.to_string()))?;
    let scope = permit.list_scope(query.service_center_id)?;
    if matches!(scope, ListScope::All(_)) && asked.is_none() {
        let message = "or gstin is required of those who have no centre";
        return Err(QueryError::new("serviceCenterId", message).into());
    }
    let centres = centres::of(app, scope).await?;
    let of = |centre: &ServiceCentre| centre.details.gstin.clone();
    let gstin = asked.or_else(|| centres.first().and_then(|(_, centre)| of(centre)));
    let gstin = gstin.ok_or_else(|| Refusal::conflict("NO_GSTIN", "The service centre has no GSTIN"))?;
    let centres: Vec<_> = centres.into_iter().filter(|(_, centre)| of(centre).as_ref() == Some(&gstin)).collect();
    if centres.is_empty() {
        return Err(Refusal::conflict("NO_GSTIN", format!("No service centre is registered as {gstin}")).into());
    }
    Ok((gstin, centres))
}

fn period(text: Option<&str>) -> Result<MonthKey, QueryError> {
    let text = text.ok_or_else(|| QueryError::new("period", "is required: the month, like 2025-12"))?;
    let month = (text.len() == 7).then(|| text.parse().ok()).flatten();
    month.ok_or_else(|| QueryError::new("period", "must be a month, like 2025-12"))
}

fn as_excel(text: Option<&str>) -> Result<bool, QueryError> {
    match text {
        None | Some("json") => Ok(false),
        Some("excel") => Ok(true),
        Some(_) => Err(QueryError::new("format", "must be json or excel")),
    }
}

fn summary(
    centres: &[(TenantScope, ServiceCentre)],
    gstr1: &Gstr1,
    (issued, credited): (&DocumentTotals, &DocumentTotals),
) -> Gstr1Summary {
    let without_code = gstr1.hsn.iter().flat_map(|hsn| hsn.rows()).filter(|row| row.hsn_sc.is_empty()).count();
    let mut warnings = Vec::new();
    if without_code > 0 {
        warnings
            .push("Lines without an HSN or SAC code: the portal refuses rows of table 12 without one".to_owned());
    }
    Gstr1Summary {
        centres: centres.iter().map(|(_, centre)| centre.details.code.to_string()).collect(),
        invoices: DocumentSums::of(issued),
        credit_notes: DocumentSums::of(credited),
        difference: Rupees(issued.tax.less(&credited.tax).less(&gstr1.supplies()).sum().0),
        warnings,
    }
}

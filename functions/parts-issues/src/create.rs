use std::collections::{BTreeMap, HashMap};

use axum::{extract::State, http::StatusCode};
use chrono::Datelike;
use dms_access::{Principal, TenantScope};
use dms_domain::{
    fields::FieldErrors,
    inputs::{LongText, Quantity, ShortText},
    numbering::Series,
    parts_issue::{IssueItem, PartsIssue},
    permissions::grant,
    refusal::Refusal,
    statuses::{IssueDirection, PartsIssueStatus, Priority},
    stock::check_lines,
};
use dms_http::{
    ApiResult, AppState, Reply, centre,
    envelope::Envelope,
    extract::{Cmd, Json, Permit},
    views::PartsIssueView,
};
use dms_store::{Hints, IssuedPart, Store, StoreError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new parts issue: what a centre asks of Central, or sends back to it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "toServiceCenterId": "0190a1b2-0000-7001-8000-000000000001", "priority": "HIGH",
    "items": [{"centralInventoryPartId": "0190a1b2-0000-7000-8000-000000000002", "requestedQty": 50}]
}))]
pub(crate) struct NewIssue {
    /// CENTRAL_TO_CENTER unless given; CENTER_TO_CENTRAL sends parts back.
    direction: Option<IssueDirection>,
    /// The receiving centre; your own unless you are Central's.
    to_service_center_id: Option<Uuid>,
    /// The sending centre of a return; your own unless you are Central's.
    from_service_center_id: Option<Uuid>,
    /// 1 to 40 lines.
    items: Vec<NewIssueLine>,
    /// MEDIUM unless given.
    priority: Option<Priority>,
    notes: Option<LongText>,
}

/// What is asked for of one part. Name it by `centralInventoryPartId` or `partNumber`; a return by `inventoryPartId`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewIssueLine {
    /// A part of Central's stock.
    central_inventory_part_id: Option<Uuid>,
    /// The number of a part of Central's stock.
    part_number: Option<ShortText>,
    /// A part of the centre's stock, for a return.
    inventory_part_id: Option<Uuid>,
    requested_qty: Quantity,
}

impl NewIssue {
    /// The way it goes, the centre it names, and the field that names it.
    fn route(&self) -> (IssueDirection, Option<Uuid>, &'static str) {
        match self.direction.unwrap_or(IssueDirection::CentralToCenter) {
            to @ IssueDirection::CentralToCenter => (to, self.to_service_center_id, "toServiceCenterId"),
            back @ IssueDirection::CenterToCentral => (back, self.from_service_center_id, "fromServiceCenterId"),
        }
    }

    /// Parts go between Central and one centre: the other end is no centre's.
    ///
    /// # Errors
    /// `Forbidden` when the other end is a foreign centre; a field error when it is a centre at all.
    fn check_other_end(&self, caller: &Principal) -> Result<(), Refusal> {
        let (named, field) = match self.direction.unwrap_or(IssueDirection::CentralToCenter) {
            IssueDirection::CentralToCenter => (self.from_service_center_id, "fromServiceCenterId"),
            IssueDirection::CenterToCentral => (self.to_service_center_id, "toServiceCenterId"),
        };
        if named.is_none() {
            return Ok(());
        }
        caller.scope_for_new_issue(named, field)?;
        Err(Refusal::field(field, "is Central in this direction: leave it out"))
    }
}

/// Ask for parts
///
/// Central's parts are promised to the issue (`allocated`) until it is decided; more than is available is refused,
/// naming the part. `direction: CENTER_TO_CENTRAL` sends parts of a centre back to Central.
#[utoipa::path(
    post, path = "/api/parts-issues", tag = "Parts issues", request_body = NewIssue,
    responses((status = 201, description = "Asked", body = Envelope<PartsIssueView>)),
    security(("bearer" = ["parts_issues:create"]))
)]
pub(crate) async fn create(
    permit: Permit<grant::PartsIssuesCreate>,
    State(app): State<AppState>,
    cmd: Cmd,
    Json(input): Json<NewIssue>,
) -> ApiResult<Reply> {
    check_lines("items", input.items.len())?;
    input.check_other_end(&permit)?;
    let (direction, named, field) = input.route();
    let (scope, centre_id) = permit.scope_for_new_issue(named, field)?;
    let now = cmd.context.timestamp();
    let series = Series::PartsIssue(now.ist_date().year());
    let hints = Hints::default();
    let plan = || async {
        let ((), items, number) = tokio::try_join!(
            centre::check_named(&app.store, &permit, centre_id, field),
            items(&app.store, scope, direction, &input.items, &cmd),
            app.store.next_number(&series),
        )?;
        let issue = PartsIssue {
            id: cmd.context.new_id_in(scope),
            issue_number: number,
            direction,
            service_center_id: centre_id,
            status: PartsIssueStatus::PendingApproval,
            priority: input.priority.unwrap_or(Priority::Medium),
            items,
            dispatches: Vec::new(),
            receipts: Vec::new(),
            notes: input.notes.as_ref().map(|text| text.0.clone()),
            requested_by_id: permit.user_id(),
            decided_by_id: None,
            decided_at: None,
            decision_notes: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        app.store.request_issue(issue, &hints)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::CREATED, plan, view).await
}

/// The lines with their parts.
async fn items(
    store: &Store,
    scope: TenantScope,
    direction: IssueDirection,
    lines: &[NewIssueLine],
    cmd: &Cmd,
) -> Result<Vec<IssueItem>, StoreError> {
    let named: Vec<Result<Named, (&'static str, String)>> =
        lines.iter().map(|line| Named::of(line, direction)).collect();
    let found = match direction {
        IssueDirection::CentralToCenter => {
            let numbers: Vec<String> = named.iter().flatten().filter_map(Named::number).collect();
            let by_number: BTreeMap<String, Uuid> = store.central_part_ids(&numbers).await?.into_iter().collect();
            let ids = named.iter().flatten().filter_map(|named| named.id(&by_number)).collect();
            (by_number, store.parts_to_issue(scope, ids).await?)
        }
        IssueDirection::CenterToCentral => {
            let none = BTreeMap::new();
            let ids = named.iter().flatten().filter_map(|named| named.id(&none)).collect();
            (none, store.parts_to_return(scope, ids).await?)
        }
    };
    Ok(lines_of(lines, named, &found.0, &found.1, cmd)?)
}

fn lines_of(
    lines: &[NewIssueLine],
    named: Vec<Result<Named, (&'static str, String)>>,
    by_number: &BTreeMap<String, Uuid>,
    parts: &HashMap<Uuid, IssuedPart>,
    cmd: &Cmd,
) -> Result<Vec<IssueItem>, Refusal> {
    let mut errors = FieldErrors::new();
    let mut items = Vec::with_capacity(lines.len());
    for (position, (line, named)) in lines.iter().zip(named).enumerate() {
        let found = named.and_then(|named| {
            let part = named.id(by_number).and_then(|id| parts.get(&id));
            part.ok_or_else(|| named.unknown())
        });
        match found {
            Ok(part) => items.push(item(cmd.context.new_id(), line.requested_qty.0, part)),
            Err((field, message)) => errors.add(format!("items[{position}].{field}"), message),
        }
    }
    errors.into_result().map_err(Refusal::Invalid)?;
    Ok(items)
}

fn item(id: Uuid, requested_qty: i64, part: &IssuedPart) -> IssueItem {
    IssueItem {
        id,
        central_inventory_part_id: part.central_part,
        inventory_part_id: part.centre_part,
        part_name: part.name.clone(),
        part_number: part.number.clone(),
        new_part: part.new_part.clone(),
        requested_qty,
        approved_qty: 0,
        dispatched_qty: 0,
        received_qty: 0,
        lost_qty: 0,
        damaged_qty: 0,
        returned_qty: 0,
        closed_qty: 0,
    }
}

/// How a line names its part.
enum Named {
    Central(Uuid),
    Number(String),
    Centre(Uuid),
}

impl Named {
    fn of(line: &NewIssueLine, direction: IssueDirection) -> Result<Self, (&'static str, String)> {
        match (direction, line.central_inventory_part_id, &line.part_number, line.inventory_part_id) {
            (IssueDirection::CentralToCenter, Some(id), _, _) => Ok(Self::Central(id)),
            (IssueDirection::CentralToCenter, None, Some(number), _) => Ok(Self::Number(number.0.clone())),
            (IssueDirection::CentralToCenter, None, None, _) => {
                Err(("centralInventoryPartId", "is required, or partNumber".to_owned()))
            }
            (IssueDirection::CenterToCentral, _, _, Some(id)) => Ok(Self::Centre(id)),
            (IssueDirection::CenterToCentral, _, _, None) => Err(("inventoryPartId", "is required".to_owned())),
        }
    }

    fn number(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.clone()),
            Self::Central(_) | Self::Centre(_) => None,
        }
    }

    fn id(&self, by_number: &BTreeMap<String, Uuid>) -> Option<Uuid> {
        match self {
            Self::Central(id) | Self::Centre(id) => Some(*id),
            Self::Number(number) => by_number.get(number).copied(),
        }
    }

    /// Why a part was not found.
    fn unknown(&self) -> (&'static str, String) {
        match self {
            Self::Central(id) => ("centralInventoryPartId", format!("Central has no such part: {id}")),
            Self::Number(number) => ("partNumber", format!("Central has no part {number}")),
            Self::Centre(id) => ("inventoryPartId", format!("no such part that Central keeps, too: {id}")),
        }
    }
}

pub(crate) fn view(issue: &PartsIssue) -> (PartsIssueView, Option<u64>) {
    (PartsIssueView::of(issue), Some(issue.version))
}

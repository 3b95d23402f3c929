use axum::{extract::State, http::StatusCode};
use dms_domain::{
    inputs::{Amount, LongText, ShortText, Whole},
    job_card::{JobCard, JobCardEdit, JobCardForms},
    permissions::grant,
    statuses::{JobCardStatus, Priority, ServiceLocation},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Envelope,
    extract::{Change, Cmd, Id, Json, Permit, set_only},
    views::JobCardView,
};
use dms_store::Plan;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::read::{present, view};

/// What changes of a job card; absent fields stay, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"priority": "LOW", "customerFeedback": "Excellent", "feedbackRating": 5}))]
pub(crate) struct JobCardChanges {
    #[serde(default, deserialize_with = "set_only")]
    service_type: Option<ShortText>,
    #[serde(default, deserialize_with = "set_only")]
    priority: Option<Priority>,
    #[serde(default, deserialize_with = "set_only")]
    location: Option<ServiceLocation>,
    #[serde(default)]
    #[schema(value_type = Option<Amount>)]
    estimated_cost: Change<Amount>,
    #[serde(default)]
    #[schema(value_type = Option<LongText>)]
    customer_feedback: Change<LongText>,
    #[serde(default)]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    feedback_rating: Change<Whole<1, 5>>,
    /// Historical snapshot: named fields are replaced, others stay.
    #[serde(rename = "part1Data")]
    #[schema(value_type = Option<Object>)]
    part1_data: Option<Map<String, Value>>,
    /// Warranty case: named fields are replaced, others stay.
    #[serde(rename = "part2AData")]
    #[schema(value_type = Option<Object>)]
    part2_a_data: Option<Map<String, Value>>,
    /// Requisition: named fields are replaced, others stay.
    #[serde(rename = "part3Data")]
    #[schema(value_type = Option<Object>)]
    part3_data: Option<Map<String, Value>>,
}

impl JobCardChanges {
    fn edit(self, now: &JobCard) -> JobCardEdit {
        let rating = self.feedback_rating.map(|rating| u8::try_from(rating.0).unwrap_or(5));
        JobCardEdit {
            service_type: self.service_type.map_or_else(|| now.service_type.clone(), |text| text.0),
            priority: self.priority.unwrap_or(now.priority),
            location: self.location.unwrap_or(now.location),
            estimated_cost_paise: self.estimated_cost.map(|amount| amount.0).or(now.estimated_cost_paise),
            customer_feedback: self.customer_feedback.map(|text| text.0).or(now.customer_feedback.clone()),
            feedback_rating: rating.or(now.feedback_rating),
        }
    }

    fn touches_forms(&self) -> bool {
        self.part1_data.is_some() || self.part2_a_data.is_some() || self.part3_data.is_some()
    }

    fn merged_into(&self, forms: JobCardForms) -> JobCardForms {
        JobCardForms {
            part1_data: merge(forms.part1_data, self.part1_data.clone()),
            part2_a_data: merge(forms.part2_a_data, self.part2_a_data.clone()),
            part3_data: merge(forms.part3_data, self.part3_data.clone()),
            ..forms
        }
    }
}

fn merge(form: Option<Value>, changes: Option<Map<String, Value>>) -> Option<Value> {
    let Some(changes) = changes else { return form };
    let mut fields = form.and_then(|form| form.as_object().cloned()).unwrap_or_default();
    fields.extend(changes);
    Some(Value::Object(fields))
}

/// Change a job card
#[utoipa::path(
    patch, path = "/api/job-cards/{id}", tag = "Job cards", request_body = JobCardChanges,
    params(("id" = uuid::Uuid, Path, description = "The job card")),
    responses((status = 200, description = "Changed", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:update"]))
)]
pub(crate) async fn update(
    permit: Permit<grant::JobCardsUpdate>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
    Json(changes): Json<JobCardChanges>,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let plan = || async {
        let (card, forms) =
            tokio::try_join!(present(&app.store, scope, &id, &cmd), app.store.job_card_forms(scope, &id),)?;
        let new = card.edited(changes.clone().edit(&card), cmd.context.timestamp())?;
        let forms = changes.touches_forms().then(|| {
            let none =
                JobCardForms { job_card_id: card.id, part1_data: None, part2_a_data: None, part3_data: None };
            changes.merged_into(forms.unwrap_or(none))
        });
        if let Some(forms) = &forms {
            forms.check_size()?;
        }
        // Feedback that comes after the payment belongs into the vehicle's history, too.
        let in_history =
            card.status == JobCardStatus::Invoiced && app.store.service_record(&card).await?.is_some();
        app.store.edit_job_card(&card, new, forms, in_history)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

/// Delete a job card
///
/// Only a cancelled one, of which no advance is held. Its number stays taken.
#[utoipa::path(
    delete, path = "/api/job-cards/{id}", tag = "Job cards",
    params(("id" = uuid::Uuid, Path, description = "The job card")),
    responses((status = 200, description = "Deleted", body = Envelope<JobCardView>)),
    security(("bearer" = ["job_cards:delete"]))
)]
pub(crate) async fn delete(
    permit: Permit<grant::JobCardsDelete>,
    State(app): State<AppState>,
    id: Id,
    cmd: Cmd,
) -> ApiResult<Reply> {
    let scope = permit.scope_of(&id, "job card")?;
    let plan = || async {
        let card = present(&app.store, scope, &id, &cmd).await?;
        Plan::archive(&card, card.deleted(cmd.context.timestamp())?)
    };
    cmd.run(&app.store, permit.user_id(), StatusCode::OK, plan, view).await
}

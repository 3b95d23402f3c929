//! The centres that a question is about.

use dms_access::{ListScope, TenantScope};
use dms_domain::{ids, refusal::Refusal, service_centre::ServiceCentre};
use dms_http::{ApiResult, App};

/// The centre that a user may ask about, or all of them, each with the scope in which its documents are.
///
/// # Errors
/// 404 for a centre that does not exist; 503 when DynamoDB does not answer.
pub(crate) async fn of(app: &App, scope: ListScope) -> ApiResult<Vec<(TenantScope, ServiceCentre)>> {
    Ok(match scope {
        ListScope::One(scope) => {
            let centre = app.store.centre_of(scope).await?;
            vec![(scope, centre.ok_or(Refusal::NotFound { what: "service centre" })?)]
        }
        ListScope::All(all) => {
            let centres = app.store.all_centres().await?.into_iter();
            centres.filter_map(|centre| Some((all.scope(ids::ordinal_of(&centre.id)?), centre))).collect()
        }
    })
}

//! The Lambda function: [`auditor::Auditor`] behind the queue of the audit log.

use std::sync::Arc;

use auditor::Auditor;
use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    dms_http::lambda::log();
    // In words: Lambda's log shows an error's debug form.
    let auditor = Arc::new(Auditor::from_env().map_err(|error| error.to_string())?);
    let work = service_fn(move |event: LambdaEvent<SqsEvent>| {
        let auditor = auditor.clone();
        // In a box: the compiler will not nest futures as deep as the SDK's.
        Box::pin(async move { Ok::<_, Error>(auditor.handle(event.payload).await) })
    });
    lambda_runtime::run(work).await
}

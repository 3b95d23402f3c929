//! The Lambda function: [`rollups::Rollups`] behind the queue of rollups.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rollups::Rollups;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    dms_http::lambda::log();
    // In words: Lambda's log shows an error's debug form.
    let rollups = Arc::new(Rollups::from_env().map_err(|error| error.to_string())?);
    let work = service_fn(move |event: LambdaEvent<SqsEvent>| {
        let rollups = rollups.clone();
        // In a box: the compiler will not nest futures as deep as the SDK's.
        Box::pin(async move { Ok::<_, Error>(rollups.handle(event.payload).await) })
    });
    lambda_runtime::run(work).await
}

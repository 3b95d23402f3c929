//! The Lambda function: [`file_checker::FileChecker`] behind the bucket's queue and an hourly schedule.

use std::sync::Arc;

use file_checker::{FileChecker, Work};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    dms_http::lambda::log();
    // In words: Lambda's log shows an error's debug form.
    let checker = Arc::new(FileChecker::from_env().map_err(|error| error.to_string())?);
    let work = service_fn(move |event: LambdaEvent<Work>| {
        let checker = checker.clone();
        // In a box: the compiler will not nest futures as deep as the SDK's.
        Box::pin(async move { checker.handle(event.payload).await.map_err(Error::from) })
    });
    lambda_runtime::run(work).await
}

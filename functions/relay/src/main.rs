//! The Lambda function: [`relay::Relay`] behind the core table's stream and an hourly schedule.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use relay::{Relay, Work};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    dms_http::lambda::log();
    // In words: Lambda's log shows an error's debug form.
    let relay = Arc::new(Relay::from_env().map_err(|error| error.to_string())?);
    let work = service_fn(move |event: LambdaEvent<Work>| {
        let relay = relay.clone();
        // In a box: the compiler will not nest futures as deep as the SDK's.
        Box::pin(async move { relay.handle(event.payload).await.map_err(Error::from) })
    });
    lambda_runtime::run(work).await
}

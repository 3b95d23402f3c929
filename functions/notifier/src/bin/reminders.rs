//! The Lambda function that a schedule starts every morning: [`notifier::remind`].

use dms_http::config::queues_from_env;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let queues = queues_from_env().map_err(|error| error.to_string())?;
    dms_http::lambda::scheduled(|store, now| {
        let queues = queues.clone();
        // In a box: the compiler will not nest futures as deep as the SDK's.
        Box::pin(async move {
            let sent = notifier::remind(&store, &queues, now).await?;
            tracing::info!(sent, "reminded");
            Ok(())
        })
    })
    .await
}

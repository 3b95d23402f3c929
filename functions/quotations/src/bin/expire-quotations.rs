//! The Lambda function that a schedule starts every hour: [`quotations::expire`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    dms_http::lambda::scheduled(|app| async move { Ok(quotations::expire(&app).await?) }).await
}

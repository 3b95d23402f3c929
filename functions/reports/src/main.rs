//! The Lambda function: [`reports::routes`] behind API Gateway.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    dms_http::lambda::serve(reports::routes()).await
}

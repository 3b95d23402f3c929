//! The Lambda function: [`quotations::routes`] behind API Gateway.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    dms_http::lambda::serve(quotations::routes()).await
}

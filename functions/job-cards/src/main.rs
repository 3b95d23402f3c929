//! The Lambda function: [`job_cards::routes`] behind API Gateway.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    dms_http::lambda::serve(job_cards::routes()).await
}

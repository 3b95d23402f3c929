//! A function that does nothing: what infra/release/measure compares the functions with. It is deployed nowhere.

use std::convert::Infallible;

use lambda_http::{Error, Request, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let answer = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new(String::new())));
    lambda_http::run(answer).await
}

//! From a function's routes to a service.

use axum::{Router, middleware as axum_middleware};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    app::AppState,
    middleware::{around, no_method, no_route},
};

/// Routes with their documentation.
pub type ApiRouter = OpenApiRouter<AppState>;

/// The service of some routes: wrapped in what surrounds every request.
pub fn service(routes: ApiRouter, app: AppState) -> Router {
    let (router, _) = routes.split_for_parts();
    serve(router, app)
}

/// The same of routes without their documentation: quick to make once more, for another instance.
pub fn serve(routes: Router<AppState>, app: AppState) -> Router {
    routes
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(axum_middleware::from_fn_with_state(app.clone(), around))
        .with_state(app)
}

//! A function's routes: what answers them, and what documents them.

use axum::{Router, middleware as axum_middleware};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{
    app::AppState,
    middleware::{around, no_method, no_route},
};

/// Where a function puts its routes: [`Router`], which answers them, or [`Documented`], which describes them, too. A
/// function on Lambda is made with the former, so that it neither carries the documentation nor makes it at every start.
pub trait Routes: Default {
    /// Adds handlers of one path: see [`routes!`](crate::routes).
    #[must_use]
    fn routes(self, handlers: impl Handlers) -> Self;

    /// Adds another function's routes.
    #[must_use]
    fn merge(self, other: Self) -> Self;

    /// Adds pages and their assets, which are no operations of the API.
    #[must_use]
    fn pages(self, pages: Router<AppState>) -> Self;
}

/// Routes with their documentation.
pub type Documented = OpenApiRouter<AppState>;

/// Handlers of one path, as [`routes!`](crate::routes) makes them.
pub trait Handlers {
    /// Lets a router answer them.
    fn answered(self, router: Router<AppState>) -> Router<AppState>;

    /// The same with their documentation.
    fn documented(self) -> UtoipaMethodRouter<AppState>;
}

impl Routes for Router<AppState> {
    fn routes(self, handlers: impl Handlers) -> Self {
        handlers.answered(self)
    }

    fn merge(self, other: Self) -> Self {
        Self::merge(self, other)
    }

    fn pages(self, pages: Self) -> Self {
        Self::merge(self, pages)
    }
}

impl Routes for Documented {
    fn routes(self, handlers: impl Handlers) -> Self {
        Self::routes(self, handlers.documented())
    }

    fn merge(self, other: Self) -> Self {
        Self::merge(self, other)
    }

    fn pages(self, pages: Router<AppState>) -> Self {
        Self::merge(self, Self::from(pages))
    }
}

/// Handlers of one path that are documented with `#[utoipa::path]`: their paths and methods are said there.
#[macro_export]
macro_rules! routes {
    ($($($segment:ident)::+),+ $(,)?) => {{
        struct Here;
        impl $crate::Handlers for Here {
            fn answered(
                self,
                router: $crate::macros::Router<$crate::AppState>,
            ) -> $crate::macros::Router<$crate::AppState> {
                $(let router = router.route(
                    &$crate::routes!(@path path [] $($segment)::+),
                    $crate::macros::on(&$crate::routes!(@path methods [] $($segment)::+), $($segment)::+),
                );)+
                router
            }

            fn documented(self) -> $crate::macros::UtoipaMethodRouter<$crate::AppState> {
                $crate::macros::documented!($($($segment)::+),+)
            }
        }
        Here
    }};
    // What `#[utoipa::path]` has made beside the handler.
    (@path $what:ident [$($module:ident)*] $next:ident :: $($rest:tt)+) => {
        $crate::routes!(@path $what [$($module)* $next] $($rest)+)
    };
    (@path $what:ident [$($module:ident)*] $handler:ident) => {
        $crate::macros::paste! { <$($module ::)* [<__path_ $handler>] as $crate::macros::Path>::$what() }
    };
}

/// What [`routes!`](crate::routes) needs where it is used.
#[doc(hidden)]
pub mod macros {
    pub use axum::Router;
    use axum::{
        handler::Handler,
        routing::{MethodFilter, MethodRouter},
    };
    pub use pastey::paste;
    pub use utoipa::Path;
    use utoipa::openapi::HttpMethod;
    use utoipa_axum::PathItemExt as _;
    pub use utoipa_axum::{router::UtoipaMethodRouter, routes as documented};

    use crate::app::AppState;

    /// A handler for its methods.
    pub fn on<H, T>(methods: &[HttpMethod], handler: H) -> MethodRouter<AppState>
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let filters = methods.iter().map(|method| method.to_method_filter());
        match filters.reduce(MethodFilter::or) {
            Some(filter) => MethodRouter::new().on(filter, handler),
            None => MethodRouter::new(),
        }
    }
}

/// The service of some routes: wrapped in what surrounds every request.
pub fn service(routes: Router<AppState>, app: AppState) -> Router {
    routes
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(axum_middleware::from_fn_with_state(app.clone(), around))
        .with_state(app)
}

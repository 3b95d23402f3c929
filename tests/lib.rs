//! Tests across functions: `api` (every route, tenancy, concurrency, cost) and `contract` (what must agree: the
//! routes, the OpenAPI document, the SAM template, the direction of dependencies).

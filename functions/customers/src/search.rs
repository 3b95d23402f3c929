use axum::extract::State;
use dms_domain::{
    formats::{Registration, bounded_text},
    permissions::grant,
    query::{QueryError, QuerySpec},
};
use dms_http::{
    ApiResult, AppState, Reply,
    envelope::Paginated,
    expand::expand,
    extract::{Params, Permit, Spec},
    views::{CustomerView, json},
};
use dms_store::{SearchTerm, keys::MasterKind};

use crate::read::EXPANDS;

const TYPES: &[&str] = &["auto", "phone", "name", "email", "vin"];

pub(crate) struct CustomerSearch;

impl Spec for CustomerSearch {
    const SPEC: QuerySpec = QuerySpec {
        filters: &[],
        sorts: &[],
        expands: EXPANDS,
        list: true,
        by_centre: false,
        texts: &["query", "type"],
    };
}

/// Search customers
///
/// By the beginning of a phone number, of words of the name, of the e-mail address, or of the VIN of one of their
/// vehicles. `type=auto` finds out which; it also understands a complete registration number. At least 3
/// characters.
#[utoipa::path(
    get, path = "/api/customers/search", tag = "Customers",
    params(Params<CustomerSearch>),
    responses((status = 200, description = "A page of customers", body = Paginated<CustomerView>)),
    security(("bearer" = ["customers:read"]))
)]
pub(crate) async fn search(
    permit: Permit<grant::CustomersRead>,
    State(app): State<AppState>,
    query: Params<CustomerSearch>,
) -> ApiResult<Reply> {
    let term = term(query.text("query").unwrap_or_default(), query.text("type").unwrap_or("auto"))?;
    let ids = app.store.find(MasterKind::Customer, &term).await?;
    let total = ids.len() as u64;
    let offset = usize::try_from(query.offset()).unwrap_or(usize::MAX);
    let page: Vec<_> = ids.into_iter().skip(offset).take(query.limit as usize).collect();
    let mut customers = app.store.customers(page).await?;
    customers.sort_by_key(|customer| std::cmp::Reverse(customer.id));
    let mut rows =
        customers.iter().map(|customer| json(&CustomerView::of(customer))).collect::<ApiResult<Vec<_>>>()?;
    expand(&app, &permit, &mut rows, &query).await?;
    permit.context.page(rows, (total, None), &query)
}

fn wrong(parameter: &str, message: &str) -> QueryError {
    QueryError { parameter: parameter.to_owned(), position: 0, message: message.to_owned() }
}

/// What is searched for.
fn term(query: &str, kind: &str) -> Result<SearchTerm, QueryError> {
    let text = bounded_text(query, 3, 100).map_err(|_| wrong("query", "must have 3 to 100 characters"))?;
    match kind {
        "phone" => {
            let digits = digits(&text).filter(|digits| digits.len() >= 3);
            digits
                .map(SearchTerm::Phone)
                .ok_or_else(|| wrong("query", "must be a phone number or its first digits"))
        }
        "name" => Ok(SearchTerm::Name(text)),
        "email" => Ok(SearchTerm::Email(text)),
        "vin" => Ok(SearchTerm::Vin(text)),
        "auto" => Ok(detect(text)),
        _ => Err(wrong("type", &format!("is not possible; valid: {}", TYPES.join(", ")))),
    }
}

/// The digits of a phone number as it is stored: without the country's code.
fn digits(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = compact.strip_prefix("+91").unwrap_or(&compact);
    let digits = if digits.len() > 10 { digits.strip_prefix("91").unwrap_or(digits) } else { digits };
    let digits = digits.trim_start_matches('0');
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.to_owned())
}

fn detect(text: String) -> SearchTerm {
    if text.contains('@') {
        return SearchTerm::Email(text);
    }
    if let Some(digits) = digits(&text).filter(|digits| digits.len() >= 3) {
        return SearchTerm::Phone(digits);
    }
    if let Ok(registration) = Registration::parse(&text) {
        return SearchTerm::Registration(registration.to_string());
    }
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    if has_digit && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return SearchTerm::Vin(text);
    }
    SearchTerm::Name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_search_is_detected() {
        let detected = |text: &str| detect(text.to_owned());
        assert_eq!(detected("98765 43210"), SearchTerm::Phone("9876543210".to_owned()));
        assert_eq!(detected("+919876543210"), SearchTerm::Phone("9876543210".to_owned()));
        assert_eq!(detected("john@"), SearchTerm::Email("john@".to_owned()));
        assert_eq!(detected("MH-01-AB-1234"), SearchTerm::Registration("MH01AB1234".to_owned()));
        assert_eq!(detected("VIN123456789"), SearchTerm::Vin("VIN123456789".to_owned()));
        assert_eq!(detected("Asha Rao"), SearchTerm::Name("Asha Rao".to_owned()));
    }

    #[test]
    fn what_cannot_be_searched_for_is_named() {
        assert_eq!(term("ab", "auto").unwrap_err().parameter, "query");
        assert_eq!(term("abc", "phone").unwrap_err().parameter, "query");
        assert_eq!(term("abc", "colour").unwrap_err().parameter, "type");
    }
}

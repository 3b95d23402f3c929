use dms_domain::{
    query::{Query, Sort},
    stock::Part,
};
use dms_store::{Listed, Page, STATELESS, Store, StoreError};

/// The words of a search, in lower case; none when nothing is searched for.
pub(crate) fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split_whitespace().map(str::to_lowercase).collect()
}

/// A page of the parts whose name or number contains every word. All rows that the query's filters leave are
/// looked at, within the read budget.
///
/// # Errors
/// `QueryTooBroad` beyond the read budget; a failure of the store.
pub(crate) async fn search(
    store: &Store,
    listed: &Listed,
    query: &Query,
    words: &[String],
) -> Result<Page<Part>, StoreError> {
    let mut all = Query { page: 1, limit: u32::MAX, ..query.clone() };
    // A list in an order of its own is evaluated, and so has a read budget; a counted one has none.
    all.sort.push(Sort { field: "partNumber", descending: false });
    let mut rows = store.list::<Part>(listed, &all, STATELESS).await?.rows;
    rows.retain(|part| contains(part, words));
    let total = rows.len() as u64;
    let offset = usize::try_from(query.offset()).unwrap_or(usize::MAX);
    Ok(Page { rows: rows.into_iter().skip(offset).take(query.limit as usize).collect(), total })
}

fn contains(part: &Part, words: &[String]) -> bool {
    let text = format!("{} {}", part.details.part_name, part.details.part_number).to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn brake_pad() -> Part {
        serde_json::from_value(json!({
            "id": uuid::Uuid::nil(), "serviceCenterId": uuid::Uuid::nil(), "partName": "Brake Pad",
            "partNumber": "BP-001", "partCode": "BP-001", "category": "Brakes", "unitPricePaise": 1,
            "costPricePaise": 1, "gstRate": 18, "minStockLevel": 0, "stockQuantity": 0, "headroom": 0,
            "createdAt": "2025-12-20T10:00:00.000Z", "updatedAt": "2025-12-20T10:00:00.000Z", "version": 1,
        }))
        .unwrap()
    }

    #[test]
    fn every_word_is_in_the_name_or_the_number() {
        let found = |text: &str| contains(&brake_pad(), &words(Some(text)));
        assert!(found("brake pad"));
        assert!(found("PAD  bra"));
        assert!(found("pad bp-0"));
        assert!(!found("brake disc"));
    }

    #[test]
    fn blanks_are_nothing_to_search_for() {
        assert!(words(None).is_empty());
        assert!(words(Some("  ")).is_empty());
    }
}

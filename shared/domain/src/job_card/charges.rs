//! What a card's items are charged at, each piece once: a quoted part may also have come from stock.

use super::{JobCard, JobCardItem};
use crate::{money::Paise, statuses::JobCardItemType};

impl JobCardItem {
    fn is_from_stock(&self) -> bool {
        self.inventory_part_id.is_some()
    }

    /// Whether it stands for a part that was quoted. Its pieces were not taken from stock.
    fn is_quoted_part(&self) -> bool {
        self.quotation_line.is_some() && self.item_type == JobCardItemType::Part && !self.is_from_stock()
    }

    fn is_same_part(&self, other: &Self) -> bool {
        self.part_code.eq_ignore_ascii_case(&other.part_code)
    }
}

impl JobCard {
    /// What one piece of an item is charged at before tax; `None` when the item is not charged at all.
    ///
    /// A quoted part is charged as it was quoted, until the same part (by its code) is issued to the card from stock:
    /// then the pieces issued are charged in its place, at the quoted price, and nothing under warranty.
    pub fn charged_price(&self, item: &JobCardItem) -> Option<Paise> {
        let same = |other: &&JobCardItem| other.is_same_part(item);
        if item.is_quoted_part() && self.items.iter().filter(same).any(JobCardItem::is_from_stock) {
            return None;
        }
        if item.is_warranty {
            return Some(Paise::ZERO);
        }
        let quoted = self.items.iter().filter(same).find(|other| item.is_from_stock() && other.is_quoted_part());
        Some(quoted.unwrap_or(item).unit_price_paise)
    }

    /// What an item costs before tax.
    pub fn charged_amount(&self, item: &JobCardItem) -> Paise {
        self.charged_price(item).and_then(|price| price.times(item.qty)).unwrap_or(Paise::ZERO)
    }

    /// The discount that was agreed in the quotation, as far as the items charged are worth it.
    pub fn agreed_discount(&self) -> Paise {
        let agreed = self.agreed_discount_paise.unwrap_or(Paise::ZERO);
        let worth = Paise::sum(self.items.iter().map(|item| self.charged_amount(item)));
        worth.map_or(agreed, |worth| agreed.min(worth))
    }

    /// The items without quoted parts of which every piece that was issued has come back: they were not needed.
    pub(super) fn without_unused(&self, items: Vec<JobCardItem>) -> Vec<JobCardItem> {
        let issued = |items: &[JobCardItem], item: &JobCardItem| {
            items.iter().any(|other| other.is_from_stock() && other.is_same_part(item))
        };
        let unused =
            |item: &JobCardItem| item.is_quoted_part() && issued(&self.items, item) && !issued(&items, item);
        items.iter().filter(|item| !unused(item)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::calendar::Timestamp;

    /// A quoted line, or with `part` a part issued from stock.
    fn item(code: &str, (qty, price): (i64, i64), quoted: Option<u32>, part: bool) -> JobCardItem {
        serde_json::from_value(json!({
            "id": Uuid::from_u128(u128::from(quoted.unwrap_or(900)) << 8 | code.len() as u128),
            "itemType": "part", "partName": code, "partCode": code, "qty": qty, "unitPricePaise": price, "gstRate": 18,
            "isWarranty": false, "partWarrantyTag": false, "quotationLine": quoted,
            "inventoryPartId": part.then(|| Uuid::from_u128(7)),
        }))
        .unwrap()
    }

    fn card(items: Vec<JobCardItem>, discount: i64) -> JobCard {
        let now = Timestamp::new(chrono::DateTime::UNIX_EPOCH);
        let ids = (Uuid::nil(), Uuid::nil());
        JobCard {
            items,
            agreed_discount_paise: Some(Paise::new(discount)),
            ..JobCard::opened(ids, ids, "Repair".to_owned(), now)
        }
    }

    fn charged(card: &JobCard) -> Vec<Option<i64>> {
        card.items.iter().map(|item| card.charged_price(item).map(Paise::get)).collect()
    }

    #[test]
    fn a_quoted_part_is_charged_as_quoted_until_the_part_itself_is_issued() {
        let quoted = item("BP-1", (2, 2_500), Some(1), false);
        assert_eq!(charged(&card(vec![quoted.clone()], 0)), [Some(2_500)]);
        let issued = item("bp-1", (1, 9_999), None, true);
        let both = card(vec![quoted.clone(), issued.clone()], 0);
        assert_eq!(charged(&both), [None, Some(2_500)], "what was issued, at the quoted price");
        assert_eq!(both.charged_amount(&both.items[0]), Paise::ZERO);
        let warranty = card(vec![quoted.clone(), JobCardItem { is_warranty: true, ..issued }], 0);
        assert_eq!(charged(&warranty), [None, Some(0)]);
        let other = card(vec![quoted, item("OIL", (1, 70), None, true), item("OIL", (1, 5), None, false)], 0);
        assert_eq!(charged(&other), [Some(2_500), Some(70), Some(5)], "other parts have their own prices");
    }

    #[test]
    fn a_work_that_was_quoted_is_not_replaced_by_a_part_of_the_same_code() {
        let work = JobCardItem { item_type: JobCardItemType::WorkItem, ..item("X", (1, 50), Some(1), false) };
        assert_eq!(charged(&card(vec![work, item("X", (1, 70), None, true)], 0)), [Some(50), Some(70)]);
    }

    #[test]
    fn a_quoted_part_goes_with_the_last_piece_that_is_returned() {
        let (quoted, issued) = (item("BP-1", (2, 2_500), Some(1), false), item("BP-1", (2, 9_999), None, true));
        let with_both = card(vec![quoted, issued.clone()], 0);
        let now = with_both.updated_at;
        let some = with_both.with_parts_returned(&[(issued.id, 1)], now).unwrap();
        assert_eq!((some.items.len(), charged(&some)), (2, vec![None, Some(2_500)]));
        let all = with_both.with_parts_returned(&[(issued.id, 2)], now).unwrap();
        assert!(all.items.is_empty(), "it is not charged again: {:?}", all.items);
    }

    #[test]
    fn the_agreed_discount_is_no_more_than_what_is_charged() {
        let items = vec![item("BP-1", (2, 100), Some(1), false)];
        assert_eq!(card(items.clone(), 150).agreed_discount(), Paise::new(150));
        assert_eq!(card(items, 250).agreed_discount(), Paise::new(200));
    }

    proptest! {
        #[test]
        fn no_part_is_charged_as_quoted_and_as_issued(
            lines in prop::collection::vec((0..3_usize, 1..5_i64, 1..100_i64, any::<bool>()), 1..12),
        ) {
            let codes = ["A", "B", "C"];
            let lines = lines.into_iter().zip(1_u32..);
            let items: Vec<JobCardItem> = lines
                .map(|((code, qty, price, stock), n)| item(codes[code], (qty, price), (!stock).then_some(n), stock))
                .collect();
            let card = card(items, 0);
            for code in codes {
                let of_code = card.items.iter().filter(|item| item.part_code == code);
                let (issued, quoted): (Vec<_>, Vec<_>) = of_code.partition(|item| item.is_from_stock());
                let charges = |items: &[&JobCardItem]| items.iter().any(|item| card.charged_price(item).is_some());
                prop_assert!(!(charges(&issued) && charges(&quoted)), "{code} is charged twice");
                prop_assert_eq!(charges(&issued) || charges(&quoted), !(issued.is_empty() && quoted.is_empty()));
                for item in issued.iter().filter(|_| !quoted.is_empty()) {
                    prop_assert_eq!(card.charged_price(item), Some(quoted[0].unit_price_paise));
                }
            }
        }
    }
}

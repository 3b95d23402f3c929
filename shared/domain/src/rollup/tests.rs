use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    calendar::Timestamp,
    credit_note::tests::invoice,
    ids,
    invoice::{Credited, Invoice},
    job_card::JobCard,
    money::Paise,
    statuses::{InvoiceStatus, LedgerType},
    stock::LedgerEntry,
};

fn at(text: &str) -> Timestamp {
    Timestamp::new(text.parse().unwrap())
}

fn id(centre: u16) -> Uuid {
    ids::new_id(at("2026-11-25T04:00:00Z").utc(), CentreOrdinal::new(centre), [7; 8])
}

fn card(centre: u16) -> JobCard {
    let opened = at("2026-11-25T20:00:00Z"); // the 26th in India
    JobCard::opened((id(centre), Uuid::nil()), (Uuid::nil(), Uuid::nil()), "Paid Service".to_owned(), opened)
}

fn amounts(sums: Sums, centre: Option<u16>) -> Vec<(String, &'static str, i64)> {
    let of = sums.amounts().filter(|amount| amount.cell.centre.map(CentreOrdinal::get) == centre);
    of.map(|Amount { cell, measure, amount }| {
        (format!("{} {}", cell.sheet.name(), cell.place), measure.name(), amount)
    })
    .collect()
}

fn entry(sheet: &str, measure: &'static str, amount: i64) -> (String, &'static str, i64) {
    (sheet.to_owned(), measure, amount)
}

#[test]
fn a_job_card_counts_in_its_state_in_its_centre_and_in_the_dealership_alike() {
    let sums = Sums::of_job_card(&card(7));
    let expected = [
        entry("DAY ALL", "cardsCreated", 1),
        entry("DAY 2026-11-26", "cardsCreated", 1),
        entry("SERVICE 2026-11-26#Paid Service", "cardsCreated", 1),
    ];
    for centre in [Some(7), None] {
        let mut found = amounts(sums.clone(), centre);
        found.sort_by_key(|(sheet, ..)| !sheet.ends_with("ALL"));
        assert_eq!(found, expected, "{centre:?}");
    }
    assert_eq!(amounts(sums, Some(8)), []);
}

#[test]
fn a_change_of_state_moves_a_card_and_leaves_the_rest() {
    let (before, engineer) = (card(7), Uuid::from_u128(5));
    let after = JobCard {
        status: JobCardStatus::Completed,
        assigned_engineer_id: Some(engineer),
        completed_at: Some(at("2026-11-26T21:30:00Z")),
        feedback_rating: Some(4),
        ..before.clone()
    };
    let change = Sums::of_job_card(&after).since(Sums::of_job_card(&before));
    let finished = format!("ENGINEER 2026-11-27#{engineer}");
    let mut expected = vec![
        entry("DAY 2026-11-26", "cardsCreated", -1),
        entry("DAY 2026-11-26", "cardsCompleted", 1),
        entry("DAY ALL", "cardsCreated", -1),
        entry("DAY ALL", "cardsCompleted", 1),
        entry("SERVICE 2026-11-26#Paid Service", "cardsCreated", -1),
        entry("SERVICE 2026-11-26#Paid Service", "cardsCompleted", 1),
        entry(&format!("ENGINEER 2026-11-26#{engineer}"), "cardsCompleted", 1),
        entry(&finished, "cardsFinished", 1),
        entry(&finished, "turnaroundMinutes", 25 * 60 + 30),
        entry(&finished, "ratings", 1),
        entry(&finished, "ratingSum", 4),
    ];
    let mut found = amounts(change, None);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let nothing = Sums::of_job_card(&after).since(Sums::of_job_card(&after));
    assert_eq!(nothing.amounts().count(), 0);
}

fn paid() -> Invoice {
    let issued = invoice(&[(2, 100_000, 18), (1, 50_000, 5)], 0, "Maharashtra", "2026-11-20T06:00:00Z");
    Invoice { id: id(7), status: InvoiceStatus::Paid, paid_at: Some(at("2026-11-30T19:00:00Z")), ..issued }
}

#[test]
fn an_invoice_counts_when_it_is_paid_on_that_day_less_what_was_credited() {
    let mut paid = paid();
    let unpaid = Invoice { status: InvoiceStatus::PartiallyPaid, paid_at: None, ..paid.clone() };
    assert_eq!(amounts(Sums::of_invoice(&unpaid), None), []);
    let day = |sums| {
        let mut of = amounts(sums, Some(7));
        of.retain(|(sheet, ..)| sheet == "DAY 2026-12-01");
        of.into_iter().map(|(_, measure, amount)| (measure, amount)).collect::<Vec<_>>()
    };
    let whole = [
        ("paidInvoices", 1),
        ("paidTaxablePaise", 250_000),
        ("paidTaxPaise", 38_500),
        ("paidPaise", paid.totals.grand_total_paise.get()),
    ];
    assert_eq!(day(Sums::of_invoice(&paid)), whole);
    assert!(amounts(Sums::of_invoice(&paid), Some(7)).iter().any(|(sheet, ..)| sheet.contains(OVER_THE_COUNTER)));
    paid.credited_paise = Paise::new(59_000);
    paid.items[0].credited = Some(Credited {
        quantity: 0,
        taxable_value_paise: Paise::new(50_000),
        cgst_paise: Paise::new(4_500),
        sgst_paise: Paise::new(4_500),
        igst_paise: Paise::ZERO,
    });
    let less: Vec<i64> = day(Sums::of_invoice(&paid)).into_iter().map(|(_, amount)| amount).collect();
    assert_eq!(less, [1, 200_000, 29_500, whole[3].1 - 59_000]);
}

#[test]
fn only_what_cards_and_customers_take_is_consumed() {
    let line = |kind, delta| LedgerEntry {
        id: Uuid::nil(),
        part_id: id(7),
        kind,
        delta,
        variance: None,
        reason: String::new(),
        notes: None,
        document_type: None,
        document_number: None,
        created_by: Uuid::nil(),
        created_at: at("2026-11-25T04:00:00Z"),
    };
    let consumed = |kind, delta| {
        let amounts = amounts(Sums::of_ledger_entry(&line(kind, delta)), Some(7));
        amounts.into_iter().map(|(_, _, amount)| amount).sum::<i64>()
    };
    assert_eq!([consumed(LedgerType::Issue, -3), consumed(LedgerType::Return, 1)], [3, -1]);
    assert_eq!([consumed(LedgerType::Sale, -2), consumed(LedgerType::SaleReversal, 2)], [2, -2]);
    for kind in [LedgerType::Opening, LedgerType::Receipt, LedgerType::Adjustment, LedgerType::TransferOut] {
        assert_eq!(consumed(kind, -5), 0, "{kind:?}");
    }
}

#[test]
fn places_sort_by_day_and_all_time_comes_last() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let places = [
        Place::day(day("2025-12-31")),
        Place::labelled(day("2025-12-31"), "Paid #2"),
        Place::day(day("2026-01-01")),
        Place::all_time(),
    ];
    let texts: Vec<String> = places.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["2025-12-31", "2025-12-31#Paid #2", "2026-01-01", "ALL"]);
    assert!(texts.is_sorted());
    for (place, text) in places.iter().zip(&texts) {
        assert_eq!(&text.parse::<Place>().unwrap(), place);
    }
    assert!("2025-13-01".parse::<Place>().is_err());
}

#[test]
fn a_measure_is_stored_under_its_name() {
    for measure in Measure::ALL {
        assert_eq!(serde_json::to_value(measure).unwrap(), measure.name());
    }
}

proptest! {
    #[test]
    fn changes_in_any_order_come_to_what_is_there(
        states in prop::collection::vec((0_usize..7, 0_u8..6, prop::option::of(1_u128..3)), 1..12),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let mut cards = vec![];
        for (status, rating, engineer) in states {
            cards.push(JobCard {
                status: JobCardStatus::ALL[status],
                feedback_rating: (rating > 0).then_some(rating),
                assigned_engineer_id: engineer.map(Uuid::from_u128),
                completed_at: (status > 3).then(|| at("2026-11-27T04:00:00Z")),
                ..card(7)
            });
        }
        let mut changes: Vec<Sums> = vec![Sums::of_job_card(&cards[0])];
        changes.extend(cards.windows(2).map(|pair| Sums::of_job_card(&pair[1]).since(Sums::of_job_card(&pair[0]))));
        changes.rotate_left(shuffle.index(cards.len()));
        let mut sum = Sums::default();
        for change in changes {
            // As it comes out of a queue.
            let text = serde_json::to_string(&change.amounts().collect::<Vec<_>>()).unwrap();
            sum.plus(serde_json::from_str::<Vec<Amount>>(&text).unwrap().into_iter().collect());
        }
        let last = Sums::of_job_card(&cards[cards.len() - 1]);
        prop_assert_eq!(sum.cells().collect::<Vec<_>>(), last.cells().collect::<Vec<_>>());
    }
}

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::{
    gst::Supply,
    money::Paise,
    statuses::{AnsweredBy, JobCardItemType},
};

fn at(day: &str) -> Timestamp {
    Timestamp::new(DateTime::parse_from_rfc3339(&format!("{day}T04:30:00Z")).unwrap().to_utc())
}

fn line(quantity: i64, rupees: &str, gst_percent: u8) -> QuotedLine {
    QuotedLine {
        item_type: JobCardItemType::Part,
        part_name: "Brake Pad".to_owned(),
        part_number: Some("BP001".to_owned()),
        hsn_sac_code: None,
        quantity,
        rate_paise: Paise::parse_rupees(rupees).unwrap(),
        gst_percent,
    }
}

fn offer_of(lines: Vec<QuotedLine>, discount: Paise, supply: Supply) -> Offer {
    let supplier_state = GstState::parse("Maharashtra").unwrap();
    let place_of_supply = match supply {
        Supply::IntraState => supplier_state,
        Supply::InterState => GstState::parse("Goa").unwrap(),
    };
    let (items, totals) = price(lines, discount, supply, at("2026-11-23").ist_date()).unwrap();
    Offer {
        customer_id: Uuid::from_u128(1),
        vehicle_id: Uuid::from_u128(2),
        appointment_id: None,
        supplier_state,
        place_of_supply,
        items,
        totals,
        validity_days: DEFAULT_VALIDITY_DAYS,
        notes: None,
    }
}

fn draft_of(offer: Offer) -> Quotation {
    let number = "QTN-2026-0001".to_owned();
    Quotation::drafted(
        (Uuid::from_u128(3), number),
        Uuid::from_u128(4),
        offer,
        Uuid::from_u128(5),
        at("2026-11-23"),
    )
}

/// Two lines: 2 × 2500 at 18 % and 1 × 1000 at 5 %, 300 off: 250 and 50.
fn draft() -> Quotation {
    let discount = Paise::parse_rupees("300").unwrap();
    draft_of(offer_of(vec![line(2, "2500", 18), line(1, "1000", 5)], discount, Supply::IntraState))
}

fn sent() -> Quotation {
    draft().sent(at("2026-11-23")).unwrap()
}

fn customer() -> Said {
    Said { answered_by: AnsweredBy::Customer, user_id: None, name: Some("Asha".to_owned()), comment: None }
}

fn each(decisions: &[(u32, bool)]) -> Decisions {
    Decisions::Each(decisions.iter().map(|(line, approve)| Decision { line: *line, approve: *approve }).collect())
}

fn by_link(quotation: &Quotation, decisions: &Decisions, day: &str) -> Result<Option<Quotation>, Refusal> {
    quotation.answered_by_link(&quotation.offer_hash(), decisions, customer(), at(day))
}

fn rupees(amount: Paise) -> String {
    amount.to_string()
}

#[test]
fn the_specifications_example_adds_up() {
    let offer = offer_of(vec![line(2, "2500", 18)], Paise::new(50_000), Supply::IntraState);
    let totals = &offer.totals;
    let amounts = [totals.subtotal_paise, totals.discount_paise, totals.cgst_paise, totals.sgst_paise];
    assert_eq!(amounts.map(rupees), ["5000", "500", "405", "405"]);
    assert_eq!(rupees(totals.grand_total_paise), "5310");
}

#[test]
fn a_discount_above_the_subtotal_and_a_rate_unknown_to_the_law_are_named() {
    let on = at("2026-11-23").ist_date();
    let discount = price(vec![line(1, "10", 18)], Paise::new(1_001), Supply::IntraState, on).unwrap_err();
    assert!(discount.fields().to_string().starts_with("discount must not exceed"), "{discount:?}");
    let rate = price(vec![line(1, "10", 18), line(1, "10", 12)], Paise::ZERO, Supply::IntraState, on).unwrap_err();
    assert!(rate.fields().to_string().starts_with("items[1].gstPercent is no GST rate"), "{rate:?}");
}

#[test]
fn it_stands_for_its_days_from_the_day_it_is_sent_and_expires_by_itself() {
    let quotation = draft();
    assert_eq!(quotation.valid_until.to_string(), "2026-12-08");
    let sent = quotation.sent(at("2026-11-30")).unwrap();
    assert_eq!(sent.valid_until.to_string(), "2026-12-15");
    assert_eq!(sent.status_on(at("2026-12-15").ist_date()), QuotationStatus::Sent);
    assert!(sent.expired(at("2026-12-15")).is_none());
    assert_eq!(sent.status_on(at("2026-12-16").ist_date()), QuotationStatus::Expired);
    let expired = sent.expired(at("2026-12-16")).unwrap();
    assert_eq!((expired.status, expired.version), (QuotationStatus::Expired, 3));
    for overdue in [&sent, &expired] {
        let late = at("2026-12-16");
        let code = |refused: Result<Quotation, Refusal>| refused.unwrap_err().code();
        assert_eq!(code(overdue.approved(&Decisions::ApproveAll, customer(), late)), "QUOTATION_EXPIRED");
        assert_eq!(code(overdue.rejected(customer(), late)), "QUOTATION_EXPIRED");
        assert_eq!(
            by_link(overdue, &Decisions::ApproveAll, "2026-12-16").unwrap_err().code(),
            "QUOTATION_EXPIRED"
        );
        assert_eq!(code(overdue.sent(late)), "QUOTATION_EXPIRED");
        let again = overdue.revised(late).unwrap();
        assert_eq!((again.status, again.revision), (QuotationStatus::Draft, 2));
        assert_eq!(again.valid_until.to_string(), "2026-12-31");
    }
}

#[test]
fn an_answered_quotation_does_not_expire() {
    let approved = by_link(&sent(), &Decisions::ApproveAll, "2026-12-08").unwrap().unwrap();
    assert!(approved.expired(at("2027-06-01")).is_none());
    assert_eq!(approved.status_on(at("2027-06-01").ist_date()), QuotationStatus::Approved);
}

#[test]
fn a_rate_that_is_none_any_more_is_found_when_it_is_sent() {
    let on = at("2025-09-20").ist_date();
    let (items, totals) = price(vec![line(1, "100", 28)], Paise::ZERO, Supply::IntraState, on).unwrap();
    let draft = draft_of(Offer { items, totals, ..draft().offer });
    let refused = draft.sent(at("2026-11-23")).unwrap_err();
    assert!(refused.fields().to_string().contains("items[0].gstPercent"), "{refused:?}");
}

#[test]
fn some_lines_are_approved_with_their_own_share_of_the_discount() {
    let approved = by_link(&sent(), &each(&[(2, false), (1, true)]), "2026-11-24").unwrap().unwrap();
    assert_eq!((approved.status, approved.version), (QuotationStatus::Approved, 3));
    assert_eq!(approved.answer.as_ref().unwrap().approved_lines, [1]);
    assert!(approved.is_approved(1) && !approved.is_approved(2));
    let totals = approved.approved_totals.as_ref().unwrap();
    assert_eq!(
        [totals.subtotal_paise, totals.discount_paise, totals.cgst_paise].map(rupees),
        ["5000", "250", "427.50"]
    );
    assert_eq!([totals.round_off_paise, totals.grand_total_paise].map(rupees), ["0", "5605"]);
    assert_eq!(approved.offer, sent().offer, "what was offered stays as it was");
    let items = approved.card_items(Uuid::nil);
    assert_eq!(items.len(), 1);
    assert_eq!((items[0].part_code.as_str(), items[0].qty, items[0].quotation_line), ("BP001", 2, Some(1)));
    assert_eq!(items[0].inventory_part_id, None, "nothing has moved stock");
}

#[test]
fn declining_every_line_rejects_it() {
    for decisions in [Decisions::DeclineAll, each(&[(1, false), (2, false)])] {
        let rejected = by_link(&sent(), &decisions, "2026-11-24").unwrap().unwrap();
        assert_eq!(rejected.status, QuotationStatus::Rejected);
        assert!(rejected.approved_totals.is_none() && rejected.card_items(Uuid::nil).is_empty());
        assert_eq!(rejected.check_convertible().unwrap_err().code(), "NOT_APPROVED");
    }
    let none = draft().approved(&each(&[(1, false), (2, false)]), customer(), at("2026-11-23")).unwrap_err();
    assert!(none.fields().to_string().starts_with("decisions approve at least one"), "{none:?}");
}

#[test]
fn every_line_is_decided_once() {
    for (decisions, named) in [
        (each(&[(1, true)]), "decisions must name every line; missing: 2"),
        (each(&[]), "missing: 1, 2"),
        (each(&[(1, true), (2, true), (1, false)]), "decisions[2].line is named twice"),
        (each(&[(1, true), (2, true), (3, true)]), "decisions[2].line is not a line"),
        (each(&[(0, true), (1, true), (2, true)]), "decisions[0].line is not a line"),
    ] {
        let refused = by_link(&sent(), &decisions, "2026-11-24").unwrap_err();
        assert!(refused.fields().to_string().contains(named), "{refused:?} says {named}");
    }
}

#[test]
fn a_link_answers_once() {
    let approved = by_link(&sent(), &each(&[(1, true), (2, false)]), "2026-11-24").unwrap().unwrap();
    assert!(
        by_link(&approved, &each(&[(2, false), (1, true)]), "2026-11-25").unwrap().is_none(),
        "the same answer"
    );
    for other in [Decisions::ApproveAll, Decisions::DeclineAll, each(&[(1, false), (2, true)])] {
        assert_eq!(by_link(&approved, &other, "2026-11-25").unwrap_err().code(), "ALREADY_ANSWERED");
    }
    let by_staff = sent().rejected(customer(), at("2026-11-24")).unwrap();
    assert!(by_link(&by_staff, &Decisions::DeclineAll, "2026-11-24").unwrap().is_none());
    assert_eq!(by_link(&by_staff, &Decisions::ApproveAll, "2026-11-24").unwrap_err().code(), "ALREADY_ANSWERED");
}

#[test]
fn whatever_changes_of_the_offer_voids_its_link() {
    let quotation = sent();
    let hash = quotation.offer_hash();
    let void = |changed: &Quotation| {
        let refused = changed.answered_by_link(&hash, &Decisions::ApproveAll, customer(), at("2026-11-24"));
        assert_eq!(refused.unwrap_err().code(), "LINK_VOID");
        assert_eq!(changed.check_link(&hash).unwrap_err().code(), "LINK_VOID");
    };
    let revised = quotation.revised(at("2026-11-23")).unwrap();
    void(&revised);
    void(&revised.sent(at("2026-11-23")).unwrap());
    void(&Quotation { status: QuotationStatus::Draft, ..quotation.clone() });
    type Change = fn(&mut Offer);
    let changes: [Change; 9] = [
        |offer| offer.customer_id = Uuid::nil(),
        |offer| offer.vehicle_id = Uuid::nil(),
        |offer| offer.place_of_supply = GstState::parse("Goa").unwrap(),
        |offer| offer.items[1].line.part_name.push('s'),
        |offer| offer.items[1].line.part_number = None,
        |offer| offer.items[0].line.quantity += 1,
        |offer| offer.items[0].line.rate_paise = Paise::ZERO,
        |offer| offer.items.truncate(1),
        |offer| offer.notes = Some("Except the labour".to_owned()),
    ];
    for change in changes {
        let mut changed = quotation.clone();
        change(&mut changed.offer);
        void(&changed);
    }
    let approved = by_link(&quotation, &Decisions::ApproveAll, "2026-11-24").unwrap().unwrap();
    assert_eq!(approved.offer_hash(), hash, "its answer is no change of the offer");
}

#[test]
fn only_a_draft_is_changed_and_new_days_count_from_today() {
    let same_days = draft().edited(draft().offer, at("2026-11-25")).unwrap();
    assert_eq!((same_days.valid_until.to_string().as_str(), same_days.version), ("2026-12-08", 2));
    let offer = Offer { validity_days: 3, ..draft().offer };
    assert_eq!(draft().edited(offer.clone(), at("2026-11-25")).unwrap().valid_until.to_string(), "2026-11-28");
    assert_eq!(sent().edited(offer, at("2026-11-25")).unwrap_err().code(), "NOT_A_DRAFT");
}

#[test]
fn one_job_card_comes_of_an_approved_quotation() {
    let approved = draft().approved(&Decisions::ApproveAll, customer(), at("2026-11-23")).unwrap();
    let ids = (Uuid::from_u128(9), Uuid::nil());
    let card = JobCard::opened(ids, ids, "Repair".to_owned(), at("2026-11-23"));
    let card = JobCard { job_card_number: "SC001-2026-11-0001".to_owned(), ..card };
    let converted = approved.converted(&card, at("2026-11-23")).unwrap();
    assert_eq!((converted.job_card_id, converted.status), (Some(card.id), QuotationStatus::Approved));
    assert_eq!(converted.converted(&card, at("2026-11-23")).unwrap_err().code(), "ALREADY_CONVERTED");
    assert_eq!(sent().converted(&card, at("2026-11-23")).unwrap_err().code(), "NOT_APPROVED");
}

#[test]
fn what_was_offered_or_answered_is_not_deleted() {
    let now = at("2026-11-23");
    assert!(draft().deleted(now).is_ok());
    assert!(sent().expired(at("2027-01-01")).unwrap().deleted(now).is_ok());
    let approved = draft().approved(&Decisions::ApproveAll, customer(), now).unwrap();
    for kept in [sent(), approved, sent().rejected(customer(), now).unwrap()] {
        assert_eq!(kept.deleted(now).unwrap_err().code(), "QUOTATION_IN_USE");
    }
}

fn totals_of(quotation: &Quotation) -> [i64; 6] {
    let none = [0; 6];
    quotation.approved_totals.as_ref().map_or(none, |totals| {
        [
            totals.subtotal_paise,
            totals.discount_paise,
            totals.taxable_value_paise,
            totals.cgst_paise,
            totals.sgst_paise,
            totals.igst_paise,
        ]
        .map(Paise::get)
    })
}

proptest! {
    #[test]
    fn the_approved_and_the_declined_lines_are_the_whole_to_the_paisa(
        lines in prop::collection::vec((1..50_i64, 0..10_000_000_i64, prop::sample::select(vec![0_u8, 5, 18, 40]), any::<bool>()), 1..40),
        off in 0..=1_000_i64,
        within in any::<bool>(),
    ) {
        let quoted: Vec<QuotedLine> = lines
            .iter()
            .map(|(quantity, paise, rate, _)| QuotedLine { rate_paise: Paise::new(*paise), ..line(*quantity, "0", *rate) })
            .collect();
        let subtotal: i64 = lines.iter().map(|(quantity, paise, ..)| quantity * paise).sum();
        let supply = if within { Supply::IntraState } else { Supply::InterState };
        let offer = offer_of(quoted, Paise::new(subtotal * off / 1_000), supply);
        let quotation = draft_of(offer).sent(at("2026-11-23")).unwrap();
        let decided = |turn: bool| {
            let decisions: Vec<(u32, bool)> =
                (1..).zip(&lines).map(|(line, (.., approve))| (line, *approve == turn)).collect();
            by_link(&quotation, &each(&decisions), "2026-11-23").unwrap().unwrap()
        };
        let (these, those) = (decided(true), decided(false));
        let all = by_link(&quotation, &Decisions::ApproveAll, "2026-11-23").unwrap().unwrap();
        prop_assert_eq!(all.approved_totals.as_ref(), Some(&quotation.offer.totals));
        let (these_sums, those_sums) = (totals_of(&these), totals_of(&those));
        for (sum, whole) in these_sums.iter().zip(those_sums).map(|(a, b)| a + b).zip(totals_of(&all)) {
            prop_assert_eq!(sum, whole);
        }
        for answered in [&these, &those, &all] {
            let Some(totals) = &answered.approved_totals else {
                prop_assert_eq!(answered.status, QuotationStatus::Rejected);
                continue;
            };
            let lines = answered.offer.items.iter().filter(|item| answered.is_approved(item.sr_no));
            let sum: i64 = lines.map(|item| item.total_paise.get()).sum();
            prop_assert_eq!(sum + totals.round_off_paise.get(), totals.grand_total_paise.get());
            prop_assert_eq!(totals.grand_total_paise.get() % 100, 0);
            prop_assert!((-49..=50).contains(&totals.round_off_paise.get()));
            prop_assert!(totals.grand_total_paise <= quotation.offer.totals.grand_total_paise, "fewer lines never cost more");
        }
    }

    #[test]
    fn no_state_leads_back_from_an_answer(days in prop::collection::vec((0..20_i64, 0..6_usize), 1..12)) {
        let mut quotation = draft();
        let mut now = at("2026-11-23");
        for (passed, step) in days {
            now = Timestamp::new(now.utc() + TimeDelta::days(passed));
            let next = match step {
                0 => quotation.sent(now),
                1 => quotation.revised(now),
                2 => quotation.approved(&Decisions::ApproveAll, customer(), now),
                3 => quotation.rejected(customer(), now),
                4 => quotation.edited(quotation.offer.clone(), now),
                _ => Ok(quotation.expired(now).unwrap_or_else(|| quotation.clone())),
            };
            let answered = quotation.answer.is_some();
            if let Ok(next) = next {
                prop_assert!(!answered || next == quotation);
                let is_answer = matches!(next.status, QuotationStatus::Approved | QuotationStatus::Rejected);
                prop_assert_eq!(is_answer, next.answer.is_some());
                prop_assert!(!is_answer || answered || next.valid_until >= now.ist_date(), "answered in time");
                quotation = next;
            }
        }
    }
}

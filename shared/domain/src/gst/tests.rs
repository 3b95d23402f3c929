use proptest::prelude::*;

use super::*;

fn line(quantity: i64, rupees: &str, gst_rate: u8) -> TaxLine {
    TaxLine { quantity, unit_price: rupee(rupees), gst_rate }
}

fn rupee(text: &str) -> Paise {
    Paise::parse_rupees(text).unwrap()
}

fn state(name: &str) -> GstState {
    GstState::parse(name).unwrap()
}

fn all_tax(line: &TaxedLine) -> i64 {
    line.cgst.get() + line.sgst.get() + line.igst.get()
}

#[test]
fn one_line_within_a_state() {
    let (lines, totals) = tax(&[line(1, "5000", 18)], Paise::ZERO, Supply::IntraState).unwrap();
    let taxed = TaxedLine {
        gross: rupee("5000"),
        discount: Paise::ZERO,
        taxable_value: rupee("5000"),
        cgst: rupee("450"),
        sgst: rupee("450"),
        igst: Paise::ZERO,
        total: rupee("5900"),
    };
    assert_eq!(lines, [taxed]);
    let expected = TaxedTotals {
        subtotal: rupee("5000"),
        discount: Paise::ZERO,
        taxable_value: rupee("5000"),
        cgst: rupee("450"),
        sgst: rupee("450"),
        igst: Paise::ZERO,
        round_off: Paise::ZERO,
        grand_total: rupee("5900"),
    };
    assert_eq!(totals, expected);
}

#[test]
fn between_states_with_a_discount() {
    // 3 × 333.33 = 999.99 at 18 %, 2 × 250 = 500 at 5 %; 100 off: 66.6664… and 33.3335… → 66.67 and 33.33.
    let lines = [line(3, "333.33", 18), line(2, "250", 5)];
    let (lines, totals) = tax(&lines, rupee("100"), Supply::InterState).unwrap();
    assert_eq!(lines.iter().map(|line| line.discount).collect::<Vec<_>>(), [rupee("66.67"), rupee("33.33")]);
    // 933.32 × 18 % = 167.9976 → 168.00; 466.67 × 5 % = 23.3335 → 23.33.
    assert_eq!(lines.iter().map(|line| line.igst).collect::<Vec<_>>(), [rupee("168"), rupee("23.33")]);
    // 1399.99 + 191.33 = 1591.32 → 1591.
    assert_eq!(totals.igst, rupee("191.33"));
    assert_eq!(totals.round_off, Paise::new(-32));
    assert_eq!(totals.grand_total, rupee("1591"));
}

#[test]
fn halves_round_up() {
    // 0.50 × 9 % = 0.045 → 0.05 each; 0.50 × 5 % = 0.025 → 0.03.
    let (lines, _) = tax(&[line(1, "0.50", 18)], Paise::ZERO, Supply::IntraState).unwrap();
    assert_eq!((lines[0].cgst, lines[0].sgst), (Paise::new(5), Paise::new(5)));
    let (lines, totals) = tax(&[line(1, "0.50", 5)], Paise::ZERO, Supply::InterState).unwrap();
    assert_eq!(lines[0].igst, Paise::new(3));
    assert_eq!((totals.round_off, totals.grand_total), (Paise::new(47), rupee("1")));
    let (_, totals) = tax(&[line(1, "10.50", 0)], Paise::ZERO, Supply::IntraState).unwrap();
    assert_eq!((totals.round_off, totals.grand_total), (Paise::new(50), rupee("11")));
    let (_, totals) = tax(&[line(1, "10.49", 0)], Paise::ZERO, Supply::IntraState).unwrap();
    assert_eq!((totals.round_off, totals.grand_total), (Paise::new(-49), rupee("10")));
}

#[test]
fn equal_lines_share_the_odd_paisa_in_order() {
    let (lines, _) = tax(&[line(1, "1", 5); 3], rupee("1"), Supply::IntraState).unwrap();
    assert_eq!(lines.iter().map(|line| line.discount.get()).collect::<Vec<_>>(), [34, 33, 33]);
}

#[test]
fn everything_may_be_given_away() {
    let lines = [line(1, "99.99", 18), line(0, "5", 18), line(1, "0", 28), line(7, "0.01", 5)];
    let (lines, totals) = tax(&lines, rupee("100.06"), Supply::IntraState).unwrap();
    assert!(lines.iter().all(|line| line.discount == line.gross && line.total == Paise::ZERO));
    assert_eq!(totals.grand_total, Paise::ZERO);
    let (lines, totals) = tax(&[], Paise::ZERO, Supply::InterState).unwrap();
    assert_eq!((lines.len(), totals), (0, TaxedTotals::default()));
}

#[test]
fn refuses_what_cannot_be() {
    let one = [line(1, "100", 18)];
    assert_eq!(tax(&one, rupee("100.01"), Supply::IntraState), Err(TaxError::DiscountTooLarge));
    assert_eq!(tax(&[], rupee("0.01"), Supply::IntraState), Err(TaxError::DiscountTooLarge));
    assert_eq!(tax(&one, Paise::new(-1), Supply::IntraState), Err(TaxError::Negative));
    assert_eq!(tax(&[line(-1, "1", 5)], Paise::ZERO, Supply::IntraState), Err(TaxError::Negative));
    let most = TaxLine { quantity: 1, unit_price: Paise::new(i64::MAX), gst_rate: 0 };
    for lines in [vec![TaxLine { quantity: 2, ..most }], vec![most, most], vec![TaxLine { gst_rate: 5, ..most }]] {
        assert_eq!(tax(&lines, Paise::ZERO, Supply::InterState), Err(TaxError::TooLarge));
    }
}

#[test]
fn the_states_decide() {
    assert_eq!(Supply::between(state("Karnataka"), state("29")), Supply::IntraState);
    assert_eq!(Supply::between(state("Karnataka"), state("Kerala")), Supply::InterState);
}

#[test]
fn a_special_economic_zone_is_another_state() {
    let (maharashtra, kerala) = (state("Maharashtra"), state("Kerala"));
    assert_eq!(Supply::to_customer(maharashtra, maharashtra, true), Supply::InterState);
    assert_eq!(Supply::to_customer(maharashtra, maharashtra, false), Supply::IntraState);
    assert_eq!(Supply::to_customer(maharashtra, kerala, false), Supply::InterState);
}

#[test]
fn rates_by_date() {
    let before = NaiveDate::from_ymd_opt(2025, 9, 21).unwrap();
    let from = NaiveDate::from_ymd_opt(2025, 9, 22).unwrap();
    let known = |on| (0..=u8::MAX).filter(|rate| is_valid_rate(*rate, on)).collect::<Vec<_>>();
    assert_eq!(known(before), [0, 5, 12, 18, 28]);
    assert_eq!(known(from), [0, 5, 18, 40]);
}

#[test]
fn the_default_sac_is_one() {
    assert!(crate::formats::HsnSac::parse(DEFAULT_LABOUR_SAC).is_ok());
}

/// Up to 12 lines as they occur, zeros among them, and a discount of at most their sum.
fn document() -> impl Strategy<Value = (Vec<TaxLine>, Paise)> {
    let rate = prop::sample::select(vec![0, 5, 12, 18, 28, 40]);
    let price = prop_oneof![Just(0), 1_i64..200, 1_i64..100_000_000];
    let line = (0_i64..50, price, rate).prop_map(|(quantity, price, gst_rate)| TaxLine {
        quantity,
        unit_price: Paise::new(price),
        gst_rate,
    });
    prop::collection::vec(line, 0..12).prop_flat_map(|lines| {
        let subtotal: i64 = lines.iter().map(|line| line.quantity * line.unit_price.get()).sum();
        (Just(lines), prop_oneof![Just(0), Just(subtotal), 0..=subtotal].prop_map(Paise::new))
    })
}

fn supply() -> impl Strategy<Value = Supply> {
    prop_oneof![Just(Supply::IntraState), Just(Supply::InterState)]
}

proptest! {
    #[test]
    fn lines_sum_to_the_totals((lines, discount) in document(), supply in supply()) {
        let (taxed, totals) = tax(&lines, discount, supply).unwrap();
        let sum = |part: fn(&TaxedLine) -> Paise| Paise::sum(taxed.iter().map(part)).unwrap();
        prop_assert_eq!(taxed.len(), lines.len());
        prop_assert_eq!(totals.subtotal, sum(|line| line.gross));
        prop_assert_eq!(totals.discount, sum(|line| line.discount));
        prop_assert_eq!(totals.taxable_value, sum(|line| line.taxable_value));
        prop_assert_eq!(totals.cgst, sum(|line| line.cgst));
        prop_assert_eq!(totals.sgst, sum(|line| line.sgst));
        prop_assert_eq!(totals.igst, sum(|line| line.igst));
        let taxes_and_round_off = [totals.taxable_value, totals.cgst, totals.sgst, totals.igst, totals.round_off];
        prop_assert_eq!(Some(totals.grand_total), Paise::sum(taxes_and_round_off));
        prop_assert_eq!(totals.grand_total.checked_sub(totals.round_off), Some(sum(|line| line.total)));
    }

    #[test]
    fn the_discount_sums_and_never_exceeds_a_line((lines, discount) in document(), supply in supply()) {
        let (taxed, totals) = tax(&lines, discount, supply).unwrap();
        prop_assert_eq!(totals.discount, discount);
        for line in &taxed {
            prop_assert!(!line.discount.is_negative() && line.discount <= line.gross);
            prop_assert_eq!(line.gross.checked_sub(line.discount), Some(line.taxable_value));
            // In proportion: less than a paisa away from the exact share.
            let exact = i128::from(line.gross.get()) * i128::from(discount.get());
            let given = i128::from(line.discount.get()) * i128::from(totals.subtotal.get());
            prop_assert!((exact - given).abs() < i128::from(totals.subtotal.get()).max(1));
        }
    }

    #[test]
    fn central_and_state_tax_are_equal((lines, discount) in document()) {
        let (within, totals) = tax(&lines, discount, Supply::IntraState).unwrap();
        prop_assert_eq!(totals.cgst, totals.sgst);
        prop_assert_eq!(totals.igst, Paise::ZERO);
        let (between, totals) = tax(&lines, discount, Supply::InterState).unwrap();
        prop_assert_eq!((totals.cgst, totals.sgst), (Paise::ZERO, Paise::ZERO));
        for ((within, between), line) in within.iter().zip(&between).zip(&lines) {
            prop_assert_eq!(within.cgst, within.sgst);
            prop_assert!((all_tax(within) - all_tax(between)).abs() <= 1);
            // Half up to the paisa: less than half a paisa above, at most half below the exact tax.
            let exact = i128::from(between.taxable_value.get()) * i128::from(line.gst_rate);
            let error = i128::from(between.igst.get()) * 100 - exact;
            prop_assert!((-49..=50).contains(&error));
        }
    }

    #[test]
    fn whole_rupees_are_paid((lines, discount) in document(), supply in supply()) {
        let (_, totals) = tax(&lines, discount, supply).unwrap();
        prop_assert_eq!(totals.grand_total.get() % 100, 0);
        prop_assert!((-49..=50).contains(&totals.round_off.get()));
    }

    #[test]
    fn splitting_a_line_changes_the_totals_by_no_more_than_the_rounding(
        (lines, discount) in document(), line in any::<prop::sample::Index>(), pieces in any::<prop::sample::Index>(),
        supply in supply(),
    ) {
        prop_assume!(!lines.is_empty());
        let line = line.index(lines.len());
        let one = i64::try_from(pieces.index(usize::try_from(lines[line].quantity).unwrap() + 1)).unwrap();
        let mut split = lines.clone();
        split[line].quantity -= one;
        split.push(TaxLine { quantity: one, ..lines[line] });
        // Half a paisa at each of the two lines, for each of the taxes. A discount's odd paisa may move between any lines.
        let taxes = match supply { Supply::IntraState => 2, Supply::InterState => 1 };
        let touched = if discount == Paise::ZERO { 1 } else { i64::try_from(split.len()).unwrap() };
        let ((_, whole), (_, parts)) = (tax(&lines, discount, supply).unwrap(), tax(&split, discount, supply).unwrap());
        prop_assert_eq!((whole.subtotal, whole.discount, whole.taxable_value), (parts.subtotal, parts.discount, parts.taxable_value));
        let taxed = |totals: &TaxedTotals| totals.cgst.get() + totals.sgst.get() + totals.igst.get();
        prop_assert!((taxed(&whole) - taxed(&parts)).abs() <= taxes * touched);
        // And the whole rupee, when that is where the sum lies.
        prop_assert!((whole.grand_total.get() - parts.grand_total.get()).abs() <= 100);
    }

    #[test]
    fn no_amount_breaks_it(
        lines in prop::collection::vec((any::<i64>(), any::<i64>(), any::<u8>()), 0..5), discount: i64, supply in supply(),
    ) {
        let lines: Vec<_> = lines
            .into_iter()
            .map(|(quantity, price, gst_rate)| TaxLine { quantity, unit_price: Paise::new(price), gst_rate })
            .collect();
        let _ = tax(&lines, Paise::new(discount), supply);
    }
}

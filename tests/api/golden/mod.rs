//! Papers, kept: the figures as JSON and the pages as text, in `tests/golden`. A change of either is seen line by line;
//! `UPDATE=1 cargo test -p dms-tests --test api golden` writes them anew, and `PAPERS=folder` the PDFs to look at.

mod reading;
mod samples;

use std::{env, fs, path::PathBuf, time::Instant};

use dms_domain::{
    invoice::{BillTo, ChargeLine, Invoice},
    money::Paise,
};
use dms_http::views::{InvoiceView, json};
use dms_papers::{Laid, TaxInvoice};
use reading::words_of;
pub(crate) use reading::{codes_of, text_of};
use samples::{asha, centre, firm, invoice, line};
use serde_json::{Value, json};

/// Compares with a kept file, or keeps it.
#[track_caller]
fn golden(name: &str, made: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, made).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(made.lines()).find(|(kept, made)| kept != made);
    assert!(
        kept == made,
        "{name} is another: {differs:#?}; if it should be, UPDATE=1 cargo test -p dms-tests --test api golden"
    );
}

/// Writes the PDF to look at, if a folder is named.
fn look_at(name: &str, laid: &Laid) {
    let Some(folder) = env::var_os("PAPERS").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).unwrap();
    let began = Instant::now();
    let pdf = laid.pdf().unwrap();
    eprintln!("{name:20} {} pages, {} bytes, painted in {:.1?}", laid.page_count(), pdf.len(), began.elapsed());
    fs::write(folder.join(name).with_extension("pdf"), pdf).unwrap();
}

/// Prices: the sum with its tax is whole rupees, and is not.
const ROUNDING: [(&str, [i64; 2]); 2] = [("whole", [100_000, 50_000]), ("odd", [33_333, 24_999])];

/// Lines whose sum is whole rupees or is not.
fn lines_at(rate: u8, [part, work]: [i64; 2]) -> Vec<ChargeLine> {
    vec![line("Brake pad set", "87083000", part, 3, rate), line("Labour", "998714", work, 1, rate)]
}

/// The figures of an invoice, as the API tells them.
fn figures(invoice: &Invoice) -> Value {
    let view = json(&InvoiceView::of(invoice)).unwrap();
    let kept = ["supplierState", "placeOfSupply", "items", "subtotal", "discount", "taxableValue"];
    let kept = kept.into_iter().chain(["cgst", "sgst", "igst", "roundOff", "grandTotal"]);
    kept.map(|field| (field.to_owned(), view[field].clone())).collect()
}

/// The sums of an invoice, computed once more: each line's tax from its taxable value, each total from the lines.
#[track_caller]
fn assert_lawful(invoice: &Invoice) {
    let sum = |of: fn(&dms_domain::invoice::InvoiceItem) -> Paise| -> i64 {
        invoice.items.iter().map(|item| of(item).get()).sum()
    };
    let within_a_state = invoice.supplier_state == invoice.place_of_supply;
    for item in &invoice.items {
        let (taxable, rate) = (item.taxable_value_paise.get(), i64::from(item.gst_rate));
        assert_eq!(taxable, item.unit_price_paise.get() * item.quantity - item.discount_paise.get());
        // Half up, as no amount here is negative.
        let half = if within_a_state { (taxable * rate + 100) / 200 } else { 0 };
        let whole = if within_a_state { 0 } else { (taxable * rate + 50) / 100 };
        assert_eq!(
            [item.cgst_paise, item.sgst_paise, item.igst_paise].map(Paise::get),
            [half, half, whole],
            "{item:?}"
        );
        assert_eq!(item.total_paise.get(), taxable + 2 * half + whole);
    }
    let totals = &invoice.totals;
    assert_eq!(totals.discount_paise.get(), sum(|item| item.discount_paise));
    assert_eq!(totals.taxable_value_paise.get(), sum(|item| item.taxable_value_paise));
    assert_eq!(totals.cgst_paise.get(), sum(|item| item.cgst_paise));
    assert_eq!(totals.igst_paise.get(), sum(|item| item.igst_paise));
    let (grand, exact) = (totals.grand_total_paise.get(), sum(|item| item.total_paise));
    assert_eq!((grand % 100, totals.round_off_paise.get()), (0, grand - exact));
    assert!((-49..=50).contains(&(grand - exact)), "{grand} for {exact}");
}

#[test]
fn invoices_of_every_kind_of_customer_place_rate_discount_and_rounding() {
    type Recipient = fn() -> BillTo;
    let parties: [(&str, Recipient); 2] = [("b2b", firm), ("b2c", asha)];
    for (party, bill_to) in parties {
        for (supply, place) in [("within-state", "Maharashtra"), ("between-states", "Karnataka")] {
            for rate in [0, 5, 18, 40] {
                let name = format!("invoices/{party}-{supply}-{rate}");
                let (mut all_figures, mut pages) = (Vec::new(), String::new());
                for discount in [0, 10_001] {
                    for (rounding, prices) in ROUNDING {
                        let invoice = invoice(&lines_at(rate, prices), discount, place, bill_to());
                        assert_lawful(&invoice);
                        let case = format!("discount {discount} paise, {rounding} prices");
                        all_figures.push(json!({"case": case, "invoice": figures(&invoice)}));
                        let laid = TaxInvoice::of(&invoice, &centre()).lay();
                        pages.push_str(&format!("=== {case}\n{}\n", laid.text()));
                    }
                }
                golden(&format!("{name}.json"), &format!("{:#}\n", Value::Array(all_figures)));
                golden(&format!("{name}.txt"), &pages);
            }
        }
    }
}

#[test]
fn papers_of_every_kind_and_length() {
    for (name, laid) in samples::invoices().into_iter().chain(samples::others()) {
        look_at(name, &laid);
        golden(&format!("papers/{name}.txt"), &laid.text());
    }
}

#[test]
fn the_same_paper_has_the_same_bytes_and_the_text_that_is_kept() {
    for (name, laid) in samples::invoices().into_iter().chain(samples::others()) {
        let pdf = laid.pdf().unwrap();
        assert!(pdf.starts_with(b"%PDF-1."), "{name}");
        assert_eq!(pdf, laid.pdf().unwrap(), "{name}");
        // What a reader that knows no Indian scripts can read must be, word by word, what the golden file says.
        if name != "devanagari" && name != "scripts" && name != "job-card" {
            assert_eq!(words_of(&pdf), words_of_text(&laid.text()), "{name}");
        }
    }
}

/// The words of a paper's text, sorted; without what is no text on the page.
fn words_of_text(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with("--- page"));
    let without_codes = lines.map(|line| match (line.find("[QR "), line.find(']')) {
        (Some(begin), Some(end)) => format!("{}{}", &line[..begin], &line[end + 1..]),
        _ => line.replace("[across the page: CANCELLED]", "CANCELLED"),
    });
    let mut words: Vec<String> =
        without_codes.flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    words.sort();
    words
}

#[test]
fn the_payment_code_on_the_page_says_whom_to_pay_and_how_much() {
    let invoices = samples::invoices();
    let code = |name: &str| {
        let (_, laid) = invoices.iter().find(|(known, _)| *known == name).unwrap();
        codes_of(&laid.pdf().unwrap())
    };
    let link = |amount: &str| {
        let payee = "pa=voltmotors.andheri@okbank&pn=Volt%20Motors%20Andheri%20East";
        vec![format!("upi://pay?{payee}&am={amount}&tn=Invoice%20SC001-2025-0042&cu=INR")]
    };
    assert_eq!(code("one-line"), link("4129.00"));
    assert_eq!(code("usual"), link("6931.00"), "the balance, not the total");
    assert_eq!(code("paid"), Vec::<String>::new());
    assert_eq!(code("cancelled"), Vec::<String>::new());
}

#[test]
fn an_invoice_from_before_its_supplier_was_kept_has_the_centres() {
    let kept = invoice(&lines_at(18, ROUNDING[0].1), 0, "Maharashtra", asha());
    // As it is stored without the field, and without what came with it.
    let mut stored = serde_json::to_value(&kept).unwrap();
    let fields = stored.as_object_mut().unwrap();
    for field in ["supplier", "vehicleRegistration", "vehicleName"] {
        assert!(fields.remove(field).is_some(), "{field}");
    }
    fields["billTo"].as_object_mut().unwrap().remove("pincode").unwrap();
    let old: Invoice = serde_json::from_value(stored).unwrap();
    assert_eq!((&old.supplier, &old.vehicle_name, &old.bill_to.pincode), (&None, &None, &None));
    let text = TaxInvoice::of(&old, &centre()).lay().text();
    assert!(text.contains("Volt Motors Andheri East") && text.contains("GSTIN 27AABCU9603R1ZN"), "{text}");
}

#[test]
fn a_tax_invoice_says_all_that_rule_46_asks_for() {
    let invoice = invoice(&lines_at(18, [33_333, 24_999]), 10_001, "Karnataka", firm());
    let pdf = TaxInvoice::of(&invoice, &centre()).lay().pdf().unwrap();
    let text = text_of(&pdf);
    for (clause, words) in [
        ("46(a) supplier", "Volt Motors Andheri East"),
        ("46(a) supplier's address", "Plot 12, MIDC Central Road, Marol"),
        ("46(a) supplier's GSTIN", "27AABCU9603R1ZN"),
        ("46(b) number", "SC001-2025-0042"),
        ("46(c) date", "20 Dec 2025"),
        ("46(d) recipient", "Deccan Electric Logistics"),
        ("46(d) recipient's address", "30 Mahatma Gandhi Road"),
        ("46(d) recipient's GSTIN", "29AABCU9603R1ZJ"),
        ("46(e) state and code", "Karnataka (29)"),
        ("46(g) HSN", "87083000"),
        ("46(g) SAC", "998714"),
        ("46(h) description", "Brake pad set"),
        ("46(i) unit", "NOS"),
        ("46(j) value", "Grand total"),
        ("46(k) taxable value after discount", "1,149.97"),
        ("46(l) rate", "18%"),
        ("46(m) tax", "IGST"),
        ("46(n) place of supply", "Place of supply"),
        ("46(p) reverse charge", "Reverse charge"),
        ("46(q) signature", "Authorised signatory"),
        ("48(1) copy", "ORIGINAL FOR RECIPIENT"),
        ("total in words", "Rupees One Thousand Three Hundred Fifty-Seven Only"),
    ] {
        assert!(text.contains(words), "{clause}: {words:?} is not on the page:\n{text}");
    }
    assert!(invoice.gst_invoice_number.len() <= 16, "46(b)");
}

//! The job card: what the workshop works by, and what the customer signs.

use chrono::NaiveDate;
use dms_domain::{
    job_card::{JobCard, JobCardForms, JobCardItem},
    money::Paise,
    money_text::grouped,
    service_centre::ServiceCentre,
    statuses::{JobCardItemType, JobCardStatus},
};
use serde_json::Value;

use crate::{
    Laid, Party,
    blocks::{Fact, Facts, facts, masthead, note, section, signatures},
    charges::rupees,
    forms,
    invoice::day,
    sheet::{Align, Flow, LEFT, Style, WIDTH, lines},
    table::{Cell, Column, Row, Table},
};

/// A part or a work as the job card prints it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobItem {
    /// "Part" or "Labour".
    pub kind: &'static str,
    /// Name.
    pub name: String,
    /// What stands below the name: code, serial number, "Under warranty".
    pub remark: String,
    /// Who did it.
    pub technician: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Price of one before tax.
    pub unit_price: Paise,
    /// Before tax; nothing under warranty.
    pub amount: Paise,
}

/// A form of the job card: its heading, and what was written into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// "COMPLAINT AND OBSERVATION".
    pub heading: &'static str,
    /// Name and value of each field, in its order.
    pub fields: Vec<(String, String)>,
}

/// A job card.
#[derive(Debug, Clone, PartialEq)]
pub struct JobCardPaper {
    /// `SC001-2025-12-0001`.
    pub number: String,
    /// The day it was opened, in India.
    pub date: NaiveDate,
    /// The centre.
    pub centre: Party,
    /// Name and value of what is known of the customer.
    pub customer: Vec<(&'static str, String)>,
    /// And of the vehicle.
    pub vehicle: Vec<(&'static str, String)>,
    /// And of the visit: state, service, priority, engineer.
    pub visit: Vec<(&'static str, String)>,
    /// The forms.
    pub forms: Vec<Form>,
    /// Parts and works.
    pub items: Vec<JobItem>,
    /// Estimate.
    pub estimate: Option<Paise>,
    /// Why it was cancelled, if it was.
    pub cancelled: Option<String>,
}

impl JobItem {
    /// An item of a card, at what the card charges it.
    fn of(card: &JobCard, item: &JobCardItem) -> Self {
        let remarks = [
            Some(item.part_code.clone()).filter(|code| *code != item.part_name),
            item.labour_code.clone(),
            item.serial_number.as_ref().map(|number| format!("Serial {number}")),
            item.is_warranty.then(|| "Under warranty".to_owned()),
        ];
        Self {
            kind: match item.item_type {
                JobCardItemType::Part => "Part",
                JobCardItemType::WorkItem => "Work",
            },
            name: item.part_name.clone(),
            remark: remarks
                .into_iter()
                .flatten()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("  ·  "),
            technician: item.technician.clone(),
            quantity: item.qty,
            unit_price: item.unit_price_paise,
            amount: card.charged_amount(item),
        }
    }
}

/// State, service and people of a visit.
fn visit(card: &JobCard) -> Vec<(&'static str, String)> {
    let known = [
        ("State", Some(forms::state(card.status.as_str()))),
        ("Service", Some(card.service_type.clone())),
        ("Priority", Some(forms::state(card.priority.as_str()))),
        ("Place", Some(forms::state(card.location.as_str()))),
        ("Engineer", card.engineer_name.clone()),
        ("Completed", card.completed_at.map(|at| day(at.ist_date()))),
    ];
    known.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// What the customer signs.
const CONSENT: &str = "I authorise the work described above, with the parts it needs, and a test drive of the vehicle. \
    The estimate is without tax; work beyond it needs my approval.";

/// What of part 1 has its own place on the paper: the customer, the vehicle, the complaint.
const CUSTOMER: [(&str, &str); 4] =
    [("Name", "fullName"), ("Phone", "mobilePrimary"), ("Type", "customerType"), ("Address", "customerAddress")];
const VEHICLE: [(&str, &str); 6] = [
    ("Registration", "registrationNumber"),
    ("Make", "vehicleBrand"),
    ("Model", "vehicleModel"),
    ("Variant", "variantBatteryCapacity"),
    ("VIN", "vinChassisNumber"),
    ("Warranty", "warrantyStatus"),
];
const COMPLAINT: [(&str, &str); 2] =
    [("Customer's complaint", "customerFeedback"), ("Technician's observation", "technicianObservation")];

impl JobCardPaper {
    /// A job card with its forms. Customer and vehicle are those of part 1: as they were at the visit.
    pub fn of(card: &JobCard, forms: Option<&JobCardForms>, centre: &ServiceCentre) -> Self {
        let part1 = forms.and_then(|forms| forms.part1_data.as_ref());
        let said = |(name, field): &(&'static str, &str)| {
            let value = forms::field(part1, field)?;
            Some((*name, if *field == "warrantyStatus" { forms::state(&value) } else { value }))
        };
        let placed: Vec<&str> = [&CUSTOMER[..], &VEHICLE[..], &COMPLAINT[..], &[("", "jobCardNumber")]]
            .concat()
            .iter()
            .map(|(_, field)| *field)
            .collect();
        let complaint = COMPLAINT.iter().filter_map(said).map(|(name, value)| (name.to_owned(), value));
        let complaint = complaint.chain(card.status_notes.clone().map(|notes| ("Notes".to_owned(), notes)));
        let rest = |form: Option<&Value>| form.map(|form| forms::fields(form, &placed)).unwrap_or_default();
        let form = |heading, fields| Form { heading, fields };
        Self {
            number: card.job_card_number.clone(),
            date: card.created_at.ist_date(),
            centre: Party::centre(centre),
            customer: CUSTOMER.iter().filter_map(said).collect(),
            vehicle: VEHICLE.iter().filter_map(said).collect(),
            visit: visit(card),
            forms: vec![
                form("COMPLAINT AND OBSERVATION", complaint.collect()),
                form("MORE ABOUT THE VISIT", rest(part1)),
                form("WARRANTY CASE", rest(forms.and_then(|forms| forms.part2_a_data.as_ref()))),
                form("REQUISITION", rest(forms.and_then(|forms| forms.part3_data.as_ref()))),
            ],
            items: card.items.iter().map(|item| JobItem::of(card, item)).collect(),
            estimate: card.estimated_cost_paise,
            cancelled: (card.status == JobCardStatus::Cancelled)
                .then(|| card.cancel_reason.clone().unwrap_or_default()),
        }
    }

    /// Lays it out.
    pub fn lay(&self) -> Laid {
        let title = format!("Job Card {}", self.number);
        let mut flow = Flow::new(title.clone(), self.cancelled.as_ref().map(|_| "CANCELLED"));
        masthead(&mut flow, &self.centre, "Job Card", &format!("{}  ·  {}", self.number, day(self.date)));
        let block = |label, known: &[(&'static str, String)]| {
            let facts = known.iter().map(|(name, value)| Fact::Pair(name, value.clone())).collect();
            Facts { label, facts, share: 1.0 }
        };
        let blocks =
            [block("CUSTOMER", &self.customer), block("VEHICLE", &self.vehicle), block("VISIT", &self.visit)];
        facts(&mut flow, &blocks);
        for form in self.forms.iter().filter(|form| !form.fields.is_empty()) {
            section(&mut flow, form.heading, 20.0);
            form.fields.iter().for_each(|(name, value)| field(&mut flow, name, value));
        }
        section(&mut flow, "PARTS AND WORK", 40.0);
        self.draw_items(&mut flow);
        section(&mut flow, "CONSENT", 20.0);
        note(&mut flow, CONSENT);
        if let Some(reason) = &self.cancelled {
            note(&mut flow, &format!("Cancelled: {reason}"));
        }
        let signers = ["Customer", "Service advisor", "Engineer"].map(|signer| (String::new(), signer));
        signatures(&mut flow, &signers);
        Laid { title, author: self.centre.name.clone(), date: self.date, pages: flow.finish() }
    }

    fn draw_items(&self, flow: &mut Flow) {
        let columns = vec![
            Column::figures("#"),
            Column::words("Description"),
            Column::narrow("Kind"),
            Column::some_words("Technician", 0.4),
            Column::figures("Qty"),
            Column::figures("Rate"),
            Column::figures("Amount"),
        ];
        let row = |(at, item): (usize, &JobItem)| Row {
            cells: vec![
                Cell::new((at + 1).to_string()),
                Cell::new(&*item.name).with_note(&*item.remark),
                Cell::new(item.kind),
                Cell::new(item.technician.as_deref().unwrap_or_default()),
                Cell::new(item.quantity.to_string()),
                Cell::new(grouped(item.unit_price)),
                Cell::new(grouped(item.amount)),
            ],
            sum: false,
        };
        let mut rows: Vec<Row> = self.items.iter().enumerate().map(row).collect();
        let mut sum = |name: String, figure: String| {
            let mut cells = vec![Cell::empty(), Cell::strong(name)];
            cells.extend((0..4).map(|_| Cell::empty()));
            cells.push(Cell::strong(figure));
            rows.push(Row { cells, sum: true });
        };
        let amounts = Paise::sum(self.items.iter().map(|item| item.amount));
        sum("Parts and work, before tax".to_owned(), amounts.map(grouped).unwrap_or_default());
        if let Some(estimate) = self.estimate {
            sum("Estimate".to_owned(), rupees(estimate));
        }
        Table { columns, rows, scale: 1.0 }.draw(flow, LEFT, WIDTH);
    }
}

/// A field of a form: its name, and beside it its value on as many lines and pages as it needs.
fn field(flow: &mut Flow, name: &str, value: &str) {
    const NAME_WIDTH: f32 = 132.0;
    let mut names = lines(name, Style::NOTE, NAME_WIDTH - 8.0).into_iter();
    let mut values = lines(value, Style::BODY, WIDTH - NAME_WIDTH).into_iter();
    loop {
        let (name, value) = (names.next(), values.next());
        if name.is_none() && value.is_none() {
            break;
        }
        let heights =
            [name.as_ref(), value.as_ref()].into_iter().flatten().map(|line| Style::BODY.height_of(line));
        let height = heights.fold(Style::BODY.line_height(), f32::max);
        flow.reserve(height);
        let y = flow.y;
        if let Some(name) = name {
            flow.shaped(name, Style::NOTE, (LEFT, y + 1.3), (NAME_WIDTH, Align::Left));
        }
        if let Some(value) = value {
            flow.shaped(value, Style::BODY, (LEFT + NAME_WIDTH, y), (WIDTH - NAME_WIDTH, Align::Left));
        }
        flow.y += height;
    }
}

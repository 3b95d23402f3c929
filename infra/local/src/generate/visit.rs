//! One visit of one vehicle: the job card's way through the workshop, step by step, each step one command.

use chrono::{DateTime, Utc};
use dms_domain::{
    calendar::{FinancialYear, MonthKey, Timestamp},
    invoice::{Charge, ChargeLine, Invoice},
    job_card::{self, JobCard, JobCardForms},
    money::Paise,
    numbering::Series,
    parts_request::{Approval, PartsRequest, PartsRequestItem},
    payment::Payment,
    refusal::Refusal,
    statuses::{JobCardStatus, PartsRequestStatus, PaymentKind, PaymentMethod, Priority, ServiceLocation},
};
use dms_store::{Hints, Store, StoreError, Transaction};
use serde_json::Value;

use super::{centres::Centre, dice::Dice, people::People, times, world::Numbers};

/// What a visit is in the middle of.
pub(super) struct Visit {
    pub(super) centre: usize,
    pub(super) vehicle: usize,
    customer: usize,
    dice: Dice,
    card: JobCard,
    request: Option<PartsRequest>,
    invoice: Option<Invoice>,
    /// What happens next.
    next: Step,
    /// Whether it ends without an invoice.
    unpaid: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Assign,
    Cancel,
    Start,
    Ask,
    Decide,
    Complete,
    Invoice,
    Pay,
}

/// What a step can see and change beside the visit itself.
pub(super) struct Workshop<'a> {
    pub(super) store: &'a Store,
    pub(super) people: &'a People,
    pub(super) centre: &'a mut Centre,
    pub(super) numbers: &'a mut Numbers,
}

/// A step that was done: its effects, and when the next one follows.
pub(super) struct Done {
    pub(super) transaction: Transaction,
    pub(super) next: Option<DateTime<Utc>>,
}

const SERVICES: [(&str, u32); 6] = [
    ("Regular Service", 50),
    ("Brake Check", 14),
    ("Battery Health Check", 12),
    ("Tyre Rotation", 10),
    ("Software Update", 8),
    ("Accident Repair", 6),
];
const COMPLAINTS: [&str; 6] = [
    "Strange noise from the front",
    "Range has dropped",
    "Brakes squeal",
    "Does not charge",
    "Service due",
    "AC is weak",
];
const LABOUR_SAC: &str = "998714";

impl Visit {
    /// A vehicle arrives.
    pub(super) fn open(
        shop: &mut Workshop<'_>,
        (centre, vehicle, invoiced): (usize, usize, u8),
        mut dice: Dice,
        at: DateTime<Utc>,
    ) -> Result<(Self, Done), StoreError> {
        let now = Timestamp::new(at);
        let owner = shop.people.owner(vehicle);
        let customer = shop.people.customer(owner).map_err(wrong)?;
        let car = shop.people.vehicle(vehicle, &customer).map_err(wrong)?;
        let service = dice.weighted(&SERVICES).unwrap_or("Regular Service").to_owned();
        let ids = (dice.id(at, Some(shop.centre.ordinal)), shop.centre.centre.id);
        let opened = JobCard::opened(ids, (customer.id, car.id), service, now);
        let urgent = dice.weighted(&[(Priority::Medium, 70), (Priority::High, 20), (Priority::Low, 10)]);
        let card = JobCard {
            priority: urgent.unwrap_or(opened.priority),
            location: if dice.percent(8) { ServiceLocation::Home } else { opened.location },
            estimated_cost_paise: Some(Paise::new(dice.between(10, 200) * 10_000)),
            ..opened
        };
        let mut part1 = job_card::snapshot(&customer, &car);
        part1.insert("customerFeedback".to_owned(), dice.word(&COMPLAINTS).into());
        let forms = JobCardForms {
            job_card_id: card.id,
            part1_data: Some(Value::Object(part1)),
            part2_a_data: None,
            part3_data: None,
        };
        let series = Series::JobCard(shop.centre.centre.details.code.clone(), MonthKey::of(now.ist_date()));
        let last = shop.numbers.take(&series);
        let plan = shop.store.open_job_card((card, forms), (&series, last), None)?;
        let next = if dice.percent(3) { Step::Cancel } else { Step::Assign };
        let unpaid = !dice.percent(invoiced.into());
        let mut visit = Self {
            centre,
            vehicle,
            customer: owner,
            card: plan.value.0,
            request: None,
            invoice: None,
            next,
            unpaid,
            dice,
        };
        let done = visit.then(plan.transaction, next, at, (5, 60));
        Ok((visit, done))
    }

    /// The next step.
    pub(super) fn go_on(&mut self, shop: &mut Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        match self.next {
            Step::Assign => self.assign(shop, at),
            Step::Cancel => self.cancel(shop, at),
            Step::Start => self.start(shop, at),
            Step::Ask => self.ask(shop, at),
            Step::Decide => self.decide(shop, at),
            Step::Complete => self.complete(shop, at),
            Step::Invoice => self.charge(shop, at),
            Step::Pay => self.pay(shop, at),
        }
    }

    /// This was done, and that follows after so many minutes of work.
    fn then(
        &mut self,
        transaction: Transaction,
        next: Step,
        at: DateTime<Utc>,
        (least, most): (i64, i64),
    ) -> Done {
        self.next = next;
        let minutes = self.dice.between(least, most);
        Done { transaction, next: Some(times::later(at, minutes, &mut self.dice)) }
    }

    fn assign(&mut self, shop: &mut Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let engineer = shop.centre.engineers.get(self.dice.below(shop.centre.engineers.len()));
        let new = self.card.assigned(engineer, Timestamp::new(at))?;
        let plan = shop.store.assign_engineer(&self.card, new)?;
        self.card = plan.value;
        Ok(self.then(plan.transaction, Step::Start, at, (5, 120)))
    }

    fn cancel(&mut self, shop: &mut Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let new = self.card.cancelled("The customer took the vehicle back".to_owned(), Timestamp::new(at))?;
        let plan = shop.store.cancel_job_card(&self.card, new, &[], shop.centre.manager.id, &Hints::default())?;
        self.card = plan.value;
        Ok(Done { transaction: plan.transaction, next: None })
    }

    fn step(
        &mut self,
        shop: &Workshop<'_>,
        to: JobCardStatus,
        at: DateTime<Utc>,
    ) -> Result<Transaction, StoreError> {
        let new = self.card.stepped(to, None, Timestamp::new(at))?;
        let plan = shop.store.step_job_card(&self.card, new, &Hints::default())?;
        self.card = plan.value;
        Ok(plan.transaction)
    }

    fn start(&mut self, shop: &Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let transaction = self.step(shop, JobCardStatus::InProgress, at)?;
        let next = if self.dice.percent(65) { Step::Ask } else { Step::Complete };
        Ok(self.then(transaction, next, at, (15, 150)))
    }

    /// One or two of the parts of which there are enough.
    fn ask(&mut self, shop: &mut Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let mut items: Vec<PartsRequestItem> = Vec::new();
        for _ in 0..=self.dice.below(2) {
            // The first parts are wanted far more often than the last.
            let share = self.dice.share() * self.dice.share() * self.dice.share();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            // an index
            let wanted = (share * shop.centre.parts.len() as f64) as usize;
            let quantity = self.dice.between(1, 2);
            let part = shop.centre.parts.get(wanted).filter(|part| part.stock_quantity >= quantity);
            let Some(part) = part.filter(|part| items.iter().all(|item| item.inventory_part_id != part.id)) else {
                continue;
            };
            let id = self.dice.id(at, None);
            items.push(PartsRequestItem::asked(id, part, quantity, self.dice.percent(10)));
        }
        if items.is_empty() {
            let transaction = self.step(shop, JobCardStatus::Completed, at)?;
            return Ok(self.completed(transaction, at));
        }
        let (id, now) = (self.dice.id(at, Some(shop.centre.ordinal)), Timestamp::new(at));
        let by = self.card.assigned_engineer_id.unwrap_or(shop.centre.manager.id);
        let request = PartsRequest::asked(id, &self.card, items, self.card.priority, by, now);
        let plan = shop.store.request_parts(&self.card, self.card.waiting_for_parts(now)?, request)?;
        (self.request, self.card) = (Some(plan.value.0), plan.value.1);
        // Some parts must be got from elsewhere first.
        let wait = if self.dice.percent(12) { (600, 6_000) } else { (3, 60) };
        Ok(self.then(plan.transaction, Step::Decide, at, wait))
    }

    fn decide(&mut self, shop: &mut Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let now = Timestamp::new(at);
        let by = shop.centre.storekeeper.id;
        let Some(request) = self.request.take() else { return Err(StoreError::Contended) };
        // Others may have taken the pieces meanwhile.
        let short = request.items.iter().any(|item| {
            let part = shop.centre.parts.iter().find(|part| part.id == item.inventory_part_id);
            part.is_none_or(|part| part.stock_quantity < item.requested_qty)
        });
        let decided = if short || self.dice.percent(4) {
            request.clone().decided(PartsRequestStatus::Rejected, by, Some("Not in stock".to_owned()), now)?
        } else {
            let fewer = request.items.iter().find(|item| item.requested_qty > 1).filter(|_| self.dice.percent(10));
            let approvals: Vec<Approval> =
                fewer.map(|item| Approval { item_id: item.id, approved_qty: 1 }).into_iter().collect();
            let (approved, status) = request.approved(&approvals)?;
            approved.decided(status, by, None, now)?
        };
        let taken = decided.approved_by_part();
        let mut hints = Hints::default();
        for part in shop.centre.parts.iter_mut() {
            let Some(quantity) = taken.get(&part.id) else { continue };
            hints = hints.knowing(part);
            *part = part.moved(-quantity, now);
        }
        let plan = shop.store.decide_parts_request(&request, decided, by, &hints)?;
        self.card = self.card.with_decision(&plan.value, now);
        let work = if self.dice.percent(10) { (500, 3_000) } else { (20, 300) };
        Ok(self.then(plan.transaction, Step::Complete, at, work))
    }

    fn complete(&mut self, shop: &Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let transaction = self.step(shop, JobCardStatus::Completed, at)?;
        Ok(self.completed(transaction, at))
    }

    fn completed(&mut self, transaction: Transaction, at: DateTime<Utc>) -> Done {
        let done = self.then(transaction, Step::Invoice, at, (5, 90));
        if self.unpaid { Done { next: None, ..done } } else { done }
    }

    fn charge(&mut self, shop: &mut Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let now = Timestamp::new(at);
        let centre = &shop.centre.centre;
        let customer = shop.people.customer(self.customer).map_err(wrong)?;
        let mut lines: Vec<ChargeLine> = ChargeLine::of_card(&self.card).collect();
        lines.push(ChargeLine {
            name: format!("Labour: {}", self.card.service_type),
            hsn_sac_code: Some(dms_domain::formats::HsnSac::parse(LABOUR_SAC).map_err(wrong)?),
            inventory_part_id: None,
            quantity: 1,
            unit_price_paise: Paise::new(self.dice.between(4, 60) * 10_000),
            gst_rate: 18,
        });
        let charge = Charge {
            centre,
            customer: &customer,
            card: Some(&self.card),
            lines: &lines,
            discount: Paise::ZERO,
            place_of_supply: None,
        };
        let by = shop.centre.advisor.id;
        let invoice = Invoice::issued(self.dice.id(at, Some(shop.centre.ordinal)), &charge, by, now)?;
        let series = Series::Invoice(centre.details.code.clone(), FinancialYear::of(now.ist_date()));
        let last = shop.numbers.take(&series);
        let plan = shop.store.issue_invoice(invoice, (&series, last), Some(&self.card), by, &Hints::default())?;
        self.card = self.card.invoiced(plan.value.id, now)?;
        self.invoice = Some(plan.value);
        // Some pay only when the vehicle is wanted back, days later.
        let wait = if self.dice.percent(8) { (1_000, 20_000) } else { (3, 90) };
        Ok(self.then(plan.transaction, Step::Pay, at, wait))
    }

    fn pay(&mut self, shop: &Workshop<'_>, at: DateTime<Utc>) -> Result<Done, StoreError> {
        let Some(invoice) = self.invoice.take() else { return Err(StoreError::Contended) };
        let now = Timestamp::new(at);
        let methods = [
            (PaymentMethod::Upi, 55),
            (PaymentMethod::Card, 25),
            (PaymentMethod::Cash, 12),
            (PaymentMethod::Bank, 8),
        ];
        let method = self.dice.weighted(&methods).unwrap_or(PaymentMethod::Upi);
        let payment = Payment {
            id: self.dice.id(at, None),
            kind: PaymentKind::Payment,
            amount_paise: Paise::ZERO,
            method,
            reference: (method != PaymentMethod::Cash).then(|| self.dice.digits(12)),
            received_by_id: shop.centre.manager.id,
            received_at: now,
        };
        let plan = shop.store.pay_invoice(&invoice, invoice.settled(payment, now)?, &Hints::default())?;
        Ok(Done { transaction: plan.transaction, next: None })
    }

    /// Whether the vehicle is free again.
    pub(super) fn is_over(&self) -> bool {
        self.card.status == JobCardStatus::Cancelled || (self.next == Step::Pay && self.invoice.is_none())
    }

    /// Seed for the ids that the store makes in the next step.
    pub(super) fn seed(&mut self) -> u64 {
        self.dice.seed()
    }
}

/// What was made up does not have its format.
pub(super) fn wrong(error: dms_domain::formats::FormatError) -> StoreError {
    Refusal::conflict("GENERATED", error.to_string()).into()
}

//! The dealership's life as a queue of events: what happens next is what is due first. Every event is one command,
//! planned by the store as for a request, with its effects as one transaction.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};

use chrono::{DateTime, TimeDelta, Utc};
use dms_domain::{
    calendar::{self, Timestamp},
    numbering::Series,
    statuses::AdjustmentReason,
    stock::{LedgerEntry, LedgerType},
};
use dms_store::{Store, StoreError, Transaction, with_ids_from};

use super::{
    centres::Centre,
    dice::{Dice, What},
    options::Options,
    people::People,
    times,
    visit::{Done, Visit, Workshop, wrong},
};

/// Pieces above its minimum at which a part is bought again.
const REORDER_AT: i64 = 4;
/// Tries to find a vehicle that is not in a workshop.
const TRIES: usize = 100;

/// The dealership and what is going on in it.
pub(super) struct World {
    store: Store,
    options: Options,
    people: People,
    centres: Vec<Centre>,
    arrivals: Vec<DateTime<Utc>>,
    numbers: Numbers,
    due: BinaryHeap<Reverse<(DateTime<Utc>, Event)>>,
    visits: HashMap<usize, Visit>,
    /// Vehicles that are in a workshop.
    busy: HashSet<usize>,
    /// Parts on their way, by centre and position.
    ordered: HashSet<(usize, usize)>,
    end: DateTime<Utc>,
}

/// What is due; of what is due at once, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Customer(usize),
    Vehicle(usize),
    Arrival(usize),
    Step(usize),
    Delivery(usize, usize),
}

/// The last number taken of each series.
#[derive(Default)]
pub(super) struct Numbers(HashMap<String, i64>);

impl Numbers {
    /// Takes the next number; returns the one before.
    pub(super) fn take(&mut self, series: &Series) -> i64 {
        let last = self.0.entry(series.counter_name()).or_default();
        *last += 1;
        *last - 1
    }
}

impl World {
    pub(super) fn of(store: &Store, options: &Options, people: People, centres: Vec<Centre>) -> Self {
        let mut dice = Dice::of(options.seed, What::Times, 2);
        let mut arrivals = times::spread(options.job_cards, options.first_and_last_day(), &mut dice);
        // The first ones wait for the first vehicle.
        let open = people.vehicle_at(0).map_or(DateTime::UNIX_EPOCH, |first| first + TimeDelta::minutes(10));
        for (position, arrival) in arrivals.iter_mut().enumerate() {
            *arrival = (*arrival).max(open + TimeDelta::milliseconds(i64::try_from(position).unwrap_or_default()));
        }
        let firsts = [
            people.customer_at(0).map(|at| (at, Event::Customer(0))),
            people.vehicle_at(0).map(|at| (at, Event::Vehicle(0))),
            arrivals.first().map(|at| (*at, Event::Arrival(0))),
        ];
        Self {
            due: firsts.into_iter().flatten().map(Reverse).collect(),
            end: calendar::ist_day_start_utc(options.last_day()) + TimeDelta::days(1),
            store: store.clone(),
            options: options.clone(),
            people,
            centres,
            arrivals,
            numbers: Numbers::default(),
            visits: HashMap::new(),
            busy: HashSet::new(),
            ordered: HashSet::new(),
        }
    }

    /// What happens next, and how many of the documents asked for it makes; `None` once the last day is over.
    pub(super) fn next(&mut self) -> Result<Option<(Transaction, u64)>, StoreError> {
        while let Some(Reverse((at, event))) = self.due.pop() {
            if at >= self.end {
                continue;
            }
            let happened = match event {
                Event::Customer(n) => Some((self.customer(n)?, 1)),
                Event::Vehicle(n) => Some((self.vehicle(n)?, 1)),
                Event::Arrival(n) => self.arrival(n, at)?.map(|transaction| (transaction, 1)),
                Event::Step(n) => Some((self.step(n, at)?, 0)),
                Event::Delivery(centre, part) => Some((self.delivery((centre, part), at)?, 0)),
            };
            if happened.is_some() {
                return Ok(happened);
            }
        }
        Ok(None)
    }

    fn is_due(&mut self, at: Option<DateTime<Utc>>, event: Event) {
        self.due.extend(at.map(|at| Reverse((at, event))));
    }

    fn customer(&mut self, n: usize) -> Result<Transaction, StoreError> {
        self.is_due(self.people.customer_at(n + 1), Event::Customer(n + 1));
        let customer = self.people.customer(n).map_err(wrong)?;
        Ok(self.store.register_customer(customer)?.transaction)
    }

    fn vehicle(&mut self, n: usize) -> Result<Transaction, StoreError> {
        self.is_due(self.people.vehicle_at(n + 1), Event::Vehicle(n + 1));
        let owner = self.people.customer(self.people.owner(n)).map_err(wrong)?;
        let vehicle = self.people.vehicle(n, &owner).map_err(wrong)?;
        Ok(self.store.register_vehicle(vehicle)?.transaction)
    }

    fn arrival(&mut self, n: usize, at: DateTime<Utc>) -> Result<Option<Transaction>, StoreError> {
        if self.arrivals.get(n) == Some(&at) {
            self.is_due(self.arrivals.get(n + 1).copied(), Event::Arrival(n + 1));
        }
        let mut dice = Dice::of(self.options.seed, What::Visit, n);
        let Some(vehicle) = self.free_vehicle(at, &mut dice) else {
            // All are in workshops: tomorrow, perhaps.
            self.is_due(Some(at + TimeDelta::days(1)), Event::Arrival(n));
            return Ok(None);
        };
        let home = self.people.centre_of_vehicle(vehicle);
        let centre = if dice.percent(5) { dice.below(self.centres.len()) } else { home };
        let seed = dice.seed();
        let Some(shop) = self.centres.get_mut(centre) else { return Ok(None) };
        let (store, people, numbers) = (&self.store, &self.people, &mut self.numbers);
        let mut shop = Workshop { store, people, centre: shop, numbers };
        let about = (centre, vehicle, self.options.invoiced);
        let (visit, Done { transaction, next }) = with_ids_from(seed, || Visit::open(&mut shop, about, dice, at))?;
        self.busy.insert(vehicle);
        self.visits.insert(n, visit);
        self.is_due(next, Event::Step(n));
        Ok(Some(transaction))
    }

    /// Mostly one that was registered lately: people come when they have bought it.
    fn free_vehicle(&self, at: DateTime<Utc>, dice: &mut Dice) -> Option<usize> {
        let there = self.people.vehicles_until(at);
        let mut chosen = (0..TRIES).map(|_| {
            let newest = there.checked_sub(1)?;
            Some(if dice.percent(50) { newest - dice.below(40).min(newest) } else { dice.below(there) })
        });
        chosen.find_map(|vehicle| vehicle.filter(|vehicle| !self.busy.contains(vehicle)))
    }

    fn step(&mut self, n: usize, at: DateTime<Utc>) -> Result<Transaction, StoreError> {
        let mut visit = self.visits.remove(&n).ok_or(StoreError::Contended)?;
        let (centre, vehicle) = (visit.centre, visit.vehicle);
        let (store, people, numbers) = (&self.store, &self.people, &mut self.numbers);
        let shop = self.centres.get_mut(centre).ok_or(StoreError::Contended)?;
        let mut shop = Workshop { store, people, centre: shop, numbers };
        let seed = visit.seed();
        let Done { transaction, next } = with_ids_from(seed, || visit.go_on(&mut shop, at))?;
        match next {
            Some(_) => {
                self.visits.insert(n, visit);
                self.is_due(next, Event::Step(n));
            }
            None if visit.is_over() => {
                self.busy.remove(&vehicle);
            }
            None => {}
        }
        self.reorder(centre, at);
        Ok(transaction)
    }

    /// Parts that have become few are bought; not those that were few from the beginning.
    fn reorder(&mut self, centre: usize, at: DateTime<Utc>) {
        let parts = self.centres.get(centre).map_or(&[][..], |centre| &centre.parts);
        let few = |(_, part): &(usize, &dms_domain::stock::Part)| part.version > 1 && part.headroom <= REORDER_AT;
        let few: Vec<usize> = parts.iter().enumerate().filter(few).map(|(position, _)| position).collect();
        for part in few {
            if self.ordered.insert((centre, part)) {
                let position = centre * self.options.parts_per_centre + part;
                let number = position ^ usize::try_from(at.timestamp_millis()).unwrap_or_default();
                let mut dice = Dice::of(self.options.seed, What::Restocking, number);
                let minutes = dice.between(600, 4_000);
                self.is_due(Some(times::later(at, minutes, &mut dice)), Event::Delivery(centre, part));
            }
        }
    }

    fn delivery(&mut self, (centre, part): (usize, usize), at: DateTime<Utc>) -> Result<Transaction, StoreError> {
        self.ordered.remove(&(centre, part));
        let centre_found = self.centres.get_mut(centre).ok_or(StoreError::Contended)?;
        let by = centre_found.storekeeper.id;
        let known = centre_found.parts.get_mut(part).ok_or(StoreError::Contended)?;
        let quantity = known.details.max_stock_level.unwrap_or_default() / 4;
        let now = Timestamp::new(at);
        let number = usize::try_from(at.timestamp_millis()).unwrap_or_default();
        let id = Dice::of(self.options.seed, What::Restocking, number ^ part).id(at, None);
        let entry = LedgerEntry {
            reason: AdjustmentReason::StockReceived.as_str().to_owned(),
            ..LedgerEntry::new(id, known.id, (LedgerType::Adjustment, quantity), by, now)
        };
        let plan = self.store.adjust_stock(known, known.moved(quantity, now), &entry)?;
        *known = plan.value;
        Ok(plan.transaction)
    }
}

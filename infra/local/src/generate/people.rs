//! Customers and vehicles. The `n`th is the same whenever it is asked for, so none need be remembered.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use dms_domain::{
    calendar::{self, Timestamp},
    customer::{Customer, CustomerDetails},
    formats::{Email, FormatError, Phone, Pincode, Registration, Vin},
    numbering::Series,
    statuses::{CustomerType, WarrantyStatus},
    vehicle::{Vehicle, VehicleDetails},
};

use super::{
    dice::{Dice, What},
    names::{self, City, STREETS},
    options::Options,
    times,
};

/// Who comes when.
pub(super) struct People {
    seed: u64,
    /// The number of the first customer.
    first_number: u64,
    customers: Vec<DateTime<Utc>>,
    vehicles: Vec<DateTime<Utc>>,
    centres: usize,
}

/// Make, model, variant, share of the market, and the first eight characters of its VIN.
type Model = (&'static str, &'static str, &'static str, u32, &'static str);

const MODELS: [Model; 10] = [
    ("Tata", "Nexon EV", "Long Range", 30, "MATNXEV4"),
    ("Tata", "Punch EV", "Adventure", 18, "MATPNEV3"),
    ("Tata", "Tiago EV", "XZ+", 14, "MATTGEV2"),
    ("Mahindra", "XUV400", "EL Pro", 10, "MA1X4EV5"),
    ("Mahindra", "BE 6", "Pack Three", 6, "MA1BE6V7"),
    ("MG", "Windsor EV", "Essence", 12, "MZ7WNEV4"),
    ("MG", "ZS EV", "Exclusive", 5, "MZ7ZSEV5"),
    ("Hyundai", "Creta Electric", "Excellence", 6, "MALCREV6"),
    ("BYD", "Atto 3", "Superior", 2, "LC0ATEV7"),
    ("Kia", "EV6", "GT Line", 1, "MZBEV6V8"),
];
const COLOURS: [&str; 6] = ["Pearl White", "Midnight Black", "Ocean Blue", "Flame Red", "Daytona Grey", "Silver"];
const INSURERS: [&str; 4] = ["ICICI Lombard", "Bajaj Allianz", "New India Assurance", "Tata AIG"];
/// The letters between office and number of a registration, without I and O.
const SERIES: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const NUMBERS: usize = 9_999;
/// Of a new vehicle.
const WARRANTY_DAYS: i64 = 3 * 365;
/// Years of manufacture as VINs write them, from 2020.
const VIN_YEARS: &[u8] = b"LMNPRSTVWXY1";

impl People {
    pub(super) fn of(options: &Options, first_number: u64) -> Self {
        let moments = |number, count| {
            times::spread(count, options.first_and_last_day(), &mut Dice::of(options.seed, What::Times, number))
        };
        let customers = moments(0, options.customers);
        let mut vehicles = moments(1, options.vehicles());
        // Nobody brings a vehicle before there is anybody.
        let earliest = customers.first().map_or(DateTime::UNIX_EPOCH, |first| *first + TimeDelta::minutes(5));
        for (position, moment) in vehicles.iter_mut().enumerate() {
            let after = earliest + TimeDelta::milliseconds(i64::try_from(position).unwrap_or_default());
            *moment = (*moment).max(after);
        }
        Self { seed: options.seed, first_number, customers, vehicles, centres: options.service_centers }
    }

    /// When the `n`th customer registers.
    pub(super) fn customer_at(&self, n: usize) -> Option<DateTime<Utc>> {
        self.customers.get(n).copied()
    }

    /// When the `n`th vehicle is registered.
    pub(super) fn vehicle_at(&self, n: usize) -> Option<DateTime<Utc>> {
        self.vehicles.get(n).copied()
    }

    /// How many vehicles there are by then.
    pub(super) fn vehicles_until(&self, at: DateTime<Utc>) -> usize {
        self.vehicles.partition_point(|registered| *registered < at)
    }

    /// The `n`th customer's centre.
    fn home(&self, n: usize) -> usize {
        Dice::of(self.seed, What::Customer, n).below(self.centres)
    }

    /// The centre of the `n`th vehicle's owner.
    pub(super) fn centre_of_vehicle(&self, n: usize) -> usize {
        self.home(self.owner(n))
    }

    /// The owner of the `n`th vehicle: mostly who registered last; some have several vehicles, and some none.
    pub(super) fn owner(&self, n: usize) -> usize {
        let there =
            self.vehicles.get(n).map_or(0, |at| self.customers.partition_point(|registered| registered < at));
        let mut dice = Dice::of(self.seed, What::Vehicle, n);
        let newest = there.saturating_sub(1);
        if dice.percent(75) { newest - dice.below(3).min(newest) } else { dice.below(there) }
    }

    /// The `n`th customer.
    pub(super) fn customer(&self, n: usize) -> Result<Customer, FormatError> {
        let at = self.customers.get(n).copied().unwrap_or_default();
        let mut dice = Dice::of(self.seed, What::Customer, n);
        let city = city(dice.below(self.centres));
        let id = dice.id(at, None);
        let name = names::person(city, &mut dice);
        let is_firm = dice.percent(4);
        // Families share a number.
        let family = n.checked_sub(1).filter(|_| dice.percent(3));
        let phone = match family {
            Some(before) => phone(&mut Dice::of(self.seed, What::Phone, before)),
            None => phone(&mut Dice::of(self.seed, What::Phone, n)),
        }?;
        let email = email(&name, &mut dice).filter(|_| dice.percent(45));
        let details = CustomerDetails {
            name: if is_firm {
                format!("{name} {}", dice.word(&["Motors", "Traders", "Enterprises", "& Sons"]))
            } else {
                name
            },
            whatsapp_number: dice.percent(70).then(|| phone.clone()),
            phone,
            alternate_number: None,
            email: email.map(|email| Email::parse(&email)).transpose()?,
            address: Some(format!("{} {}", 1 + dice.below(250), dice.word(&STREETS))),
            city_state: Some(format!("{}, {}", city.name, city.state)),
            pincode: Some(Pincode::parse(&format!("{}{:03}", city.pin, 1 + dice.below(99)))?),
            customer_type: if is_firm { CustomerType::B2b } else { CustomerType::B2c },
            gstin: None,
            is_sez: false,
        };
        let number = Series::Customer.format(self.first_number + n as u64);
        Ok(Customer::new(id, number, details, Timestamp::new(at)))
    }

    /// The `n`th vehicle.
    pub(super) fn vehicle(&self, n: usize, owner: &Customer) -> Result<Vehicle, FormatError> {
        let at = self.vehicles.get(n).copied().unwrap_or_default();
        let mut dice = Dice::of(self.seed, What::Vehicle, n);
        let id = dice.id(at, None);
        let city = city(self.centre_of_vehicle(n));
        let models = MODELS.map(|model| (model, model.3));
        let (make, model, variant, _, vin) = dice.weighted(&models).unwrap_or(MODELS[0]);
        let bought = calendar::ist_date(at) - TimeDelta::days(dice.between(0, 1_200));
        let warranty_ends = bought + TimeDelta::days(WARRANTY_DAYS);
        let holds = warranty_ends >= calendar::ist_date(at);
        let warranty = if holds { WarrantyStatus::Active } else { WarrantyStatus::Expired };
        let insured = calendar::ist_date(at) - TimeDelta::days(dice.between(0, 360));
        let code =
            usize::try_from(bought.year() - 2020).ok().and_then(|year| VIN_YEARS.get(year)).unwrap_or(&b'L');
        let details = VehicleDetails {
            customer_id: owner.id,
            registration: Registration::parse(&registration(city, n, &mut dice))?,
            vin: Vin::parse(&format!("{vin}{}{n:08}", char::from(*code)))?,
            vehicle_make: make.to_owned(),
            vehicle_model: model.to_owned(),
            vehicle_year: bought.year(),
            variant: Some(variant.to_owned()),
            vehicle_color: Some(dice.word(&COLOURS).to_owned()),
            motor_number: None,
            charger_serial_number: None,
            purchase_date: Some(bought),
            warranty_status: Some(warranty),
            warranty_end_date: Some(warranty_ends),
            insurance_start_date: Some(insured),
            insurance_end_date: Some(insured + TimeDelta::days(364)),
            insurance_company_name: Some(dice.word(&INSURERS).to_owned()),
        };
        Ok(Vehicle::new(id, details, Timestamp::new(at)))
    }
}

/// The city of the `n`th centre.
pub(super) fn city(centre: usize) -> &'static City {
    &names::CITIES[centre % names::CITIES.len()]
}

/// A mobile number.
pub(super) fn phone(dice: &mut Dice) -> Result<Phone, FormatError> {
    let first = dice.weighted(&[('9', 45), ('8', 25), ('7', 20), ('6', 10)]).unwrap_or('9');
    Phone::parse(&format!("+91{first}{}", dice.digits(9)))
}

fn email(name: &str, dice: &mut Dice) -> Option<String> {
    let letters = |word: &str| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let words: Vec<String> = name.split(' ').map(letters).filter(|word| !word.is_empty()).collect();
    let domain = dice.word(&["mail.example", "post.example", "inbox.example"]);
    (!words.is_empty()).then(|| format!("{}{}@{domain}", words.join("."), 1 + dice.below(999)))
}

/// The number plate of the `n`th vehicle: no other has its letters and number, whatever its office.
fn registration(city: &City, n: usize, dice: &mut Dice) -> String {
    let plates = SERIES.len() * SERIES.len() * NUMBERS;
    // Prime and no divisor of the count, so every plate comes once before any comes again.
    let plate = n.wrapping_mul(1_234_577) % plates;
    let (series, number) = (plate / NUMBERS, plate % NUMBERS + 1);
    let letter = |position: usize| char::from(SERIES[position % SERIES.len()]);
    let office = dice.word(city.offices);
    format!("{office}{}{}{number:04}", letter(series / SERIES.len()), letter(series))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn people(seed: u64) -> People {
        People::of(&Options { customers: 2_000, job_cards: 0, seed, ..Options::small() }, 1)
    }

    #[test]
    fn people_are_the_same_every_time_and_no_two_vehicles_are_alike() {
        let people_of_one = people(1);
        let vehicle = |people: &People, n: usize| {
            let owner = people.customer(people.owner(n)).unwrap();
            people.vehicle(n, &owner).unwrap()
        };
        assert_eq!(vehicle(&people_of_one, 77), vehicle(&people(1), 77));
        assert_ne!(people_of_one.customer(5).unwrap().id, people(2).customer(5).unwrap().id);
        let all: Vec<Vehicle> = (0..2_000).map(|n| vehicle(&people_of_one, n)).collect();
        let plates: HashSet<_> = all.iter().map(|vehicle| vehicle.details.registration.as_str()).collect();
        let vins: HashSet<_> = all.iter().map(|vehicle| vehicle.details.vin.as_str()).collect();
        assert_eq!((plates.len(), vins.len()), (2_000, 2_000));
        assert!(all.iter().all(|vehicle| vehicle.details.vin.is_standard()));
    }

    #[test]
    fn who_owns_a_vehicle_was_registered_before_it() {
        let people = people(3);
        for n in 0..2_000 {
            assert!(people.customer_at(people.owner(n)) < people.vehicle_at(n), "vehicle {n}");
        }
        let owners: HashSet<usize> = (0..2_000).map(|n| people.owner(n)).collect();
        assert!((900..1_900).contains(&owners.len()), "{}", owners.len());
    }
}

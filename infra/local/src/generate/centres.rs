//! Service centres with their staff and their stock.

use chrono::{DateTime, TimeDelta, Utc};
use dms_access::CentreClaim;
use dms_domain::{
    calendar::{self, Timestamp},
    formats::{CentreCode, Email, FormatError, GstState, HsnSac, Phone, Pincode},
    ids::CentreOrdinal,
    money::Paise,
    permissions::Role,
    service_centre::{CentreDetails, ServiceCentre},
    stock::{LedgerCounts, LedgerEntry, LedgerType, Part, PartDetails},
    user::User,
};
use dms_store::Credentials;
use uuid::Uuid;

use super::{
    dice::{Dice, What},
    names,
    options::Options,
    people::{city, phone},
};

/// A centre and who works there.
pub(super) struct Centre {
    pub(super) ordinal: CentreOrdinal,
    pub(super) centre: ServiceCentre,
    pub(super) manager: User,
    pub(super) advisor: User,
    pub(super) storekeeper: User,
    pub(super) engineers: Vec<User>,
    /// What is in stock, the most wanted first.
    pub(super) parts: Vec<Part>,
}

/// A kind of part: name, number, category, price in rupees.
type Kind = (&'static str, &'static str, &'static str, i64);

const KINDS: [Kind; 20] = [
    ("Cabin Air Filter", "FLT-CAB", "Filters", 650),
    ("Wiper Blade", "WPR", "Body", 480),
    ("Brake Pad Set", "BRK-PAD", "Brakes", 2_500),
    ("Coolant 1 L", "COOL", "Fluids", 420),
    ("Brake Fluid 500 ml", "BRK-FLD", "Fluids", 380),
    ("Tyre 215/60 R16", "TYR", "Tyres", 7_800),
    ("12 V Battery", "BAT-12V", "Battery", 5_200),
    ("Brake Disc", "BRK-DSC", "Brakes", 4_100),
    ("Shock Absorber", "SHK", "Suspension", 3_900),
    ("Wheel Bearing", "WHL-BRG", "Suspension", 1_850),
    ("Headlamp Assembly", "LMP-HD", "Electrical", 8_900),
    ("Charging Port Cover", "CHG-CVR", "Charging", 900),
    ("Onboard Charger", "CHG-OBC", "Charging", 46_000),
    ("Reducer Oil 1 L", "OIL-RED", "Fluids", 1_150),
    ("Drive Shaft", "DRV-SFT", "Drive", 12_400),
    ("DC-DC Converter", "DCDC", "Electrical", 28_000),
    ("Door Mirror", "MIR", "Body", 3_200),
    ("Suspension Arm", "SUS-ARM", "Suspension", 2_700),
    ("Battery Cooling Pump", "PMP-COOL", "Battery", 9_600),
    ("Battery Module", "BAT-MOD", "Battery", 50_000),
];

impl Centre {
    /// The `n`th centre, as it opens.
    pub(super) fn of(n: usize, ordinal: CentreOrdinal, options: &Options) -> Result<Self, FormatError> {
        let dice = &mut Dice::of(options.seed, What::Centre, n);
        let at = opening(options) + TimeDelta::milliseconds(i64::try_from(n).unwrap_or_default());
        let city = city(n);
        let code = CentreCode::parse(&format!("{}{:02}", city.code, n / names::CITIES.len() + 1))?;
        let centre = ServiceCentre {
            id: dice.id(at, Some(ordinal)),
            details: CentreDetails {
                name: format!("{} {}", city.name, n / names::CITIES.len() + 1),
                address: format!("{} {}", 1 + dice.below(200), dice.word(&names::STREETS)),
                city: city.name.to_owned(),
                state: GstState::parse(city.state)?,
                pincode: Pincode::parse(&format!("{}{:03}", city.pin, 1 + dice.below(99)))?,
                phone: phone(dice)?,
                email: Some(Email::parse(&format!("{code}@centre.example"))?),
                gstin: None,
                upi_id: Some(format!("{}@upi", code.as_str().to_lowercase())),
                code,
            },
            active: true,
            created_at: Timestamp::new(at),
            updated_at: Timestamp::new(at),
            version: 1,
        };
        let mut person = |role, login: &str| user((role, login), &centre, at, dice);
        let manager = person(Role::ScManager, "manager")?;
        let advisor = person(Role::ServiceAdvisor, "advisor")?;
        let storekeeper = person(Role::InventoryManager, "inventory")?;
        let engineers = ["engineer", "engineer2", "engineer3", "engineer4"];
        let engineers =
            engineers.map(|login| person(Role::ServiceEngineer, login)).into_iter().collect::<Result<_, _>>()?;
        let first = n * options.parts_per_centre;
        let parts = (0..options.parts_per_centre)
            .map(|k| part(k, &centre, ordinal, &mut Dice::of(options.seed, What::Part, first + k)))
            .collect::<Result<_, _>>()?;
        Ok(Self { ordinal, centre, manager, advisor, storekeeper, engineers, parts })
    }

    /// Its staff.
    pub(super) fn staff(&self) -> impl Iterator<Item = &User> {
        [&self.manager, &self.advisor, &self.storekeeper].into_iter().chain(&self.engineers)
    }

    /// The first entry of a part's ledger.
    pub(super) fn opening_entry(&self, part: &Part) -> LedgerEntry {
        // The part's own id is of this moment and centre; the entry's differs in its chance.
        let (at, number) = (part.created_at, usize::try_from(part.id.as_u128() & 0xffff_ffff).unwrap_or_default());
        let id = Dice::of(u64::from(self.ordinal.get()), What::Part, number).id(at.utc(), None);
        LedgerEntry::new(id, part.id, (LedgerType::Opening, part.stock_quantity), self.storekeeper.id, at)
    }

    /// How one of its staff logs in.
    pub(super) fn credentials(&self, user: &User, password_hash: &str) -> Credentials {
        Credentials {
            email: user.email.to_string(),
            user_id: user.id,
            password_hash: password_hash.to_owned(),
            password_epoch: 0,
            role: user.role,
            centre: Some(CentreClaim { id: self.centre.id, code: self.centre.details.code.clone() }),
            active: true,
        }
    }
}

/// The first morning, before the first customer.
fn opening(options: &Options) -> DateTime<Utc> {
    calendar::ist_day_start_utc(options.first_and_last_day().0) + TimeDelta::hours(8)
}

fn user(
    (role, login): (Role, &str),
    centre: &ServiceCentre,
    at: DateTime<Utc>,
    dice: &mut Dice,
) -> Result<User, FormatError> {
    let code = centre.details.code.as_str();
    let number = usize::try_from(dice.between(0, i64::MAX)).unwrap_or_default();
    Ok(User {
        id: dice.id(at, None),
        email: Email::parse(&format!("{login}@{code}.example"))?,
        name: names::person(city(number), dice),
        phone: Some(phone(dice)?) as Option<Phone>,
        role,
        service_center_id: Some(centre.id),
        active: true,
        created_at: Timestamp::new(at),
        updated_at: Timestamp::new(at),
        version: 1,
    })
}

/// The `k`th part of a centre. The first ones are the cheap ones that every second vehicle needs.
fn part(k: usize, centre: &ServiceCentre, ordinal: CentreOrdinal, dice: &mut Dice) -> Result<Part, FormatError> {
    let (name, number, category, price) = KINDS[k % KINDS.len()];
    let make = k / KINDS.len() + 1;
    let at = centre.created_at.utc()
        + TimeDelta::seconds(1)
        + TimeDelta::milliseconds(i64::try_from(k).unwrap_or_default());
    let id: Uuid = dice.id(at, Some(ordinal));
    let minimum = dice.between(3, 12);
    // One of twelve is low from the beginning, and nobody buys it.
    let stock = if dice.below(12) == 0 { dice.between(0, minimum) } else { minimum + dice.between(20, 60) };
    let number = format!("{number}-{make:03}");
    Ok(Part {
        id,
        service_center_id: centre.id,
        central_part_id: None,
        details: PartDetails {
            part_name: if make == 1 { name.to_owned() } else { format!("{name} Type {make}") },
            part_code: number.clone(),
            part_number: number,
            category: category.to_owned(),
            unit_price_paise: Paise::new(price * 100),
            cost_price_paise: Paise::new(price * 72),
            gst_rate: 18,
            hsn_sac_code: Some(HsnSac::parse("8708")?),
            min_stock_level: minimum,
            max_stock_level: Some(minimum * 40),
            location: Some(format!("Rack {}", 1 + k % 12)),
        },
        stock_quantity: stock,
        headroom: stock - minimum,
        ledger_counts: LedgerCounts::default(),
        created_at: Timestamp::new(at),
        updated_at: Timestamp::new(at),
        version: 1,
    })
}

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{customer::Customer, refusal::Refusal, vehicle::Vehicle};

/// The forms of a job card: the historical snapshot (part 1), the warranty case (2A), the requisition (3).
/// Free-form, as the specification has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobCardForms {
    /// The job card.
    pub job_card_id: Uuid,
    /// Historical snapshot of customer, vehicle and complaint.
    #[serde(default, with = "json_text")]
    pub part1_data: Option<Value>,
    /// Warranty case.
    #[serde(default, with = "json_text")]
    pub part2_a_data: Option<Value>,
    /// Requisition.
    #[serde(default, with = "json_text")]
    pub part3_data: Option<Value>,
}

/// Longest form, in bytes of JSON: three of them fit a DynamoDB item.
pub const MAX_FORM_BYTES: usize = 100_000;

impl JobCardForms {
    /// Checks that each form can be stored.
    ///
    /// # Errors
    /// A field error naming the form that is too long.
    pub fn check_size(&self) -> Result<(), Refusal> {
        let forms =
            [("part1Data", &self.part1_data), ("part2AData", &self.part2_a_data), ("part3Data", &self.part3_data)];
        for (name, form) in forms {
            if form.as_ref().is_some_and(|form| form.to_string().len() > MAX_FORM_BYTES) {
                return Err(Refusal::field(name, format!("must have at most {MAX_FORM_BYTES} bytes")));
            }
        }
        Ok(())
    }
}

/// Part 1 as far as customer and vehicle tell it: the historical snapshot.
pub fn snapshot(customer: &Customer, vehicle: &Vehicle) -> Map<String, Value> {
    let (person, car) = (&customer.details, &vehicle.details);
    let known = [
        ("fullName", json!(person.name)),
        ("mobilePrimary", json!(person.phone)),
        ("customerType", json!(person.customer_type)),
        ("customerAddress", json!(person.address)),
        ("vehicleBrand", json!(car.vehicle_make)),
        ("vehicleModel", json!(car.vehicle_model)),
        ("registrationNumber", json!(car.registration)),
        ("vinChassisNumber", json!(car.vin)),
        ("variantBatteryCapacity", json!(car.variant)),
        ("warrantyStatus", json!(car.warranty_status)),
        ("insuranceStartDate", json!(car.insurance_start_date)),
        ("insuranceEndDate", json!(car.insurance_end_date)),
        ("insuranceCompanyName", json!(car.insurance_company_name)),
    ];
    let known = known.into_iter().filter(|(_, value)| !value.is_null());
    known.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A form is stored as its JSON text: DynamoDB's own maps know neither 33 levels nor a number such as 1e300.
mod json_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(form: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        form.as_ref().map(Value::to_string).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| serde_json::from_str(&text).map_err(D::Error::custom)).transpose()
    }
}

//! The forms of a job card, and what the card takes from them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::JobCard;
use crate::refusal::Refusal;

/// Most characters that are kept of what part 1 calls the vehicle.
const MAX_LABEL: usize = 60;

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

impl JobCard {
    /// The card with its vehicle's plate and name as the forms have them: invoice and papers say what was said
    /// at the visit, whatever becomes of the vehicle.
    #[must_use]
    pub fn labelled(self, forms: &JobCardForms) -> Self {
        let said = |field: &str| {
            let text = forms.part1_data.as_ref()?.get(field)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.chars().take(MAX_LABEL).collect::<String>())
        };
        let name: Vec<String> = ["vehicleBrand", "vehicleModel"].into_iter().filter_map(said).collect();
        let vehicle_name = (!name.is_empty()).then(|| name.join(" "));
        Self { vehicle_registration: said("registrationNumber"), vehicle_name, ..self }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn labels(part1: Value) -> (Option<String>, Option<String>) {
        let card = json!({"id": Uuid::nil(), "jobCardNumber": "SC001-2025-12-0001", "serviceCenterId": Uuid::nil(),
            "customerId": Uuid::nil(), "vehicleId": Uuid::nil(), "status": "CREATED", "serviceType": "Repair",
            "priority": "LOW", "location": "HOME", "vehicleName": "before", "createdAt": "2025-12-20T10:00:00Z",
            "updatedAt": "2025-12-20T10:00:00Z", "version": 1});
        let card: JobCard = serde_json::from_value(card).unwrap();
        let forms =
            JobCardForms { job_card_id: card.id, part1_data: Some(part1), part2_a_data: None, part3_data: None };
        let card = card.labelled(&forms);
        (card.vehicle_registration, card.vehicle_name)
    }

    #[test]
    fn a_card_calls_its_vehicle_what_part_1_calls_it() {
        let text = |text: &str| Some(text.to_owned());
        let part1 =
            json!({"registrationNumber": "MH12AB1234", "vehicleBrand": "Tata", "vehicleModel": "Nexon EV"});
        assert_eq!(labels(part1), (text("MH12AB1234"), text("Tata Nexon EV")));
        assert_eq!(labels(json!({"vehicleModel": " Nexon EV "})), (None, text("Nexon EV")));
        // Part 1 is free-form: what is no text, empty or endless is no name.
        let odd = json!({"registrationNumber": 7, "vehicleBrand": " ", "vehicleModel": "x".repeat(500)});
        assert_eq!(labels(odd), (None, Some("x".repeat(MAX_LABEL))));
        assert_eq!(labels(json!([])), (None, None));
    }
}

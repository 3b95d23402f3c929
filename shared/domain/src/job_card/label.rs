//! What a job card calls its vehicle.

use super::{JobCard, JobCardForms};

/// Most characters that are kept of what part 1 calls the vehicle.
const MAX_LABEL: usize = 60;

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
    use serde_json::{Value, json};
    use uuid::Uuid;

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

//! Answers of commands that are remembered for two days, and may say who the customer is.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::customer::Customer;

/// By what an answer that speaks of a customer is known.
#[derive(Debug, Clone)]
pub struct Traces(Vec<String>);

impl Traces {
    /// Of a customer and of documents that are about them.
    pub fn of(customer: &Customer, documents: impl IntoIterator<Item = Uuid>) -> Self {
        let details = &customer.details;
        let phones = [Some(&details.phone), details.whatsapp_number.as_ref(), details.alternate_number.as_ref()];
        let mut traces = vec![customer.id.to_string(), Value::from(details.name.clone()).to_string()];
        traces.extend(phones.into_iter().flatten().map(|phone| phone.digits().to_owned()));
        traces.extend(details.email.as_ref().map(ToString::to_string));
        traces.extend(details.gstin.as_ref().map(ToString::to_string));
        traces.extend(documents.into_iter().map(|id| id.to_string()));
        Self(traces)
    }

    /// Whether a text speaks of them.
    pub fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|trace| text.contains(trace.as_str()))
    }
}

/// What is left of a remembered answer: whoever asks again learns that it was done, and the document's id.
pub fn erased_answer(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    json!({ "data": { "id": body["data"]["id"] }, "success": true, "meta": body["meta"] }).to_string()
}

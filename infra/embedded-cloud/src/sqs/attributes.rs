//! The settings of a queue.

use serde_json::{Map, Value};

use super::error::SqsError;
use crate::EmbeddedCloud;

/// Largest message and largest batch, in bytes.
pub(super) const MAX_BYTES: usize = 256 * 1024;
/// Every queue belongs to this account.
pub(super) const ACCOUNT: &str = "000000000000";

const VISIBILITY_TIMEOUT: &str = "VisibilityTimeout";
const REDRIVE_POLICY: &str = "RedrivePolicy";

/// The settings that can be given, with their default, smallest and largest values.
const NUMBERS: [(&str, u32, u32, u32); 5] = [
    (VISIBILITY_TIMEOUT, 30, 0, 43_200),
    ("DelaySeconds", 0, 0, 900),
    ("ReceiveMessageWaitTimeSeconds", 0, 0, 20),
    ("MessageRetentionPeriod", 345_600, 60, 1_209_600),
    ("MaximumMessageSize", MAX_BYTES as u32, 1_024, MAX_BYTES as u32),
];
/// Accepted and handed back, without any effect here.
const IGNORED: [&str; 5] =
    ["Policy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];

/// Settings as they were given, each a string as in the API.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct QueueAttributes(Map<String, Value>);

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redrive {
    pub(super) target: String,
    pub(super) max_receive_count: u32,
}

impl QueueAttributes {
    /// Refuses names that SQS does not know and values out of range.
    pub(super) fn parse(given: Map<String, Value>) -> Result<Self, SqsError> {
        for (name, value) in &given {
            let text = value.as_str().ok_or_else(|| SqsError::InvalidAttributeValue(name.clone()))?;
            if let Some((_, _, low, high)) = NUMBERS.iter().find(|(known, ..)| known == name) {
                let within = text.parse::<u32>().is_ok_and(|number| (*low..=*high).contains(&number));
                if !within {
                    return Err(SqsError::InvalidAttributeValue(name.clone()));
                }
            } else if name == REDRIVE_POLICY {
                if !text.is_empty() {
                    redrive(text)?;
                }
            } else if !IGNORED.contains(&name.as_str()) {
                return Err(SqsError::InvalidAttributeName(name.clone()));
            }
        }
        Ok(Self(given))
    }

    /// Reads what `to_json` wrote.
    pub(super) fn from_json(text: &str) -> Result<Self, SqsError> {
        serde_json::from_str(text).map(Self).map_err(|error| SqsError::Internal(error.to_string()))
    }

    pub(super) fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Takes over all of `newer`. An empty redrive policy removes the policy.
    pub(super) fn merge(&mut self, newer: Self) {
        self.0.extend(newer.0);
        if self.0.get(REDRIVE_POLICY).is_some_and(|policy| policy == "") {
            self.0.shift_remove(REDRIVE_POLICY);
        }
    }

    /// The first setting of `wanted` that has another value here.
    pub(super) fn differs_from<'a>(&self, wanted: &'a Self) -> Option<&'a str> {
        let own = self.all();
        wanted.0.iter().find(|(name, value)| own.get(*name) != Some(*value)).map(|(name, _)| name.as_str())
    }

    /// The settings with their defaults filled in.
    pub(super) fn all(&self) -> Map<String, Value> {
        let defaults = NUMBERS.iter().map(|(name, default, ..)| ((*name).to_owned(), default.to_string().into()));
        let mut all: Map<String, Value> = defaults.collect();
        all.extend(self.0.clone());
        all
    }

    pub(super) fn visibility_timeout(&self) -> u32 {
        self.number(VISIBILITY_TIMEOUT)
    }

    pub(super) fn delay(&self) -> u32 {
        self.number("DelaySeconds")
    }

    pub(super) fn wait_time(&self) -> u32 {
        self.number("ReceiveMessageWaitTimeSeconds")
    }

    pub(super) fn retention(&self) -> u32 {
        self.number("MessageRetentionPeriod")
    }

    pub(super) fn max_bytes(&self) -> usize {
        self.number("MaximumMessageSize") as usize
    }

    pub(super) fn redrive(&self) -> Option<Redrive> {
        redrive(self.0.get(REDRIVE_POLICY)?.as_str()?).ok()
    }

    fn number(&self, name: &str) -> u32 {
        let given = self.0.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok());
        let default = NUMBERS.iter().find(|(known, ..)| *known == name).map_or(0, |(_, default, ..)| *default);
        given.unwrap_or(default)
    }
}

/// `arn:aws:sqs:ap-south-1:000000000000:NAME`
pub(super) fn arn(queue: &str) -> String {
    format!("arn:aws:sqs:{}:{ACCOUNT}:{queue}", EmbeddedCloud::REGION)
}

fn redrive(policy: &str) -> Result<Redrive, SqsError> {
    let invalid = || SqsError::InvalidAttributeValue(REDRIVE_POLICY.to_owned());
    let policy: Value = serde_json::from_str(policy).map_err(|_| invalid())?;
    let target =
        policy["deadLetterTargetArn"].as_str().and_then(|arn| arn.rsplit(':').next()).ok_or_else(invalid)?;
    // AWS takes it as a number or as text.
    let count = &policy["maxReceiveCount"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok()).ok_or_else(invalid)?;
    let max_receive_count = u32::try_from(count).ok().filter(|count| (1..=1_000).contains(count));
    Ok(Redrive { target: target.to_owned(), max_receive_count: max_receive_count.ok_or_else(invalid)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, value: &str) -> Result<QueueAttributes, SqsError> {
        QueueAttributes::parse(Map::from_iter([(name.to_owned(), value.into())]))
    }

    #[test]
    fn values_out_of_range_and_unknown_names_are_refused() {
        assert!(matches!(parse(VISIBILITY_TIMEOUT, "43201"), Err(SqsError::InvalidAttributeValue(_))));
        assert!(matches!(parse("FifoQueue", "true"), Err(SqsError::InvalidAttributeName(_))));
        assert!(matches!(parse(REDRIVE_POLICY, "{}"), Err(SqsError::InvalidAttributeValue(_))));
    }

    #[test]
    fn an_empty_redrive_policy_removes_it() -> Result<(), SqsError> {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:ap-south-1:000000000000:dead","maxReceiveCount":"3"}"#;
        let mut attributes = parse(REDRIVE_POLICY, policy)?;
        assert_eq!(attributes.redrive(), Some(Redrive { target: "dead".to_owned(), max_receive_count: 3 }));
        attributes.merge(parse(REDRIVE_POLICY, "")?);
        assert_eq!(attributes.redrive(), None);
        Ok(())
    }
}

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Quotation, pricing::sums};
use crate::{
    calendar::Timestamp,
    fields::FieldErrors,
    refusal::Refusal,
    state_machine::Machine,
    statuses::{AnsweredBy, QuotationStatus},
};

/// The answer to a quotation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Numbers of the approved lines, ascending; none when it was declined.
    pub approved_lines: Vec<u32>,
    /// Who answered, in which words.
    #[serde(flatten)]
    pub said: Said,
    /// When.
    pub answered_at: Timestamp,
}

/// Who answers, in which words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// The customer by the link, or the centre for them.
    pub answered_by: AnsweredBy,
    /// The user, where it was the centre.
    pub user_id: Option<Uuid>,
    /// The name the customer gave.
    pub name: Option<String>,
    /// A comment, or why it was declined.
    pub comment: Option<String>,
}

/// What is decided of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The line's number.
    pub line: u32,
    /// Approved or declined.
    pub approve: bool,
}

/// What is decided of a quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decisions {
    /// All lines are approved.
    ApproveAll,
    /// All lines are declined.
    DeclineAll,
    /// Each line by itself.
    Each(Vec<Decision>),
}

impl Quotation {
    /// Whether a line was approved.
    pub fn is_approved(&self, line: u32) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.approved_lines.contains(&line))
    }

    /// Numbers of the lines that are approved by these decisions.
    fn approved_lines(&self, decisions: &Decisions) -> Result<Vec<u32>, Refusal> {
        let all = self.offer.items.iter().map(|item| item.sr_no);
        let each = match decisions {
            Decisions::ApproveAll => return Ok(all.collect()),
            Decisions::DeclineAll => return Ok(Vec::new()),
            Decisions::Each(each) => each,
        };
        let mut errors = FieldErrors::new();
        for (position, decision) in each.iter().enumerate() {
            let field = format!("decisions[{position}].line");
            if each.iter().take(position).any(|earlier| earlier.line == decision.line) {
                errors.add(field, "is named twice");
            } else if !all.clone().any(|line| line == decision.line) {
                errors.add(field, "is not a line of this quotation");
            }
        }
        // A line that was overlooked is neither approved nor declined.
        let decided = |line: &u32| each.iter().any(|decision| decision.line == *line);
        let missing: Vec<String> =
            all.clone().filter(|line| !decided(line)).map(|line| line.to_string()).collect();
        if !missing.is_empty() {
            errors.add("decisions", format!("must name every line; missing: {}", missing.join(", ")));
        }
        errors.into_result().map_err(Refusal::Invalid)?;
        let approved = |line: &u32| each.iter().any(|decision| decision.line == *line && decision.approve);
        Ok(all.filter(approved).collect())
    }

    /// The quotation, approved by the centre in the customer's name: all lines, or some.
    ///
    /// # Errors
    /// `QUOTATION_EXPIRED`; `INVALID_TRANSITION` unless it is a draft or sent; field errors for decisions that do not name
    /// every line once, or approve none.
    pub fn approved(&self, decisions: &Decisions, said: Said, now: Timestamp) -> Result<Self, Refusal> {
        self.check_in_time(now)?;
        self.status.step(QuotationStatus::Approved)?;
        let lines = self.approved_lines(decisions)?;
        if lines.is_empty() {
            return Err(Refusal::field("decisions", "approve at least one line, or reject the quotation"));
        }
        self.answered(lines, said, now)
    }

    /// The quotation, declined as a whole.
    ///
    /// # Errors
    /// `QUOTATION_EXPIRED`; `INVALID_TRANSITION` unless it is sent.
    pub fn rejected(&self, said: Said, now: Timestamp) -> Result<Self, Refusal> {
        self.check_in_time(now)?;
        self.status.step(QuotationStatus::Rejected)?;
        self.answered(Vec::new(), said, now)
    }

    /// The quotation as the customer answers it by the link of the offer with this hash; none when it was answered so
    /// before. Declining every line rejects it.
    ///
    /// # Errors
    /// `LINK_VOID` when this is not what is offered any more; `ALREADY_ANSWERED` otherwise; `QUOTATION_EXPIRED`; field
    /// errors for decisions that do not name every line once.
    pub fn answered_by_link(
        &self,
        offer_hash: &str,
        decisions: &Decisions,
        said: Said,
        now: Timestamp,
    ) -> Result<Option<Self>, Refusal> {
        self.check_link(offer_hash)?;
        let lines = self.approved_lines(decisions)?;
        match self.status_on(now.ist_date()) {
            QuotationStatus::Approved | QuotationStatus::Rejected => {
                if self.answer.as_ref().is_some_and(|answer| answer.approved_lines == lines) {
                    return Ok(None);
                }
                let message = format!("{} was answered otherwise before", self.quotation_number);
                Err(Refusal::conflict("ALREADY_ANSWERED", message))
            }
            QuotationStatus::Draft | QuotationStatus::Sent | QuotationStatus::Expired => {
                self.check_in_time(now)?;
                self.status.step(QuotationStatus::Rejected)?;
                self.answered(lines, said, now).map(Some)
            }
        }
    }

    /// Checks that a link shows what is offered now.
    ///
    /// # Errors
    /// `LINK_VOID`.
    pub fn check_link(&self, offer_hash: &str) -> Result<(), Refusal> {
        let stands = self.status != QuotationStatus::Draft && self.offer_hash() == offer_hash;
        if stands { Ok(()) } else { Err(void_link()) }
    }

    fn answered(&self, approved_lines: Vec<u32>, said: Said, now: Timestamp) -> Result<Self, Refusal> {
        let approved = self.offer.items.iter().filter(|item| approved_lines.contains(&item.sr_no));
        let (status, approved_totals) = match approved_lines.is_empty() {
            true => (QuotationStatus::Rejected, None),
            false => (QuotationStatus::Approved, Some(sums(approved)?)),
        };
        let answer = Some(Answer { approved_lines, said, answered_at: now });
        Ok(Self { status, answer, approved_totals, ..self.changed(now) })
    }
}

/// The refusal of a link whose offer has changed or is gone.
pub fn void_link() -> Refusal {
    Refusal::conflict("LINK_VOID", "This offer has changed: ask the service centre for a new link")
}

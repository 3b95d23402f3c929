//! Every state machine of the system, each as one table (specification §5; decisions, "States").

use crate::{
    refusal::Refusal,
    statuses::{
        AppointmentStatus, FileStatus, InvoiceStatus, JobCardStatus, PartsIssueStatus, PartsRequestStatus,
        PurchaseOrderStatus, QuotationStatus,
    },
};

/// States and the steps between them.
pub trait Machine: Copy + PartialEq + 'static {
    /// The document in the user's words.
    const WHAT: &'static str;

    /// The state's name.
    fn name(self) -> &'static str;

    /// The states that can follow.
    fn next(self) -> &'static [Self];

    /// Checks a step.
    ///
    /// # Errors
    /// [`Refusal::InvalidTransition`] with the states that could follow.
    fn step(self, to: Self) -> Result<(), Refusal> {
        if self.next().contains(&to) {
            return Ok(());
        }
        Err(Refusal::InvalidTransition {
            what: Self::WHAT,
            from: self.name(),
            to: to.name(),
            allowed: self.next().iter().map(|state| state.name()).collect(),
        })
    }
}

impl Machine for AppointmentStatus {
    const WHAT: &'static str = "appointment";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Confirmed, Self::Cancelled, Self::NoShow],
            Self::Confirmed => &[Self::Arrived, Self::Cancelled, Self::NoShow],
            Self::Arrived => &[Self::InProgress],
            Self::InProgress => &[Self::Completed],
            Self::Completed | Self::Cancelled | Self::NoShow => &[],
        }
    }
}

impl AppointmentStatus {
    /// Whether a job card can be opened from it: a customer at the counter need not be clicked through the
    /// states before.
    pub fn can_open_job_card(self) -> bool {
        matches!(self, Self::Pending | Self::Confirmed | Self::Arrived)
    }
}

impl Machine for JobCardStatus {
    const WHAT: &'static str = "job card";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Created => &[Self::Assigned, Self::Cancelled],
            Self::Assigned => &[Self::InProgress, Self::Cancelled],
            Self::InProgress => &[Self::PartsPending, Self::Completed, Self::Cancelled],
            Self::PartsPending => &[Self::InProgress, Self::Cancelled],
            Self::Completed => &[Self::Invoiced, Self::Cancelled],
            Self::Invoiced | Self::Cancelled => &[],
        }
    }
}

impl Machine for PartsRequestStatus {
    const WHAT: &'static str = "parts request";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Approved, Self::PartiallyApproved, Self::Rejected, Self::Cancelled],
            Self::Approved | Self::PartiallyApproved | Self::Rejected | Self::Cancelled => &[],
        }
    }
}

impl Machine for PurchaseOrderStatus {
    const WHAT: &'static str = "purchase order";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::PendingApproval, Self::Cancelled],
            // A rejected order is a draft again: it can be changed and submitted anew.
            Self::PendingApproval => &[Self::Approved, Self::Draft, Self::Cancelled],
            Self::Approved => &[Self::Received, Self::PartiallyReceived, Self::Completed, Self::Cancelled],
            Self::Received => &[Self::PartiallyReceived, Self::Completed],
            // A further delivery arrives, and may again be short.
            Self::PartiallyReceived => &[Self::Received, Self::PartiallyReceived, Self::Completed],
            Self::Completed | Self::Cancelled => &[],
        }
    }
}

impl Machine for PartsIssueStatus {
    const WHAT: &'static str = "parts issue";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::PendingApproval => &[Self::Approved, Self::Rejected, Self::Cancelled],
            // Closed without a dispatch, it is cancelled.
            Self::Approved => &[Self::Dispatched, Self::Cancelled],
            // Partial dispatches and receipts leave it DISPATCHED.
            Self::Dispatched => &[Self::Dispatched, Self::Completed],
            Self::Completed | Self::Rejected | Self::Cancelled => &[],
        }
    }
}

impl Machine for QuotationStatus {
    const WHAT: &'static str = "quotation";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Sent, Self::Approved, Self::Expired],
            // One that must change is a draft again.
            Self::Sent => &[Self::Approved, Self::Rejected, Self::Expired, Self::Draft],
            // As is one that is offered anew.
            Self::Expired => &[Self::Draft],
            Self::Approved | Self::Rejected => &[],
        }
    }
}

impl Machine for InvoiceStatus {
    const WHAT: &'static str = "invoice";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Unpaid => &[Self::PartiallyPaid, Self::Paid, Self::Cancelled, Self::Credited],
            // UNPAID again when all of it was given back.
            Self::PartiallyPaid => &[Self::Paid, Self::Unpaid, Self::Credited],
            Self::Paid => &[Self::Credited],
            Self::Credited | Self::Cancelled => &[],
        }
    }
}

impl Machine for FileStatus {
    const WHAT: &'static str = "file";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Ready, Self::Rejected],
            Self::Ready | Self::Rejected => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::statuses::TallyCode;

    #[test]
    fn a_job_card_takes_only_the_steps_of_the_specification() {
        use JobCardStatus::{Assigned, Cancelled, Completed, Created, InProgress, Invoiced, PartsPending};
        let allowed = [
            (Created, Assigned),
            (Assigned, InProgress),
            (InProgress, PartsPending),
            (InProgress, Completed),
            (PartsPending, InProgress),
            (Completed, Invoiced),
            (Created, Cancelled),
            (Assigned, Cancelled),
            (InProgress, Cancelled),
            (PartsPending, Cancelled),
            (Completed, Cancelled),
        ];
        for from in JobCardStatus::ALL {
            for to in JobCardStatus::ALL {
                assert_eq!(from.step(*to).is_ok(), allowed.contains(&(*from, *to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn a_refused_step_tells_where_one_could_go() {
        let refusal = JobCardStatus::PartsPending.step(JobCardStatus::Completed).unwrap_err();
        assert_eq!(refusal.to_string(), "A job card that is PARTS_PENDING cannot become COMPLETED");
        assert!(refusal.fields().to_string().contains("IN_PROGRESS, CANCELLED"));
    }

    #[test]
    fn an_appointment_can_be_missed_or_cancelled_only_before_arrival() {
        for state in AppointmentStatus::ALL {
            let before = matches!(state, AppointmentStatus::Pending | AppointmentStatus::Confirmed);
            assert_eq!(state.step(AppointmentStatus::Cancelled).is_ok(), before);
            assert_eq!(state.step(AppointmentStatus::NoShow).is_ok(), before);
        }
    }

    #[test]
    fn a_purchase_order_is_cancelled_only_before_any_receipt() {
        use PurchaseOrderStatus::{Approved, Cancelled, Draft, PendingApproval};
        for state in PurchaseOrderStatus::ALL {
            let before = [Draft, PendingApproval, Approved].contains(state);
            assert_eq!(state.step(Cancelled).is_ok(), before, "{state:?}");
        }
    }

    #[test]
    fn an_answered_quotation_stays_answered() {
        use QuotationStatus::{Approved, Draft, Expired, Rejected, Sent};
        for state in QuotationStatus::ALL {
            assert_eq!(state.step(Approved).is_ok(), [Draft, Sent].contains(state), "{state:?}");
            assert_eq!(state.step(Rejected).is_ok(), *state == Sent, "{state:?}");
            assert_eq!(state.step(Draft).is_ok(), [Sent, Expired].contains(state), "{state:?}");
        }
    }

    #[test]
    fn a_parts_issue_is_received_only_when_it_was_dispatched() {
        for state in PartsIssueStatus::ALL {
            let allowed = *state == PartsIssueStatus::Dispatched;
            assert_eq!(state.step(PartsIssueStatus::Completed).is_ok(), allowed, "{state:?}");
        }
    }

    #[test]
    fn tally_codes_are_unique() {
        fn check(codes: Vec<TallyCode>) {
            let letters: BTreeSet<String> = codes.iter().map(ToString::to_string).collect();
            let places: BTreeSet<Option<u32>> = codes.iter().map(|code| code.place()).collect();
            assert_eq!((letters.len(), places.len()), (codes.len(), codes.len()));
        }
        check(JobCardStatus::ALL.iter().map(|state| state.tally_code()).collect());
        check(InvoiceStatus::ALL.iter().map(|state| state.tally_code()).collect());
        check(PurchaseOrderStatus::ALL.iter().map(|state| state.tally_code()).collect());
        check(QuotationStatus::ALL.iter().map(|state| state.tally_code()).collect());
        check(PartsIssueStatus::ALL.iter().map(|state| state.tally_code()).collect());
    }
}

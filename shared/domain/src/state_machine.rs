//! Every state machine of the system, each as one table (specification §5; decisions, "States").

use crate::{
    refusal::Refusal,
    statuses::{AppointmentStatus, InvoiceStatus, JobCardStatus, PartsRequestStatus},
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

impl Machine for InvoiceStatus {
    const WHAT: &'static str = "invoice";

    fn name(self) -> &'static str {
        self.as_str()
    }

    fn next(self) -> &'static [Self] {
        match self {
            Self::Unpaid => &[Self::PartiallyPaid, Self::Paid, Self::Cancelled],
            Self::PartiallyPaid => &[Self::Paid],
            Self::Paid | Self::Cancelled => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn tally_codes_are_unique() {
        let mut codes: Vec<_> = JobCardStatus::ALL.iter().map(|state| state.tally_code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), JobCardStatus::ALL.len());
    }
}

//! Bugs to plant: the concurrency checker (`tests/checker`) proves with them that it would find such a bug. Without
//! the feature `planted-bugs` there are none, and the switches cost nothing.

/// A bug that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlantedBug {
    /// A command's record is written whether or not there is one: a repeated command takes effect again.
    RecordWithoutCondition,
    /// Every try of a command has another record: a lost answer makes it take effect twice.
    RecordPerTry,
    /// A refusal is told without looking for the finished command.
    RefusalWithoutLooking,
    /// Lines of the same part are not added up: only the last one moves stock.
    LinesNotAddedUp,
    /// Stock moves without a condition, as if checking before the write were enough.
    StockWithoutCondition,
    /// The next number is what was read and one more, and nothing holds others off.
    NumberWithoutCondition,
    /// A document is replaced whatever its version is by now: what others did to it is lost, or done twice.
    ReplacedWithoutVersion,
    /// A document that was not read is moved on whatever its state is.
    StepWithoutState,
    /// A sale moves the stock and forgets the ledger.
    SaleWithoutLedger,
    /// A job card is cancelled and keeps its parts.
    CardKeepsParts,
    /// A job card is cancelled and its requests for parts stay open.
    RequestsStayOpen,
    /// A sale is cancelled and nothing comes back.
    SaleKeptWhenCancelled,
    /// Pieces that come back to a part that was deleted meanwhile go nowhere.
    DeletedPartsTakeNothing,
    /// A document changes its state and still counts in the old one.
    TallyNotMoved,
    /// A document that was not read changes its state and is still listed in the old one.
    IndexNotMoved,
    /// Central's stock is promised without a condition: twice, when two ask at once.
    PromisedTwice,
    /// An issue is rejected or cancelled, and what it was promised stays so.
    PromiseKeptWhenRefused,
    /// An issue is approved in part, and only that part of its promise is released.
    ApprovedAloneReleased,
    /// An issue is closed, and what was not sent comes back to nobody.
    ClosedPiecesVanish,
    /// Pieces are lost on the way and leave no record.
    LossWithoutRecord,
    /// A receipt of some pieces leaves the note of what is under way as it is.
    TransitNoteNotUpdated,
    /// An invoice takes over what was paid in advance, and the job card keeps it, too.
    AdvanceKeptOnCard,
    /// A paid invoice is credited, and the vehicle has cost as much as before.
    SpentKeptWhenCredited,
    /// Parts that a credit note returns are not in stock.
    CreditedPartsVanish,
    /// Parts that a credit note returns are still on the job card.
    CreditedPartsStayOnCard,
}

impl PlantedBug {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::RecordWithoutCondition,
        Self::RecordPerTry,
        Self::RefusalWithoutLooking,
        Self::LinesNotAddedUp,
        Self::StockWithoutCondition,
        Self::NumberWithoutCondition,
        Self::ReplacedWithoutVersion,
        Self::StepWithoutState,
        Self::SaleWithoutLedger,
        Self::CardKeepsParts,
        Self::RequestsStayOpen,
        Self::SaleKeptWhenCancelled,
        Self::DeletedPartsTakeNothing,
        Self::TallyNotMoved,
        Self::IndexNotMoved,
        Self::PromisedTwice,
        Self::PromiseKeptWhenRefused,
        Self::ApprovedAloneReleased,
        Self::ClosedPiecesVanish,
        Self::LossWithoutRecord,
        Self::TransitNoteNotUpdated,
        Self::AdvanceKeptOnCard,
        Self::SpentKeptWhenCredited,
        Self::CreditedPartsVanish,
        Self::CreditedPartsStayOnCard,
    ];
}

/// Whether this bug is planted in what runs on this thread.
#[cfg(not(feature = "planted-bugs"))]
#[inline(always)]
pub(crate) const fn planted(_: PlantedBug) -> bool {
    false
}

#[cfg(feature = "planted-bugs")]
pub use switch::plant;
#[cfg(feature = "planted-bugs")]
pub(crate) use switch::planted;

#[cfg(feature = "planted-bugs")]
mod switch {
    use std::cell::Cell;

    use super::PlantedBug;

    thread_local! {
        // A history runs on one thread.
        static PLANTED: Cell<Option<PlantedBug>> = const { Cell::new(None) };
    }

    /// Plants a bug in everything that runs on this thread from now on, instead of the one before.
    pub fn plant(bug: Option<PlantedBug>) {
        PLANTED.set(bug);
    }

    /// Whether this bug is planted in what runs on this thread.
    pub(crate) fn planted(bug: PlantedBug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

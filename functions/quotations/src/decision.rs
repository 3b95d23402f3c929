use dms_domain::{
    inputs::Whole,
    quotation::{Decision, Decisions},
    refusal::Refusal,
    stock::check_lines,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is decided of one line.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(crate) struct LineDecision {
    /// The line's `srNo`.
    line: Whole<1, 40>,
    approve: bool,
}

/// Decisions line by line.
///
/// # Errors
/// A field error on `decisions` unless there are 1 to 40.
pub(crate) fn each(lines: &[LineDecision]) -> Result<Decisions, Refusal> {
    check_lines("decisions", lines.len())?;
    let decision = |said: &LineDecision| Decision {
        line: u32::try_from(said.line.0).unwrap_or(u32::MAX),
        approve: said.approve,
    };
    Ok(Decisions::Each(lines.iter().map(decision).collect()))
}

use uuid::Uuid;

use super::IssueItem;
use crate::{fields::FieldErrors, refusal::Refusal};

/// What is wrong with the lines of a dispatch or a receipt.
pub(super) struct LineChecks {
    list: &'static str,
    errors: FieldErrors,
    over: FieldErrors,
}

impl LineChecks {
    pub(super) fn new(list: &'static str) -> Self {
        Self { list, errors: FieldErrors::new(), over: FieldErrors::new() }
    }

    fn field(&self, position: usize, name: &str) -> String {
        format!("{}[{position}].{name}", self.list)
    }

    pub(super) fn find<'a>(
        &mut self,
        items: &'a mut [IssueItem],
        position: usize,
        id: Uuid,
        named_before: bool,
    ) -> Option<&'a mut IssueItem> {
        let found = items.iter_mut().find(|item| item.id == id);
        if found.is_none() {
            self.errors.add(self.field(position, "itemId"), "is not a line of this issue");
        }
        if named_before {
            self.errors.add(self.field(position, "itemId"), "is named twice");
        }
        found.filter(|_| !named_before)
    }

    pub(super) fn at_most(&mut self, position: usize, name: &str, quantity: i64, open: i64) {
        if quantity == 0 {
            self.errors.add(self.field(position, name), "nothing is said of this line: at least one piece");
        }
        if quantity > open {
            self.over.add(self.field(position, name), format!("{quantity} named, {open} open"));
        }
    }

    pub(super) fn into_result(self, code: &'static str) -> Result<(), Refusal> {
        self.errors.into_result().map_err(Refusal::Invalid)?;
        self.over.into_result().map_err(|lines| Refusal::TooMany { code, lines })
    }
}

//! A paper as plain text, read from the very marks that are painted: for golden files, in which a change of a paper is
//! seen line by line.

use std::fmt::Write;

use crate::sheet::{LEFT, Mark, WIDTH};

/// Characters over the width of a page.
const COLUMNS: f32 = 118.0;
/// Baselines this close, in points, are one line.
const SAME_LINE: f32 = 2.0;

/// The pages as text: line by line from the top, each text about where it stands.
pub(crate) fn text(pages: &[Vec<Mark>]) -> String {
    let mut text = String::new();
    for (at, page) in pages.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "--- page {} of {} ---", at + 1, pages.len());
        for line in lines(page) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

fn lines(page: &[Mark]) -> Vec<String> {
    let mut texts: Vec<(f32, f32, String)> = page.iter().filter_map(placed).collect();
    texts.sort_by(|(above, ..), (below, ..)| above.total_cmp(below));
    let mut lines: Vec<Vec<(f32, f32, String)>> = Vec::new();
    for placed in texts {
        match lines.last_mut() {
            Some(line) if line.first().is_some_and(|first| placed.0 - first.0 < SAME_LINE) => line.push(placed),
            _ => lines.push(vec![placed]),
        }
    }
    lines.into_iter().map(line).collect()
}

/// Height, left end and text of a mark that says something.
fn placed(mark: &Mark) -> Option<(f32, f32, String)> {
    match mark {
        Mark::Text { x, baseline, text, .. } => Some((*baseline, *x, text.text.clone())),
        Mark::Code { square: [left, top, _], code } => Some((*top, *left, format!("[QR {}]", code.content))),
        Mark::Stamp { text } => Some((0.0, LEFT, format!("[across the page: {}]", text.text))),
        Mark::Area { .. } => None,
    }
}

fn line(mut texts: Vec<(f32, f32, String)>) -> String {
    texts.sort_by(|(_, left, _), (_, right, _)| left.total_cmp(right));
    let mut line = String::new();
    let mut length: usize = 0;
    for (_, x, text) in texts {
        let column = ((x - LEFT) / WIDTH * COLUMNS).max(0.0) as usize;
        let gap = if length == 0 { column } else { column.saturating_sub(length).max(2) };
        line.extend(std::iter::repeat_n(' ', gap));
        line.push_str(&text);
        length += gap + text.chars().count();
    }
    line
}

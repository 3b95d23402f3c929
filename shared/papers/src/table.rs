//! Tables: columns as wide as their figures, the rest for the words; the head again on every page.

use crate::{
    shape::{Shaped, shape},
    sheet::{Align, Colour, Flow, Style, lines},
};

/// Room left and right of a cell's text.
const PAD: f32 = 4.4;
/// Room above and below.
const PAD_Y: f32 = 3.0;
/// Least width of a column of words.
const MIN_WORDS: f32 = 112.0;
/// A table with figures too wide for the page is made smaller in these steps, down to this part of its size.
const STEP: f32 = 0.05;
const SMALLEST: f32 = 0.5;

/// A column.
pub(crate) struct Column {
    head: &'static str,
    align: Align,
    /// Its share of what the others leave, broken into lines; none of a column that is as wide as what it holds.
    share: Option<f32>,
}

impl Column {
    /// Of words, which are broken into lines.
    pub(crate) const fn words(head: &'static str) -> Self {
        Self::some_words(head, 1.0)
    }

    /// The same with another share of the room for words than 1.
    pub(crate) const fn some_words(head: &'static str, share: f32) -> Self {
        Self { head, align: Align::Left, share: Some(share) }
    }

    /// As wide as what it holds.
    pub(crate) const fn narrow(head: &'static str) -> Self {
        Self { head, align: Align::Left, share: None }
    }

    /// Of figures, which end at the same edge.
    pub(crate) const fn figures(head: &'static str) -> Self {
        Self { head, align: Align::Right, share: None }
    }
}

/// What stands in a cell: a text, and a smaller one below.
pub(crate) struct Cell(Vec<(String, Style)>);

impl Cell {
    /// A text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(vec![(text.into(), Style::BODY)])
    }

    /// A text to be found.
    pub(crate) fn strong(text: impl Into<String>) -> Self {
        Self(vec![(text.into(), Style::STRONG)])
    }

    /// Nothing.
    pub(crate) fn empty() -> Self {
        Self(Vec::new())
    }

    /// The same with a smaller text below.
    #[must_use]
    pub(crate) fn with_note(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((text, Style::NOTE));
        }
        self
    }
}

/// A row.
pub(crate) struct Row {
    /// One for each column.
    pub(crate) cells: Vec<Cell>,
    /// Whether it is a sum: on a tinted ground.
    pub(crate) sum: bool,
}

/// A table.
pub(crate) struct Table {
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
    /// Size of its texts: 1 is that of the paper's other texts.
    pub(crate) scale: f32,
}

/// The measured table: size of its texts, left edge and width of each column.
struct Grid {
    scale: f32,
    columns: Vec<(f32, f32)>,
}

impl Table {
    /// Its height over this width, on one page.
    pub(crate) fn height(&self, x: f32, width: f32) -> f32 {
        let grid = self.grid(x, width);
        let rows = self.rows.iter().map(|row| row_height(&self.fill(row, &grid), &grid));
        self.head_height(&grid) + rows.sum::<f32>() + 1.0
    }

    /// Draws the table at the present height, over this width.
    pub(crate) fn draw(&self, flow: &mut Flow, x: f32, width: f32) {
        let grid = self.grid(x, width);
        let mut first = true;
        for row in &self.rows {
            let cells = self.fill(row, &grid);
            let height = row_height(&cells, &grid);
            let head = self.head_height(&grid);
            if flow.reserve(height + if first { head } else { 0.0 }) || first {
                self.draw_head(flow, &grid, (x, width));
                first = false;
            }
            if row.sum {
                let y = flow.y;
                flow.area([x, y, width, height], Colour::TINT);
            }
            let top = flow.y + PAD_Y * grid.scale;
            for ((cell, column), (left, room)) in cells.into_iter().zip(&self.columns).zip(&grid.columns) {
                let pad = PAD * grid.scale;
                let mut y = top;
                for (line, style) in cell {
                    let height = style.height_of(&line);
                    flow.shaped(line, style, (left + pad, y), (room - 2.0 * pad, column.align));
                    y += height;
                }
            }
            flow.y += height;
            let y = flow.y;
            flow.area([x, y - 0.3, width, 0.5], Colour::HAIRLINE);
        }
        flow.y += 1.0;
    }

    fn head_style(&self, scale: f32) -> Style {
        Style::LABEL.sized(7.4 * scale).coloured(Colour::WHITE)
    }

    fn head_height(&self, grid: &Grid) -> f32 {
        self.head_style(grid.scale).line_height() + 2.0 * PAD_Y * grid.scale
    }

    fn draw_head(&self, flow: &mut Flow, grid: &Grid, (x, width): (f32, f32)) {
        let height = self.head_height(grid);
        let (style, pad, y) = (self.head_style(grid.scale), PAD * grid.scale, flow.y);
        flow.area([x, y, width, height], Colour::ACCENT);
        for (column, (left, room)) in self.columns.iter().zip(&grid.columns) {
            let text = shape(column.head, style.weight);
            flow.shaped(text, style, (left + pad, y + PAD_Y * grid.scale), (room - 2.0 * pad, column.align));
        }
        flow.y += height;
    }

    /// The largest size at which the columns of figures leave room for the words.
    fn grid(&self, x: f32, width: f32) -> Grid {
        let natural: Vec<f32> = (0..self.columns.len()).map(|at| self.natural_width(at)).collect();
        let fixed: f32 = natural.iter().sum();
        let shares: f32 = self.columns.iter().filter_map(|column| column.share).sum();
        let mut scale = self.scale;
        while scale > SMALLEST && width - fixed * scale < MIN_WORDS * shares * scale {
            scale -= STEP;
        }
        let rest = ((width - fixed * scale) / shares).max(0.0);
        let mut left = x;
        let columns = natural.iter().zip(&self.columns).map(|(natural, column)| {
            let room = column.share.map_or(natural * scale, |share| rest * share);
            let at = left;
            left += room;
            (at, room)
        });
        Grid { scale, columns: columns.collect() }
    }

    /// The width a column needs for its widest text, at full size; 0 of a column of words.
    fn natural_width(&self, at: usize) -> f32 {
        let Some(column) = self.columns.get(at).filter(|column| column.share.is_none()) else { return 0.0 };
        let head = self.head_style(1.0);
        let texts = self.rows.iter().filter_map(|row| row.cells.get(at)).flat_map(|cell| &cell.0);
        let widths = texts.map(|(text, style)| shape(text, style.weight).width * style.size);
        widths.fold(shape(column.head, head.weight).width * head.size, f32::max) + 2.0 * PAD
    }

    /// The lines of a row's cells.
    fn fill(&self, row: &Row, grid: &Grid) -> Vec<Vec<(Shaped, Style)>> {
        let columns = self.columns.iter().zip(&grid.columns);
        let fill = |(cell, (column, (_, room))): (&Cell, (&Column, &(f32, f32)))| {
            let texts = cell.0.iter().map(|(text, style)| (text, style.sized(style.size * grid.scale)));
            texts
                .flat_map(|(text, style)| {
                    let shaped = if column.share.is_some() {
                        lines(text, style, room - 2.0 * PAD * grid.scale)
                    } else {
                        vec![shape(text, style.weight)]
                    };
                    shaped.into_iter().map(move |line| (line, style))
                })
                .collect()
        };
        row.cells.iter().zip(columns).map(fill).collect()
    }
}

fn row_height(cells: &[Vec<(Shaped, Style)>], grid: &Grid) -> f32 {
    let height = |cell: &Vec<(Shaped, Style)>| cell.iter().map(|(line, style)| style.height_of(line)).sum();
    cells.iter().map(height).fold(0.0, f32::max) + 2.0 * PAD_Y * grid.scale
}

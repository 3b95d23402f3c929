//! Reports: a table with its totals, and a chart of one of its columns.

use chrono::NaiveDate;

use crate::{
    Laid,
    fonts::Weight,
    shape::{shape, wrap},
    sheet::{Align, Colour, Flow, LEFT, RIGHT, Style, WIDTH},
    table::{Cell, Column, Row, Table},
};

/// Height of a chart of columns.
const CHART_HEIGHT: f32 = 120.0;
/// Room left of it for its figures.
const SCALE_WIDTH: f32 = 62.0;
/// Height of a bar of a chart of bars, and from one to the next.
const BAR_HEIGHT: f32 = 9.0;
const BAR_STEP: f32 = 15.0;
/// Room for the names and the figures of bars.
const BAR_NAME: f32 = 150.0;
const BAR_FIGURE: f32 = 84.0;
/// Most bars: the largest.
const MAX_BARS: usize = 12;
/// Most columns that a page's width shows apart.
const MAX_COLUMNS: usize = 130;

/// A column of a report's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportColumn {
    /// Its head.
    pub head: &'static str,
    /// Whether it holds figures.
    pub figures: bool,
}

/// A value of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartValue {
    /// What it is of.
    pub label: String,
    /// How high; below 0 nothing is drawn.
    pub height: f64,
    /// As text.
    pub figure: String,
}

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// Its values.
    pub values: Vec<ChartValue>,
    /// Whether they follow each other in time: columns, all of them in their order. Otherwise bars, the largest first.
    pub in_time: bool,
}

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// "Revenue".
    pub title: String,
    /// Whose, and of which days.
    pub about: Vec<String>,
    /// The columns.
    pub columns: Vec<ReportColumn>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// The last row.
    pub totals: Vec<String>,
    /// The chart.
    pub chart: Option<Chart>,
    /// When it was made.
    pub date: NaiveDate,
}

impl Report {
    /// Lays it out.
    pub fn lay(&self) -> Laid {
        let mut flow = Flow::new(self.title.clone(), None);
        flow.line(&self.title, Style::STRONG.sized(17.0).coloured(Colour::ACCENT), LEFT, WIDTH, Align::Left);
        for line in &self.about {
            flow.paragraph(line, Style::BODY.coloured(Colour::MUTED), LEFT, WIDTH, Align::Left);
        }
        flow.y += 4.0;
        let y = flow.y;
        flow.area([LEFT, y, WIDTH, 1.6], Colour::ACCENT);
        flow.y += 14.0;
        if let Some(chart) = &self.chart {
            chart.draw(&mut flow);
        }
        self.table().draw(&mut flow, LEFT, WIDTH);
        Laid { title: self.title.clone(), author: String::new(), date: self.date, pages: flow.finish() }
    }

    fn table(&self) -> Table {
        let column = |column: &ReportColumn| match column.figures {
            true => Column::figures(column.head),
            false => Column::words(column.head),
        };
        let rows = self.rows.iter().map(|row| (row, false)).chain([(&self.totals, true)]);
        let rows = rows.map(|(row, sum)| Row {
            cells: row.iter().map(|text| if sum { Cell::strong(text) } else { Cell::new(text) }).collect(),
            sum,
        });
        Table { columns: self.columns.iter().map(column).collect(), rows: rows.collect(), scale: 1.0 }
    }
}

impl Chart {
    fn draw(&self, flow: &mut Flow) {
        let most = self.values.iter().map(|value| value.height).fold(0.0, f64::max);
        if most <= 0.0 || (self.in_time && self.values.len() > MAX_COLUMNS) {
            return;
        }
        flow.line(&self.title, Style::LABEL, LEFT, WIDTH, Align::Left);
        flow.y += 6.0;
        if self.in_time {
            self.columns(flow, most)
        } else {
            self.bars(flow, most)
        }
        flow.y += 16.0;
    }

    fn columns(&self, flow: &mut Flow, most: f64) {
        let top = flow.y;
        let (left, width) = (LEFT + SCALE_WIDTH, WIDTH - SCALE_WIDTH);
        let highest = self.values.iter().find(|value| value.height >= most).map_or("", |value| &value.figure);
        flow.area([left, top, width, 0.5], Colour::HAIRLINE);
        let figure = (shape(highest, Weight::Regular), "0");
        flow.shaped(figure.0, Style::NOTE, (LEFT, top - 3.0), (SCALE_WIDTH - 6.0, Align::Right));
        let zero = shape(figure.1, Weight::Regular);
        flow.shaped(zero, Style::NOTE, (LEFT, top + CHART_HEIGHT - 7.0), (SCALE_WIDTH - 6.0, Align::Right));
        let step = width / self.values.len() as f32;
        let wide = f32::min(step * 0.7, 34.0);
        let mut free_from = left;
        for (at, value) in self.values.iter().enumerate() {
            let middle = left + (at as f32 + 0.5) * step;
            let height = CHART_HEIGHT * (value.height.max(0.0) / most) as f32;
            flow.area([middle - wide / 2.0, top + CHART_HEIGHT - height, wide, height], Colour::ACCENT);
            let label = shape(&value.label, Weight::Regular);
            let label_width = label.width * Style::NOTE.size;
            let x = (middle - label_width / 2.0).max(left);
            if x >= free_from && x + label_width <= RIGHT {
                flow.shaped(label, Style::NOTE, (x, top + CHART_HEIGHT + 3.0), (label_width, Align::Left));
                free_from = x + label_width + 6.0;
            }
        }
        flow.area([left, top + CHART_HEIGHT, width, 0.8], Colour::MUTED);
        flow.y = top + CHART_HEIGHT + 3.0 + Style::NOTE.line_height();
    }

    fn bars(&self, flow: &mut Flow, most: f64) {
        let mut largest: Vec<&ChartValue> = self.values.iter().filter(|value| value.height > 0.0).collect();
        largest.sort_by(|a, b| b.height.total_cmp(&a.height));
        let left = LEFT + BAR_NAME + 8.0;
        let room = RIGHT - BAR_FIGURE - left;
        for value in largest.into_iter().take(MAX_BARS) {
            let y = flow.y;
            // As much of a long name as has room.
            let name = wrap(&value.label, Weight::Regular, BAR_NAME / Style::NOTE.size).into_iter().next();
            if let Some(name) = name {
                flow.shaped(name, Style::NOTE, (LEFT, y), (BAR_NAME, Align::Right));
            }
            let length = room * (value.height / most) as f32;
            flow.area([left, y + 1.0, length, BAR_HEIGHT], Colour::ACCENT);
            let figure = shape(&value.figure, Weight::Regular);
            flow.shaped(figure, Style::NOTE, (left + length + 5.0, y), (BAR_FIGURE, Align::Left));
            flow.y += BAR_STEP;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: usize, in_time: bool) -> Report {
        let label =
            |n: usize| if in_time { format!("2026-{:02}", n % 12 + 1) } else { format!("Part number {n}") };
        let values = (0..rows).map(|n| ChartValue {
            label: label(n),
            height: n as f64 - 1.0,
            figure: format!("₹ {n},000.00"),
        });
        Report {
            title: "Revenue".to_owned(),
            about: vec!["Pune Service Centre (SC001)".to_owned(), "1 Nov 2026 – 26 Nov 2026, by day".to_owned()],
            columns: vec![
                ReportColumn { head: "Day", figures: false },
                ReportColumn { head: "Total", figures: true },
            ],
            rows: (0..rows).map(|n| vec![label(n), format!("{n},000.00")]).collect(),
            totals: vec!["Total".to_owned(), "9,999.00".to_owned()],
            chart: Some(Chart { title: "Total by day".to_owned(), values: values.collect(), in_time }),
            date: "2026-11-26".parse().unwrap(),
        }
    }

    #[test]
    fn a_report_says_what_it_is_of_and_ends_with_its_totals() {
        for in_time in [true, false] {
            let laid = report(9, in_time).lay();
            let text = laid.text();
            for said in ["Revenue", "Pune Service Centre (SC001)", "Total by day", "₹ 8,000.00", "7,000.00"] {
                assert!(text.contains(said), "{said} is not in\n{text}");
            }
            assert!(text.contains("9,999.00"), "{text}");
            assert_eq!(laid.page_count(), 1);
            assert!(laid.pdf().unwrap().starts_with(b"%PDF"));
        }
    }

    #[test]
    fn a_long_one_has_many_pages_and_nothing_to_show_has_no_chart() {
        assert!(report(400, false).lay().page_count() > 5);
        let mut nothing = report(3, true);
        nothing.chart = nothing.chart.map(|mut chart| {
            chart.values.iter_mut().for_each(|value| value.height = 0.0);
            chart
        });
        assert!(!nothing.lay().text().contains("Total by day"));
        assert!(report(0, true).lay().text().contains("9,999.00"));
    }
}

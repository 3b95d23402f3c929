//! Painting the marks of a paper into a PDF. The same marks give the same bytes: there is no clock and no chance in it.

use chrono::{Datelike, NaiveDate};
use krilla::{
    Document,
    color::rgb,
    geom::{Path, PathBuilder, Point, Rect, Transform},
    metadata::{DateTime, Metadata},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
};

use crate::{
    PaperError,
    shape::Shaped,
    sheet::{Colour, Mark, PAGE_HEIGHT, PAGE_WIDTH, Style},
};

/// Size of a word across the page, and its angle in degrees.
const STAMP: (f32, f32) = (92.0, -52.0);

/// What a PDF says of itself.
pub(crate) struct About<'a> {
    /// "Tax Invoice SC001-2025-0001".
    pub(crate) title: &'a str,
    /// Who issues it.
    pub(crate) author: &'a str,
    /// The day it is dated.
    pub(crate) date: NaiveDate,
}

/// The bytes of a PDF of these pages.
///
/// # Errors
/// [`PaperError`]: krilla refuses a page or a font.
pub(crate) fn paint(pages: &[Vec<Mark>], about: &About<'_>) -> Result<Vec<u8>, PaperError> {
    let mut document = Document::new();
    document.set_metadata(metadata(about));
    for marks in pages {
        let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).ok_or(PaperError::Page)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark)?;
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PaperError::Pdf(format!("{error:?}")))
}

fn metadata(about: &About<'_>) -> Metadata {
    let date = u16::try_from(about.date.year()).map(DateTime::new).ok();
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    let metadata = Metadata::new()
        .title(about.title.to_owned())
        .authors(vec![about.author.to_owned()])
        .producer("DMS Serverless".to_owned())
        .language("en-IN".to_owned());
    match date {
        Some(date) => metadata.creation_date(date.month(part(about.date.month())).day(part(about.date.day()))),
        None => metadata,
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) -> Result<(), PaperError> {
    match mark {
        Mark::Text { x, baseline, style, text } => write(surface, text, *style, (*x, *baseline)),
        Mark::Area { area: [left, top, width, height], colour } => {
            surface.set_fill(Some(fill(*colour)));
            let path = path([[*left, *top, *width, *height]]).ok_or(PaperError::Page)?;
            surface.draw_path(&path);
        }
        Mark::Code { square: [left, top, side], code } => {
            surface.set_fill(Some(fill(Colour(0, 0, 0))));
            let module = *side / code.width as f32;
            let dark = code.dark().into_iter().map(|(column, row, length)| {
                [*left + column as f32 * module, *top + row as f32 * module, length as f32 * module, module]
            });
            surface.draw_path(&path(dark).ok_or(PaperError::Page)?);
        }
        Mark::Stamp { text } => {
            let (size, angle) = STAMP;
            let (x, y) = (PAGE_WIDTH / 2.0, PAGE_HEIGHT / 2.0);
            surface.push_transform(&Transform::from_rotate_at(angle, x, y));
            let style = Style::STRONG.sized(size).coloured(Colour::STAMP);
            write(surface, text, style, (x - text.width * size / 2.0, y + size * 0.36));
            surface.pop();
        }
    }
    Ok(())
}

/// One path of rectangles: left, top, width, height. None when there is none.
fn path(areas: impl IntoIterator<Item = [f32; 4]>) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for [left, top, width, height] in areas {
        builder.push_rect(Rect::from_xywh(left, top, width, height)?);
    }
    builder.finish()
}

fn fill(Colour(red, green, blue): Colour) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn write(surface: &mut Surface<'_>, text: &Shaped, style: Style, (x, baseline): (f32, f32)) {
    surface.set_fill(Some(fill(style.colour)));
    let mut x = x;
    for run in &text.runs {
        let part = text.text.get(run.range.clone()).unwrap_or_default();
        surface.draw_glyphs(
            Point::from_xy(x, baseline),
            &run.glyphs,
            run.face.pdf.clone(),
            part,
            style.size,
            false,
        );
        x += run.width * style.size;
    }
}

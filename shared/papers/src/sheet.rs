//! Pages before they are a file: what stands where, in points from the top left corner of an A4 page. The PDF is
//! painted from these marks, and the plain text of the golden files is read from them.

use crate::{
    fonts::Weight,
    qr::Code,
    shape::{Shaped, shape, wrap},
};

/// Width of A4.
pub(crate) const PAGE_WIDTH: f32 = 595.28;
/// Height of A4.
pub(crate) const PAGE_HEIGHT: f32 = 841.89;
/// Left edge of what is printed.
pub(crate) const LEFT: f32 = 36.0;
/// Right edge of what is printed.
pub(crate) const RIGHT: f32 = PAGE_WIDTH - LEFT;
/// Width of what is printed.
pub(crate) const WIDTH: f32 = RIGHT - LEFT;
/// Where a page begins.
const TOP: f32 = 36.0;
/// Where a page is full: below is the foot.
const BOTTOM: f32 = PAGE_HEIGHT - 48.0;
/// Distance of two lines of a text, in its size; and of letters with signs above and below.
const LEADING: f32 = 1.36;
const TALL_LEADING: f32 = 1.66;
/// From the top of a line to its baseline, in its size; likewise.
pub(crate) const ASCENT: f32 = 1.02;
const TALL_ASCENT: f32 = 1.14;

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl Colour {
    /// What is read.
    pub(crate) const INK: Self = Self(0x1C, 0x27, 0x33);
    /// What explains it.
    pub(crate) const MUTED: Self = Self(0x5A, 0x68, 0x78);
    /// Titles and table heads.
    pub(crate) const ACCENT: Self = Self(0x0B, 0x4F, 0x5C);
    /// Behind a sum.
    pub(crate) const TINT: Self = Self(0xE8, 0xF1, 0xF2);
    /// Between rows.
    pub(crate) const HAIRLINE: Self = Self(0xD5, 0xDD, 0xE2);
    /// On a dark ground.
    pub(crate) const WHITE: Self = Self(0xFF, 0xFF, 0xFF);
    /// The stamp behind a cancelled paper.
    pub(crate) const STAMP: Self = Self(0xF6, 0xD5, 0xD2);
    /// What must not be overlooked.
    pub(crate) const ALERT: Self = Self(0xA6, 0x1B, 0x1B);
}

/// Weight, size in points and colour of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Weight.
    pub(crate) weight: Weight,
    /// Size in points.
    pub(crate) size: f32,
    /// Colour.
    pub(crate) colour: Colour,
}

impl Style {
    /// What is read.
    pub(crate) const BODY: Self = Self { weight: Weight::Regular, size: 8.5, colour: Colour::INK };
    /// The same, to be found.
    pub(crate) const STRONG: Self = Self { weight: Weight::Bold, ..Self::BODY };
    /// What explains it.
    pub(crate) const NOTE: Self = Self { weight: Weight::Regular, size: 7.2, colour: Colour::MUTED };
    /// Above a block.
    pub(crate) const LABEL: Self = Self { weight: Weight::Bold, size: 7.2, colour: Colour::ACCENT };

    /// The same in another size.
    pub(crate) const fn sized(self, size: f32) -> Self {
        Self { size, ..self }
    }

    /// The same in another colour.
    pub(crate) const fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// Height of a line of Latin letters.
    pub(crate) fn line_height(self) -> f32 {
        self.size * LEADING
    }

    /// Height of a line with this text.
    pub(crate) fn height_of(self, text: &Shaped) -> f32 {
        self.size * if text.tall { TALL_LEADING } else { LEADING }
    }
}

/// Where a text stands in the room it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// From the left edge.
    Left,
    /// To the right edge: figures.
    Right,
}

/// Something on a page.
pub(crate) enum Mark {
    /// A text, from this point of its baseline to the right.
    Text {
        /// Left end.
        x: f32,
        /// Height of the baseline.
        baseline: f32,
        /// Size and colour.
        style: Style,
        /// The text.
        text: Shaped,
    },
    /// A filled rectangle; also a line.
    Area {
        /// Left, top, width, height.
        area: [f32; 4],
        /// Its colour.
        colour: Colour,
    },
    /// A QR code in a square: left, top, side.
    Code {
        /// Left, top, side, without the quiet zone.
        square: [f32; 3],
        /// Its modules.
        code: Code,
    },
    /// A large word across the page.
    Stamp {
        /// The word.
        text: Shaped,
    },
}

/// A text's lines in a room so many points wide.
pub(crate) fn lines(text: &str, style: Style, width: f32) -> Vec<Shaped> {
    wrap(text, style.weight, width / style.size)
}

/// A paper in the making: its pages, and how far the last one is filled.
pub(crate) struct Flow {
    pages: Vec<Vec<Mark>>,
    /// Where the next block begins.
    pub(crate) y: f32,
    /// What every page says at its foot, and every page after the first at its head.
    running: String,
    /// The word across every page.
    stamp: Option<&'static str>,
}

impl Flow {
    /// An empty first page.
    pub(crate) fn new(running: String, stamp: Option<&'static str>) -> Self {
        Self { pages: vec![Vec::new()], y: TOP, running, stamp }
    }

    /// Makes sure that a block of this height fits: on the next page, if not on this. Whether a page was begun.
    pub(crate) fn reserve(&mut self, height: f32) -> bool {
        // A block higher than a page begins where it is: turning the page would not help.
        if self.fits(height) || height > BOTTOM - TOP {
            return false;
        }
        self.next_page();
        true
    }

    /// Whether a block of this height fits on this page.
    pub(crate) fn fits(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    /// Begins a page.
    fn next_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
        let running = format!("{} (continued)", self.running);
        self.line(&running, Style::NOTE, LEFT, WIDTH, Align::Left);
        self.y += 8.0;
    }

    /// Puts a mark on this page.
    pub(crate) fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// A filled rectangle.
    pub(crate) fn area(&mut self, area: [f32; 4], colour: Colour) {
        self.put(Mark::Area { area, colour });
    }

    /// A shaped text in a room that begins at `x`, its line beginning at `top`.
    pub(crate) fn shaped(
        &mut self,
        text: Shaped,
        style: Style,
        (x, top): (f32, f32),
        (width, align): (f32, Align),
    ) {
        let free = width - text.width * style.size;
        let x = match align {
            Align::Left => x,
            Align::Right => x + free,
        };
        let ascent = if text.tall { TALL_ASCENT } else { ASCENT };
        self.put(Mark::Text { x, baseline: top + style.size * ascent, style, text });
    }

    /// One line of text at the present height; the next begins below it.
    pub(crate) fn line(&mut self, text: &str, style: Style, x: f32, width: f32, align: Align) {
        let y = self.y;
        self.shaped(shape(text, style.weight), style, (x, y), (width, align));
        self.y += style.line_height();
    }

    /// A text on as many lines as it needs, at the present height.
    pub(crate) fn paragraph(&mut self, text: &str, style: Style, x: f32, width: f32, align: Align) {
        for line in lines(text, style, width) {
            let (y, height) = (self.y, style.height_of(&line));
            self.shaped(line, style, (x, y), (width, align));
            self.y += height;
        }
    }

    /// The pages, with their feet: what paper it is, and which page of how many.
    pub(crate) fn finish(mut self) -> Vec<Vec<Mark>> {
        let count = self.pages.len();
        let running = self.running.clone();
        let pages = std::mem::take(&mut self.pages);
        for (at, page) in pages.into_iter().enumerate() {
            let stamp = self.stamp.map(|word| Mark::Stamp { text: shape(word, Weight::Bold) });
            self.pages.push(stamp.into_iter().chain(page).collect());
            self.area([LEFT, BOTTOM + 14.0, WIDTH, 0.6], Colour::HAIRLINE);
            for (text, align) in
                [(running.clone(), Align::Left), (format!("Page {} of {count}", at + 1), Align::Right)]
            {
                let text = shape(&text, Style::NOTE.weight);
                self.shaped(text, Style::NOTE, (LEFT, BOTTOM + 18.0), (WIDTH, align));
            }
        }
        self.pages
    }
}

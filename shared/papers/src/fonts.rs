//! The fonts: Noto Sans and its sisters for India's scripts, inside the binary (`fonts/subset.sh` made them). A face is
//! read when the first text needs it.

use std::sync::OnceLock;

use harfrust::{FontRef, ShapeOptions, ShaperData, UnicodeBuffer};
use krilla::text::Font;

/// How heavy a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// What is read.
    Regular,
    /// What is found.
    Bold,
}

/// A font of one weight.
pub(crate) struct Face {
    /// For the page.
    pub(crate) pdf: Font,
    /// For shaping.
    pub(crate) font: FontRef<'static>,
    /// What shaping prepares once.
    pub(crate) shaper: ShaperData,
    /// Units of the font in an em.
    pub(crate) units_per_em: f32,
    /// The space: its glyph and its width in ems.
    pub(crate) blank: (u32, f32),
}

macro_rules! scripts {
    ($($(#[$doc:meta])* $script:ident = $file:literal of $letters:pat,)+) => {
        /// A script that has fonts of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Script {
            $($(#[$doc])* $script,)+
        }

        impl Script {
            /// All.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$script,)+];

            /// The script of a letter, sign or digit of its block; none of what any script may use.
            pub(crate) fn of(c: char) -> Option<Self> {
                match c {
                    // The joiners decide between forms of their neighbours; all of India shares the dandas.
                    '\u{200C}' | '\u{200D}' | '\u{0964}' | '\u{0965}' => None,
                    $($letters => Some(Self::$script),)+
                    _ => None,
                }
            }

            /// The face of this script in a weight. None would be a font that cannot be read: a test reads all.
            pub(crate) fn face(self, weight: Weight) -> Option<&'static Face> {
                match (self, weight) {
                    $(
                        (Self::$script, Weight::Regular) => {
                            static FACE: OnceLock<Option<Face>> = OnceLock::new();
                            const DATA: &[u8] = include_bytes!(concat!("../fonts/", $file, "-Regular.ttf"));
                            FACE.get_or_init(|| Face::read(DATA)).as_ref()
                        }
                        (Self::$script, Weight::Bold) => {
                            static FACE: OnceLock<Option<Face>> = OnceLock::new();
                            const DATA: &[u8] = include_bytes!(concat!("../fonts/", $file, "-Bold.ttf"));
                            FACE.get_or_init(|| Face::read(DATA)).as_ref()
                        }
                    )+
                }
            }
        }
    };
}

scripts! {
    /// Hindi, Marathi, Nepali, Konkani, Sanskrit.
    Devanagari = "NotoSansDevanagari" of '\u{0900}'..='\u{097F}' | '\u{A8E0}'..='\u{A8FF}',
    /// Bengali, Assamese.
    Bengali = "NotoSansBengali" of '\u{0980}'..='\u{09FF}',
    /// Punjabi.
    Gurmukhi = "NotoSansGurmukhi" of '\u{0A00}'..='\u{0A7F}',
    /// Gujarati.
    Gujarati = "NotoSansGujarati" of '\u{0A80}'..='\u{0AFF}',
    /// Odia.
    Oriya = "NotoSansOriya" of '\u{0B00}'..='\u{0B7F}',
    /// Tamil.
    Tamil = "NotoSansTamil" of '\u{0B80}'..='\u{0BFF}',
    /// Telugu.
    Telugu = "NotoSansTelugu" of '\u{0C00}'..='\u{0C7F}',
    /// Kannada.
    Kannada = "NotoSansKannada" of '\u{0C80}'..='\u{0CFF}',
    /// Malayalam.
    Malayalam = "NotoSansMalayalam" of '\u{0D00}'..='\u{0D7F}',
    /// English, figures, punctuation, and the box for what no font has.
    Latin = "NotoSans" of 'A'..='Z' | 'a'..='z',
}

impl Face {
    fn read(data: &'static [u8]) -> Option<Self> {
        let font = FontRef::new(data).ok()?;
        let pdf = Font::new(data.into(), 0)?;
        let units_per_em = pdf.units_per_em();
        let shaper = ShaperData::new(&font);
        let mut space = UnicodeBuffer::new();
        space.push_str(" ");
        space.guess_segment_properties();
        let space = shaper.shaper(&font).build().shape(space, ShapeOptions::new());
        let width = space.glyph_positions().first()?.x_advance as f32 / units_per_em;
        let blank = (space.glyph_infos().first()?.glyph_id, width);
        Some(Self { pdf, font, shaper, units_per_em, blank })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_can_be_read() {
        for script in Script::ALL {
            for weight in [Weight::Regular, Weight::Bold] {
                let face = script.face(weight).unwrap_or_else(|| panic!("{script:?} {weight:?}"));
                assert!(face.units_per_em >= 1000.0);
                assert!(face.blank.0 != 0 && face.blank.1 > 0.1, "{script:?} has no space");
            }
        }
    }
}

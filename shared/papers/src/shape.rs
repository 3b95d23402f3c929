//! From text to glyphs: the parts of a text that share a font, shaped as their script wants it (conjuncts, reordered
//! vowels), and lines no wider than there is room. Widths are in ems, so a text is shaped once for every size.

use std::ops::Range;

use harfrust::{BufferClusterLevel, Direction, ShapeOptions, UnicodeBuffer};
use krilla::text::{Glyph, GlyphId, KrillaGlyph};

use crate::fonts::{Face, Script, Weight};

/// A text on one line, ready to be drawn at any size.
#[derive(Clone)]
pub(crate) struct Shaped {
    /// The text.
    pub(crate) text: String,
    /// Its parts, each in one font.
    pub(crate) runs: Vec<Run>,
    /// Its width in ems.
    pub(crate) width: f32,
    /// Whether it has letters that reach further up and down than Latin ones.
    pub(crate) tall: bool,
}

/// A part of a text in one font.
#[derive(Clone)]
pub(crate) struct Run {
    /// The font.
    pub(crate) face: &'static Face,
    /// The glyphs; their ranges count from the run's beginning.
    pub(crate) glyphs: Vec<KrillaGlyph>,
    /// Which part of the text.
    pub(crate) range: Range<usize>,
    /// Its width in ems.
    pub(crate) width: f32,
}

/// Shapes a text as one line: line ends and tabs in it become spaces.
pub(crate) fn shape(text: &str, weight: Weight) -> Shaped {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let parts = parts(&text);
    let tall = parts.iter().any(|(script, _)| *script != Script::Latin);
    let runs: Vec<Run> = parts
        .into_iter()
        .filter_map(|(script, range)| {
            let part = text.get(range.clone())?;
            Some(run(script.face(weight)?, part, range))
        })
        .collect();
    let width = runs.iter().map(|run| run.width).sum();
    Shaped { text, runs, width, tall }
}

/// The parts of a text that share a script. Spaces, digits and punctuation are Noto Sans's own; what joins letters
/// stays with them.
fn parts(text: &str) -> Vec<(Script, Range<usize>)> {
    let mut parts: Vec<(Script, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let current = parts.last().map(|(script, _)| *script);
        let joins = matches!(c, '\u{200C}' | '\u{200D}' | '\u{0964}' | '\u{0965}');
        let script = match (Script::of(c), current) {
            (Some(script), _) => script,
            (None, Some(current)) if joins => current,
            // A danda that begins a text: any of India's fonts has it.
            (None, None) if joins => Script::Devanagari,
            (None, _) => Script::Latin,
        };
        match parts.last_mut() {
            Some((last, range)) if *last == script => range.end = end,
            _ => parts.push((script, at..end)),
        }
    }
    parts
}

/// Glyphs of one stretch of the text.
struct Piece {
    text: Range<usize>,
    glyphs: Vec<Placed>,
}

/// A glyph with its advance and offsets, in ems.
#[derive(Clone, Copy)]
struct Placed {
    id: u32,
    advance: f32,
    x: f32,
    y: f32,
}

/// How far left of the pen, in ems, a sign may end before readers of PDF take what follows for another word.
const MAX_HANG: f32 = 0.02;

impl Piece {
    /// Whether the last thing drawn is a sign that hangs over what was before it.
    fn hangs(&self) -> bool {
        self.glyphs.last().is_some_and(|last| last.advance == 0.0 && last.x < -MAX_HANG)
    }

    /// Nothing but signs on the letter before.
    fn is_sign(&self) -> bool {
        self.glyphs.iter().all(|glyph| glyph.advance == 0.0)
    }
}

fn run(face: &'static Face, text: &str, range: Range<usize>) -> Run {
    let mut glyphs = Vec::new();
    for piece in readable(pieces_of(face, text)) {
        let glyph = |glyph: &Placed| {
            let Placed { id, advance, x, y } = *glyph;
            KrillaGlyph::new(GlyphId::new(id), advance, x, y, 0.0, piece.text.clone(), None)
        };
        glyphs.extend(piece.glyphs.iter().map(glyph));
        // A blank that ends at the pen: it shows where the letter below the sign ends.
        let (id, width) = face.blank;
        glyphs.extend(piece.hangs().then(|| glyph(&Placed { id, advance: 0.0, x: -width, y: 0.0 })));
    }
    let width = glyphs.iter().map(|glyph| glyph.x_advance(1.0)).sum();
    Run { face, glyphs, range, width }
}

/// The shaped text, cut where its letters are: signs are apart where their order is that of the text, so that it can be
/// copied from the page letter by letter.
fn pieces_of(face: &'static Face, text: &str) -> Vec<Piece> {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_cluster_level(BufferClusterLevel::MonotoneCharacters);
    // All scripts that have a font run from left to right.
    buffer.set_direction(Direction::LeftToRight);
    let shaped = face.shaper.shaper(&face.font).build().shape(buffer, ShapeOptions::new());
    let em = |units: i32| units as f32 / face.units_per_em;
    let mut pieces: Vec<Piece> = Vec::new();
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let begin = info.cluster as usize;
        let (advance, x, y) = (em(position.x_advance), em(position.x_offset), em(position.y_offset));
        let placed = Placed { id: info.glyph_id, advance, x, y };
        match pieces.last_mut() {
            Some(last) if last.text.start == begin => last.glyphs.push(placed),
            last => {
                if let Some(last) = last {
                    last.text.end = begin;
                }
                pieces.push(Piece { text: begin..text.len(), glyphs: vec![placed] });
            }
        }
    }
    pieces
}

/// Signs that stand above, below or before the end of their letter form one piece with it: otherwise readers of PDF put
/// a space or a new line there.
fn readable(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut readable: Vec<Piece> = Vec::new();
    for piece in pieces {
        let breaks = piece.is_sign() && (piece.hangs() || piece.glyphs.iter().any(|glyph| glyph.y != 0.0));
        match readable.last_mut() {
            Some(letter) if breaks => {
                letter.text.end = piece.text.end;
                letter.glyphs.extend(piece.glyphs);
            }
            _ => readable.push(piece),
        }
    }
    readable
}

/// The text on as many lines as it needs, none wider than so many ems: broken at spaces, and inside a word where the
/// word alone is too wide. Line breaks of the text are kept. Only a single letter may be wider.
pub(crate) fn wrap(text: &str, weight: Weight, width: f32) -> Vec<Shaped> {
    let space = shape(" ", weight).width;
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line: Vec<Shaped> = Vec::new();
        for word in paragraph.split_whitespace().flat_map(|word| pieces(word, weight, width)) {
            let taken: f32 = line.iter().map(|word| word.width + space).sum();
            if taken + word.width > width {
                finish(&mut line, weight, width, &mut lines);
            }
            line.push(word);
        }
        while !line.is_empty() {
            finish(&mut line, weight, width, &mut lines);
        }
    }
    lines
}

/// Ends a line after as many of its words as fit, and leaves the others for the next one. Nearly always they all fit;
/// side by side letters may be wider than the sum of them alone.
fn finish(line: &mut Vec<Shaped>, weight: Weight, width: f32, lines: &mut Vec<Shaped>) {
    for count in (1..=line.len()).rev() {
        let words: Vec<&str> = line.iter().take(count).map(|word| word.text.as_str()).collect();
        let shaped = shape(&words.join(" "), weight);
        if count == 1 || shaped.width <= width {
            line.drain(..count);
            lines.push(shaped);
            return;
        }
    }
}

/// A word, cut between its clusters when it is too wide alone.
fn pieces(word: &str, weight: Weight, width: f32) -> Vec<Shaped> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let (piece, after) = first_piece(rest, weight, width);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// As many clusters of a word as fit, one at least, and what is left of it. What was cut off is shaped anew and may be
/// wider than it was inside the word, so it is measured again.
fn first_piece(word: &str, weight: Weight, width: f32) -> (Shaped, &str) {
    let mut piece = word;
    loop {
        let shaped = shape(piece, weight);
        if shaped.width <= width {
            return (shaped, word.get(piece.len()..).unwrap_or_default());
        }
        let clusters = shaped
            .runs
            .iter()
            .flat_map(|run| clusters(run).into_iter().map(|(begin, advance)| (run.range.start + begin, advance)));
        let mut taken = 0.0;
        // Where the first cluster that does not fit begins, but for the very first; the last one if that is not known.
        let mut cut = 0;
        for (begin, advance) in clusters {
            if begin > 0 {
                cut = begin;
                if taken + advance > width {
                    break;
                }
            }
            taken += advance;
        }
        match piece.get(..cut) {
            Some(shorter) if cut > 0 => piece = shorter,
            _ => return (shaped, word.get(piece.len()..).unwrap_or_default()),
        }
    }
}

/// Where each cluster of a run begins, and how wide it is.
fn clusters(run: &Run) -> Vec<(usize, f32)> {
    let mut clusters: Vec<(usize, f32)> = Vec::new();
    for glyph in &run.glyphs {
        let (begin, advance) = (glyph.text_range().start, glyph.x_advance(1.0));
        match clusters.last_mut() {
            // A sign stays on its letter's line.
            Some((_, width)) if advance == 0.0 => *width += advance,
            Some((last, width)) if *last == begin => *width += advance,
            _ => clusters.push((begin, advance)),
        }
    }
    clusters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn glyphs(text: &str, weight: Weight) -> Vec<u32> {
        shape(text, weight)
            .runs
            .iter()
            .flat_map(|run| &run.glyphs)
            .map(|glyph| glyph.glyph_id().to_u32())
            .collect()
    }

    #[test]
    fn all_that_papers_say_has_a_glyph() {
        let said = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 ₹ % # · – › + - . , : ; / ( ) ' & @ é ñ ā ṣ Ω µ °";
        let names = "श्रीमती प्रज्ञा त्रिपाठी সুস্মিতা ਗੁਰਪ੍ਰੀਤ જિજ્ઞેશ ପ୍ରଶାନ୍ତ தமிழ்ச்செல்வி శ్రీనివాస్ ಕೃಷ್ಣಮೂರ್ತಿ ഉണ്ണിക്കൃഷ്ണൻ ॥";
        for weight in [Weight::Regular, Weight::Bold] {
            for text in [said, names] {
                for word in text.split(' ') {
                    assert!(!glyphs(word, weight).contains(&0), "{word} has a box");
                }
            }
        }
        assert!(glyphs("漢", Weight::Regular).contains(&0), "a box is what no font has");
    }

    #[test]
    fn conjuncts_are_joined_and_the_short_i_goes_before_its_letter() {
        // क + virama + ष is one glyph, and not those of its parts.
        let conjunct = glyphs("क्ष", Weight::Regular);
        assert_eq!(conjunct.len(), 1, "{conjunct:?}");
        assert!(!glyphs("कष", Weight::Regular).contains(&conjunct[0]));
        // कि is written ि क: the letter's glyph comes last.
        let (letter, syllable) = (glyphs("क", Weight::Regular), glyphs("कि", Weight::Regular));
        assert_eq!((syllable.len(), syllable.last()), (2, letter.last()), "{syllable:?}");
        // What is copied from the page is the text all the same: both glyphs stand for both letters.
        let ranges: Vec<_> =
            shape("कि", Weight::Regular).runs[0].glyphs.iter().map(|glyph| glyph.text_range().clone()).collect();
        assert_eq!(ranges, [0..6, 0..6]);
    }

    #[test]
    fn a_text_is_cut_where_its_script_changes() {
        let parts = |text: &'static str| -> Vec<(Script, &'static str)> {
            parts(text).into_iter().map(|(script, range)| (script, &text[range])).collect()
        };
        assert_eq!(
            parts("Shri राम 12, தமிழ்।"),
            [
                (Script::Latin, "Shri "),
                (Script::Devanagari, "राम"),
                (Script::Latin, " 12, "),
                (Script::Tamil, "தமிழ்।")
            ]
        );
        assert_eq!(parts("र्\u{200D}य"), [(Script::Devanagari, "र्\u{200D}य")], "a joiner joins");
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(
            text in prop_oneof!["[A-Za-z ,.-]{0,200}", "[क-ह ािीु्ं ]{0,80}", "\\PC{0,60}"],
            width in 4.0_f32..30.0,
        ) {
            let lines = wrap(&text, Weight::Regular, width);
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
            let kept: String = lines.iter().map(|line| letters(&line.text)).collect();
            prop_assert_eq!(kept, letters(&text));
            for line in lines {
                // Only a single letter may be wider.
                let letters: usize = line.runs.iter().map(|run| clusters(run).len()).sum();
                prop_assert!(line.width <= width || letters == 1, "{:?} is {} wide", line.text, line.width);
            }
        }

        #[test]
        fn the_parts_of_a_line_are_its_whole_text(text in "\\PC{0,60}") {
            let shaped = shape(&text, Weight::Bold);
            let whole: String = shaped.runs.iter().map(|run| &shaped.text[run.range.clone()]).collect();
            prop_assert_eq!(&whole, &shaped.text);
            for run in &shaped.runs {
                let part = &shaped.text[run.range.clone()];
                // Each glyph stands for whole letters of its part, in their order.
                let mut last = 0;
                for glyph in &run.glyphs {
                    let range = glyph.text_range();
                    prop_assert!(part.get(range.clone()).is_some() && range.start >= last, "{range:?} of {part:?}");
                    last = range.start;
                }
            }
        }
    }
}

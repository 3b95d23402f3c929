//! Reading a PDF as others do: its text, and the codes that a camera would find on its pages.

use std::collections::BTreeSet;

use lopdf::{Document, content::Content};

/// The text of all pages.
pub(crate) fn text_of(pdf: &[u8]) -> String {
    let document = Document::load_mem(pdf).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).expect("text")
}

/// The words of all pages, sorted: two readers need not agree in which order a page is read.
pub(super) fn words_of(pdf: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = text_of(pdf).split_whitespace().map(str::to_owned).collect();
    words.sort();
    words
}

/// Dots to a point when a page is drawn.
const DOTS: f64 = 4.0;

/// What the QR codes on the pages say, decoded from the black areas that the page really has.
pub(crate) fn codes_of(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).expect("a PDF");
    let pages = document.get_pages();
    pages.values().flat_map(|page| codes(&document.get_page_content(*page))).collect()
}

fn codes(content: &[u8]) -> Vec<String> {
    let (width, height) = ((596.0 * DOTS) as usize, (842.0 * DOTS) as usize);
    let mut dark = BTreeSet::new();
    let dots = |from: f64, to: f64| (from * DOTS).round() as usize..(to * DOTS).round() as usize;
    for [left, top, right, bottom] in black_areas(content) {
        for y in dots(top, bottom) {
            dark.extend(dots(left, right).map(|x| (x, y)));
        }
    }
    let brightness = |x, y| if dark.contains(&(x, y)) { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, brightness);
    image.detect_grids().iter().map(|grid| grid.decode().expect("a code that can be read").1).collect()
}

/// The rectangles that are filled with black: left, top, right, bottom, in points from the top left corner.
fn black_areas(content: &[u8]) -> Vec<[f64; 4]> {
    let mut areas: Vec<[f64; 4]> = Vec::new();
    // The pages turn the axis once, so that y grows downwards, and nothing but the stamp is turned or scaled.
    let (mut from_above, mut black) = (false, false);
    let mut path: Vec<Vec<(f64, f64)>> = Vec::new();
    for operation in Content::decode(content).expect("operations").operations {
        let operands: Vec<f64> =
            operation.operands.iter().filter_map(|object| object.as_float().ok()).map(f64::from).collect();
        match (operation.operator.as_str(), operands.as_slice()) {
            ("cm", matrix) => from_above = matrix == PAGE_FROM_ABOVE,
            ("rg" | "g", colour) => black = colour.iter().all(|part| *part == 0.0),
            ("m", [x, y]) => path.push(vec![(*x, *y)]),
            ("l", [x, y]) => path.last_mut().expect("a path").push((*x, *y)),
            ("f", _) => {
                let found = std::mem::take(&mut path);
                if black && from_above {
                    areas.extend(found.iter().map(|corners| bounds(corners)));
                }
            }
            _ => {}
        }
    }
    areas
}

/// The matrix under which y is measured from the top of the page.
const PAGE_FROM_ABOVE: [f64; 6] = [1.0, 0.0, 0.0, -1.0, 0.0, 841.89_f32 as f64];

/// Left, top, right and bottom of some corners.
fn bounds(corners: &[(f64, f64)]) -> [f64; 4] {
    let least = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::MAX, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::MIN, f64::max);
    [least(|at| at.0), least(|at| at.1), most(|at| at.0), most(|at| at.1)]
}

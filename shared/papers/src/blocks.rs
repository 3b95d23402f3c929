//! The building blocks that all papers share: masthead, facts side by side, sums, notes, signatures.

use crate::{
    fonts::Weight,
    party::Party,
    qr::Code,
    shape::shape,
    sheet::{ASCENT, Align, Colour, Flow, LEFT, Mark, RIGHT, Style, WIDTH, lines},
    table::Table,
};

/// Between blocks that stand side by side.
const GUTTER: f32 = 18.0;
/// Between blocks above each other.
const GAP: f32 = 12.0;
/// Width of the column of sums.
const SUMS_WIDTH: f32 = 218.0;
/// Between a fact's name and its value.
const NAME_GAP: f32 = 10.0;
/// Most lines of a fact.
const MAX_FACT_LINES: usize = 12;
/// Room for a signature.
const SIGNATURE_HEIGHT: f32 = 66.0;

/// The head of the first page: who issues it on the left, what it is on the right.
pub(crate) fn masthead(flow: &mut Flow, supplier: &Party, title: &str, subtitle: &str) {
    let left_width = WIDTH * 0.56;
    let (right, right_width) = (LEFT + left_width + GUTTER, WIDTH - left_width - GUTTER);
    let top = flow.y;
    let title = shape(title, Weight::Bold);
    let style = Style::STRONG.sized(f32::min(17.0, right_width / title.width)).coloured(Colour::ACCENT);
    // Its baseline is the name's.
    flow.shaped(title, style, (right, top + (14.0 - style.size) * ASCENT), (right_width, Align::Right));
    flow.y += 24.0;
    flow.paragraph(subtitle, Style::NOTE, right, right_width, Align::Right);
    let right_end = flow.y;

    flow.y = top;
    flow.paragraph(&supplier.name, Style::STRONG.sized(14.0), LEFT, left_width, Align::Left);
    flow.y += 1.0;
    for line in &supplier.address {
        flow.paragraph(line, Style::BODY, LEFT, left_width, Align::Left);
    }
    let gstin = supplier.gstin.as_ref().map(|gstin| format!("GSTIN {gstin}"));
    let state = supplier.state_line().map(|state| format!("State {state}"));
    let known: Vec<String> = [gstin, state].into_iter().flatten().collect();
    flow.paragraph(&known.join("  ·  "), Style::STRONG, LEFT, left_width, Align::Left);
    if let Some(contact) = supplier.contact_line() {
        flow.paragraph(&contact, Style::BODY.coloured(Colour::MUTED), LEFT, left_width, Align::Left);
    }
    flow.y = flow.y.max(right_end) + 8.0;
    let y = flow.y;
    flow.area([LEFT, y, WIDTH, 1.6], Colour::ACCENT);
    flow.y += GAP;
}

/// A line of a block of facts.
pub(crate) enum Fact {
    /// A name.
    Name(String),
    /// A line of text.
    Text(String),
    /// What it is, and its value.
    Pair(&'static str, String),
}

/// A block of facts with a label.
pub(crate) struct Facts {
    /// What they are about.
    pub(crate) label: &'static str,
    /// The facts.
    pub(crate) facts: Vec<Fact>,
    /// Its share of the width.
    pub(crate) share: f32,
}

/// The facts of a party.
pub(crate) fn party_facts(label: &'static str, party: &Party, share: f32) -> Facts {
    let mut facts = vec![Fact::Name(party.name.clone())];
    facts.extend(party.address.iter().cloned().map(Fact::Text));
    facts.extend(party.contact_line().map(Fact::Text));
    facts.extend(party.state_line().map(|state| Fact::Pair("State", state)));
    let gstin = party.gstin.as_ref().map_or_else(|| "Not registered".to_owned(), ToString::to_string);
    facts.push(Fact::Pair("GSTIN", gstin));
    Facts { label, facts, share }
}

/// Blocks of facts side by side.
pub(crate) fn facts(flow: &mut Flow, blocks: &[Facts]) {
    let blocks: Vec<&Facts> = blocks.iter().filter(|block| !block.facts.is_empty()).collect();
    let shares: f32 = blocks.iter().map(|block| block.share).sum();
    let room = WIDTH - GUTTER * (blocks.len().saturating_sub(1)) as f32;
    let (top, mut end, mut x) = (flow.y, flow.y, LEFT);
    for block in blocks {
        let width = room * block.share / shares;
        flow.y = top;
        flow.line(block.label, Style::LABEL, x, width, Align::Left);
        flow.y += 2.0;
        let names = block.facts.iter().filter_map(|fact| match fact {
            Fact::Pair(name, _) => Some(shape(name, Style::NOTE.weight).width * Style::NOTE.size),
            Fact::Name(_) | Fact::Text(_) => None,
        });
        let name_width = names.fold(0.0, f32::max) + NAME_GAP;
        for fact in &block.facts {
            draw_fact(flow, fact, (x, width), name_width);
        }
        end = end.max(flow.y);
        x += width + GUTTER;
    }
    flow.y = end + GAP;
}

fn draw_fact(flow: &mut Flow, fact: &Fact, (x, width): (f32, f32), name_width: f32) {
    match fact {
        Fact::Name(name) => few_lines(flow, name, Style::STRONG.sized(10.0), (x, width)),
        Fact::Text(text) => few_lines(flow, text, Style::BODY, (x, width)),
        Fact::Pair(name, value) => {
            let top = flow.y;
            // The name's baseline is the value's.
            flow.y += (Style::BODY.size - Style::NOTE.size) * ASCENT;
            flow.line(name, Style::NOTE, x, name_width, Align::Left);
            flow.y = top;
            few_lines(flow, value, Style::BODY, (x + name_width, width - name_width));
            flow.y = flow.y.max(top + Style::BODY.line_height());
        }
    }
}

/// The beginning of a text: facts stand on the first page, whatever was written into a form.
fn few_lines(flow: &mut Flow, text: &str, style: Style, (x, width): (f32, f32)) {
    let lines = lines(text, style, width);
    let is_cut = lines.len() > MAX_FACT_LINES;
    for (at, line) in lines.into_iter().take(MAX_FACT_LINES).enumerate() {
        let is_last = is_cut && at + 1 == MAX_FACT_LINES;
        let line = if is_last { shape(&format!("{} …", line.text), style.weight) } else { line };
        let (y, height) = (flow.y, style.height_of(&line));
        flow.shaped(line, style, (x, y), (width, Align::Left));
        flow.y += height;
    }
}

/// A line of a column of sums.
pub(crate) struct Sum {
    /// What it is.
    pub(crate) name: String,
    /// The figure.
    pub(crate) figure: String,
    /// Whether it is the one to look for.
    pub(crate) strong: bool,
}

impl Sum {
    /// A sum among others.
    pub(crate) fn new(name: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { name: name.into(), figure: figure.into(), strong: false }
    }

    /// The sum to look for.
    pub(crate) fn strong(name: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { strong: true, ..Self::new(name, figure) }
    }

    fn style(&self) -> Style {
        if self.strong { Style::STRONG.sized(10.5) } else { Style::BODY }
    }

    fn height(&self) -> f32 {
        self.style().line_height() + if self.strong { 7.0 } else { 3.0 }
    }
}

/// Height of a column of sums.
fn sums_height(sums: &[Sum]) -> f32 {
    sums.iter().map(Sum::height).sum()
}

/// A column of sums at the right edge, from the present height.
fn sums(flow: &mut Flow, sums: &[Sum]) {
    let (x, pad) = (RIGHT - SUMS_WIDTH, 6.0);
    for sum in sums {
        let (y, height, style) = (flow.y, sum.height(), sum.style());
        if sum.strong {
            flow.area([x, y, SUMS_WIDTH, height - 1.0], Colour::TINT);
        }
        let top = y + (height - 1.0 - style.line_height()) / 2.0;
        let room = SUMS_WIDTH - 2.0 * pad;
        let (name, figure) = (shape(&sum.name, style.weight), shape(&sum.figure, style.weight));
        // A figure too long for its room is set smaller.
        let fits = (room - NAME_GAP) / (name.width + figure.width);
        let figure_style = style.sized(style.size.min(fits));
        let lower = (style.size - figure_style.size) * ASCENT;
        flow.shaped(name, figure_style, (x + pad, top + lower), (room, Align::Left));
        flow.shaped(figure, figure_style, (x + pad, top + lower), (room, Align::Right));
        flow.y = y + height;
    }
}

/// Something left of the sums, below the total in words.
pub(crate) enum Beside {
    /// A payment code, the amount and who is paid.
    Payment(Code, String, String),
    /// What must not be overlooked.
    Alert(String),
}

/// The sums on the right; left of them the total in words and what else belongs there. All on one page.
pub(crate) fn totals(flow: &mut Flow, column: &[Sum], words: &str, beside: Vec<Beside>) {
    let width = WIDTH - SUMS_WIDTH - GUTTER;
    let words = lines(words, Style::STRONG, width);
    let alert = Style::STRONG.coloured(Colour::ALERT);
    let height = |block: &Beside| match block {
        Beside::Payment(..) => GAP + CODE_SIDE,
        Beside::Alert(text) => {
            GAP + lines(text, alert, width).iter().map(|line| alert.height_of(line)).sum::<f32>()
        }
    };
    let left_height = Style::LABEL.line_height()
        + Style::STRONG.line_height() * (words.len() + 1) as f32
        + beside.iter().map(height).sum::<f32>();
    flow.y += 8.0;
    flow.reserve(sums_height(column).max(left_height));
    let top = flow.y;
    flow.line("TOTAL IN WORDS", Style::LABEL, LEFT, width, Align::Left);
    flow.y += 2.0;
    for line in words {
        let y = flow.y;
        flow.shaped(line, Style::STRONG, (LEFT, y), (width, Align::Left));
        flow.y += Style::STRONG.line_height();
    }
    for block in beside {
        flow.y += GAP;
        match block {
            Beside::Payment(code, amount, payee) => payment_code(flow, code, &amount, &payee),
            Beside::Alert(text) => flow.paragraph(&text, alert, LEFT, width, Align::Left),
        }
    }
    let left_end = flow.y;
    flow.y = top;
    sums(flow, column);
    flow.y = flow.y.max(left_end);
}

/// Side of a payment code.
const CODE_SIDE: f32 = 88.0;

/// A payment code with what it is for beside it.
fn payment_code(flow: &mut Flow, code: Code, amount: &str, payee: &str) {
    let quiet = CODE_SIDE / code.width as f32 * 2.0;
    let (top, x) = (flow.y, LEFT + CODE_SIDE + GUTTER);
    let width = WIDTH - SUMS_WIDTH - GUTTER - (x - LEFT);
    flow.put(Mark::Code { square: [LEFT + quiet, top + quiet, CODE_SIDE - 2.0 * quiet], code });
    flow.y = top + quiet;
    flow.line("SCAN TO PAY BY UPI", Style::LABEL, x, width, Align::Left);
    flow.y += 2.0;
    flow.line(amount, Style::STRONG.sized(12.0), x, width, Align::Left);
    flow.paragraph(payee, Style::BODY, x, width, Align::Left);
    flow.paragraph("Any UPI app; the amount is filled in.", Style::NOTE, x, width, Align::Left);
    flow.y = flow.y.max(top + CODE_SIDE);
}

/// The heading of a section.
pub(crate) fn section(flow: &mut Flow, label: &str, room_below: f32) {
    flow.reserve(Style::LABEL.line_height() + GAP + room_below);
    flow.y += GAP;
    flow.line(label, Style::LABEL, LEFT, WIDTH, Align::Left);
    flow.y += 3.0;
}

/// A note in small letters, over the whole width, on as many pages as it needs.
pub(crate) fn note(flow: &mut Flow, text: &str) {
    for line in lines(text, Style::NOTE, WIDTH) {
        flow.reserve(Style::NOTE.line_height());
        let (y, height) = (flow.y, Style::NOTE.height_of(&line));
        flow.shaped(line, Style::NOTE, (LEFT, y), (WIDTH, Align::Left));
        flow.y += height;
    }
}

/// The end of a paper of GST: a table on the left, if there is one, and beside it the place to sign.
pub(crate) fn closing(flow: &mut Flow, supplier: &Party, table: Option<(&str, Table)>) {
    let width = WIDTH - SUMS_WIDTH - GUTTER;
    let mut signed_at = None;
    if let Some((label, table)) = table {
        let height = table.height(LEFT, width) + Style::LABEL.line_height() + 3.0;
        section(flow, label, height.min(SIGNATURE_HEIGHT));
        let top = flow.y;
        let fits_beside = flow.fits(height.max(SIGNATURE_HEIGHT));
        table.draw(flow, LEFT, width);
        signed_at = fits_beside.then_some((top, flow.y));
    }
    let place = [(format!("For {}", supplier.name), "Authorised signatory")];
    if let Some((top, end)) = signed_at {
        flow.y = top - GAP;
        signatures(flow, &place);
        flow.y = flow.y.max(end);
    } else {
        signatures(flow, &place);
    }
}

/// Places to sign, side by side: above each what it is signed for, below who signs.
pub(crate) fn signatures(flow: &mut Flow, places: &[(String, &str)]) {
    flow.reserve(SIGNATURE_HEIGHT + GAP);
    flow.y += GAP;
    let top = flow.y;
    let width = (WIDTH - GUTTER * (places.len().saturating_sub(1)) as f32) / places.len().max(3) as f32;
    // From the right edge: a single place is where one looks for it.
    let mut x = RIGHT - width;
    for (above, below) in places.iter().rev() {
        flow.y = top;
        flow.paragraph(above, Style::BODY, x, width, Align::Left);
        flow.y = top + SIGNATURE_HEIGHT - Style::NOTE.line_height() - 4.0;
        let y = flow.y;
        flow.area([x, y, width, 0.6], Colour::MUTED);
        flow.y += 3.0;
        flow.line(below, Style::NOTE, x, width, Align::Left);
        x -= width + GUTTER;
    }
    flow.y = top + SIGNATURE_HEIGHT;
}

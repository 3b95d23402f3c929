//! States and union territories as GST numbers them.

use super::{FormatError, text_traits};

/// A state or union territory of the official GST list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GstState {
    code: &'static str,
    name: &'static str,
}

text_traits!(
    GstState,
    example: "Karnataka",
    pattern: None,
    expected: "must be an Indian state or union territory, by name or by its two-digit GST code"
);

const fn state(code: &'static str, name: &'static str) -> GstState {
    GstState { code, name }
}

/// Other names people use, as [`simplify`] leaves them, and the code meant. The two territories of 26 merged in 2020.
const ALIASES: &[(&str, &str)] = &[
    ("jandk", "01"),
    ("uttaranchal", "05"),
    ("newdelhi", "07"),
    ("nctofdelhi", "07"),
    ("delhinct", "07"),
    ("nationalcapitalterritoryofdelhi", "07"),
    ("orissa", "21"),
    ("chattisgarh", "22"),
    ("chhatisgarh", "22"),
    ("dadraandnagarhaveli", "26"),
    ("damananddiu", "26"),
    ("dnhdd", "26"),
    ("pondicherry", "34"),
    ("andamanandnicobar", "35"),
    ("telengana", "36"),
];

impl GstState {
    /// The official list, in the order of the codes. 25 and 28 are no longer given out.
    pub const ALL: &'static [Self] = &[
        state("01", "Jammu and Kashmir"),
        state("02", "Himachal Pradesh"),
        state("03", "Punjab"),
        state("04", "Chandigarh"),
        state("05", "Uttarakhand"),
        state("06", "Haryana"),
        state("07", "Delhi"),
        state("08", "Rajasthan"),
        state("09", "Uttar Pradesh"),
        state("10", "Bihar"),
        state("11", "Sikkim"),
        state("12", "Arunachal Pradesh"),
        state("13", "Nagaland"),
        state("14", "Manipur"),
        state("15", "Mizoram"),
        state("16", "Tripura"),
        state("17", "Meghalaya"),
        state("18", "Assam"),
        state("19", "West Bengal"),
        state("20", "Jharkhand"),
        state("21", "Odisha"),
        state("22", "Chhattisgarh"),
        state("23", "Madhya Pradesh"),
        state("24", "Gujarat"),
        state("26", "Dadra and Nagar Haveli and Daman and Diu"),
        state("27", "Maharashtra"),
        state("29", "Karnataka"),
        state("30", "Goa"),
        state("31", "Lakshadweep"),
        state("32", "Kerala"),
        state("33", "Tamil Nadu"),
        state("34", "Puducherry"),
        state("35", "Andaman and Nicobar Islands"),
        state("36", "Telangana"),
        state("37", "Andhra Pradesh"),
        state("38", "Ladakh"),
        state("97", "Other Territory"),
    ];

    /// Reads a name in any case, with "&" or "and", or a two-digit code.
    ///
    /// # Errors
    /// If it is not on the list.
    pub fn parse(value: &str) -> Result<Self, FormatError> {
        let name = simplify(value);
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, code)| *code);
        Self::from_code(alias.unwrap_or(value.trim()))
            .or_else(|| Self::ALL.iter().copied().find(|state| simplify(state.name) == name))
            .ok_or_else(|| FormatError::new(Self::EXPECTED))
    }

    /// The state of a two-digit code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code == code)
    }

    /// The two-digit code: "29".
    pub fn code(self) -> &'static str {
        self.code
    }

    /// The name: "Karnataka".
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Whether the tax beside the central one is the union territory's and not a state's (UTGST Act, section 1(2)):
    /// territories with a legislature, such as Delhi, have a State tax.
    pub fn has_union_territory_tax(self) -> bool {
        matches!(self.code, "04" | "26" | "31" | "35" | "38" | "97")
    }

    /// The name, as it is stored and shown.
    pub fn as_str(&self) -> &'static str {
        self.name
    }
}

/// A name without case, spaces and punctuation, "&" written out.
fn simplify(name: &str) -> String {
    name.to_lowercase()
        .replace('&', "and")
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_ascii_punctuation())
        .collect()
}

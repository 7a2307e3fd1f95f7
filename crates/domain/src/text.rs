//! Text that people typed: in Unicode NFC, trimmed, without control characters, bounded.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// What is wrong with a text. The edge normalises first; the core only refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadText {
    /// `input.text_empty`
    Empty,
    /// `input.text_too_long`, with the limit in characters
    TooLong(usize),
    /// `input.text_not_nfc`
    NotNfc,
    /// `input.text_control`
    Control,
}

impl fmt::Display for BadText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadText::Empty => write!(f, "input.text_empty"),
            BadText::TooLong(max) => write!(f, "input.text_too_long: {max}"),
            BadText::NotNfc => write!(f, "input.text_not_nfc"),
            BadText::Control => write!(f, "input.text_control"),
        }
    }
}

/// A text of 1 to `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// A name or title.
pub type Name = Text<300>;
/// A reason, remark or explanation.
pub type Prose = Text<4000>;

impl<const MAX: usize> Text<MAX> {
    /// Accepts what is already clean; refuses anything else by [`BadText`].
    pub fn new(text: impl Into<String>) -> Result<Self, BadText> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(BadText::Empty);
        }
        if text.chars().count() > MAX {
            return Err(BadText::TooLong(MAX));
        }
        if !is_nfc(&text) {
            return Err(BadText::NotNfc);
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(BadText::Control);
        }
        Ok(Text(text))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Text::new(String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// NFC and trimmed: what the edge does to everything typed before the core sees it.
pub fn normalise(text: &str) -> String {
    text.trim().nfc().collect()
}

/// Search key without diacritics: NFD, marks dropped, đ and Đ to d, lower case, single spaces.
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .map(|c| if matches!(c, 'đ' | 'Đ') { 'd' } else { c })
        .flat_map(char::to_lowercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

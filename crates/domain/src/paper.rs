//! Papers that acts are made by. A signed paper gates its act: the act takes effect when the
//! paper is issued (machine D). Working papers are confirmed in place and take no number.

/// The paper of an act, by the kind of text (`paper-<kind>` in the texts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    None,
    /// Confirmed in place: sheets, minutes, receipts.
    Working(&'static str),
    /// ¶: signed, numbered, issued.
    Issued(&'static str),
}

impl Paper {
    pub fn is_issued(self) -> bool {
        matches!(self, Paper::Issued(_))
    }
    pub fn kind(self) -> Option<&'static str> {
        match self {
            Paper::None => None,
            Paper::Working(kind) | Paper::Issued(kind) => Some(kind),
        }
    }
}

//! One market, several products: shares that add up to more than the whole are a warning to every
//! managing agency of the market and to the focal agency. It decides nothing (case 54).

use crate::outcome::Share;

/// Parts in which shares are added, each cut down: a surplus below that is no surplus.
const PARTS: u128 = 1_000_000_000_000_000_000;

/// Do the shares, each at its lowest, add up to more than 100 per cent?
pub fn overfull(shares: &[Share]) -> bool {
    let part = |s: &Share| u128::from(s.numerator) * PARTS / u128::from(s.denominator_high.max(1));
    shares.iter().map(part).sum::<u128>() > PARTS
}

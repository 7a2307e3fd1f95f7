//! The dossier's tracking code: ten characters without look-alikes, the last one a check
//! character that catches a wrong character and two neighbours swapped. Choice.

use crate::text::Text;

/// 31 characters, a prime number of them: no I, L, O, U and no 1.
const ALPHABET: &[u8; 31] = b"023456789ABCDEFGHJKMNPQRSTVWXYZ";

fn value(c: u8) -> Option<usize> {
    ALPHABET.iter().position(|a| *a == c)
}

fn check(values: impl Iterator<Item = usize>) -> usize {
    values.enumerate().map(|(i, v)| (i + 1) * v).sum::<usize>() % ALPHABET.len()
}

/// The code that nine random bytes make.
pub fn code(random: [u8; 9]) -> Option<Text<10>> {
    let values: Vec<usize> = random.iter().map(|b| usize::from(*b) % ALPHABET.len()).collect();
    let last = check(values.iter().copied());
    let text: String = values.iter().chain([&last]).filter_map(|v| ALPHABET.get(*v)).map(|c| char::from(*c)).collect();
    Text::new(text).ok()
}

/// Ten characters of the alphabet with the right check character.
pub fn is_code(text: &str) -> bool {
    let values: Option<Vec<usize>> = text.bytes().map(value).collect();
    match values.as_deref() {
        Some([first @ .., last]) if first.len() == 9 => check(first.iter().copied()) == *last,
        _ => false,
    }
}

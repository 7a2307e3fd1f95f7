//! What stands at the foot of a page on paper (ux.md 9): its address, as a text and as a square code, and the
//! day it was printed for.

use crate::markup::esc;
use crate::say;
use crate::visitor::Visitor;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// The foot as markup; hidden on screens. Without the code where the address is too long for one.
pub fn foot(v: &Visitor) -> String {
    let address = format!("{}{}", v.app.settings.base, v.href(&v.place));
    let day = v.t1("web-printed-on", &[("day", &say::day(v.today))]);
    format!("<div class=\"print-foot\">{}<p>{}<br>{}</p></div>", code(&address).unwrap_or_default(), esc(&address), esc(&day))
}

/// A text as a square code, for a camera: runs of dark modules as one path, with the quiet zone of four modules
/// that readers need. None where the text is too long for one.
pub fn code(text: &str) -> Option<String> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (wide, modules) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(wide).enumerate() {
        let mut x = 0;
        while let Some(start) = row.iter().skip(x).position(|c| *c == Color::Dark).map(|n| x + n) {
            let run = row.iter().skip(start).take_while(|c| **c == Color::Dark).count();
            let _ = write!(path, "M{} {}h{run}v1h-{run}z", start + QUIET, y + QUIET);
            x = start + run;
        }
    }
    let side = wide + 2 * QUIET;
    Some(format!("<svg viewBox=\"0 0 {side} {side}\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every module that is dark, from the path: nothing is lost or added by the runs.
    #[test]
    fn the_path_has_every_dark_module_and_no_other() {
        let text = "https://nentangso.t.example/nen-tang/pub_01900000000070008000000000000001";
        let svg = code(text).unwrap();
        let expected = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let path = svg.split('"').find(|p| p.starts_with('M')).unwrap();
        let mut dark = 0;
        for part in path.split('M').skip(1) {
            let (at, rest) = part.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').map(|(x, y)| (x.parse::<usize>().unwrap() - 4, y.parse::<usize>().unwrap() - 4)).unwrap();
            let run: usize = rest.split('v').next().unwrap().parse().unwrap();
            assert!((x..x + run).all(|x| expected[(x, y)] == Color::Dark));
            dark += run;
        }
        assert_eq!(dark, expected.to_colors().iter().filter(|c| **c == Color::Dark).count());
    }

    #[test]
    fn an_address_too_long_for_a_code_has_none() {
        assert!(code(&"a".repeat(8_000)).is_none());
    }
}

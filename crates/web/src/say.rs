//! Days, numbers and mistakes in words.

use chrono::{DateTime, NaiveDate, Utc};
use ndp_domain::calendar::Calendar;
use ndp_text::{Lang, key, texts};

/// `02/03/2026`, in both languages.
pub fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// A day or an instant as stored, for people: `02/03/2026` or `14:32, 02/03/2026` in Viet Nam.
pub fn when(text: &str) -> Option<String> {
    if let Ok(at) = text.parse::<NaiveDate>() {
        return Some(day(at));
    }
    let at: DateTime<Utc> = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Some(instant(at))
}

/// Seven hours ahead of UTC all year.
pub fn instant(at: DateTime<Utc>) -> String {
    (at + chrono::TimeDelta::hours(7)).format("%H:%M, %d/%m/%Y").to_string()
}

/// `4.000.000` or `4,000,000`.
pub fn whole(n: u128, lang: Lang) -> String {
    let digits = n.to_string();
    let mark = if lang == Lang::Vi { '.' } else { ',' };
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(c);
    }
    out
}

/// `12 KB`, `2,1 MB`.
pub fn size(bytes: u64, lang: Lang) -> String {
    if bytes < 1_048_576 {
        return format!("{} KB", bytes.div_ceil(1024));
    }
    let tenths = bytes * 10 / 1_048_576;
    let mark = if lang == Lang::Vi { ',' } else { '.' };
    format!("{}{mark}{} MB", tenths / 10, tenths % 10)
}

/// A share in hundredths of a percent, cut and never rounded up: 49.95 % stays below half.
pub fn share(numerator: u128, denominator: u128, lang: Lang) -> String {
    if denominator == 0 {
        return "–".to_owned();
    }
    let hundredths = numerator * 10_000 / denominator;
    let (whole, part) = (hundredths / 100, hundredths % 100);
    let mark = if lang == Lang::Vi { ',' } else { '.' };
    let text = match part {
        0 => whole.to_string(),
        part if part % 10 == 0 => format!("{whole}{mark}{}", part / 10),
        part => format!("{whole}{mark}{part:02}"),
    };
    format!("{text}%")
}

/// Working days until a day, negative when it has passed.
pub fn working_days(calendar: &Calendar, today: NaiveDate, due: NaiveDate) -> i64 {
    let (from, to, sign) = if due >= today { (today, due, 1) } else { (due, today, -1) };
    let days = from.iter_days().skip(1).take_while(|d| *d <= to).take(4_000).filter(|d| calendar.works(*d)).count();
    sign * i64::try_from(days).unwrap_or(i64::MAX)
}

/// "3 working days left", "today", "6 working days overdue".
pub fn left(calendar: &Calendar, today: NaiveDate, due: NaiveDate, lang: Lang) -> (bool, String) {
    let n = working_days(calendar, today, due);
    let t = texts(lang);
    match n {
        _ if due == today => (false, t.get("web-due-today", &[])),
        n if due > today => (false, t.get("web-due-left", &[("n", &n.to_string())])),
        n => (true, t.get("web-due-over", &[("n", &n.unsigned_abs().to_string())])),
    }
}

/// Stands for what was expected where something is chosen and not typed.
pub const CHOSEN: &str = "chosen";

/// A label within a sentence: in small letters, but for names.
fn within(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(label.chars().skip(1)).collect(),
        _ => label.to_owned(),
    }
}

/// What is wrong with a field of an act's form, as the page says it; in a list with the number of its item.
pub fn mistake(lang: Lang, act: &str, code: &str, expected: &str, pointer: &str) -> String {
    let t = texts(lang);
    let field = pointer.trim_end_matches("/sha256").rsplit('/').find(|p| !p.is_empty() && p.parse::<usize>().is_err()).unwrap_or_default();
    let label = t.find(&format!("field-{act}-{field}"), &[]).or_else(|| t.find(&format!("field-{field}"), &[])).unwrap_or_default();
    let item = pointer.rsplit('/').skip(1).find_map(|p| p.parse::<usize>().ok());
    let numbered = |said: String| item.map_or(said.clone(), |n| t.get("web-wrong-item", &[("said", &said), ("n", &(n + 1).to_string())]));
    match code {
        "said" => expected.to_owned(),
        "theirs" => t.get("web-theirs", &[("value", if expected.is_empty() { "–" } else { expected })]),
        "input.field_missing" | "input.text_empty" => {
            let chosen = expected == CHOSEN || pointer.ends_with("/sha256");
            numbered(t.get(if chosen { "web-wrong-choose" } else { "web-wrong-missing" }, &[("field", &within(&label))]))
        }
        "input.date" => t.get("web-wrong-date", &[("field", &label)]),
        "input.time" => t.get("web-wrong-time", &[("field", &label)]),
        "input.number" => t.get("web-wrong-number", &[("field", &label)]),
        other => t.get(&key("input", other.trim_start_matches("input.")), &[("expected", expected)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_cut_and_never_rounded_up_to_the_threshold() {
        assert_eq!(share(4_999_999, 10_000_000, Lang::Vi), "49,99%");
        assert_eq!(share(1, 2, Lang::Vi), "50%");
        assert_eq!(share(473, 1000, Lang::En), "47.3%");
        assert_eq!(share(4995, 10_000, Lang::Vi), "49,95%");
        assert_eq!(whole(4_000_000, Lang::Vi), "4.000.000");
        assert_eq!(whole(12, Lang::En), "12");
    }
}

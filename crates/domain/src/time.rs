//! Instants (UTC, cut to microseconds) and legal dates (the calendar day in Viet Nam).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC. Both databases keep microseconds, so nothing finer may exist.
pub type Instant = DateTime<Utc>;

/// Cuts to microseconds; every clock reading passes here before the core sees it.
pub fn cut(at: Instant) -> Instant {
    at.trunc_subsecs(6)
}

/// The calendar day in Viet Nam (UTC+7, no daylight saving time): the date that papers and
/// time limits use.
pub fn legal_date(at: Instant) -> NaiveDate {
    let offset = FixedOffset::east_opt(7 * 3600).expect("seven hours are a valid offset");
    at.with_timezone(&offset).date_naive()
}

/// The first moment of a day in Viet Nam; none beyond the calendar.
pub fn begins(day: NaiveDate) -> Option<Instant> {
    let offset = FixedOffset::east_opt(7 * 3600)?;
    Some(day.and_hms_opt(0, 0, 0)?.and_local_timezone(offset).single()?.with_timezone(&Utc))
}

/// Hour and minute of a day in Viet Nam, as `14:30`. Another text is `input.time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(NaiveTime);

impl Hour {
    /// None where no day has it.
    pub fn at(hour: u32, minute: u32) -> Option<Hour> {
        NaiveTime::from_hms_opt(hour, minute, 0).map(Hour)
    }
}

impl std::fmt::Display for Hour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

impl Serialize for Hour {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hour {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let plain = text.len() == 5 && text.bytes().enumerate().all(|(n, b)| if n == 2 { b == b':' } else { b.is_ascii_digit() });
        let time = NaiveTime::parse_from_str(&text, "%H:%M").ok().filter(|_| plain);
        time.map(Hour).ok_or_else(|| serde::de::Error::custom("input.time"))
    }
}

impl schemars::JsonSchema for Hour {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hour".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["14:30"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_two_digits_a_colon_and_two_digits() {
        let read = |text: &str| serde_json::from_value::<Hour>(serde_json::json!(text)).ok();
        assert_eq!(read("14:30"), Hour::at(14, 30));
        assert_eq!(Hour::at(9, 5).map(|h| h.to_string()).as_deref(), Some("09:05"));
        for text in ["24:00", "9:05", "14:60", "14h30", "14:30:00", "", "1é:30", " 9:05"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

//! Instants (UTC, cut to microseconds) and legal dates (the calendar day in Viet Nam).

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound, Utc};

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

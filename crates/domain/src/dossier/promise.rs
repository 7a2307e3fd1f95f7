//! The day on which an applicant may expect the result ("ngày hẹn trả kết quả"). Choice: the time limits of the steps that
//! are still to come, one after the other; an estimate, since some steps have none and others may stand still.

use crate::acts::ActId;
use crate::calendar::Calendar;
use crate::record::Clock;
use crate::regulation::Regulation;
use chrono::NaiveDate;

/// The main road from the receipt to the decision: the acts whose time limits are counted.
const ROAD: &[ActId] = &[ActId::E4, ActId::E5, ActId::E9, ActId::E11, ActId::E15, ActId::E19, ActId::E22];

/// The day, from the state a dossier is in and its running clocks; none before it was sent, while an answer of the applicant
/// is awaited, and after the decision.
pub fn promised(stage: &str, clocks: &[Clock], regulation: &Regulation, calendar: &Calendar, today: NaiveDate) -> Option<NaiveDate> {
    // A meeting has no limit of its own: what follows it has.
    let stage = if stage == "E.meeting" { "E.counted" } else { stage };
    let first = ROAD.iter().position(|act| act.row().leaves(stage))?;
    let step = |from: NaiveDate, act: &ActId| {
        let term = act.row().deadline.and_then(|name| regulation.terms.get(name));
        term.map_or(from, |term| calendar.due(from, *term).on)
    };
    let running = clocks.iter().find(|c| c.act == ROAD[first] && c.paused.is_none()).map(|c| c.due.on.max(today));
    let begun = running.unwrap_or_else(|| step(today, &ROAD[first]));
    Some(ROAD.iter().skip(first + 1).fold(begun, step))
}

//! The ACTS table: every act that works, with from, to, duty, deadline, paper, legal ground and
//! guards. Diagram, permission tests, tasks, deadlines and the printed table are made from it.
//! Ids and states are those of process.md 6. Ours are the acts on organisations, accounts and
//! reference data (OR, AC, RF), on links of persons (CF), change proposals (CP), objections (OB),
//! readiness checks (SC), and those numbered after the last one of a machine of the process: a
//! step which its guards speak of and which no row names (L12, E31: the reminders before a stop; L13: a unit's draft goes
//! to the coordinating unit).

mod table;

pub use table::{ACTS, ActId};

use crate::authority::{Duty, Level};
use crate::guards::Guard;
use crate::law::Citation;
use crate::paper::Paper;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The state "–": the record does not exist yet.
pub const NEW: &str = "–";
/// "Any open record": the acts of process.md 6.10 that every machine knows.
pub const ANY: &str = "*";

/// Who may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Any of these duties.
    OneOf(&'static [Duty]),
    /// Each of these duties, two persons, in any order; the second one's act moves the state.
    Each(&'static [Duty]),
    /// This level at the organisation whose paper it is (machine D).
    OfIssuing(&'static [Level]),
    /// Nobody: follows in the transaction of another act.
    With,
    /// The installation itself: loading of data.
    Installation,
}

/// Where the act leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// This state.
    State(&'static str),
    /// The state does not change.
    Same,
    /// This state where the act opens the record; otherwise the state does not change.
    Opens(&'static str),
    /// One of these, as the record says.
    Either(&'static [&'static str]),
    /// This state with the last of several signatures; until then the state does not change.
    Joint(&'static str),
}

impl To {
    /// The states it names.
    pub fn states(self) -> Vec<&'static str> {
        match self {
            To::State(to) | To::Opens(to) | To::Joint(to) => vec![to],
            To::Either(all) => all.to_vec(),
            To::Same => Vec::new(),
        }
    }
}

/// States in which an act of ¶ needs no paper, and who may do it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain {
    pub from: &'static [&'static str],
    pub who: &'static [Duty],
}

/// One row. `Act.then` are the acts that follow in the same transaction.
#[derive(Debug)]
pub struct Act {
    pub id: ActId,
    pub from: &'static [&'static str],
    pub to: To,
    pub who: Who,
    /// Name of the term in the regulation version; counted from entering the state left by it.
    pub deadline: Option<&'static str>,
    pub paper: Paper,
    pub ground: &'static [Citation],
    pub guards: &'static [Guard],
    pub then: &'static [ActId],
    /// Makes a task for the duty while the state lasts: the main road, not the side doors.
    pub task: bool,
    /// Where a paper is due only in some states: the others.
    pub plain: Option<Plain>,
}

impl Act {
    /// Does the row name the duty, in whatever state?
    pub fn names(&self, duty: Duty) -> bool {
        let by_row = match self.who {
            Who::OneOf(all) | Who::Each(all) => all.contains(&duty),
            Who::OfIssuing(levels) => levels.contains(&duty.level()),
            Who::With | Who::Installation => false,
        };
        by_row || self.plain.is_some_and(|p| p.who.contains(&duty))
    }
    /// Is its paper due in this state?
    pub fn needs_paper(&self, stage: &str) -> bool {
        self.paper.is_issued() && !self.plain.is_some_and(|p| p.from.contains(&stage))
    }
    /// The states to which it leads from this one.
    pub fn reaches(&self, from: &'static str) -> Vec<&'static str> {
        match self.to {
            To::State(to) => vec![to],
            To::Opens(to) if from == NEW => vec![to],
            To::Either(all) => all.to_vec(),
            To::Joint(to) => vec![to, from],
            To::Same | To::Opens(_) => vec![from],
        }
    }
    /// May it be tried in this state?
    pub fn leaves(&self, stage: &str) -> bool {
        self.from.contains(&stage) || (self.from.contains(&ANY) && stage != NEW)
    }
}

/// States from which nothing leaves (†), as process.md 6 marks them; ours for the records that are ours.
pub const FINAL: &[&str] = &[
    "L.not_listed",
    "L.withdrawn",
    "L.stopped",
    "L.removed",
    "C.superseded",
    "C.dropped",
    "C.repealed",
    "E.decided",
    "E.declined",
    "E.stopped",
    "E.lapsed",
    "B.closed",
    "B.cancelled",
    "R.revoked",
    "R.ended",
    "P.closed",
    "PE.replaced",
    "U.ended",
    "U.cancelled",
    "D.void",
    "D.replaced",
    "RC.kept",
    "RC.changed",
    "KN.refused",
    "KN.closed",
    "CP.accepted",
    "CP.refused",
    "OB.answered",
    "SC.converted",
];

/// States in which the file waits for somebody else: the terms of the state it came from stand
/// still and go on with what was left of them.
pub const WAITING: &[&str] = &["L.supplement", "E.supplement", "E.clarifying"];

/// Every state the table knows, in its order.
pub fn states() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for row in &ACTS {
        for state in row.from.iter().copied().chain(row.to.states()) {
            if state != NEW && state != ANY && !all.contains(&state) {
                all.push(state);
            }
        }
    }
    all
}

/// Acts that leave (or repeat) a state, those common to all records apart.
pub fn leaving(stage: &str) -> impl Iterator<Item = &'static Act> {
    ACTS.iter().filter(move |row| row.from.contains(&stage))
}

impl std::fmt::Display for ActId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ActId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ActId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        ActId::of_name(&name).ok_or_else(|| serde::de::Error::custom(format!("input.act: {name}")))
    }
}

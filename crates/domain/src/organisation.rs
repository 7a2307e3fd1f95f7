//! Organisations over time: names and symbols with validity, successors with their legal date.
//! Loaded from data with its evidence; nothing is deleted.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::id::{Kind, OrganisationId};
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where a statement comes from: read on a page, or from memory with a confidence in per cent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ground {
    Read {
        source: String,
    },
    OwnKnowledge {
        confidence: Option<u8>,
    },
    /// Invented for the demonstration (dữ liệu mẫu).
    Sample,
}

/// What is known of an organisation; an empty date is older than the data, or still valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub code: Text<60>,
    pub name_vi: Name,
    pub name_en: Option<Name>,
    /// What stands in document numbers.
    pub symbol: Option<Text<40>>,
    pub class: Text<60>,
    pub locality: Option<Text<20>>,
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    pub valid_to: Option<NaiveDate>,
    pub ground: Ground,
}

/// Functions that passed on; `main` is only a suggestion, never followed for a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub to: OrganisationId,
    pub what: Prose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what_vi: Option<Prose>,
    pub on: NaiveDate,
    pub main: bool,
    pub ground: Ground,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: OrganisationId,
    pub record: Record,
    pub transfers: Vec<Transfer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
    /// Names it bore before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerName>,
}

/// A unit (cục, vụ, trung tâm, sở, phòng). One of them coordinates: it collects what the others
/// drafted and sends it (đơn vị đầu mối).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub code: Text<60>,
    pub name_vi: Name,
    pub name_en: Option<Name>,
    pub coordinating: bool,
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FormerName {
    pub name_vi: Name,
    pub symbol: Option<Text<40>>,
    /// The last day on which it was borne.
    pub to: NaiveDate,
}

impl State {
    /// The coordinating unit on that day.
    pub fn coordinating_on(&self, day: NaiveDate) -> Option<&Unit> {
        self.units.iter().find(|u| u.coordinating && u.from.is_none_or(|f| f <= day) && u.to.is_none_or(|t| day <= t))
    }
    /// Name and symbol as they were on that day: papers keep theirs (case 29).
    pub fn name_on(&self, day: NaiveDate) -> (&str, Option<&str>) {
        match self.former.iter().find(|f| day <= f.to) {
            Some(f) => (f.name_vi.as_str(), f.symbol.as_ref().map(Text::as_str)),
            None => (self.record.name_vi.as_str(), self.record.symbol.as_ref().map(Text::as_str)),
        }
    }
    pub fn exists_on(&self, day: NaiveDate) -> bool {
        self.record.valid_from.is_none_or(|from| from <= day) && self.record.valid_to.is_none_or(|to| day <= to)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// OR1
    Register { id: OrganisationId, record: Record },
    /// OR2
    RecordTransfer { transfer: Transfer },
    /// OR3: the unit as it is; a unit of the same code is replaced.
    RecordUnit { unit: Unit },
    /// OR4: from that day under another name and symbol.
    Rename { name_vi: Name, name_en: Option<Name>, symbol: Option<Text<40>>, on: NaiveDate, basis: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Registered { id: OrganisationId, record: Record },
    TransferRecorded { transfer: Transfer },
    UnitRecorded { unit: Unit },
    Renamed { name_vi: Name, name_en: Option<Name>, symbol: Option<Text<40>>, on: NaiveDate, basis: Pin },
}

pub struct Organisation;

impl Machine for Organisation {
    const KIND: Kind = Kind::Organisation;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Register { .. } => ActId::OR1,
            Command::RecordTransfer { .. } => ActId::OR2,
            Command::RecordUnit { .. } => ActId::OR3,
            Command::Rename { .. } => ActId::OR4,
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Rename { basis, .. } => vec![Content::of(basis)],
            _ => Vec::new(),
        }
    }
    fn stage(_: &State) -> &'static str {
        "OR.existing"
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        match (state, command) {
            (_, Command::Register { id, record }) => {
                if let (Some(from), Some(to)) = (record.valid_from, record.valid_to)
                    && to < from
                {
                    return Err(Refusal::OrganisationPeriodWrong { code: record.code.to_string() });
                }
                Ok(vec![Event::Registered { id: *id, record: record.clone() }])
            }
            (Some(s), Command::RecordTransfer { transfer }) if transfer.to == s.id => {
                Err(Refusal::OrganisationCannotSucceedItself { code: s.record.code.to_string() })
            }
            (Some(s), Command::RecordUnit { unit }) => {
                let backwards = matches!((unit.from, unit.to), (Some(from), Some(to)) if to < from);
                let second = |u: &&Unit| u.coordinating && unit.coordinating && u.code != unit.code && u.to.is_none();
                if backwards {
                    return Err(Refusal::OrganisationPeriodWrong { code: s.record.code.to_string() });
                }
                match s.units.iter().find(second) {
                    Some(_) => Err(Refusal::CoordinatingUnitTwice {}),
                    None => Ok(vec![Event::UnitRecorded { unit: unit.clone() }]),
                }
            }
            (Some(s), Command::Rename { name_vi, name_en, symbol, on, basis }) => {
                if *on > occasion.day() || s.former.last().is_some_and(|f| *on <= f.to) || !s.exists_on(*on) {
                    return Err(Refusal::OrganisationPeriodWrong { code: s.record.code.to_string() });
                }
                let basis = Content::of(basis).pin();
                let (name_vi, name_en, symbol) = (name_vi.clone(), name_en.clone(), symbol.clone());
                Ok(vec![Event::Renamed { name_vi, name_en, symbol, on: *on, basis }])
            }
            (None, Command::RecordUnit { .. } | Command::Rename { .. }) => Err(Refusal::StreamNotFound { stream: occasion.stream }),
            (_, Command::RecordTransfer { transfer }) => Ok(vec![Event::TransferRecorded { transfer: transfer.clone() }]),
        }
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Registered { id, record }) => {
                Some(State { id: *id, record: record.clone(), transfers: Vec::new(), units: Vec::new(), former: Vec::new() })
            }
            (Some(mut s), Event::UnitRecorded { unit }) => {
                s.units.retain(|u| u.code != unit.code);
                s.units.push(unit.clone());
                Some(s)
            }
            (Some(mut s), Event::Renamed { name_vi, name_en, symbol, on, .. }) => {
                let to = on.pred_opt().unwrap_or(*on);
                s.former.push(FormerName { name_vi: s.record.name_vi.clone(), symbol: s.record.symbol.clone(), to });
                s.record.name_vi = name_vi.clone();
                s.record.name_en = name_en.clone();
                s.record.symbol = symbol.clone();
                Some(s)
            }
            (Some(mut s), Event::TransferRecorded { transfer }) => {
                s.transfers.push(transfer.clone());
                Some(s)
            }
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            name: Some(state.record.name_vi.to_string()),
            code: Some(state.record.code.to_string()),
            open_key: Some(state.record.code.to_string()),
            ..View::default()
        }
    }
}

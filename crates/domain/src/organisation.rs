//! Organisations over time: names and symbols with validity, successors with their legal date.
//! Loaded from data with its evidence; nothing is deleted.

use crate::acts::ActId;
use crate::id::{Kind, OrganisationId};
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where a statement comes from: read on a page, or from memory with a confidence in per cent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    pub to: OrganisationId,
    pub what: Prose,
    pub on: NaiveDate,
    pub main: bool,
    pub ground: Ground,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub id: OrganisationId,
    pub record: Record,
    pub transfers: Vec<Transfer>,
}

impl State {
    pub fn exists_on(&self, day: NaiveDate) -> bool {
        self.record.valid_from.is_none_or(|from| from <= day) && self.record.valid_to.is_none_or(|to| day <= to)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// OR1
    Register { id: OrganisationId, record: Record },
    /// OR2
    RecordTransfer { transfer: Transfer },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Registered { id: OrganisationId, record: Record },
    TransferRecorded { transfer: Transfer },
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
        }
    }
    fn stage(_: &State) -> &'static str {
        "OR.existing"
    }
    fn decide(state: Option<&State>, command: &Command, _: &Occasion) -> Result<Vec<Event>, Refusal> {
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
            (_, Command::RecordTransfer { transfer }) => Ok(vec![Event::TransferRecorded { transfer: transfer.clone() }]),
        }
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Registered { id, record }) => Some(State { id: *id, record: record.clone(), transfers: Vec::new() }),
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

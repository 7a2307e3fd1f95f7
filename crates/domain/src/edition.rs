//! Machine PE: a numbered edition of one register (process.md 6.7). Its figures are computed from
//! its entries; nothing is typed. Issuing it publishes the entries that wait (P6) and replaces the
//! edition before (PE3); both stay citable.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::evidence::Need;
use crate::historical::Historical;
use crate::id::{EditionId, Id, Kind, OrganisationId, PublicationId};
use crate::list_entry::paper;
use crate::machine::{self, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::publication::{self, Publication, Register};
use crate::refusal::Refusal;
use crate::text::Name;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One line of the annex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Line {
    pub publication: PublicationId,
    pub name: String,
    pub class: Option<String>,
    pub managing: OrganisationId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Compiling,
    Issued,
    Replaced,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: EditionId,
    pub register: Register,
    /// In which the letter is written; dated data of the keeper.
    pub capacity: String,
    /// The keeper of that day.
    pub keeper: OrganisationId,
    pub regulation: String,
    pub stage: Stage,
    pub previous: Option<EditionId>,
    pub annex: Option<Pin>,
    /// Entries, and entries by managing organisation; unknown for an edition of before.
    pub count: Option<u32>,
    pub paper: Option<IssuedPaper>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub historical: Option<Historical>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// PE1
    Compile { id: EditionId, register: Register, capacity: Name, regulation: String, previous: Option<EditionId> },
    /// PE2: every entry of the register that waits or is out.
    Issue { entries: Vec<PublicationId> },
    /// PE3
    Replace {},
    /// X4
    Import {
        id: EditionId,
        register: Register,
        capacity: Name,
        keeper: OrganisationId,
        regulation: String,
        count: Option<u32>,
        historical: Historical,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one event an act: it is folded into the state at once")]
pub enum Event {
    Compiling {
        id: EditionId,
        register: Register,
        capacity: String,
        keeper: OrganisationId,
        regulation: String,
        previous: Option<EditionId>,
    },
    Issued {
        annex: Pin,
        count: u32,
        by_agency: BTreeMap<OrganisationId, u32>,
        waiting: Vec<PublicationId>,
        paper: IssuedPaper,
    },
    Replaced {},
    Imported(State),
}

pub struct Edition;

impl Machine for Edition {
    const KIND: Kind = Kind::Edition;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Compile { .. } => ActId::PE1,
            Command::Issue { .. } => ActId::PE2,
            Command::Replace {} => ActId::PE3,
            Command::Import { .. } => ActId::X4,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Compiling => "PE.compiling",
            Stage::Issued => "PE.issued",
            Stage::Replaced => "PE.replaced",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Compile { regulation, .. } | Command::Import { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        match (state, command) {
            (_, Command::Compile { previous, .. }) => previous.iter().map(|p| Need::Stream((*p).into())).collect(),
            (Some(s), Command::Issue { entries }) => {
                s.previous.iter().map(|p| Need::Stream((*p).into())).chain(entries.iter().map(|e| Need::Stream((*e).into()))).collect()
            }
            _ => Vec::new(),
        }
    }
    /// The ground of each entry, for P6.
    fn further(_: Id, _: Option<&State>, command: &Command, world: &crate::evidence::World) -> Vec<Need> {
        let Command::Issue { entries } = command else { return Vec::new() };
        let ground = |e: &PublicationId| Some(Need::Stream(crate::evidence::state_in::<Publication>(world, *e)?.ground));
        entries.iter().filter_map(ground).collect()
    }
    fn contents(_: &Command) -> Vec<Content> {
        Vec::new()
    }
    fn contents_of(state: Option<&State>, command: &Command, occasion: &Occasion) -> Vec<Content> {
        match (state, command) {
            (Some(s), Command::Issue { entries }) => annex(s, entries, occasion).map(|lines| Content::of(&lines)).into_iter().collect(),
            _ => Vec::new(),
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match (state, command.clone()) {
            (_, Command::Compile { id, register, capacity, regulation, previous }) => {
                if let Some(previous) = previous {
                    let found = occasion.evidence.find::<Edition>(previous)?.state;
                    if found.register != register || found.stage != Stage::Issued {
                        return Err(Refusal::EditionNotCurrent {});
                    }
                }
                Event::Compiling { id, register, capacity: capacity.to_string(), keeper: occasion.focal, regulation, previous }
            }
            (Some(s), Command::Issue { entries }) => {
                let lines = annex(s, &entries, occasion)?;
                let mut by_agency: BTreeMap<OrganisationId, u32> = BTreeMap::new();
                lines.iter().for_each(|l| *by_agency.entry(l.managing).or_default() += 1);
                let waits = |e: &PublicationId| occasion.evidence.stage(*e) == Some("P.data_sent");
                let waiting = entries.iter().copied().filter(waits).collect();
                Event::Issued { annex: Content::of(&lines).pin(), count: lines.len() as u32, by_agency, waiting, paper: paper(occasion)? }
            }
            (_, Command::Replace {}) => Event::Replaced {},
            (_, Command::Import { id, register, capacity, keeper, regulation, count, historical }) => {
                historical.check(occasion)?;
                let document = crate::id::DocumentId(uuid::Uuid::nil());
                let paper = IssuedPaper { document, number: historical.number.to_string(), date: historical.date, issuer: keeper };
                let (stage, capacity) = (Stage::Issued, capacity.to_string());
                Event::Imported(State {
                    id,
                    register,
                    capacity,
                    keeper,
                    regulation,
                    stage,
                    previous: None,
                    annex: None,
                    count,
                    paper: Some(paper),
                    historical: Some(historical),
                })
            }
            (None, Command::Issue { .. }) => return Err(Refusal::EditionNotCurrent {}),
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event.clone()) {
            (_, Event::Compiling { id, register, capacity, keeper, regulation, previous }) => {
                let (stage, annex, count, paper, historical) = (Stage::Compiling, None, None, None, None);
                Some(State { id, register, capacity, keeper, regulation, stage, previous, annex, count, paper, historical })
            }
            (_, Event::Imported(new)) => Some(new),
            (Some(s), Event::Issued { annex, count, paper, .. }) => {
                Some(State { stage: Stage::Issued, annex: Some(annex), count: Some(count), paper: Some(paper), ..s })
            }
            (Some(s), Event::Replaced {}) => Some(State { stage: Stage::Replaced, ..s }),
            (None, _) => None,
        }
    }
    /// PE2 → P6 of the entries that waited, PE3 of the edition before.
    fn consequences(_: Id, state: &State, event: &Event, _: &Occasion) -> Vec<(Id, machine::Command)> {
        let Event::Issued { waiting, .. } = event else { return Vec::new() };
        let publish = waiting.iter().map(|w| ((*w).into(), publication::Command::Publish { edition: Some(state.id) }.into()));
        let replace = state.previous.iter().map(|p| ((*p).into(), Command::Replace {}.into()));
        publish.chain(replace).collect()
    }
    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            name: Some(format!("{} {}", state.register.name(), state.paper.as_ref().map_or("", |p| p.number.as_str())).trim().to_owned()),
            code: state.paper.as_ref().map(|p| p.number.clone()),
            managing: Some(state.keeper),
            regulation: Some(state.regulation.clone()),
            // One edition of a register is compiled at a time.
            open_key: (state.stage == Stage::Compiling).then(|| state.register.name().to_owned()),
            ..View::default()
        }
    }
}

/// The lines of the annex: distinct entries of this register that wait or are out.
fn annex(s: &State, entries: &[PublicationId], occasion: &Occasion) -> Result<Vec<Line>, Refusal> {
    let distinct: BTreeSet<&PublicationId> = entries.iter().collect();
    if entries.is_empty() || distinct.len() != entries.len() {
        return Err(Refusal::EntryNotForEdition {});
    }
    let line = |id: &PublicationId| {
        let found = occasion.evidence.find::<Publication>(*id)?.state;
        let fits = found.register == s.register
            && found.closing.is_none()
            && matches!(Publication::stage(found), "P.data_sent" | "P.published" | "P.correction");
        if !fits {
            return Err(Refusal::EntryNotForEdition {});
        }
        Ok(Line { publication: *id, name: found.name.clone(), class: found.class.map(|c| c.name().to_owned()), managing: found.managing })
    };
    entries.iter().map(line).collect()
}

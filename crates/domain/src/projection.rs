//! What a stream's state says to lists: its row, its tasks, its deadlines, its access. All pure,
//! so that everything derived can be made again and compared.

use crate::access::{self, Access, Recusal};
use crate::acts::{ActId, Who, leaving};
use crate::authority::{Duty, Level, Side};
use crate::body::Form;
use crate::calendar::Due;
use crate::canonical::canonical;
use crate::id::{AccountId, OrganisationId};
use crate::machine::{State, View};
use crate::publication::{self, EntryVersion};
use crate::record::Clock;
use crate::text::fold;
use crate::time::Instant;
use crate::whole::Whole;

/// The typed columns that lists filter and sort by.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub stage: &'static str,
    pub view: View,
    pub name_fold: Option<String>,
    pub due: Option<Due>,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// The state document, canonical.
    pub document: String,
    /// For a dossier in evaluation: due sheets, and whether the chair has opened them.
    pub sheets_due: Option<u32>,
    pub sheets_opened: bool,
}

/// Who must act next. `holder` is the organisation whose duty it is, `person` where one is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    pub act: &'static str,
    pub duty: Duty,
    /// An organisation's id, `focal_agency`, or empty where a person is named.
    pub holder: String,
    pub person: Option<AccountId>,
    pub due: Option<Due>,
    pub since: Instant,
}

/// Everything derived from one stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    pub row: Row,
    pub lists: Lists,
}

/// Rows beside the stream's own: what a change leaves of them as it was is not written again.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    pub tasks: Vec<Task>,
    pub deadlines: Vec<Clock>,
    pub access: Vec<Access>,
    pub recusals: Vec<Recusal>,
    pub entry_versions: Vec<EntryVersion>,
}

impl Projection {
    pub fn of(whole: &Whole) -> Projection {
        Projection { row: row(whole), lists: Lists::of(whole) }
    }
}

impl Lists {
    pub fn of(whole: &Whole) -> Lists {
        Lists {
            tasks: tasks(whole),
            deadlines: whole.clocks.iter().filter(|c| c.paused.is_none()).cloned().collect(),
            access: access::of(whole),
            recusals: access::recusals(&whole.state),
            entry_versions: match &whole.state {
                State::Publication(publication) => publication::entry_versions(publication),
                _ => Vec::new(),
            },
        }
    }
}

fn row(whole: &Whole) -> Row {
    let view = whole.state.view();
    let round = match &whole.state {
        State::Dossier(d) => d.round(),
        _ => None,
    };
    Row {
        stage: whole.state.stage(),
        name_fold: view.name.as_deref().map(fold),
        due: whole.due(),
        created_at: whole.created_at,
        updated_at: whole.updated_at,
        document: canonical(whole),
        sheets_due: round.map(|r| r.due.len() as u32),
        sheets_opened: round.is_some_and(|r| r.opened.is_some() || !r.sittings.is_empty()),
        view,
    }
}

fn tasks(whole: &Whole) -> Vec<Task> {
    let view = whole.state.view();
    let stage = whole.state.stage();
    let mut out = Vec::new();
    for row in leaving(stage).filter(|row| row.task) {
        let due = whole.clocks.iter().find(|c| c.act == row.id && c.paused.is_none()).map(|c| c.due);
        let since = whole.since;
        let task = |duty, holder: String, person| Task { act: row.id.name(), duty, holder, person, due, since };
        // Where no paper is due in this state, the act belongs to the duties named for it.
        let plain = row.plain.filter(|p| p.from.contains(&stage)).map(|p| Who::OneOf(p.who));
        match plain.unwrap_or(row.who) {
            Who::OneOf(duties) | Who::Each(duties) => {
                for duty in duties {
                    match whole.state.persons(*duty) {
                        Some(people) => out.extend(people.into_iter().map(|p| task(*duty, String::new(), Some(p)))),
                        None => out.extend(holders(&view, *duty).into_iter().map(|h| task(*duty, h, None))),
                    }
                }
            }
            Who::OfIssuing(levels) => {
                out.extend(levels.iter().flat_map(|level| issuing(&view, *level)).map(|(duty, holder)| task(duty, holder, None)));
            }
            Who::With | Who::Installation => {}
        }
    }
    out.retain(|t| ActId::of_name(t.act).is_none_or(|act| fits(&whole.state, act)));
    out.sort();
    out.dedup();
    out
}

/// Is the act a task in this state, or only allowed by its stage?
fn fits(state: &State, act: ActId) -> bool {
    match state {
        State::Dossier(d) => d.task_fits(act),
        State::Recognition(r) => r.task_fits(act),
        State::Publication(p) => act != ActId::P7 || p.closing.is_some(),
        State::Body(b) => match act {
            ActId::B4 => b.form != Form::HiredUnit,
            ActId::B8 => b.form == Form::HiredUnit,
            _ => true,
        },
        _ => true,
    }
}

fn holders(view: &View, duty: Duty) -> Vec<String> {
    let text = |id: &OrganisationId| id.to_string();
    match duty.side() {
        Side::Managing => view.managing.iter().map(text).collect(),
        Side::Focal => vec!["focal_agency".to_owned()],
        Side::Consulted => view.consulted.iter().map(text).collect(),
        Side::Applicant => view.applicant.iter().map(text).collect(),
        // Until a body is named, its duties are the managing agency's to fill.
        Side::Body => view.managing.iter().map(text).collect(),
        Side::Hired => view.hired.iter().map(text).collect(),
        _ => Vec::new(),
    }
}

fn issuing(view: &View, level: Level) -> impl Iterator<Item = (Duty, String)> {
    let duty = match level {
        Level::Officer => Duty::ManagingOfficer,
        Level::UnitHead => Duty::ManagingUnitHead,
        Level::FormChecker => Duty::ManagingFormChecker,
        Level::Signer | Level::None => Duty::ManagingSigner,
        Level::Records => Duty::ManagingRecords,
    };
    view.issuing.into_iter().map(move |org| (duty, org.to_string()))
}

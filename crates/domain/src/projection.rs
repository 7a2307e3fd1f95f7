//! What a stream's state says to lists: its row, its tasks, its deadlines, its access. All pure,
//! so that everything derived can be made again and compared.

use crate::access::{self, Access, Recusal};
use crate::acts::{Act, ActId, Who, leaving};
use crate::authority::{Duty, Level, Side};
use crate::body::Form;
use crate::calendar::Due;
use crate::canonical::canonical;
use crate::document;
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
    /// For a dossier in evaluation: due sheets, and whether the chair has opened them. For a body: how many
    /// declarations each member owes.
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
        sheets_due: match &whole.state {
            State::Body(body) => (!body.products.is_empty()).then_some(body.products.len() as u32),
            _ => round.map(|r| r.due.len() as u32),
        },
        sheets_opened: round.is_some_and(|r| r.opened.is_some() || !r.sittings.is_empty()),
        view,
    }
}

/// Who must act next on a record, as its state says.
pub fn tasks(whole: &Whole) -> Vec<Task> {
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
                for duty in duties.iter().map(|duty| drafter(row, *duty)) {
                    match whole.state.persons(duty) {
                        Some(people) => out.extend(people.into_iter().map(|p| task(duty, String::new(), Some(p)))),
                        None => out.extend(holders(&view, duty).into_iter().map(|h| task(duty, h, None))),
                    }
                }
            }
            Who::OfIssuing(levels) => {
                let State::Document(paper) = &whole.state else { continue };
                // A unit's head signs only what is theirs to decide.
                let signs = levels.contains(&Level::Signer);
                let theirs = |level: &&Level| !signs || **level == Level::Signer || (paper.body.is_none() && paper.heads_sign());
                out.extend(levels.iter().filter(theirs).flat_map(|level| at_level(paper, *level)).map(|(duty, whose)| match whose {
                    Whose::Of(org) => task(duty, org.to_string(), None),
                    Whose::Person(person) => task(duty, String::new(), Some(person)),
                }));
            }
            Who::With | Who::Installation => {}
        }
    }
    out.retain(|t| ActId::of_name(t.act).is_none_or(|act| fits(&whole.state, act, t)));
    out.sort();
    out.dedup();
    out
}

/// Which edition of these rules stored tasks and last days were made by: raised with each change of what is a task,
/// or of which clock counts, so that a migration makes them again.
pub const TASKS: u64 = 3;

/// Is the act a task in this state for this person, or only allowed by its stage?
fn fits(state: &State, act: ActId, task: &Task) -> bool {
    match state {
        State::Dossier(d) => d.task_fits(act) && d.owes(act, task.duty, task.person),
        State::Recognition(r) => r.task_fits(act),
        // What must be closed is neither shared nor published any more.
        State::Publication(p) => (act == ActId::P7) == p.closing.is_some(),
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

/// Who begins it: a body's letter is drafted by its secretary, whoever signs it.
fn drafter(row: &Act, duty: Duty) -> Duty {
    if row.paper.is_issued() && row.plain.is_none() && duty.side() == Side::Body { Duty::Secretary } else { duty }
}

/// Whose step of a paper it is.
enum Whose {
    Of(OrganisationId),
    Person(AccountId),
}

/// Who takes a paper through a step: an agency's desks; of a body's letter its secretary drafts and its chair or
/// vice-chair signs; of a contract the hired unit signs too. Nobody signs twice.
fn at_level(paper: &document::State, level: Level) -> Vec<(Duty, Whose)> {
    let signed = |duty: Duty| paper.signature.iter().chain(&paper.co_signatures).any(|s| s.duty == duty);
    let agency = (managing_at(level), Whose::Of(paper.issuing));
    match (level, paper.body) {
        (Level::Officer, Some(_)) => paper.secretary.map(|p| (Duty::Secretary, Whose::Person(p))).into_iter().collect(),
        (Level::Signer, Some(_)) => {
            [Duty::Chair, Duty::ViceChair].into_iter().zip(&paper.signers_expected).map(|(duty, p)| (duty, Whose::Person(*p))).collect()
        }
        (Level::Signer, None) => {
            let hired = paper.hired.map(|unit| (Duty::HiredUnit, Whose::Of(unit)));
            std::iter::once(agency).chain(hired).filter(|(duty, _)| !signed(*duty)).collect()
        }
        _ => vec![agency],
    }
}

/// An agency's duty at a level.
fn managing_at(level: Level) -> Duty {
    match level {
        Level::Officer => Duty::ManagingOfficer,
        Level::UnitHead => Duty::ManagingUnitHead,
        Level::FormChecker => Duty::ManagingFormChecker,
        Level::Signer | Level::None => Duty::ManagingSigner,
        Level::Records => Duty::ManagingRecords,
    }
}

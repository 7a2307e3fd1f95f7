//! One trait of a few functions for every machine, and the sum types over all of them.
//!
//! `decide` reads like the regulation and returns what the file would say afterwards; `evolve`
//! applies it and holds no rules. The shared part, stage and guards from the ACTS table, runs
//! before each machine's own checks of content, so that "what may I do" and `decide` agree.

use crate::acts::{ActId, NEW};
use crate::any;
use crate::authority::{Duty, Side};
use crate::calendar::Due;
use crate::canonical::Content;
use crate::evidence::{Need, World};
use crate::id::{AccountId, BodyId, Id, Kind, OrganisationId, ProductId};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// What lists, authority and visibility need to know of any state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The id that the state itself names; always the stream's own.
    pub own: Option<Id>,
    pub name: Option<String>,
    pub code: Option<String>,
    pub managing: Option<OrganisationId>,
    pub unit: Option<String>,
    pub applicant: Option<OrganisationId>,
    /// Bodies asked for an opinion, or the one that answers.
    pub consulted: Vec<OrganisationId>,
    /// Organisation whose paper this is.
    pub issuing: Option<OrganisationId>,
    pub regulation: Option<String>,
    pub parent: Option<Id>,
    pub product: Option<ProductId>,
    pub round: Option<u32>,
    /// The one person this stream is about.
    pub person: Option<AccountId>,
    /// The officer to whom the file is assigned.
    pub officer: Option<AccountId>,
    pub body: Option<BodyId>,
    /// The unit hired to evaluate.
    pub hired: Option<OrganisationId>,
    /// Unique while set: "no other open …", number of a paper, one sheet per evaluator and round.
    pub open_key: Option<String>,
}

/// Last day for an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastDay {
    /// The row's term, from the day on which the state was entered.
    ByTerm,
    /// What the state itself says: a contract's day, the next review, an evidence's last day.
    On(Due),
    /// A day that was agreed and stands still for nothing: a meeting.
    Appointed(Due),
    /// None while the state is as it is.
    Never,
}

pub trait Machine {
    const KIND: Kind;
    type State: 'static;
    type Command;
    type Event;

    fn act(command: &Self::Command) -> ActId;
    /// The state id of process.md 6, `L.draft`.
    fn stage(state: &Self::State) -> &'static str;
    /// The stage that the ACTS row is compared with; another stream's where the row belongs to
    /// that stream's machine (a sheet is an act of the dossier's stage).
    fn standing(state: Option<&Self::State>, _command: &Self::Command, _occasion: &Occasion) -> Result<&'static str, Refusal> {
        Ok(state.map_or(NEW, Self::stage))
    }
    /// Neighbours that this command's decision reads.
    fn needs(_state: Option<&Self::State>, _command: &Self::Command) -> Vec<Need> {
        Vec::new()
    }
    /// Further neighbours, named only by neighbours already loaded.
    fn further(_id: Id, _state: Option<&Self::State>, _command: &Self::Command, _world: &World) -> Vec<Need> {
        Vec::new()
    }
    /// Last day for an act that the state allows now; by default the row's term from entering it.
    fn last_day(_state: &Self::State, _act: ActId, _occasion: &Occasion) -> LastDay {
        LastDay::ByTerm
    }
    /// Is the row's paper due for this command in this state?
    fn needs_paper(state: Option<&Self::State>, command: &Self::Command) -> bool {
        Self::act(command).row().needs_paper(state.map_or(NEW, Self::stage))
    }
    fn decide(state: Option<&Self::State>, command: &Self::Command, occasion: &Occasion) -> Result<Vec<Self::Event>, Refusal>;
    fn evolve(state: Option<Self::State>, event: &Self::Event) -> Option<Self::State>;
    /// What follows in the same transaction, in the order of `Act.then`.
    fn consequences(_id: Id, _state: &Self::State, _event: &Self::Event, _occasion: &Occasion) -> Vec<(Id, Command)> {
        Vec::new()
    }
    /// Immutable contents that the command brings and its events pin.
    fn contents(_command: &Self::Command) -> Vec<Content> {
        Vec::new()
    }
    /// The same, with what only the decision computes.
    fn contents_of(_state: Option<&Self::State>, command: &Self::Command, _occasion: &Occasion) -> Vec<Content> {
        Self::contents(command)
    }
    /// Regulation version that a command opening a stream names itself.
    fn regulation(_command: &Self::Command) -> Option<String> {
        None
    }
    fn view(state: &Self::State) -> View;
    /// This machine's state, if the stream is one of its own.
    fn of(state: &State) -> Option<&Self::State>
    where
        Self: Known + Sized,
    {
        Self::known(state)
    }
}

/// Picks a machine's own state out of the sum type; written by the macro below.
pub trait Known: Machine {
    fn known(state: &State) -> Option<&Self::State>;
}

macro_rules! machines {
    ($($kind:ident $module:ident;)*) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum State { $($kind(crate::$module::State)),* }

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Command {
            $($kind(crate::$module::Command),)*
            /// An act that every open record knows (process.md 6.10, X).
            Any(any::Command),
        }

        // Events are short-lived and few; boxing the widest would only hide its fields.
        #[allow(clippy::large_enum_variant)]
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Event {
            $($kind(crate::$module::Event),)*
            Any(any::Event),
        }

        $(
            impl Known for crate::$module::$kind {
                fn known(state: &State) -> Option<&crate::$module::State> {
                    #[allow(unreachable_patterns)]
                    match state { State::$kind(s) => Some(s), _ => None }
                }
            }
            impl From<crate::$module::Command> for Command {
                fn from(c: crate::$module::Command) -> Command { Command::$kind(c) }
            }
            impl From<crate::$module::State> for State {
                fn from(s: crate::$module::State) -> State { State::$kind(s) }
            }
        )*
        impl From<any::Command> for Command {
            fn from(c: any::Command) -> Command { Command::Any(c) }
        }

        impl State {
            pub fn kind(&self) -> Kind { match self { $(State::$kind(_) => Kind::$kind),* } }
            pub fn stage(&self) -> &'static str {
                match self { $(State::$kind(s) => crate::$module::$kind::stage(s)),* }
            }
            pub fn view(&self) -> View { match self { $(State::$kind(s) => crate::$module::$kind::view(s)),* } }
        }

        impl Command {
            /// The kind of stream it acts on; none for an act that every kind knows.
            pub fn kind(&self) -> Option<Kind> {
                match self { $(Command::$kind(_) => Some(Kind::$kind),)* Command::Any(_) => None }
            }
            pub fn act(&self) -> ActId {
                match self { $(Command::$kind(c) => crate::$module::$kind::act(c),)* Command::Any(c) => c.act() }
            }
            pub fn contents(&self) -> Vec<Content> {
                match self { $(Command::$kind(c) => crate::$module::$kind::contents(c),)* Command::Any(c) => c.contents() }
            }
            pub fn regulation(&self) -> Option<String> {
                match self { $(Command::$kind(c) => crate::$module::$kind::regulation(c),)* Command::Any(_) => None }
            }
        }

        impl Event {
            pub fn kind(&self) -> Option<Kind> {
                match self { $(Event::$kind(_) => Some(Kind::$kind),)* Event::Any(_) => None }
            }
        }

        /// Neighbours that the decision reads. A command for another kind of stream needs none:
        /// `decide` refuses it.
        pub fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
            match command {
                $(Command::$kind(c) => crate::$module::$kind::needs(state.and_then(crate::$module::$kind::of), c),)*
                Command::Any(c) => c.needs(),
            }
        }

        /// Neighbours that only neighbours name.
        pub fn further(id: Id, state: Option<&State>, command: &Command, world: &World) -> Vec<Need> {
            match command {
                $(Command::$kind(c) => crate::$module::$kind::further(id, state.and_then(crate::$module::$kind::of), c, world),)*
                Command::Any(_) => Vec::new(),
            }
        }

        /// Last day for an act in this state.
        pub fn last_day(state: &State, act: ActId, occasion: &Occasion) -> LastDay {
            match state { $(State::$kind(s) => crate::$module::$kind::last_day(s, act, occasion)),* }
        }

        /// Is a paper due for this command in this state?
        pub fn needs_paper(state: Option<&State>, command: &Command) -> bool {
            match command {
                $(Command::$kind(c) => crate::$module::$kind::needs_paper(state.and_then(crate::$module::$kind::of), c),)*
                Command::Any(_) => false,
            }
        }

        /// Contents that the command brings and its decision computes.
        pub fn contents_of(state: Option<&State>, command: &Command, occasion: &Occasion) -> Vec<Content> {
            match command {
                $(Command::$kind(c) => crate::$module::$kind::contents_of(state.and_then(crate::$module::$kind::of), c, occasion),)*
                Command::Any(c) => c.contents(),
            }
        }

        /// The machine's own rules, after the shared ones.
        fn decide_content(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
            match command {
                $(Command::$kind(c) => crate::$module::$kind::decide(state.and_then(crate::$module::$kind::of), c, occasion)
                    .map(|events| events.into_iter().map(Event::$kind).collect()),)*
                Command::Any(c) => any::decide(state, c, occasion).map(|event| vec![Event::Any(event)]),
            }
        }

        fn standing(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<&'static str, Refusal> {
            match command {
                $(Command::$kind(c) => crate::$module::$kind::standing(state.and_then(crate::$module::$kind::of), c, occasion),)*
                Command::Any(_) => Ok(state.map_or(NEW, State::stage)),
            }
        }

        /// Applies an event; total: an event of another kind leaves the state as it is.
        pub fn evolve(state: Option<State>, event: &Event) -> Option<State> {
            match event {
                $(Event::$kind(e) => {
                    let own = match state {
                        None => None,
                        Some(State::$kind(s)) => Some(s),
                        #[allow(unreachable_patterns)]
                        other => return other,
                    };
                    crate::$module::$kind::evolve(own, e).map(State::$kind)
                })*
                Event::Any(e) => state.map(|s| any::evolve(s, e)),
            }
        }

        pub fn consequences(id: Id, state: &State, event: &Event, occasion: &Occasion) -> Vec<(Id, Command)> {
            match (state, event) {
                $((State::$kind(s), Event::$kind(e)) => crate::$module::$kind::consequences(id, s, e, occasion),)*
                _ => Vec::new(),
            }
        }
    };
}

machines! {
    Reference reference;
    Organisation organisation;
    Account account;
    ListEntry list_entry;
    CriteriaSet criteria_set;
    Opinion opinion;
    Product product;
    Dossier dossier;
    Body body;
    Declaration declaration;
    Sheet sheet;
    Recognition recognition;
    Publication publication;
    Document document;
    Plan plan;
    Edition edition;
    Reconsideration reconsideration;
    Complaint complaint;
    Objection objection;
    ChangeProposal change_proposal;
    Links links;
    Readiness readiness;
}

impl State {
    /// Persons who hold a duty of a body in this file; `None` where the state names nobody.
    pub fn persons(&self, duty: Duty) -> Option<Vec<AccountId>> {
        if duty.side() != Side::Body {
            return None;
        }
        match self {
            State::Body(body) => {
                let established = body.established().ok()?;
                match duty {
                    Duty::Chair => Some(vec![established.chair]),
                    Duty::ViceChair => Some(Vec::new()),
                    Duty::Secretary => Some(vec![established.secretary]),
                    Duty::Support => Some(established.support.clone()),
                    Duty::Evaluator => Some(established.members.iter().map(|m| m.person).collect()),
                    _ => None,
                }
            }
            State::Dossier(dossier) => {
                let round = dossier.round()?;
                match duty {
                    Duty::Chair => Some(vec![round.opened.as_ref().map_or(round.chair, |o| o.by)]),
                    Duty::ViceChair => Some(Vec::new()),
                    Duty::Secretary => Some(round.helpers.iter().take(1).copied().collect()),
                    // Who counts is named in the body, for one meeting.
                    Duty::Support | Duty::CountingBoard => Some(Vec::new()),
                    Duty::Evaluator if round.opened.is_some() => {
                        let present = |p: &&AccountId| round.opened.as_ref().is_some_and(|o| o.present.contains(p));
                        Some(round.due.iter().filter(present).copied().collect())
                    }
                    Duty::Evaluator => Some(round.due.clone()),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Neighbours that the guards of an act read: asked when a paper pins it and has no content yet.
pub fn guard_needs(act: ActId, id: Id, state: Option<&State>) -> Vec<Need> {
    match (state, act) {
        (Some(State::CriteriaSet(_)), ActId::C5) => vec![Need::Children(id, Kind::Opinion)],
        (Some(State::Dossier(_)), ActId::E22 | ActId::E23 | ActId::E24) => vec![Need::Children(id, Kind::Objection)],
        (Some(State::Recognition(r)), _) => r.review.iter().map(|review| Need::Stream(review.dossier.into())).collect(),
        _ => Vec::new(),
    }
}

/// Stage and guards of the ACTS row, without the command's content.
pub fn check(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<(), Refusal> {
    if let (Some(s), Some(kind)) = (state, command.kind())
        && s.kind() != kind
    {
        return Err(Refusal::CommandOfAnotherKind { act: command.act() });
    }
    let row = command.act().row();
    let stage = standing(state, command, occasion)?;
    if !row.leaves(stage) {
        return Err(Refusal::WrongStage { act: row.id, stage: stage.to_owned() });
    }
    row.guards.iter().try_for_each(|guard| (guard.holds)(state, occasion))
}

/// Decides: the shared checks, then the machine's own. Nothing is written and nothing is read.
pub fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
    check(state, command, occasion)?;
    let needs_paper = needs_paper(state, command);
    if needs_paper && occasion.paper.is_none() {
        return Err(Refusal::ActTakesEffectWithPaper { act: command.act() });
    }
    if !needs_paper && occasion.paper.is_some() && command.act().row().plain.is_some() && !occasion.follows {
        return Err(Refusal::NoPaperInThisState { act: command.act() });
    }
    decide_content(state, command, occasion)
}

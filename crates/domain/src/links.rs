//! Structured links of a person (employers, clients, authorship, family, as declared) and the
//! conflicts that follow from them (case 12; Anti-corruption Law 2018, article 3.8). A computed
//! conflict is shown to the secretary alone, who pins it as none with a reason, or has the member
//! replaced; it is looked at again when a sheet is handed in and at the vote.

use crate::acts::ActId;
use crate::canonical::{Content, Pin};
use crate::dossier::Round;
use crate::evidence::{Evidence, Need};
use crate::id::{AccountId, BodyId, Id, Kind, LinksId, OrganisationId};
use crate::machine::{Machine, View};
use crate::occasion::{Occasion, derived};
use crate::refusal::Refusal;
use crate::text::Prose;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Months after its end for which an employment or a client still counts. Choice; the duration is
/// that of the process's sources ("the last 24 months").
const LASTS_MONTHS: u32 = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Employer,
    Client,
    Ownership,
    /// Wrote parts of the proposal, the application or their annexes.
    Authorship,
    Family,
}

/// One link. `to` is the last day; none means still.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub relation: Relation,
    pub organisation: OrganisationId,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Link {
    /// Does it still weigh on that day?
    pub fn weighs_on(&self, day: NaiveDate) -> bool {
        let begun = self.from.is_none_or(|from| from <= day);
        let lasting = match self.relation {
            Relation::Employer | Relation::Client => Months::new(LASTS_MONTHS),
            _ => Months::new(0),
        };
        let over = self.to.and_then(|to| to.checked_add_months(lasting)).is_some_and(|end| end < day);
        begun && (!over || self.relation == Relation::Authorship)
    }
}

/// A link that the secretary found to be no conflict, with the reason; it does not come back
/// unless the link changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Pinned {
    pub link: Link,
    pub on: NaiveDate,
    pub by: AccountId,
    pub reason: Pin,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub person: AccountId,
    pub links: Vec<Link>,
    pub pinned: Vec<Pinned>,
    /// Secretaries who see it: of the bodies for which links were recorded.
    pub secretaries: Vec<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// CF1: all links of the person, as known now.
    Record { body: BodyId, person: AccountId, links: Vec<Link> },
    /// CF2
    Pin { body: BodyId, link: Link, reason: Prose },
}

impl Command {
    /// The body for which it is recorded: its secretary and members may.
    pub fn body(&self) -> BodyId {
        match self {
            Command::Record { body, .. } | Command::Pin { body, .. } => *body,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Recorded { person: AccountId, links: Vec<Link>, secretary: AccountId },
    Pinned { pinned: Pinned },
}

pub struct Links;

impl Machine for Links {
    const KIND: Kind = Kind::Links;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Record { .. } => ActId::CF1,
            Command::Pin { .. } => ActId::CF2,
        }
    }
    fn stage(_: &State) -> &'static str {
        "CF.recorded"
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        vec![Need::Stream(command.body().into())]
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Pin { reason, .. } => vec![Content::of(reason)],
            Command::Record { .. } => Vec::new(),
        }
    }
    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let body = occasion.evidence.find::<crate::body::Body>(command.body())?.state;
        let established = body.established()?;
        let event = match command {
            Command::Record { person, links, .. } => {
                let own = occasion.account() == *person;
                if occasion.stream != links_of(*person).into() || !established.is_member(*person) {
                    return Err(Refusal::NotMember {});
                }
                if !own && occasion.account() != established.secretary {
                    return Err(Refusal::LinksOfAnother {});
                }
                if links.iter().any(|l| l.to < l.from && l.to.is_some()) {
                    return Err(Refusal::DutyPeriodWrong {});
                }
                let mut links = links.clone();
                links.sort();
                links.dedup();
                Event::Recorded { person: *person, links, secretary: established.secretary }
            }
            Command::Pin { link, reason, .. } => {
                if !state.is_some_and(|s| s.links.contains(link)) {
                    return Err(Refusal::LinkUnknown {});
                }
                let reason = Content::of(reason).pin();
                Event::Pinned { pinned: Pinned { link: link.clone(), on: occasion.day(), by: occasion.account(), reason } }
            }
        };
        Ok(vec![event])
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event.clone()) {
            (state, Event::Recorded { person, links, secretary }) => {
                let mut s = state.unwrap_or(State { person, links: Vec::new(), pinned: Vec::new(), secretaries: Vec::new() });
                s.links = links;
                if !s.secretaries.contains(&secretary) {
                    s.secretaries.push(secretary);
                }
                Some(s)
            }
            (Some(mut s), Event::Pinned { pinned }) => {
                s.pinned.retain(|p| p.link != pinned.link);
                s.pinned.push(pinned);
                Some(s)
            }
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        View { person: Some(state.person), open_key: Some(state.person.to_string()), ..View::default() }
    }
}

/// One stream of links for a person, under an id made from the person's.
pub fn links_of(person: AccountId) -> LinksId {
    LinksId(derived(person.0, person.into(), Kind::Links))
}

/// Links of a person to the parties that weigh on that day and were not pinned as none.
pub fn conflicts(state: &State, parties: &[OrganisationId], day: NaiveDate) -> Vec<Link> {
    let weighs = |l: &&Link| parties.contains(&l.organisation) && l.weighs_on(day);
    let pinned = |l: &&Link| state.pinned.iter().any(|p| p.link == **l);
    state.links.iter().filter(weighs).filter(|l| !pinned(l)).cloned().collect()
}

/// Is there such a conflict between a member and the parties of a round?
pub fn open_conflict(member: AccountId, round: &Round, evidence: &Evidence, day: NaiveDate) -> bool {
    let id: Id = links_of(member).into();
    evidence.find::<Links>(id).is_ok_and(|found| !conflicts(found.state, &round.parties, day).is_empty())
}

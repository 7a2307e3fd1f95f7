//! Machine B: the evaluating body (process.md 6.5): council or expert group here; the hired
//! unit's own acts come with the rest of the machine.
//!
//! ```text
//! – ─B1→ planned ─B4→ established ─(B17 by each member)─ B5→ ready ─(B7 at the meeting)─ ready
//! ```

use crate::acts::ActId;
use crate::authority::Duty;
use crate::canonical::{Content, Pin};
use crate::declaration::Declaration;
use crate::dossier::Dossier;
use crate::evidence::Need;
use crate::id::{AccountId, BodyId, DossierId, Id, Kind, OrganisationId, ProductId};
use crate::list_entry::paper;
use crate::machine::{Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::product::Product;
use crate::refusal::Refusal;
use crate::regulation::{Denominator, RulesOfWork};
use crate::text::{Name, Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Name of a place or of the body itself.
pub type BodyName = Name;

/// The three forms of letter 2291, item 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Council,
    ExpertGroup,
    HiredUnit,
}

impl Form {
    pub fn name(self) -> &'static str {
        match self {
            Form::Council => "council",
            Form::ExpertGroup => "expert_group",
            Form::HiredUnit => "hired_unit",
        }
    }
}

/// A person in a capacity. `outside`: not of the managing agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub person: AccountId,
    pub organisation: OrganisationId,
    pub capacity: Name,
}

/// What the establishing decision says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Establishing {
    pub members: Vec<Member>,
    /// Chair of a council, head (tổ trưởng) of a group; a member.
    pub chair: AccountId,
    /// May stand in for the chair.
    pub vice_chair: Option<AccountId>,
    pub secretary: AccountId,
    pub support: Vec<AccountId>,
    pub rules: RulesOfWork,
    pub term_to: Option<NaiveDate>,
}

impl Establishing {
    pub fn is_member(&self, person: AccountId) -> bool {
        self.members.iter().any(|m| m.person == person)
    }
    /// Secretary and support team.
    pub fn helpers(&self) -> Vec<AccountId> {
        std::iter::once(self.secretary).chain(self.support.iter().copied()).collect()
    }
    /// Members needed for a quorum, out of `present` at the meeting.
    pub fn quorum(&self, present: usize) -> usize {
        let of = match self.rules.quorum_of {
            Denominator::Named => self.members.len(),
            Denominator::Present => present,
        };
        (0..=of).find(|n| self.rules.quorum.reached(*n, of)).unwrap_or(of)
    }
}

/// Counting board of one meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    pub dossier: DossierId,
    pub round: u32,
    pub people: Vec<AccountId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Planned,
    Established,
    Ready,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub id: BodyId,
    pub name: String,
    pub form: Form,
    pub regulation: String,
    pub managing: OrganisationId,
    /// Unit that organises the evaluation.
    pub unit: String,
    /// Judges a product of the managing agency itself (case 14).
    pub self_managed: bool,
    pub stage: Stage,
    pub decision: Option<(Establishing, IssuedPaper)>,
    pub reviewers: Vec<AccountId>,
    pub counters: Vec<Counters>,
}

impl State {
    pub fn established(&self) -> Result<&Establishing, Refusal> {
        self.decision.as_ref().map(|(e, _)| e).ok_or(Refusal::BodyNotReady {})
    }

    /// Roles of a person, from the decision and the meetings' counting boards.
    pub fn roles(&self, person: AccountId) -> Vec<Duty> {
        let Ok(e) = self.established() else { return Vec::new() };
        let counts = self.counters.iter().any(|c| c.people.contains(&person));
        [
            (e.chair == person, Duty::Chair),
            (e.vice_chair == Some(person), Duty::ViceChair),
            (e.is_member(person), Duty::Evaluator),
            (e.secretary == person, Duty::Secretary),
            (e.support.contains(&person), Duty::Support),
            (counts, Duty::CountingBoard),
        ]
        .into_iter()
        .filter_map(|(held, duty)| held.then_some(duty))
        .collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// B1
    Choose {
        id: BodyId,
        name: Name,
        form: Form,
        regulation: String,
        managing: OrganisationId,
        unit: Text<60>,
        products: Vec<ProductId>,
        note: Option<Prose>,
    },
    /// B4
    Establish { establishing: Establishing },
    /// B5
    DeclareReady { product: ProductId, reviewers: Vec<AccountId> },
    /// B7
    AppointCounters { dossier: DossierId, people: Vec<AccountId> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    FormChosen {
        id: BodyId,
        name: String,
        form: Form,
        regulation: String,
        managing: OrganisationId,
        unit: String,
        self_managed: bool,
        note: Option<Pin>,
    },
    Established {
        establishing: Establishing,
        paper: IssuedPaper,
    },
    BecameReady {
        product: ProductId,
        reviewers: Vec<AccountId>,
    },
    CountersAppointed {
        dossier: DossierId,
        round: u32,
        people: Vec<AccountId>,
    },
}

pub struct Body;

impl Machine for Body {
    const KIND: Kind = Kind::Body;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Choose { .. } => ActId::B1,
            Command::Establish { .. } => ActId::B4,
            Command::DeclareReady { .. } => ActId::B5,
            Command::AppointCounters { .. } => ActId::B7,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Planned => "B.planned",
            Stage::Established => "B.established",
            Stage::Ready => "B.ready",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Choose { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Choose { note: Some(note), .. } => vec![Content::of(note)],
            _ => Vec::new(),
        }
    }
    fn needs(state: Option<&State>, command: &Command) -> Vec<Need> {
        match (state, command) {
            (_, Command::Choose { products, .. }) => products.iter().map(|p| Need::Stream((*p).into())).collect(),
            (Some(s), Command::DeclareReady { .. }) => vec![Need::Children(s.id.into(), Kind::Declaration)],
            (_, Command::AppointCounters { dossier, .. }) => vec![Need::Stream((*dossier).into())],
            _ => Vec::new(),
        }
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match (state, command) {
            (_, Command::Choose { id, name, form, regulation, managing, unit, products, note }) => {
                if !occasion.regulation.forms.contains(form) {
                    return Err(Refusal::FormNotAllowed { form: form.name().to_owned() });
                }
                let mut self_managed = false;
                for product in products {
                    let found = occasion.evidence.find::<Product>(*product)?.state;
                    if found.managing != *managing {
                        return Err(Refusal::ProductNotOfBody {});
                    }
                    if found.self_managed() && found.unit == unit.as_str() {
                        return Err(Refusal::SameUnitProposesAndEvaluates {});
                    }
                    self_managed |= found.self_managed();
                }
                Event::FormChosen {
                    id: *id,
                    name: name.to_string(),
                    form: *form,
                    regulation: regulation.clone(),
                    managing: *managing,
                    unit: unit.to_string(),
                    self_managed,
                    note: note.as_ref().map(|n| Content::of(n).pin()),
                }
            }
            (Some(s), Command::Establish { establishing }) => {
                check_establishing(s, establishing)?;
                Event::Established { establishing: establishing.clone(), paper: paper(occasion)? }
            }
            (Some(s), Command::DeclareReady { product, reviewers }) => {
                let free = free_members(s, Some(*product), occasion)?;
                if let Some(quorum) = Some(s.established()?.quorum(free.len())).filter(|q| free.len() < *q) {
                    return Err(Refusal::QuorumImpossible { needed: quorum as u32, found: free.len() as u32 });
                }
                if reviewers.is_empty() || reviewers.iter().any(|r| !free.contains(r)) {
                    return Err(Refusal::ReviewerNotMember {});
                }
                Event::BecameReady { product: *product, reviewers: reviewers.clone() }
            }
            (Some(s), Command::AppointCounters { dossier, people }) => {
                let round = check_counters(s, *dossier, people, occasion)?;
                Event::CountersAppointed { dossier: *dossier, round, people: people.clone() }
            }
            (None, _) => return Err(Refusal::BodyNotReady {}),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event.clone()) {
            (_, Event::FormChosen { id, name, form, regulation, managing, unit, self_managed, note: _ }) => Some(State {
                id,
                name,
                form,
                regulation,
                managing,
                unit,
                self_managed,
                stage: Stage::Planned,
                decision: None,
                reviewers: Vec::new(),
                counters: Vec::new(),
            }),
            (Some(s), Event::Established { establishing, paper }) => {
                Some(State { stage: Stage::Established, decision: Some((establishing, paper)), ..s })
            }
            (Some(s), Event::BecameReady { reviewers, .. }) => Some(State { stage: Stage::Ready, reviewers, ..s }),
            (Some(mut s), Event::CountersAppointed { dossier, round, people }) => {
                s.counters.retain(|c| c.dossier != dossier);
                s.counters.push(Counters { dossier, round, people });
                Some(s)
            }
            (None, _) => None,
        }
    }

    fn view(state: &State) -> View {
        View {
            own: Some(state.id.into()),
            name: Some(state.name.clone()),
            managing: Some(state.managing),
            unit: Some(state.unit.clone()),
            regulation: Some(state.regulation.clone()),
            body: Some(state.id),
            ..View::default()
        }
    }
}

/// Size, chair, secretary, rules of work, and an outside member where the agency judges its own.
fn check_establishing(state: &State, e: &Establishing) -> Result<(), Refusal> {
    let distinct: BTreeSet<_> = e.members.iter().map(|m| m.person).collect();
    let size = e.members.len() as u32;
    let sane = |t: crate::regulation::Threshold| t.denominator > 0 && t.numerator <= t.denominator;
    if distinct.len() != e.members.len() {
        return Err(Refusal::MemberTwice {});
    }
    if !sane(e.rules.quorum) || !sane(e.rules.majority) || e.rules.min_members == 0 || e.rules.counting_board == 0 {
        return Err(Refusal::RulesImpossible {});
    }
    if size < u32::from(e.rules.min_members) {
        return Err(Refusal::BodyTooSmall { needed: e.rules.min_members.into(), found: size });
    }
    if e.rules.odd && size.is_multiple_of(2) {
        return Err(Refusal::BodyNotOdd { found: size });
    }
    if !e.is_member(e.chair) || e.vice_chair.is_some_and(|v| v == e.chair || !e.is_member(v)) {
        return Err(Refusal::ChairMissing {});
    }
    if e.chair == e.secretary {
        return Err(Refusal::ChairAndSecretaryOnePerson {});
    }
    if state.self_managed && e.members.iter().all(|m| m.organisation == state.managing) {
        return Err(Refusal::OutsideMemberMissing {});
    }
    Ok(())
}

/// Members who declared for the product and are not recused; refuses while a declaration is
/// missing.
pub fn free_members(body: &State, product: Option<ProductId>, occasion: &Occasion) -> Result<Vec<AccountId>, Refusal> {
    let established = body.established()?;
    let declared: Vec<_> =
        occasion.evidence.all::<Declaration>().filter(|d| d.state.body == body.id && Some(d.state.product) == product).collect();
    let missing = established.members.iter().filter(|m| !declared.iter().any(|d| d.state.member == m.person)).count();
    if missing > 0 {
        return Err(Refusal::DeclarationsMissing { missing: missing as u32 });
    }
    Ok(declared.iter().filter(|d| !d.state.recused && established.is_member(d.state.member)).map(|d| d.state.member).collect())
}

fn check_counters(body: &State, dossier: DossierId, people: &[AccountId], occasion: &Occasion) -> Result<u32, Refusal> {
    let established = body.established()?;
    let found = occasion.evidence.find::<Dossier>(dossier)?.state;
    // At the meeting, by whoever chairs it.
    let chairs = |r: &&crate::dossier::Round| r.opened.as_ref().is_some_and(|o| o.by == occasion.account());
    let meeting = found
        .round()
        .filter(|_| Dossier::stage(found) == "E.meeting")
        .filter(chairs)
        .filter(|r| Id::from(r.body) == body.id.into())
        .and_then(|r| Some((r.n, r.opened.as_ref()?)));
    let (round, Some(opened)) = meeting.map_or((0, None), |(n, o)| (n, Some(o))) else {
        return Err(Refusal::WrongStage { act: ActId::B7, stage: Dossier::stage(found).to_owned() });
    };
    let distinct: BTreeSet<_> = people.iter().collect();
    let needed = u32::from(established.rules.counting_board);
    if distinct.len() as u32 != needed || distinct.len() != people.len() {
        return Err(Refusal::CountingBoardWrong { needed, found: distinct.len() as u32 });
    }
    if people.iter().any(|p| !opened.present.contains(p)) {
        return Err(Refusal::CountingBoardNotPresent {});
    }
    Ok(round)
}

//! A person's account: duties for periods in organisations and units, with the delegation record
//! of those who sign. Names and contacts live elsewhere and can be erased.

use crate::acts::ActId;
use crate::authority::{Duty, Level, Side};
use crate::canonical::{Content, Pin};
use crate::document::SigningForm;
use crate::id::{AccountId, Kind, OrganisationId};
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::refusal::Refusal;
use crate::text::{Prose, Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A duty held. `to` is the last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    pub duty: Duty,
    pub org: OrganisationId,
    pub unit: Option<String>,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    /// Delegation: how a signer signs, and which acts; no act named means all of the duty.
    pub form: Option<SigningForm>,
    #[serde(default)]
    pub scope: Vec<ActId>,
    /// The paper that delegates: kind, number, date, issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text<200>>,
}

impl Held {
    pub fn on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: AccountId,
    pub held: Vec<Held>,
    /// Why the account may do nothing for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Pin>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// AC1
    Open { id: AccountId },
    /// AC2
    Grant { held: Held },
    /// AC3: `number` counts from 0 in the order of granting.
    End { number: u32, on: NaiveDate },
    /// AC4: its duties stay on record, it may do nothing until AC5.
    Suspend { reason: Prose },
    /// AC5
    Reinstate {},
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Opened { id: AccountId },
    Granted { held: Held },
    Ended { number: u32, on: NaiveDate },
    Suspended { reason: Pin },
    Reinstated {},
}

pub struct Account;

impl Machine for Account {
    const KIND: Kind = Kind::Account;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Open { .. } => ActId::AC1,
            Command::Grant { .. } => ActId::AC2,
            Command::End { .. } => ActId::AC3,
            Command::Suspend { .. } => ActId::AC4,
            Command::Reinstate {} => ActId::AC5,
        }
    }
    fn stage(state: &State) -> &'static str {
        if state.suspended.is_some() { "AC.suspended" } else { "AC.open" }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Suspend { reason } => vec![Content::of(reason)],
            _ => Vec::new(),
        }
    }
    fn decide(state: Option<&State>, command: &Command, _: &Occasion) -> Result<Vec<Event>, Refusal> {
        match (state, command) {
            (_, Command::Open { id }) => Ok(vec![Event::Opened { id: *id }]),
            (state, Command::Grant { held }) => {
                may_hold(state.map_or(&[], |s| &s.held), held)?;
                Ok(vec![Event::Granted { held: held.clone() }])
            }
            (state, Command::End { number, on }) => match state.and_then(|s| s.held.get(*number as usize)) {
                None => Err(Refusal::DutyNotHeld { number: *number }),
                Some(held) if *on < held.from => Err(Refusal::DutyPeriodWrong {}),
                Some(_) => Ok(vec![Event::Ended { number: *number, on: *on }]),
            },
            (_, Command::Suspend { reason }) => Ok(vec![Event::Suspended { reason: Content::of(reason).pin() }]),
            (_, Command::Reinstate {}) => Ok(vec![Event::Reinstated {}]),
        }
    }
    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        match (state, event) {
            (_, Event::Opened { id }) => Some(State { id: *id, held: Vec::new(), suspended: None }),
            (Some(mut s), Event::Granted { held }) => {
                s.held.push(held.clone());
                Some(s)
            }
            (Some(mut s), Event::Ended { number, on }) => {
                if let Some(held) = s.held.get_mut(*number as usize) {
                    held.to = Some(*on);
                }
                Some(s)
            }
            (Some(s), Event::Suspended { reason }) => Some(State { suspended: Some(*reason), ..s }),
            (Some(s), Event::Reinstated {}) => Some(State { suspended: None, ..s }),
            (None, _) => None,
        }
    }
    fn view(state: &State) -> View {
        View { own: Some(state.id.into()), person: Some(state.id), ..View::default() }
    }
}

/// Is this duty given to an account? Duties in a body come from its decision, and the public needs none.
pub fn is_given(duty: Duty) -> bool {
    duty != Duty::Public && (duty.side() != Side::Body || duty == Duty::HiredUnit)
}

/// Administrators and auditors never hold a deciding duty; duties in a body come from its
/// decision; a signer signs in a form.
fn may_hold(already: &[Held], new: &Held) -> Result<(), Refusal> {
    if new.to.is_some_and(|to| to < new.from) {
        return Err(Refusal::DutyPeriodWrong {});
    }
    if new.duty.side() == Side::Body && new.duty != Duty::HiredUnit {
        return Err(Refusal::BodyDutyByDecisionOnly {});
    }
    if (new.duty.level() == Level::Signer) != new.form.is_some() {
        return Err(Refusal::SignerWithoutForm {});
    }
    // By order and by authorisation somebody signs only as a paper says.
    if matches!(new.form, Some(SigningForm::ByOrder | SigningForm::Authorised)) && new.basis.is_none() {
        return Err(Refusal::DelegationWithoutPaper {});
    }
    let oversees = |duty: Duty| duty.side() == Side::Overseer;
    let overlaps = |held: &Held| held.to.is_none_or(|to| new.from <= to) && new.to.is_none_or(|to| held.from <= to);
    if already.iter().any(|h| oversees(h.duty) != oversees(new.duty) && overlaps(h)) {
        return Err(Refusal::DecidingDutyOfOverseer {});
    }
    Ok(())
}

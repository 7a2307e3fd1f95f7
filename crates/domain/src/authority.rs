//! Who may do what: duties, never ministries. A duty is held by an account for a period in an
//! organisation and, where it matters, one of its units; duties in a body come from its
//! establishing decision alone.

use crate::account::Held;
use crate::acts::{Act, Who};
use crate::document::SigningForm;
use crate::id::{BodyId, OrganisationId};
use crate::machine::View;
use crate::occasion::Actor;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a duty stands towards a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Managing,
    Focal,
    Consulted,
    Applicant,
    /// Named in the body's decision.
    Body,
    /// The competent unit hired to evaluate, under its contract.
    Hired,
    Locality,
    Operator,
    /// Oversight and administration: never decides.
    Overseer,
    Public,
}

/// What a duty does with a paper of its organisation (machine D).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Officer,
    UnitHead,
    FormChecker,
    Signer,
    Records,
    None,
}

macro_rules! duties {
    ($($duty:ident $code:literal $side:ident $level:ident;)*) => {
        /// A duty of process.md 6.1.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Duty { $($duty),* }

        impl Duty {
            pub const ALL: &'static [Duty] = &[$(Duty::$duty),*];
            /// The code of process.md, `MA-S`; also its form in storage and API.
            pub fn code(self) -> &'static str { match self { $(Duty::$duty => $code),* } }
            pub fn side(self) -> Side { match self { $(Duty::$duty => Side::$side),* } }
            pub fn level(self) -> Level { match self { $(Duty::$duty => Level::$level),* } }
            pub fn of_code(code: &str) -> Option<Duty> {
                match code { $($code => Some(Duty::$duty),)* _ => None }
            }
        }
    };
}

duties! {
    ManagingOfficer "MA-O" Managing Officer;
    ManagingCoordinator "MA-K" Managing Officer;
    ManagingUnitHead "MA-U" Managing UnitHead;
    ManagingFormChecker "MA-G" Managing FormChecker;
    ManagingSigner "MA-S" Managing Signer;
    ManagingRecords "MA-V" Managing Records;
    ListOfficer "FA-O" Focal Officer;
    ListUnitHead "FA-U" Focal UnitHead;
    ListFormChecker "FA-G" Focal FormChecker;
    ListKeeper "FA-S" Focal Signer;
    ListRecords "FA-V" Focal Records;
    ConsultedOfficer "CO-O" Consulted Officer;
    ConsultedSigner "CO-S" Consulted Signer;
    Applicant "EN-A" Applicant None;
    Chair "CH" Body None;
    ViceChair "VC" Body None;
    Evaluator "EV" Body None;
    Secretary "SEC" Body None;
    Support "SUP" Body None;
    CountingBoard "CB" Body None;
    HiredUnit "HU" Hired None;
    ProvinceOfficer "LOC-P" Locality None;
    CommuneOfficer "LOC-C" Locality None;
    Operator "OP" Operator None;
    Auditor "AUD" Overseer None;
    Administrator "ADM" Overseer None;
    Public "PUB" Public None;
}

impl Serialize for Duty {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Duty {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        Duty::of_code(&code).ok_or_else(|| serde::de::Error::custom(format!("input.duty: {code}")))
    }
}

/// Why the person may not, each with a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The act belongs to other duties.
    DutyOfAnotherAct,
    /// The account does not hold this duty in this organisation today.
    DutyNotHeld,
    /// The file belongs to another organisation.
    ForeignOrganisation,
    /// The organisation does not exist on this day.
    OrganisationCeased,
    /// Not named in this body's decision in this role.
    NotInBody,
    /// The file belongs to another unit of the organisation.
    ForeignUnit,
    /// No delegation record covers this act today.
    NoDelegation,
    /// Only the installation itself may.
    NotByPerson,
    /// The account is suspended (AC4).
    AccountSuspended,
}

impl Denied {
    pub const ALL: &'static [Denied] = &[
        Denied::DutyOfAnotherAct,
        Denied::DutyNotHeld,
        Denied::ForeignOrganisation,
        Denied::OrganisationCeased,
        Denied::NotInBody,
        Denied::ForeignUnit,
        Denied::NoDelegation,
        Denied::NotByPerson,
        Denied::AccountSuspended,
    ];
    pub fn code(self) -> &'static str {
        match self {
            Denied::DutyOfAnotherAct => "authority.duty_of_another_act",
            Denied::DutyNotHeld => "authority.duty_not_held",
            Denied::ForeignOrganisation => "authority.foreign_organisation",
            Denied::OrganisationCeased => "authority.organisation_ceased",
            Denied::NotInBody => "authority.not_in_body",
            Denied::ForeignUnit => "authority.foreign_unit",
            Denied::NoDelegation => "authority.no_delegation",
            Denied::NotByPerson => "authority.not_by_person",
            Denied::AccountSuspended => "authority.account_suspended",
        }
    }
}

/// What authority is judged by, beside the act and the file.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    pub actor: &'a Actor,
    /// Duties of the account, as its stream has them.
    pub held: &'a [Held],
    /// Roles in the body of this file, from its decision.
    pub roles: &'a [Duty],
    pub on: NaiveDate,
    pub focal: OrganisationId,
    /// Does the actor's organisation exist on this day?
    pub exists: bool,
    /// The account may do nothing for now.
    pub suspended: bool,
}

impl Standing<'_> {
    /// The holding under which the actor acts, if the duty is really theirs today.
    pub fn holding(&self) -> Option<&Held> {
        self.held.iter().find(|h| {
            Some(h.duty) == self.actor.duty
                && Some(h.org) == self.actor.org
                && (h.unit.is_none() || h.unit == self.actor.unit)
                && h.on(self.on)
        })
    }
}

/// May this person do this act at all today: is the duty one of the act's, and really held?
/// Checked before any rule, so that a stranger learns nothing of the file.
pub fn may_at_all(act: &Act, standing: &Standing) -> Result<Option<SigningForm>, Denied> {
    let Some(duty) = standing.actor.duty else { return Err(Denied::DutyNotHeld) };
    if standing.suspended {
        return Err(Denied::AccountSuspended);
    }
    let fits = match act.who {
        Who::OneOf(duties) | Who::Each(duties) => duties.contains(&duty) || act.plain.is_some_and(|p| p.who.contains(&duty)),
        Who::OfIssuing(levels) => levels.iter().any(|level| works_at(duty, *level)),
        Who::With => false,
        Who::Installation => return Err(Denied::NotByPerson),
    };
    if !fits {
        return Err(Denied::DutyOfAnotherAct);
    }
    if duty.side() == Side::Body {
        return if standing.roles.contains(&duty) { Ok(None) } else { Err(Denied::NotInBody) };
    }
    if !standing.exists {
        return Err(Denied::OrganisationCeased);
    }
    let held = standing.holding().ok_or(Denied::DutyNotHeld)?;
    if duty.level() == Level::Signer && !held.scope.is_empty() && !held.scope.contains(&act.id) && !matches!(act.who, Who::OfIssuing(_)) {
        return Err(Denied::NoDelegation);
    }
    Ok(held.form)
}

/// The body's letters are drafted by its secretary and signed by its chair; the hired unit signs
/// contract and acceptance beside the agency.
fn works_at(duty: Duty, level: Level) -> bool {
    let of_body =
        matches!((level, duty), (Level::Officer, Duty::Secretary) | (Level::Signer, Duty::Chair | Duty::ViceChair | Duty::HiredUnit));
    duty.level() == level || of_body
}

/// Is this duty one of the act's in the file's present state? An act whose paper is due only in
/// some states belongs to other duties in the others.
pub fn fits_state(act: &Act, duty: Duty, stage: &str) -> Result<(), Denied> {
    let fits = match (act.who, act.plain) {
        (_, Some(plain)) if plain.from.contains(&stage) => plain.who.contains(&duty),
        (Who::OneOf(duties) | Who::Each(duties), Some(_)) => duties.contains(&duty),
        _ => true,
    };
    if fits { Ok(()) } else { Err(Denied::DutyOfAnotherAct) }
}

/// Is the file theirs? `view` is the file before the act, or after it for an act that opens one.
pub fn is_theirs(act: &Act, standing: &Standing, view: &View) -> Result<(), Denied> {
    let (Some(duty), Some(org)) = (standing.actor.duty, standing.actor.org) else { return Err(Denied::DutyNotHeld) };
    let ours = |owner: Option<OrganisationId>| owner == Some(org);
    let fine = match duty.side() {
        Side::Body => !matches!(act.who, Who::OfIssuing(_)) || ours(view.issuing),
        Side::Hired => ours(view.hired),
        _ if matches!(act.who, Who::OfIssuing(_)) => ours(view.issuing) && (duty.side() != Side::Focal || org == standing.focal),
        Side::Managing => ours(view.managing),
        Side::Focal => org == standing.focal,
        Side::Consulted => view.consulted.contains(&org),
        Side::Applicant => ours(view.applicant),
        Side::Locality | Side::Operator => ours(view.managing),
        Side::Overseer => true,
        Side::Public => false,
    };
    if !fine {
        return Err(Denied::ForeignOrganisation);
    }
    let of_unit =
        matches!(duty.level(), Level::Officer | Level::UnitHead) && (duty.side() == Side::Managing || matches!(act.who, Who::OfIssuing(_)));
    if of_unit && view.unit.is_some() && standing.actor.unit.is_some() && view.unit != standing.actor.unit {
        return Err(Denied::ForeignUnit);
    }
    Ok(())
}

/// May an organisation (and, for a body's letter, that body) prepare the paper of this act on
/// this file? D1, D2 and D11 belong to the officer of the file.
pub fn prepares(act: &Act, issuing: OrganisationId, body: Option<BodyId>, focal: OrganisationId, view: &View) -> Result<(), Denied> {
    let (Who::OneOf(duties) | Who::Each(duties)) = act.who else {
        // A paper about a paper: correction, replacement.
        let own = matches!(act.who, Who::OfIssuing(_)) && view.issuing == Some(issuing);
        return if own { Ok(()) } else { Err(Denied::DutyOfAnotherAct) };
    };
    let fits = |duty: &Duty| match duty.side() {
        Side::Managing => view.managing == Some(issuing),
        Side::Focal => issuing == focal,
        Side::Consulted => view.consulted.contains(&issuing),
        Side::Applicant => view.applicant == Some(issuing),
        Side::Body => body.is_some() && body == view.body && view.managing == Some(issuing),
        _ => false,
    };
    if duties.iter().any(fits) { Ok(()) } else { Err(Denied::ForeignOrganisation) }
}

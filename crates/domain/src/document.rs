//! Machine D: the paper of every act marked ¶ (process.md 6.9). It pins one or more acts, and
//! they take effect when it is issued.
//!
//! ```text
//! – ─D1→ draft ─D2→ submitted ─D3→ initialled ─D4→ checked ─D6→ signed ─D7→ numbered
//!   ─D8→ sealed ─D9→ issued ─D10→ filed        D5 returns, D11 and D12 void
//! issued, filed ─D13→ same (corrected by a letter) ─D14→ replaced (by a paper of the same type)
//! ```
//! Where an act says *and* in Who, each duty signs the same hash; the second signature signs the
//! paper. D13 and D14 are acts that another paper pins.
//! Until papers are rendered, D6 takes hash and date of an attached file; nothing verifies it
//! yet, and the signature says so.

mod orders;

pub use orders::{Command, Event};

use crate::acts::ActId;
use crate::authority::Level;
use crate::body::Body;
use crate::canonical::{Content, Hash, Pin};
use crate::evidence::Need;
use crate::id::{AccountId, BodyId, DocumentId, Id, Kind, OrganisationId};
use crate::list_entry::paper;
use crate::machine::{self, Machine, View};
use crate::occasion::{IssuedPaper, Occasion};
use crate::refusal::Refusal;
use crate::text::{Name, Prose, Text};
use crate::time::{Instant, legal_date};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// How a signer signs: head (also Q. acting), KT. deputy, TL. by order, TUQ. authorised, TM.
/// for a collective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SigningForm {
    Head,
    Acting,
    Deputy,
    ByOrder,
    Authorised,
    Collective,
}

/// An act that waits for this paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinnedAct {
    pub stream: Id,
    pub act: ActId,
}

/// One act with its whole content, as frozen for signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrozenAct {
    pub stream: Id,
    pub command: machine::Command,
}

/// The canonical snapshot: its hash is the version that is submitted, initialled and signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    pub subject: Name,
    pub recipients: Vec<OrganisationId>,
    /// What the letter says in its own words, above its acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Prose>,
    pub acts: Vec<FrozenAct>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Signature {
    pub by: AccountId,
    pub duty: crate::authority::Duty,
    pub form: Option<SigningForm>,
    pub on: NaiveDate,
    /// The attached file, as its sender named it.
    pub file_sha256: Hash,
    pub file_date: NaiveDate,
    /// Always false until signatures are verified.
    pub verified: bool,
}

/// Number and date. Unique in agency, book and year; `imported` from the agency's own system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    pub number: u32,
    pub symbol: Text<40>,
    pub date: NaiveDate,
    pub book: Text<40>,
    pub imported: bool,
}

impl Number {
    /// As printed: "1230/QĐ-BTTTT".
    pub fn printed(&self) -> String {
        format!("{}/{}", self.number, self.symbol)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Issued {
    pub at: Instant,
    pub recipients: Vec<OrganisationId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Submitted,
    Initialled,
    Checked,
    Returned,
    Signed,
    Numbered,
    Sealed,
    Issued,
    Filed,
    Void,
    Replaced,
}

/// What happens to a paper whose content was wrong (D14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    Amended,
    Replaced,
    Repealed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub id: DocumentId,
    /// Kind of text, from the ACTS row.
    pub kind: String,
    pub regulation: String,
    pub issuing: OrganisationId,
    pub unit: Option<String>,
    /// The body whose letter this is.
    pub body: Option<BodyId>,
    /// Chair and vice-chair, for the body's letters.
    pub signers_expected: Vec<AccountId>,
    pub acts: Vec<PinnedAct>,
    pub stage: Stage,
    pub snapshot: Option<Pin>,
    /// Frozen snapshots so far.
    pub versions: u32,
    pub signature: Option<Signature>,
    pub number: Option<Number>,
    pub issued: Option<Issued>,
    /// Signatures of the duties that sign beside the signer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub co_signatures: Vec<Signature>,
    /// Letters that corrected it, and the paper that took its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected_by: Vec<DocumentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<(DocumentId, Replacement)>,
    /// The unit hired, where it signs too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hired: Option<OrganisationId>,
    /// Who drafts the body's letters, and may see what they draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secretary: Option<AccountId>,
    /// The file that bears the agency's signature as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_file: Option<Hash>,
    /// Day on which what is to be signed was frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_on: Option<NaiveDate>,
}

impl State {
    /// Files that bear its signatures.
    pub fn signed_files(&self) -> impl Iterator<Item = Hash> {
        let signed = self.signature.iter().chain(&self.co_signatures).map(|s| s.file_sha256);
        signed.chain(self.sealed_file)
    }

    /// Do its acts belong to the head of a unit, so that the head signs it?
    pub fn heads_sign(&self) -> bool {
        let theirs = |act: ActId| match act.row().who {
            crate::acts::Who::OneOf(duties) | crate::acts::Who::Each(duties) => duties.iter().any(|d| d.level() == Level::UnitHead),
            _ => false,
        };
        !self.acts.is_empty() && self.acts.iter().all(|a| theirs(a.act))
    }
}

pub struct Document;

impl Machine for Document {
    const KIND: Kind = Kind::Document;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(command: &Command) -> ActId {
        match command {
            Command::Draft { .. } => ActId::D1,
            Command::Submit { .. } => ActId::D2,
            Command::Initial { .. } => ActId::D3,
            Command::CheckForm { .. } => ActId::D4,
            Command::Return { .. } => ActId::D5,
            Command::Sign { .. } => ActId::D6,
            Command::Number { .. } => ActId::D7,
            Command::Seal { .. } => ActId::D8,
            Command::Issue { .. } => ActId::D9,
            Command::File { .. } => ActId::D10,
            Command::Discard {} => ActId::D11,
            Command::Void { .. } => ActId::D12,
            Command::Correct { .. } => ActId::D13,
            Command::Replace { .. } => ActId::D14,
        }
    }
    fn stage(state: &State) -> &'static str {
        match state.stage {
            Stage::Draft => "D.draft",
            Stage::Submitted => "D.submitted",
            Stage::Initialled => "D.initialled",
            Stage::Checked => "D.checked",
            Stage::Returned => "D.returned",
            Stage::Signed => "D.signed",
            Stage::Numbered => "D.numbered",
            Stage::Sealed => "D.sealed",
            Stage::Issued => "D.issued",
            Stage::Filed => "D.filed",
            Stage::Void => "D.void",
            Stage::Replaced => "D.replaced",
        }
    }
    fn regulation(command: &Command) -> Option<String> {
        match command {
            Command::Draft { regulation, .. } => Some(regulation.clone()),
            _ => None,
        }
    }
    fn contents(command: &Command) -> Vec<Content> {
        match command {
            Command::Submit { snapshot } => vec![Content::of(snapshot)],
            Command::Sign { snapshot, remark, .. } => snapshot.iter().map(Content::of).chain(remark.iter().map(Content::of)).collect(),
            Command::Initial { remark: Some(text) } | Command::CheckForm { remark: Some(text) } => vec![Content::of(text)],
            Command::Return { remark: text }
            | Command::Void { reason: text }
            | Command::Correct { note: text }
            | Command::Replace { note: text, .. } => vec![Content::of(text)],
            _ => Vec::new(),
        }
    }

    /// The body whose letter it is, and the papers and bodies that its acts are about.
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        let Command::Draft { body, acts, .. } = command else { return Vec::new() };
        let pinned = acts.iter().filter(|a| matches!(a.stream.kind, Kind::Document | Kind::Body)).map(|a| Need::Stream(a.stream));
        body.iter().map(|b| Need::Stream((*b).into())).chain(pinned).collect()
    }

    fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let event = match (state, command) {
            (_, Command::Draft { id, regulation, issuing, unit, body, acts }) => Event::Drafted {
                id: *id,
                kind: paper_kind(acts, occasion)?,
                regulation: regulation.clone(),
                issuing: *issuing,
                unit: unit.as_ref().map(|u| u.to_string()),
                body: *body,
                signers_expected: signers_of(*body, occasion)?,
                secretary: secretary_of(*body, occasion)?,
                acts: acts.clone(),
                hired: acts.iter().filter(|a| two_sign(a.act)).find_map(|a| occasion.evidence.find::<Body>(a.stream).ok()?.state.selected),
            },
            (_, Command::Correct { note }) => Event::Corrected { note: Content::of(note).pin(), by: paper(occasion)?.document },
            (_, Command::Replace { how, note }) => {
                Event::Replaced { how: *how, note: Content::of(note).pin(), by: paper(occasion)?.document }
            }
            (Some(s), Command::Submit { snapshot }) => Event::Submitted { snapshot: same_acts(s, snapshot)?, on: Some(occasion.day()) },
            (_, Command::Initial { remark }) => Event::Initialled { remark: said(remark) },
            (_, Command::CheckForm { remark }) => Event::FormChecked { remark: said(remark) },
            (_, Command::Return { remark }) => Event::Returned { remark: Content::of(remark).pin() },
            (Some(s), Command::Sign { snapshot, file_sha256, file_date, remark }) => {
                sign(s, snapshot.as_ref(), (*file_sha256, *file_date), said(remark), occasion)?
            }
            (Some(s), Command::Number { number }) => {
                let signed_on = s.signature.as_ref().map_or(number.date, |sig| sig.on);
                if number.date > occasion.day() || number.date < signed_on {
                    return Err(Refusal::NumberDateWrong { date: number.date });
                }
                Event::Numbered { number: number.clone() }
            }
            (_, Command::Seal { file_sha256 }) => Event::Sealed { file_sha256: *file_sha256 },
            (_, Command::Issue { recipients }) => {
                if recipients.is_empty() {
                    return Err(Refusal::RecipientsMissing {});
                }
                Event::Issued { issued: Issued { at: occasion.at, recipients: recipients.clone() } }
            }
            (_, Command::File { code }) => Event::Filed { code: code.to_string() },
            (_, Command::Discard {}) => Event::Discarded {},
            (_, Command::Void { reason }) => Event::Voided { reason: Content::of(reason).pin() },
            (None, other) => return Err(Refusal::WrongStage { act: Self::act(other), stage: crate::acts::NEW.to_owned() }),
        };
        Ok(vec![event])
    }

    fn evolve(state: Option<State>, event: &Event) -> Option<State> {
        if let Event::Drafted { id, kind, regulation, issuing, unit, body, signers_expected, acts, hired, secretary } = event.clone() {
            let (snapshot, signature, number, issued) = (None, None, None, None);
            let stage = Stage::Draft;
            return Some(State {
                id,
                kind,
                regulation,
                issuing,
                unit,
                body,
                signers_expected,
                acts,
                stage,
                snapshot,
                versions: 0,
                signature,
                number,
                issued,
                co_signatures: Vec::new(),
                corrected_by: Vec::new(),
                replaced_by: None,
                hired,
                secretary,
                sealed_file: None,
                submitted_on: None,
            });
        }
        let mut s = state?;
        Some(match event.clone() {
            Event::CoSigned { snapshot, signature, .. } => {
                s.co_signatures.push(signature);
                State { snapshot: Some(snapshot), ..s }
            }
            Event::Corrected { by, .. } => {
                s.corrected_by.push(by);
                s
            }
            Event::Replaced { how, by, .. } => State { stage: Stage::Replaced, replaced_by: Some((by, how)), ..s },
            Event::Drafted { .. } => s,
            Event::Submitted { snapshot, on } => {
                State { stage: Stage::Submitted, snapshot: Some(snapshot), versions: s.versions + 1, submitted_on: on, ..s }
            }
            Event::Initialled { .. } => State { stage: Stage::Initialled, ..s },
            Event::FormChecked { .. } => State { stage: Stage::Checked, ..s },
            Event::Returned { .. } => State { stage: Stage::Returned, ..s },
            Event::Signed { snapshot, signature, .. } => {
                State { stage: Stage::Signed, snapshot: Some(snapshot), signature: Some(signature), ..s }
            }
            Event::Numbered { number } => State { stage: Stage::Numbered, number: Some(number), ..s },
            Event::Sealed { file_sha256 } => State { stage: Stage::Sealed, sealed_file: file_sha256, ..s },
            Event::Issued { issued } => State { stage: Stage::Issued, issued: Some(issued), ..s },
            Event::Filed { .. } => State { stage: Stage::Filed, ..s },
            Event::Discarded {} | Event::Voided { .. } => State { stage: Stage::Void, ..s },
        })
    }

    fn view(state: &State) -> View {
        let key = |n: &Number| format!("{}/{}/{}/{}", state.issuing, n.book, n.date.year(), n.number);
        View {
            own: Some(state.id.into()),
            name: None,
            code: state.number.as_ref().map(Number::printed),
            managing: Some(state.issuing),
            issuing: Some(state.issuing),
            unit: state.unit.clone(),
            regulation: Some(state.regulation.clone()),
            parent: state.acts.first().map(|a| a.stream),
            body: state.body,
            hired: state.hired,
            open_key: state.number.as_ref().map(key),
            ..View::default()
        }
    }
}

/// What a remark says is a content of its own.
fn said(remark: &Option<Prose>) -> Option<Pin> {
    remark.as_ref().map(|text| Content::of(text).pin())
}

/// Chair and vice-chair of the body whose letter this is.
fn signers_of(body: Option<BodyId>, occasion: &Occasion) -> Result<Vec<AccountId>, Refusal> {
    let Some(body) = body else { return Ok(Vec::new()) };
    let established = occasion.evidence.find::<Body>(body)?.state.established()?;
    Ok(std::iter::once(established.chair).chain(established.vice_chair).collect())
}

/// The body's secretary, who drafts its letters.
fn secretary_of(body: Option<BodyId>, occasion: &Occasion) -> Result<Option<AccountId>, Refusal> {
    let Some(body) = body else { return Ok(None) };
    Ok(Some(occasion.evidence.find::<Body>(body)?.state.established()?.secretary))
}

/// Must two duties sign a paper of this act?
pub(crate) fn two_sign(act: ActId) -> bool {
    matches!(act.row().who, crate::acts::Who::Each(_)) && act.row().paper.is_issued()
}

/// All pinned acts share one kind of paper; what replaces a paper is of the same type as it.
fn paper_kind(acts: &[PinnedAct], occasion: &Occasion) -> Result<String, Refusal> {
    if let [only] = acts
        && only.act == ActId::D14
    {
        return Ok(occasion.evidence.find::<Document>(only.stream)?.state.kind.clone());
    }
    let first = acts.first().ok_or(Refusal::PaperPinsNothing {})?;
    let kind = first.act.row().paper;
    match acts.iter().find(|a| a.act.row().paper != kind) {
        Some(_) => Err(Refusal::PaperDiffersFromActs {}),
        None if kind.is_issued() => Ok(kind.kind().unwrap_or_default().to_owned()),
        None => Err(Refusal::ActHasNoPaper { act: first.act }),
    }
}

/// The snapshot is of exactly the pinned acts, in their order.
fn same_acts(state: &State, snapshot: &Snapshot) -> Result<Pin, Refusal> {
    let frozen = snapshot.acts.iter().map(|f| PinnedAct { stream: f.stream, act: f.command.act() });
    if frozen.eq(state.acts.iter().cloned()) { Ok(Content::of(snapshot).pin()) } else { Err(Refusal::PaperDiffersFromActs {}) }
}

fn sign(
    state: &State,
    snapshot: Option<&Snapshot>,
    (file_sha256, file_date): (Hash, NaiveDate),
    remark: Option<Pin>,
    occasion: &Occasion,
) -> Result<Event, Refusal> {
    let frozen = match (state.stage, snapshot) {
        (Stage::Draft, None) if state.snapshot.is_none() => return Err(Refusal::SnapshotMissing {}),
        (Stage::Draft, Some(snapshot)) if state.snapshot.is_none() => same_acts(state, snapshot)?,
        (_, snapshot) => {
            let frozen = state.snapshot.ok_or(Refusal::SnapshotMissing {})?;
            if snapshot.is_some_and(|s| Content::of(s).pin() != frozen) {
                return Err(Refusal::SnapshotDiffers {});
            }
            frozen
        }
    };
    if file_date > occasion.day() {
        return Err(Refusal::FileDateWrong { date: file_date });
    }
    // Nobody signed what was not yet written.
    if let Some(from) = state.submitted_on.filter(|from| file_date < *from) {
        return Err(Refusal::FileDateEarly { date: file_date, from });
    }
    let duty = occasion.actor.duty.ok_or(Refusal::NotEntitledToSign {})?;
    let signature =
        Signature { by: occasion.account(), duty, form: occasion.form, on: occasion.day(), file_sha256, file_date, verified: false };
    let needed = state.acts.iter().filter(|a| two_sign(a.act)).find_map(|a| match a.act.row().who {
        crate::acts::Who::Each(duties) => Some(duties),
        _ => None,
    });
    let Some(needed) = needed else { return Ok(Event::Signed { snapshot: frozen, signature, remark }) };
    let signed = |duty: &crate::authority::Duty| state.co_signatures.iter().any(|s| s.duty == *duty);
    if state.co_signatures.iter().any(|s| s.by == signature.by || s.duty == signature.duty) {
        return Err(Refusal::SignedAlready {});
    }
    // Each signs the same hash, in any order; the last signature signs the paper.
    if needed.iter().all(|duty| *duty == signature.duty || signed(duty)) {
        Ok(Event::Signed { snapshot: frozen, signature, remark })
    } else {
        Ok(Event::CoSigned { snapshot: frozen, signature, remark })
    }
}

/// The paper as acts refer to it, once it has a number.
pub fn issued_paper(state: &State, at: Instant) -> Option<IssuedPaper> {
    let number = state.number.as_ref();
    Some(IssuedPaper {
        document: state.id,
        number: number.map_or_else(|| "Số:      ".to_owned(), Number::printed),
        date: number.map_or_else(|| legal_date(at), |n| n.date),
        issuer: state.issuing,
    })
}

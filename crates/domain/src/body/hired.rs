//! A competent unit that is hired to evaluate (letter 2291, item 4): selection under the law on
//! procurement, contract, sealed report, acceptance. No quorum and no vote.

use super::*;
use crate::calendar::Due;
use crate::dossier::Dossier;
use crate::list_entry::paper;
use crate::organisation::Organisation;
use crate::sheet::{Finding, check_findings};

/// The contract with its independence clause and the declaration of unit and experts (case 15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    pub unit: OrganisationId,
    pub due_on: NaiveDate,
    /// The clause is in the contract.
    pub independence_clause: bool,
    pub declaration: Attachment,
    /// Enterprises for which unit or experts worked in the last two years, as declared.
    pub conflicts: Vec<OrganisationId>,
}

/// What the unit hands in: signed, stamped, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportText {
    pub findings: Vec<Finding>,
    pub figure_confirmed: bool,
    pub file: Attachment,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Report {
    pub dossier: DossierId,
    pub round: u32,
    pub text: Pin,
    pub results: BTreeMap<String, bool>,
    pub figure_confirmed: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, NaiveDate>,
    pub on: NaiveDate,
}

pub(super) fn decide(s: &State, command: &Command, occasion: &Occasion) -> Result<Event, Refusal> {
    Ok(match command {
        Command::Select { unit, competence, independence } => {
            let found = occasion.evidence.find::<Organisation>(*unit)?.state;
            if !found.exists_on(occasion.day()) {
                return Err(Refusal::ReceiverNotExisting { code: found.record.code.to_string() });
            }
            Event::Selected { unit: *unit, competence: competence.sha256, independence: independence.sha256, paper: paper(occasion)? }
        }
        Command::SignContract { contract } => {
            if s.selected != Some(contract.unit) {
                return Err(Refusal::AnotherUnitSelected {});
            }
            if !contract.independence_clause {
                return Err(Refusal::IndependenceClauseMissing {});
            }
            if contract.due_on < occasion.day() {
                return Err(Refusal::TermTooShort { date: contract.due_on });
            }
            Event::Contracted { contract: contract.clone(), paper: paper(occasion)? }
        }
        Command::CancelSelection { reason } => Event::SelectionCancelled { reason: Content::of(reason).pin(), paper: paper(occasion)? },
        Command::Report { dossier, report } => Event::Reported { report: report_of(s, *dossier, report, occasion)? },
        Command::Remark { remarks } => Event::Remarked { remarks: Content::of(remarks).pin(), paper: paper(occasion)? },
        Command::AcceptReport {} => Event::ReportAccepted { paper: paper(occasion)? },
        Command::Reorder { dossier, due_on } => {
            let found = occasion.evidence.find::<Dossier>(*dossier)?.state;
            let ours = found.rounds.iter().any(|r| r.body == s.id);
            if Dossier::stage(found) != "E.ready" || !ours {
                return Err(Refusal::NothingToEvaluateAgain {});
            }
            if *due_on < occasion.day() {
                return Err(Refusal::TermTooShort { date: *due_on });
            }
            Event::Reordered { dossier: *dossier, due_on: *due_on, paper: paper(occasion)? }
        }
        other => return Err(Refusal::CommandOfAnotherKind { act: Body::act(other) }),
    })
}

/// Result and reason for each line of the open round.
fn report_of(s: &State, dossier: DossierId, text: &ReportText, occasion: &Occasion) -> Result<Report, Refusal> {
    let found = occasion.evidence.find::<Dossier>(dossier)?.state;
    let round = found.round().filter(|r| r.body == s.id && Dossier::stage(found) == "E.evaluating").ok_or(Refusal::NoRoundOpen {})?;
    let results = check_findings(round, &text.findings, occasion)?;
    let conditions = text.findings.iter().filter_map(|f| Some((f.code.clone(), f.until?))).collect();
    Ok(Report {
        dossier,
        round: round.n,
        text: Content::of(text).pin(),
        results,
        figure_confirmed: text.figure_confirmed,
        conditions,
        on: occasion.day(),
    })
}

/// The report is due on the contract's day.
pub(super) fn last_day(state: &State, act: ActId) -> LastDay {
    match (act, &state.contract) {
        // Who has declared in time owes nothing; of another product it is asked for that one.
        (ActId::B17, _) if state.stage == super::Stage::Ready => LastDay::Never,
        (ActId::B11, Some(contract)) => LastDay::On(Due { on: contract.due_on, estimated: false }),
        _ => LastDay::ByTerm,
    }
}

//! The ACTS table: every act that works, with from, to, duty, deadline, paper, legal ground and
//! guards. Diagram, permission tests, tasks, deadlines and the printed table are made from it.
//! Ids and states are those of process.md 6; acts on organisations, accounts and reference data
//! (OR, AC, RF) are ours. The types fit all machines; a row exists once its act works.

use crate::authority::{Duty, Level};
use crate::guards::{self, Guard};
use crate::law::{self, Citation};
use crate::paper::Paper;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The state "–": the record does not exist yet.
pub const NEW: &str = "–";

/// Who may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Any of these duties.
    OneOf(&'static [Duty]),
    /// Each of these duties, two persons, in any order; the second one's act moves the state.
    Each(&'static [Duty]),
    /// This level at the organisation whose paper it is (machine D).
    OfIssuing(&'static [Level]),
    /// Nobody: follows in the transaction of another act.
    With,
    /// The installation itself: loading of data.
    Installation,
}

/// Where the act leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// This state.
    State(&'static str),
    /// The state does not change.
    Same,
}

/// One row. `Act.then` are the acts that follow in the same transaction.
#[derive(Debug)]
pub struct Act {
    pub id: ActId,
    pub from: &'static [&'static str],
    pub to: To,
    pub who: Who,
    /// Name of the term in the regulation version; counted from entering the state left by it.
    pub deadline: Option<&'static str>,
    pub paper: Paper,
    pub ground: &'static [Citation],
    pub guards: &'static [Guard],
    pub then: &'static [ActId],
    /// Makes a task for the duty while the state lasts: the main road, not the side doors.
    pub task: bool,
}

macro_rules! table {
    ($($id:ident [$($from:expr),*] => $to:expr, $who:expr, $deadline:expr, $paper:expr, [$($ground:ident),*], [$($guard:ident),*], [$($then:ident),*], $task:expr;)*) => {
        /// Id of an act, as process.md names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ActId { $($id),* }

        impl ActId {
            pub fn name(self) -> &'static str { match self { $(ActId::$id => stringify!($id)),* } }
            pub fn of_name(name: &str) -> Option<ActId> {
                match name { $(stringify!($id) => Some(ActId::$id),)* _ => None }
            }
            /// Its row of the table.
            pub fn row(self) -> &'static Act { &ACTS[self as usize] }
        }

        const COUNT: usize = [$(ActId::$id),*].len();

        pub const ACTS: [Act; COUNT] = [$(Act {
            id: ActId::$id, from: &[$($from),*], to: $to, who: $who, deadline: $deadline, paper: $paper,
            ground: &[$(law::$ground),*], guards: &[$(guards::$guard),*], then: &[$(ActId::$then),*], task: $task,
        }),*];
    };
}

use Duty::*;
use Paper::{Issued, None as NoPaper, Working};
use To::{Same, State};
use Who::{Each, Installation, OfIssuing, OneOf, With};

table! {
    RF1 [NEW, "RF.loaded"] => State("RF.loaded"), Installation, None, NoPaper, [CHOICE], [], [], false;
    OR1 [NEW] => State("OR.existing"), Installation, None, NoPaper, [CHOICE], [], [], false;
    OR2 ["OR.existing"] => Same, Installation, None, NoPaper, [RESOLUTION_190], [], [], false;
    AC1 [NEW] => State("AC.open"), OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    AC2 ["AC.open"] => Same, OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    AC3 ["AC.open"] => Same, OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;

    L1 [NEW] => State("L.draft"), OneOf(&[ManagingOfficer]), None, NoPaper, [LETTER_2291_1], [REGULATION_EFFECTIVE], [], false;
    L2 ["L.draft"] => State("L.submitted"), OneOf(&[ManagingSigner]), None, Issued("list_entry_proposal"), [LETTER_2291_1, CHOICE], [], [], true;
    L3 ["L.submitted"] => State("L.received"), OneOf(&[ListRecords]), Some("list_entry.receive"), NoPaper, [DECREE_30_22], [], [], true;
    L4 ["L.received"] => State("L.assigned"), OneOf(&[ListUnitHead]), Some("list_entry.assign"), NoPaper, [DECREE_30_23], [], [], true;
    L8 ["L.assigned"] => State("L.listed"), OneOf(&[ListKeeper]), Some("list_entry.decide"), Issued("list_entry_decision"), [LETTER_2291_1], [], [P1, P2], true;

    C1 [NEW] => State("C.drafting"), OneOf(&[ManagingOfficer]), None, NoPaper, [LETTER_2291_2], [REGULATION_EFFECTIVE], [], false;
    C2 ["C.drafting"] => State("C.consulting"), OneOf(&[ManagingSigner]), None, Issued("consultation_letter"), [LETTER_2291_2], [], [], true;
    C3 ["C.consulting"] => Same, OneOf(&[ConsultedSigner]), Some("criteria_set.consult"), Issued("opinion_letter"), [LETTER_2291_2], [], [], true;
    C5 ["C.consulting"] => State("C.promulgated"), OneOf(&[ManagingSigner]), None, Issued("criteria_set_decision"), [LETTER_2291_2, CHOICE], [FOCAL_AGENCY_ANSWERED], [C6], true;
    C6 ["C.promulgated"] => State("C.superseded"), With, None, NoPaper, [CHOICE], [], [], false;

    B1 [NEW] => State("B.planned"), OneOf(&[ManagingUnitHead]), None, Working("body_form_note"), [LETTER_2291_4], [REGULATION_EFFECTIVE], [], false;
    B4 ["B.planned"] => State("B.established"), OneOf(&[ManagingSigner]), Some("body.establish"), Issued("body_decision"), [LETTER_2291_4, CHOICE], [COUNCIL_OR_GROUP], [], true;
    B5 ["B.established"] => State("B.ready"), OneOf(&[Secretary]), Some("body.declare"), Working("conflict_declarations"), [ANTI_CORRUPTION_3_8, CHOICE], [], [], true;
    B7 ["B.ready"] => Same, OneOf(&[Chair, ViceChair]), None, Working("minutes"), [RULES_OF_WORK], [], [], false;
    B17 ["B.established", "B.ready"] => Same, OneOf(&[Evaluator]), Some("body.declare"), Working("conflict_declaration"), [ANTI_CORRUPTION_3_8], [], [], true;

    E1 [NEW] => State("E.draft"), OneOf(&[Applicant, ManagingOfficer]), None, NoPaper, [LETTER_2291_4, CHOICE], [], [E1], false;
    E2 ["E.draft"] => State("E.submitted"), OneOf(&[Applicant]), None, Working("application"), [CHOICE], [], [], true;
    E4 ["E.submitted"] => State("E.received"), OneOf(&[ManagingRecords]), Some("dossier.receive"), Working("receipt"), [DECREE_30_22, CHOICE], [], [], true;
    E5 ["E.received"] => State("E.examining"), OneOf(&[ManagingUnitHead]), Some("dossier.assign"), NoPaper, [DECREE_30_23], [], [], true;
    E9 ["E.examining"] => State("E.ready"), OneOf(&[ManagingUnitHead]), Some("dossier.examine"), Working("examination_note"), [CHOICE], [], [], true;
    E11 ["E.ready"] => State("E.evaluating"), OneOf(&[Secretary]), Some("dossier.open"), Working("file_list"), [CHOICE], [], [], true;
    E15 ["E.evaluating"] => Same, OneOf(&[Evaluator, Secretary, Support]), Some("dossier.sheet"), Working("evaluation_sheet"), [DECISION_1230, CHOICE], [], [], true;
    E29 ["E.evaluating"] => Same, OneOf(&[Chair, ViceChair]), None, Issued("invitation"), [RULES_OF_WORK], [], [], false;
    E16 ["E.evaluating"] => State("E.meeting"), OneOf(&[Chair, ViceChair]), None, NoPaper, [RULES_OF_WORK, CHOICE], [INVITED_IN_TIME], [], true;
    E30 ["E.meeting"] => Same, OneOf(&[Evaluator]), None, Working("ballot"), [RULES_OF_WORK], [], [], true;
    E18 ["E.meeting"] => State("E.counted"), OneOf(&[CountingBoard]), None, Working("counting_minutes"), [RULES_OF_WORK, CHOICE], [], [], true;
    E19 ["E.counted"] => State("E.concluded"), Each(&[Chair, Secretary]), Some("dossier.conclude"), Working("minutes"), [DECISION_1230, RULES_OF_WORK], [], [], true;
    E22 ["E.concluded"] => State("E.decided"), OneOf(&[ManagingSigner]), Some("dossier.decide"), Issued("recognition_decision"), [LETTER_2291_4], [FIRST_RECOGNITION, OUTCOME_NATIONAL], [R1], true;
    E23 ["E.concluded"] => State("E.decided"), OneOf(&[ManagingSigner]), Some("dossier.decide"), Issued("potential_decision"), [LETTER_2291_6], [FIRST_RECOGNITION, OUTCOME_POTENTIAL], [R2], true;
    E24 ["E.concluded"] => State("E.decided"), OneOf(&[ManagingSigner]), Some("dossier.decide"), Issued("rejection_notice"), [CHOICE], [FIRST_RECOGNITION, OUTCOME_REJECTED], [], true;

    R1 [NEW] => State("R.in_force"), With, None, NoPaper, [LETTER_2291_4], [], [P1], false;
    R2 [NEW] => State("R.in_force"), With, None, NoPaper, [LETTER_2291_6], [], [P1], false;

    P1 [NEW] => State("P.not_shared"), With, None, NoPaper, [CHOICE], [], [], false;
    P2 ["P.not_shared"] => State("P.data_sent"), OneOf(&[ManagingOfficer]), Some("publication.share"), Working("data_record"), [LETTER_2291_5], [], [], true;
    P6 ["P.data_sent"] => State("P.published"), OneOf(&[ListKeeper]), Some("publication.publish"), Working("publication_note"), [LETTER_2291_5, LETTER_2765], [BETWEEN_EDITIONS], [], true;

    D1 [NEW] => State("D.draft"), OfIssuing(&[Level::Officer]), None, NoPaper, [DECREE_30_10], [], [], false;
    D2 ["D.draft", "D.returned"] => State("D.submitted"), OfIssuing(&[Level::Officer]), None, NoPaper, [DECREE_30_11], [STEP_SUBMISSION], [], true;
    D3 ["D.submitted"] => State("D.initialled"), OfIssuing(&[Level::UnitHead]), None, NoPaper, [DECREE_30_12], [STEP_INITIAL], [], true;
    D4 ["D.submitted", "D.initialled"] => State("D.checked"), OfIssuing(&[Level::FormChecker]), None, NoPaper, [DECREE_30_12], [STEP_FORM_CHECK, INITIALLED_IF_NEEDED], [], true;
    D5 ["D.submitted", "D.initialled", "D.checked"] => State("D.returned"), OfIssuing(&[Level::UnitHead, Level::FormChecker, Level::Signer]), None, NoPaper, [CHOICE], [], [], false;
    D6 ["D.draft", "D.submitted", "D.initialled", "D.checked"] => State("D.signed"), OfIssuing(&[Level::Signer]), None, NoPaper, [DECREE_30_13], [STEPS_DONE], [], true;
    D7 ["D.signed"] => State("D.numbered"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_14], [], [], true;
    D8 ["D.numbered"] => State("D.sealed"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_14], [STEP_AGENCY_SIGNATURE], [], true;
    D9 ["D.numbered", "D.sealed"] => State("D.issued"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_18], [SEALED_IF_NEEDED], [], true;
    D10 ["D.issued"] => State("D.filed"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_29], [], [], true;
    D11 ["D.draft", "D.submitted", "D.initialled", "D.checked", "D.returned"] => State("D.void"), OfIssuing(&[Level::Officer]), None, NoPaper, [CHOICE], [], [], false;
    D12 ["D.signed", "D.numbered", "D.sealed"] => State("D.void"), OfIssuing(&[Level::Signer]), None, NoPaper, [CHOICE], [], [], false;
}

/// States from which nothing leaves (†), among those the table reaches. `decided` is final for
/// a first evaluation.
pub const FINAL: &[&str] = &["C.superseded", "E.decided", "D.void"];

/// Every state the table knows, in its order.
pub fn states() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for row in &ACTS {
        let to = match row.to {
            State(to) => Some(to),
            Same => Option::None,
        };
        for state in row.from.iter().copied().chain(to) {
            if state != NEW && !all.contains(&state) {
                all.push(state);
            }
        }
    }
    all
}

/// Acts that leave (or repeat) a state.
pub fn leaving(stage: &str) -> impl Iterator<Item = &'static Act> {
    ACTS.iter().filter(move |row| row.from.contains(&stage))
}

impl std::fmt::Display for ActId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ActId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ActId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        ActId::of_name(&name).ok_or_else(|| serde::de::Error::custom(format!("input.act: {name}")))
    }
}

//! The rows, machine by machine, in the order of process.md 6.

use super::{ANY, Act, NEW, Plain, To, Who};
use crate::authority::{Duty, Level};
use crate::paper::Paper;
use crate::{guards, law};

macro_rules! table {
    ($($id:ident [$($from:expr),*] => $to:expr, $who:expr, $deadline:expr, $paper:expr, [$($ground:ident),*], [$($guard:ident),*], [$($then:ident),*], $task:expr
        $(, plain [$($plain:expr),*] by [$($duty:ident),*])?;)*) => {
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
            plain: table!(@plain $([$($plain),*] [$($duty),*])?),
        }),*];
    };
    (@plain) => { Option::None };
    (@plain [$($plain:expr),*] [$($duty:ident),*]) => { Some(Plain { from: &[$($plain),*], who: &[$(Duty::$duty),*] }) };
}

use Duty::*;
use Paper::{Issued, None as NoPaper, Working};
use To::{Either, Joint, Opens, Same, State};
use Who::{Each, Installation, OfIssuing, OneOf, With};

table! {
    RF1 [NEW, "RF.loaded"] => Opens("RF.loaded"), OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    OR1 [NEW] => State("OR.existing"), Installation, None, NoPaper, [CHOICE], [], [], false;
    OR2 ["OR.existing"] => Same, Installation, None, NoPaper, [RESOLUTION_190], [], [], false;
    OR3 ["OR.existing"] => Same, OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    OR4 ["OR.existing"] => Same, OneOf(&[Administrator]), None, NoPaper, [RESOLUTION_190], [], [], false;
    AC1 [NEW] => State("AC.open"), OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    AC2 ["AC.open"] => Same, OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    AC3 ["AC.open", "AC.suspended"] => Same, OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    AC4 ["AC.open"] => State("AC.suspended"), OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    AC5 ["AC.suspended"] => State("AC.open"), OneOf(&[Administrator]), None, NoPaper, [CHOICE], [], [], false;
    CF1 [NEW, "CF.recorded"] => Opens("CF.recorded"), OneOf(&[Evaluator, Secretary]), None, NoPaper, [ANTI_CORRUPTION_3_8], [], [], false;
    CF2 ["CF.recorded"] => Same, OneOf(&[Secretary]), None, NoPaper, [CHOICE], [], [], false;

    L1 [NEW] => State("L.draft"), OneOf(&[ManagingOfficer, ManagingCoordinator]), None, NoPaper, [LETTER_2291_1], [REGULATION_EFFECTIVE], [], false;
    L2 ["L.draft"] => State("L.submitted"), OneOf(&[ManagingSigner]), None, Issued("list_entry_proposal"), [LETTER_2291_1, CHOICE], [], [], true;
    L3 ["L.submitted"] => State("L.received"), OneOf(&[ListRecords]), Some("list_entry.receive"), NoPaper, [DECREE_30_22], [], [], true;
    L4 ["L.received"] => State("L.assigned"), OneOf(&[ListUnitHead]), Some("list_entry.assign"), NoPaper, [DECREE_30_23], [], [], true;
    L5 ["L.assigned"] => State("L.supplement"), OneOf(&[ListKeeper]), Some("list_entry.ask"), Issued("supplement_request"), [CHOICE], [], [], false;
    L6 ["L.supplement"] => State("L.assigned"), OneOf(&[ManagingSigner]), Some("list_entry.answer"), Issued("supplement_answer"), [CHOICE], [], [], true;
    L7 ["L.supplement"] => State("L.stopped"), OneOf(&[ListKeeper]), None, Issued("stop_notice"), [CHOICE], [SUPPLEMENT_OVERDUE], [], false;
    L8 ["L.assigned"] => State("L.listed"), OneOf(&[ListKeeper]), Some("list_entry.decide"), Issued("list_entry_decision"), [LETTER_2291_1], [], [P1, P2], true;
    L9 ["L.assigned"] => State("L.not_listed"), OneOf(&[ListKeeper]), Some("list_entry.decide"), Issued("list_entry_refusal"), [CHOICE], [], [], false;
    L10 ["L.draft", "L.submitted", "L.received", "L.assigned", "L.supplement"] => State("L.withdrawn"), OneOf(&[ManagingSigner]), None, Issued("withdrawal_letter"), [CHOICE], [], [], false,
        plain ["L.draft"] by [ManagingOfficer, ManagingCoordinator];
    L11 ["L.listed"] => State("L.removed"), OneOf(&[ListKeeper]), None, Issued("list_entry_removal"), [DECISION_186], [], [P8], false;
    L12 ["L.supplement"] => Same, OneOf(&[ListKeeper]), None, Issued("reminder"), [CHOICE], [ANSWER_OVERDUE], [], false;
    L13 ["L.draft"] => Same, OneOf(&[ManagingOfficer]), None, NoPaper, [CHOICE], [], [], false;

    C1 [NEW] => State("C.drafting"), OneOf(&[ManagingOfficer]), None, NoPaper, [LETTER_2291_2], [REGULATION_EFFECTIVE], [], false;
    C2 ["C.drafting"] => State("C.consulting"), OneOf(&[ManagingSigner]), None, Issued("consultation_letter"), [LETTER_2291_2], [], [], true;
    C3 ["C.consulting"] => Same, OneOf(&[ConsultedSigner]), Some("criteria_set.consult"), Issued("opinion_letter"), [LETTER_2291_2], [], [], true;
    C4 ["C.consulting"] => State("C.drafting"), OneOf(&[ManagingOfficer]), None, NoPaper, [CHOICE], [], [], false;
    C5 ["C.consulting"] => State("C.promulgated"), OneOf(&[ManagingSigner]), None, Issued("criteria_set_decision"), [LETTER_2291_2, CHOICE], [FOCAL_AGENCY_ANSWERED], [C6], true;
    C6 ["C.promulgated"] => State("C.superseded"), With, None, NoPaper, [CHOICE], [], [], false;
    C7 ["C.promulgated"] => Same, OneOf(&[ManagingSigner]), Some("review_period"), Issued("criteria_review_report"), [DECISION_1230], [], [], true;
    C8 ["C.drafting", "C.consulting"] => State("C.dropped"), OneOf(&[ManagingSigner]), None, Issued("drop_letter"), [CHOICE], [], [], false,
        plain ["C.drafting"] by [ManagingSigner];
    C9 ["C.promulgated"] => State("C.repealed"), OneOf(&[ManagingSigner]), None, Issued("repeal_decision"), [CHOICE], [], [], false;
    CP1 [NEW] => State("CP.open"), OneOf(&[ManagingOfficer, ListOfficer, Applicant]), None, NoPaper, [CHOICE], [], [], false;
    CP2 ["CP.open"] => Same, OneOf(&[ConsultedOfficer, ConsultedSigner, ListOfficer, Applicant]), None, NoPaper, [CHOICE], [], [], false;
    CP3 ["CP.open"] => State("CP.accepted"), OneOf(&[ManagingUnitHead]), Some("change_proposal.comment"), NoPaper, [CHOICE], [COMMENT_PERIOD_OVER], [], true;
    CP4 ["CP.open"] => State("CP.refused"), OneOf(&[ManagingUnitHead]), None, NoPaper, [CHOICE], [COMMENT_PERIOD_OVER], [], false;

    B1 [NEW] => State("B.planned"), OneOf(&[ManagingUnitHead]), None, Working("body_form_note"), [LETTER_2291_4], [REGULATION_EFFECTIVE], [], false;
    B2 ["B.planned"] => State("B.nominating"), OneOf(&[ManagingSigner]), None, Issued("nomination_request"), [RULES_OF_WORK], [COUNCIL_OR_GROUP], [], false;
    B3 ["B.nominating"] => Same, OneOf(&[ConsultedSigner]), Some("body.nominate"), Issued("nomination_letter"), [RULES_OF_WORK], [], [], true;
    B4 ["B.planned", "B.nominating"] => State("B.established"), OneOf(&[ManagingSigner]), Some("body.establish"), Issued("body_decision"), [LETTER_2291_4, CHOICE], [COUNCIL_OR_GROUP], [], true;
    B5 ["B.established"] => State("B.ready"), OneOf(&[Secretary]), Some("body.declare"), Working("conflict_declarations"), [ANTI_CORRUPTION_3_8, CHOICE], [], [], true;
    B6 ["B.established", "B.ready"] => State("B.established"), OneOf(&[ManagingSigner]), None, Issued("body_amendment"), [RULES_OF_WORK], [], [], false;
    B7 ["B.ready"] => Same, OneOf(&[Chair, ViceChair]), None, Working("minutes"), [RULES_OF_WORK], [], [], false;
    B8 ["B.planned"] => State("B.selecting"), OneOf(&[ManagingSigner]), None, Issued("selection_plan"), [LETTER_2291_4, PROCUREMENT], [HIRED_FORM], [], true;
    B9 ["B.selecting"] => State("B.contracted"), Each(&[ManagingSigner, HiredUnit]), None, Issued("contract"), [PROCUREMENT], [], [], true;
    B10 ["B.selecting"] => State("B.planned"), OneOf(&[ManagingSigner]), None, Issued("selection_cancelled"), [PROCUREMENT], [], [], false;
    B11 ["B.contracted"] => State("B.reported"), OneOf(&[HiredUnit]), Some("body.report"), Working("hired_report"), [PROCUREMENT], [], [], true;
    B12 ["B.reported"] => State("B.contracted"), OneOf(&[ManagingUnitHead]), None, Issued("report_remarks"), [CHOICE], [], [], false;
    B13 ["B.reported"] => State("B.accepted"), Each(&[ManagingSigner, HiredUnit]), Some("body.accept"), Issued("acceptance_minutes"), [PROCUREMENT], [], [], true;
    B14 ["B.established", "B.ready", "B.contracted", "B.accepted"] => State("B.closed"), OneOf(&[ManagingUnitHead]), None, NoPaper, [RULES_OF_WORK], [], [], false;
    B15 ["B.planned", "B.nominating", "B.established", "B.selecting", "B.contracted"] => State("B.cancelled"), OneOf(&[ManagingSigner]), None, Issued("body_cancelled"), [RULES_OF_WORK], [], [], false,
        plain ["B.planned"] by [ManagingSigner];
    B16 ["B.accepted"] => State("B.contracted"), OneOf(&[ManagingSigner]), None, Issued("contract_appendix"), [PROCUREMENT], [], [], false;
    B17 ["B.established", "B.ready"] => Same, OneOf(&[Evaluator]), Some("body.declare"), Working("conflict_declaration"), [ANTI_CORRUPTION_3_8], [], [], true;
    B18 ["B.established", "B.ready"] => Same, OneOf(&[Evaluator]), None, NoPaper, [RULES_OF_WORK], [], [], false;

    E1 [NEW] => State("E.draft"), OneOf(&[Applicant, ManagingOfficer]), None, NoPaper, [LETTER_2291_4, CHOICE], [], [E1], false;
    E2 ["E.draft"] => State("E.submitted"), OneOf(&[Applicant]), None, Working("application"), [CHOICE], [], [], true;
    E3 ["E.draft"] => State("E.ready"), OneOf(&[ManagingSigner]), None, Issued("dossier_opening"), [LETTER_2291_4], [], [], false;
    E4 ["E.submitted"] => State("E.received"), OneOf(&[ManagingRecords]), Some("dossier.receive"), Working("receipt"), [DECREE_30_22, CHOICE], [], [], true;
    E5 ["E.received"] => State("E.examining"), OneOf(&[ManagingUnitHead]), Some("dossier.assign"), NoPaper, [DECREE_30_23], [], [], true;
    E6 ["E.examining"] => State("E.supplement"), OneOf(&[ManagingSigner]), Some("dossier.ask"), Issued("supplement_request"), [CHOICE], [], [], false;
    E7 ["E.supplement"] => State("E.examining"), OneOf(&[Applicant]), Some("dossier.answer"), Working("supplement_answer"), [CHOICE], [], [], true;
    E8 ["E.supplement"] => State("E.lapsed"), OneOf(&[ManagingSigner]), None, Issued("stop_notice"), [CHOICE], [SUPPLEMENT_OVERDUE], [], false;
    E9 ["E.examining"] => State("E.ready"), OneOf(&[ManagingUnitHead]), Some("dossier.examine"), Working("examination_note"), [CHOICE], [], [], true;
    E10 ["E.examining"] => State("E.declined"), OneOf(&[ManagingSigner]), Some("dossier.examine"), Issued("decline_letter"), [CHOICE], [], [], false;
    E11 ["E.ready"] => State("E.evaluating"), OneOf(&[Secretary, ManagingOfficer]), Some("dossier.open"), Working("file_list"), [CHOICE], [], [], true;
    E12 ["E.evaluating"] => State("E.clarifying"), OneOf(&[Chair, ViceChair, ManagingUnitHead]), None, Issued("clarification_request"), [CHOICE], [], [], false;
    E13 ["E.clarifying"] => State("E.evaluating"), OneOf(&[Applicant, ManagingOfficer]), Some("dossier.clarify"), Working("clarification"), [CHOICE], [], [], true;
    E14 ["E.clarifying"] => State("E.evaluating"), OneOf(&[Secretary, ManagingOfficer]), None, NoPaper, [CHOICE], [ANSWER_OVERDUE], [], false;
    E15 ["E.evaluating"] => Same, OneOf(&[Evaluator, Secretary, Support]), Some("dossier.sheet"), Working("evaluation_sheet"), [DECISION_1230, CHOICE], [], [], true;
    E16 ["E.evaluating"] => State("E.meeting"), OneOf(&[Chair, ViceChair]), None, NoPaper, [RULES_OF_WORK, CHOICE], [INVITED_IN_TIME], [], true;
    E17 ["E.meeting"] => State("E.evaluating"), OneOf(&[Chair, ViceChair]), None, Working("minutes"), [CHOICE], [], [], false;
    E18 ["E.meeting"] => State("E.counted"), OneOf(&[CountingBoard]), None, Working("counting_minutes"), [RULES_OF_WORK, CHOICE], [], [], true;
    E19 ["E.counted"] => Joint("E.concluded"), Each(&[Chair, Secretary]), Some("dossier.conclude"), Working("minutes"), [DECISION_1230, RULES_OF_WORK], [], [R17], true;
    E20 ["E.evaluating"] => State("E.concluded"), OneOf(&[ManagingUnitHead]), Some("dossier.conclude"), Working("summary_report"), [LETTER_2291_4, CHOICE], [REPORT_ACCEPTED], [R17], true;
    E21 ["E.concluded"] => Same, OneOf(&[Chair, ViceChair, Secretary, HiredUnit]), None, Working("supplementary_minutes"), [CHOICE], [OUTCOME_UNDETERMINED], [R17], false;
    E22 ["E.concluded"] => State("E.decided"), OneOf(&[ManagingSigner]), Some("dossier.decide"), Issued("recognition_decision"), [LETTER_2291_4], [FIRST_RECOGNITION, OUTCOME_NATIONAL, OBJECTIONS_ANSWERED], [R1], true;
    E23 ["E.concluded"] => State("E.decided"), OneOf(&[ManagingSigner]), Some("dossier.decide"), Issued("potential_decision"), [LETTER_2291_6], [FIRST_RECOGNITION, OUTCOME_POTENTIAL, OBJECTIONS_ANSWERED], [R2], true;
    E24 ["E.concluded"] => State("E.decided"), OneOf(&[ManagingSigner]), Some("dossier.decide"), Issued("rejection_notice"), [CHOICE], [FIRST_RECOGNITION, OUTCOME_REJECTED, OBJECTIONS_ANSWERED], [], true;
    E25 ["E.concluded"] => State("E.decided"), With, None, NoPaper, [DECISION_1230], [], [], false;
    E26 ["E.meeting", "E.counted", "E.concluded"] => State("E.ready"), OneOf(&[ManagingSigner]), None, Issued("set_aside_letter"), [CHOICE], [], [R17], false;
    E27 ["E.draft", "E.submitted", "E.received", "E.examining", "E.supplement", "E.ready", "E.evaluating", "E.clarifying", "E.meeting", "E.counted", "E.concluded"] => State("E.stopped"), OneOf(&[ManagingSigner]), Some("dossier.stop"), Issued("dossier_stopped"), [CHOICE], [], [], true,
        plain ["E.draft"] by [Applicant, ManagingOfficer];
    E28 ["E.concluded"] => State("E.ready"), With, None, NoPaper, [CHOICE], [], [], false;
    E29 ["E.evaluating"] => Same, OneOf(&[Chair, ViceChair]), None, Issued("invitation"), [RULES_OF_WORK], [], [], true;
    E30 ["E.meeting"] => Same, OneOf(&[Evaluator]), None, Working("ballot"), [RULES_OF_WORK], [], [], true;
    E31 ["E.supplement"] => Same, OneOf(&[ManagingSigner]), None, Issued("reminder"), [CHOICE], [ANSWER_OVERDUE], [], false;
    E32 ["E.ready"] => Same, OneOf(&[Applicant, ManagingOfficer]), None, Working("application"), [CHOICE], [], [], false;
    E33 ["E.submitted", "E.received", "E.examining", "E.supplement", "E.ready", "E.evaluating", "E.clarifying", "E.meeting", "E.counted", "E.concluded"] => Same, OneOf(&[Applicant, ManagingOfficer]), None, Working("stop_request"), [CHOICE], [], [], false;
    OB1 [NEW] => State("OB.lodged"), OneOf(&[Applicant, ListOfficer, ManagingOfficer]), None, Working("objection"), [CHOICE], [], [], false;
    OB2 ["OB.lodged"] => State("OB.answered"), OneOf(&[ManagingUnitHead]), Some("objection.answer"), Working("objection_answer"), [CHOICE], [], [], true;

    R1 [NEW] => State("R.in_force"), With, None, NoPaper, [LETTER_2291_4], [], [P1], false;
    R2 [NEW] => State("R.in_force"), With, None, NoPaper, [LETTER_2291_6], [], [P1], false;
    R3 ["R.in_force"] => State("R.periodic_review"), OneOf(&[ManagingSigner]), Some("review_period"), Issued("review_plan"), [DECISION_1230], [REVIEW_DUE], [E1, E3], true;
    R4 ["R.in_force"] => State("R.extraordinary_review"), OneOf(&[ManagingSigner]), None, Issued("extraordinary_review"), [CHOICE], [], [E1, E3], true;
    R5 ["R.periodic_review", "R.extraordinary_review"] => State("R.in_force"), OneOf(&[ManagingSigner]), Some("recognition.decide"), Issued("review_result"), [DECISION_1230], [REVIEW_SAYS_SAME], [E25], true;
    R6 ["R.periodic_review", "R.extraordinary_review"] => State("R.remediation"), OneOf(&[ManagingSigner]), None, Issued("remediation_notice"), [CHOICE], [REVIEW_SAYS_LESS, ONCE_PER_REVIEW], [], false;
    R7 ["R.remediation"] => Either(&["R.periodic_review", "R.extraordinary_review"]), OneOf(&[ManagingOfficer]), Some("recognition.remediation_max"), NoPaper, [CHOICE], [], [E28], true;
    R8 ["R.periodic_review", "R.extraordinary_review", "R.remediation"] => State("R.revoked"), OneOf(&[ManagingSigner]), Some("recognition.withdraw"), Issued("revocation_decision"), [DECISION_1230], [REVIEW_SAYS_REJECTED, HOLDER_HEARD], [E25, P8], true;
    R9 ["R.in_force", "R.periodic_review", "R.extraordinary_review", "R.remediation"] => State("R.revoked"), OneOf(&[ManagingSigner]), None, Issued("revocation_decision"), [CHOICE], [], [E27, P8], false;
    R10 ["R.periodic_review", "R.extraordinary_review"] => State("R.in_force"), OneOf(&[ManagingSigner]), Some("recognition.withdraw"), Issued("class_decision"), [LETTER_2291_6], [CLASS_IS_NATIONAL, REVIEW_SAYS_POTENTIAL, HOLDER_HEARD], [E25, P1, P4], true;
    R11 ["R.periodic_review", "R.extraordinary_review"] => State("R.in_force"), OneOf(&[ManagingSigner]), Some("recognition.withdraw"), Issued("recognition_decision"), [LETTER_2291_4], [CLASS_IS_POTENTIAL, REVIEW_SAYS_NATIONAL], [E25, P1, P4], true;
    R12 ["R.in_force", "R.periodic_review", "R.extraordinary_review", "R.remediation"] => State("R.ended"), OneOf(&[ManagingSigner]), None, Issued("end_notice"), [CHOICE], [], [E27, U7, P8], false;
    R13 ["R.extraordinary_review"] => State("R.in_force"), OneOf(&[ManagingSigner]), None, Issued("review_stopped"), [CHOICE], [REVIEW_NOT_CONCLUDED], [E27], false;
    R14 ["R.in_force", "R.periodic_review", "R.extraordinary_review", "R.remediation"] => Same, OneOf(&[ManagingSigner]), None, Issued("hearing_letter"), [CHOICE], [], [], false;
    R15 ["R.in_force", "R.periodic_review", "R.extraordinary_review", "R.remediation"] => Same, OneOf(&[Applicant, ManagingOfficer]), Some("recognition.opinion_of_holder"), Working("holder_opinion"), [CHOICE], [HEARING_OPEN], [], true;
    R16 ["R.in_force", "R.periodic_review", "R.extraordinary_review", "R.remediation"] => Same, OneOf(&[Applicant, ManagingOfficer]), None, Working("measurement"), [LETTER_2291_6], [], [], false;
    R17 ["R.periodic_review", "R.extraordinary_review"] => Same, With, None, NoPaper, [CHOICE], [], [], false;

    P1 [NEW, "P.not_shared", "P.data_sent", "P.correction"] => Opens("P.not_shared"), With, None, NoPaper, [CHOICE], [], [], false;
    P2 ["P.not_shared"] => State("P.data_sent"), OneOf(&[ManagingOfficer]), Some("publication.share"), Working("data_record"), [LETTER_2291_5], [], [], true;
    P3 ["P.data_sent"] => State("P.not_shared"), OneOf(&[ListOfficer]), Some("publication.check"), NoPaper, [CHOICE], [], [], false;
    P4 ["P.published"] => State("P.correction"), OneOf(&[ManagingOfficer, Operator]), None, NoPaper, [LETTER_2765], [], [], false;
    P5 ["P.correction"] => State("P.published"), OneOf(&[ListOfficer]), Some("publication.check"), NoPaper, [LETTER_2765, CHOICE], [], [], true;
    P6 ["P.data_sent"] => State("P.published"), OneOf(&[ListKeeper]), Some("publication.publish"), Working("publication_note"), [LETTER_2291_5, LETTER_2765], [BETWEEN_EDITIONS], [], true;
    P7 ["P.not_shared", "P.data_sent", "P.published", "P.correction"] => State("P.closed"), OneOf(&[ListOfficer]), Some("publication.close"), NoPaper, [CHOICE], [GROUND_HAS_ENDED], [], true;
    P8 ["P.not_shared", "P.data_sent", "P.published", "P.correction"] => Same, With, None, NoPaper, [CHOICE], [], [], false;
    PE1 [NEW] => State("PE.compiling"), OneOf(&[ListOfficer]), None, NoPaper, [LETTER_2765], [], [], false;
    PE2 ["PE.compiling"] => State("PE.issued"), OneOf(&[ListKeeper]), None, Issued("edition"), [LETTER_2765], [], [P6, PE3], true;
    PE3 ["PE.issued"] => State("PE.replaced"), With, None, NoPaper, [CHOICE], [], [], false;

    U1 [NEW] => State("U.drafting"), OneOf(&[ManagingOfficer, ProvinceOfficer]), None, NoPaper, [LETTER_2291_3], [], [], false;
    U2 ["U.drafting"] => State("U.approved"), OneOf(&[ManagingSigner]), None, Issued("plan"), [LETTER_2291_3], [], [], true;
    U3 ["U.approved"] => State("U.in_use"), OneOf(&[ManagingSigner]), None, Issued("use_notice"), [LETTER_2291_3], [], [P1], true;
    U4 ["U.in_use"] => Same, OneOf(&[ManagingSigner]), None, Issued("plan_amendment"), [CHOICE], [], [], false;
    U5 ["U.in_use"] => State("U.suspended"), OneOf(&[ManagingSigner]), None, Issued("use_suspended"), [CHOICE], [], [], false;
    U6 ["U.suspended"] => State("U.in_use"), OneOf(&[ManagingSigner]), None, Issued("use_resumed"), [CHOICE], [], [], false;
    U7 ["U.in_use", "U.suspended"] => State("U.ended"), OneOf(&[ManagingSigner]), None, Issued("end_notice"), [CHOICE], [], [P8], false;
    U8 ["U.drafting", "U.approved"] => State("U.cancelled"), OneOf(&[ManagingSigner]), None, Issued("plan_cancelled"), [CHOICE], [], [], false,
        plain ["U.drafting"] by [ManagingSigner];

    D1 [NEW] => State("D.draft"), OfIssuing(&[Level::Officer]), None, NoPaper, [DECREE_30_10], [], [], false;
    D2 ["D.draft", "D.returned"] => State("D.submitted"), OfIssuing(&[Level::Officer]), None, NoPaper, [DECREE_30_11], [STEP_SUBMISSION], [], true;
    D3 ["D.submitted"] => State("D.initialled"), OfIssuing(&[Level::UnitHead]), None, NoPaper, [DECREE_30_12], [STEP_INITIAL], [], true;
    D4 ["D.submitted", "D.initialled"] => State("D.checked"), OfIssuing(&[Level::FormChecker]), None, NoPaper, [DECREE_30_12], [STEP_FORM_CHECK, INITIALLED_IF_NEEDED], [], true;
    D5 ["D.submitted", "D.initialled", "D.checked"] => State("D.returned"), OfIssuing(&[Level::UnitHead, Level::FormChecker, Level::Signer]), None, NoPaper, [CHOICE], [], [], false;
    D6 ["D.draft", "D.submitted", "D.initialled", "D.checked"] => Joint("D.signed"), OfIssuing(&[Level::Signer, Level::UnitHead]), None, NoPaper, [DECREE_30_13], [STEPS_DONE], [], true;
    D7 ["D.signed"] => State("D.numbered"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_14], [], [], true;
    D8 ["D.numbered"] => State("D.sealed"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_14], [STEP_AGENCY_SIGNATURE], [], true;
    D9 ["D.numbered", "D.sealed"] => State("D.issued"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_18], [SEALED_IF_NEEDED], [], true;
    D10 ["D.issued"] => State("D.filed"), OfIssuing(&[Level::Records]), None, NoPaper, [DECREE_30_29], [], [], true;
    D11 ["D.draft", "D.submitted", "D.initialled", "D.checked", "D.returned"] => State("D.void"), OfIssuing(&[Level::Officer]), None, NoPaper, [CHOICE], [], [], false;
    D12 ["D.signed", "D.numbered", "D.sealed"] => State("D.void"), OfIssuing(&[Level::Signer, Level::UnitHead]), None, NoPaper, [CHOICE], [], [], false;
    D13 ["D.issued", "D.filed"] => Same, OfIssuing(&[Level::Signer]), None, Issued("correction_letter"), [DECREE_30_18], [], [], false;
    D14 ["D.issued", "D.filed"] => State("D.replaced"), OfIssuing(&[Level::Signer]), None, Issued("same_type"), [DECREE_30_18], [], [], false;

    RC1 [NEW] => State("RC.asked"), OneOf(&[Applicant, ManagingOfficer]), None, Working("reconsideration"), [CHOICE], [], [], false;
    RC2 ["RC.asked"] => State("RC.kept"), OneOf(&[ManagingSigner]), Some("reconsideration.answer"), Issued("reconsideration_answer"), [CHOICE], [], [], true;
    RC3 ["RC.asked"] => State("RC.changed"), OneOf(&[ManagingSigner]), Some("reconsideration.answer"), Issued("reconsideration_answer"), [CHOICE], [], [], false;
    KN1 [NEW] => State("KN.lodged"), OneOf(&[ManagingRecords]), None, Working("complaint"), [COMPLAINTS_9], [], [], false;
    KN2 ["KN.lodged"] => State("KN.accepted"), OneOf(&[ManagingSigner]), Some("complaint.accept"), Issued("complaint_accepted"), [COMPLAINTS_27], [], [], true;
    KN3 ["KN.lodged"] => State("KN.refused"), OneOf(&[ManagingSigner]), Some("complaint.accept"), Issued("complaint_refused"), [COMPLAINTS_27], [], [], false;
    KN4 ["KN.accepted"] => State("KN.settled"), OneOf(&[ManagingSigner]), Some("complaint.settle"), Issued("complaint_decision"), [COMPLAINTS_28], [], [], true;
    KN5 ["KN.settled"] => State("KN.second"), OneOf(&[ManagingOfficer]), None, NoPaper, [COMPLAINTS_33], [], [], false;
    KN6 ["KN.lodged", "KN.accepted", "KN.second"] => State("KN.closed"), OneOf(&[ManagingSigner]), None, NoPaper, [COMPLAINTS_10], [], [], false;
    SC1 [NEW] => State("SC.open"), OneOf(&[Applicant, ManagingOfficer]), None, NoPaper, [CHOICE], [], [], false;
    SC2 ["SC.open"] => Same, OneOf(&[Applicant, ManagingOfficer]), None, NoPaper, [CHOICE], [], [], false;
    SC3 ["SC.open"] => State("SC.converted"), OneOf(&[Applicant, ManagingOfficer]), None, NoPaper, [CHOICE], [], [E1], false;
    X1 [ANY] => Same, OneOf(&[ListKeeper]), None, NoPaper, [RESOLUTION_190], [], [], false;
    X2 [ANY] => Same, OneOf(&[ManagingUnitHead, ListUnitHead]), None, NoPaper, [CHOICE], [STEP_IS_OURS], [], false;
    X3 [ANY] => Same, OneOf(&[ManagingUnitHead, ListUnitHead]), None, NoPaper, [CHOICE], [STEP_IS_OURS], [], false;
    X4 [NEW] => Either(&["L.listed", "R.in_force", "P.published", "PE.issued"]), OneOf(&[ManagingUnitHead, ListUnitHead]), None, NoPaper, [CHOICE], [], [], false;
    X5 [ANY] => Same, Installation, None, NoPaper, [CHOICE], [], [], false;
}

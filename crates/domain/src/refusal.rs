//! Every refusal of the process, in one catalogue: code, whether the stage or the content stands
//! in the way, and the legal ground. A refusal is an answer: plain data with what its message
//! needs. Codes are never renamed, only retired.

use crate::acts::ActId;
use crate::id::Id;
use crate::law::{self, Citation};
use crate::outcome::Outcome;
use chrono::NaiveDate;
use serde::Serialize;

/// 409 where the stage or another record forbids the act, 422 where its content does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Stage,
    Content,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* } = $code:literal, $family:ident, $law:expr;)*) => {
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Refusal { $($(#[$doc])* $name { $($field: $type),* }),* }

        impl Refusal {
            /// Stable code; the message is `refusal-<code>` in the texts.
            pub fn code(&self) -> &'static str { match self { $(Refusal::$name { .. } => $code),* } }
            pub fn family(&self) -> Family { match self { $(Refusal::$name { .. } => Family::$family),* } }
            pub fn law(&self) -> Citation { match self { $(Refusal::$name { .. } => $law),* } }
        }

        /// Code, family and law of each, for the tests that enumerate them.
        pub const CATALOGUE: &[(&str, Family, Citation)] = &[$(($code, Family::$family, $law)),*];
    };
}

refusals! {
    WrongStage { act: ActId, stage: String } = "act.wrong_stage", Stage, law::CHOICE;
    CommandOfAnotherKind { act: ActId } = "act.other_kind", Content, law::CHOICE;
    ActTakesEffectWithPaper { act: ActId } = "act.needs_issued_paper", Stage, law::DECREE_30_18;
    NoPaperInThisState { act: ActId } = "act.no_paper_in_state", Stage, law::CHOICE;
    StepOfAnother {} = "act.step_of_another", Stage, law::CHOICE;
    StillInTime { until: NaiveDate } = "act.still_in_time", Stage, law::CHOICE;
    NoClockRuns {} = "clock.none_runs", Stage, law::CHOICE;
    NoClockStands {} = "clock.none_stands", Stage, law::CHOICE;
    LastDaysStay {} = "clock.last_days_stay", Stage, law::CHOICE;
    NotHeldByThem {} = "transfer.not_theirs", Stage, law::RESOLUTION_190;
    ReceiverNotExisting { code: String } = "transfer.receiver_not_existing", Content, law::RESOLUTION_190;
    EnteredAndConfirmedByOne {} = "historical.entered_and_confirmed_by_one", Content, law::CHOICE;
    StreamNotFound { stream: Id } = "stream.not_found", Content, law::CHOICE;
    IdOfAnotherStream {} = "stream.other_id", Content, law::CHOICE;
    AlreadyOpen { kind: String } = "stream.already_open", Stage, law::CHOICE;
    TextMissing { field: String } = "input.field_missing", Content, law::CHOICE;
    DateInFuture { date: NaiveDate } = "input.date_in_future", Content, law::CHOICE;
    DateBeforeEvent { date: NaiveDate, event: NaiveDate } = "input.date_before_event", Content, law::CHOICE;
    TermTooLong { last: NaiveDate } = "input.due_too_late", Content, law::CHOICE;
    TermTooShort { date: NaiveDate } = "input.due_in_past", Content, law::CHOICE;

    ReferenceOfAnotherSet { name: String } = "reference.other_set", Content, law::CHOICE;
    ReferenceUnchanged {} = "reference.unchanged", Stage, law::CHOICE;
    RegulationOnRecord { name: String } = "reference.regulation_on_record", Stage, law::CHOICE;
    OrganisationPeriodWrong { code: String } = "organisation.period", Content, law::RESOLUTION_190;
    OrganisationCannotSucceedItself { code: String } = "organisation.own_successor", Content, law::RESOLUTION_190;
    CoordinatingUnitTwice {} = "organisation.coordinating_unit_twice", Content, law::CHOICE;
    DutyPeriodWrong {} = "account.duty_period", Content, law::CHOICE;
    DutyNotHeld { number: u32 } = "account.duty_not_held", Content, law::CHOICE;
    DecidingDutyOfOverseer {} = "account.overseer_decides", Content, law::CHOICE;
    SignerWithoutForm {} = "account.signer_without_form", Content, law::DECREE_30_13;
    DelegationWithoutPaper {} = "account.delegation_without_paper", Content, law::DECREE_30_13;
    BodyDutyByDecisionOnly {} = "account.body_duty", Content, law::RULES_OF_WORK;

    RegulationNotEffective { regulation: String, day: NaiveDate } = "regulation.not_effective", Stage, law::CHOICE;
    ListEntryDuplicate {} = "list_entry.duplicate", Stage, law::LETTER_2291_1;
    NoCoordinatingUnit {} = "list_entry.no_coordinating_unit", Content, law::CHOICE;
    ListEntryNotManager {} = "list_entry.not_managing_agency", Content, law::LETTER_2291_1;
    PointsWrong {} = "supplement.points_wrong", Content, law::CHOICE;
    PointNotRaisedByAnswer { numbers: Vec<u32> } = "supplement.old_point", Content, law::CHOICE;
    PointsUnanswered { numbers: Vec<u32> } = "supplement.points_unanswered", Content, law::CHOICE;
    RemindersMissing { needed: u32, found: u32 } = "supplement.reminders_missing", Stage, law::CHOICE;
    EntryHasOpenDossier {} = "list_entry.open_dossier", Stage, law::DECISION_186;
    EntryHasRecognition {} = "list_entry.recognition_in_force", Stage, law::DECISION_186;

    ListEntryNotListed { entry: Id } = "criteria_set.entry_not_listed", Stage, law::LETTER_2291_2;
    GroupWithoutLine { group: String } = "criteria_set.group_without_line", Content, law::DECISION_1230;
    LineUnknown { code: String } = "criteria_set.line_unknown", Content, law::DECISION_1230;
    LineRepeated { code: String } = "criteria_set.line_repeated", Content, law::DECISION_1230;
    PopularityNotOnce { lines: u32 } = "criteria_set.popularity_not_once", Content, law::LETTER_2291_6;
    NotApplicableWithoutReason { code: String } = "criteria_set.not_applicable_without_reason", Content, law::CHOICE;
    FocalAgencyNotConsulted {} = "criteria_set.focal_not_consulted", Content, law::LETTER_2291_2;
    TooFewConsultees { needed: u32, found: u32 } = "criteria_set.too_few_consulted", Content, law::LETTER_2291_2;
    ConsulteeRepeated {} = "criteria_set.consulted_twice", Content, law::LETTER_2291_2;
    FocalAgencyStillHasTime { until: NaiveDate } = "criteria_set.focal_still_has_time", Stage, law::LETTER_2291_2;
    OpinionWithoutResponse { organisation: Id } = "criteria_set.opinion_without_response", Content, law::LETTER_2291_2;
    SetOfAnotherEntry {} = "criteria_set.other_entry", Content, law::LETTER_2291_2;
    ConditionalNotAllowed { code: String } = "criteria_set.conditional_not_allowed", Content, law::CHOICE;
    RoundOpenUnderSet {} = "criteria_set.round_open", Stage, law::CHOICE;
    CommentPeriodOver { until: NaiveDate } = "change_proposal.period_over", Stage, law::CHOICE;
    NotConsulted {} = "opinion.not_asked", Content, law::LETTER_2291_2;
    OpinionOnAnotherDraft {} = "opinion.other_draft", Content, law::LETTER_2291_2;
    OpinionWithoutReason {} = "opinion.reason_missing", Content, law::LETTER_2291_2;

    TrackingCodeWrong {} = "dossier.tracking_code", Content, law::CHOICE;
    SetNotPromulgated {} = "dossier.no_set_in_force", Stage, law::LETTER_2291_4;
    RecognitionInForce {} = "dossier.recognition_in_force", Stage, law::CHOICE;
    EnterpriseDoorClosed {} = "dossier.enterprise_door_closed", Stage, law::LETTER_2291_4;
    EvidenceMissing { codes: Vec<String> } = "dossier.evidence_missing", Content, law::LETTER_2291_4;
    EvidenceForUnknownLine { codes: Vec<String> } = "dossier.evidence_unknown_line", Content, law::LETTER_2291_4;
    LetterMissing {} = "dossier.letter_missing", Content, law::LETTER_2291_4;
    FigureMissing {} = "dossier.figure_missing", Content, law::LETTER_2291_6;
    ShareImpossible { why: String } = "dossier.share_impossible", Content, law::LETTER_2291_6;
    RejectedBefore {} = "dossier.what_changed_missing", Content, law::CHOICE;
    NotOwner {} = "dossier.not_owner", Content, law::LETTER_2291_4;
    ProductOfAnotherEntry {} = "dossier.other_entry", Content, law::CHOICE;
    OwnerConsentMissing {} = "dossier.owner_consent_missing", Content, law::LETTER_2291_4;
    StopNotAskedFor {} = "dossier.stop_not_asked", Stage, law::CHOICE;
    StopAskedAlready {} = "dossier.stop_asked_already", Stage, law::CHOICE;
    ReviewStopsOtherwise {} = "dossier.review_stops_otherwise", Stage, law::CHOICE;
    ObjectionsOpen { open: u32 } = "dossier.objections_open", Stage, law::CHOICE;
    NothingToObjectTo {} = "objection.nothing_open", Stage, law::CHOICE;

    FormNotAllowed { form: String } = "body.form_not_allowed", Content, law::LETTER_2291_4;
    BodyTooSmall { needed: u32, found: u32 } = "body.too_small", Content, law::RULES_OF_WORK;
    BodyNotOdd { found: u32 } = "body.not_odd", Content, law::RULES_OF_WORK;
    MemberTwice {} = "body.member_twice", Content, law::RULES_OF_WORK;
    ChairMissing {} = "body.chair_missing", Content, law::RULES_OF_WORK;
    ChairAndSecretaryOnePerson {} = "body.chair_is_secretary", Content, law::RULES_OF_WORK;
    RulesImpossible {} = "body.rules_impossible", Content, law::RULES_OF_WORK;
    OutsideMemberMissing {} = "body.outside_member_missing", Content, law::CHOICE;
    SameUnitProposesAndEvaluates {} = "body.same_unit", Content, law::CHOICE;
    NotForThisForm { form: String } = "body.other_form", Stage, law::LETTER_2291_4;
    DeclarationsMissing { missing: u32 } = "body.declarations_missing", Stage, law::ANTI_CORRUPTION_3_8;
    QuorumImpossible { needed: u32, found: u32 } = "body.quorum_impossible", Stage, law::RULES_OF_WORK;
    ReviewerNotMember {} = "body.reviewer_not_member", Content, law::RULES_OF_WORK;
    CountingBoardWrong { needed: u32, found: u32 } = "body.counting_board", Content, law::RULES_OF_WORK;
    CountingBoardNotPresent {} = "body.counting_board_absent", Content, law::RULES_OF_WORK;
    NotMember {} = "body.not_member", Content, law::RULES_OF_WORK;
    ConflictWithoutGround {} = "declaration.ground_missing", Content, law::ANTI_CORRUPTION_3_8;
    ProductNotOfBody {} = "body.other_agency", Content, law::CHOICE;
    NobodyAsked {} = "body.nobody_asked", Content, law::RULES_OF_WORK;
    NobodyNamed {} = "body.nobody_named", Content, law::RULES_OF_WORK;
    DeclinedWithoutReason {} = "body.declined_without_reason", Content, law::RULES_OF_WORK;
    MeetingInProgress {} = "body.meeting_in_progress", Stage, law::RULES_OF_WORK;
    RoundOpenInBody {} = "body.round_open", Stage, law::RULES_OF_WORK;
    ConflictUnresolved { members: u32 } = "body.conflict_unresolved", Stage, law::ANTI_CORRUPTION_3_8;
    LinksOfAnother {} = "links.of_another", Content, law::ANTI_CORRUPTION_3_8;
    LinkUnknown {} = "links.unknown", Content, law::ANTI_CORRUPTION_3_8;
    AnotherUnitSelected {} = "body.another_unit_selected", Content, law::PROCUREMENT;
    IndependenceClauseMissing {} = "body.independence_clause_missing", Content, law::PROCUREMENT;
    HiredUnitNotIndependent {} = "body.hired_unit_not_independent", Content, law::PROCUREMENT;
    NoRoundOpen {} = "body.no_round_open", Stage, law::PROCUREMENT;
    NothingToEvaluateAgain {} = "body.nothing_to_evaluate_again", Stage, law::PROCUREMENT;

    BodyNotReady {} = "round.body_not_ready", Stage, law::RULES_OF_WORK;
    NotEvaluator {} = "round.not_evaluator", Content, law::RULES_OF_WORK;
    MemberHasConflict {} = "round.member_has_conflict", Content, law::ANTI_CORRUPTION_3_8;
    FindingsMissing { codes: Vec<String> } = "round.findings_missing", Content, law::DECISION_1230;
    FindingUnknown { codes: Vec<String> } = "round.finding_unknown", Content, law::DECISION_1230;
    ReasonMissing { codes: Vec<String> } = "round.reason_missing", Content, law::CHOICE;
    MarkOfAnotherScale { codes: Vec<String> } = "round.mark_of_other_scale", Content, law::CHOICE;
    ConditionNotAllowed { codes: Vec<String> } = "round.condition_not_allowed", Content, law::CHOICE;
    ReportNotAccepted {} = "round.report_not_accepted", Stage, law::PROCUREMENT;
    DenominatorOutside {} = "round.denominator_outside", Content, law::LETTER_2291_6;
    ChoicesDiffer {} = "round.choices_differ", Content, law::LETTER_2291_6;
    LevelOverHundred { codes: Vec<String> } = "round.level_over_100", Content, law::CHOICE;
    PaperSheetBySamePerson {} = "sheet.entered_and_confirmed_by_one", Content, law::CHOICE;
    PaperSheetNotEntered {} = "sheet.not_entered", Stage, law::CHOICE;
    PaperSheetIncomplete {} = "sheet.paper_without_scan", Content, law::CHOICE;
    SheetOfAnother {} = "sheet.of_another", Content, law::CHOICE;
    SheetImmutable {} = "sheet.already_submitted", Stage, law::CHOICE;
    SaltMissing {} = "sheet.salt_missing", Content, law::CHOICE;
    InvitationMissing {} = "round.invitation_missing", Stage, law::RULES_OF_WORK;
    InvitationTooLate { needed: u32, found: u32, first: NaiveDate } = "round.invitation_too_late", Stage, law::RULES_OF_WORK;
    QuorumMissing { needed: u32, found: u32 } = "round.quorum_missing", Stage, law::RULES_OF_WORK;
    ViceChairNotEntitled {} = "round.vice_chair_not_entitled", Stage, law::RULES_OF_WORK;
    NotPresent {} = "round.not_present", Content, law::RULES_OF_WORK;
    NoSecondVote {} = "ballot.no_second_vote", Stage, law::RULES_OF_WORK;
    CountingBoardMissing {} = "round.counting_board_missing", Stage, law::RULES_OF_WORK;
    VotesMissing { missing: u32 } = "round.votes_missing", Stage, law::RULES_OF_WORK;
    SecondVoteNeeded { codes: Vec<String> } = "round.second_vote_needed", Stage, law::RULES_OF_WORK;
    FigureNotConfirmed {} = "round.figure_not_confirmed", Stage, law::LETTER_2291_6;
    MinutesDiffer {} = "round.minutes_differ", Content, law::DECREE_30_29;
    SignedAlready {} = "round.signed_already", Stage, law::CHOICE;
    OutcomeIsAnother { outcome: Outcome } = "dossier.outcome_is_another", Stage, law::LETTER_2291_6;
    PurposeIsReview {} = "dossier.purpose_is_review", Stage, law::CHOICE;

    ReviewNotDue { from: NaiveDate } = "recognition.review_not_due", Stage, law::DECISION_1230;
    ReviewNotSet {} = "recognition.review_not_set", Stage, law::DECISION_1230;
    ReviewNotConcluded {} = "recognition.review_not_concluded", Stage, law::DECISION_1230;
    ShortReviewNotAllowed { code: String } = "recognition.short_review_not_allowed", Content, law::LETTER_2291_6;
    RemediatedAlready {} = "recognition.remediated_already", Stage, law::CHOICE;
    HolderNotHeard {} = "recognition.holder_not_heard", Stage, law::CHOICE;
    NoHearingOpen {} = "recognition.no_hearing_open", Stage, law::CHOICE;
    ClassIsAnother {} = "recognition.class_is_another", Stage, law::LETTER_2291_6;
    WarnedTooLate { earliest: NaiveDate } = "recognition.warned_too_late", Content, law::CHOICE;
    NothingDecided {} = "reconsideration.nothing_decided", Stage, law::CHOICE;
    ReconsiderationTooLate { until: NaiveDate } = "reconsideration.too_late", Stage, law::CHOICE;

    ClassByDecisionOnly {} = "publication.class_by_decision_only", Content, law::LETTER_2291_6;
    GroundStillPresent {} = "publication.ground_present", Stage, law::CHOICE;
    EditionNotCurrent {} = "edition.not_current", Stage, law::LETTER_2765;
    EntryNotForEdition {} = "edition.entry_does_not_fit", Content, law::LETTER_2765;
    PublicationRecordIncomplete { field: String } = "publication.record_incomplete", Content, law::LETTER_2291_5;
    BetweenEditionsNotAllowed {} = "publication.editions_only", Stage, law::CHOICE;
    GroundNotPresent {} = "publication.ground_missing", Stage, law::LETTER_2291_5;

    PaperPinsNothing {} = "document.no_act", Content, law::DECREE_30_10;
    PaperDiffersFromActs {} = "document.acts_differ", Content, law::DECREE_30_10;
    ActHasNoPaper { act: ActId } = "document.act_without_paper", Content, law::DECREE_30_10;
    StepMissing { step: String } = "document.step_missing", Stage, law::DECREE_30_11;
    StepSwitchedOff { step: String } = "document.step_off", Stage, law::CHOICE;
    SnapshotMissing {} = "document.snapshot_missing", Content, law::DECREE_30_11;
    SnapshotDiffers {} = "document.snapshot_differs", Content, law::DECREE_30_13;
    NotEntitledToSign {} = "document.not_entitled", Content, law::DECREE_30_13;
    FileDateWrong { date: NaiveDate } = "document.file_date", Content, law::DECREE_30_13;
    FileDateEarly { date: NaiveDate, from: NaiveDate } = "document.file_date_early", Content, law::DECREE_30_13;
    NumberDateWrong { date: NaiveDate } = "document.number_date", Content, law::DECREE_30_14;
    PaperUnderAnotherVersion {} = "document.other_regulation", Content, law::DECREE_30_10;
    NumberTaken {} = "document.number_taken", Stage, law::DECREE_30_14;
    RecipientsMissing {} = "document.recipients_missing", Content, law::DECREE_30_18;
}

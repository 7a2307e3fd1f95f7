## Acts and records
refusal-act-wrong_stage = Act { $act } cannot be done yet: the current state is { $stage }; look at the acts allowed in this state.
refusal-act-other_kind = Act { $act } is not for this kind of record; open a record of the right kind and do it there.
refusal-act-needs_issued_paper = Act { $act } takes effect only when its document is issued; draft the document and submit it for signature.
refusal-act-no_paper_in_state = In the current state act { $act } is not carried out by a document; record it directly, without a draft.
refusal-act-step_of_another = The step that waits belongs to another side; let that side pause or resume the time limit.
refusal-act-still_in_time = There is still time until the end of { $until }; wait for the answer or report, or do this after that day.
refusal-clock-none_runs = No time limit is running, so there is nothing to pause; look at the time limits of the record.
refusal-clock-none_stands = No time limit is paused, so there is nothing to resume; look at the time limits of the record.
refusal-clock-last_days_stay = No last day moves with the new calendar; nothing needs to be done.
refusal-transfer-not_theirs = The record does not belong to the transferring agency named, or both agencies are the same; check the two agencies.
refusal-transfer-receiver_not_existing = Organisation { $code } does not exist on the day of the act, or is the one that holds the record; choose another organisation that exists.
refusal-historical-entered_and_confirmed_by_one = The person who entered a historical record must not confirm it; another person must confirm it.
refusal-stream-not_found = { $stream } was not found; check the code.
refusal-stream-other_id = The id in the content is not that of the record acted on.
refusal-stream-already_open = A record of the same kind is already open or already uses this code; continue with that record instead of opening a new one.
refusal-input-field_missing = The required item { $field } is missing; add it and send again.
refusal-input-date_in_future = The date { $date } must be today or earlier.
refusal-input-date_before_event = The date { $date } does not agree with { $event }; it must be that same day or, where the process allows, a later one.
refusal-input-due_too_late = The time limit chosen is too long; choose the end of { $last } at the latest.
refusal-input-due_in_past = The date { $date } has passed; choose today or a later day.
refusal-supplement-points_wrong = The list of points is empty, repeats a number or does not match the points asked; give each point its number and answer those numbers.
refusal-supplement-old_point = Point { $numbers } was not raised by the answer; a later letter may name only points that the answer raised, so remove it.
refusal-supplement-points_unanswered = Point { $numbers } has no answer yet; answer or explain each point.
refusal-supplement-reminders_missing = Reminders needed before stopping: { $needed }; sent so far: { $found }; issue the reminder letter.

## Reference data and organisations
refusal-reference-other_set = The reference data { $name } does not belong to the set loaded before; load the right set or use another name.
refusal-reference-unchanged = These data are the same as those in use; load them only when something has changed.
refusal-reference-regulation_on_record = Version { $name } is on record and cannot be edited; make a new version with another id.
refusal-organisation-period = The dates of organisation { $code } cannot be right: the last day must not come before the first; a renaming is not in the future, after any earlier one and within the organisation's existence.
refusal-organisation-own_successor = Organisation { $code } cannot succeed itself; choose another receiving organisation.
refusal-organisation-coordinating_unit_twice = This agency already has a coordinating unit; enter the last day of that one first, or do not mark the new unit as coordinating.

## Accounts and duties
refusal-account-duty_period = A duty or a link must end on the day it begins or later.
refusal-account-delegation_without_paper = Whoever signs by order (TL.) or by authorisation (TUQ.) does so by a paper: give its kind, number, date and issuer.
refusal-account-duty_not_held = The account has no duty number { $number }; look at the list of its duties.
refusal-account-overseer_decides = One account may not hold an administration or audit duty and another duty of the process at the same time; give them to two people or separate the periods.
refusal-account-signer_without_form = A signing duty must state its form of signing (head of the agency, Q., KT., TL., TUQ., TM.), and any other duty must not.
refusal-account-body_duty = Duties in a council or expert group come only from its establishing decision and cannot be granted to an account.

## The List
refusal-regulation-not_effective = Rule version { $regulation } does not apply on { $day }; choose a version that applies on that day.
refusal-list_entry-duplicate = The List already has an entry that duplicates this proposal; look at that entry and explain the overlap, or do not add this one (with reasons).
refusal-list_entry-not_managing_agency = The managing agency chosen is not the one in the proposal; enter the agency that made the proposal.
refusal-list_entry-no_coordinating_unit = The agency has not named a coordinating unit; ask the administrator to name one on the agency's page, or send a letter of your own.
refusal-list_entry-open_dossier = A dossier is still open under this entry; wait until it ends, or name a successor on the List.
refusal-list_entry-recognition_in_force = A recognition is still in force under this entry; name a successor on the List, or wait until the recognition ends.

## Criteria sets and consultation
refusal-criteria_set-entry_not_listed = Entry { $entry } is not, or no longer, on the List; criteria can be drafted, dossiers opened and a successor named only for an entry on the List.
refusal-criteria_set-group_without_line = Criteria group { $group } has no applicable criterion; add at least one to this group.
refusal-criteria_set-line_unknown = Criterion { $code } does not match the criteria framework; check its code, its group and where it comes from.
refusal-criteria_set-line_repeated = Criterion { $code } appears more than once; keep a single line for each criterion.
refusal-criteria_set-popularity_not_once = The set must have exactly one user popularity criterion, applied in full; the number it has now is { $lines }.
refusal-criteria_set-not_applicable_without_reason = Give the reason why criterion { $code } does not apply.
refusal-criteria_set-focal_not_consulted = The focal agency has not been consulted on the draft criteria set; include it among those consulted.
refusal-criteria_set-too_few_consulted = Besides the focal agency, the number of parties to be consulted is at least { $needed }, and { $found } chosen so far is too few; choose more.
refusal-criteria_set-consulted_twice = An organisation is chosen for consultation twice; remove the repeated name.
refusal-criteria_set-focal_still_has_time = The focal agency has not answered and may still do so until the end of { $until }; promulgate after its answer or after that day.
refusal-criteria_set-opinion_without_response = The comments of organisation { $organisation } have been neither accepted nor explained; record the response before promulgating.
refusal-criteria_set-other_entry = This criteria set belongs to another entry of the List; open the set of the right entry.
refusal-criteria_set-conditional_not_allowed = The rule version applied does not allow “met with a condition”; remove this mark from criterion { $code }.
refusal-criteria_set-round_open = An evaluation round is open under this criteria set; repeal it after the round has ended.
refusal-change_proposal-period_over = The comment period of this proposal ended at the end of { $until }; make a new proposal if needed.
refusal-opinion-not_asked = This organisation was not asked for an opinion or for members, the answer is given for another organisation, or nothing is in consultation now; answer only for your own organisation when it is asked.
refusal-opinion-other_draft = The opinion is on another draft than the one in consultation; comment on the draft sent last.
refusal-opinion-reason_missing = Give the points and the reasons when agreeing with conditions or disagreeing.

## Evaluation dossiers
refusal-dossier-tracking_code = The dossier code is wrong: it has ten characters, the last one a check character; use a code made by the software, not one of your own.
refusal-dossier-no_set_in_force = No version of the criteria set is in force today; do this once the set has been promulgated and has taken effect.
refusal-dossier-recognition_in_force = This platform is already recognised, so no dossier for a first recognition can be opened; use a periodic or extraordinary review.
refusal-dossier-enterprise_door_closed = The rule version applied does not accept applications made by enterprises themselves; ask the managing agency to open a dossier.
refusal-dossier-evidence_missing = There is no evidence yet for criterion { $codes }; upload a file or state that there is none.
refusal-dossier-evidence_unknown_line = Evidence was given for a criterion that is not in the criteria set of this dossier: { $codes }; move it to the right criterion or remove it.
refusal-dossier-letter_missing = The application letter signed by the representative or an authorised person is missing; upload it before submitting.
refusal-dossier-figure_missing = The market share figure is missing; enter the users and the size of the potential market, or give the reason why there is no count.
refusal-dossier-share_impossible = The market share figure cannot be right: the market must be larger than 0, its low estimate not above its high estimate, and the users not above the low estimate.
refusal-dossier-what_changed_missing = An earlier dossier of this platform ended without recognition; state what has changed since then.
refusal-dossier-not_owner = An enterprise may open a dossier only for a platform that it owns itself; check the owner of the platform.
refusal-dossier-other_entry = The platform or the criteria set chosen belongs to another entry of the List; choose both from the same entry.
refusal-dossier-owner_consent_missing = The platform belongs to an enterprise, so its owner's written consent is needed; upload it before opening the dossier.
refusal-dossier-stop_not_asked = The applicant has not asked to stop; stop the dossier only after such a request.
refusal-dossier-stop_asked_already = A request to stop this dossier was made already; wait for the managing agency's answer.
refusal-dossier-review_stops_otherwise = A review is not stopped on request; it stops only when the recognition is revoked for another reason, the service ends or the extraordinary review is stopped.
refusal-dossier-objections_open = Objections without an answer: { $open }; answer them all before deciding.
refusal-objection-nothing_open = The dossier has ended or the recognition is no longer in force, so no objection is taken; ask for reconsideration or complain if there is still time.

## Councils, expert groups and hired units
refusal-body-form_not_allowed = The rule version applied does not have this form of evaluation; choose one that it allows.
refusal-body-too_small = The rules of work set a minimum size of { $needed } and the body has { $found }; add members.
refusal-body-not_odd = The rules of work need an odd number of members and the body has { $found }; add or remove one member.
refusal-body-member_twice = A person is named twice among the members; name each person once.
refusal-body-chair_missing = The chair (group leader) must be one of the members; a deputy, if there is one, must be another member.
refusal-body-chair_is_secretary = One person cannot be both chair (group leader) and secretary; choose another person for one of the two roles.
refusal-body-rules_impossible = The rules of work cannot be applied: quorum and majority must not exceed 100%, and the minimum size and the size of the counting board must be above 0.
refusal-body-outside_member_missing = The managing agency is evaluating its own platform, so at least one member must come from outside the agency; add such a member.
refusal-body-same_unit = The unit in charge of the platform must not also organise its evaluation; give the evaluation to another unit of the managing agency.
refusal-body-other_form = With the form of evaluation that was chosen this act is not done, or is done by a person of another duty; look at the table of acts for who may and when.
refusal-body-declarations_missing = Declarations of conflict of interest for this platform still missing: { $missing }; complete them first.
refusal-body-quorum_impossible = The number of members without a conflict of interest is { $found }, less than the quorum of { $needed }; replace or add members.
refusal-body-reviewer_not_member = Name at least one reviewer, and only from the members without a conflict of interest with this platform.
refusal-body-counting_board = The counting board must have exactly { $needed } different people, and { $found } chosen is the wrong number; choose again.
refusal-body-counting_board_absent = The counting board must be made up of members present at the meeting; choose from those present.
refusal-body-not_member = Name only people in the establishing decision in force, each once; check the list of members.
refusal-declaration-ground_missing = Select at least one relation that causes the declared conflict of interest.
refusal-body-other_agency = This platform belongs to another managing agency than the one setting up the council or expert group; choose a platform of the right agency.
refusal-body-nobody_asked = No organisation is chosen to name members; choose at least one.
refusal-body-nobody_named = Nobody is named; enter at least one person with position and capacity.
refusal-body-declined_without_reason = Give the reason for declining to take part.
refusal-body-meeting_in_progress = An evaluation meeting is in progress or not concluded; change the members after it is adjourned or concluded.
refusal-body-round_open = An evaluation round is still open; do this after it has ended.
refusal-body-conflict_unresolved = Members whose links with the owner of the platform have not been looked at: { $members }; replace them, or record that there is no conflict (with reasons).
refusal-links-of_another = Links are declared only by the member or by the secretary; pass this to them.
refusal-links-unknown = This link has not been declared; choose one that has.
refusal-body-another_unit_selected = The contract names another unit than the one selected; enter the unit selected, or cancel the selection and select again.
refusal-body-independence_clause_missing = The contract has no clause on the independence of the hired unit; add it before signing.
refusal-body-hired_unit_not_independent = The hired unit is a party to the dossier or has declared work for an enterprise concerned; have another unit evaluate this dossier.
refusal-body-no_round_open = The dossier has no open round of this unit; submit the report after the round has been opened.
refusal-body-nothing_to_evaluate_again = This dossier does not await another evaluation or was never evaluated by this unit; choose one whose result was set aside or that is evaluated again after remediation.

## Rounds, evaluation sheets and meetings
refusal-round-body_not_ready = The managing agency's council, expert group or hired unit is not ready for this evaluation round; complete its setting up or contract, the declarations of conflict of interest and the opening of the round.
refusal-round-not_evaluator = This person is not among the evaluating members of this round; check the list made when the round was opened.
refusal-round-member_has_conflict = A member with a conflict of interest with this platform may not submit a sheet, count as present or vote.
refusal-round-findings_missing = There is no result yet for criterion { $codes }; give a result for every criterion to be evaluated.
refusal-round-finding_unknown = A criterion is out of scope or given twice, or none is chosen (criterion: { $codes }); give only criteria in scope, each once.
refusal-round-reason_missing = Give the reason for the result “not met” of criterion { $codes }.
refusal-round-mark_of_other_scale = The result given for criterion { $codes } is not on the result scale of the rule version applied; give it on that scale.
refusal-round-condition_not_allowed = Criterion { $codes } cannot be met with a condition: the set must allow it, the result must be met and the date must be after today; correct it.
refusal-round-report_not_accepted = The hired unit's report for this round is not accepted; accept it before concluding.
refusal-round-denominator_outside = The denominator chosen lies outside the market interval of this round; choose a number between its low and its high estimate.
refusal-round-choices_differ = The denominator or its source differs from what the other person signed; both must sign the same choice.
refusal-round-level_over_100 = The level of compliance of criterion { $codes } must be a whole number from 0 to 100.
refusal-sheet-entered_and_confirmed_by_one = The person who entered a paper sheet must not confirm it; the secretary, another person, confirms that it matches the paper.
refusal-sheet-not_entered = The support team has not entered this paper sheet, or what is confirmed differs from what was entered.
refusal-sheet-paper_without_scan = A paper sheet must be entered with its scan by the support team and confirmed against the paper by the secretary.
refusal-sheet-of_another = This sheet belongs to another member; each member submits only their own sheet and vote.
refusal-sheet-already_submitted = This member's evaluation sheet has been submitted and can no longer be changed.
refusal-sheet-salt_missing = The sheet has no random string to seal it; send one of at least 32 hexadecimal digits.
refusal-round-invitation_missing = The invitation to the meeting of this round has not been issued; issue it before opening the meeting.
refusal-round-invitation_too_late = The invitation must go out at least { $needed } working days before the meeting, now there are { $found }; the first possible day is { $first }.
refusal-round-quorum_missing = Members present: { $found }, with a minimum of { $needed }; the meeting can be opened only with a quorum.
refusal-round-vice_chair_not_entitled = The vice-chair presides only when the chair (group leader) is absent or has a conflict of interest; the chair (group leader) must open this meeting.
refusal-round-not_present = This person did not preside or was not present at the meeting and may not do this; leave it to the person who presided, the secretary or a member present.
refusal-ballot-no_second_vote = This member's vote is on record and there is no further vote in this meeting.
refusal-round-counting_board_missing = The votes must be counted by a member of the counting board of this meeting; appoint the board if there is none.
refusal-round-votes_missing = The votes or their count are not complete (members present who have not voted: { $missing }); finish the voting and the count first.
refusal-round-second_vote_needed = The votes are equal on criterion { $codes }; the members present must vote on it a second time.
refusal-round-figure_not_confirmed = A majority of the members has not confirmed the market figure, its method and its sources; the votes cannot be counted yet.
refusal-round-minutes_differ = The minutes do not match the list of those present or the text that the other person signed; both must sign the same text.
refusal-round-signed_already = This part of the minutes has been signed already; only the signature of the other person (chair or secretary) is still missing.
refusal-dossier-outcome_is_another = The outcome under the rules is “{ $outcome }”, which does not fit this act; prepare the decision for that outcome, or set the result aside and ask for another evaluation.
refusal-dossier-purpose_is_review = This dossier re-evaluates a platform that is already recognised; decide it as a periodic or extraordinary review, not as a first recognition.

## Recognition, reviews, reconsideration
refusal-recognition-review_not_due = The periodic review is not due yet; open it from { $from } on.
refusal-recognition-review_not_set = The rule version applied sets no periodic review for this recognition; use an extraordinary review if needed.
refusal-recognition-review_not_concluded = The review is not concluded; complete the evaluation round before deciding.
refusal-recognition-short_review_not_allowed = Only some criteria cannot be evaluated here, since the result of criterion { $code } is no longer valid or was not met; add that criterion to the scope, or evaluate all.
refusal-recognition-remediated_already = Time to remedy was given once in this review; decide by the conclusion of the review.
refusal-recognition-holder_not_heard = The holder has not been asked for its opinion; ask and wait for the answer before deciding.
refusal-recognition-no_hearing_open = No request for the holder's opinion is waiting for an answer; ask for it first.
refusal-recognition-class_is_another = The class recognised now does not fit this act; look at it and choose the act that fits.
refusal-recognition-warned_too_late = Notice must be given the days before that the rules set; choose { $earliest } or a later day as the last day of service.
refusal-reconsideration-nothing_decided = This record has no decision to reconsider or complain of; choose the one that was decided.
refusal-reconsideration-too_late = The time limit for reconsideration ended at the end of { $until }; the right to complain under the Law on Complaints is not affected.

## Publication, editions of a list
refusal-publication-class_by_decision_only = The class changes only by a signed decision; it can be neither proposed nor refused here.
refusal-publication-ground_present = The ground of this entry still stands; close it only after a revocation, the end of service or removal from the List.
refusal-edition-not_current = The edition named is of another list, is not the current one or has not been compiled; choose the current edition.
refusal-edition-entry_does_not_fit = The list is empty, names an entry twice, or has an entry of another list or one whose data was not sent; check the entries.
refusal-publication-record_incomplete = The data record lacks { $field }; add it and share the record again.
refusal-publication-editions_only = The rule version applied allows publication only with an edition of the list; wait for the next edition.
refusal-publication-ground_missing = The ground of this publication is not, or no longer, in force; publish only while the recognition is in force, the entry is on the List or the platform is in use.

## Documents
refusal-document-no_act = The draft is not tied to any act of the process; choose at least one act that this document carries out.
refusal-document-acts_differ = The acts in this document need different types of document or are not those tied to the draft; split the document or draft it again to match.
refusal-document-act_without_paper = Act { $act } is not carried out by an issued document; record it directly, without a draft.
refusal-document-step_missing = The document has not been through step { $step }, which its signing procedure includes; complete that step first.
refusal-document-step_off = The rule version applied does not use step { $step }; go on to the next step of the signing procedure.
refusal-document-snapshot_missing = The content of the draft has not been fixed; fix it before signing or issuing.
refusal-document-snapshot_differs = The content sent differs from the fixed content of the draft; use the fixed content, or change the draft and submit it for signature again.
refusal-document-not_entitled = The signer holds no signing duty on the day of signing; pass the document to a person entitled to sign.
refusal-document-file_date = The date { $date } of the signed file must be today or earlier.
refusal-document-file_date_early = The date { $date } of the signed file must be { $from }, when the paper was submitted, or later.
refusal-document-number_date = The document date { $date } must lie between the day of signing and today; enter the date again.
refusal-document-other_regulation = The paper follows another regulation version than the record it brings into effect.
refusal-document-number_taken = This number and symbol are taken by another document of the agency in the same year; check them or assign another number.
refusal-document-recipients_missing = Enter at least one recipient before issuing.

## Authority
denied-duty_of_another_act = The duty in use may not do this act; pass it to a person whose duty it is.
denied-duty_not_held = The account does not hold this duty in this organisation or unit today; choose a duty that it holds or contact the administrator.
denied-foreign_organisation = The dossier belongs to another organisation, so this account may not do this.
denied-organisation_ceased = This organisation does not exist on the day of the act; use a duty in the organisation that took over its functions.
denied-not_in_body = The establishing decision of the council or expert group does not name this account in the role in use.
denied-foreign_unit = The dossier is in the charge of another unit of the agency; pass this act to that unit.
denied-no_delegation = No delegation in force today allows this act to be signed; pass it to a person entitled to sign or add the delegation document.
denied-not_by_person = This act is recorded by the software itself and cannot be done from a person's account.
denied-account_suspended = The account is suspended; ask your administrator to reinstate it.

## Data sent
input-text_empty = Enter a text here.
input-text_too_long = The text can have { $expected } characters; shorten it.
input-text_not_nfc = The text must be in precomposed Unicode (NFC); convert it and enter it again.
input-text_control = The text contains hidden control characters; remove them and enter it again.
input-hash = A SHA-256 hash must be 64 lower-case hexadecimal digits (0 to 9, a to f).
input-id = An id must be of the right kind of record and consist of a prefix, an underscore and 32 lower-case hexadecimal digits.
input-duty = The duty must be a code of the process, for example MA-O.
input-act = The act must be a code of the process, for example L2.
input-too_large = The data sent exceed the size allowed; shorten them or send them in several parts.
input-not_json = The data sent are not correct JSON; check brackets, commas and quotation marks.
input-act_not_ordered = This act cannot be called directly, because it follows from another act or is recorded by the software.
input-not_object = The content of an act must be a JSON object of names and values.
input-field_unknown = This field is not part of the structure (fields in use: { $expected }); remove it or correct its name.
input-field_missing = The field { $expected } is missing; add it and send again.
input-field_repeated = This field appears more than once; keep only one.
input-choice_unknown = The value is not one of the choices ({ $expected }); choose one of them.
input-time = The time must be hour:minute, for example { $expected }.
input-date = The date must exist and be written year-month-day, for example { $expected }.
input-type = The value has the wrong data type (type needed: { $expected }); enter it in that type.
input-invalid = The content cannot be read in the structure of this act; compare each field with the documentation and send again.

## Input of the command that computes an outcome
outcome-input-not_json = The input is not correct JSON; check brackets, commas and quotation marks.
outcome-input-unknown_field = This field is not used at this place of the input; remove it or correct its name.
outcome-input-missing_field = A required field is missing; add it.
outcome-input-repeated_field = This field appears more than once; keep only one.
outcome-input-unknown_regulation = No rule version has this code; give the code of a version that exists.
outcome-input-unknown_code = This criterion code is not in the framework of the rule version given; check the code.
outcome-input-repeated_code = This criterion code is given more than once; give one result for each criterion.
outcome-input-popularity_has_no_result = The user popularity criterion is computed from the market share figure; remove the result given for it.
outcome-input-unknown_result = The result must be on the result scale of the rule version given: met or not_met, or a score where the version scores.
outcome-input-number_not_integer = The number must be a whole number, without decimals.
outcome-input-number_negative = The number must be 0 or more.
outcome-input-number_overflow = The number is too large to compute with; check how many digits it has.
outcome-input-number_textual = The number must be a JSON number, without quotation marks.
outcome-input-market_zero = The size of the potential market must be larger than 0.
outcome-input-users_above_market = The users cannot exceed the market size or, where an interval is given, its low end.
outcome-input-low_above_high = The low end of the market size cannot be above its high end.
outcome-input-both_forms = Give the market size in one way only: a single number, or an interval with a low and a high end.
outcome-input-half_interval = A market size interval needs both a low and a high end; add the missing one.
outcome-input-wrong_type = The value has the wrong data type for this field; enter it in the right type.
outcome-input-unknown_option = The command has no such option, or the option lacks its value; see the command's help.
fault-share-users_above_market = Users cannot be more than the market (its low end).
fault-share-low_above_high = The high end of the market must be its low end or more.
fault-share-market_is_zero = The market must be more than 0.
fault-share-too_large = The number is too large; check what was typed.
fault-period-ends_before = The period must end on the day it begins or later.

//! The checks of content, one branch an act.

use super::orders::Reviewed;
use super::review::{expiries_after, review_of};
use super::{Class, Command, Event, Hearing, Measurement, Over, Review, RevocationGround, Standing, State, next_review};
use crate::acts::NEW;
use crate::canonical::Content;
use crate::dossier::check_figure;
use crate::id::{DossierId, RecognitionId};
use crate::list_entry::{ListEntry, paper};
use crate::occasion::{IssuedPaper, Occasion};
use crate::product::Product;
use crate::refusal::Refusal;
use crate::text::Prose;
use chrono::Days;

pub(super) fn decide(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Event, Refusal> {
    if let Some(new) = recognised(command, occasion)? {
        return Ok(Event::Recognised(Box::new(new)));
    }
    let Some(s) = state else { return Err(Refusal::WrongStage { act: command.act(), stage: NEW.to_owned() }) };
    let pin = |text: &Prose| Content::of(text).pin();
    Ok(match command {
        Command::Recognise { .. } | Command::Import { .. } => {
            return Err(Refusal::WrongStage { act: command.act(), stage: NEW.to_owned() });
        }
        Command::Review { dossier, code, ground, scope } => {
            let id = RecognitionId::try_from(occasion.stream).map_err(|_| Refusal::IdOfAnotherStream {})?;
            // What a full review takes over is decided here too, so that it is refused before it is signed.
            review_of(s, id, ground.is_none(), scope.as_ref(), occasion)?;
            let (full, concluded, remediation_until) = (scope.is_none(), None, None);
            let review = Review {
                dossier: *dossier,
                periodic: ground.is_none(),
                ground: *ground,
                full,
                concluded,
                remediated: false,
                remediation_until,
            };
            Event::ReviewOpened { review, code: code.to_string(), scope: scope.clone(), paper: paper(occasion)? }
        }
        Command::Keep {} => Event::Kept { reviewed: reviewed(s, occasion)? },
        Command::Remediate { until, measures } => {
            let last = occasion.due_from(occasion.day(), "recognition.remediation_max").map_or(occasion.day(), |d| d.on);
            if *until > last {
                return Err(Refusal::TermTooLong { last });
            }
            if *until < occasion.day() {
                return Err(Refusal::TermTooShort { date: *until });
            }
            Event::RemediationGiven { until: *until, measures: pin(measures), paper: paper(occasion)? }
        }
        Command::Recheck { report } => {
            let until = s.review.as_ref().and_then(|r| r.remediation_until).unwrap_or(occasion.day());
            if report.is_none() && !occasion.passed(until) {
                return Err(Refusal::StillInTime { until });
            }
            Event::RecheckBegun { report: report.as_ref().map(|r| r.sha256) }
        }
        Command::Revoke { explanation } => Event::Revoked { explanation: pin(explanation), over: over(None, occasion)? },
        Command::RevokeOtherwise { ground, explanation } => {
            if !matches!(ground, RevocationGround::HolderGivesUp { .. }) {
                heard(s, occasion)?;
            }
            Event::RevokedOtherwise { ground: ground.clone(), explanation: pin(explanation), over: over(None, occasion)? }
        }
        Command::ToPotential { explanation } => Event::ClassChanged {
            class: Class::Potential,
            explanation: Some(pin(explanation)),
            cites: s.paper.clone(),
            reviewed: reviewed(s, occasion)?,
        },
        Command::ToNational {} => {
            Event::ClassChanged { class: Class::National, explanation: None, cites: s.paper.clone(), reviewed: reviewed(s, occasion)? }
        }
        Command::End { service_ends_on, successor, explanation } => {
            let earliest = occasion.due_from(occasion.day(), "recognition.warn_before_end").map_or(occasion.day(), |d| d.on);
            if *service_ends_on < earliest {
                return Err(Refusal::WarnedTooLate { earliest });
            }
            let over = Over { on: *service_ends_on, successor: *successor, paper: paper(occasion)? };
            Event::Ended { explanation: pin(explanation), over }
        }
        Command::StopReview { reason } => Event::ReviewStopped { reason: pin(reason), paper: paper(occasion)? },
        Command::AskHolder { question } => {
            let until = occasion.due_from(occasion.day(), "recognition.opinion_of_holder").map_or(occasion.day(), |d| d.on);
            let hearing = Hearing { asked_on: occasion.day(), until, opinion: None };
            Event::HolderAsked { hearing, question: pin(question), paper: paper(occasion)? }
        }
        Command::HearHolder { opinion } => Event::HolderHeard { opinion: pin(opinion) },
        Command::Measure { figure } => {
            check_figure(figure, occasion)?;
            let met = figure.share.met(occasion.regulation.threshold);
            let crosses = met == Some(s.class == Class::Potential) && s.standing == Standing::InForce;
            let (cut_off, recorded_on) = (figure.period_to, occasion.day());
            Event::Measured {
                measurement: Measurement { share: figure.share, cut_off, recorded_on, figure: Content::of(figure).pin(), crosses },
            }
        }
        Command::Concluded { outcome } => Event::Concluded { concluded: outcome.map(|o| (o, occasion.day())) },
    })
}

/// The state that R1, R2 or X4 opens.
fn recognised(command: &Command, occasion: &Occasion) -> Result<Option<State>, Refusal> {
    let fresh =
        |class, product, dossier: Option<DossierId>, entry, name: String, managing, unit, applicant, regulation, paper: IssuedPaper| {
            State {
                class,
                standing: Standing::InForce,
                product,
                dossier,
                entry,
                name,
                managing,
                unit,
                applicant,
                regulation,
                next_review_on: next_review(occasion.regulation, paper.date),
                paper,
                basis: None,
                evaluated_on: None,
                expiries: Vec::new(),
                measurements: Vec::new(),
                review: None,
                hearing: None,
                over: None,
                historical: None,
            }
        };
    Ok(match command.clone() {
        Command::Recognise { class, product, dossier, entry, name, managing, unit, applicant, regulation, paper, expiries } => {
            let state = fresh(class, product, Some(dossier), entry, name, managing, unit, applicant, regulation, paper);
            Some(State { expiries, ..state })
        }
        Command::Import { class, product, entry, name, managing, applicant, regulation, historical } => {
            historical.check(occasion)?;
            occasion.evidence.find::<Product>(product)?;
            let unit = occasion.evidence.find::<ListEntry>(entry)?.state.unit.clone();
            let paper = IssuedPaper {
                document: crate::id::DocumentId(uuid::Uuid::nil()),
                number: historical.number.to_string(),
                date: historical.date,
                issuer: managing,
            };
            let state = fresh(class, product, None, entry, name.to_string(), managing, unit, applicant, regulation, paper);
            Some(State { historical: Some(historical), ..state })
        }
        _ => None,
    })
}

fn reviewed(s: &State, occasion: &Occasion) -> Result<Reviewed, Refusal> {
    Ok(Reviewed {
        next_review_on: next_review(occasion.regulation, occasion.day()),
        expiries: expiries_after(s, occasion),
        on: occasion.day(),
        paper: paper(occasion)?,
    })
}

fn over(successor: Option<crate::id::ProductId>, occasion: &Occasion) -> Result<Over, Refusal> {
    Ok(Over { on: occasion.day(), successor, paper: paper(occasion)? })
}

/// The holder was asked and answered, or its term passed.
pub(crate) fn heard(s: &State, occasion: &Occasion) -> Result<(), Refusal> {
    match &s.hearing {
        None => Err(Refusal::HolderNotHeard {}),
        Some(h) if h.opinion.is_some() || occasion.passed(h.until) => Ok(()),
        Some(h) => Err(Refusal::StillInTime { until: h.until }),
    }
}

/// A review may be opened from this day on.
pub(crate) fn review_opens_on(s: &State, occasion: &Occasion) -> Option<chrono::NaiveDate> {
    s.next_review_on?.checked_sub_days(Days::new(u64::from(occasion.regulation.review_opens_before)))
}

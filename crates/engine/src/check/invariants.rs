//! Invariants of the process, over what was recorded: the ACTS table was kept, outcomes are the
//! function's, papers carry their acts, recognitions have their decision.

use super::Finding;
use ndp_domain::acts::{ActId, NEW, Who};
use ndp_domain::authority::Level;
use ndp_domain::document::{self, Document};
use ndp_domain::dossier::{self, Dossier};
use ndp_domain::evidence::Need;
use ndp_domain::id::{DocumentId, DossierId, Id, Kind};
use ndp_domain::machine::{Event, Known, State};
use ndp_domain::recognition::{self, Class};
use ndp_domain::record::Envelope;
use ndp_domain::whole::Whole;
use ndp_store::{Fault, Store};
use std::collections::BTreeSet;

/// What a page says that other records must bear out.
#[derive(Default)]
pub(super) struct Facts {
    /// Acts that took effect by a paper, and where.
    by_paper: Vec<(DocumentId, Id, &'static str)>,
    recognised: Vec<(Id, DossierId, Class)>,
}

fn finding(what: &str, envelope: &Envelope, detail: impl Into<String>) -> Finding {
    Finding { what: what.to_owned(), record: format!("event {}/{}", envelope.stream.uuid.simple(), envelope.n), detail: detail.into() }
}

/// Kinds whose acts stand in their own machine's stage; sheets, opinions and declarations act in
/// another stream's.
fn own_stage(kind: Kind) -> bool {
    !matches!(kind, Kind::Sheet | Kind::Opinion | Kind::Declaration | Kind::CriteriaSet | Kind::Product)
}

impl Facts {
    /// One event with the state before and after it.
    pub fn event(&mut self, envelope: &Envelope, before: Option<&Whole>, after: Option<&Whole>) -> Vec<Finding> {
        let mut found = Vec::new();
        let row = envelope.act.row();
        let stage = before.map_or(NEW, |w| w.state.stage());
        let second_event = matches!(&envelope.event, Event::Dossier(dossier::Event::Concluded { .. }));
        if own_stage(envelope.stream.kind) && !row.leaves(stage) && !second_event {
            found.push(finding("process.wrong_stage", envelope, format!("act {} in stage {stage}", row.id)));
        }
        if envelope.event.kind().is_some_and(|kind| kind != envelope.stream.kind) || after.is_none() {
            found.push(finding("process.other_machine", envelope, "an event of another machine"));
        }
        let installed = envelope.actor.account.is_none();
        let entitled = match (row.who, envelope.actor.duty) {
            (Who::OneOf(duties) | Who::Each(duties), Some(duty)) => {
                let plain = row.plain.is_some_and(|p| p.who.contains(&duty));
                duties.contains(&duty) || plain || envelope.paper.is_some() || follows(envelope)
            }
            (Who::OfIssuing(levels), Some(duty)) => {
                envelope.paper.is_some() || levels.iter().any(|l| duty.level() == *l || duty.level() == Level::None)
            }
            (Who::With, Some(_)) => true,
            (Who::Installation, _) => installed,
            (_, None) => installed && matches!(envelope.stream.kind, Kind::Account | Kind::Reference),
        };
        if !entitled {
            found.push(finding("process.not_entitled", envelope, format!("act {} by another duty", row.id)));
        }
        if row.paper.is_issued() {
            let plain = row.plain.is_some_and(|p| p.from.contains(&stage));
            match &envelope.paper {
                None if plain => {}
                None => found.push(finding("process.without_paper", envelope, format!("act {} without an issued paper", row.id))),
                Some(paper) => self.by_paper.push((paper.document, envelope.stream, row.id.name())),
            }
        }
        found.extend(self.facts(envelope, before, after));
        found
    }

    fn facts(&mut self, envelope: &Envelope, before: Option<&Whole>, after: Option<&Whole>) -> Vec<Finding> {
        let mut found = Vec::new();
        match (&envelope.event, after.map(|w| &w.state)) {
            (Event::Dossier(dossier::Event::Decided { outcome, .. }), Some(State::Dossier(state)))
                if state.concluded().is_none_or(|a| a.outcome != *outcome) =>
            {
                found.push(finding("process.outcome", envelope, "decided otherwise than concluded"));
            }
            (Event::Dossier(dossier::Event::Concluded { .. }), Some(State::Dossier(state))) => {
                let by: BTreeSet<_> = state.round().into_iter().flat_map(|r| &r.signatures).map(|s| (s.by, s.minutes.0)).collect();
                let persons: BTreeSet<_> = by.iter().map(|(person, _)| person).collect();
                let minutes: BTreeSet<_> = by.iter().map(|(_, minutes)| minutes).collect();
                if persons.len() != 2 || minutes.len() != 1 {
                    found.push(finding("process.minutes", envelope, "not two persons under one text"));
                }
            }
            (Event::Recognition(recognition::Event::Recognised(_)), Some(State::Recognition(state))) => {
                self.recognised.extend(state.dossier.map(|dossier| (envelope.stream, dossier, state.class)));
            }
            _ => {}
        }
        if let (Some(State::Sheet(old)), Some(State::Sheet(new))) = (before.map(|w| &w.state), after.map(|w| &w.state))
            && (old.sheet.is_some() && old.sheet != new.sheet || !new.ballots.starts_with(&old.ballots))
        {
            found.push(finding("process.sheet_changed", envelope, "a sheet or ballot is immutable"));
        }
        found
    }

    /// Looks up the papers and dossiers that were named: their rows are verified in their own page.
    pub async fn look_up(self, store: &Store) -> Result<Vec<Finding>, Fault> {
        let mut found = Vec::new();
        for part in self.by_paper.chunks(LOOK_UP) {
            let needs: BTreeSet<Need> = part.iter().map(|(document, ..)| Need::Stream((*document).into())).collect();
            let papers = store.load(&needs.into_iter().collect::<Vec<_>>()).await?;
            for (document, stream, act) in part {
                let state = papers.get(&(*document).into()).and_then(|l| Document::known(&l.neighbour.whole.state));
                let pinned = |d: &document::State| {
                    d.issued.is_some() && d.acts.iter().any(|a| (a.stream == *stream && a.act.name() == *act) || brings(a.act.name(), act))
                };
                if !state.is_some_and(pinned) {
                    let detail = format!("act {act} names paper {document}, which was not issued for it");
                    found.push(Finding { what: "process.paper".to_owned(), record: format!("stream {stream}"), detail });
                }
            }
        }
        for part in self.recognised.chunks(LOOK_UP) {
            let needs: BTreeSet<Need> = part.iter().map(|(_, dossier, _)| Need::Stream((*dossier).into())).collect();
            let dossiers = store.load(&needs.into_iter().collect::<Vec<_>>()).await?;
            for (stream, dossier, class) in part {
                let state = dossiers.get(&(*dossier).into()).and_then(|l| Dossier::known(&l.neighbour.whole.state));
                let decided = state.and_then(|d| d.decision.as_ref()).map(|(outcome, _)| *outcome);
                if decided != Some(class.outcome()) {
                    let detail = format!("dossier {dossier} was not decided so");
                    found.push(Finding { what: "process.recognition".to_owned(), record: format!("stream {stream}"), detail });
                }
            }
        }
        Ok(found)
    }
}

/// Records looked up at a time.
const LOOK_UP: usize = 200;

/// Does an act bring another one along in its transaction?
fn brings(leader: &str, act: &str) -> bool {
    // E1 brings the product's own E1: an act does not bring itself twice.
    ActId::of_name(leader).is_some_and(|l| l.row().then.iter().any(|t| t.name() == act || (*t != l && brings(t.name(), act))))
}

/// P2 follows at once from L8, the product record from E1: no duty of its own is asked.
fn follows(envelope: &Envelope) -> bool {
    envelope.stream.kind == Kind::Product || envelope.i > 0
}

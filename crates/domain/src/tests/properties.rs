//! Properties over random orders on a told story: replay equals state, nothing leaves a final
//! state, `evolve` never panics, an order decided once decides the same again.

use super::ledger::*;
use crate::acts::{ACTS, ActId, FINAL};
use crate::authority::Duty;
use crate::id::Id;
use crate::machine::{Event, evolve};
use crate::occasion::Actor;
use crate::projection::Projection;
use crate::record::{Envelope, Recorded};
use crate::whole::{MAX_DOCUMENT, Whole};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A story with every kind of stream in it.
fn told() -> &'static Ledger {
    static TOLD: OnceLock<Ledger> = OnceLock::new();
    TOLD.get_or_init(|| {
        let mut l = Ledger::new();
        let (dossier, ..) = l.evaluation((1, 2, 2), &[], 6);
        l.decide(dossier, ActId::E22).unwrap();
        l.evaluation((1, 4, 4), &["A.1"], 5);
        for until in 1..=5 {
            l.entry(until);
        }
        let (id, body) = l.recognised((1, 2, 2));
        l.reviewed(id, body, &["B.1"]);
        l.hear(id);
        l.by_paper(super::roads::signer(), id, crate::recognition::Command::Revoke { explanation: t("x") }).unwrap();
        l
    })
}

/// The envelopes that the steps make.
fn envelopes(l: &Ledger) -> Vec<Envelope> {
    let envelope = |(i, s): (usize, &crate::issue::Step)| Envelope {
        stream: s.stream,
        n: s.n,
        batch: uuid(i as u128),
        i: 0,
        act: s.act,
        at: l.at,
        actor: s.actor.clone(),
        form: s.form,
        recorded_by: s.recorded_by,
        regulation: Some(s.regulation.clone()),
        legal_status: s.legal_status,
        evidence: s.evidence.clone(),
        paper: s.paper.clone(),
        request: None,
        clocks: s.clocks.clone(),
        event: s.event.clone(),
    };
    l.steps.iter().enumerate().map(envelope).collect()
}

#[test]
fn replay_equals_state_and_the_recorded_text_reads_back_to_the_byte() {
    let l = told();
    let mut replayed: BTreeMap<Id, Option<Whole>> = BTreeMap::new();
    for envelope in envelopes(l) {
        let recorded = Recorded::seal(envelope, crate::canonical::Hash::ZERO);
        let read: Envelope = serde_json::from_str(&recorded.body).unwrap();
        assert_eq!(crate::canonical::canonical(&read), recorded.body);
        let whole = replayed.remove(&read.stream).flatten();
        replayed.insert(read.stream, Whole::apply(whole, &read));
    }
    for (id, neighbour) in &l.streams {
        let state = replayed[id].as_ref().map(|w| (&w.state, &w.clocks));
        assert_eq!(state, Some((&neighbour.whole.state, &neighbour.whole.clocks)), "{id}");
    }
}

#[test]
fn no_state_document_is_larger_than_its_limit() {
    for (id, neighbour) in &told().streams {
        let size = Projection::of(&neighbour.whole).row.document.len();
        assert!(size <= MAX_DOCUMENT, "{id}: {size} bytes");
    }
}

#[test]
fn what_follows_an_act_is_what_its_row_says() {
    let l = told();
    let batches: Vec<Vec<&crate::issue::Step>> = {
        let mut all: Vec<Vec<&crate::issue::Step>> = Vec::new();
        for step in &l.steps {
            match all.last_mut() {
                Some(batch)
                    if batch.last().is_some_and(|b| {
                        b.stream != step.stream
                            && !matches!(step.act.row().who, crate::acts::Who::OfIssuing(_))
                            && step.act.row().then.is_empty()
                            && b.act.row().then.contains(&step.act)
                    }) =>
                {
                    batch.push(step)
                }
                _ => all.push(vec![step]),
            }
        }
        all
    };
    for batch in batches.iter().filter(|b| b.len() > 1) {
        let leader = batch[0].act.row();
        for follower in &batch[1..] {
            assert!(leader.then.contains(&follower.act), "{} does not name {}", leader.id, follower.act);
        }
    }
    for row in &ACTS {
        for follower in row.then {
            // Acts with a duty of their own that process.md lets follow: the duty was the leader's.
            use ActId::{E1, E3, E27, P2, P4, P6, U7};
            let with = matches!(follower.row().who, crate::acts::Who::With) || matches!(follower, P2 | E1 | E3 | E27 | P4 | P6 | U7);
            assert!(with, "{} brings {follower}, which has a duty of its own", row.id);
        }
    }
}

fn actors() -> Vec<Actor> {
    let mut all: Vec<Actor> = (1..12).flat_map(|n| Duty::ALL.iter().map(move |d| actor(n, *d, MINISTRY))).collect();
    all.extend((0..5).map(evaluator));
    all.push(in_body(SECRETARY, Duty::Secretary));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_order_leaves_a_final_state_and_deciding_twice_says_the_same(
        stream in any::<prop::sample::Index>(), source in any::<prop::sample::Index>(), who in any::<prop::sample::Index>(), days in 0_u64..40,
    ) {
        let l = told();
        // Any command that was ever given in the story, to any stream of its kind.
        let commands = super::golden::commands(l);
        let command = commands[source.index(commands.len())].clone();
        let streams: Vec<Id> = l.streams.keys().filter(|id| Some(id.kind) == command.kind()).copied().collect();
        let id = streams[stream.index(streams.len())];
        let everybody = actors();
        let actor = everybody[who.index(everybody.len())].clone();
        let mut first = l.clone();
        first.pass(days);
        let mut second = first.clone();
        let before = l.stage(id);
        let act = command.act();
        let answer = first.act(actor.clone(), id, command.clone());
        prop_assert_eq!(&answer, &second.act(actor, id, command));
        prop_assert_eq!(&first.streams, &second.streams);
        if FINAL.contains(&before) {
            prop_assert!(answer.is_err(), "{} left {}", act, before);
        }
        if answer.is_err() {
            prop_assert_eq!(&first.streams, &l.streams);
        }
    }

    #[test]
    fn evolve_takes_any_event_on_any_state(event in any::<prop::sample::Index>(), state in any::<prop::sample::Index>(), none in any::<bool>()) {
        let l = told();
        let events: Vec<&Event> = l.steps.iter().map(|s| &s.event).collect();
        let states: Vec<_> = l.streams.values().map(|n| n.whole.state.clone()).collect();
        let given = (!none).then(|| states[state.index(states.len())].clone());
        let kind = given.as_ref().map(|s| s.kind());
        let event = events[event.index(events.len())];
        let after = evolve(given, event);
        if let (Some(kind), Some(after)) = (kind, after) {
            prop_assert_eq!(kind, after.kind());
        }
    }
}

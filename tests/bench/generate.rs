//! A bench-only generator: an embedded database with many dossiers, so that later measurements
//! have a table to run on. Two templates are told through the engine, an application in draft and
//! a recognised platform with its decision; every copy has its own ids, chains, rows and seals, as
//! if it had been told too, and `ndp check` takes it as sound.
//! Usage: ndp-generate DIR DOSSIERS (one in fifty is recognised).
#![allow(clippy::unwrap_used)]

use ndp_cli::demo;
use ndp_domain::canonical::Hash;
use ndp_domain::document;
use ndp_domain::dossier;
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::Event;
use ndp_domain::product;
use ndp_domain::projection::Projection;
use ndp_domain::record::{Envelope, Recorded};
use ndp_domain::whole::Whole;
use ndp_engine::keys::SealKey;
use ndp_engine::reference::Sources;
use ndp_engine::{Clock, Engine};
use ndp_store::batch::{Batch, Expect, Write};
use ndp_store::{Durability, Place, Store};
use std::path::PathBuf;
use std::time::Instant;

/// The events of some streams that belong together, as stored.
struct Template {
    streams: Vec<(Id, Vec<String>)>,
}

async fn template(engine: &Engine, ids: Vec<Id>) -> Template {
    let mut streams = Vec::new();
    for id in ids {
        streams.push((id, engine.store.events(id).await.unwrap()));
    }
    Template { streams }
}

impl Template {
    /// The streams under new ids, in one batch.
    fn copy(&self, engine: &Engine, n: u64) -> Batch {
        let batch = engine.id();
        let mut out = Batch::new(batch);
        let ids: Vec<(String, String, Id)> = self
            .streams
            .iter()
            .map(|(id, _)| {
                let new = Id::new(id.kind, engine.id());
                (id.to_string(), new.to_string(), new)
            })
            .collect();
        let mut place = 0;
        for ((_, events), (_, _, stream)) in self.streams.iter().zip(&ids) {
            let (mut whole, mut prev, mut recorded): (Option<Whole>, Hash, Vec<Recorded>) = (None, Hash::ZERO, Vec::new());
            for body in events {
                let text = ids.iter().fold(body.clone(), |text, (old, new, _)| text.replace(old, new));
                let mut envelope: Envelope = serde_json::from_str(&text).unwrap();
                (envelope.batch, envelope.i) = (batch, place);
                place += 1;
                own(&mut envelope.event, n, place);
                whole = Whole::apply(whole, &envelope);
                let event = Recorded::seal(envelope, prev);
                prev = event.hash;
                recorded.push(event);
            }
            let after = Projection::of(whole.as_ref().unwrap());
            out.writes.push(Write { stream: *stream, expect: Expect::New, before: None, takes_key: false, after, events: recorded });
        }
        out
    }
}

/// What must differ beside ids: tracking codes, product codes, numbers of papers.
fn own(event: &mut Event, n: u64, place: u32) {
    match event {
        Event::Dossier(dossier::Event::Drafted { code, .. }) => {
            let mut seed = [7; 9];
            seed.iter_mut().zip(digits(n)).for_each(|(s, d)| *s = d);
            *code = ndp_domain::tracking::code(seed).unwrap().to_string();
        }
        Event::Product(product::Event::Registered(state)) => {
            state.record.code = ndp_domain::text::Text::new(format!("GEN-{n}")).unwrap();
        }
        Event::Document(document::Event::Numbered { number }) => {
            // The papers of one dossier have numbers of their own too.
            number.number = 1_000_000 + (n as u32) * 64 + place;
        }
        _ => {}
    }
}

/// Nine digits in base 31, so that every code is another.
fn digits(n: u64) -> [u8; 9] {
    let mut left = n;
    std::array::from_fn(|_| {
        let digit = (left % 31) as u8;
        left /= 31;
        digit
    })
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let (folder, dossiers) =
        (PathBuf::from(args.next().expect("DIR DOSSIERS")), args.next().and_then(|n| n.parse::<u64>().ok()).expect("DIR DOSSIERS"));
    std::fs::create_dir_all(folder.join("keys")).unwrap();
    let place = Place::Embedded { file: folder.join("ndp.sqlite"), writes: true, durability: Durability::Normal, group: 128 };
    Store::migrate(&place).await.unwrap();
    let engine = Engine::open(Store::open(&place).await.unwrap(), Clock::at(demo::start())).await.unwrap();
    let key = SealKey::in_folder(&folder.join("keys")).unwrap();
    let cast = demo::install(&engine, &Sources::read(None).unwrap()).await.unwrap();
    let story = demo::story::Story::new(&engine, &cast, demo::REGULATION);
    let entry = story.list_entry("Nền tảng đo", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (draft, drafted) = story.dossier("Nền tảng đo dự thảo", entry, set).await.unwrap();
    let (whole, product) = story.dossier("Nền tảng đo công nhận", entry, set).await.unwrap();
    story.hand_in(whole, Some((2_600_000, 4_000_000)), 4).await.unwrap();
    let body = story.body("Hội đồng đo", Some(product), 3).await.unwrap();
    story.evaluate(whole, body, &[], None, 4).await.unwrap();
    let papers_before = engine.store.load_kind(Kind::Document).await.unwrap().len();
    let publication = story.decide(whole, ndp_domain::acts::ActId::E22).await.unwrap().unwrap();
    let papers = engine.store.load_kind(Kind::Document).await.unwrap();
    assert_eq!(papers.len(), papers_before + 1);
    let recognition = *engine.store.load(&[Need::Children(whole.into(), Kind::Recognition)]).await.unwrap().keys().next().unwrap();
    // Invitation and decision are papers of the dossier; both go with it.
    let of_dossier = papers.iter().filter(|p| p.neighbour.whole.state.view().parent == Some(whole.into())).map(|p| p.id);
    let recognised: Vec<Id> = [product.into(), whole.into(), recognition, publication.into()].into_iter().chain(of_dossier).collect();
    let recognised = std::sync::Arc::new(template(&engine, recognised).await);
    let draft = std::sync::Arc::new(template(&engine, vec![drafted.into(), draft.into()]).await);
    let started = Instant::now();
    let mut sealed = Instant::now();
    const TOGETHER: u64 = 100;
    for from in (0..dossiers).step_by(TOGETHER as usize) {
        let mut all = tokio::task::JoinSet::new();
        for n in from..(from + TOGETHER).min(dossiers) {
            let template = if n % 50 == 0 { recognised.clone() } else { draft.clone() };
            let engine = engine.clone();
            all.spawn(async move { engine.store.commit(template.copy(&engine, n)).await.unwrap() });
        }
        while let Some(done) = all.join_next().await {
            done.unwrap();
        }
        if sealed.elapsed().as_secs() >= 5 {
            engine.seal(&key).await.unwrap();
            sealed = Instant::now();
            eprintln!("{from} dossiers after {} s", started.elapsed().as_secs());
        }
    }
    engine.seal(&key).await.unwrap();
    engine.store.close().await.unwrap();
    println!("{dossiers} dossiers in {} s", started.elapsed().as_secs());
}

//! A bench-only generator: an embedded database with many dossiers, so that later measurements
//! have a table to run on. Templates are told through the engine; every copy has its own ids, chains,
//! rows and seals, as if it had been told too, and `ndp check` takes it as sound. Copies are spread over
//! the ministries and over two hundred invented enterprises. Of fifty dossiers one is recognised,
//! published and filed, one is on its way (handed in, registered, assigned or accepted), three are
//! drafts, and forty-five were given up by their applicants.
//! Usage: ndp-generate DIR DOSSIERS.
#![allow(clippy::unwrap_used)]

use ndp_cli::demo;
use ndp_cli::demo::story::Story;
use ndp_domain::canonical::Hash;
use ndp_domain::document;
use ndp_domain::dossier;
use ndp_domain::evidence::Need;
use ndp_domain::id::{CriteriaSetId, Id, Kind, ListEntryId};
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
    /// The streams under new ids and of other organisations, in one batch.
    fn copy(&self, engine: &Engine, n: u64, orgs: &[(String, String)]) -> Batch {
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
        let other = |text: String, (old, new): (&str, &str)| if text.contains(old) { text.replace(old, new) } else { text };
        let mut place = 0;
        for ((_, events), (_, _, stream)) in self.streams.iter().zip(&ids) {
            let (mut whole, mut prev, mut recorded): (Option<Whole>, Hash, Vec<Recorded>) = (None, Hash::ZERO, Vec::new());
            for body in events {
                let text = ids.iter().fold(body.clone(), |text, (old, new, _)| other(text, (old, new)));
                let text = orgs.iter().fold(text, |text, (old, new)| other(text, (old, new)));
                let mut envelope: Envelope = serde_json::from_str(&text).unwrap();
                (envelope.batch, envelope.i) = (batch, place);
                place += 1;
                own(&mut envelope.event, n * PLACES + u64::from(place));
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

/// Events of one batch at most.
const PLACES: u64 = 256;

/// What must differ beside ids: tracking codes, product codes, numbers of papers.
fn own(event: &mut Event, n: u64) {
    match event {
        Event::Dossier(dossier::Event::Drafted { code, .. }) => {
            let mut seed = [7; 9];
            seed.iter_mut().zip(digits(n)).for_each(|(s, d)| *s = d);
            *code = ndp_domain::tracking::code(seed).unwrap().to_string();
        }
        Event::Product(product::Event::Registered(state)) => {
            state.record.code = ndp_domain::text::Text::new(format!("GEN-{n}")).unwrap();
        }
        Event::Document(document::Event::Numbered { number }) => number.number = 1_000_000 + n as u32,
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

/// Dossiers of which each share of the whole consists.
const UNIT: u64 = 50;
const ENTERPRISES: usize = 200;

struct Templates {
    recognised: Template,
    on_its_way: Vec<Template>,
    draft: Template,
    stopped: Template,
}

impl Templates {
    /// What the n-th dossier is a copy of.
    fn of(&self, n: u64) -> &Template {
        match n % UNIT {
            0 => &self.recognised,
            1 => &self.on_its_way[(n / UNIT) as usize % self.on_its_way.len()],
            2..=4 => &self.draft,
            _ => &self.stopped,
        }
    }
}

async fn recognised(engine: &Engine, story: &Story<'_>, entry: ListEntryId, set: CriteriaSetId) -> Template {
    let (whole, product) = story.dossier("Nền tảng đo công nhận", entry, set).await.unwrap();
    story.hand_in(whole, Some((2_600_000, 4_000_000)), 4).await.unwrap();
    let body = story.body("Hội đồng đo", Some(product), 3).await.unwrap();
    story.evaluate(whole, body, &[], None, 4).await.unwrap();
    let papers_before = engine.store.load_kind(Kind::Document).await.unwrap().len();
    let publication = story.decide(whole, ndp_domain::acts::ActId::E22).await.unwrap().unwrap();
    let papers = engine.store.load_kind(Kind::Document).await.unwrap();
    assert_eq!(papers.len(), papers_before + 1);
    story.publish(publication, 2).await.unwrap();
    let recognition = *engine.store.load(&[Need::Children(whole.into(), Kind::Recognition)]).await.unwrap().keys().next().unwrap();
    // Invitation and decision are papers of the dossier; both go with it, filed.
    let of_dossier: Vec<Id> = papers.iter().filter(|p| p.neighbour.whole.state.view().parent == Some(whole.into())).map(|p| p.id).collect();
    for paper in &of_dossier {
        let issued = engine.store.load(&[Need::Stream(*paper)]).await.unwrap()[paper].neighbour.whole.state.stage() == "D.issued";
        if issued {
            story.act(&story.cast.managing.records, *paper, document::Command::File { code: demo::story::t("HS-ĐO") }).await.unwrap();
        }
    }
    template(engine, [product.into(), whole.into(), recognition, publication.into()].into_iter().chain(of_dossier).collect()).await
}

async fn on_its_way(engine: &Engine, story: &Story<'_>, entry: ListEntryId, set: CriteriaSetId) -> Vec<Template> {
    let mut all = Vec::new();
    for until in 1..=4 {
        let (dossier, product) = story.dossier("Nền tảng đo đang xử lý", entry, set).await.unwrap();
        story.hand_in(dossier, Some((2_600_000, 4_000_000)), until).await.unwrap();
        all.push(template(engine, vec![product.into(), dossier.into()]).await);
    }
    all
}

async fn stopped(engine: &Engine, story: &Story<'_>, entry: ListEntryId, set: CriteriaSetId) -> Template {
    let (dossier, product) = story.dossier("Nền tảng đo đã dừng", entry, set).await.unwrap();
    story
        .act(&story.cast.applicant, dossier, dossier::Command::Stop { reason: Some(demo::story::t("Không tiếp tục (mẫu).")) })
        .await
        .unwrap();
    template(engine, vec![product.into(), dossier.into()]).await
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
    let story = Story::new(&engine, &cast, demo::REGULATION);
    let entry = story.list_entry("Nền tảng đo", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let templates = std::sync::Arc::new(Templates {
        recognised: recognised(&engine, &story, entry, set).await,
        on_its_way: on_its_way(&engine, &story, entry, set).await,
        draft: {
            let (dossier, product) = story.dossier("Nền tảng đo dự thảo", entry, set).await.unwrap();
            template(&engine, vec![product.into(), dossier.into()]).await
        },
        stopped: stopped(&engine, &story, entry, set).await,
    });
    let own_agency = cast.managing.org.to_string();
    let directory = engine.directory();
    let today = story.today();
    let ministries = directory.organisations.values().filter(|o| o.record.class.as_str() == "ministry" && o.exists_on(today));
    let ministries: Vec<String> = ministries.map(|o| o.id.to_string()).collect();
    let mut enterprises = vec![cast.enterprise.to_string()];
    for n in 1..ENTERPRISES {
        let code = ndp_domain::text::Text::new(format!("DN-MAU-{n}")).unwrap();
        let record = ndp_domain::organisation::Record { code, ..demo::sample_enterprise() };
        enterprises.push(engine.install_organisation(record).await.unwrap().to_string());
    }
    let spread = std::sync::Arc::new(move |n: u64| {
        let unit = (n / UNIT) as usize;
        let of = |all: &[String], k: usize| all[k % all.len()].clone();
        [(own_agency.clone(), of(&ministries, unit)), (enterprises[0].clone(), of(&enterprises, unit * 7 + n as usize))]
    });
    let started = Instant::now();
    let mut sealed = Instant::now();
    const TOGETHER: u64 = 100;
    for from in (0..dossiers).step_by(TOGETHER as usize) {
        let mut all = tokio::task::JoinSet::new();
        for n in from..(from + TOGETHER).min(dossiers) {
            let (engine, templates, spread) = (engine.clone(), templates.clone(), spread.clone());
            all.spawn(async move {
                let batch = templates.of(n).copy(&engine, n, &spread(n));
                engine.store.commit(batch).await.unwrap()
            });
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
    engine.store.refresh_figures().await.unwrap();
    engine.store.close().await.unwrap();
    println!("{dossiers} dossiers in {} s", started.elapsed().as_secs());
}

//! Audit: is the log intact, and what does it say. The verdict comes from the engine's own check of chains,
//! seals and derived tables, made when somebody asks for it.

use crate::frame::{Frame, SLUGS, frame, kind_of, page, place_of};
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use ndp_domain::acts::{ACTS, ActId};
use ndp_domain::authority::{Denied, Side};
use ndp_domain::id::Kind;
use ndp_domain::machine::Event;
use ndp_domain::record::Envelope;
use ndp_domain::reference;
use ndp_domain::time::begins;
use ndp_engine::Problem;
use ndp_server::problem::Refused;
use ndp_store::journal::{Sought, Told};
use ndp_store::verdict::Verdict;
use serde::Deserialize;

/// One event as told.
struct Row {
    position: u64,
    at: String,
    who: String,
    what: String,
    href: String,
    name: String,
    hash: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    f: Frame,
    verdict: Option<(&'static str, &'static str, String)>,
    wrong: Vec<String>,
    asked: Asked,
    kinds: Vec<(String, String, bool)>,
    acts: Vec<(String, String, bool)>,
    chips: Vec<(String, String)>,
    unread: String,
    rows: Vec<Row>,
    older: Option<String>,
    last_seal: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    tu: String,
    #[serde(default)]
    den: String,
    #[serde(default)]
    loai: String,
    #[serde(default)]
    viec: String,
    /// Positions below this one.
    #[serde(default)]
    truoc: Option<u64>,
}

impl Asked {
    fn fields(&self) -> [(&'static str, &str); 4] {
        [("tu", &self.tu), ("den", &self.den), ("loai", &self.loai), ("viec", &self.viec)]
    }
    /// The page's address with these filters but one, and a place to go on from.
    fn address(&self, without: &str, below: Option<u64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields().into_iter().filter(|(n, v)| *n != without && !v.is_empty()) {
            query.append_pair(name, value);
        }
        if let Some(below) = below {
            query.append_pair("truoc", &below.to_string());
        }
        let query = query.finish();
        if query.is_empty() { "/nhat-ky".to_owned() } else { format!("/nhat-ky?{query}") }
    }
}

fn overseer(v: &Visitor) -> Result<(), Refused> {
    v.acting()?;
    if v.side() == Side::Overseer { Ok(()) } else { Err(Problem::Denied(Denied::DutyOfAnotherAct).into()) }
}

/// `GET /nhat-ky`: what happened, the newest first, by day, act and kind of record.
pub async fn audit(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    overseer(&v)?;
    show(&v, asked, v.app.engine.store.verdict().await?).await
}

/// The set that loaded data are of.
fn set_of(l: &Told) -> Option<String> {
    let envelope: Envelope = serde_json::from_str(&l.body).ok()?;
    match envelope.event {
        Event::Reference(reference::Event::Loaded { name, .. }) => Some(name),
        _ => None,
    }
}

/// One record that is wrong, as a verdict keeps it: what, and which.
type Found = (String, String);

/// The verdict in words, and what is wrong.
fn told(v: &Visitor, verdict: &Verdict) -> ((&'static str, &'static str, String), Vec<String>) {
    let found: Vec<Found> = serde_json::from_str(&verdict.wrong).unwrap_or_default();
    let at = say::instant(verdict.at);
    let said = match found.first() {
        None => ("ok", "tick", v.t1("web-audit-sound", &[("number", &say::whole(u128::from(verdict.events), v.lang)), ("at", &at)])),
        Some((_, record)) => ("bad", "triangle", v.t1("web-audit-wrong", &[("record", record), ("at", &at)])),
    };
    (said, found.iter().map(|(what, record)| format!("{record} – {}", v.t(&ndp_text::key("finding", what)))).collect())
}

async fn show(v: &Visitor, asked: Asked, verdict: Option<Verdict>) -> Result<Response, Refused> {
    let (verdict, wrong) = match verdict.map(|verdict| told(v, &verdict)) {
        Some((said, wrong)) => (Some(said), wrong),
        None if v.app.settings.seal_keys.is_none() => (Some(("warn", "help", v.t("web-audit-no-keys"))), Vec::new()),
        None => (None, Vec::new()),
    };
    let day = |text: &str| crate::form::pairs::read_date(text);
    let backwards = matches!((day(asked.tu.trim()), day(asked.den.trim())), (Some(from), Some(to)) if to < from);
    let unread = [&asked.tu, &asked.den].into_iter().any(|t| !t.trim().is_empty() && day(t.trim()).is_none());
    let sought = Sought {
        kind: kind_of(&asked.loai),
        act: ActId::of_name(&asked.viec).map(|a| a.name().to_owned()),
        from: day(asked.tu.trim()).and_then(begins),
        until: day(asked.den.trim()).and_then(|d| d.succ_opt()).and_then(begins),
        below: asked.truoc,
    };
    let scope = v.reading.scope(&v.app);
    let journal = v.app.engine.store.journal(&scope, &sought, 50).await?;
    let ids: Vec<_> = journal.lines.iter().map(|l| l.stream).collect();
    let names = v.app.engine.store.lines_of(&scope, &ids).await?;
    let row = |l: &Told| {
        let name = names.iter().find(|n| n.id == l.stream).map(|n| known::line_name(v, n));
        let who = serde_json::from_str::<Envelope>(&l.body).ok().map(|e| {
            // The duty that acted; persons are named to readers of the whole record.
            let duty = e.actor.duty.map(|d| v.t(&format!("duty-{}", d.code())));
            let org = e.actor.org.map(|o| v.organisation(o));
            [duty, org].into_iter().flatten().collect::<Vec<_>>().join(", ")
        });
        Row {
            position: l.position,
            at: say::when(&l.at).unwrap_or_default(),
            who: who.unwrap_or_default(),
            what: v.t(&format!("act-{}", l.act)),
            // Loaded data have no page of their own; they are told by the name of their set.
            href: if l.stream.kind == Kind::Reference { String::new() } else { place_of(l.stream) },
            name: name.or_else(|| set_of(l)).unwrap_or_else(|| v.t(&format!("kind-{}", l.stream.kind.name()))),
            hash: l.hash.to_string().chars().take(12).collect(),
        }
    };
    let rows = journal.lines.iter().map(row).collect();
    let mut kinds: Vec<(String, String, bool)> =
        SLUGS.iter().map(|(k, slug)| ((*slug).to_owned(), v.t(&format!("kind-{}", k.name())), *slug == asked.loai)).collect();
    kinds.sort_by(|a, b| a.1.cmp(&b.1));
    let acts = ACTS.iter().map(|a| (a.id.name().to_owned(), v.t(&format!("act-{}", a.id.name())), a.id.name() == asked.viec)).collect();
    let said = |name: &str, value: &str| match name {
        "tu" => v.t1("web-audit-from", &[("day", value)]),
        "den" => v.t1("web-audit-to", &[("day", value)]),
        "loai" => kind_of(value).map(|k| v.t(&format!("kind-{}", k.name()))).unwrap_or_default(),
        _ => v.t(&format!("act-{value}")),
    };
    let chips = asked.fields().into_iter().filter(|(_, value)| !value.is_empty());
    let chips = chips.map(|(name, value)| (asked.address(name, None), said(name, value))).collect();
    let seal =
        v.app.engine.store.last_seal().await?.map(|(n, hash)| format!("{n}:{}", hash.to_string().chars().take(16).collect::<String>()));
    let last_seal = seal.map(|s| v.t1("web-audit-seal", &[("seal", &s)])).unwrap_or_default();
    let f = frame(v, &v.t("web-nav-audit"), "/nhat-ky").await?;
    page(&Page {
        f,
        verdict,
        wrong,
        kinds,
        acts,
        chips,
        unread: if backwards {
            v.t("web-audit-backwards")
        } else if unread {
            v.t1("web-wrong-date", &[("field", &v.t("web-audit-day"))])
        } else {
            String::new()
        },
        rows,
        older: journal.older.map(|below| asked.address("", Some(below))),
        last_seal,
        asked,
    })
}

/// `POST /nhat-ky`: checks everything again now.
pub async fn check(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    overseer(&v)?;
    v.proved(sent.get("_proof"))?;
    let Some(keys) = v.app.settings.seal_keys.clone() else { return show(&v, Asked::default(), None).await };
    let store = &v.app.engine.store;
    let report = ndp_engine::check::check(store, &keys, None, |_, _| {}).await?;
    let found: Vec<Found> = report.wrong.iter().take(20).map(|w| (w.what.clone(), w.record.clone())).collect();
    let wrong = serde_json::to_string(&found).unwrap_or_default();
    let verdict = Verdict { at: v.app.engine.clock.now(), events: report.events, wrong };
    // A record that cannot be written to is checked as well.
    if let Err(fault) = store.note_verdict(&verdict).await {
        tracing::warn!(%fault, "the verdict of a check is not kept");
    }
    show(&v, Asked::default(), Some(verdict)).await
}

//! The public registers, answered from memory: they change a few times a day.

use crate::App;
use crate::body::Asked;
use crate::problem::{Edge, Refused};
use crate::records::limited;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use ndp_domain::canonical::Hash;
use ndp_domain::id::{Id, Kind, OrganisationId};
use ndp_domain::publication::Register;
use ndp_domain::text::fold;
use ndp_domain::time::legal_date;
use ndp_store::lists::Entry;
use ndp_store::{Fault, Store};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// An answer as kept.
#[derive(Debug)]
struct Kept {
    body: Bytes,
    tag: HeaderValue,
}

/// Answers by what was asked; all are forgotten when a register changes.
#[derive(Debug, Default)]
pub struct Public {
    kept: Mutex<HashMap<String, Arc<Kept>>>,
    /// Counts changes, so that an answer made from before one is not kept after it.
    turn: AtomicU64,
    /// All registers on a day, with the turn they were read at.
    entries: Mutex<Option<AllOnDay>>,
}

/// A platform of a register, as pages search and count it. Registers are never merged: a platform on two is here twice.
#[derive(Debug, Clone)]
pub struct Published {
    pub id: Id,
    pub name: String,
    /// The name without diacritics.
    pub folded: String,
    pub register: Register,
    /// Of a recognised one: `national` or `potential`.
    pub class: Option<String>,
    pub managing: Option<OrganisationId>,
    /// First day of what stands there.
    pub since: String,
}

/// Every register on a day, with the turn it was read at.
type AllOnDay = (u64, NaiveDate, Arc<Vec<Published>>);

/// Most platforms of a register that are held in memory; there are a few hundred.
const MOST: u64 = 20_000;

const KEPT: usize = 500;

impl Public {
    pub fn touched(&self) {
        self.turn.fetch_add(1, Ordering::SeqCst);
        self.kept.lock().unwrap_or_else(|p| p.into_inner()).clear();
    }
    /// Counts changes of the registers.
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::SeqCst)
    }
    /// Every register on a day, from memory until one changes.
    pub async fn entries(&self, store: &Store, day: NaiveDate) -> Result<Arc<Vec<Published>>, Fault> {
        let turn = self.turn();
        let held = self.entries.lock().unwrap_or_else(|p| p.into_inner()).clone();
        if let Some((at, of, entries)) = held
            && (at, of) == (turn, day)
        {
            return Ok(entries);
        }
        let mut found: Vec<Published> = Vec::new();
        for register in [Register::Recognised, Register::Deployed, Register::List, Register::Planned] {
            let entries = store.register_on(register.name(), day, None, MOST).await?;
            found.extend(entries.into_iter().map(|e| Published {
                id: Id::new(Kind::Publication, e.stream),
                folded: fold(&e.name),
                name: e.name,
                register,
                class: e.class,
                managing: e.managing.as_deref().and_then(|m| m.parse::<Id>().ok()).and_then(|m| m.try_into().ok()),
                since: e.valid_from,
            }));
        }
        let found = Arc::new(found);
        *self.entries.lock().unwrap_or_else(|p| p.into_inner()) = Some((turn, day, found.clone()));
        Ok(found)
    }
    fn get(&self, key: &str) -> Option<Arc<Kept>> {
        self.kept.lock().unwrap_or_else(|p| p.into_inner()).get(key).cloned()
    }
    fn put(&self, key: String, turn: u64, kept: Arc<Kept>) {
        let mut all = self.kept.lock().unwrap_or_else(|p| p.into_inner());
        if self.turn.load(Ordering::SeqCst) == turn {
            if all.len() >= KEPT {
                all.clear();
            }
            all.insert(key, kept);
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterQuery {
    /// As of this day; today without it.
    on: Option<NaiveDate>,
    /// As known at this instant.
    known: Option<DateTime<Utc>>,
    after: Option<String>,
    #[serde(default = "crate::records::page")]
    limit: u64,
}

fn register_of(name: &str) -> Result<Register, Refused> {
    let all = [Register::List, Register::Recognised, Register::Deployed, Register::Planned];
    all.into_iter().find(|r| r.name() == name).ok_or_else(|| Edge::NoSuchPage.into())
}

fn entry_json(app: &App, e: &Entry) -> Value {
    let directory = app.engine.directory();
    let id = Id::new(Kind::Publication, e.stream);
    let managing = e.managing.as_deref().and_then(|m| m.parse::<Id>().ok()).and_then(|m| m.try_into().ok());
    let org = managing.and_then(|m: ndp_domain::id::OrganisationId| directory.organisations.get(&m));
    json!({
        "entry": id,
        "name": e.name,
        "class": e.class,
        "managing": e.managing,
        "managing_code": org.map(|o| o.record.code.as_str()),
        "managing_name": org.map(|o| o.record.name_vi.as_str()),
        "valid_from": e.valid_from,
        "valid_to": e.valid_to,
        "href": format!("/api/v1/publications/{id}"),
    })
}

fn cursor(text: &str) -> Option<(String, Uuid)> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn answer(kept: &Kept, headers: &HeaderMap) -> Response {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let same = known.map(|t| t.trim().trim_start_matches("W/")).any(|t| t.as_bytes() == kept.tag.as_bytes());
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(kept.body.clone()).into_response() };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    out.insert(header::ETAG, kept.tag.clone());
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=5"));
    response
}

/// `GET /registers/{register}`
pub async fn register(
    State(app): State<App>,
    Path(name): Path<String>,
    Asked(query): Asked<RegisterQuery>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let register = register_of(&name)?;
    let limit = limited(query.limit)?;
    let today = legal_date(app.engine.clock.now());
    let day = query.on.unwrap_or(today);
    let key = format!("{name}/{day}/{:?}/{:?}/{limit}", query.known, query.after);
    if let Some(kept) = app.public.get(&key) {
        return Ok(answer(&kept, &headers));
    }
    let turn = app.public.turn.load(Ordering::SeqCst);
    let after = match &query.after {
        None => None,
        Some(text) => Some(cursor(text).ok_or(Edge::CursorInvalid)?),
    };
    let entries = app.engine.store.register_page(register.name(), day, query.known, after, limit).await?;
    let next = (entries.len() as u64 == limit)
        .then(|| entries.last().map(|e| URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(&e.name, e.stream)).unwrap_or_default())))
        .flatten();
    let items: Vec<Value> = entries.iter().map(|e| entry_json(&app, e)).collect();
    let body = json!({ "register": name, "on": day, "items": items, "next": next }).to_string();
    let hash: String = Hash::of(body.as_bytes()).to_string().chars().take(24).collect();
    let tag = HeaderValue::from_str(&format!("\"{hash}\"")).map_err(|_| Edge::NotFound)?;
    let kept = Arc::new(Kept { body: Bytes::from(body), tag });
    app.public.put(key, turn, kept.clone());
    Ok(answer(&kept, &headers))
}

/// A cell that no spreadsheet takes for a formula.
pub fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// `GET /registers/{register}/export`: the whole register as CSV, page by page.
pub async fn export(State(app): State<App>, Path(name): Path<String>, Asked(query): Asked<RegisterQuery>) -> Result<Response, Refused> {
    let register = register_of(&name)?;
    let day = query.on.unwrap_or_else(|| legal_date(app.engine.clock.now()));
    let known = query.known;
    let pages = futures::stream::try_unfold((None, true, false), move |(after, first, done): (Option<(String, Uuid)>, bool, bool)| {
        let app = app.clone();
        async move {
            if done {
                return Ok::<_, std::io::Error>(None);
            }
            let page = app.engine.store.register_page(register.name(), day, known, after, 500).await.map_err(std::io::Error::other)?;
            let mut text = if first {
                "\u{feff}entry,name,class,managing_code,managing_name,valid_from,valid_to\r\n".to_owned()
            } else {
                String::new()
            };
            for e in &page {
                let value = entry_json(&app, e);
                let field = |name: &str| cell(value.get(name).and_then(Value::as_str).unwrap_or_default());
                let cells = ["entry", "name", "class", "managing_code", "managing_name", "valid_from", "valid_to"].map(field);
                text.push_str(&cells.join(","));
                text.push_str("\r\n");
            }
            let next = page.last().map(|e| (e.name.clone(), e.stream));
            Ok(Some((Bytes::from(text), (next, false, page.len() < 500))))
        }
    });
    let disposition = format!("attachment; filename=\"{name}-{day}.csv\"");
    Ok((
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)],
        Body::from_stream(pages),
    )
        .into_response())
}

/// `GET /seals`: the last seal, to be noted elsewhere: only that shows seals that were cut.
pub async fn seal(State(app): State<App>) -> Result<axum::Json<Value>, Refused> {
    let seal = app.engine.store.last_seal().await?;
    Ok(axum::Json(json!({ "seal": seal.map(|(n, hash)| format!("{n}:{hash}")) })))
}

//! The evaluation room: a member's own sheet line by line with the evidence beside it, the summary of
//! findings once the sheets are opened.
//!
//! A sheet being written is its member's alone: it rests encrypted on the server and nowhere in the
//! browser, and goes when it is handed in.

use crate::frame::{Frame, frame, page, page_with, place_of};
use crate::known;
use crate::markup::{self};
use crate::pages::evidence::Wanted;
use crate::pages::record::{tabs, title};
use crate::sent::Sent;
use crate::shown::met;
use crate::visitor::{Due, Visitor};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::criteria_set::SetText;
use ndp_domain::dossier::{self, Application, Dossier, LineEvidence, Round, disagreement};
use ndp_domain::evidence::Need;
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_domain::outcome::Line;
use ndp_domain::regulation::Decides;
use ndp_domain::sheet::{self, Sheet};
use ndp_engine::{Problem, orders};
use ndp_server::problem::{Edge, Refused};
use ndp_server::records::seen;
use ndp_store::lists::{Filter, Order};
use ndp_store::seen::Seen;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a member has written so far, by line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Written(BTreeMap<String, Entry>);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Entry {
    /// `met`, `not_met`, or `ask`: a working mark that must be settled before the sheet is handed in.
    mark: String,
    reason: String,
}

impl Entry {
    /// A mark that says why where it must: what counts as filled in.
    fn whole(&self, line: &Line) -> bool {
        !self.mark.is_empty() && !self.unexplained(line)
    }

    fn unexplained(&self, line: &Line) -> bool {
        self.mark == "not_met" && self.reason.is_empty() && line.decides != Decides::Popularity
    }
}

pub struct Room {
    pub seen: Seen,
    pub round: Round,
    text: Option<SetText>,
    application: Option<Application>,
    me: AccountId,
}

pub fn state(seen: &Seen) -> Result<&dossier::State, Refused> {
    Dossier::known(&seen.loaded.neighbour.whole.state).ok_or_else(|| Edge::NotFound.into())
}

/// The dossier with its round, for those who see it whole.
pub async fn room(v: &Visitor, id: &str) -> Result<Room, Refused> {
    v.acting()?;
    let id = known::id_of(Some(Kind::Dossier), id).ok_or(Edge::NotFound)?;
    let seen = seen(&v.app, &v.reading, id).await?;
    if !ndp_domain::shown::whole(Kind::Dossier, &seen.facets) {
        return Err(Edge::NotFound.into());
    }
    let round = state(&seen)?.round().cloned().ok_or(Edge::NotFound)?;
    let text = v.content(round.set.text).await?;
    let application = v.content(round.application).await?;
    let me = v.reading.reader.account.ok_or(Edge::NotSignedIn)?;
    v.app.read(&v.reading, id, "page").await?;
    Ok(Room { seen, round, text, application, me })
}

/// Sheets of the round that the reader sees: their own, and all once they are opened.
async fn sheets(v: &Visitor, room: &Room) -> Result<BTreeMap<AccountId, sheet::State>, Refused> {
    Ok(sheets_of(v, room.seen.loaded.id, room.round.n).await?.into_iter().map(|(_, s)| (s.member, s)).collect())
}

/// Sheets of a round with their ids, as the reader sees them.
pub async fn sheets_of(v: &Visitor, dossier: Id, round: u32) -> Result<Vec<(Id, sheet::State)>, Refused> {
    let filter = Filter { kind: Some(Kind::Sheet), parent: Some(dossier), ..Filter::default() };
    let lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, 200).await?;
    let needs: Vec<Need> = lines.iter().map(|l| Need::Stream(l.id)).collect();
    let loaded = v.app.engine.store.load(&needs).await?;
    let of = |l: &ndp_store::read::Loaded| Sheet::known(&l.neighbour.whole.state).filter(|s| s.round == round).map(|s| (l.id, s.clone()));
    Ok(loaded.values().filter_map(of).collect())
}

async fn written(v: &Visitor, room: &Room) -> Result<(Written, u64), Refused> {
    let Some(kept) = v.app.engine.store.scratch(room.me, room.seen.loaded.id).await? else { return Ok((Written::default(), 0)) };
    let plain = v.app.identity.vault.unlock(&kept.locked, &kept.kid);
    let written = plain.and_then(|p| serde_json::from_slice(&p).ok()).unwrap_or_default();
    Ok((written, kept.version))
}

async fn keep(v: &Visitor, room: &Room, written: &Written, version: u64) -> Result<bool, Refused> {
    let fault = || Refused::from(ndp_identity::Denial::Fault("no vault".to_owned()));
    let plain = serde_json::to_vec(written).map_err(|_| fault())?;
    let (locked, kid) = v.app.identity.vault.lock(&plain).ok_or_else(fault)?;
    Ok(v.app.engine.store.keep_scratch(room.me, room.seen.loaded.id, locked, &kid, version, v.app.identity.clock.now()).await?)
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    f: Frame,
    badge: String,
    due: Option<Due>,
    tabs: Vec<(String, String, bool)>,
    errors: Vec<(String, String)>,
    done: Option<String>,
    writing: bool,
    group: String,
    line: String,
    code: String,
    at: usize,
    of: usize,
    filled: usize,
    action: String,
    key: String,
    draft: u64,
    requirement: String,
    evidence_expected: String,
    figure: bool,
    share: String,
    mark: String,
    reason: String,
    reason_wrong: bool,
    saved: String,
    before: String,
    next: String,
    last: bool,
    /// Evidence of the line, drawn; which file of it was asked for.
    beside: String,
    file: String,
    lines: Vec<(String, String, String)>,
    /// The sheet as it was handed in: line, mark, reason.
    mine: Vec<(String, String, String)>,
}

#[derive(Debug, Deserialize)]
pub struct At {
    #[serde(default)]
    tc: String,
    #[serde(default)]
    tep: String,
    #[serde(default)]
    trang: String,
}

/// A line of the sheet, with what of its evidence is looked at.
struct Place {
    code: String,
    wanted: Wanted,
}

fn place_at(code: &str, file: &str, page: &str) -> Place {
    Place { code: code.to_owned(), wanted: Wanted { file: file.to_owned(), page: page.trim().parse().unwrap_or(0) } }
}

/// `GET /ho-so/{id}/phieu?tc=G1.1`
pub async fn sheet(v: Visitor, Path(id): Path<String>, Query(at): Query<At>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    show(&v, &room, &place_at(&at.tc, &at.tep, &at.trang), Vec::new(), false, "", StatusCode::OK).await
}

fn mark_badge(v: &Visitor, line: &Line, entry: Option<&Entry>) -> String {
    if entry.is_some_and(|e| e.unexplained(line)) {
        return markup::pill("warn", "triangle", &v.t("web-reason-lacks"));
    }
    match entry.map(|e| e.mark.as_str()) {
        Some("met") => met(v, true),
        Some("not_met") => met(v, false),
        Some("ask") => markup::pill("warn", "help", &v.t("web-asked")),
        _ => markup::pill("none", "dash", &v.t("web-not-assessed")),
    }
}

async fn show(
    v: &Visitor,
    room: &Room,
    at: &Place,
    errors: Vec<(String, String)>,
    reason_wrong: bool,
    saved: &str,
    status: StatusCode,
) -> Result<Response, Refused> {
    let d = state(&room.seen)?;
    let id = room.seen.loaded.id;
    let place = format!("{}/phieu", place_of(id));
    let mut f = frame(v, &v.t1("web-room-title", &[("name", &d.name)]), "/danh-gia").await?;
    f.crumbs.push(("/ho-so".to_owned(), v.t("kinds-dossier")));
    f.crumbs.push((place_of(id), title(v, &room.seen)));
    f.wrong = status.is_client_error();
    let mine = sheets(v, room).await?.remove(&room.me);
    let handed_in = mine.as_ref().is_some_and(|s| s.sheet.is_some());
    let stage = room.seen.loaded.neighbour.whole.state.stage();
    let due_here = room.round.due.contains(&room.me);
    let writing = due_here && !handed_in && stage == "E.evaluating";
    let done = match (writing, handed_in, due_here) {
        (true, ..) => None,
        (_, true, _) => Some(v.t("web-sheet-handed-in")),
        (_, _, false) => Some(v.t("web-sheet-not-due")),
        _ => Some(v.t("web-sheet-closed")),
    };
    let own = match mine.as_ref().and_then(|s| s.sheet.as_ref()) {
        Some(sheet) => handed(v, &d.regulation, sheet).await?,
        None => Vec::new(),
    };
    let (written, draft) = if writing { written(v, room).await? } else { Default::default() };
    let lines = &room.round.lines;
    let n = lines
        .iter()
        .position(|l| l.code == at.code)
        .or_else(|| lines.iter().position(|l| !written.0.get(&l.code).is_some_and(|e| e.whole(l))))
        .unwrap_or(0);
    let Some(line) = lines.get(n) else { return Err(Edge::NotFound.into()) };
    let of_set = room.text.as_ref().and_then(|t| t.lines.iter().find(|l| l.code.as_str() == line.code));
    let entry = written.0.get(&line.code);
    let figure = line.decides == Decides::Popularity;
    let (files, statement) = evidence(room, &line.code);
    let beside = super::evidence::beside(v, &f, &room.seen, &files, &statement, &at.wanted).await?;
    let share = room.round.share.map(|s| crate::shown::share(v, s.numerator, s.denominator_low, s.denominator_high)).unwrap_or_default();
    let due = room.seen.loaded.neighbour.whole.clocks.iter().find(|c| c.act.name() == "E15").map(|c| c.due.on.to_string());
    let last = n + 1 == lines.len();
    let next = match lines.get(n + 1) {
        Some(next) => v.t1("web-save-and-go", &[("code", &next.code)]),
        None => v.t("web-hand-in"),
    };
    let group = v
        .directory
        .regulations
        .get(&d.regulation)
        .and_then(|r| r.groups.iter().find(|g| g.code == line.group))
        .map(|g| if v.lang == ndp_text::Lang::En { g.name_en.clone() } else { g.name_vi.clone() })
        .unwrap_or_else(|| line.group.clone());
    page_with(
        status,
        &SheetPage {
            badge: markup::state(stage, v.lang),
            due: v.due(due.as_deref()),
            tabs: tabs(v, &room.seen, "/phieu"),
            errors,
            done,
            writing,
            group,
            line: known::line(v, &d.regulation, &line.code),
            code: line.code.clone(),
            at: n + 1,
            of: lines.len(),
            filled: lines.iter().filter(|l| written.0.get(&l.code).is_some_and(|e| e.whole(l))).count(),
            action: place.clone(),
            key: Uuid::new_v4().to_string(),
            draft,
            requirement: of_set
                .map(|l| {
                    if v.lang == ndp_text::Lang::En { l.name_en.as_ref().unwrap_or(&l.name_vi).to_string() } else { l.name_vi.to_string() }
                })
                .unwrap_or_default(),
            evidence_expected: of_set.map(|l| l.evidence.to_string()).unwrap_or_default(),
            figure,
            share,
            mark: entry.map(|e| e.mark.clone()).unwrap_or_default(),
            reason: entry.map(|e| e.reason.clone()).unwrap_or_default(),
            reason_wrong,
            saved: saved.to_owned(),
            before: n.checked_sub(1).and_then(|b| lines.get(b)).map(|b| v.t1("web-save-back", &[("code", &b.code)])).unwrap_or_default(),
            next,
            last,
            beside,
            file: at.wanted.file.clone(),
            lines: lines
                .iter()
                .map(|l| {
                    (format!("{place}?tc={}", l.code), known::line(v, &d.regulation, &l.code), mark_badge(v, l, written.0.get(&l.code)))
                })
                .collect(),
            mine: own,
            f,
        },
    )
}

/// One's own sheet as it was handed in, to read again.
async fn handed(v: &Visitor, regulation: &str, sheet: &sheet::Submitted) -> Result<Vec<(String, String, String)>, Refused> {
    let text: Option<sheet::SheetText> = v.content(sheet.text).await?;
    let reason = |code: &str| {
        let found = text.as_ref().and_then(|t| t.findings.iter().find(|f| f.code.as_str() == code));
        found.and_then(|f| f.reason.as_ref()).map(ToString::to_string).unwrap_or_default()
    };
    let mut rows: Vec<_> = sheet.results.iter().map(|(code, is)| (known::line(v, regulation, code), met(v, *is), reason(code))).collect();
    let figure = if sheet.figure_confirmed { ("ok", "tick", "web-figure-confirmed") } else { ("bad", "x", "web-figure-not") };
    rows.push((v.t("web-figure-question"), markup::pill(figure.0, figure.1, &v.t(figure.2)), String::new()));
    Ok(rows)
}

/// Evidence of a line, and what the applicant states.
fn evidence(room: &Room, code: &str) -> (Vec<ndp_domain::list_entry::Attachment>, String) {
    match room.application.as_ref().and_then(|a| a.evidence.get(code)) {
        Some(LineEvidence::Files { files, statement }) => (files.clone(), statement.as_ref().map(ToString::to_string).unwrap_or_default()),
        Some(LineEvidence::None { reason }) => (Vec::new(), reason.to_string()),
        None => Default::default(),
    }
}

/// `POST /ho-so/{id}/phieu`
pub async fn save(v: Visitor, Path(id): Path<String>, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.proved(sent.get("_proof"))?;
    let room = room(&v, &id).await?;
    let place = format!("{}/phieu", place_of(room.seen.loaded.id));
    let code = sent.get("code").to_owned();
    let Some(n) = room.round.lines.iter().position(|l| l.code == code) else { return Err(Edge::NotFound.into()) };
    let at = place_at(&code, sent.get("tep"), sent.get("trang"));
    let (mut all, version) = written(&v, &room).await?;
    let entry = Entry { mark: sent.get("mark").to_owned(), reason: sent.get("reason").trim().to_owned() };
    let mark = matches!(entry.mark.as_str(), "met" | "not_met" | "ask");
    if mark || !entry.reason.is_empty() {
        all.0.insert(code.clone(), entry.clone());
        let seen: u64 = sent.get("_draft").parse().unwrap_or(version);
        if !keep(&v, &room, &all, seen).await? {
            // The same sheet in two windows: what this one wrote stays on this page.
            let errors = vec![("#mark".to_owned(), v.t("web-changed"))];
            return show(&v, &room, &at, errors, false, "", StatusCode::CONFLICT).await;
        }
    }
    let what = sent.get("_do");
    if let Some(file) = what.strip_prefix("see") {
        // Another file, or another page of it: what is written so far is kept.
        let file = file.strip_prefix(':').map_or(at.wanted.file.clone(), str::to_owned);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("tc", &code).append_pair("tep", &file);
        if at.wanted.page > 0 && what == "see" {
            query.append_pair("trang", &at.wanted.page.to_string());
        }
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{place}?{}", query.finish())))]).into_response());
    }
    let to = |n: usize| {
        let code = room.round.lines.get(n).map(|l| l.code.as_str()).unwrap_or_default();
        (StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{place}?tc={code}")))]).into_response()
    };
    if what == "before" {
        return Ok(to(n.saturating_sub(1)));
    }
    let popularity = room.round.lines[n].decides == Decides::Popularity;
    if entry.mark == "not_met" && entry.reason.is_empty() && !popularity {
        let errors = vec![("#reason".to_owned(), v.t("web-reason-needed"))];
        return show(&v, &room, &at, errors, true, "", StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if what != "submit" {
        return Ok(to(n + 1));
    }
    hand_in(&v, &room, &all, &at, sent.key()).await
}

/// E15: every line has a result and its reason; the sheet goes in.
async fn hand_in(v: &Visitor, room: &Room, all: &Written, at: &Place, key: Option<String>) -> Result<Response, Refused> {
    let id = room.seen.loaded.id;
    let place = format!("{}/phieu", place_of(id));
    let mut errors = Vec::new();
    let mut findings = Vec::new();
    let mut figure = json!({ "confirmed": false });
    for line in &room.round.lines {
        let entry = all.0.get(&line.code).cloned().unwrap_or_default();
        let href = v.href(&format!("{place}?tc={}", line.code));
        match (line.decides == Decides::Popularity, entry.mark.as_str()) {
            (_, "") => errors.push((href, v.t1("web-line-open", &[("code", &line.code)]))),
            (_, "ask") => errors.push((href, v.t1("web-line-asked", &[("code", &line.code)]))),
            _ if entry.unexplained(line) => errors.push((href, v.t1("web-line-reason", &[("code", &line.code)]))),
            (true, mark) => figure = json!({ "confirmed": mark == "met", "remark": Some(entry.reason).filter(|r| !r.is_empty()) }),
            (false, mark) => {
                findings.push(json!({ "code": line.code, "mark": mark, "reason": Some(entry.reason).filter(|r| !r.is_empty()) }))
            }
        }
    }
    if !errors.is_empty() {
        return show(v, room, at, errors, false, "", StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let content = json!({ "dossier": id, "member": room.me, "text": { "findings": findings, "figure": figure } });
    let form = orders::find(Kind::Sheet, "submissions").ok_or(Edge::NoSuchPage)?;
    match ndp_server::acts::order(&v.app, &v.reading, form, None, None, key, content).await {
        Ok(_) => {
            v.app.engine.store.drop_scratch(room.me, id).await?;
            Ok(super::act::done(v, &place, "E15"))
        }
        Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::Invalid(_) | Problem::KeyReused)) => {
            let errors = vec![("#mark".to_owned(), super::act::said(v, &refused))];
            show(v, room, at, errors, false, "", refused.status()).await
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "summary.html")]
struct Summary {
    f: Frame,
    badge: String,
    tabs: Vec<(String, String, bool)>,
    closed: String,
    members: Vec<String>,
    rows: Vec<(String, Vec<String>, String)>,
}

/// `GET /ho-so/{id}/tong-hop`: criteria by members, the most divided first; closed until the sheets are opened.
pub async fn summary(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    let d = state(&room.seen)?;
    let opened = room.round.opened.is_some() || !room.round.sittings.is_empty();
    let all = if opened { sheets(&v, &room).await? } else { BTreeMap::new() };
    let names = known::names(&v, &all.keys().copied().collect::<Vec<_>>()).await?;
    let refs: BTreeMap<AccountId, &sheet::State> = all.iter().map(|(k, s)| (*k, s)).collect();
    let icon = |result: Option<&bool>| match result {
        Some(true) => markup::pill("ok", "tick", &v.t("web-met")),
        Some(false) => markup::pill("bad", "x", &v.t("web-not-met")),
        None => markup::pill("none", "dash", "–"),
    };
    let rows = disagreement(&room.round, &refs)
        .into_iter()
        .filter(|_| !all.is_empty())
        .map(|line| {
            let cells = all.values().map(|s| icon(s.sheet.as_ref().and_then(|s| s.results.get(&line.code)))).collect();
            let (style, sign, key) = match (line.divided, line.not_met) {
                (true, _) => ("warn", "triangle", "web-discuss"),
                (false, 0) => ("ok", "tick", "web-agreed"),
                (false, _) => ("ok", "tick", "web-agreed"),
            };
            (known::line(&v, &d.regulation, &line.code), cells, markup::pill(style, sign, &v.t(key)))
        })
        .collect();
    let f = frame(&v, &v.t1("web-room-title", &[("name", &d.name)]), "/danh-gia").await?;
    let short = |a: &AccountId| names.get(a).cloned().unwrap_or_else(|| crate::shown::short(Id::from(*a)));
    page(&Summary {
        f,
        badge: markup::state(room.seen.loaded.neighbour.whole.state.stage(), v.lang),
        tabs: tabs(&v, &room.seen, "/tong-hop"),
        closed: v.t("web-summary-closed"),
        members: all.keys().map(short).collect(),
        rows,
    })
}

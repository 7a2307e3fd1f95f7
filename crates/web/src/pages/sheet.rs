//! A member's own sheet: line by line with the evidence beside it, all of it looked at once more, handed in.
//!
//! A sheet being written is its member's alone: it rests encrypted on the server and nowhere in the
//! browser, and goes when it is handed in.

use crate::frame::{Frame, frame, page_with, place_of};
use crate::known;
use crate::markup;
use crate::pages::evaluation::{Room, room, sheets, state};
use crate::pages::evidence::Wanted;
use crate::pages::record::{tabs, title};
use crate::sent::Sent;
use crate::shown::met;
use crate::visitor::{Due, Visitor};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::ActId;
use ndp_domain::dossier::{FigureClaim, LineEvidence};
use ndp_domain::id::Kind;
use ndp_domain::outcome::Line;
use ndp_domain::regulation::Decides;
use ndp_domain::sheet;
use ndp_engine::{Problem, orders};
use ndp_server::problem::{Edge, Refused};
use ndp_store::scratch::Writing;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a member has written so far, by line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Written(BTreeMap<String, Entry>);

impl Written {
    /// What is still to be made clear: lines with what is asked of each. Without words it is nobody's question.
    fn asked(&self) -> Vec<(&str, &str)> {
        self.0.iter().filter(|(_, e)| e.mark == "ask" && !e.reason.is_empty()).map(|(code, e)| (code.as_str(), e.reason.as_str())).collect()
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Entry {
    /// `met`, `not_met`, or `ask`: a working mark that must be settled before the sheet is handed in.
    mark: String,
    reason: String,
}

impl Entry {
    /// A mark that says why where it must: what counts as filled in.
    fn whole(&self, line: &Line) -> bool {
        !matches!(self.mark.as_str(), "" | "ask") && !self.unexplained(line)
    }

    fn unexplained(&self, line: &Line) -> bool {
        self.mark == "not_met" && self.reason.is_empty() && line.decides != Decides::Popularity
    }
}

async fn written(v: &Visitor, room: &Room) -> Result<(Written, u64), Refused> {
    let Some(kept) = v.app.engine.store.scratch(room.me, room.seen.loaded.id).await? else { return Ok((Written::default(), 0)) };
    let plain = v.app.identity.vault.unlock(&kept.locked, &kept.kid);
    let written = plain.and_then(|p| serde_json::from_slice(&p).ok()).unwrap_or_default();
    Ok((written, kept.version))
}

/// A question is passed on when it is saved, not while it is typed: that of the line in `typing` is not.
async fn keep(v: &Visitor, room: &Room, written: &Written, version: u64, typing: Option<&str>) -> Result<bool, Refused> {
    let fault = || Refused::from(ndp_identity::Denial::Fault("no vault".to_owned()));
    let plain = serde_json::to_vec(written).map_err(|_| fault())?;
    let (locked, kid) = v.app.identity.vault.lock(&plain).ok_or_else(fault)?;
    let asked: Vec<_> = written.asked().into_iter().filter(|(code, _)| Some(*code) != typing).collect();
    let writing = Writing { locked, kid: &kid, asked: super::asked::of(room, &asked) };
    Ok(v.app.engine.store.keep_scratch(room.me, room.seen.loaded.id, writing, version, v.app.identity.clock.now()).await?)
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    f: Frame,
    head: Head,
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
    /// How the figure was counted: name and text.
    how: Vec<(String, String)>,
    mark: String,
    reason: String,
    reason_wrong: bool,
    before: String,
    next: String,
    check: String,
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

/// What stands above every page of the room: state, last day, parts.
struct Head {
    badge: String,
    due: Option<Due>,
    tabs: Vec<(String, String, bool)>,
}

fn head(v: &Visitor, room: &Room) -> Head {
    let whole = &room.seen.loaded.neighbour.whole;
    let due = whole.clocks.iter().find(|c| c.act == ActId::E15).map(|c| c.due.on.to_string());
    Head { badge: markup::state(whole.state.stage(), v.lang), due: v.due(due.as_deref()), tabs: tabs(v, &room.seen, "/phieu") }
}

async fn framed(v: &Visitor, room: &Room, heading: &str, status: StatusCode) -> Result<Frame, Refused> {
    let mut f = frame(v, heading, "/danh-gia").await?;
    f.crumbs.push(("/ho-so".to_owned(), v.t("kinds-dossier")));
    f.crumbs.push((place_of(room.seen.loaded.id), title(v, &room.seen)));
    f.wrong = status.is_client_error();
    Ok(f)
}

fn place(room: &Room) -> String {
    format!("{}/phieu", place_of(room.seen.loaded.id))
}

/// Why the reader writes no sheet here any more; none where they do.
fn closed(room: &Room, mine: Option<&sheet::State>) -> Option<&'static str> {
    let evaluating = room.seen.loaded.neighbour.whole.state.stage() == "E.evaluating";
    match (mine.is_some_and(|s| s.sheet.is_some()), room.round.due.contains(&room.me)) {
        (true, _) => Some("web-sheet-handed-in"),
        _ if mine.is_some_and(|s| s.entered.is_some()) => Some("web-sheet-on-paper"),
        (_, false) => Some("web-sheet-not-due"),
        _ if !evaluating => Some("web-sheet-closed"),
        _ => None,
    }
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
    show(&v, &room, &place_at(&at.tc, &at.tep, &at.trang), Vec::new(), false, StatusCode::OK).await
}

fn mark_badge(v: &Visitor, line: &Line, entry: Option<&Entry>) -> String {
    if entry.is_some_and(|e| e.unexplained(line)) {
        return markup::pill("warn", "triangle", &v.t("web-reason-lacks"));
    }
    // A question without words is nobody's.
    if entry.is_some_and(|e| e.mark == "ask" && e.reason.is_empty()) {
        return markup::pill("warn", "triangle", &v.t("web-question-lacks"));
    }
    // The share is confirmed or not; whether it is enough, the rules say.
    let figure = line.decides == Decides::Popularity;
    match entry.map(|e| e.mark.as_str()) {
        Some("met") if figure => markup::pill("ok", "tick", &v.t("web-figure-confirmed")),
        Some("not_met") if figure => markup::pill("bad", "x", &v.t("web-figure-not")),
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
    status: StatusCode,
) -> Result<Response, Refused> {
    let d = state(&room.seen)?;
    let place = place(room);
    let f = framed(v, room, &v.t1("web-room-title", &[("name", &d.name)]), status).await?;
    let mine = sheets(v, room).await?.remove(&room.me);
    let done = closed(room, mine.as_ref()).map(|key| v.t(key));
    let writing = done.is_none();
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
    let none = v.t(if figure { "web-evidence-none-figure" } else { "web-evidence-none" });
    let beside = super::evidence::beside(v, &f, &room.seen, &files, [&statement, &none], &at.wanted).await?;
    let share = room.round.share.map(|s| crate::shown::share(v, s.numerator, s.denominator_low, s.denominator_high)).unwrap_or_default();
    let how = counted(v, room);
    let next = match lines.get(n + 1) {
        Some(next) => v.t1("web-save-and-go", &[("code", &next.code)]),
        None => v.t("web-save-and-check"),
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
            head: head(v, room),
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
            how,
            mark: entry.map(|e| e.mark.clone()).unwrap_or_default(),
            reason: entry.map(|e| e.reason.clone()).unwrap_or_default(),
            reason_wrong,
            before: n.checked_sub(1).and_then(|b| lines.get(b)).map(|b| v.t1("web-save-back", &[("code", &b.code)])).unwrap_or_default(),
            next,
            check: format!("{place}/{CHECK}"),
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
    if sent.get("_do") == "submit" {
        return hand_in(&v, &room, sent.key()).await;
    }
    let place = place(&room);
    let code = sent.get("code").to_owned();
    let Some(n) = room.round.lines.iter().position(|l| l.code == code) else { return Err(Edge::NotFound.into()) };
    let at = place_at(&code, sent.get("tep"), sent.get("trang"));
    let (mut all, version) = written(&v, &room).await?;
    let entry = Entry { mark: sent.get("mark").to_owned(), reason: sent.get("reason").trim().to_owned() };
    let mark = matches!(entry.mark.as_str(), "met" | "not_met" | "ask");
    let what = sent.get("_do");
    let mut seen: u64 = sent.get("_draft").parse().unwrap_or(version);
    if mark || !entry.reason.is_empty() {
        all.0.insert(code.clone(), entry.clone());
        if keep(&v, &room, &all, seen, (what == "autosave").then_some(&*code)).await? {
            seen += 1;
        } else if what == "autosave" {
            return Ok((StatusCode::CONFLICT, [(header::CONTENT_TYPE, HTML)], markup::esc(&v.t("web-changed"))).into_response());
        } else {
            // The same sheet in two windows: what this one wrote stays on this page.
            let errors = vec![("#mark".to_owned(), v.t("web-changed"))];
            return show(&v, &room, &at, errors, false, StatusCode::CONFLICT).await;
        }
    }
    if what == "autosave" {
        let hidden = format!("<input type=\"hidden\" name=\"_draft\" value=\"{seen}\" id=\"draft-version\">");
        let at = v.t1("web-saved-at", &[("at", &crate::say::instant(v.app.engine.clock.now()))]);
        let text = format!("{}{}{hidden}", markup::icon("tick"), markup::esc(&at));
        return Ok(([(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, "no-store")], text).into_response());
    }
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
        return show(&v, &room, &at, errors, true, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if entry.mark == "ask" && entry.reason.is_empty() {
        // A question without words reaches nobody.
        let errors = vec![("#reason".to_owned(), v.t("web-ask-needed"))];
        return show(&v, &room, &at, errors, true, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if n + 1 < room.round.lines.len() {
        return Ok(to(n + 1));
    }
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{place}/{CHECK}")))]).into_response())
}

const HTML: &str = "text/html; charset=utf-8";

/// Last part of the address of the last look.
const CHECK: &str = "kiem-tra";

/// A line as it stands before the sheet goes.
struct Row {
    line: String,
    badge: String,
    reason: String,
    href: String,
}

#[derive(Template)]
#[template(path = "sheet_check.html")]
struct CheckPage {
    f: Frame,
    head: Head,
    errors: Vec<(String, String)>,
    rows: Vec<Row>,
    whole: usize,
    action: String,
    key: String,
    next: Vec<String>,
}

/// `GET /ho-so/{id}/phieu/kiem-tra`: every finding with its reason, before the sheet goes for good.
pub async fn check(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    let mine = sheets(&v, &room).await?.remove(&room.me);
    if closed(&room, mine.as_ref()).is_some() {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&place(&room)))]).into_response());
    }
    let (all, _) = written(&v, &room).await?;
    looked(&v, &room, &all, Vec::new(), StatusCode::OK).await
}

async fn looked(v: &Visitor, room: &Room, all: &Written, errors: Vec<(String, String)>, status: StatusCode) -> Result<Response, Refused> {
    let d = state(&room.seen)?;
    let place = place(room);
    let mut f = framed(v, room, &v.t("web-sheet-check"), status).await?;
    f.crumbs.push((place.clone(), v.t("web-tab-sheet")));
    let row = |line: &Line| {
        let entry = all.0.get(&line.code);
        Row {
            line: known::line(v, &d.regulation, &line.code),
            badge: mark_badge(v, line, entry),
            reason: entry.map(|e| e.reason.clone()).unwrap_or_default(),
            href: format!("{place}?tc={}", line.code),
        }
    };
    let rows: Vec<Row> = room.round.lines.iter().map(row).collect();
    let whole = room.round.lines.iter().filter(|l| all.0.get(&l.code).is_some_and(|e| e.whole(l))).count();
    let next = ["web-sheet-next-1", "web-sheet-next-2"].map(|key| v.t(key)).to_vec();
    let key = Uuid::new_v4().to_string();
    page_with(status, &CheckPage { f, head: head(v, room), errors, rows, whole, action: place, key, next })
}

/// E15: every line has a result and its reason; the sheet goes in.
async fn hand_in(v: &Visitor, room: &Room, key: Option<String>) -> Result<Response, Refused> {
    let id = room.seen.loaded.id;
    let place = place(room);
    let (all, _) = written(v, room).await?;
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
        return looked(v, room, &all, errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let content = json!({ "dossier": id, "member": room.me, "text": { "findings": findings, "figure": figure } });
    let form = orders::find(Kind::Sheet, "submissions").ok_or(Edge::NoSuchPage)?;
    match ndp_server::acts::order(&v.app, &v.reading, form, None, None, key, content).await {
        Ok(_) => {
            v.app.engine.store.drop_scratch(room.me, id).await?;
            Ok(super::act::done(v, &place, "E15"))
        }
        Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::Invalid(_) | Problem::KeyReused)) => {
            let errors = vec![("#sheet".to_owned(), super::act::said(v, &refused))];
            looked(v, room, &all, errors, refused.status()).await
        }
        Err(other) => Err(other),
    }
}

/// How the share was counted: what is counted and how, by the set; over what time, from what, by whom, by the application.
pub fn counted(v: &Visitor, room: &Room) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some(market) = room.text.as_ref().map(|t| &t.market) {
        all.extend([("unit", market.unit.to_string()), ("method", market.method.to_string())]);
    }
    if let Some(FigureClaim::Counted { figure }) = room.application.as_ref().and_then(|a| a.figure.as_ref()) {
        let period = format!("{} – {}", crate::say::day(figure.period_from), crate::say::day(figure.period_to));
        all.extend([("period", period), ("sources", figure.sources.to_string()), ("estimator", figure.estimator.to_string())]);
    }
    all.into_iter().map(|(name, text)| (v.t(&format!("web-figure-{name}")), text)).collect()
}

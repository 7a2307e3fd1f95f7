//! The paper of acts that take effect by one: begun on a record, filled in here, submitted for signature.
//! What is typed is a draft of the document, saved as it is typed; the page says when.

use super::act::{FormPage, changed, done, errors, mistakes, said, worked};
use crate::form::{Drawing, Known, Mistakes, Pairs, Shape, shape};
use crate::frame::{frame, page_with, place_of};
use crate::markup::esc;
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{files, known, say};
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::authority::Side;
use ndp_domain::document::{Document, PinnedAct, State};
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_engine::Problem;
use ndp_engine::orders::{self, OrderForm};
use ndp_server::acts::{command_of, order};
use ndp_server::problem::{Edge, Refused};
use ndp_store::seen::Seen;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Field of the document's draft that holds the whole form.
const FIELD: &str = "paper";

/// The draft of a paper, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
struct Draft {
    subject: String,
    recipients: Vec<String>,
    /// Texts of each act's content, in the order of the acts.
    acts: Vec<BTreeMap<String, String>>,
}

/// `POST /{slug}/{id}/van-ban/{noun}`: begins the paper of an act (D1).
pub async fn begin(
    v: Visitor,
    Path((slug, id, noun)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    sent: Sent,
) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    let duty = v.acting()?.clone();
    v.proved(sent.get("_proof"))?;
    let (form, id) = super::act::asked(&slug, &id, &noun)?;
    let stream = id.unwrap_or_else(|| Id::new(form.kind, v.app.engine.id()));
    let view = match id {
        Some(id) => Some(ndp_server::records::seen(&v.app, &v.reading, id).await?.loaded.neighbour.whole.state.view()),
        None => None,
    };
    let regulation = view.as_ref().and_then(|v| v.regulation.clone()).or_else(|| v.directory.regulation_on(v.today).map(|r| r.id.clone()));
    // The letters of a body go out under its own name; its organisation is the managing agency.
    let body = (duty.duty.side() == Side::Body).then(|| view.as_ref().and_then(|v| v.body)).flatten();
    let issuing = if body.is_some() { view.as_ref().and_then(|v| v.managing).unwrap_or(duty.org) } else { duty.org };
    let content = json!({
        "regulation": regulation,
        "issuing": issuing,
        "unit": duty.unit,
        "body": body,
        "acts": [{ "stream": stream, "act": form.act }],
    });
    let draft = orders::find(Kind::Document, "").ok_or(Edge::NoSuchPage)?;
    match order(&v.app, &v.reading, draft, None, None, sent.key(), content).await {
        Ok(receipt) => {
            let doc = receipt.stream(Kind::Document).ok_or(Edge::NotFound)?;
            let query = query.map(|q| format!("?{q}")).unwrap_or_default();
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{}/noi-dung{query}", place_of(doc))))]).into_response())
        }
        Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::Invalid(_))) => {
            let mut f = frame(&v, &v.t(&format!("act-{}", form.act.name())), "/trinh-ky").await?;
            f.wrong = true;
            let back = id.map_or_else(|| "/viec".to_owned(), place_of);
            let mut out = FormPage::new(
                f,
                format!("/{slug}/{}/van-ban/{noun}", id.map_or_else(|| super::act::NEW.to_owned(), |i| i.to_string())),
                back,
                v.t("web-try-again"),
            );
            out.errors = vec![(String::new(), said(&v, &refused))];
            page_with(refused.status(), &out)
        }
        Err(other) => Err(other),
    }
}

/// The document and the orders of its acts, while its content may be changed.
pub struct Open {
    pub seen: Seen,
    pub acts: Vec<(PinnedAct, &'static OrderForm)>,
}

async fn open(v: &Visitor, id: &str) -> Result<Open, Refused> {
    let id = known::id_of(Some(Kind::Document), id).ok_or(Edge::NotFound)?;
    let seen = ndp_server::records::seen(&v.app, &v.reading, id).await?;
    let state: &State = Document::known(&seen.loaded.neighbour.whole.state).ok_or(Edge::NotFound)?;
    let acts = state.acts.iter().filter_map(|a| Some((a.clone(), orders::of_act(a.stream.kind, a.act)?))).collect();
    Ok(Open { acts, seen })
}

impl Open {
    fn state(&self) -> Option<&State> {
        Document::known(&self.seen.loaded.neighbour.whole.state)
    }
    fn may_change(&self) -> bool {
        matches!(self.seen.loaded.neighbour.whole.state.stage(), "D.draft" | "D.returned")
    }
}

/// `GET /van-ban/{id}/noi-dung`
pub async fn content(v: Visitor, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    v.acting()?;
    let open = open(&v, &id).await?;
    if !open.may_change() {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&place_of(open.seen.loaded.id)))]).into_response());
    }
    let fields = v.app.engine.draft_fields(&v.reading.reader, open.seen.loaded.id).await?;
    let kept = fields.get(FIELD).and_then(|f| Some((serde_json::from_str::<Draft>(&f.value).ok()?, f.version)));
    let (draft, version) = match kept {
        Some(kept) => kept,
        None => (begun(&v, &open, query.as_deref()).await?, 0),
    };
    show(&v, &open, draft, version, Vec::new(), &[], StatusCode::OK, "").await
}

/// A draft that nobody has typed in: what the record, its own draft and the address already say.
async fn begun(v: &Visitor, open: &Open, query: Option<&str>) -> Result<Draft, Refused> {
    let mut acts = Vec::new();
    for (pinned, form) in &open.acts {
        let shape = shape::of(form);
        let mut pairs = super::act::given(query);
        let record = ndp_server::records::seen(&v.app, &v.reading, pinned.stream).await.ok();
        if let Some(record) = &record {
            super::act::prefill(v, form, Some(record), &mut pairs);
            super::prefill::more(v, form, Some(record), &mut pairs).await?;
            if let Some(typed) = typed(v, record, form).await? {
                pairs.put(shape, "", &typed);
            }
        } else {
            super::act::prefill(v, form, None, &mut pairs);
            of_set(v, &mut pairs, shape).await?;
        }
        acts.push(pairs.numbered(shape, false).0);
    }
    let subject = open.acts.first().map(|(_, form)| v.t(&format!("act-{}", form.act.name()))).unwrap_or_default();
    let issuing = open.state().map(|s| s.issuing.to_string());
    Ok(Draft { subject, recipients: issuing.into_iter().collect(), acts })
}

/// An opinion is on the draft that was sent out.
async fn of_set(v: &Visitor, pairs: &mut Pairs, shape: &Shape) -> Result<(), Refused> {
    let Some(set) = known::id_of(Some(Kind::CriteriaSet), pairs.get("/set")) else { return Ok(()) };
    if shape.property("draft").is_none() {
        return Ok(());
    }
    let seen = ndp_server::records::seen(&v.app, &v.reading, set).await?;
    if let Some(set) = ndp_domain::criteria_set::CriteriaSet::known(&seen.loaded.neighbour.whole.state)
        && let Some(asked) = set.working().and_then(|w| w.consultation.as_ref())
    {
        pairs.set("/draft", serde_json::to_value(asked.draft).ok().and_then(|p| p.as_str().map(str::to_owned)).unwrap_or_default());
    }
    Ok(())
}

/// What was typed on the record itself, as the content of the act that takes it over.
async fn typed(v: &Visitor, record: &Seen, form: &'static OrderForm) -> Result<Option<Value>, Refused> {
    let Shape::Object(_, properties) = shape::of(form) else { return Ok(None) };
    let within = match form.act.name() {
        "L2" => "proposal",
        "E2" | "E3" => "application",
        "C2" => "draft",
        "C5" => "text",
        _ => return Ok(None),
    };
    if !properties.iter().any(|p| p.name == within) {
        return Ok(None);
    }
    let fields = match v.app.engine.draft_fields(&v.reading.reader, record.loaded.id).await {
        Ok(fields) => fields,
        Err(Problem::Denied(_)) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let mut inner = serde_json::Map::new();
    for (name, field) in &fields {
        if let Ok(value) = serde_json::from_str::<Value>(&field.value) {
            inner.insert(name.clone(), value);
        }
    }
    let mut content = serde_json::Map::new();
    if inner.is_empty() && within != "proposal" {
        if let Some(value) = super::set::framework(v, record) {
            content.insert(within.to_owned(), value);
        }
    } else {
        content.insert(within.to_owned(), Value::Object(inner));
    }
    if let ndp_domain::machine::State::ListEntry(entry) = &record.loaded.neighbour.whole.state
        && let Some(Value::Object(inner)) = content.get_mut(within)
    {
        inner.entry("name_vi").or_insert_with(|| json!(entry.name));
    }
    if form.act.name() == "C2"
        && let ndp_domain::machine::State::CriteriaSet(_) = &record.loaded.neighbour.whole.state
    {
        content.insert("consulted".to_owned(), json!([v.directory.focal_on(v.today)]));
    }
    if form.act.name() == "C5" {
        content.insert("responses".to_owned(), super::set::responses(v, record).await?);
    }
    Ok(Some(Value::Object(content)))
}

fn prefix(n: usize) -> String {
    format!("/{n}")
}

/// The page of the form.
#[allow(clippy::too_many_arguments)]
async fn show(
    v: &Visitor,
    open: &Open,
    draft: Draft,
    version: u64,
    general: Vec<String>,
    wrong: &[Mistakes],
    status: StatusCode,
    saved: &str,
) -> Result<Response, Refused> {
    let id = open.seen.loaded.id;
    let titles: Vec<String> = open.acts.iter().map(|(_, form)| v.t(&format!("act-{}", form.act.name()))).collect();
    let title = v.t1("web-paper-content", &[("what", titles.first().map_or("", String::as_str))]);
    let mut f = frame(v, &title, "/trinh-ky").await?;
    f.crumbs.push(("/trinh-ky".to_owned(), v.t("web-nav-papers")));
    f.crumbs.push((place_of(id), crate::pages::record::title(v, &open.seen)));
    f.wrong = status.is_client_error();
    let none = Mistakes::new();
    let mut out = FormPage::new(f, format!("{}/noi-dung", place_of(id)), place_of(id), v.t("web-check"));
    // Subject and recipients of the paper itself.
    let own_shape = Shape::Object(
        String::new(),
        vec![
            crate::form::Property { name: "subject".to_owned(), shape: Shape::Text(300), required: true },
            crate::form::Property {
                name: "recipients".to_owned(),
                shape: Shape::List(Box::new(Shape::Record(Some(Kind::Organisation)))),
                required: true,
            },
        ],
    );
    let mut own = Pairs::default();
    own.set("/subject", draft.subject.clone());
    draft.recipients.iter().enumerate().for_each(|(i, r)| own.set(format!("/recipients/{i}"), r.clone()));
    let mut known = Known::default();
    known.records.insert(Kind::Organisation, known::organisations(v));
    let first = wrong.last().filter(|_| wrong.len() > open.acts.len()).unwrap_or(&none);
    out.body = Drawing { lang: v.lang, act: "D2", pairs: &own, wrong: first, known: &known, prefix: "/p" }.form(&own_shape);
    out.errors = errors(v, first, "/p", general);
    for (n, (pinned, form)) in open.acts.iter().enumerate() {
        let shape = shape::of(form);
        let record = ndp_server::records::seen(&v.app, &v.reading, pinned.stream).await.ok();
        let mut known = known::of(v, shape, record.as_ref()).await?;
        // Files are kept with the paper's record where there is one, else with the paper.
        let own = ndp_server::evidence::files_of(&v.app, &v.reading, &open.seen).await?;
        known.files.extend(own.into_iter().map(|f| (f.sha256.to_string(), f.name)));
        if let Some(code) = record.as_ref().map(|r| crate::pages::record::title(v, r)) {
            out.body.push_str(&format!(
                "<h2>{} <span class=\"hint\">{}</span></h2>",
                esc(titles.get(n).map_or("", String::as_str)),
                esc(&code)
            ));
        }
        let pairs = Pairs(draft.acts.get(n).cloned().unwrap_or_default());
        let of = wrong.get(n).unwrap_or(&none);
        let prefix = prefix(n);
        let drawing = Drawing { lang: v.lang, act: form.act.name(), pairs: &pairs, wrong: of, known: &known, prefix: &prefix };
        if form.kind == Kind::CriteriaSet {
            out.body.push_str(&super::set::drawn(&drawing, shape));
        } else {
            out.body.push_str(&drawing.form(shape));
        }
        out.errors.extend(errors(v, of, &prefix, Vec::new()));
    }
    out.above = v.t("web-paper-above");
    out.others = vec![("save".to_owned(), v.t("web-save-later"))];
    out.draft = Some(version);
    out.version = Some(open.seen.loaded.neighbour.version);
    out.autosave = true;
    out.saved = saved.to_owned();
    page_with(status, &out)
}

/// What was sent, as the draft it makes.
fn draft_of(sent: &Sent, open: &Open, drop_blank: bool) -> Draft {
    let under = |prefix: &str| {
        let below = sent.pairs.0.iter().filter_map(|(k, v)| Some((k.strip_prefix(prefix)?.to_owned(), v.clone())));
        Pairs(below.filter(|(k, _)| k.starts_with('/')).collect())
    };
    let own = under("/p");
    let recipients = own
        .keys("/recipients")
        .into_iter()
        .map(|k| own.get(&format!("/recipients/{k}")).to_owned())
        .filter(|r| !drop_blank || !r.is_empty());
    let acts = open.acts.iter().enumerate().map(|(n, (_, form))| under(&prefix(n)).numbered(shape::of(form), drop_blank).0);
    Draft { subject: own.get("/subject").to_owned(), recipients: recipients.collect(), acts: acts.collect() }
}

/// `POST /van-ban/{id}/noi-dung`
pub async fn save(v: Visitor, Path(id): Path<String>, mut sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    let open = open(&v, &id).await?;
    if !open.may_change() {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&place_of(open.seen.loaded.id)))]).into_response());
    }
    let version: u64 = sent.get("_draft").parse().unwrap_or(0);
    let what = sent.get("_do").to_owned();
    if what == "submit" {
        return submit(&v, &open, version, sent.key()).await;
    }
    if worked(&mut sent.pairs, &what) {
        let draft = draft_of(&sent, &open, false);
        return show(&v, &open, draft, version, Vec::new(), &[], StatusCode::OK, "").await;
    }
    let mut unfit = Mistakes::new();
    files::keep(&v, open.seen.loaded.id, &mut sent, &mut unfit).await?;
    let draft = draft_of(&sent, &open, true);
    let value = serde_json::to_value(&draft).map_err(|e| ndp_identity::Denial::Fault(e.to_string()))?;
    let saved = v.app.engine.save_draft(&v.reading.reader, open.seen.loaded.id, FIELD, &value, version).await;
    let version = match saved {
        Ok(version) => version,
        Err(problem @ Problem::Stale { .. }) if what == "autosave" => {
            let text = changed(&v, &Refused::from(problem)).await?;
            return Ok((StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], esc(&text)).into_response());
        }
        Err(problem @ Problem::Stale { .. }) => return both(&v, &open, draft, &Refused::from(problem)).await,
        Err(other) => return Err(other.into()),
    };
    let at = v.t1("web-saved-at", &[("at", &say::instant(v.app.engine.clock.now()))]);
    match what.as_str() {
        "autosave" => {
            let hidden = format!("<input type=\"hidden\" name=\"_draft\" value=\"{version}\" id=\"draft-version\" hx-swap-oob=\"true\">");
            let text = format!("{}{}{hidden}", crate::markup::icon("tick"), esc(&at));
            Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text).into_response())
        }
        "save" => Ok(done(&v, &place_of(open.seen.loaded.id), "draft")),
        _ => match frozen(&open, &draft, unfit)? {
            Ok(content) => super::check::check(&v, &open, version, &content).await,
            Err(wrong) => show(&v, &open, draft, version, Vec::new(), &wrong, StatusCode::UNPROCESSABLE_ENTITY, &at).await,
        },
    }
}

/// What the checked page sends: the draft as it was saved and looked at, and no other.
async fn submit(v: &Visitor, open: &Open, seen: u64, key: Option<String>) -> Result<Response, Refused> {
    let id = open.seen.loaded.id;
    let fields = v.app.engine.draft_fields(&v.reading.reader, id).await?;
    let Some(field) = fields.get(FIELD) else { return Err(Edge::NotFound.into()) };
    let draft: Draft = serde_json::from_str(&field.value).unwrap_or_default();
    if field.version != seen {
        let general = vec![v.t("web-changed")];
        return show(v, open, draft, field.version, general, &[], StatusCode::CONFLICT, "").await;
    }
    let content = match frozen(open, &draft, Mistakes::new())? {
        Ok(content) => content,
        Err(wrong) => return show(v, open, draft, seen, Vec::new(), &wrong, StatusCode::UNPROCESSABLE_ENTITY, "").await,
    };
    let form = orders::find(Kind::Document, "submissions").ok_or(Edge::NoSuchPage)?;
    match order(&v.app, &v.reading, form, Some(id), None, key, content).await {
        Ok(_) => Ok(done(v, &place_of(id), "D2")),
        Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::Invalid(_) | Problem::KeyReused)) => {
            let general = vec![said(v, &refused)];
            show(v, open, draft, seen, general, &[], refused.status(), "").await
        }
        Err(other) => Err(other),
    }
}

/// The snapshot that goes for signature, or what of the draft cannot be one: by act, the paper's own last.
#[allow(clippy::type_complexity)]
fn frozen(open: &Open, draft: &Draft, unfit: Mistakes) -> Result<Result<Value, Vec<Mistakes>>, Refused> {
    let mut wrong: Vec<Mistakes> = vec![Mistakes::new(); open.acts.len() + 1];
    let mut frozen = Vec::new();
    for (n, (pinned, form)) in open.acts.iter().enumerate() {
        let shape = shape::of(form);
        let (content, unread) = Pairs(draft.acts.get(n).cloned().unwrap_or_default()).content(shape, &Known::default());
        let at = &mut wrong[n];
        at.extend(unread);
        let own = prefix(n);
        at.extend(unfit.iter().filter_map(|(p, m)| Some((p.strip_prefix(own.as_str())?.to_owned(), m.clone()))));
        if at.is_empty() {
            match command_of(form, pinned.stream, form.opens && !form.continues, content) {
                Ok(command) => frozen.push(json!({ "stream": pinned.stream, "command": command })),
                Err(Refused::Engine(Problem::Invalid(all))) => at.extend(mistakes(&all)),
                Err(other) => return Err(other),
            }
        }
    }
    let own = wrong.len() - 1;
    if draft.subject.trim().is_empty() {
        wrong[own].insert("/subject".to_owned(), ("input.field_missing".to_owned(), String::new()));
    }
    if draft.recipients.is_empty() {
        wrong[own].insert("/recipients".to_owned(), ("input.field_missing".to_owned(), String::new()));
    }
    if wrong.iter().any(|w| !w.is_empty()) {
        return Ok(Err(wrong));
    }
    Ok(Ok(json!({ "snapshot": { "subject": draft.subject, "recipients": draft.recipients, "acts": frozen } })))
}

/// Somebody else saved in between: both values stand at each field that differs, and the person chooses.
async fn both(v: &Visitor, open: &Open, mine: Draft, refused: &Refused) -> Result<Response, Refused> {
    let fields = v.app.engine.draft_fields(&v.reading.reader, open.seen.loaded.id).await?;
    let Some(field) = fields.get(FIELD) else { return Err(Edge::NotFound.into()) };
    let theirs: Draft = serde_json::from_str(&field.value).unwrap_or_default();
    let mut wrong: Vec<Mistakes> = Vec::new();
    for n in 0..open.acts.len() {
        let (a, b) = (mine.acts.get(n).cloned().unwrap_or_default(), theirs.acts.get(n).cloned().unwrap_or_default());
        let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        let differs = keys.into_iter().filter(|k| a.get(*k).map_or("", String::as_str) != b.get(*k).map_or("", String::as_str));
        let said = |k: &String| v.t1("web-theirs", &[("value", b.get(k).map_or("–", String::as_str))]);
        wrong.push(differs.map(|k| (k.trim_end_matches(':').to_owned(), ("said".to_owned(), said(k)))).collect());
    }
    let mut own = Mistakes::new();
    if mine.subject != theirs.subject {
        own.insert("/subject".to_owned(), ("said".to_owned(), v.t1("web-theirs", &[("value", &theirs.subject)])));
    }
    wrong.push(own);
    let general = vec![changed(v, refused).await?, v.t("web-theirs-how")];
    let mut page = show(v, open, mine, field.version, general, &wrong, StatusCode::CONFLICT, "").await?;
    page.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(page)
}

//! The paper of acts that take effect by one: begun on a record, filled in here, submitted for signature; and
//! an enterprise's application, filled in the same way and sent by the enterprise itself. What is typed is
//! saved as it is typed; the page says when.

use super::act::{FormPage, changed, done, errors, ordered, said, theirs as saved, worked};
use super::draft::{Draft, Frozen, Open, open, prefix};
use super::topics::{self, Topic};
use crate::form::{Drawing, Known, Mistakes, Pairs, Property, Shape, shape};
use crate::frame::{Frame, frame, page_with, place_of};
use crate::markup::esc;
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{files, known, say};
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Side;
use ndp_domain::canonical::Hash;
use ndp_domain::id::{Id, Kind};
use ndp_engine::Problem;
use ndp_engine::orders;
use ndp_server::acts::{order, tried};
use ndp_server::problem::{Edge, Refused};
use serde_json::json;

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

/// The page of what is filled in: all of it, or one topic.
struct Filling<'a> {
    open: &'a Open,
    topics: &'a [Topic],
    topic: Option<&'a Topic>,
    draft: Draft,
    version: u64,
    general: Vec<String>,
    wrong: Vec<Mistakes>,
    saved: String,
}

/// A paper stands under papers, an enterprise's application under dossiers.
pub fn nav(open: &Open) -> &'static str {
    if open.paper().is_some() { "/trinh-ky" } else { "/ho-so" }
}

/// Where the draft stands.
pub fn crumbs(v: &Visitor, open: &Open, f: &mut Frame) {
    f.crumbs.push(crate::frame::above(v, open.id().kind));
    f.crumbs.push((place_of(open.id()), crate::pages::record::title(v, &open.seen)));
}

/// Mark of a draft as it was looked at.
pub fn mark(draft: &Draft) -> String {
    Hash::of(serde_json::to_string(draft).unwrap_or_default().as_bytes()).to_string()
}

/// Not here to be changed any more: on to the record.
fn elsewhere(v: &Visitor, open: &Open) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&place_of(open.id())))]).into_response()
}

/// `GET /{slug}/{id}/noi-dung`
pub async fn content(v: Visitor, Path((slug, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    v.acting()?;
    let open = open(&v, &slug, &id).await?;
    if !open.may_change(&v) {
        return Ok(elsewhere(&v, &open));
    }
    let topics = topics::of(&v, &open);
    let (draft, versions) = open.draft(&v, &topics, query.as_deref()).await?;
    if !topics.is_empty() {
        return topics::list(&v, &open, &topics, &draft, Vec::new(), StatusCode::OK).await;
    }
    show(&v, Filling::new(&open, &topics, None, draft, versions.all), StatusCode::OK).await
}

/// `GET /{slug}/{id}/noi-dung/{topic}`: one topic, or the last look at everything.
pub async fn topic(v: Visitor, Path((slug, id, name)): Path<(String, String, String)>) -> Result<Response, Refused> {
    v.acting()?;
    let open = open(&v, &slug, &id).await?;
    if !open.may_change(&v) {
        return Ok(elsewhere(&v, &open));
    }
    let topics = topics::of(&v, &open);
    let (draft, versions) = open.draft(&v, &topics, None).await?;
    if name == CHECK && !topics.is_empty() {
        return match open.frozen(&v, &draft, Mistakes::new())? {
            Ok(frozen) if topics::ready(&topics, &draft) => looked(&v, &open, &topics, draft, versions.all, frozen).await,
            _ => topics::list(&v, &open, &topics, &draft, Vec::new(), StatusCode::OK).await,
        };
    }
    let topic = topics.iter().find(|t| t.name == name).ok_or(Edge::NoSuchPage)?;
    let version = versions.of(topic);
    show(&v, Filling::new(&open, &topics, Some(topic), draft, version), StatusCode::OK).await
}

/// The last look, where what goes would be taken; else what stands in its way, where it is filled in.
async fn looked(v: &Visitor, open: &Open, topics: &[Topic], draft: Draft, version: u64, frozen: Frozen) -> Result<Response, Refused> {
    let form = sends(open)?;
    match tried(&v.app, &v.reading, form, Some(open.id()), frozen.order.clone()).await {
        Ok(()) => super::check::check(v, open, topics, &draft, &frozen).await,
        Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::Invalid(_))) => {
            let general = vec![said(v, &refused)];
            if topics.is_empty() {
                show(v, Filling { general, ..Filling::new(open, topics, None, draft, version) }, refused.status()).await
            } else {
                topics::list(v, open, topics, &draft, general, refused.status()).await
            }
        }
        Err(other) => Err(other),
    }
}

/// The order by which what is filled in goes.
fn sends(open: &Open) -> Result<&'static orders::OrderForm, Refused> {
    let form = match open.paper() {
        Some(_) => orders::find(Kind::Document, "submissions"),
        None => open.acts.first().map(|(_, form)| *form),
    };
    form.ok_or_else(|| Edge::NoSuchPage.into())
}

/// Last part of the address of the last look.
const CHECK: &str = "kiem-tra";

impl<'a> Filling<'a> {
    fn new(open: &'a Open, topics: &'a [Topic], topic: Option<&'a Topic>, draft: Draft, version: u64) -> Filling<'a> {
        Filling { open, topics, topic, draft, version, general: Vec::new(), wrong: Vec::new(), saved: String::new() }
    }
}

/// Subject, recipients and text of the paper itself.
fn own_shape() -> Shape {
    let recipients = Shape::List(Box::new(Shape::Record(Some(Kind::Organisation))));
    Shape::Object(
        String::new(),
        vec![
            Property { name: "subject".to_owned(), shape: Shape::Text(300), required: true },
            Property { name: "recipients".to_owned(), shape: recipients, required: true },
            Property { name: "text".to_owned(), shape: Shape::Text(4000), required: false },
        ],
    )
}

async fn show(v: &Visitor, filling: Filling<'_>, status: StatusCode) -> Result<Response, Refused> {
    let Filling { open, topics, topic, draft, version, general, wrong, saved } = filling;
    let id = open.id();
    let titles = open.titles(v);
    let title =
        topic.map_or_else(|| v.t1("web-paper-content", &[("what", titles.first().map_or("", String::as_str))]), |t| t.title.clone());
    let mut f = frame(v, &title, nav(open)).await?;
    crumbs(v, open, &mut f);
    f.wrong = status.is_client_error();
    let none = Mistakes::new();
    let (action, back, button) = match topic {
        None => (open.place(), place_of(id), v.t("web-check")),
        Some(t) => {
            f.crumbs.push((open.place(), v.t("web-topics")));
            (format!("{}/{}", open.place(), t.name), open.place(), v.t("web-save-next"))
        }
    };
    let mut out = FormPage::new(f, action, back, button);
    let first = wrong.last().filter(|_| wrong.len() > open.acts.len()).unwrap_or(&none);
    out.errors = errors(v, "", &Mistakes::new(), "", general);
    if open.paper().is_some() && topic.is_none_or(|t| t.own) {
        let mut own = Pairs::default();
        own.set("/subject", draft.subject.clone());
        own.set("/text", draft.text.clone());
        draft.recipients.iter().enumerate().for_each(|(i, r)| own.set(format!("/recipients/{i}"), r.clone()));
        let mut known = Known::default();
        known.records.insert(Kind::Organisation, known::organisations(v));
        out.body = Drawing { lang: v.lang, act: "D2", pairs: &own, wrong: first, known: &known, prefix: "/p" }.form(&own_shape());
        out.errors.extend(errors(v, "D2", first, "/p", Vec::new()));
    }
    // Files are kept with the paper, and with the record where there is one.
    let own_files = ndp_server::evidence::files_of(&v.app, &v.reading, &open.seen).await?;
    for (n, (pinned, form)) in open.acts.iter().enumerate().filter(|_| topic.is_none_or(|t| !t.own)) {
        let shape = shape::of(form);
        let record = open.records.get(&pinned.stream);
        let mut known = known::of(v, shape, record).await?;
        for f in &own_files {
            let sha256 = f.sha256.to_string();
            if known.files.iter().all(|(known, _)| *known != sha256) {
                known.files.push((sha256, f.name.clone()));
            }
        }
        if let (Some(record), None) = (record, topic) {
            out.body.push_str(&format!(
                "<h2>{} <span class=\"hint\">{}</span></h2>",
                esc(titles.get(n).map_or("", String::as_str)),
                esc(&crate::pages::record::title(v, record))
            ));
        }
        let pairs = Pairs(draft.acts.get(n).cloned().unwrap_or_default());
        crate::narrow::to(v, form, record, &pairs, &mut known).await?;
        if form.act == ActId::C5 {
            known.above = super::opinions::above(v, pinned.stream, &pairs).await?;
        }
        let of = wrong.get(n).unwrap_or(&none);
        let prefix = prefix(n);
        let act = form.act.name();
        let drawn = match topic {
            Some(topic) => {
                let pairs = Pairs(pairs.0.into_iter().filter(|(p, _)| topic.covers(p)).collect());
                if let Some(all) = known.keys.get_mut("evidence").filter(|_| !topic.codes.is_empty()) {
                    all.retain(|(code, _)| topic.codes.contains(code));
                }
                let drawing = Drawing { lang: v.lang, act, pairs: &pairs, wrong: of, known: &known, prefix: &prefix };
                let within = shape.property(topic.at.trim_start_matches('/')).map(|p| &p.shape);
                within.map(|s| drawing.part(s, topic.at, topic.fields)).unwrap_or_default()
            }
            None => {
                let drawing = Drawing { lang: v.lang, act, pairs: &pairs, wrong: of, known: &known, prefix: &prefix };
                if form.kind == Kind::CriteriaSet { super::set::drawn(&drawing, shape) } else { drawing.form(shape) }
            }
        };
        out.body.push_str(&drawn);
        out.errors.extend(errors(v, act, of, &prefix, Vec::new()));
    }
    out.errors = ordered(std::mem::take(&mut out.errors), &out.body);
    out.above = match topic.and_then(|t| topics.iter().position(|o| o.name == t.name)) {
        Some(n) => v.t1("web-topic-of", &[("n", &(n + 1).to_string()), ("of", &topics.len().to_string())]),
        None => v.t("web-paper-above"),
    };
    out.enter = if topic.is_some() { "next".to_owned() } else { out.enter };
    out.others = vec![("save".to_owned(), v.t("web-save-later"))];
    out.draft = Some(version);
    out.version = Some(open.seen.loaded.neighbour.version);
    out.autosave = true;
    out.saved = saved;
    page_with(status, &out)
}

/// What was sent, as the draft it makes: of one topic only what it covers.
fn draft_of(sent: &Sent, open: &Open, topic: Option<&Topic>, drop_blank: bool) -> Draft {
    let under = |prefix: &str| {
        let below = sent.pairs.0.iter().filter_map(|(k, v)| Some((k.strip_prefix(prefix)?.to_owned(), v.clone())));
        Pairs(below.filter(|(k, _)| k.starts_with('/') && (prefix == "/p" || topic.is_none_or(|t| t.covers(k)))).collect())
    };
    let own = under("/p");
    let recipients = own
        .keys("/recipients")
        .into_iter()
        .map(|k| own.get(&format!("/recipients/{k}")).to_owned())
        .filter(|r| !drop_blank || !r.is_empty());
    let acts = open.acts.iter().enumerate().map(|(n, (_, form))| under(&prefix(n)).numbered(shape::of(form), drop_blank).0);
    Draft {
        subject: own.get("/subject").to_owned(),
        recipients: recipients.collect(),
        text: own.get("/text").to_owned(),
        acts: acts.collect(),
        through: Vec::new(),
    }
}

/// `POST /{slug}/{id}/noi-dung`
pub async fn save(v: Visitor, Path((slug, id)): Path<(String, String)>, sent: Sent) -> Result<Response, Refused> {
    kept(v, &slug, &id, None, sent).await
}

/// `POST /{slug}/{id}/noi-dung/{topic}`
pub async fn save_topic(v: Visitor, Path((slug, id, name)): Path<(String, String, String)>, sent: Sent) -> Result<Response, Refused> {
    kept(v, &slug, &id, Some(name), sent).await
}

async fn kept(v: Visitor, slug: &str, id: &str, name: Option<String>, mut sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    sent.take_theirs();
    let open = open(&v, slug, id).await?;
    if !open.may_change(&v) {
        return Ok(elsewhere(&v, &open));
    }
    let version: u64 = sent.get("_draft").parse().unwrap_or(0);
    let what = sent.get("_do").to_owned();
    let topics = topics::of(&v, &open);
    let topic = match &name {
        Some(name) => Some(topics.iter().find(|t| t.name == *name).ok_or(Edge::NoSuchPage)?),
        None => None,
    };
    if what == "submit" {
        let seen = sent.get("_mark").to_owned();
        return submit(&v, &open, &topics, &seen, sent.key()).await;
    }
    if topic.is_none() && !topics.is_empty() {
        // What has topics is saved by topic; a page from before goes on where its fields are now.
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&open.place()))]).into_response());
    }
    // A file that was chosen is kept whatever was pressed.
    let mut unfit = Mistakes::new();
    files::keep(&v, |pointer| open.holder(pointer), &mut sent, &mut unfit).await?;
    if worked(&mut sent.pairs, &what) {
        let draft = draft_of(&sent, &open, topic, false);
        return show(&v, Filling::new(&open, &topics, topic, draft, version), StatusCode::OK).await;
    }
    let names = names_of(&v, &open, &sent.pairs).await?;
    files::name(&mut sent.pairs, &names);
    if !unfit.is_empty() && what != "autosave" {
        // What was refused is told where it was given, with everything else still in its place.
        let draft = draft_of(&sent, &open, topic, false);
        let wrong = (0..open.acts.len()).map(|n| under(&unfit, &prefix(n))).chain([under(&unfit, "/p")]).collect();
        let filling = Filling { wrong, ..Filling::new(&open, &topics, topic, draft, version) };
        return show(&v, filling, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let mut draft = draft_of(&sent, &open, topic, true);
    if let Some(topic) = topic
        && (what == "next" || open.draft(&v, &topics, None).await?.0.through.contains(&topic.name))
    {
        draft.through.push(topic.name.clone());
    }
    let version = match open.keep(&v, topic, &draft, version).await {
        Ok(version) => version,
        Err(refused @ Refused::Engine(Problem::Stale { .. })) if what == "autosave" => {
            let text = changed(&v, &refused).await?;
            return Ok((StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], esc(&text)).into_response());
        }
        Err(refused @ Refused::Engine(Problem::Stale { .. })) => return both(&v, &open, &topics, topic, draft, &refused).await,
        Err(other) => return Err(other),
    };
    let at = v.t1("web-saved-at", &[("at", &say::instant(v.app.engine.clock.now()))]);
    match (what.as_str(), topic) {
        ("autosave", _) => {
            let hidden = format!("<input type=\"hidden\" name=\"_draft\" value=\"{version}\" id=\"draft-version\" hx-swap-oob=\"true\">");
            let text = format!("{}{}{hidden}", crate::markup::icon("tick"), esc(&at));
            Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text).into_response())
        }
        ("save", None) => Ok(done(&v, &place_of(open.id()), "draft")),
        ("save", Some(_)) => Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&open.place()))]).into_response()),
        (_, None) => match open.frozen(&v, &draft, unfit)? {
            Ok(frozen) => looked(&v, &open, &topics, draft, version, frozen).await,
            Err(wrong) => {
                let filling = Filling { wrong, saved: at, ..Filling::new(&open, &topics, None, draft, version) };
                show(&v, filling, StatusCode::UNPROCESSABLE_ENTITY).await
            }
        },
        (_, Some(topic)) => {
            let (whole, _) = open.draft(&v, &topics, None).await?;
            let mut wrong = open.frozen(&v, &whole, unfit)?.err().unwrap_or_default();
            let last = wrong.len().saturating_sub(1);
            for (n, of) in wrong.iter_mut().enumerate() {
                of.retain(|p, _| if n == last { topic.own } else { topic.covers(p) });
            }
            if wrong.iter().any(|w| !w.is_empty()) {
                let filling = Filling { wrong, saved: at, ..Filling::new(&open, &topics, Some(topic), draft, version) };
                return show(&v, filling, StatusCode::UNPROCESSABLE_ENTITY).await;
            }
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&after(&v, &open, &topics, topic, &whole)))]).into_response())
        }
    }
}

/// Mistakes below a place, by what is left of their pointers.
fn under(all: &Mistakes, prefix: &str) -> Mistakes {
    all.iter().filter_map(|(p, m)| Some((p.strip_prefix(prefix)?.to_owned(), m.clone()))).collect()
}

/// Names of files that were chosen among those given before: of the paper, and of the records that it is about.
async fn names_of(v: &Visitor, open: &Open, pairs: &Pairs) -> Result<Vec<(String, String)>, Refused> {
    let chosen = |(k, value): (&String, &String)| k.ends_with("/sha256") && !value.is_empty();
    if !pairs.0.iter().any(chosen) {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for seen in std::iter::once(&open.seen).chain(open.records.values().filter(|s| s.loaded.id != open.id())) {
        let files = ndp_server::evidence::files_of(&v.app, &v.reading, seen).await?;
        all.extend(files.into_iter().map(|f| (f.sha256.to_string(), f.name)));
    }
    Ok(all)
}

/// Where "save and continue" leads: the next topic that is not done, else the list.
fn after(v: &Visitor, open: &Open, topics: &[Topic], topic: &Topic, draft: &Draft) -> String {
    let wrong = open.frozen(v, draft, Mistakes::new()).ok().and_then(Result::err).unwrap_or_default();
    let at = topics.iter().position(|t| t.name == topic.name).map_or(0, |n| n + 1);
    let next = topics.iter().skip(at).find(|t| t.far(draft, &wrong) != topics::Far::Done);
    next.map_or_else(|| open.place(), |t| format!("{}/{}", open.place(), t.name))
}

/// What the checked page sends: the draft as it was saved and looked at, and no other.
async fn submit(v: &Visitor, open: &Open, topics: &[Topic], seen: &str, key: Option<String>) -> Result<Response, Refused> {
    let id = open.id();
    let (draft, versions) = open.draft(v, topics, None).await?;
    let general = match (mark(&draft) == seen, open.frozen(v, &draft, Mistakes::new())?) {
        (false, _) => (vec![v.t("web-changed")], StatusCode::CONFLICT),
        (true, Err(wrong)) if topics.is_empty() => {
            let filling = Filling { wrong, ..Filling::new(open, topics, None, draft, versions.all) };
            return show(v, filling, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        (true, Err(_)) => (Vec::new(), StatusCode::UNPROCESSABLE_ENTITY),
        (true, Ok(_)) if !topics::ready(topics, &draft) => (Vec::new(), StatusCode::UNPROCESSABLE_ENTITY),
        (true, Ok(frozen)) => {
            let form = sends(open)?;
            match order(&v.app, &v.reading, form, Some(id), None, key, frozen.order).await {
                Ok(_) => return Ok(done(v, &place_of(id), form.act.name())),
                Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::Invalid(_) | Problem::KeyReused)) => {
                    (vec![said(v, &refused)], refused.status())
                }
                Err(other) => return Err(other),
            }
        }
    };
    if topics.is_empty() {
        let filling = Filling { general: general.0, ..Filling::new(open, topics, None, draft, versions.all) };
        show(v, filling, general.1).await
    } else {
        topics::list(v, open, topics, &draft, general.0, general.1).await
    }
}

/// Somebody else saved in between: both values stand at each field that differs, and the person chooses.
async fn both(
    v: &Visitor,
    open: &Open,
    topics: &[Topic],
    topic: Option<&Topic>,
    mine: Draft,
    refused: &Refused,
) -> Result<Response, Refused> {
    let (theirs, versions) = open.draft(v, topics, None).await?;
    let version = topic.map_or(versions.all, |t| versions.of(t));
    let mut wrong: Vec<Mistakes> = Vec::new();
    for n in 0..open.acts.len() {
        let (a, b) = (mine.acts.get(n).cloned().unwrap_or_default(), theirs.acts.get(n).cloned().unwrap_or_default());
        let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).filter(|k| topic.is_none_or(|t| t.covers(k))).collect();
        let differs = keys.into_iter().filter(|k| a.get(*k).map_or("", String::as_str) != b.get(*k).map_or("", String::as_str));
        wrong.push(differs.map(|k| (k.trim_end_matches(':').to_owned(), saved(b.get(k).map_or("", String::as_str)))).collect());
    }
    let mut own = Mistakes::new();
    if mine.subject != theirs.subject && topic.is_none_or(|t| t.own) {
        own.insert("/subject".to_owned(), saved(&theirs.subject));
    }
    if mine.text != theirs.text && topic.is_none_or(|t| t.own) {
        own.insert("/text".to_owned(), saved(&theirs.text));
    }
    wrong.push(own);
    let general = vec![changed(v, refused).await?, v.t("web-theirs-how")];
    show(v, Filling { general, wrong, ..Filling::new(open, topics, topic, mine, version) }, StatusCode::CONFLICT).await
}

//! Criteria sets: the editor of a version's text, consultation with its responses, the version in force.

use super::act::{FormPage, changed, errors, mistakes, ordered, worked};
use crate::form::draw::id_of;
use crate::form::{Drawing, Known, Mistakes, Pairs, Shape, shape};
use crate::frame::{frame, page_with, place_of};
use crate::markup::{self, esc, icon};
use crate::pages::record::title;
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, say};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use ndp_domain::access::Facet;
use ndp_domain::criteria_set::{self, CriteriaSet, SetText};
use ndp_domain::evidence::Need;
use ndp_domain::id::Kind;
use ndp_domain::machine::Known as _;
use ndp_domain::opinion::Opinion;
use ndp_engine::{Problem, orders};
use ndp_server::problem::{Edge, Refused};
use ndp_server::records::seen;
use ndp_store::seen::Seen;
use serde_json::{Value, json};
use std::fmt::Write;

pub fn state(seen: &Seen) -> Option<&criteria_set::State> {
    CriteriaSet::known(&seen.loaded.neighbour.whole.state)
}

/// A text to start from: the framework of the regulation version, inherited line by line.
pub fn framework(v: &Visitor, record: &Seen) -> Option<Value> {
    let set = state(record)?;
    let regulation = v.directory.regulations.get(&set.regulation)?;
    let line = |c: &ndp_domain::regulation::Criterion| json!({ "code": c.code, "group": c.group, "name_vi": c.name_vi, "name_en": c.name_en, "lineage": "inherited", "evidence": "", "checked_against_annex": c.checked_against_annex, "force": "must", "conditional": false });
    Some(json!({ "lines": regulation.framework.iter().map(line).collect::<Vec<_>>() }))
}

/// One response for each opinion that has come in on the draft (C5).
pub async fn responses(v: &Visitor, record: &Seen) -> Result<Value, Refused> {
    let Some(set) = state(record) else { return Ok(json!([])) };
    let Some(asked) = set.working().and_then(|w| w.consultation.as_ref()) else { return Ok(json!([])) };
    let loaded = v.app.engine.store.load(&[Need::Children(record.loaded.id, Kind::Opinion)]).await?;
    let of = |l: &ndp_store::read::Loaded| Opinion::known(&l.neighbour.whole.state).is_some_and(|o| o.draft == asked.draft);
    let all: Vec<Value> = loaded.values().filter(|l| of(l)).map(|l| json!({ "opinion": l.id, "answer": "accepted", "text": "" })).collect();
    Ok(json!(all))
}

/// The set's form: market and level as fields, the lines as a table with buttons to move them.
pub fn drawn(d: &Drawing<'_>, shape: &Shape) -> String {
    let text = ["draft", "text"].into_iter().find(|n| shape.property(n).is_some());
    let (at, inner) = match text {
        Some(name) => (format!("/{name}"), shape.property(name).map(|p| &p.shape)),
        None => (String::new(), Some(shape)),
    };
    let Some(inner) = inner else { return d.form(shape) };
    let Shape::Object(_, properties) = shape else { return d.form(shape) };
    let others: Vec<&str> = properties
        .iter()
        .map(|p| p.name.as_str())
        .filter(|n| Some(*n) != text && (text.is_some() || !matches!(*n, "lines" | "market" | "security_level")))
        .collect();
    let mut out = d.part(shape, "", &others);
    out.push_str(&d.part(inner, &at, &["market", "security_level"]));
    out.push_str(&table(d, inner, &format!("{at}/lines")));
    out
}

fn table(d: &Drawing<'_>, text: &Shape, at: &str) -> String {
    let t = ndp_text::texts(d.lang);
    let Some(Shape::List(line)) = text.property("lines").map(|p| &p.shape) else { return String::new() };
    let keys = d.pairs.keys(at);
    let mut out = format!(
        "<fieldset class=\"group lines\" id=\"{}\"><legend>{}</legend>",
        id_of(&format!("{}{at}", d.prefix)),
        esc(&d.label("lines"))
    );
    for (n, key) in keys.iter().enumerate() {
        let item = format!("{at}/{key}");
        let name = d.pairs.get(&format!("{item}/name_vi"));
        let code = d.pairs.get(&format!("{item}/code"));
        let wrong = d.wrong.keys().any(|k| k.starts_with(&format!("{item}/")));
        let open = if wrong || name.is_empty() { " open" } else { "" };
        let unchecked = d.pairs.get(&format!("{item}/checked_against_annex")) != "true";
        let mark = if unchecked { markup::pill("warn", "triangle", &t.get("web-not-checked-annex", &[])) } else { String::new() };
        let pointer = format!("{}{item}", d.prefix);
        let _ = write!(
            out,
            "<details class=\"line\"{open}><summary><span class=\"num\">{}</span> {} {mark}</summary><input type=\"hidden\" name=\"{}\" value=\"\">{}<p class=\"buttons\">",
            esc(code),
            esc(name),
            esc(&pointer),
            d.part(
                line,
                &item,
                &["code", "group", "name_vi", "name_en", "evidence", "force", "lineage", "conditional", "checked_against_annex"]
            )
        );
        let mut button = |verb: &str, sign: &str, key: &str| {
            let _ = write!(
                out,
                "<button class=\"link\" name=\"_do\" value=\"{verb}:{}\" formnovalidate>{}{}</button>",
                esc(&pointer),
                icon(sign),
                esc(&t.get(key, &[("code", code)]))
            );
        };
        if n > 0 {
            button("up", "up", "web-line-up");
        }
        if n + 1 < keys.len() {
            button("down", "down", "web-line-down");
        }
        button("remove", "bin", "web-line-remove");
        out.push_str("</p></details>");
    }
    let _ = write!(
        out,
        "<button class=\"second\" name=\"_do\" value=\"add:{}\" formnovalidate>{}{}</button></fieldset>",
        esc(&format!("{}{at}", d.prefix)),
        icon("plus"),
        esc(&t.get("web-line-add", &[]))
    );
    out
}

/// Shape of a set's text.
fn text_shape() -> Option<&'static Shape> {
    let form = orders::find(Kind::CriteriaSet, "consultations")?;
    shape::of(form).property("draft").map(|p| &p.shape)
}

pub async fn set_of(v: &Visitor, id: &str) -> Result<Seen, Refused> {
    let id = known::id_of(Some(Kind::CriteriaSet), id).ok_or(Edge::NotFound)?;
    let found = seen(&v.app, &v.reading, id).await?;
    v.app.read(&v.reading, id, "page").await?;
    Ok(found)
}

/// `GET /bo-tieu-chi/{id}/soan`
pub async fn editor(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    v.acting()?;
    let set = set_of(&v, &id).await?;
    if !set.facets.contains(&Facet::Draft) {
        return Err(Edge::NotFound.into());
    }
    let fields = v.app.engine.draft_fields(&v.reading.reader, set.loaded.id).await?;
    let mut text = serde_json::Map::new();
    for (name, field) in &fields {
        text.insert(name.clone(), serde_json::from_str(&field.value).unwrap_or_default());
    }
    let text = if text.is_empty() { framework(&v, &set).unwrap_or_default() } else { Value::Object(text) };
    let mut pairs = Pairs::default();
    if let Some(shape) = text_shape() {
        pairs.put(shape, "", &text);
    }
    show(&v, &set, &pairs, &versions(&fields), &Mistakes::new(), Vec::new(), StatusCode::OK, "").await
}

/// Versions of the draft's fields as the page carries them: `lines:3,market:1`.
fn versions(fields: &std::collections::BTreeMap<String, ndp_store::drafts::Field>) -> String {
    fields.iter().map(|(n, f)| format!("{n}:{}", f.version)).collect::<Vec<_>>().join(",")
}

#[allow(clippy::too_many_arguments)]
async fn show(
    v: &Visitor,
    set: &Seen,
    pairs: &Pairs,
    versions: &str,
    wrong: &Mistakes,
    general: Vec<String>,
    status: StatusCode,
    saved: &str,
) -> Result<Response, Refused> {
    let id = set.loaded.id;
    let mut f = frame(v, &v.t1("web-set-editor", &[("name", &title(v, set))]), "/bo-tieu-chi").await?;
    f.crumbs.push(("/bo-tieu-chi".to_owned(), v.t("kinds-criteria_set")));
    f.crumbs.push((place_of(id), title(v, set)));
    f.wrong = status.is_client_error();
    let mut known = Known::default();
    if let Some(regulation) = state(set).and_then(|s| v.directory.regulations.get(&s.regulation)) {
        let name = |g: &ndp_domain::regulation::Group| if v.lang == ndp_text::Lang::En { g.name_en.clone() } else { g.name_vi.clone() };
        known
            .lists
            .insert("group".to_owned(), regulation.groups.iter().map(|g| (g.code.clone(), format!("{} {}", g.code, name(g)))).collect());
    }
    let Some(shape) = text_shape() else { return Err(Edge::NotFound.into()) };
    let drawing = Drawing { lang: v.lang, act: "C2", pairs, wrong, known: &known, prefix: "" };
    let mut out = FormPage::new(f, format!("{}/soan", place_of(id)), place_of(id), v.t("web-save"));
    out.body = format!("<input type=\"hidden\" name=\"versions\" value=\"{}\">{}", esc(versions), drawn(&drawing, shape));
    out.errors = ordered(errors(v, "C2", wrong, "", general), &out.body);
    out.lead = v.t("web-set-editor-lead");
    out.saved = saved.to_owned();
    out.autosave = false;
    if !saved.is_empty() {
        out.f.notice = Some(saved.to_owned());
    }
    page_with(status, &out)
}

/// `POST /bo-tieu-chi/{id}/soan`
pub async fn save(v: Visitor, Path(id): Path<String>, mut sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    sent.take_theirs();
    let set = set_of(&v, &id).await?;
    let Some(shape) = text_shape() else { return Err(Edge::NotFound.into()) };
    let what = sent.get("_do").to_owned();
    let carried = sent.get("versions").to_owned();
    if worked(&mut sent.pairs, &what) {
        let pairs = sent.pairs.numbered(shape, false);
        return show(&v, &set, &pairs, &carried, &Mistakes::new(), Vec::new(), StatusCode::OK, "").await;
    }
    let pairs = sent.pairs.numbered(shape, true);
    let (content, wrong) = pairs.content(shape, &Known::default());
    // A draft grows over days: what is still missing is told and stops nothing; what cannot be read does.
    let (missing, unread): (Mistakes, Mistakes) = wrong.into_iter().partition(|(_, (code, _))| code == "input.field_missing");
    if !unread.is_empty() {
        return show(&v, &set, &pairs, &carried, &unread, Vec::new(), StatusCode::UNPROCESSABLE_ENTITY, "").await;
    }
    // Three fields at most: the lines, the market, the level.
    let known = v.app.engine.draft_fields(&v.reading.reader, set.loaded.id).await?;
    let seen_version = |name: &str| {
        carried.split(',').find_map(|p| p.split_once(':').filter(|(n, _)| *n == name)).and_then(|(_, n)| n.parse().ok()).unwrap_or(0)
    };
    for (name, value) in content.as_object().into_iter().flatten() {
        let same = known.get(name).is_some_and(|f| serde_json::from_str::<Value>(&f.value).ok().as_ref() == Some(value));
        if same {
            continue;
        }
        match v.app.engine.save_draft(&v.reading.reader, set.loaded.id, name, value, seen_version(name)).await {
            Ok(_) => {}
            Err(problem @ Problem::Stale { .. }) => {
                let now = v.app.engine.draft_fields(&v.reading.reader, set.loaded.id).await?;
                let general = vec![changed(&v, &Refused::from(problem)).await?];
                let mut wrong = Mistakes::new();
                theirs(shape, &now, &pairs, &mut wrong);
                return show(&v, &set, &pairs, &versions(&now), &wrong, general, StatusCode::CONFLICT, "").await;
            }
            Err(Problem::Invalid(all)) => {
                return show(&v, &set, &pairs, &carried, &mistakes(&all), Vec::new(), StatusCode::UNPROCESSABLE_ENTITY, "").await;
            }
            Err(other) => return Err(other.into()),
        }
    }
    let now = v.app.engine.draft_fields(&v.reading.reader, set.loaded.id).await?;
    let at = v.t1("web-saved-at", &[("at", &say::instant(v.app.engine.clock.now()))]);
    let general = if missing.is_empty() { Vec::new() } else { vec![v.t("web-set-incomplete")] };
    show(&v, &set, &pairs, &versions(&now), &missing, general, StatusCode::OK, &at).await
}

/// At each field that differs, what stands there now.
fn theirs(shape: &Shape, now: &std::collections::BTreeMap<String, ndp_store::drafts::Field>, mine: &Pairs, wrong: &mut Mistakes) {
    let value: serde_json::Map<String, Value> =
        now.iter().map(|(n, f)| (n.clone(), serde_json::from_str(&f.value).unwrap_or_default())).collect();
    let mut theirs = Pairs::default();
    theirs.put(shape, "", &Value::Object(value));
    let keys: std::collections::BTreeSet<&String> = theirs.0.keys().chain(mine.0.keys()).collect();
    for key in keys {
        let (a, b) = (mine.get(key), theirs.get(key));
        if a != b {
            wrong.insert(key.trim_end_matches(':').to_owned(), ("theirs".to_owned(), b.to_owned()));
        }
    }
}

/// Cards of a set's own page: the lines in force, and who was asked and who has answered.
pub async fn cards(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    let Some(set) = state(seen) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    let version = set.in_force_on(v.today).or(set.in_force_version());
    if let Some((version, promulgated)) = version.and_then(|w| Some((w, w.promulgated.as_ref()?)))
        && let Some(text) = v.content::<SetText>(promulgated.text).await?
    {
        let heading = v.t1(
            "web-set-in-force",
            &[("n", &version.n.to_string()), ("number", &promulgated.paper.number), ("day", &say::day(promulgated.effective_from))],
        );
        all.push((heading, lines(v, set, &text)));
    }
    let working = set.working().filter(|_| seen.facets.iter().any(|f| *f != Facet::Published));
    // Whoever is asked for an opinion reads what it is about.
    if let Some(asked) = working.filter(|w| w.promulgated.is_none()).and_then(|w| w.consultation.as_ref())
        && let Some(text) = v.content::<SetText>(asked.draft).await?
    {
        all.push((v.t("web-set-draft-sent"), lines(v, set, &text)));
    }
    if let Some(working) = working
        && let Some(known) = super::opinions::Consulted::of(v, seen, working).await?
    {
        let mut out = String::from("<ul class=\"rows\">");
        for (org, given) in &known.answers {
            let given = given.as_ref();
            let (said, href) = (known.said(v, given), known.href(given));
            let said = if href.is_empty() { said } else { format!("<a href=\"{}\">{said}</a>", v.href(&href)) };
            let _ = write!(out, "<li><span>{}</span><span>{said}</span></li>", esc(&v.organisation(*org)));
        }
        out.push_str("</ul>");
        all.push((known.lead(v), out));
    }
    Ok(all)
}

fn lines(v: &Visitor, set: &criteria_set::State, text: &SetText) -> String {
    let groups = v.directory.regulations.get(&set.regulation).map(|r| r.groups.as_slice()).unwrap_or_default();
    let english = v.lang == ndp_text::Lang::En;
    let mut out = String::new();
    for group in groups {
        let name = if english { &group.name_en } else { &group.name_vi };
        let _ = write!(out, "<h3 class=\"pad\">{}</h3><ul class=\"rows\">", esc(name));
        for line in text.lines.iter().filter(|l| l.group.as_str() == group.code) {
            let name = line.name_en.as_ref().filter(|_| english).unwrap_or(&line.name_vi);
            let mark =
                if line.checked_against_annex { String::new() } else { markup::pill("warn", "triangle", &v.t("web-not-checked-annex")) };
            let _ = write!(
                out,
                "<li><span><span class=\"num\">{}</span> {}<br><span class=\"hint\">{} {}</span></span><span>{mark}</span></li>",
                esc(line.code.as_str()),
                esc(name.as_str()),
                esc(&v.t("web-how-to-check")),
                esc(line.evidence.as_str())
            );
        }
        out.push_str("</ul>");
    }
    let market = text.market.definition_en.as_ref().filter(|_| english).unwrap_or(&text.market.definition_vi);
    let _ = write!(
        out,
        "<dl class=\"facts\"><div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div></dl>",
        esc(&v.t("field-market")),
        esc(market.as_str()),
        esc(&v.t("field-method")),
        esc(text.market.method.as_str())
    );
    out
}

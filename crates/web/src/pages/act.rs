//! One act on a page: its form, what is wrong with it, and the way on. Every act that the engine knows and
//! that takes effect without a paper is done here.

use crate::form::{Drawing, Known, Mistakes, Pairs, shape};
use crate::frame::{Frame, frame, kind_of, page_with, place_of, slug};
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{files, known, say};
use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Side;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::State;
use ndp_engine::orders::{self, OrderForm};
use ndp_engine::{InputMistake, Problem};
use ndp_server::acts::order;
use ndp_server::problem::{Edge, Refused};
use ndp_store::seen::Seen;
use uuid::Uuid;

/// A form on a page.
#[derive(Template)]
#[template(path = "form.html")]
pub struct FormPage {
    pub f: Frame,
    pub above: String,
    pub lead: String,
    /// What is looked up before filling in, as markup.
    pub facts: Vec<String>,
    pub notes: Vec<String>,
    pub action: String,
    pub back: String,
    pub button: String,
    /// Value of the first button: what Enter does.
    pub enter: String,
    pub others: Vec<(String, String)>,
    pub body: String,
    pub below: String,
    pub errors: Vec<(String, String)>,
    pub key: String,
    pub version: Option<u64>,
    /// The record that the act opens, where files stand with it.
    pub opens: Option<Id>,
    /// Whose name is typed before what takes something away from them; empty where nobody's.
    pub confirm: String,
    pub draft: Option<u64>,
    pub autosave: bool,
    pub saved: String,
}

impl FormPage {
    pub fn new(f: Frame, action: String, back: String, button: String) -> FormPage {
        FormPage {
            f,
            above: String::new(),
            lead: String::new(),
            facts: Vec::new(),
            notes: Vec::new(),
            action,
            back,
            button,
            enter: "send".to_owned(),
            others: Vec::new(),
            body: String::new(),
            below: String::new(),
            errors: Vec::new(),
            key: Uuid::new_v4().to_string(),
            version: None,
            opens: None,
            confirm: String::new(),
            draft: None,
            autosave: false,
            saved: String::new(),
        }
    }
}

/// Word in addresses for a record that is not there yet, and for the act that opens it.
pub const NEW: &str = "moi";
pub const OPEN: &str = "mo";

/// Where an act's form stands.
pub fn place(form: &OrderForm, id: Option<Id>) -> String {
    let noun = if form.noun.is_empty() { OPEN } else { form.noun };
    match id {
        Some(id) => format!("{}/{noun}", place_of(id)),
        None => format!("/{}/{NEW}/{noun}", slug(form.kind)),
    }
}

/// The act and the record that an address names; no record where the act opens one.
pub fn asked(slug: &str, id: &str, noun: &str) -> Result<(&'static OrderForm, Option<Id>), Refused> {
    let kind = kind_of(slug).ok_or(Edge::NoSuchPage)?;
    let noun = if noun == OPEN { "" } else { noun };
    let form = orders::find(kind, noun).ok_or(Edge::NoSuchPage)?;
    if id == NEW {
        return if form.opens { Ok((form, None)) } else { Err(Edge::NoSuchPage.into()) };
    }
    let id = known::id_of(Some(kind), id).ok_or(Edge::NotFound)?;
    Ok((form, Some(id)))
}

/// `GET /{slug}/{id}/{noun}`
pub async fn form(
    v: Visitor,
    Path((slug, id, noun)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    v.acting()?;
    let (form, id) = asked(&slug, &id, &noun)?;
    let seen = match id {
        Some(id) => Some(ndp_server::records::seen(&v.app, &v.reading, id).await?),
        None => None,
    };
    if let (Some(seen), Some(signed_in)) = (&seen, &v.reading.signed_in) {
        let level = v.duty().map(|d| d.duty.level());
        if !super::doings::follows(&seen.loaded.neighbour.whole.state, form.act, level) {
            return Err(Problem::Denied(ndp_domain::authority::Denied::DutyOfAnotherAct).into());
        }
        // A form that its reader's duty can never send is not shown: the page says whose act it is.
        let acts = v.app.engine.acts_of(&v.reading.actor, &seen.loaded, Some(&signed_in.standing.account)).await?;
        if let Some(Problem::Denied(denied)) = acts.iter().find(|a| a.act.id == form.act).and_then(|a| a.why_not.as_ref()) {
            return Err(Problem::Denied(*denied).into());
        }
    }
    if let Some(id) = id.filter(|_| form.act == ActId::E2 && v.side() == ndp_domain::authority::Side::Applicant) {
        // An application is filled in topic by topic, and saves itself.
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{}/noi-dung", place_of(id))))]).into_response());
    }
    let mut pairs = given(query.as_deref());
    super::prefill::usual(&v, form, seen.as_ref(), &mut pairs);
    crate::pages::prefill::more(&v, form, seen.as_ref(), &mut pairs).await?;
    let filling = Filling { form, seen: seen.as_ref(), query, opens: None };
    show(&v, &filling, pairs, &Mistakes::new(), Vec::new(), StatusCode::OK).await
}

/// What is filled in: the act, its record, and what the address said of it.
struct Filling<'a> {
    form: &'static OrderForm,
    seen: Option<&'a Seen>,
    query: Option<String>,
    /// The record that the act opens, as the page named it before.
    opens: Option<Id>,
}

/// What an address already says: `?entry=list_…`.
pub fn given(query: Option<&str>) -> Pairs {
    let mut pairs = Pairs::default();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()).take(20) {
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            pairs.set(format!("/{name}"), value.into_owned());
        }
    }
    pairs
}

/// Places that the system fills in when a product is named for the first time: codes, and for an applicant whose it is.
fn carried(v: &Visitor, form: &OrderForm) -> Vec<&'static str> {
    if !matches!(form.act, ActId::E1 | ActId::SC3) {
        return Vec::new();
    }
    let mut all = vec!["/code", "/product/new/record/code", "/product/new/record/sample", "/product/new/record/claims"];
    if v.side() == Side::Applicant {
        all.extend(["/product/new/record/ownership", "/product/new/record/owner"]);
    }
    all
}

/// The page of the form.
async fn show(
    v: &Visitor,
    filling: &Filling<'_>,
    pairs: Pairs,
    wrong: &Mistakes,
    general: Vec<String>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let Filling { form, seen, query, opens } = filling;
    let (form, seen): (&'static OrderForm, _) = (form, *seen);
    let id = seen.map(|s| s.loaded.id);
    let act = form.act.name();
    let title = if form.noun == "paper-sheets" { v.t("web-paper-sheet") } else { v.t(&format!("act-{act}")) };
    let above = crate::frame::above(v, form.kind);
    let mut f = frame(v, &title, &above.0).await?;
    let back = id.map_or_else(|| above.0.clone(), place_of);
    f.crumbs.push(above);
    if let Some(seen) = seen {
        f.crumbs.push((back.clone(), crate::pages::record::title(v, seen)));
    }
    f.wrong = status.is_client_error();
    let shape = shape::of(form);
    let mut known = known::of(v, shape, seen).await?;
    let body = id.filter(|id| id.kind == Kind::Body).or_else(|| known::id_of(Some(Kind::Body), pairs.get("/body")));
    if let (Some(body), true) = (body, v.side() == ndp_domain::authority::Side::Body && shape.property("product").is_some()) {
        let own = known.records.entry(Kind::Product).or_default();
        let more = known::ready(v, body).await?.into_iter().map(|(_, product, name)| (product.to_string(), name));
        own.extend(more.filter(|(id, _)| !own.iter().any(|(o, _)| o == id)).collect::<Vec<_>>());
    }
    entry_of_set(v, &pairs, &mut known).await?;
    known.carried = carried(v, form);
    known.fixed = given(query.as_deref()).0.into_keys().collect();
    if form.act == ActId::E30 {
        // A ballot is of the sheet's own dossier.
        known.fixed.push("/dossier".to_owned());
    }
    crate::narrow::to(v, form, seen, &pairs, &mut known).await?;
    let mut general = general;
    let nothing = |kind: Kind| known.records.get(&kind).is_none_or(Vec::is_empty);
    match form.act {
        ActId::B17 if nothing(Kind::Product) => general.push(v.t("web-declare-nothing")),
        ActId::B11 if nothing(Kind::Dossier) => general.push(v.t("web-report-nothing")),
        _ => {}
    }
    let drawing = Drawing { lang: v.lang, act, pairs: &pairs, wrong, known: &known, prefix: "" };
    let query = query.as_ref().map(|q| format!("?{q}")).unwrap_or_default();
    let mut out = FormPage::new(f, format!("{}{query}", place(form, id)), back, title.clone());
    out.body = drawing.form(shape);
    out.errors = ordered(errors(v, act, wrong, "", general), &out.body);
    out.version = seen.map(|s| s.loaded.neighbour.version);
    // Choice: named before it is there, so that a file chosen once stays chosen when something else is wrong.
    out.opens = opens.or_else(|| (id.is_none() && shape.takes_files()).then(|| Id::new(form.kind, v.app.engine.id())));
    out.notes = seen.map(|s| notes(v, s, form)).unwrap_or_default();
    out.lead = match (form.act, seen.map(|s| &s.loaded.neighbour.whole.state)) {
        (ActId::E16, Some(State::Dossier(d))) => super::evaluation::quorum(v, d).await?,
        (ActId::E18, Some(State::Dossier(d))) => super::evaluation::counting(v, d).await?,
        (ActId::E19, Some(State::Dossier(d))) if d.round().is_some_and(|r| !r.signatures.is_empty()) => v.t("web-minutes-same"),
        // Number, date and sender are copied into the book from the letter.
        (ActId::L3, Some(State::ListEntry(e))) if e.letter.is_some() => {
            let letter = e.letter.as_ref().map(|l| v.t1("web-register-letter", &[("number", &l.number), ("day", &say::day(l.date))]));
            format!("{} · {} · {}", e.name, letter.unwrap_or_default(), v.organisation(e.managing))
        }
        // What is being done, and with what.
        _ => match seen {
            Some(seen) => {
                known::called(v, &[seen.loaded.id]).await?.remove(&seen.loaded.id).unwrap_or_else(|| crate::pages::record::title(v, seen))
            }
            None => String::new(),
        },
    };
    out.facts = super::facts::of(v, form, seen, &pairs).await?;
    out.confirm = super::people::named_before(v, form.act, seen).await?;
    if let Some(paper) = match seen {
        Some(seen) => super::letter::drawn(v, seen).await?,
        None => None,
    } {
        // Whoever takes a paper a step further has it before their eyes.
        out.below = format!("<h2>{}</h2>{paper}", crate::markup::esc(&v.t("web-paper-itself")));
    }
    if let (ActId::E19, Some(State::Dossier(d))) = (form.act, seen.map(|s| &s.loaded.neighbour.whole.state))
        && let Some(round) = d.round()
        && let Some(minutes) = super::printed::minutes_of(v, d, round).await?
    {
        out.below = format!("<h2>{}</h2>{minutes}", crate::markup::esc(&v.t("web-minutes-itself")));
    }
    page_with(status, &out)
}

/// An applicant does not see the entry of the List that a criteria set is for; it bears the set's name.
async fn entry_of_set(v: &Visitor, pairs: &Pairs, known: &mut crate::form::Known) -> Result<(), Refused> {
    let entry = pairs.get("/entry");
    let Some(set) = known::id_of(Some(Kind::CriteriaSet), pairs.get("/set")) else { return Ok(()) };
    let entries = known.records.entry(Kind::ListEntry).or_default();
    if known::id_of(Some(Kind::ListEntry), entry).is_some() && !entries.iter().any(|(id, _)| id == entry) {
        let line = v.app.engine.store.lines_of(&v.reading.scope(&v.app), &[set]).await?;
        if let Some(name) = line.first().and_then(|l| l.name.clone()) {
            entries.push((entry.to_owned(), name));
        }
    }
    Ok(())
}

/// What the act asks of the record, from the table: the ground and what must hold.
fn notes(v: &Visitor, _seen: &Seen, form: &OrderForm) -> Vec<String> {
    let guard = ndp_text::texts(v.lang).find(&format!("act-{}-guard", form.act.name()), &[]);
    guard.filter(|g| g != "–").into_iter().collect()
}

/// The summary: each mistake with the id of its field.
pub fn errors(v: &Visitor, act: &str, wrong: &Mistakes, prefix: &str, general: Vec<String>) -> Vec<(String, String)> {
    let at = |pointer: &str| crate::form::draw::id_of(&format!("{prefix}{pointer}"));
    let of_fields = wrong.iter().map(|(pointer, (code, expected))| (at(pointer), say::mistake(v.lang, act, code, expected, pointer)));
    general.into_iter().map(|g| (String::new(), g)).chain(of_fields).collect()
}

/// What stands saved at a field that was changed by somebody else too.
pub fn theirs(value: &str) -> (String, String) {
    ("theirs".to_owned(), value.to_owned())
}

/// Mistakes in the order in which their fields stand on the page; what belongs to no field first.
pub fn ordered(mut errors: Vec<(String, String)>, body: &str) -> Vec<(String, String)> {
    let place = |id: &str| body.find(&format!("id=\"{id}\"")).unwrap_or(usize::MAX);
    errors.sort_by_cached_key(|(id, _)| if id.is_empty() { 0 } else { place(id).saturating_add(1) });
    errors
}

/// What the engine found wrong, by pointer of the form.
pub fn mistakes(all: &[InputMistake]) -> Mistakes {
    let one = |m: &InputMistake| {
        // A missing field is said at the field, and not at what holds it.
        let mut pointer = m.pointer.clone();
        if m.code == "input.field_missing" && !m.expected.is_empty() && !pointer.ends_with(&format!("/{}", m.expected)) {
            pointer = format!("{pointer}/{}", m.expected);
        }
        (pointer, (m.code.clone(), m.expected.clone()))
    };
    all.iter().map(one).collect()
}

/// What a refusal says, with its ground.
pub fn said(v: &Visitor, refused: &Refused) -> String {
    let document = refused.document(v.lang);
    let text = |name: &str| document.get(name).and_then(|t| t.as_str()).unwrap_or_default().to_owned();
    let (detail, law) = (text("detail"), text("legal_basis"));
    // A ground is told where there is one: our own choices are nobody's law.
    let own = ndp_domain::law::CHOICE;
    if law.is_empty() || law == own.vi || law == own.en { detail } else { format!("{detail} ({law})") }
}

/// Buttons of the form itself: an item more, less, higher or lower. Answers whether there was one.
pub fn worked(pairs: &mut Pairs, what: &str) -> bool {
    let mut parts = what.splitn(2, ':');
    let (verb, pointer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let item = || pointer.rsplit_once('/').and_then(|(list, n)| Some((list.to_owned(), n.parse::<usize>().ok()?)));
    match verb {
        "add" => pairs.add(pointer),
        "remove" => pairs.remove(pointer),
        "up" | "down" => {
            if let Some((list, n)) = item() {
                pairs.lift(&list, n, verb == "up");
            }
        }
        "show" => {}
        _ => return false,
    }
    true
}

/// `POST /{slug}/{id}/{noun}`
pub async fn send(
    v: Visitor,
    Path((slug, id, noun)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    mut sent: Sent,
) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    v.acting()?;
    v.proved(sent.get("_proof"))?;
    let (form, id) = asked(&slug, &id, &noun)?;
    let seen = match id {
        Some(id) => Some(ndp_server::records::seen(&v.app, &v.reading, id).await?),
        None => None,
    };
    let own = known::id_of(Some(form.kind), sent.get("_id")).filter(|_| id.is_none());
    let filling = Filling { form, seen: seen.as_ref(), query, opens: own };
    let shape = shape::of(form);
    let what = sent.get("_do").to_owned();
    if worked(&mut sent.pairs, &what) {
        let pairs = sent.pairs.numbered(shape, false);
        return show(&v, &filling, pairs, &Mistakes::new(), Vec::new(), StatusCode::OK).await;
    }
    let mut wrong = Mistakes::new();
    // Files stand with the record itself, also with one that this act opens.
    let holder = id.or_else(|| opened_by(form, &sent.pairs)).or(own);
    if matches!(form.act, ActId::D6 | ActId::D8) {
        only_signed_files(&v, &mut sent, &mut wrong);
    }
    match holder {
        Some(record) if !sent.files.is_empty() => files::keep(&v, |_| record, &mut sent, &mut wrong).await?,
        _ => {}
    }
    if form.act == ActId::AC2 {
        known::unit_by_name(&v, &mut sent.pairs);
    }
    let pairs = sent.pairs.numbered(shape, true);
    let known = if shape.takes_files() { known::of(&v, shape, seen.as_ref()).await? } else { Known::default() };
    let (content, mut unread) = pairs.content(shape, &known);
    // What is wrong with a file is told before that there is none.
    unread.extend(wrong);
    let wrong = unread;
    let opened = id.or_else(|| opened_by(form, &pairs)).or(own);
    if !wrong.is_empty() {
        return show(&v, &filling, pairs, &wrong, Vec::new(), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let name = super::people::named_before(&v, form.act, seen.as_ref()).await?;
    if ndp_domain::text::fold(sent.get("_name").trim()) != ndp_domain::text::fold(&name) {
        let general = vec![v.t1("web-confirm-name-wrong", &[("name", &name)])];
        return show(&v, &filling, pairs, &Mistakes::new(), general, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let letters = match id.filter(|_| form.act == ActId::L13) {
        Some(entry) => match super::handover::carried(&v, entry).await {
            Ok(letters) => letters,
            Err(refused) => return again(&v, filling, pairs, refused).await,
        },
        None => Vec::new(),
    };
    let expect = seen.as_ref().and(sent.version());
    match order(&v.app, &v.reading, form, opened, expect, sent.key(), content).await {
        Ok(receipt) => {
            super::handover::given_up(&v, letters).await?;
            // A counting board is named for a meeting: back to it.
            let meeting = known::id_of(Some(Kind::Dossier), pairs.get("/dossier")).filter(|_| form.act == ActId::B7);
            // Whoever typed a sheet in from paper goes on with the dossier's next one.
            let entered = known::id_of(Some(Kind::Dossier), pairs.get("/dossier")).filter(|_| form.noun == "paper-sheets");
            if let Some(dossier) = entered {
                return Ok(done(&v, &place_of(dossier), "entered"));
            }
            let to = meeting.or(receipt.stream(form.kind)).or(id).map_or_else(|| format!("/{}", crate::frame::slug(form.kind)), place_of);
            Ok(done(&v, &to, form.act.name()))
        }
        Err(refused) => again(&v, filling, pairs, refused).await,
    }
}

/// What cannot be the signed paper is told before it is kept with it.
pub fn only_signed_files(v: &Visitor, sent: &mut Sent, wrong: &mut Mistakes) {
    let no_pdf = |f: &crate::sent::Given| !f.bytes.starts_with(b"%PDF");
    for file in sent.files.extract_if(.., |f| no_pdf(f)) {
        wrong.insert(file.pointer, ("said".to_owned(), said(v, &Edge::SignedFileType.into())));
    }
}

/// The criteria set of an entry has the entry's own number.
fn opened_by(form: &OrderForm, pairs: &Pairs) -> Option<Id> {
    let entry = known::id_of(Some(Kind::ListEntry), pairs.get("/entry")).filter(|_| form.kind == Kind::CriteriaSet)?;
    Some(ndp_domain::criteria_set::set_of(entry.try_into().ok()?).into())
}

/// The form once more, with what stood in the way.
async fn again(v: &Visitor, filling: Filling<'_>, pairs: Pairs, refused: Refused) -> Result<Response, Refused> {
    let status = refused.status();
    match &refused {
        Refused::Engine(Problem::Invalid(all)) => show(v, &filling, pairs, &mistakes(all), Vec::new(), status).await,
        Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::KeyReused) => {
            let general = vec![said(v, &refused)];
            show(v, &filling, pairs, &Mistakes::new(), general, status).await
        }
        Refused::Edge(Edge::SignedFileType) => {
            let wrong = Mistakes::from([("/file_sha256".to_owned(), ("said".to_owned(), said(v, &refused)))]);
            show(v, &filling, pairs, &wrong, Vec::new(), status).await
        }
        Refused::Engine(Problem::Stale { .. }) | Refused::Conflict(_) => {
            // The record as it is now, and what was typed; sending again is the person's own decision.
            let now = match filling.seen {
                Some(seen) => Some(ndp_server::records::seen(&v.app, &v.reading, seen.loaded.id).await?),
                None => None,
            };
            let general = vec![changed(v, &refused).await?];
            show(v, &Filling { seen: now.as_ref(), ..filling }, pairs, &Mistakes::new(), general, StatusCode::CONFLICT).await
        }
        _ => Err(refused),
    }
}

/// Who changed it before, where that may be told.
pub async fn changed(v: &Visitor, refused: &Refused) -> Result<String, Refused> {
    let by = match refused {
        Refused::Engine(Problem::Stale { by: Some(by), .. }) | Refused::Conflict(Problem::Stale { by: Some(by), .. }) => Some(*by),
        _ => None,
    };
    let name = match by {
        Some(by) => known::names(v, &[by]).await?.remove(&by),
        None => None,
    };
    Ok(match name {
        Some(name) => v.t1("web-changed-by", &[("name", &name)]),
        None => v.t("web-changed"),
    })
}

/// On to a page, with what was done said there.
pub fn done(v: &Visitor, to: &str, act: &str) -> Response {
    let mark = if to.contains('?') { '&' } else { '?' };
    (StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{to}{mark}xong={act}")))]).into_response()
}

//! What is being filled in before it goes: the paper of acts that take effect by one, or an enterprise's own
//! application. What is typed is a draft of the record, as typed; here it is begun, kept and read.

use super::act::mistakes;
use super::topics::Topic;
use crate::form::{Known, Mistakes, Pairs, Shape, shape};
use crate::frame::place_of;
use crate::visitor::Visitor;
use crate::{known, say};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Side;
use ndp_domain::body::Body;
use ndp_domain::document::{Document, PinnedAct};
use ndp_domain::dossier::{Figure, figure_fault};
use ndp_domain::id::{Id, Kind, OrganisationId};
use ndp_domain::machine::{Known as _, State};
use ndp_domain::refusal::Refusal;
use ndp_engine::Problem;
use ndp_engine::orders::{self, OrderForm};
use ndp_server::acts::command_of;
use ndp_server::problem::{Edge, Refused};
use ndp_store::seen::Seen;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A draft, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct Draft {
    /// Of a paper.
    pub subject: String,
    pub recipients: Vec<String>,
    /// Of a paper: what it says in its own words.
    #[serde(default)]
    pub text: String,
    /// Texts of each act's content, in the order of the acts.
    pub acts: Vec<BTreeMap<String, String>>,
    /// Topics that were gone through, where there are topics.
    #[serde(default)]
    pub through: Vec<String>,
}

impl Draft {
    /// The paper's own words, where there are any.
    pub fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|t| !t.is_empty())
    }
}

/// Field of the record's draft that holds a form without topics.
const FIELD: &str = "paper";

/// Versions of what was kept: a save in between makes the next one stale.
#[derive(Debug, Clone, Default)]
pub struct Versions {
    pub all: u64,
    topics: BTreeMap<String, u64>,
}

impl Versions {
    pub fn of(&self, topic: &Topic) -> u64 {
        self.topics.get(&topic.name).copied().unwrap_or(0)
    }
}

/// The record that holds the draft, and the orders of the acts that are filled in.
pub struct Open {
    pub seen: Seen,
    pub acts: Vec<(PinnedAct, &'static OrderForm)>,
    /// The records that the acts are of; none where the act opens one or the reader sees none.
    pub records: BTreeMap<Id, Seen>,
}

/// The paper, or the application that its enterprise has not sent yet.
pub async fn open(v: &Visitor, slug: &str, id: &str) -> Result<Open, Refused> {
    let kind = crate::frame::kind_of(slug).filter(|k| matches!(k, Kind::Document | Kind::Dossier)).ok_or(Edge::NoSuchPage)?;
    let id = known::id_of(Some(kind), id).ok_or(Edge::NotFound)?;
    let seen = ndp_server::records::seen(&v.app, &v.reading, id).await?;
    let acts = match &seen.loaded.neighbour.whole.state {
        State::Document(d) => d.acts.iter().filter_map(|a| Some((a.clone(), orders::of_act(a.stream.kind, a.act)?))).collect(),
        State::Dossier(_) => {
            let form = orders::of_act(Kind::Dossier, ActId::E2).ok_or(Edge::NoSuchPage)?;
            vec![(PinnedAct { stream: id, act: ActId::E2 }, form)]
        }
        _ => Vec::new(),
    };
    let mut records = BTreeMap::new();
    for (pinned, _) in &acts {
        if pinned.stream == id {
            records.insert(id, seen.clone());
        } else if !records.contains_key(&pinned.stream)
            && let Ok(of) = ndp_server::records::seen(&v.app, &v.reading, pinned.stream).await
        {
            records.insert(pinned.stream, of);
        }
    }
    Ok(Open { seen, acts, records })
}

impl Open {
    pub fn id(&self) -> Id {
        self.seen.loaded.id
    }
    pub fn paper(&self) -> Option<&ndp_domain::document::State> {
        Document::known(&self.seen.loaded.neighbour.whole.state)
    }
    /// The record that keeps a file given at this place of the form: a draft that the paper sends, so that whoever
    /// receives it finds the file there; else the paper itself, since others see the record before the paper goes.
    pub fn holder(&self, pointer: &str) -> Id {
        let of =
            |(n, (pinned, _)): (usize, &(PinnedAct, &OrderForm))| pointer.starts_with(&format!("{}/", prefix(n))).then_some(pinned.stream);
        let draft = |s: &Seen| matches!(s.loaded.neighbour.whole.state.stage(), "L.draft" | "E.draft");
        self.acts.iter().enumerate().find_map(of).filter(|id| self.records.get(id).is_some_and(draft)).unwrap_or_else(|| self.id())
    }
    pub fn place(&self) -> String {
        format!("{}/noi-dung", place_of(self.id()))
    }
    pub fn may_change(&self, v: &Visitor) -> bool {
        let stage = self.seen.loaded.neighbour.whole.state.stage();
        matches!(stage, "D.draft" | "D.returned") || (stage == "E.draft" && v.side() == Side::Applicant)
    }
    /// Titles of the acts.
    pub fn titles(&self, v: &Visitor) -> Vec<String> {
        self.acts.iter().map(|(_, form)| v.t(&format!("act-{}", form.act.name()))).collect()
    }

    /// The draft as kept, over what the record already says where nobody has typed yet; with its versions.
    pub async fn draft(&self, v: &Visitor, topics: &[Topic], query: Option<&str>) -> Result<(Draft, Versions), Refused> {
        let fields = v.app.engine.draft_fields(&v.reading.reader, self.id()).await?;
        let read = |name: &str| fields.get(name).and_then(|f| Some((serde_json::from_str::<Draft>(&f.value).ok()?, f.version)));
        let mut versions = Versions::default();
        let mut draft = match read(FIELD) {
            Some((draft, version)) => {
                versions.all = version;
                draft
            }
            None => begun(v, self, query).await?,
        };
        for topic in topics {
            let Some((of, version)) = read(&topic.field()) else { continue };
            versions.topics.insert(topic.name.clone(), version);
            if topic.own {
                (draft.subject, draft.recipients, draft.text) = (of.subject, of.recipients, of.text);
            } else if let (Some(all), Some(typed)) = (draft.acts.first_mut(), of.acts.into_iter().next()) {
                all.retain(|p, _| !topic.covers(p));
                all.extend(typed);
            }
            draft.through.extend(of.through);
        }
        Ok((draft, versions))
    }

    /// Saves what was typed: all of it, or one topic. `stream.stale` where somebody saved it in between.
    pub async fn keep(&self, v: &Visitor, topic: Option<&Topic>, draft: &Draft, seen: u64) -> Result<u64, Refused> {
        let value = serde_json::to_value(draft).map_err(|e| ndp_identity::Denial::Fault(e.to_string()))?;
        let field = topic.map_or_else(|| FIELD.to_owned(), Topic::field);
        Ok(v.app.engine.save_draft(&v.reading.reader, self.id(), &field, &value, seen).await?)
    }

    /// What goes, or what of the draft cannot be read: by act, the paper's own last.
    pub fn frozen(&self, v: &Visitor, draft: &Draft, unfit: Mistakes) -> Result<Result<Frozen, Vec<Mistakes>>, Refused> {
        let mut wrong: Vec<Mistakes> = vec![Mistakes::new(); self.acts.len() + 1];
        let mut out = Frozen { contents: Vec::new(), order: Value::Null };
        let mut acts = Vec::new();
        for (n, (pinned, form)) in self.acts.iter().enumerate() {
            let shape = shape::of(form);
            let (content, unread) = Pairs(draft.acts.get(n).cloned().unwrap_or_default()).content(shape, &Known::default());
            let at = &mut wrong[n];
            at.extend(unread);
            let own = prefix(n);
            at.extend(unfit.iter().filter_map(|(p, m)| Some((p.strip_prefix(own.as_str())?.to_owned(), m.clone()))));
            at.extend(figure(v, form, &content));
            if at.is_empty() {
                match command_of(form, pinned.stream, form.opens && !form.continues, content.clone()) {
                    Ok(command) => acts.push(json!({ "stream": pinned.stream, "command": command })),
                    Err(Refused::Engine(Problem::Invalid(all))) => at.extend(mistakes(&all)),
                    Err(other) => return Err(other),
                }
            }
            out.contents.push(content);
        }
        if self.paper().is_some() {
            let own = wrong.len() - 1;
            if draft.subject.trim().is_empty() {
                wrong[own].insert("/subject".to_owned(), ("input.field_missing".to_owned(), String::new()));
            }
            if draft.recipients.is_empty() {
                wrong[own].insert("/recipients".to_owned(), ("input.field_missing".to_owned(), String::new()));
            }
        }
        if wrong.iter().any(|w| !w.is_empty()) {
            return Ok(Err(wrong));
        }
        out.order = match self.paper() {
            Some(_) => {
                json!({ "snapshot": { "subject": draft.subject, "recipients": draft.recipients, "text": draft.text(), "acts": acts } })
            }
            None => out.contents.first().cloned().unwrap_or_default(),
        };
        Ok(Ok(out))
    }
}

/// A share that cannot be, or a period that has not passed, told where it is typed.
fn figure(v: &Visitor, form: &OrderForm, content: &Value) -> Option<(String, (String, String))> {
    const AT: &str = "/application/figure/counted/figure";
    let typed = content.pointer(AT).filter(|_| matches!(form.act, ActId::E2 | ActId::E3 | ActId::E32))?;
    let figure: Figure = serde_json::from_value(typed.clone()).ok()?;
    let (field, refusal) = figure_fault(&figure, v.today)?;
    let said = match &refusal {
        Refusal::ShareImpossible { why } => v.t(&ndp_text::key("fault", why)),
        Refusal::DateBeforeEvent { .. } => v.t("fault-period-ends_before"),
        other => ndp_text::texts(v.lang).refusal(other),
    };
    Some((format!("{AT}/{field}"), ("said".to_owned(), said)))
}

/// What goes: the content of each act, and the order that sends it.
pub struct Frozen {
    pub contents: Vec<Value>,
    pub order: Value,
}

/// Put before the names of an act's fields: several contents stand in one form.
pub fn prefix(n: usize) -> String {
    format!("/{n}")
}

/// A draft that nobody has typed in: what the record, its own draft and the address already say.
async fn begun(v: &Visitor, open: &Open, query: Option<&str>) -> Result<Draft, Refused> {
    let mut acts = Vec::new();
    for (pinned, form) in &open.acts {
        let shape = shape::of(form);
        let mut pairs = super::act::given(query);
        if let Some(record) = open.records.get(&pinned.stream) {
            super::prefill::usual(v, form, Some(record), &mut pairs);
            super::prefill::more(v, form, Some(record), &mut pairs).await?;
            if let Some(typed) = typed(v, record, form).await? {
                pairs.put(shape, "", &typed);
            }
        } else {
            super::prefill::usual(v, form, None, &mut pairs);
            of_set(v, &mut pairs, shape).await?;
        }
        acts.push(pairs.numbered(shape, false).0);
    }
    let of = opined(v, open, &acts).await?.map(|set| set.loaded.neighbour.whole.state.view());
    // An opinion goes to the agency that asked for it.
    let asking = of.as_ref().and_then(|set| set.managing).map(|agency| agency.to_string());
    let recipients = match (invited(v, open).await?, asking) {
        (Some(members), _) => members,
        (None, Some(agency)) => vec![agency],
        (None, None) => addressees(v, open),
    };
    Ok(Draft { subject: subject(v, open, of.and_then(|set| set.name)), recipients, text: text(v, open), acts, through: Vec::new() })
}

/// What the paper is about, so that people tell it from others: the act, and the record or how many there are. A
/// letter is in Vietnamese whatever its writer reads the pages in (Decree 30/2020).
fn subject(v: &Visitor, open: &Open, of: Option<String>) -> String {
    let Some((first, form)) = open.acts.first() else { return String::new() };
    let words = ndp_text::texts(ndp_text::Lang::Vi);
    let act = words.get(&format!("act-{}", form.act.name()), &[]);
    let named = |s: &Seen| {
        let view = s.loaded.neighbour.whole.state.view();
        view.name.or(view.code).unwrap_or_else(|| crate::pages::record::title(v, s))
    };
    let name = open.records.get(&first.stream).map(named).or(of);
    // Of several the first is named: a number alone would say nothing in a list of papers.
    let others = open.acts.len().saturating_sub(1);
    let name = match name {
        Some(name) if others > 0 => Some(words.get("web-and-others", &[("name", &name), ("n", &others.to_string())])),
        None if others > 0 => Some(words.get("web-count", &[("n", &open.acts.len().to_string())])),
        name => name,
    };
    let all = name.map_or_else(|| act.clone(), |name| format!("{act}: {name}"));
    all.chars().take(300).collect()
}

/// The sentence that leads into what a letter's act says; none for papers that say it in articles. A letter is in
/// Vietnamese whatever its writer reads the pages in.
fn leads(act: ActId, by: &str, name: &str) -> Option<String> {
    Some(match act {
        ActId::L2 => format!("{by} đề nghị xem xét, bổ sung {name} vào Danh mục với các nội dung sau:"),
        ActId::L6 => format!("{by} gửi nội dung bổ sung, hoàn thiện hồ sơ {name} theo đề nghị như sau:"),
        ActId::L5 | ActId::E6 => format!("Qua xem xét hồ sơ {name}, {by} đề nghị bổ sung, hoàn thiện các nội dung sau:"),
        ActId::L9 => format!("Qua xem xét, {by} không bổ sung {name} vào Danh mục, với lý do sau:"),
        ActId::C2 => format!("{by} gửi dự thảo bộ tiêu chí đánh giá {name} và đề nghị góp ý bằng văn bản:"),
        ActId::C3 => format!("{by} có ý kiến đối với dự thảo bộ tiêu chí như sau:"),
        ActId::B2 => format!("{by} đề nghị cử người tham gia {name}:"),
        ActId::E12 => format!("Để có cơ sở đánh giá {name}, đề nghị làm rõ các nội dung sau:"),
        ActId::E29 => format!("Kính mời dự phiên họp đánh giá {name}:"),
        _ => return None,
    })
}

/// What a letter says above its acts: the sentence that leads into them; of a chase letter what was asked for, since
/// when it is late, and what comes of it.
fn text(v: &Visitor, open: &Open) -> String {
    if let [(pinned, form)] = open.acts.as_slice()
        && let Some(by) = open.paper().and_then(|p| v.directory.organisations.get(&p.issuing))
    {
        let name = open.records.get(&pinned.stream).and_then(|s| s.loaded.neighbour.whole.state.view().name).unwrap_or_default();
        if let Some(lead) = leads(form.act, by.record.name_vi.as_str(), &name) {
            return lead;
        }
    }
    // Several proposals go under one sentence too.
    if open.acts.len() > 1
        && open.acts.iter().all(|(_, form)| form.act == ActId::L2)
        && let Some(by) = open.paper().and_then(|p| v.directory.organisations.get(&p.issuing))
        && let Some(lead) = leads(ActId::L2, by.record.name_vi.as_str(), &format!("{} nền tảng", open.acts.len()))
    {
        return lead;
    }
    let said = |(pinned, form): &(PinnedAct, &'static OrderForm)| {
        let state = &open.records.get(&pinned.stream)?.loaded.neighbour.whole.state;
        let asked = match (form.act, state) {
            (ActId::L12, State::ListEntry(entry)) => entry.supplements.last()?,
            (ActId::E31, State::Dossier(dossier)) => dossier.supplements.last()?,
            _ => return None,
        };
        let by = v.directory.organisations.get(&open.paper()?.issuing)?;
        let name = state.view().name.unwrap_or_default();
        Some(format!(
            "Ngày {}, {} đã đề nghị bổ sung, hoàn thiện hồ sơ {name}, thời hạn đến hết ngày {}. Đến nay hồ sơ bổ sung chưa được gửi.\n\nĐề nghị bổ sung, hoàn thiện và gửi hồ sơ; hết thời hạn sau đôn đốc theo quy định mà chưa có hồ sơ bổ sung, hồ sơ sẽ dừng xử lý.",
            say::day(asked.asked_on),
            by.record.name_vi,
            say::day(asked.until),
        ))
    };
    open.acts.iter().filter_map(said).collect::<Vec<_>>().join("\n\n")
}

/// The criteria set that an opinion is on.
async fn opined(v: &Visitor, open: &Open, acts: &[BTreeMap<String, String>]) -> Result<Option<Seen>, Refused> {
    let opinion = open.acts.first().is_some_and(|(of, _)| of.stream.kind == Kind::Opinion);
    let set = acts.first().and_then(|typed| typed.get("/set")).filter(|_| opinion);
    let Some(set) = set.and_then(|set| known::id_of(Some(Kind::CriteriaSet), set)) else { return Ok(None) };
    Ok(Some(ndp_server::records::seen(&v.app, &v.reading, set).await?))
}

/// An invitation goes to where the members come from.
async fn invited(v: &Visitor, open: &Open) -> Result<Option<Vec<String>>, Refused> {
    let Some((of, _)) = open.acts.first().filter(|(of, _)| of.act == ActId::E29) else { return Ok(None) };
    let Some(State::Dossier(d)) = open.records.get(&of.stream).map(|s| &s.loaded.neighbour.whole.state) else { return Ok(None) };
    let Some(round) = d.round() else { return Ok(None) };
    let body = v.app.engine.store.load_one(round.body.into()).await?;
    let Some((establishing, _)) = body.as_ref().and_then(|l| Body::known(&l.neighbour.whole.state)).and_then(|b| b.decision.as_ref())
    else {
        return Ok(None);
    };
    let mut all: Vec<String> = establishing.members.iter().map(|m| m.organisation.to_string()).collect();
    all.sort();
    all.dedup();
    Ok(Some(all))
}

/// To whom a paper goes: from the managing agency to the applicant, else to the focal agency; from everybody
/// else to the managing agency of the record. Its own organisation only where nobody else has a part in it.
fn addressees(v: &Visitor, open: &Open) -> Vec<String> {
    let Some(paper) = open.paper() else { return Vec::new() };
    let views: Vec<_> = open.records.values().map(|s| s.loaded.neighbour.whole.state.view()).collect();
    let focal = v.directory.focal_on(v.today);
    let managing: Vec<OrganisationId> = views.iter().filter_map(|x| x.managing).collect();
    let mut to: Vec<OrganisationId> = if managing.contains(&paper.issuing) || managing.is_empty() {
        let applicants: Vec<OrganisationId> = views.iter().filter_map(|x| x.applicant).collect();
        if applicants.is_empty() { vec![focal] } else { applicants }
    } else {
        managing
    };
    to.retain(|org| *org != paper.issuing);
    to.sort();
    to.dedup();
    if to.is_empty() {
        to.push(paper.issuing);
    }
    to.iter().map(ToString::to_string).collect()
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
    if let State::ListEntry(entry) = &record.loaded.neighbour.whole.state
        && let Some(Value::Object(inner)) = content.get_mut(within)
    {
        inner.entry("name_vi").or_insert_with(|| json!(entry.name));
    }
    if form.act.name() == "C2"
        && let State::CriteriaSet(_) = &record.loaded.neighbour.whole.state
    {
        content.insert("consulted".to_owned(), json!([v.directory.focal_on(v.today)]));
    }
    if form.act.name() == "C5" {
        content.insert("responses".to_owned(), super::set::responses(v, record).await?);
    }
    Ok(Some(Value::Object(content)))
}

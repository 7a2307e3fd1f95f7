//! The last look before a paper goes: everything that was typed, who signs it, who gets it.

use crate::frame::{frame, page_with};
use crate::pages::draft::{Draft, Frozen, Open};
use crate::pages::topics::Topic;
use crate::visitor::Visitor;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use ndp_domain::acts::ActId;
use ndp_server::problem::Refused;
use serde_json::Value;

#[derive(Template)]
#[template(path = "check.html")]
struct Check {
    f: crate::frame::Frame,
    action: String,
    change: String,
    what: String,
    button: String,
    key: String,
    mark: String,
    paper: bool,
    subject: String,
    recipients: Vec<String>,
    text: String,
    /// Title, fields, where they are changed.
    parts: Vec<(String, String, String)>,
    next: Vec<String>,
    /// The paper as it will stand, and what it lacks.
    drawn: String,
    missing: Vec<String>,
}

/// The page, of the draft and what goes of it.
pub async fn check(v: &Visitor, open: &Open, topics: &[Topic], draft: &Draft, frozen: &Frozen) -> Result<Response, Refused> {
    let contents: Vec<&Value> = frozen.contents.iter().collect();
    let mut named = crate::shown::named(v, &contents).await?;
    let regulation = open.acts.iter().find_map(|(a, _)| open.records.get(&a.stream)?.loaded.neighbour.whole.state.view().regulation);
    named.regulation = regulation.unwrap_or_default();
    for seen in std::iter::once(&open.seen).chain(open.records.values()) {
        let files = ndp_server::evidence::files_of(&v.app, &v.reading, seen).await?;
        named.files.extend(crate::shown::file_places(seen.loaded.id, &files));
    }
    let paper = open.paper().is_some();
    let (drawn, missing) = match (open.paper(), frozen.order.get("snapshot")) {
        (Some(d), Some(snapshot)) => super::letter::rendered(v, &open.seen, d, snapshot).await?,
        _ => Default::default(),
    };
    let mut parts = Vec::new();
    for (content, (pinned, form)) in frozen.contents.iter().zip(&open.acts) {
        let fields = crate::shown::Fields { v, named: &named, words: form.act.name() };
        if topics.is_empty() {
            let act = v.t(&format!("act-{}", form.act.name()));
            let name = open.records.get(&pinned.stream).filter(|_| open.acts.len() > 1).map(|s| super::record::title(v, s));
            let list = fields.list(content);
            if list.contains("<dt>") || drawn.is_empty() {
                parts.push((name.map_or_else(|| act.clone(), |name| format!("{act}: {name}")), list, open.place()));
            }
        }
        for topic in topics.iter().filter(|t| !t.own) {
            parts.push((topic.title.clone(), fields.list(&of_topic(content, topic)), format!("{}/{}", open.place(), topic.name)));
        }
    }
    let mut signers: Vec<String> = open
        .acts
        .iter()
        .flat_map(|(_, form)| match form.act.row().who {
            ndp_domain::acts::Who::OneOf(all) | ndp_domain::acts::Who::Each(all) => all.to_vec(),
            _ => Vec::new(),
        })
        .map(|d| v.t(&format!("duty-{}", d.code())))
        .collect();
    signers.sort();
    signers.dedup();
    let mut f = frame(v, &v.t("web-check"), super::paper::nav(open)).await?;
    super::paper::crumbs(v, open, &mut f);
    let own = topics.iter().find(|t| t.own).map(|t| format!("{}/{}", open.place(), t.name));
    let next = if paper {
        vec![
            v.t("web-check-next-1"),
            v.t("web-check-next-2"),
            v.t1("web-check-next-3", &[("who", &signers.join(", "))]),
            v.t("web-check-next-4"),
        ]
        .into_iter()
        .chain(answer_by(v, open))
        .collect()
    } else {
        ["5", "6", "7", "8"].map(|n| v.t(&format!("web-topics-next-{n}"))).to_vec()
    };
    page_with(
        StatusCode::OK,
        &Check {
            f,
            what: v.t(if paper { "web-check-what" } else { "web-check-what-send" }),
            button: v.t(if paper { "web-submit-for-signature" } else { "web-send-application" }),
            action: open.place(),
            change: own.unwrap_or_else(|| open.place()),
            key: uuid::Uuid::new_v4().to_string(),
            mark: super::paper::mark(draft),
            paper,
            subject: draft.subject.clone(),
            recipients: draft.recipients.iter().filter_map(|o| v.organisation_of(o)).collect(),
            text: draft.text().unwrap_or_default().to_owned(),
            parts,
            next,
            drawn,
            missing,
        },
    )
}

/// Until when a proposal's addressee answers, counted from its receipt, where the version says so.
fn answer_by(v: &Visitor, open: &Open) -> Option<String> {
    let (pinned, _) = open.acts.iter().find(|(_, form)| form.act == ActId::L2)?;
    let name = open.records.get(&pinned.stream)?.loaded.neighbour.whole.state.view().regulation?;
    let terms = &v.directory.regulations.get(&name)?.terms;
    let days: Vec<u32> = ["list_entry.assign", "list_entry.decide"].iter().filter_map(|t| Some(u32::from(terms.get(*t)?.days))).collect();
    Some(v.t1("web-check-next-answer", &[("n", &days.iter().sum::<u32>().to_string())]))
}

/// What of a content a topic covers.
fn of_topic(content: &Value, topic: &Topic) -> Value {
    let Some(Value::Object(all)) = content.pointer(topic.at) else { return Value::Null };
    let mut out = serde_json::Map::new();
    for (name, value) in all.iter().filter(|(n, _)| topic.fields.contains(&n.as_str())) {
        let value = match value {
            Value::Object(by_code) if !topic.codes.is_empty() => {
                Value::Object(by_code.iter().filter(|(c, _)| topic.codes.contains(c)).map(|(c, v)| (c.clone(), v.clone())).collect())
            }
            other => other.clone(),
        };
        out.insert(name.clone(), value);
    }
    Value::Object(out)
}

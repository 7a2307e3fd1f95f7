//! A long form as a list of topics, one page each and in any order (ux.md, P7). Each topic is a field of the
//! draft with a version of its own: two people in two topics are never in each other's way.

use super::draft::{Draft, Open};
use crate::form::Mistakes;
use crate::frame::{Frame, frame, page_with, place_of};
use crate::markup;
use crate::visitor::Visitor;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use ndp_domain::acts::ActId;
use ndp_domain::machine::State;
use ndp_server::problem::Refused;

/// One topic: some fields of the content, or what stands on the paper itself.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Last part of its address, and of its texts' keys.
    pub name: String,
    pub title: String,
    pub what: String,
    /// The object that has the fields.
    pub at: &'static str,
    pub fields: &'static [&'static str],
    /// Of a map only these keys.
    pub codes: Vec<String>,
    /// May be left empty, once it was gone through.
    optional: bool,
    /// Subject and recipients of the paper.
    pub own: bool,
}

/// How far a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Far {
    Done,
    Doing,
    Todo,
}

impl Topic {
    /// Is this place of the content one of the topic's?
    pub fn covers(&self, pointer: &str) -> bool {
        self.fields.iter().any(|field| {
            let Some(rest) = pointer.strip_prefix(self.at).and_then(|p| p.strip_prefix('/')).and_then(|p| p.strip_prefix(field)) else {
                return false;
            };
            let here = rest.is_empty() || rest.starts_with(['/', ':']);
            here && (self.codes.is_empty() || self.codes.iter().any(|c| below(rest, c)))
        })
    }

    /// Field of the record's draft.
    pub fn field(&self) -> String {
        format!("topic-{}", self.name)
    }

    /// Keys of a map that have nothing yet, or promise files and have none.
    fn lacking(&self, draft: &Draft) -> Vec<&str> {
        let none = std::collections::BTreeMap::new();
        let typed = draft.acts.first().unwrap_or(&none);
        let has = |code: &&String| {
            self.fields.iter().any(|f| {
                let at = format!("{}/{f}/{code}", self.at);
                let filled = |p: &str, t: &str| {
                    !t.trim().is_empty() && p.strip_prefix(&at).is_some_and(|r| r.is_empty() || r.starts_with(['/', ':']))
                };
                let mut all = typed.iter().filter(|(p, t)| filled(p, t));
                match typed.get(&format!("{at}:")).map(String::as_str) {
                    Some("files") => all.any(|(p, _)| p.ends_with("/sha256")),
                    _ => all.next().is_some(),
                }
            })
        };
        self.codes.iter().filter(|code| !has(code)).map(String::as_str).collect()
    }

    pub fn far(&self, draft: &Draft, wrong: &[Mistakes]) -> Far {
        let none = std::collections::BTreeMap::new();
        let typed = draft.acts.first().unwrap_or(&none);
        let (mistaken, any, whole) = if self.own {
            let any = !draft.subject.trim().is_empty();
            (false, any, any && !draft.recipients.is_empty())
        } else {
            let mine = || typed.iter().filter(|(p, t)| !t.trim().is_empty() && self.covers(p)).map(|(p, _)| p);
            let mistaken = wrong.first().is_some_and(|w| w.keys().any(|p| self.covers(p)));
            let any = mine().next().is_some();
            (mistaken, any, self.lacking(draft).is_empty() && (any || self.optional))
        };
        let through = draft.through.contains(&self.name);
        if !mistaken && whole && (any || through) {
            Far::Done
        } else if any || through {
            Far::Doing
        } else {
            Far::Todo
        }
    }
}

/// Is every topic done? Only then is there a last look, and only then is anything sent.
pub fn ready(topics: &[Topic], draft: &Draft) -> bool {
    topics.iter().all(|t| t.far(draft, &[]) == Far::Done)
}

fn below(rest: &str, key: &str) -> bool {
    rest.strip_prefix('/').and_then(|r| r.strip_prefix(key)).is_some_and(|r| r.is_empty() || r.starts_with(['/', ':']))
}

/// Topics of what is filled in; none where one page is enough, or where one letter carries several acts.
pub fn of(v: &Visitor, open: &Open) -> Vec<Topic> {
    let [(pinned, form)] = open.acts.as_slice() else { return Vec::new() };
    let topic = |name: &str, at: &'static str, fields: &'static [&'static str], optional: bool| Topic {
        title: v.t(&format!("web-topic-{name}")),
        what: v.t(&format!("web-topic-{name}-what")),
        name: name.to_owned(),
        at,
        fields,
        codes: Vec::new(),
        optional,
        own: false,
    };
    let mut all = match form.act {
        ActId::L2 => vec![
            topic("ten", "/proposal", &["name_vi", "name_en"], false),
            topic("nhu-cau", "/proposal", &["need", "users"], false),
            topic("pham-vi", "/proposal", &["scope", "legal_basis"], false),
            topic("trung-lap", "/proposal", &["overlap"], false),
            topic("tep", "/proposal", &["files"], false),
        ],
        ActId::E2 => {
            let Some(State::Dossier(d)) = open.records.get(&pinned.stream).map(|s| &s.loaded.neighbour.whole.state) else {
                return Vec::new();
            };
            let english = v.lang == ndp_text::Lang::En;
            let groups = v.directory.regulations.get(&d.regulation).map(|r| r.groups.as_slice()).unwrap_or_default();
            let mut codes: Vec<(String, Vec<String>)> = Vec::new();
            for line in &d.lines {
                match codes.iter_mut().find(|(g, _)| *g == line.group) {
                    Some((_, lines)) => lines.push(line.code.clone()),
                    None => codes.push((line.group.clone(), vec![line.code.clone()])),
                }
            }
            let group = |(code, lines): (String, Vec<String>)| {
                let name = groups.iter().find(|g| g.code == code).map(|g| if english { &g.name_en } else { &g.name_vi });
                Topic {
                    name: format!("nhom-{}", code.to_lowercase()),
                    title: v.t1("web-topic-group", &[("group", name.unwrap_or(&code))]),
                    what: v.t1("web-topic-group-what", &[("n", &lines.len().to_string())]),
                    codes: lines,
                    ..topic("thi-phan", "/application", &["evidence"], false)
                }
            };
            let mut all: Vec<Topic> = codes.into_iter().map(group).collect();
            all.push(topic("thi-phan", "/application", &["figure"], false));
            all.push(topic("don", "/application", &["letter"], open.paper().is_some()));
            all
        }
        _ => return Vec::new(),
    };
    if open.paper().is_some() {
        all.push(Topic { own: true, ..topic("cong-van", "", &[], false) });
    }
    all
}

struct Row {
    href: String,
    title: String,
    what: String,
    badge: String,
}

#[derive(Template)]
#[template(path = "topics.html")]
struct Page {
    f: Frame,
    errors: Vec<String>,
    badge: String,
    lead: String,
    above: String,
    returned: String,
    done: String,
    rows: Vec<Row>,
    last: Row,
    ready: bool,
    next: Vec<String>,
    back: String,
}

fn told(v: &Visitor, wrong: &[Mistakes]) -> Vec<String> {
    wrong.iter().flatten().map(|(pointer, (code, expected))| crate::say::mistake(v.lang, "", code, expected, pointer)).collect()
}

/// The list of topics, how far each is, and the way on.
pub async fn list(
    v: &Visitor,
    open: &Open,
    topics: &[Topic],
    draft: &Draft,
    errors: Vec<String>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let asked_last = ready(topics, draft);
    let wrong = open.frozen(v, draft, Mistakes::new())?.err().unwrap_or_default();
    // Whatever cannot go is told, wherever it stands.
    let errors = if errors.is_empty() && asked_last { told(v, &wrong) } else { errors };
    let far: Vec<Far> = topics.iter().map(|t| t.far(draft, &wrong)).collect();
    let done = far.iter().filter(|f| **f == Far::Done).count();
    let ready = done == topics.len();
    let said = |far: Far| match far {
        Far::Done => markup::pill("ok", "tick", &v.t("web-far-done")),
        Far::Doing => markup::pill("info", "pencil", &v.t("web-far-doing")),
        Far::Todo => markup::pill("mute", "dash", &v.t("web-far-todo")),
    };
    let rows = topics.iter().zip(&far).map(|(t, far)| Row {
        href: format!("{}/{}", open.place(), t.name),
        title: t.title.clone(),
        what: match (far, t.lacking(draft)) {
            (Far::Doing, lacking) if !lacking.is_empty() => v.t1("web-topic-lacks", &[("codes", &lacking.join(", "))]),
            (Far::Doing, _) if !t.own && t.codes.is_empty() && !t.optional => v.t1("web-topic-lacks-field", &[("what", &t.what)]),
            _ => t.what.clone(),
        },
        badge: said(*far),
    });
    let titles = open.titles(v);
    let subject = open.acts.first().and_then(|(a, _)| open.records.get(&a.stream)).map(|s| super::record::title(v, s)).unwrap_or_default();
    let title = v.t1("web-topics-title", &[("what", titles.first().map_or("", String::as_str)), ("name", &subject)]);
    let mut f = frame(v, &title, super::paper::nav(open)).await?;
    super::paper::crumbs(v, open, &mut f);
    f.wrong = !errors.is_empty();
    let paper = open.paper().is_some();
    let n = topics.len().to_string();
    let last = Row {
        href: format!("{}/kiem-tra", open.place()),
        title: v.t(if paper { "web-topics-check" } else { "web-topics-check-send" }),
        what: if ready { v.t("web-topics-ready") } else { v.t1("web-topics-locked", &[("n", &n)]) },
        badge: if ready { String::new() } else { markup::pill("mute", "lock", &v.t("web-far-locked")) },
    };
    let nothing = far.iter().all(|f| *f != Far::Done) || draft.through.is_empty();
    let way: &[&str] = if paper { &["1", "2", "3", "4"] } else { &["5", "6", "7", "8"] };
    let out = Page {
        errors,
        badge: markup::state(open.seen.loaded.neighbour.whole.state.stage(), v.lang),
        lead: if nothing { v.t(if paper { "web-topics-first" } else { "web-topics-first-enterprise" }) } else { String::new() },
        above: if paper { v.t("web-paper-above") } else { v.t("web-topics-above") },
        returned: super::strip::returned(v, &open.seen).await?,
        done: v.t1("web-topics-done", &[("n", &done.to_string()), ("of", &n)]),
        rows: rows.collect(),
        last,
        ready,
        next: way.iter().map(|n| v.t(&format!("web-topics-next-{n}"))).collect(),
        back: place_of(open.id()),
        f,
    };
    page_with(status, &out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Topic {
        Topic {
            name: "nhom-g1".to_owned(),
            title: String::new(),
            what: String::new(),
            at: "/application",
            fields: &["evidence"],
            codes: vec!["G1.1".to_owned(), "G1.10".to_owned()],
            optional: false,
            own: false,
        }
    }

    fn draft(typed: &[(&str, &str)]) -> Draft {
        let act = typed.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
        Draft { acts: vec![act], through: vec!["nhom-g1".to_owned()], ..Draft::default() }
    }

    #[test]
    fn evidence_that_is_promised_and_not_there_is_lacking() {
        let explained = [("/application/evidence/G1.10:", "none"), ("/application/evidence/G1.10/none/reason", "x")];
        let promised = [("/application/evidence/G1.1:", "files")];
        let file = [("/application/evidence/G1.1/files/files/0/sha256", "ab")];
        let without = draft(&[&explained[..], &promised].concat());
        assert_eq!((group().lacking(&without), group().far(&without, &[])), (vec!["G1.1"], Far::Doing));
        let with = draft(&[&explained[..], &promised, &file].concat());
        assert_eq!((group().lacking(&with), group().far(&with, &[])), (vec![], Far::Done));
        assert_eq!(group().lacking(&draft(&promised)), ["G1.1", "G1.10"], "one code is not the beginning of another");
    }
}

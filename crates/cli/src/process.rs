//! `ndp process`: the ACTS table as text, as a Mermaid diagram, as a drawing.

use crate::bpmn::machines;
use ndp_domain::acts::{ACTS, ANY, Act, NEW, Who, states};
use ndp_domain::authority::Level;
use ndp_domain::calendar::Unit;
use ndp_domain::paper::Paper;
use ndp_domain::regulation::Regulation;
use ndp_text::{Lang, Texts, key, texts};
use serde_json::{Value, json};
use std::fmt::Write;

/// One row in words.
struct Words {
    id: &'static str,
    from: String,
    to: String,
    act: String,
    who: String,
    guard: String,
    deadline: String,
    paper: String,
    ground: String,
    follows: String,
}

fn state(texts: &Texts, id: &str) -> String {
    if id == NEW {
        NEW.to_owned()
    } else if id == ANY {
        texts.get("table-any", &[])
    } else {
        texts.get(&key("state", id), &[])
    }
}

fn level(texts: &Texts, level: Level) -> String {
    let name = match level {
        Level::Officer => "level-officer",
        Level::UnitHead => "level-unit_head",
        Level::FormChecker => "level-form_checker",
        Level::Signer | Level::None => "level-signer",
        Level::Records => "level-records",
    };
    texts.get(name, &[])
}

fn who(texts: &Texts, who: Who) -> String {
    let codes = |duties: &[ndp_domain::authority::Duty], joint: &str| duties.iter().map(|d| d.code()).collect::<Vec<_>>().join(joint);
    match who {
        Who::OneOf(duties) => codes(duties, ", "),
        Who::Each(duties) => codes(duties, &format!(" {} ", texts.get("and", &[]))),
        Who::OfIssuing(levels) => levels.iter().map(|l| level(texts, *l)).collect::<Vec<_>>().join(", "),
        Who::With => texts.get("duty-with", &[]),
        Who::Installation => texts.get("duty-installation", &[]),
    }
}

fn words(lang: Lang, row: &Act, regulation: Option<&Regulation>) -> Words {
    let texts = texts(lang);
    let term = row.deadline.and_then(|name| regulation.and_then(|r| r.term(name)));
    let deadline = match term {
        None => "–".to_owned(),
        Some(term) => {
            let unit = match term.unit {
                Unit::Working => "unit-working",
                Unit::Calendar => "unit-calendar",
                Unit::Months => "unit-months",
            };
            texts.get(unit, &[("days", &term.days.to_string())])
        }
    };
    let paper = match row.paper {
        Paper::None => "–".to_owned(),
        Paper::Working(kind) => texts.get(&format!("paper-{kind}"), &[]),
        Paper::Issued(kind) => format!("{} ¶", texts.get(&format!("paper-{kind}"), &[])),
    };
    let ground = row.ground.iter().map(|c| if lang == Lang::Vi { c.vi } else { c.en }).collect::<Vec<_>>().join("; ");
    Words {
        id: row.id.name(),
        from: row.from.iter().map(|s| state(texts, s)).collect::<Vec<_>>().join(", "),
        to: match row.to.states().as_slice() {
            [] => texts.get("table-same", &[]),
            all => all.iter().map(|s| state(texts, s)).collect::<Vec<_>>().join(", "),
        },
        act: texts.get(&format!("act-{}", row.id), &[]),
        who: who(texts, row.who),
        guard: texts.get(&format!("act-{}-guard", row.id), &[]),
        deadline,
        paper,
        ground,
        follows: row.then.iter().map(|a| a.name()).collect::<Vec<_>>().join(", "),
    }
}

/// The table, one block a machine: an act in three lines, so that it reads at any width.
pub fn table(lang: Lang, regulation: Option<&Regulation>) -> String {
    let texts = texts(lang);
    let mut out = String::new();
    let mut machine = "";
    for row in &ACTS {
        let w = words(lang, row, regulation);
        let letter = w.id.trim_end_matches(|c: char| c.is_ascii_digit());
        if letter != machine {
            machine = letter;
            let _ = writeln!(out, "\n{letter}  {}", texts.get(&format!("machine-{letter}"), &[]));
        }
        let _ = writeln!(out, "  {:<4} {:<44} {} > {}", w.id, w.act, w.from, w.to);
        let mut more = vec![format!("{}: {}", texts.get("table-who", &[]), w.who)];
        if w.deadline != "–" {
            more.push(format!("{}: {}", texts.get("table-deadline", &[]), w.deadline));
        }
        if w.paper != "–" {
            more.push(format!("{}: {}", texts.get("table-paper", &[]), w.paper));
        }
        if !w.follows.is_empty() {
            more.push(format!("{}: {}", texts.get("table-follows", &[]), w.follows));
        }
        let _ = writeln!(out, "       {}", more.join(" · "));
        if w.guard != "–" {
            let _ = writeln!(out, "       {}: {}", texts.get("table-guard", &[]), w.guard);
        }
        let _ = writeln!(out, "       {}: {}", texts.get("table-ground", &[]), w.ground);
    }
    out.trim_start().to_owned()
}

/// The rows as JSON: ids and words.
pub fn as_json(lang: Lang, regulation: Option<&Regulation>) -> Value {
    let row = |row: &Act| {
        let w = words(lang, row, regulation);
        let duties: Vec<&str> = match row.who {
            Who::OneOf(duties) | Who::Each(duties) => duties.iter().map(|d| d.code()).collect(),
            _ => Vec::new(),
        };
        json!({
            "id": w.id, "from": row.from, "to": row.to.states(), "act": w.act, "duties": duties, "who": w.who, "guard": w.guard,
            "guards": row.guards.iter().map(|g| g.id).collect::<Vec<_>>(), "deadline": w.deadline, "term": row.deadline,
            "paper": row.paper.kind(), "issued": row.paper.is_issued(), "ground": w.ground, "then": row.then,
        })
    };
    json!({ "acts": ACTS.iter().map(row).collect::<Vec<_>>() })
}

fn node(state: &str) -> String {
    if state == NEW { "[*]".to_owned() } else { state.replace('.', "_") }
}

/// A Mermaid state diagram with one composite a machine.
pub fn mermaid(lang: Lang) -> String {
    let texts = texts(lang);
    let mut out = "stateDiagram-v2\n".to_owned();
    for letter in machines() {
        let _ = writeln!(out, "  state \"{}\" as {letter} {{", texts.get(&format!("machine-{letter}"), &[]));
        for id in states().into_iter().filter(|s| s.split('.').next() == Some(letter)) {
            let _ = writeln!(out, "    {} : {}", node(id), state(texts, id));
        }
        for (from, to, act) in edges(letter) {
            let _ = writeln!(out, "    {} --> {} : {act}", node(from), node(to));
        }
        let _ = writeln!(out, "  }}");
    }
    out
}

/// Edges of one machine, acts on the same edge together.
fn edges(letter: &str) -> Vec<(&'static str, &'static str, String)> {
    let mut all: Vec<(&'static str, &'static str, String)> = Vec::new();
    let own = |s: &str| s.split('.').next() == Some(letter);
    for row in &ACTS {
        for (from, to) in row.from.iter().flat_map(|from| row.reaches(from).into_iter().map(move |to| (*from, to))) {
            if !(own(to) && (own(from) || from == NEW)) {
                continue;
            }
            match all.iter_mut().find(|(f, t, _)| *f == from && *t == to) {
                Some((_, _, acts)) => {
                    acts.push_str(", ");
                    acts.push_str(row.id.name());
                }
                None => all.push((from, to, row.id.name().to_owned())),
            }
        }
    }
    all
}

const BOX: f64 = 128.0;
const GAP: f64 = 82.0;
/// From the start's dot to the first state.
const START: f64 = 64.0;
const HIGH: f64 = 54.0;
const BAND: f64 = 156.0;
const LEFT: f64 = 34.0;
const WRAP: usize = 18;

/// Words in lines of about [`WRAP`] characters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WRAP => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A drawing: one band a machine, states from left to right, acts on the arrows. Steps forward
/// run straight, jumps arch above, steps back below, acts that keep the state loop.
pub fn svg(lang: Lang) -> String {
    let texts = texts(lang);
    let shown: Vec<&str> = machines().into_iter().filter(|m| !matches!(*m, "RF" | "OR" | "AC")).collect();
    let of = |letter: &str| states().into_iter().filter(|s| s.split('.').next() == Some(letter)).collect::<Vec<_>>();
    let widest = shown.iter().map(|m| of(m).len()).max().unwrap_or(1) as f64;
    let (width, height) = (LEFT * 2.0 + START + widest * (BOX + GAP), 54.0 + shown.len() as f64 * BAND);
    let title = texts.get("cli-svg-title", &[]);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\" lang=\"{lang}\" font-family=\"Be Vietnam Pro, Noto Sans, Segoe UI, Roboto, system-ui, sans-serif\">\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 Z\" fill=\"#4b5563\"/></marker></defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#f7f5f1\"/>\n<text x=\"{LEFT}\" y=\"32\" font-size=\"18\" font-weight=\"600\" fill=\"#1b2430\">{title}</text>\n"
    );
    for (band, letter) in shown.iter().enumerate() {
        let top = 62.0 + band as f64 * BAND;
        let middle = top + 78.0;
        let all = of(letter);
        let x = |s: &str| all.iter().position(|a| *a == s).map_or(LEFT, |i| LEFT + START + i as f64 * (BOX + GAP));
        let _ = writeln!(
            out,
            "<text x=\"{LEFT}\" y=\"{}\" font-size=\"13\" font-weight=\"600\" fill=\"#4b5563\">{letter} · {}</text>",
            top + 6.0,
            texts.get(&format!("machine-{letter}"), &[])
        );
        let _ = writeln!(out, "<circle cx=\"{}\" cy=\"{middle}\" r=\"5\" fill=\"#4b5563\"/>", LEFT + 2.0);
        let edges = edges(letter);
        for (from, to, acts) in &edges {
            if !is_drain(to, &edges) {
                out.push_str(&arrow(from, to, acts, middle, &x, &all));
            }
        }
        for id in &all {
            let last = ndp_domain::acts::FINAL.contains(id);
            let (fill, stroke) = if last { ("#f1eee8", "#847d70") } else { ("#ffffff", "#0b559f") };
            let left = x(id);
            let _ = writeln!(
                out,
                "<rect x=\"{left}\" y=\"{}\" width=\"{BOX}\" height=\"{HIGH}\" rx=\"6\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.4\"/>",
                middle - HIGH / 2.0
            );
            if is_drain(id, &edges) {
                let mut acts: Vec<&str> = edges.iter().filter(|(_, to, _)| to == id).map(|(_, _, acts)| acts.as_str()).collect();
                acts.dedup();
                out.push_str(&label(left + BOX / 2.0, middle - HIGH / 2.0 - 8.0, &acts.join(", ")));
            }
            let lines = wrapped(&state(texts, id));
            let first = middle + 4.5 - (lines.len() as f64 - 1.0) * 7.0;
            for (i, line) in lines.iter().enumerate() {
                let _ = writeln!(
                    out,
                    "<text x=\"{}\" y=\"{}\" font-size=\"11.5\" text-anchor=\"middle\" fill=\"#1b2430\">{line}</text>",
                    left + BOX / 2.0,
                    first + i as f64 * 14.0
                );
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

/// A final state that many states lead to: its acts stand above it, without a bundle of arrows.
fn is_drain(state: &str, edges: &[(&'static str, &'static str, String)]) -> bool {
    ndp_domain::acts::FINAL.contains(&state) && edges.iter().filter(|(_, to, _)| *to == state).count() > 2
}

fn label(x: f64, y: f64, acts: &str) -> String {
    let size = if acts.len() > 8 { 10 } else { 11 };
    format!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"600\" text-anchor=\"middle\" fill=\"#0b559f\">{acts}</text>\n")
}

fn arrow(from: &str, to: &str, acts: &str, middle: f64, x: &dyn Fn(&str) -> f64, all: &[&str]) -> String {
    let at = |s: &str| all.iter().position(|a| *a == s);
    let label = |x: f64, y: f64| label(x, y, acts);
    let line =
        |path: String| format!("<path d=\"{path}\" fill=\"none\" stroke=\"#4b5563\" stroke-width=\"1.3\" marker-end=\"url(#head)\"/>\n");
    let half = HIGH / 2.0;
    match (at(from), at(to)) {
        (None, Some(_)) => {
            let end = x(to);
            line(format!("M{} {middle} H{}", LEFT + 7.0, end - 1.0)) + &label((LEFT + end) / 2.0 + 4.0, middle - 7.0)
        }
        (Some(a), Some(b)) if a == b => {
            let c = x(to) + BOX / 2.0;
            line(format!(
                "M{} {} C{} {}, {} {}, {} {}",
                c + 16.0,
                middle + half,
                c + 26.0,
                middle + half + 22.0,
                c - 26.0,
                middle + half + 22.0,
                c - 16.0,
                middle + half
            )) + &label(c, middle + half + 28.0)
        }
        (Some(a), Some(b)) if b == a + 1 => {
            let (start, end) = (x(from) + BOX, x(to));
            line(format!("M{start} {middle} H{}", end - 1.0)) + &label((start + end) / 2.0 - 3.0, middle - 7.0)
        }
        (Some(a), Some(b)) => {
            let up = b > a;
            let (edge, rise) =
                if up { (middle - half, -12.0 - 9.0 * (b - a) as f64) } else { (middle + half, 12.0 + 9.0 * (a - b) as f64) };
            let (start, end) = (x(from) + BOX * 0.62, x(to) + BOX * 0.38);
            let peak = edge + rise * 0.75;
            line(format!("M{start} {edge} C{start} {}, {end} {}, {end} {edge}", edge + rise, edge + rise))
                + &label(f64::midpoint(start, end), peak - 2.0)
        }
        _ => String::new(),
    }
}

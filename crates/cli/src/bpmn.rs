//! The machines as BPMN 2.0: an act is a task, a state the exclusive gateway where it is decided
//! what happens next, a final state an end event; an act that two duties do is two tasks between
//! parallel gateways. Made from the ACTS table, with coordinates.

use ndp_domain::acts::{ACTS, Act, ActId, FINAL, NEW, Who, states};
use ndp_domain::authority::Duty;
use ndp_text::{Lang, Texts, key, texts};
use std::fmt::Write;

/// Machines that have states of their own, in the order of the table.
pub fn machines() -> Vec<&'static str> {
    let mut all: Vec<&str> = Vec::new();
    for state in states() {
        let letter = state.split('.').next().unwrap_or_default();
        if !all.contains(&letter) {
            all.push(letter);
        }
    }
    all
}

/// Name of an act's task; also its name in the event log. An act that two duties do in place has
/// a task for each.
pub fn task_name(lang: Lang, act: ActId, duty: Option<Duty>) -> String {
    let title = texts(lang).get(&format!("act-{act}"), &[]);
    match duty.filter(|_| parallel(act.row())) {
        Some(duty) => format!("{act} {title} ({})", duty.code()),
        None => format!("{act} {title}"),
    }
}

/// Two persons do it in place, in any order.
fn parallel(act: &Act) -> bool {
    matches!(act.who, Who::Each(_)) && !act.paper.is_issued()
}

/// A node with its place.
struct Node {
    id: String,
    tag: &'static str,
    name: String,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

#[derive(Default)]
struct Diagram {
    nodes: Vec<Node>,
    flows: Vec<(String, String)>,
}

const COLUMN: i32 = 300;
const LANE: i32 = 110;
const TOP: i32 = 120;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn id_of(state: &str) -> String {
    if state == NEW { "start".to_owned() } else { format!("state_{}", state.replace('.', "_")) }
}

impl Diagram {
    fn node(&mut self, id: &str, tag: &'static str, name: String, (x, y): (i32, i32), (width, height): (i32, i32)) {
        self.nodes.push(Node { id: id.to_owned(), tag, name, x: x - width / 2, y: y - height / 2, width, height });
    }

    fn flow(&mut self, from: &str, to: &str) {
        let pair = (from.to_owned(), to.to_owned());
        if !self.flows.contains(&pair) {
            self.flows.push(pair);
        }
    }

    fn of(letter: &str, lang: Lang, texts: &Texts) -> Diagram {
        let mut d = Diagram::default();
        let own = |s: &str| s.split('.').next() == Some(letter);
        let all: Vec<&'static str> = states().into_iter().filter(|s| own(s)).collect();
        let column = |s: &str| all.iter().position(|a| *a == s).map_or(0, |i| i as i32 + 1);
        let opens = ACTS.iter().filter(|row| row.from.contains(&NEW) && row.reaches(NEW).iter().any(|s| own(s))).count();
        d.node("start", "startEvent", String::new(), (60, TOP), (36, 36));
        if opens > 1 {
            d.node("begin", "exclusiveGateway", String::new(), (140, TOP), (50, 50));
            d.flow("start", "begin");
        }
        for state in &all {
            let (tag, size) = if FINAL.contains(state) { ("endEvent", (36, 36)) } else { ("exclusiveGateway", (50, 50)) };
            d.node(&id_of(state), tag, texts.get(&key("state", state), &[]), (60 + column(state) * COLUMN, TOP), size);
        }
        // A lane of its own for each act, so that no flow runs through another's task.
        let mut lane = 0;
        for row in &ACTS {
            let from: Vec<&'static str> =
                row.from.iter().copied().filter(|s| own(s) || *s == NEW).filter(|s| row.reaches(s).iter().any(|t| own(t))).collect();
            let Some(first) = from.first() else { continue };
            let at = column(first);
            lane += 1;
            let place = (60 + at * COLUMN + 150, TOP + lane * LANE);
            let (entry, exit) = d.act(row, lang, place);
            if parallel(row) {
                lane += 1;
            }
            d.connect(row, &from, (&entry, &exit), opens, place, &own);
        }
        d
    }

    /// The task or tasks of an act; answers where one comes in and where one goes out.
    fn act(&mut self, row: &Act, lang: Lang, (x, y): (i32, i32)) -> (String, String) {
        let id = format!("act_{}", row.id);
        let tag = match row.who {
            Who::With | Who::Installation => "serviceTask",
            _ => "userTask",
        };
        let (Who::Each(duties), true) = (row.who, parallel(row)) else {
            self.node(&id, tag, task_name(lang, row.id, None), (x, y), (150, 80));
            return (id.clone(), id);
        };
        let (split, join) = (format!("{id}_split"), format!("{id}_join"));
        self.node(&split, "parallelGateway", String::new(), (x - 105, y), (50, 50));
        self.node(&join, "parallelGateway", String::new(), (x + 105, y), (50, 50));
        for (i, duty) in duties.iter().enumerate() {
            let task = format!("{id}_{}", duty.code().replace('-', "_"));
            self.node(&task, tag, task_name(lang, row.id, Some(*duty)), (x, y + i as i32 * LANE), (150, 80));
            self.flow(&split, &task);
            self.flow(&task, &join);
        }
        (split, join)
    }

    /// From every state that the act leaves to every state that it reaches; where that depends on
    /// where it came from, the record knows, and the gateway after it decides.
    fn connect(
        &mut self,
        row: &Act,
        from: &[&'static str],
        (entry, exit): (&str, &str),
        opens: usize,
        (x, y): (i32, i32),
        own: &dyn Fn(&str) -> bool,
    ) {
        let mut reached: Vec<&'static str> = Vec::new();
        for state in from {
            let source = if *state == NEW && opens > 1 { "begin".to_owned() } else { id_of(state) };
            self.flow(&source, entry);
            // Two tasks in parallel are both done before the act leads on.
            let targets = if parallel(row) { row.to.states() } else { row.reaches(state) };
            reached.extend(targets.into_iter().filter(|t| own(t)));
        }
        reached.sort_unstable();
        reached.dedup();
        let exit = if reached.len() > 1 {
            let gateway = format!("after_{}", row.id);
            self.node(&gateway, "exclusiveGateway", String::new(), (x + 110, y), (50, 50));
            self.flow(exit, &gateway);
            gateway
        } else {
            exit.to_owned()
        };
        for state in reached {
            self.flow(&exit, &id_of(state));
        }
    }

    fn process(&self, letter: &str, name: &str) -> String {
        let mut out = format!("  <bpmn:process id=\"process_{letter}\" name=\"{}\" isExecutable=\"false\">\n", escape(name));
        for node in &self.nodes {
            let named = if node.name.is_empty() { String::new() } else { format!(" name=\"{}\"", escape(&node.name)) };
            let _ = writeln!(out, "    <bpmn:{} id=\"{letter}_{}\"{named}>", node.tag, node.id);
            for (i, (from, to)) in self.flows.iter().enumerate() {
                if *to == node.id {
                    let _ = writeln!(out, "      <bpmn:incoming>{letter}_flow_{i}</bpmn:incoming>");
                }
                if *from == node.id {
                    let _ = writeln!(out, "      <bpmn:outgoing>{letter}_flow_{i}</bpmn:outgoing>");
                }
            }
            let _ = writeln!(out, "    </bpmn:{}>", node.tag);
        }
        for (i, (from, to)) in self.flows.iter().enumerate() {
            let _ = writeln!(
                out,
                "    <bpmn:sequenceFlow id=\"{letter}_flow_{i}\" sourceRef=\"{letter}_{from}\" targetRef=\"{letter}_{to}\"/>"
            );
        }
        out.push_str("  </bpmn:process>\n");
        out
    }

    fn picture(&self, letter: &str) -> String {
        let mut out = format!(
            "  <bpmndi:BPMNDiagram id=\"diagram_{letter}\">\n    <bpmndi:BPMNPlane id=\"plane_{letter}\" bpmnElement=\"process_{letter}\">\n"
        );
        for n in &self.nodes {
            let marker = if n.tag == "exclusiveGateway" { " isMarkerVisible=\"true\"" } else { "" };
            let _ = writeln!(out, "      <bpmndi:BPMNShape id=\"{letter}_{}_di\" bpmnElement=\"{letter}_{}\"{marker}>", n.id, n.id);
            let _ = writeln!(out, "        <dc:Bounds x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", n.x, n.y, n.width, n.height);
            if !n.name.is_empty() && n.width < 100 {
                let (x, y) = (n.x + n.width / 2 - 60, n.y - 44);
                let _ = writeln!(
                    out,
                    "        <bpmndi:BPMNLabel><dc:Bounds x=\"{x}\" y=\"{y}\" width=\"120\" height=\"40\"/></bpmndi:BPMNLabel>"
                );
            }
            out.push_str("      </bpmndi:BPMNShape>\n");
        }
        let node = |id: &str| self.nodes.iter().find(|n| n.id == id);
        for (i, (from, to)) in self.flows.iter().enumerate() {
            let (Some(a), Some(b)) = (node(from), node(to)) else { continue };
            let _ = writeln!(out, "      <bpmndi:BPMNEdge id=\"{letter}_flow_{i}_di\" bpmnElement=\"{letter}_flow_{i}\">");
            for (x, y) in route(a, b) {
                let _ = writeln!(out, "        <di:waypoint x=\"{x}\" y=\"{y}\"/>");
            }
            out.push_str("      </bpmndi:BPMNEdge>\n");
        }
        out.push_str("    </bpmndi:BPMNPlane>\n  </bpmndi:BPMNDiagram>\n");
        out
    }
}

/// Out at the nearer side, along the lane, in at the nearer side.
fn route(a: &Node, b: &Node) -> Vec<(i32, i32)> {
    let middle = |n: &Node| (n.x + n.width / 2, n.y + n.height / 2);
    let ((ax, ay), (bx, by)) = (middle(a), middle(b));
    if ay == by {
        let (from, to) = if bx > ax { (a.x + a.width, b.x) } else { (a.x, b.x + b.width) };
        return vec![(from, ay), (to, by)];
    }
    // A gateway hands down to its lane; a task goes back up to the state it reaches.
    if a.width < 100 && b.width >= 100 {
        let into = if bx > ax { b.x } else { b.x + b.width };
        return vec![(ax, a.y + a.height), (ax, by), (into, by)];
    }
    let out = if bx > ax { a.x + a.width } else { a.x };
    let down = if by > ay { b.y } else { b.y + b.height };
    vec![(out, ay), (bx, ay), (bx, down)]
}

/// One definitions document with these machines, a diagram each.
pub fn document(lang: Lang, letters: &[&str]) -> String {
    let texts = texts(lang);
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<bpmn:definitions xmlns:bpmn=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
         xmlns:bpmndi=\"http://www.omg.org/spec/BPMN/20100524/DI\" xmlns:dc=\"http://www.omg.org/spec/DD/20100524/DC\" \
         xmlns:di=\"http://www.omg.org/spec/DD/20100524/DI\" id=\"ndp\" targetNamespace=\"urn:ndp:process\">\n",
    );
    let diagrams: Vec<(&str, Diagram)> = letters.iter().map(|letter| (*letter, Diagram::of(letter, lang, texts))).collect();
    for (letter, diagram) in &diagrams {
        out.push_str(&diagram.process(letter, &texts.get(&format!("machine-{letter}"), &[])));
    }
    for (letter, diagram) in &diagrams {
        out.push_str(&diagram.picture(letter));
    }
    out.push_str("</bpmn:definitions>\n");
    out
}

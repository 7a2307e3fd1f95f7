//! The event log as IEEE XES: a trace a file, an event an act, with the same names as the BPMN.

use crate::bpmn::task_name;
use ndp_domain::id::Kind;
use ndp_engine::log::Entry;
use ndp_text::Lang;
use std::collections::BTreeMap;
use std::fmt::Write;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn string(out: &mut String, indent: &str, key: &str, value: &str) {
    let _ = writeln!(out, "{indent}<string key=\"{key}\" value=\"{}\"/>", escape(value));
}

/// The log of these acts, in traces of one kind of file each. Kinds that are no process (loaded
/// data, organisations, accounts, products) are left out.
pub fn document(lang: Lang, entries: &[Entry]) -> String {
    let mut traces: BTreeMap<String, (Kind, Vec<&Entry>)> = BTreeMap::new();
    for entry in entries {
        if matches!(entry.trace.kind, Kind::Reference | Kind::Organisation | Kind::Account | Kind::Product | Kind::Links) {
            continue;
        }
        let name = match entry.part {
            Some(part) => format!("{}/{part}", entry.trace),
            None => entry.trace.to_string(),
        };
        traces.entry(name).or_insert((entry.trace.kind, Vec::new())).1.push(entry);
    }
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1849-2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">\n  \
         <extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n  \
         <extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>\n  \
         <extension name=\"Organizational\" prefix=\"org\" uri=\"http://www.xes-standard.org/org.xesext\"/>\n  \
         <classifier name=\"Act\" keys=\"concept:name\"/>\n",
    );
    for (name, (kind, entries)) in &traces {
        out.push_str("  <trace>\n");
        string(&mut out, "    ", "concept:name", name);
        string(&mut out, "    ", "ndp:kind", kind.name());
        for entry in entries {
            out.push_str("    <event>\n");
            string(&mut out, "      ", "concept:name", &task_name(lang, entry.act, entry.duty));
            string(&mut out, "      ", "ndp:act", entry.act.name());
            string(&mut out, "      ", "ndp:state", &entry.stage);
            let _ = writeln!(out, "      <date key=\"time:timestamp\" value=\"{}\"/>", entry.at.format("%Y-%m-%dT%H:%M:%S%.6f+00:00"));
            if let Some(duty) = entry.duty {
                string(&mut out, "      ", "org:role", duty.code());
            }
            if let Some(org) = &entry.org {
                string(&mut out, "      ", "org:group", org);
            }
            out.push_str("    </event>\n");
        }
        out.push_str("  </trace>\n");
    }
    out.push_str("</log>\n");
    out
}

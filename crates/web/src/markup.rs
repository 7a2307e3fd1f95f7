//! Small pieces of markup: escaping, icons, badges.

use ndp_text::{Lang, key, texts};

/// Text made safe between tags and in quoted attributes.
pub fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// An icon of the set; always beside a text.
pub fn icon(name: &str) -> String {
    format!(r##"<svg class="i" aria-hidden="true" width="18" height="18"><use href="{}#{name}"/></svg>"##, crate::assets::href("icons.svg"))
}

/// How states look: style and icon (ux.md 5). Every state has its line, or a test fails.
const STATES: &[(&str, &str, &[&str])] = &[
    ("mute", "pencil", &["L.draft", "E.draft", "D.draft", "U.drafting", "SC.open"]),
    ("info", "inbox", &["L.submitted", "L.received", "E.submitted", "E.received", "KN.lodged", "OB.lodged"]),
    ("info", "person", &["L.assigned", "E.examining"]),
    ("warn", "triangle", &["L.supplement", "E.supplement"]),
    (
        "ok",
        "tick",
        &[
            "L.listed",
            "C.promulgated",
            "B.ready",
            "B.accepted",
            "R.in_force",
            "D.issued",
            "D.filed",
            "D.sealed",
            "P.published",
            "KN.settled",
            "RC.changed",
            "CP.accepted",
            "OB.answered",
            "SC.converted",
        ],
    ),
    (
        "mute",
        "back",
        &[
            "L.not_listed",
            "L.removed",
            "L.withdrawn",
            "L.stopped",
            "C.superseded",
            "C.dropped",
            "C.repealed",
            "E.declined",
            "E.stopped",
            "E.lapsed",
            "R.revoked",
            "D.replaced",
            "RC.kept",
            "KN.refused",
            "CP.refused",
        ],
    ),
    ("info", "pencil", &["C.drafting"]),
    ("info", "speech", &["C.consulting", "CP.open"]),
    ("info", "scales", &["E.ready", "E.evaluating"]),
    ("warn", "help", &["E.clarifying"]),
    ("info", "people", &["E.meeting", "E.counted", "B.nominating", "B.established"]),
    ("pot", "document", &["E.concluded", "D.numbered"]),
    ("ok", "document", &["E.decided"]),
    ("mute", "people", &["B.planned"]),
    ("info", "document", &["B.selecting", "B.contracted", "B.reported", "D.submitted", "D.initialled", "D.checked"]),
    ("mute", "square", &["B.closed", "B.cancelled", "R.ended", "U.ended", "P.closed", "KN.closed", "U.cancelled"]),
    ("ok", "tick", &["AC.open", "OR.existing", "RF.loaded", "CF.recorded"]),
    ("warn", "lock", &["AC.suspended"]),
    ("info", "loop", &["R.periodic_review"]),
    ("warn", "loop", &["R.extraordinary_review"]),
    ("warn", "wrench", &["R.remediation"]),
    ("mute", "plug", &["P.not_shared"]),
    ("info", "plug", &["P.data_sent"]),
    ("info", "pencil", &["P.correction"]),
    ("info", "list", &["PE.compiling"]),
    ("ok", "list", &["PE.issued"]),
    ("mute", "list", &["PE.replaced"]),
    ("ok", "document", &["U.approved"]),
    ("ok", "flag", &["U.in_use"]),
    ("warn", "flag", &["U.suspended"]),
    ("warn", "back", &["D.returned"]),
    ("pot", "pencil", &["D.signed"]),
    ("mute", "x", &["D.void"]),
    ("info", "help", &["RC.asked"]),
    ("info", "document", &["KN.accepted"]),
    ("warn", "document", &["KN.second"]),
];

/// Style and icon of a state.
pub fn look(stage: &str) -> (&'static str, &'static str) {
    STATES.iter().find(|(_, _, all)| all.contains(&stage)).map_or(("mute", "dash"), |(style, icon, _)| (style, icon))
}

/// Is there a look of its own for the state?
pub fn has_look(stage: &str) -> bool {
    STATES.iter().any(|(_, _, all)| all.contains(&stage))
}

pub fn pill(style: &str, icon_name: &str, text: &str) -> String {
    format!(r#"<span class="badge {style}">{}{}</span>"#, icon(icon_name), esc(text))
}

/// Badge of a state; none for records that stand in no state of their own.
pub fn state(stage: &str, lang: Lang) -> String {
    let (style, icon) = look(stage);
    texts(lang).find(&key("state", stage), &[]).map(|text| pill(style, icon, &text)).unwrap_or_default()
}

/// Badge of a class of recognition; none: nothing is known.
pub fn class(class: Option<&str>, lang: Lang) -> String {
    let t = texts(lang);
    match class {
        Some("national") => pill("national", "star", &t.get("web-class-national", &[])),
        Some("potential") => pill("pot", "rise", &t.get("web-class-potential", &[])),
        Some("rejected") => pill("bad", "x", &t.get("web-class-rejected", &[])),
        _ => pill("none", "dash", &t.get("web-class-none", &[])),
    }
}

/// Badge of a dossier's state; once decided its outcome, which is what everybody looks for.
pub fn dossier(d: &ndp_domain::dossier::State, stage: &str, lang: Lang) -> String {
    match &d.decision {
        Some((outcome, _)) if stage == "E.decided" => class(Some(outcome.name()), lang),
        _ => state(stage, lang),
    }
}

/// Badge of a body's state; once established it is a council or a group.
pub fn body(b: &ndp_domain::body::State, stage: &str, lang: Lang) -> String {
    if stage != "B.established" {
        return state(stage, lang);
    }
    let (style, icon) = look(stage);
    pill(style, icon, &texts(lang).get(&format!("web-established-{}", b.form.name()), &[]))
}

/// Badge of a register (never merged with another).
pub fn register(name: &str, lang: Lang) -> String {
    let (style, icon) = match name {
        "deployed" => ("info", "flag"),
        "recognised" => ("ok", "star"),
        _ => ("mute", "list"),
    };
    pill(style, icon, &texts(lang).get(&format!("web-register-{name}"), &[]))
}

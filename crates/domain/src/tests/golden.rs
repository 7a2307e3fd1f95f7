//! Old events stay readable: one golden file per event kind and version in `golden/`. A change of
//! shape adds an upcaster and a file, never edits one. `UPDATE_GOLDEN=1` writes missing files.

use super::ledger::*;
use crate::acts::ActId;
use crate::canonical::canonical;
use crate::machine::{Command, Event};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Name of an event: machine and what happened.
fn name(event: &Event) -> String {
    let value = serde_json::to_value(event).unwrap();
    let (machine, inner) = value.as_object().unwrap().iter().next().map(|(k, v)| (k.clone(), v.clone())).unwrap();
    let what = match inner {
        Value::String(text) => text,
        Value::Object(map) => map.keys().next().unwrap().clone(),
        _ => unreachable!("an event is an object"),
    };
    format!("{machine}.{what}.v1.json")
}

fn story() -> Ledger {
    use crate::document::Command as D;
    let mut l = Ledger::new();
    let (dossier, ..) = l.evaluation((1, 2, 2), &[], 6);
    l.decide(dossier, ActId::E22).unwrap();
    let publication = l.of_kind(crate::id::Kind::Publication).into_iter().find(|id| l.stage(*id) == "P.data_sent").unwrap();
    l.act(actor(8, crate::authority::Duty::ListKeeper, KEEPER), publication, crate::publication::Command::Publish { edition: None })
        .unwrap();
    let set = l.of_kind(crate::id::Kind::CriteriaSet)[0];
    let entry = l.state::<crate::criteria_set::CriteriaSet>(set).entry;
    l.begin(entry, crate::criteria_set::Basis::Version(1));
    l.in_force(set.try_into().unwrap());
    let signer = actor(4, crate::authority::Duty::ManagingSigner, MINISTRY);
    for (until, command) in
        [(2, D::Return { remark: t("r") }), (1, D::Discard {}), (5, D::Void { reason: t("r") }), (9, D::File { code: t("c") })]
    {
        let entry = l.entry(1);
        let act = crate::list_entry::Command::Submit { proposal: Ledger::proposal() };
        let id = l.paper_until(signer.clone(), vec![(entry.into(), act.into())], until).unwrap();
        l.on_paper(id, signer.clone(), command, None).unwrap();
    }
    l.organisation(MINISTRY, "A", None, None);
    l.act(actor(30, crate::authority::Duty::Administrator, KEEPER), MINISTRY, coordinating("van-phong")).unwrap();
    let draft = l.entry(1);
    l.act(actor(1, crate::authority::Duty::ManagingOfficer, MINISTRY), draft, crate::list_entry::Command::HandOver {}).unwrap();
    let (paper_dossier, ..) = l.evaluation((1, 2, 2), &[], 1);
    let paper = Some(crate::sheet::PaperSheet { entered_by: SUPPORT, scan: attachment() });
    let text = crate::sheet::SheetText { paper, ..Ledger::sheet_text(&[]) };
    let sheet = crate::id::SheetId(l.fresh());
    let enter = crate::sheet::Command::Enter { dossier: paper_dossier, member: member(3), text };
    l.act(in_body(SUPPORT, crate::authority::Duty::Support), sheet, enter).unwrap();
    let account = crate::id::AccountId(l.fresh());
    let admin = actor(30, crate::authority::Duty::Administrator, KEEPER);
    use crate::account::{Command as A, Held};
    let held = Held {
        duty: crate::authority::Duty::ManagingOfficer,
        org: MINISTRY,
        unit: None,
        from: l.today(),
        to: None,
        form: None,
        scope: vec![],
        basis: None,
    };
    let on = l.today();
    for command in [A::Open { id: account }, A::Grant { held }, A::End { number: 0, on }, A::Suspend { reason: t("x") }, A::Reinstate {}] {
        l.act(admin.clone(), account, command).unwrap();
    }
    let org = crate::id::OrganisationId(l.fresh());
    use crate::organisation::{Command as O, Ground, Record, Transfer};
    let record = Record {
        code: t("X"),
        name_vi: t("X"),
        name_en: None,
        symbol: None,
        class: t("ministry"),
        locality: None,
        valid_from: None,
        valid_to: None,
        ground: Ground::Sample,
    };
    l.act(Default::default(), org, O::Register { id: org, record }).unwrap();
    let transfer = Transfer { to: MINISTRY, what: t("w"), what_vi: None, on, main: true, ground: Ground::Sample };
    l.act(Default::default(), org, O::RecordTransfer { transfer }).unwrap();
    let set = crate::reference::DataSet::Holidays;
    let load = crate::reference::Command::Load { set, name: "h".into(), rows: 1, text: "x".into() };
    let id = crate::id::ReferenceId(l.fresh());
    l.act(Default::default(), id, load).unwrap();
    let soon: Vec<String> = l.today().iter_days().skip(1).take(4).map(|d| d.to_string()).collect();
    l.recounted(&soon.iter().map(String::as_str).collect::<Vec<_>>());
    l
}

#[test]
fn every_event_has_its_golden_file_and_every_file_still_reads() {
    let mut by_name: BTreeMap<String, &Event> = BTreeMap::new();
    let l = story();
    for step in &l.steps {
        by_name.entry(name(&step.event)).or_insert(&step.event);
    }
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for (name, event) in &by_name {
        let file = folder().join(name);
        if update && !file.exists() {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&file, format!("{}\n", canonical(event))).unwrap();
        }
        assert!(file.exists(), "{name} is missing: run with UPDATE_GOLDEN=1 and look at it");
    }
    let mut files = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let event: Event = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        assert_eq!(canonical(&event), text.trim_end(), "{}", file.display());
        assert_eq!(Some(name(&event).as_str()), file.file_name().and_then(|n| n.to_str()));
        files += 1;
    }
    assert!(files >= 45, "{files} golden files");
}

/// Commands of the story, as they were frozen in its papers and given by hand.
pub(super) fn commands(l: &Ledger) -> Vec<Command> {
    let mut all: Vec<Command> = Vec::new();
    let add = |text: &str, all: &mut Vec<Command>| {
        if let Ok(command) = serde_json::from_str::<Command>(text) {
            all.push(command);
        }
    };
    // Commands without content serve every machine; those with content come from snapshots.
    for text in [
        r#"{"dossier":{"count":{}}}"#,
        r#"{"dossier":{"recognise_national":{}}}"#,
        r#"{"dossier":{"recognise_potential":{}}}"#,
        r#"{"dossier":{"accept":{"note":"x"}}}"#,
        r#"{"dossier":{"register":{"incoming":{"number":"1","arrived_on":"2026-03-02"}}}}"#,
        r#"{"dossier":{"convene":{"present":[]}}}"#,
        r#"{"list_entry":{"register":{"incoming":{"number":"1","arrived_on":"2026-03-02"}}}}"#,
        r#"{"publication":{"publish":{}}}"#,
        r#"{"document":{"initial":{}}}"#,
        r#"{"document":{"check_form":{}}}"#,
        r#"{"document":{"seal":{}}}"#,
        r#"{"document":{"discard":{}}}"#,
        r#"{"document":{"return":{"remark":"x"}}}"#,
        r#"{"document":{"void":{"reason":"x"}}}"#,
        r#"{"document":{"file":{"code":"x"}}}"#,
        r#"{"document":{"issue":{"recipients":[]}}}"#,
        r#"{"criteria_set":{"supersede":{"version":1}}}"#,
    ] {
        add(text, &mut all);
    }
    assert_eq!(all.len(), 17, "each of these is a command");
    let entry = crate::list_entry::Command::Submit { proposal: Ledger::proposal() };
    all.push(entry.into());
    all.push(crate::body::Command::Establish { establishing: l.establishing() }.into());
    all.push(crate::dossier::Command::Submit { application: l.application((1, 2, 2)) }.into());
    all.push(crate::dossier::Command::SignMinutes { minutes: l.minutes(&[]) }.into());
    all
}

//! Side roads through the engine and the binary: imports, successions, registers as of a day,
//! drafts held against what is recognised, criteria sets as files.

use ndp_cli::demo::story::t;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::criteria_set::Lineage;
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind, OrganisationId};
use ndp_domain::list_entry::ListEntry;
use ndp_domain::machine::{Command, Known, State};
use ndp_domain::occasion::Actor;
use ndp_domain::product::Product;
use ndp_domain::visibility::Reader;
use ndp_engine::import::{self, ImportError, Imported};
use ndp_engine::reference::Sources;
use ndp_engine::succession::Plan;
use ndp_engine::whatif::{Draft, Verdict};
use ndp_engine::{Ask, Problem, set_file};
use ndp_tests::World;

const HEADER: &str =
    "code,name_vi,name_en,kind,ownership,owner,managing,register,status,decision_number,decision_date,source_url,evidence,confidence";

async fn import(world: &World, files: &[(&str, String)]) -> Result<Imported, ImportError> {
    let files: Vec<(String, String)> = files.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
    let rows = import::read(&files).map_err(ImportError::Lines)?;
    world.engine.import(&rows, &world.story().importer(), false).await
}

async fn state<M: Known>(world: &World, id: impl Into<Id>) -> M::State
where
    M::State: Clone,
{
    M::known(&world.engine.store.load_one(id.into()).await.unwrap().unwrap().neighbour.whole.state).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_names_every_bad_line_and_writes_none_of_them() {
    let world = World::new().await;
    let before = world.engine.store.count_events().await.unwrap();
    let lines = format!(
        "{HEADER}\nA-1,Nền tảng một,,platform,state,BTC,BTC,list,,,,http://x,read,\nA-2,,,platform,,,,list,,,,http://x,read,\nA-3,Ba,,cloud,,,,list,,,,http://x,read,\nA-4,Bốn,,,,,,list,,,2026-13-01,http://x,guess,\n"
    );
    let Err(ImportError::Lines(wrong)) = import(&world, &[("a.csv", lines)]).await else { panic!("bad lines") };
    let numbers: Vec<u32> = wrong.iter().map(|m| m.line).collect();
    assert_eq!(numbers, [3, 4, 5, 5], "{wrong:?}");
    let unknown =
        format!("{HEADER}\nA-1,Nền tảng một,,platform,state,KHONG-CO,,list,,,,http://x,read,\nA-1,Lại,,,,,,list,,,,http://x,read,\n");
    let Err(ImportError::Lines(wrong)) = import(&world, &[("b.csv", unknown)]).await else { panic!("bad lines") };
    assert_eq!(wrong.iter().map(|m| m.line).collect::<Vec<_>>(), [3, 2], "{wrong:?}");
    assert_eq!(world.engine.store.count_events().await.unwrap(), before, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_platform_with_several_identifiers_is_one_record_and_unknown_stays_unknown() {
    let world = World::new().await;
    let lines = format!(
        "{HEADER}\nA-1,VNeID,,platform,state,BCA,BCA,C-unverified,,,,http://x,read,\nB-7,Định danh điện tử,,,,,,named,,,,,own_knowledge,70\nB-8,Chưa rõ,,,,,,named,,,,,own_knowledge,60\n"
    );
    let done = import(&world, &[("a.csv", lines), ("i.csv", "code,also\nA-1,B-7\n".to_owned())]).await.unwrap();
    assert_eq!(done.products["A-1"], done.products["B-7"]);
    let one = state::<Product>(&world, done.products["A-1"]).await.record;
    assert_eq!((one.identifiers.len(), one.claims.len(), one.aliases.len()), (1, 2, 1));
    let unknown = state::<Product>(&world, done.products["B-8"]).await;
    assert_eq!((unknown.record.kind, unknown.record.owner, unknown.managing), (None, None, None));
    let again = format!("{HEADER}\nB-7,Định danh,,,,,,named,,,,,own_knowledge,70\n");
    assert!(matches!(import(&world, &[("c.csv", again)]).await, Err(ImportError::Lines(wrong)) if wrong[0].line == 2), "on record already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recognition_of_before_comes_with_its_scan_and_without_sheets() {
    let world = World::new().await;
    let platforms = format!("{HEADER}\nA-1,Họp trực tuyến,,platform,enterprise,,BTC,none,,,,http://x,read,\n");
    let header = "product_code,entry,class,managing,decision_number,decision_date,scan_name,scan_sha256,source_url";
    let scan = "ab".repeat(32);
    let good = format!("{header}\nA-1,Nền tảng họp trực tuyến,potential,BTC,12/QĐ-X,2023-11-29,quyet-dinh.pdf,{scan},\n");
    let bad = format!("{header}\nA-1,Nền tảng họp trực tuyến,potential,BTC,12/QĐ-X,,quyet-dinh.pdf,xyz,\n");
    assert!(matches!(import(&world, &[("p.csv", platforms.clone()), ("r.csv", bad)]).await, Err(ImportError::Lines(w)) if w.len() == 2));
    let done = import(&world, &[("p.csv", platforms), ("r.csv", good)]).await.unwrap();
    assert_eq!(done.recognitions, 1);
    let found = world.engine.store.load_kind(Kind::Recognition).await.unwrap();
    let State::Recognition(r) = &found[0].neighbour.whole.state else { panic!("a recognition") };
    assert_eq!((r.dossier, r.historical.as_ref().unwrap().number.as_str()), (None, "12/QĐ-X"));
    assert!(world.engine.store.load_kind(Kind::Sheet).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_platforms_load_with_their_evidence_and_the_list_is_shown_as_of_any_day() {
    let world = World::new().await;
    let story = world.story();
    let imported = story.import_shipped().await.unwrap();
    assert_eq!(imported.products.len(), 141, "every row of both files");
    assert_eq!(imported.products["P24-02"], imported.products["NR-04"], "VNeID is one platform");
    let deployed = world.engine.store.register_on("deployed", story.today(), None, 500).await.unwrap();
    assert!(deployed.is_empty(), "no unverified row is an entry of register C");
    assert!(story.reorganise(&imported).await.unwrap() > 20);
    let directory = world.engine.directory();
    let code = |id: &Option<String>| {
        let id: OrganisationId = id.as_ref().unwrap().parse::<Id>().unwrap().try_into().unwrap();
        directory.organisations[&id].record.code.to_string()
    };
    let on = async |day: &str| {
        let rows = world.engine.store.register_on("list", day.parse().unwrap(), None, 500).await.unwrap();
        rows.iter().find(|r| r.name == "Nền tảng bản đồ số").map(|r| code(&r.managing))
    };
    assert_eq!(on("2022-02-10").await, None, "not on the list yet");
    assert_eq!(on("2025-02-28").await.as_deref(), Some("BTTTT"));
    assert_eq!(on("2025-03-01").await.as_deref(), Some("BKHCN"));
    let known_before = world.engine.clock.now() - chrono::Duration::days(1);
    let then = world.engine.store.register_on("list", "2025-03-01".parse().unwrap(), Some(known_before), 500).await.unwrap();
    assert!(then.is_empty(), "nothing of it was on record the day before");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_an_organisation_move_once_as_decided_and_back_again() {
    let world = World::new().await;
    let story = world.story();
    let (one, two) = (story.list_entry("Một", 5).await.unwrap(), story.list_entry("Hai", 1).await.unwrap());
    let cast = &world.cast;
    let preview = world.engine.succession_preview(cast.managing.org).await.unwrap();
    let ids: Vec<Id> = preview.iter().map(|l| l.stream).collect();
    assert!(ids.contains(&one.into()) && ids.contains(&two.into()));
    let lines = vec![(Id::from(one), cast.consulted.org), (Id::from(two), cast.keeper.org)];
    let plan = Plan { id: world.engine.id(), from: cast.managing.org, on: story.today(), basis: t("Nghị quyết 190/2025/QH15"), lines };
    let keeper = cast.keeper.signer.actor();
    // The job is stopped after the first file and run again.
    let first = Plan { lines: plan.lines[..1].to_vec(), ..plan.clone() };
    assert_eq!(world.engine.succession_apply(&keeper, &first).await.unwrap().moved, 1);
    let done = world.engine.succession_apply(&keeper, &plan).await.unwrap();
    assert_eq!((done.moved, done.already, done.changed.len()), (1, 1, 0));
    assert_eq!(state::<ListEntry>(&world, one).await.managing, cast.consulted.org);
    assert_eq!(state::<ListEntry>(&world, two).await.managing, cast.keeper.org);
    let other = Plan { id: world.engine.id(), ..plan.clone() };
    assert_eq!(world.engine.succession_apply(&keeper, &other).await.unwrap().changed.len(), 2, "no longer theirs");
    let officer = Ask::new(cast.managing.officer.actor(), two, ndp_domain::list_entry::Command::Withdraw { reason: t("x") });
    assert!(matches!(world.engine.execute(officer).await, Err(Problem::Denied(_))), "the old one decides nothing");
    let back = world.engine.succession_undo(&keeper, &plan).await.unwrap();
    assert_eq!(back.moved, 2);
    let again = world.engine.succession_apply(&keeper, &plan).await.unwrap();
    assert_eq!((again.moved, again.already, again.changed.len()), (0, 0, 2), "an undone plan does not look like one that was done");
    assert_eq!(state::<ListEntry>(&world, one).await.managing, cast.managing.org);
    let report = ndp_engine::check::check(&world.engine.store, &ndp_tests::key().public(), None, |_, _| {}).await.unwrap();
    assert_eq!(report.wrong, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn until_a_file_is_assigned_both_successors_see_it_and_neither_decides() {
    let world = World::new().await;
    let imported = world.story().import_shipped().await.unwrap();
    let directory = world.engine.directory();
    let old = directory.organisation("BTTTT").unwrap();
    let entry = imported.entries["N22-02"];
    assert_eq!(state::<ListEntry>(&world, entry).await.managing, old);
    for (code, sees) in [("BKHCN", true), ("BCA", true), ("BTC", false)] {
        let org = directory.organisation(code).unwrap();
        let reader = Reader { account: None, duty: Duty::ManagingOfficer, org: Some(org), unit: None };
        assert_eq!(world.engine.sees(&reader, entry.into()).await.unwrap(), sees, "{code}");
        let scope = world.engine.scope(&reader);
        assert_eq!(world.engine.store.admits(&scope, entry.into()).await.unwrap(), sees, "{code}, by the database");
    }
    // The old ministry ceased: nobody acts for it, and its successors are not yet its files' agency.
    let keeper = &world.cast.keeper;
    let refuse = ndp_domain::list_entry::Command::Withdraw { reason: t("x") };
    let as_new = Actor { duty: Some(Duty::ManagingOfficer), ..keeper.officer.actor() };
    assert!(matches!(world.engine.execute(Ask::new(as_new, entry, refuse)).await, Err(Problem::Denied(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_held_against_everything_recognised_and_writes_nothing() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    for (name, share, act) in [("A", (2_600_000, 4_000_000), ActId::E22), ("B", (2_100_000, 4_000_000), ActId::E22)] {
        let (dossier, product) = story.dossier(name, entry, set).await.unwrap();
        story.hand_in(dossier, Some(share), 4).await.unwrap();
        let body = story.body("Hội đồng", Some(product), 3).await.unwrap();
        story.evaluate(dossier, body, &[], None, 4).await.unwrap();
        story.decide(dossier, act).await.unwrap();
    }
    let regulation = world.engine.directory().regulations["1230-2023"].clone();
    let before = world.engine.store.count_events().await.unwrap();
    let run = async |draft: Draft| {
        let mut rows = Vec::new();
        world.engine.whatif(draft, |row| rows.push(row)).await.unwrap();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows
    };
    let as_it_is = run(Draft { set: None, entry: None, regulation: regulation.clone() }).await;
    assert!(as_it_is.iter().all(|r| r.verdict == Verdict::Pass));
    // A higher threshold flips exactly the one between.
    let mut stricter = regulation.clone();
    stricter.threshold.numerator = 60;
    let verdicts: Vec<Verdict> = run(Draft { set: None, entry: None, regulation: stricter }).await.iter().map(|r| r.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Fail]);
    // A new line has no evidence on file for anybody.
    let mut text = story.set_text();
    let new = ndp_domain::criteria_set::SetLine { code: t("G1.9"), lineage: Lineage::Added, ..text.lines[0].clone() };
    text.lines.push(new);
    let rows = run(Draft { set: Some(text), entry: Some(entry), regulation }).await;
    assert!(rows.iter().all(|r| r.verdict == Verdict::LacksEvidence && r.lacking == ["G1.9"]), "{rows:?}");
    assert_eq!(world.engine.store.count_events().await.unwrap(), before, "nothing was written");
    let (shares, over) = world.engine.market(entry).await.unwrap();
    assert_eq!((shares.len(), over), (2, true), "65 and 52.5 per cent of one market are a warning");
}

#[test]
fn a_criteria_set_as_a_file_reads_back_and_its_linter_names_the_line() {
    let regulations = ndp_engine::reference::parse(&Sources::read(None).unwrap()).unwrap().regulations;
    let regulation = &regulations["1230-2023"];
    let line = |c: &ndp_domain::regulation::Criterion| {
        format!(
            "[[line]]\ncode = \"{}\"\ngroup = \"{}\"\nname_vi = \"{}\"\nname_en = \"{}\"\nlineage = \"inherited\"\nevidence = \"Tài liệu\"\nchecked_against_annex = false\n",
            c.code, c.group, c.name_vi, c.name_en
        )
    };
    let market = "[market]\ndefinition_vi = \"d\"\ndefinition_en = \"d\"\nunit = \"u\"\nmethod = \"m\"\nsource = \"s\"\n\n";
    let lines: Vec<String> = regulation.framework.iter().map(line).collect();
    let file = format!("security_level = 3\n\n{market}{}", lines.join("\n"));
    let (text, entry) = set_file::read("s.toml", &file).unwrap();
    assert_eq!((text.lines.len(), entry), (regulation.framework.len(), None));
    assert_eq!(set_file::lint("s.toml", &file, regulation), []);
    let written = set_file::write(&text, Some("list_x"));
    assert_eq!(set_file::read("w.toml", &written).unwrap(), (text, Some("list_x".to_owned())));
    // One changed word is one changed line of the file.
    let changed = written.replacen("Tài liệu", "Báo cáo", 1);
    assert_eq!(written.lines().zip(changed.lines()).filter(|(a, b)| a != b).count(), 1);
    let without_g2 = format!("{market}{}", lines.iter().filter(|l| !l.contains("group = \"G2\"")).cloned().collect::<Vec<_>>().join("\n"));
    assert!(set_file::lint("s.toml", &without_g2, regulation)[0].found.contains("G2"));
    let unknown = file.replacen("code = \"G3.1\"", "code = \"G3.7\"", 1);
    let wrong = set_file::lint("s.toml", &unknown, regulation);
    let at = unknown.lines().position(|l| l == "code = \"G3.7\"").unwrap() as u32 + 1;
    assert_eq!((wrong[0].line, wrong[0].found.contains("G3.7")), (at, true), "{wrong:?}");
    assert!(set_file::read("s.toml", "line = 3").unwrap_err()[0].expected.contains("export set"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_from_its_file_is_the_draft_that_goes_out_for_opinions() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 1).await.unwrap();
    let officer = &world.cast.managing.officer;
    let who = Reader { account: Some(officer.account), duty: officer.duty, org: Some(officer.org), unit: officer.unit.clone() };
    let file = set_file::write(&story.set_text(), None).replacen("Minh chứng mẫu.", "Báo cáo đo.", 1);
    let (text, _) = set_file::read("s.toml", &file).unwrap();
    assert_eq!(world.engine.draft_set(&who, set, &text).await.unwrap(), 3, "lines, market, security level");
    assert_eq!(world.engine.draft_set(&who, set, &text).await.unwrap(), 0, "nothing changed");
    let mut more = serde_json::Map::new();
    more.insert("consulted".into(), serde_json::json!([world.cast.keeper.org, world.cast.consulted.org]));
    let command = world.engine.command_from_draft(&who, ActId::C2, set.into(), "draft", more).await.unwrap();
    let sent = ndp_domain::criteria_set::Command::Consult { draft: text, consulted: vec![world.cast.keeper.org, world.cast.consulted.org] };
    assert_eq!(command, sent.into());
    let other = Reader { org: Some(world.cast.consulted.org), ..who };
    let denied = world.engine.draft_set(&other, set, &story.set_text()).await.unwrap_err();
    assert_eq!(denied.code(), "authority.foreign_unit");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_are_compared_and_an_open_round_stays_on_its_own() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Nền tảng mẫu", entry, set).await.unwrap();
    assert_eq!(world.engine.compare(set, 1, 2).await.unwrap(), None, "there is no second version yet");
    story.criteria_set_again(entry, set).await.unwrap();
    let found = world.engine.compare(set, 1, 2).await.unwrap().unwrap();
    assert_eq!(found.changes, [], "the story promulgates the same text again");
    assert_eq!(found.stays.iter().map(|s| (s.dossier, s.version)).collect::<Vec<_>>(), [(Id::from(dossier), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_is_paused_with_its_reason_and_only_by_the_side_whose_step_it_is() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng", 4).await.unwrap();
    let pause = || Command::Any(ndp_domain::any::Command::Pause { reason: t("chờ ý kiến") });
    let head = world.cast.managing.unit_head.actor();
    assert!(
        matches!(world.engine.execute(Ask::new(head, entry, pause())).await, Err(Problem::Refusal(r)) if r.code() == "act.step_of_another")
    );
    let keeper = world.cast.keeper.unit_head.actor();
    world.engine.execute(Ask::new(keeper.clone(), entry, pause())).await.unwrap();
    let due = async || world.engine.store.load_one(entry.into()).await.unwrap().unwrap().neighbour.whole.due();
    assert_eq!(due().await, None, "nothing runs");
    story.pass(5);
    world.engine.execute(Ask::new(keeper, entry, Command::Any(ndp_domain::any::Command::Resume {}))).await.unwrap();
    assert!(due().await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_holds_every_entry_of_its_register() {
    let world = World::new().await;
    let story = world.story();
    for n in 0..3 {
        story.list_entry(&format!("Mục {n}"), 5).await.unwrap();
    }
    let entries = world.engine.edition_entries(ndp_domain::publication::Register::List).await.unwrap();
    assert_eq!(entries.len(), 3);
    let grounds = world.engine.store.load(&entries.iter().map(|e| Need::Stream((*e).into())).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(grounds.len(), 3);
}

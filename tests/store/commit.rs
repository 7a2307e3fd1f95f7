//! `commit`: whole or not at all, and what is derived is written with it.

use ndp_cli::demo::story::{Until, t};
use ndp_domain::authority::Duty;
use ndp_domain::id::{Id, Kind, ListEntryId};
use ndp_domain::list_entry::{Command as L, Incoming};
use ndp_domain::whole::Whole;
use ndp_engine::Ask;
use ndp_engine::check::check;
use ndp_store::inbox::Inbox;
use ndp_store::journal::Sought;
use ndp_store::lists::{After, Filter, Order, Total};
use ndp_tests::{World, key};
use sea_orm::ConnectionTrait;

#[tokio::test(flavor = "multi_thread")]
async fn installation_writes_hundreds_of_streams_in_one_batch() {
    let world = World::new().await;
    let organisations = world.engine.store.load_kind(Kind::Organisation).await.unwrap();
    assert!(organisations.len() > 270, "{}", organisations.len());
    let directory = world.engine.directory();
    let mic = directory.organisation("BTTTT").unwrap();
    let transfers = &directory.organisations[&mic].transfers;
    assert_eq!(transfers.len(), 3, "to Science and Technology, Culture, and Public Security");
    let day = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap();
    assert_eq!(directory.focal_on(day(2025, 2, 28)), mic);
    assert_eq!(directory.focal_on(day(2025, 3, 1)), directory.organisation("BKHCN").unwrap());
    assert_eq!(directory.localities.len(), 98);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_row_of_every_stream_is_what_its_events_fold_to() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    story.criteria_set(entry, 4).await.unwrap();
    for kind in Kind::ALL {
        for loaded in world.engine.store.load_kind(*kind).await.unwrap() {
            let mut whole: Option<Whole> = None;
            for body in world.engine.store.events(loaded.id).await.unwrap() {
                whole = Whole::apply(whole, &serde_json::from_str(&body).unwrap());
            }
            assert_eq!(whole.as_ref(), Some(loaded.neighbour.whole.as_ref()), "{}", loaded.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_paper_leaves_nothing_behind() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 1).await.unwrap();
    let submit = story.proposal("Nền tảng thử");
    let paper = story.paper(&world.cast.managing, "Đề xuất", vec![(entry.into(), submit.clone().into())], Until::Sealed).await.unwrap();
    // Another paper brings the same act into effect first.
    story.paper(&world.cast.managing, "Đề xuất", vec![(entry.into(), submit.into())], Until::Issued).await.unwrap();
    let before = world.engine.store.count_events().await.unwrap();
    let issue = ndp_domain::document::Command::Issue { recipients: vec![world.cast.keeper.org] };
    let refused = story.act(&world.cast.managing.records, paper, issue).await.unwrap_err();
    assert_eq!(refused.code(), "act.wrong_stage");
    assert_eq!(world.engine.store.count_events().await.unwrap(), before);
    assert_eq!(world.engine.store.load_one(paper.into()).await.unwrap().unwrap().neighbour.whole.state.stage(), "D.sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_follow_the_stage_and_name_who_must_act_by_when() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 2).await.unwrap();
    let records = &world.cast.keeper.records;
    let reader = ndp_domain::visibility::Reader { account: Some(records.account), duty: records.duty, org: Some(records.org), unit: None };
    let scope = world.engine.scope(&reader);
    let holders = ["focal_agency".to_owned(), records.org.to_string()];
    let of = Inbox { scope: &scope, duty: records.duty, holders: &holders, person: Some(records.account), before: &[] };
    let inbox = || world.engine.store.inbox(&of, 10);
    let tasks = inbox().await.unwrap();
    let mine: Vec<_> = tasks.iter().filter(|task| task.stream == entry.0).collect();
    assert_eq!(mine.len(), 1);
    assert_eq!((mine[0].act.as_str(), mine[0].due_on.as_deref()), ("L3", Some("2026-03-03")), "one working day");
    let incoming = Incoming { number: t("9"), arrived_on: story.today() };
    story.act(records, entry, L::Register { incoming }).await.unwrap();
    assert!(inbox().await.unwrap().iter().all(|task| task.stream != entry.0), "registered: no longer theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_of_a_sheet_goes_when_the_sheet_is_in() {
    let world = World::new().await;
    let story = world.story();
    let (dossier, _) = world.open_round().await;
    let member = &world.cast.evaluators[0];
    let reader = ndp_domain::visibility::Reader { account: Some(member.account), duty: member.duty, org: Some(member.org), unit: None };
    let scope = world.engine.scope(&reader);
    let inbox = async || {
        let of = Inbox { scope: &scope, duty: member.duty, holders: &[], person: Some(member.account), before: &[] };
        let tasks = world.engine.store.inbox(&of, 10).await.unwrap();
        assert_eq!(world.engine.store.inbox_sizes(&[of], 10).await.unwrap(), [tasks.len() as u64]);
        tasks.iter().filter(|task| task.stream == dossier.0 && task.act == "E15").count()
    };
    assert_eq!(inbox().await, 1);
    let sheet = ndp_domain::id::SheetId(world.engine.id());
    let submit = ndp_domain::sheet::Command::Submit { dossier, member: member.account, text: story.sheet_text(&[]) };
    story.act(member, sheet, submit).await.unwrap();
    assert_eq!(inbox().await, 0);
}

async fn checked(world: &World) -> ndp_engine::check::Report {
    check(&world.engine.store, &key().public(), None, |_, _| ()).await.unwrap()
}

/// Acts that wait for somebody in a duty, on a record.
async fn waiting(world: &World, who: &ndp_cli::demo::cast::Persona, duty: Duty, on: Id) -> Vec<String> {
    let reader = ndp_domain::visibility::Reader { account: Some(who.account), duty, org: Some(who.org), unit: who.unit.clone() };
    let scope = world.engine.scope(&reader);
    let holders = [who.org.to_string()];
    let of = Inbox { scope: &scope, duty, holders: &holders, person: Some(who.account), before: &[] };
    let tasks = world.engine.store.inbox(&of, 50).await.unwrap();
    tasks.into_iter().filter(|t| t.stream == on.uuid).map(|t| t.act).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_tells_each_person_what_they_owe_and_nothing_that_is_done() {
    let world = World::new().await;
    let story = world.story();
    let cast = &world.cast;
    let first = async |name: &str, body: &str| {
        let entry = story.list_entry(name, 5).await.unwrap();
        let set = story.criteria_set(entry, 3).await.unwrap();
        let (dossier, product) = story.dossier(name, entry, set).await.unwrap();
        story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
        (dossier, story.body(body, Some(product), 3).await.unwrap())
    };
    let (dossier, body) = first("Nền tảng thử", "Hội đồng").await;
    let open = ndp_domain::dossier::Command::OpenRound { body, cut_off: story.today() };
    story.act(&cast.secretary, dossier, open).await.unwrap();
    let secretary = async || waiting(&world, &cast.secretary, Duty::Secretary, dossier.into()).await;
    let chair = async || waiting(&world, &cast.chair, Duty::Chair, dossier.into()).await;
    assert_eq!(secretary().await, ["E29"], "the invitation is theirs to draft, sheets are the members'");
    assert!(chair().await.is_empty(), "no meeting without an invitation");

    let (meeting, body) = first("Nền tảng khác", "Hội đồng khác").await;
    story.evaluate(meeting, body, &[], None, 2).await.unwrap();
    let member = &cast.evaluators[0];
    assert!(waiting(&world, member, Duty::Evaluator, meeting.into()).await.is_empty(), "who has voted owes nothing");
    assert!(waiting(&world, &cast.chair, Duty::CountingBoard, meeting.into()).await.is_empty(), "who counts is the body's to say");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_tells_the_newest_first_by_day_act_and_kind() {
    let world = World::new().await;
    let story = world.story();
    let first = story.list_entry("Nền tảng thử", 2).await.unwrap();
    let noon = world.engine.clock.now();
    world.engine.clock.set(noon + chrono::Duration::days(1));
    story.list_entry("Nền tảng khác", 2).await.unwrap();
    world.engine.seal(&key()).await.unwrap();
    let scope = world.engine.scope(&ndp_tests::reader(&world.cast.managing.officer));
    let look = async |sought: Sought, limit| world.engine.store.journal(&scope, &sought, limit).await.unwrap();

    let all = look(Sought::default(), 500).await;
    assert!(all.lines.windows(2).all(|w| w[0].position > w[1].position) && all.older.is_none());
    let mut paged = Vec::new();
    let mut below = None;
    loop {
        let page = look(Sought { below, ..Sought::default() }, 7).await;
        paged.extend(page.lines);
        below = page.older;
        if below.is_none() {
            break;
        }
    }
    assert_eq!(paged, all.lines, "page by page the same");
    let begun = look(Sought { act: Some("L1".into()), until: Some(noon + chrono::Duration::hours(1)), ..Sought::default() }, 50).await;
    assert_eq!(begun.lines.iter().map(|l| l.stream).collect::<Vec<_>>(), [Id::from(first)]);
    let later = Sought { kind: Some(Kind::ListEntry), from: Some(noon + chrono::Duration::hours(1)), ..Sought::default() };
    let later = look(later, 50).await;
    assert!(!later.lines.is_empty() && later.lines.iter().all(|l| l.stream != first.into()));
    let stranger = world.engine.scope(&ndp_tests::reader(&world.cast.consulted.officer));
    let hidden = world.engine.store.journal(&stranger, &Sought { act: Some("L1".into()), ..Sought::default() }, 50).await.unwrap();
    assert_eq!(hidden.lines, [], "another ministry's proposals are not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_earlier_rules_left_are_made_again_by_the_migration() {
    let world = World::new().await;
    let (dossier, _) = world.open_round().await;
    let stale = "UPDATE task SET duty = 'SEC' WHERE act = 'E15'";
    world.db.raw().await.execute_unprepared(stale).await.unwrap();
    world.db.raw().await.execute_unprepared("UPDATE stream SET due_on = '2020-01-02'").await.unwrap();
    world.db.raw().await.execute_unprepared("UPDATE follower SET position = 1 WHERE name = 'tasks'").await.unwrap();
    assert!(checked(&world).await.wrong.iter().any(|w| w.record.contains(&dossier.0.simple().to_string())));
    ndp_store::Store::migrate(&world.db.place).await.unwrap();
    assert_eq!(checked(&world).await.wrong, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_page_by_key_in_three_orders_without_gap_or_repeat() {
    let world = World::new().await;
    let story = world.story();
    for n in 0..7 {
        story.list_entry(&format!("Nền tảng {}", ["đ", "a", "ê", "c", "ă", "b", "đ"][n]), 1 + (n as u8 % 3)).await.unwrap();
        world.engine.clock.set(world.engine.clock.now() + chrono::Duration::seconds(1));
    }
    let officer = &world.cast.managing.officer;
    let held = ndp_domain::visibility::Reader {
        account: Some(officer.account),
        duty: officer.duty,
        org: Some(officer.org),
        unit: officer.unit.clone(),
    };
    let scope = world.engine.scope(&held);
    let filter = Filter { kind: Some(Kind::ListEntry), managing: Some(officer.org), ..Filter::default() };
    for order in [Order::Due, Order::Updated, Order::Name] {
        let whole = world.engine.store.list(&scope, &filter, order, None, 50).await.unwrap();
        assert_eq!(whole.len(), 7);
        let mut paged = Vec::new();
        let mut after: Option<After> = None;
        loop {
            let page = world.engine.store.list(&scope, &filter, order, after.as_ref(), 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(After { value: last.key.clone(), id: last.id.uuid });
            paged.extend(page);
        }
        assert_eq!(paged, whole, "{order:?}");
    }
    assert_eq!(world.engine.store.total(&scope, &filter).await.unwrap(), Total::Exactly(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_contents_feed_and_seals_cannot_be_changed_in_passing() {
    let world = World::new().await;
    world.engine.seal(&key()).await.unwrap();
    let raw = world.db.raw().await;
    for (table, column) in [("event", "act"), ("seal", "kid"), ("content", "text"), ("feed", "batch")] {
        assert!(raw.execute_unprepared(&format!("UPDATE {table} SET {column} = {column}")).await.is_err(), "{table} update");
        assert!(raw.execute_unprepared(&format!("DELETE FROM {table}")).await.is_err(), "{table} delete");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sequencer_leaves_no_gap_and_keeps_each_batch_together() {
    let world = World::new().await;
    let sequencer = world.engine.start_sequencer(key());
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..8 {
        let engine = world.engine.clone();
        let officer = world.cast.managing.officer.actor();
        writers.spawn(async move {
            for k in 0..12 {
                let id = ListEntryId(engine.id());
                let draft = L::Draft {
                    regulation: "1230-2023".into(),
                    managing: officer.org.unwrap(),
                    unit: t(ndp_cli::demo::cast::UNIT),
                    title: t(&format!("Nền tảng {n}-{k}")),
                };
                engine.execute(Ask::new(officer.clone(), id, draft)).await.unwrap();
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    sequencer.stop().await.unwrap();
    let feed = world.engine.store.feed(0, 100_000).await.unwrap();
    let events = world.engine.store.count_events().await.unwrap();
    assert_eq!(feed.len() as u64, events);
    assert!(feed.iter().enumerate().all(|(i, (position, ..))| *position == i as u64 + 1));
    let report = check(&world.engine.store, &key().public(), None, |_, _| {}).await.unwrap();
    assert_eq!((report.wrong, report.unsequenced), (vec![], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_regulation_version_leaves_old_dossiers_alone() {
    use ndp_engine::reference::Sources;
    let text = include_str!("../../config/regulations/1230-2023.toml");
    let fictitious = text
        .replace("id = \"1230-2023\"", "id = \"fictitious-2027\"")
        .replace("threshold = { numerator = 50,", "threshold = { numerator = 70,")
        .replace("potential_class = true", "potential_class = false")
        .replace("scale = { kind = \"met_not_met\" } ", "scale = { kind = \"scored\", max = 100, pass_mark = 60 } ");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("regulations")).unwrap();
    std::fs::write(folder.path().join("regulations/fictitious-2027.toml"), fictitious).unwrap();
    let db = ndp_tests::TestDb::migrated().await;
    let store = ndp_store::Store::open(&db.place).await.unwrap();
    let engine = ndp_engine::Engine::open(store, ndp_engine::Clock::at(ndp_cli::demo::start())).await.unwrap();
    let cast = ndp_cli::demo::install(&engine, &Sources::read(Some(folder.path())).unwrap()).await.unwrap();
    assert_eq!(engine.directory().regulations.len(), 2);
    let mut outcomes = Vec::new();
    for regulation in ["1230-2023", "fictitious-2027"] {
        let story = ndp_cli::demo::story::Story::new(&engine, &cast, regulation).numbered_from(1000 * outcomes.len() as u32);
        let entry = story.list_entry(&format!("Nền tảng {regulation}"), 5).await.unwrap();
        let set = story.criteria_set(entry, 3).await.unwrap();
        let (dossier, product) = story.dossier("Sản phẩm", entry, set).await.unwrap();
        story.hand_in(dossier, Some((60, 100)), 4).await.unwrap();
        let body = story.body("Hội đồng", Some(product), 3).await.unwrap();
        let open = ndp_domain::dossier::Command::OpenRound { body, cut_off: story.today() };
        story.act(&cast.secretary, dossier, open).await.unwrap();
        let member = &cast.evaluators[0];
        let sheet = ndp_domain::id::SheetId(engine.id());
        let submit = ndp_domain::sheet::Command::Submit { dossier, member: member.account, text: story.sheet_text(&[]) };
        let marked_met = story.act(member, sheet, submit).await.map(|_| ()).map_err(|p| p.code().to_owned());
        outcomes.push(marked_met);
        let whole = engine.store.load_one(Id::from(dossier)).await.unwrap().unwrap().neighbour.whole;
        assert_eq!(whole.state.view().regulation.as_deref(), Some(regulation));
    }
    assert_eq!(outcomes, [Ok(()), Err("round.mark_of_other_scale".to_owned())], "each dossier follows the version it pins");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_streams_are_written_in_one_batch_or_not_at_all() {
    use ndp_engine::reference::{OrganisationRow, Sources, parse};
    let db = ndp_tests::TestDb::migrated().await;
    let store = ndp_store::Store::open(&db.place).await.unwrap();
    let engine = ndp_engine::Engine::open(store, ndp_engine::Clock::at(ndp_cli::demo::start())).await.unwrap();
    let sources = Sources::read(None).unwrap();
    let mut data = parse(&sources).unwrap();
    let template = data.organisations[0].record.clone();
    for n in data.organisations.len()..500 {
        let record = ndp_domain::organisation::Record { code: t(&format!("THU-{n}")), ..template.clone() };
        data.organisations.push(OrganisationRow { line: 1, record, successor: None });
    }
    let taken = data.organisations[400].record.clone();
    engine.install_organisation(taken).await.unwrap();
    assert_eq!(engine.install(&sources, &data).await.unwrap_err().code(), "stream.already_open");
    assert_eq!(engine.store.load_kind(Kind::Organisation).await.unwrap().len(), 1, "one code that is taken refuses all 500");
    let db = ndp_tests::TestDb::migrated().await;
    let store = ndp_store::Store::open(&db.place).await.unwrap();
    let engine = ndp_engine::Engine::open(store, ndp_engine::Clock::at(ndp_cli::demo::start())).await.unwrap();
    engine.install(&sources, &data).await.unwrap();
    assert_eq!(engine.store.load_kind(Kind::Organisation).await.unwrap().len(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_moved_makes_the_act_stale_and_is_named() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng", Some(product), 3).await.unwrap();
    let open = ndp_domain::dossier::Command::OpenRound { body, cut_off: story.today() };
    // Decided while the body was as loaded; the body moves before the commit.
    let batch = world.engine.batch(&Ask::new(world.cast.secretary.actor(), dossier, open)).await.unwrap();
    assert!(batch.evidence.iter().any(|(id, _)| *id == body.into()));
    let (other, other_product) = story.dossier("Sản phẩm khác", entry, set).await.unwrap();
    assert_ne!(Id::from(other), dossier.into());
    story.declare(body, other_product, None).await.unwrap();
    let mut moved = batch.clone();
    for (id, version) in &mut moved.evidence {
        if *id == body.into() {
            *version -= 1;
        }
    }
    match world.engine.store.commit(moved).await.unwrap_err() {
        ndp_store::batch::CommitError::Stale { stream, by, .. } => {
            assert_eq!(stream, body.into());
            assert_eq!(by, Some(world.cast.secretary.account), "who changed the body last");
        }
        other => panic!("{other}"),
    }
    assert_eq!(world.engine.store.load_one(dossier.into()).await.unwrap().unwrap().neighbour.whole.state.stage(), "E.ready");
    world.engine.store.commit(batch).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_keeps_the_order_of_a_stream_though_two_servers_clocks_differ() {
    let world = World::new().await;
    let early = world.engine.clock.now() - chrono::Duration::hours(1);
    let slow = ndp_engine::Engine::open(world.engine.store.clone(), ndp_engine::Clock::at(early)).await.unwrap();
    let account = ndp_domain::id::AccountId(world.engine.id());
    let admin = world.cast.administrator.actor();
    use ndp_domain::account::{Command, Held};
    world.engine.execute(Ask::new(admin.clone(), account, Command::Open { id: account })).await.unwrap();
    let held = |n: i64| Held {
        duty: ndp_domain::authority::Duty::ManagingOfficer,
        org: world.cast.managing.org,
        unit: None,
        from: ndp_domain::time::legal_date(early),
        to: Some(ndp_domain::time::legal_date(early) + chrono::Duration::days(n)),
        form: None,
        scope: vec![],
        basis: None,
    };
    for n in 0..6 {
        // The slow server's batch has the smaller id and the later event.
        let engine = if n % 2 == 0 { &slow } else { &world.engine };
        engine.execute(Ask::new(admin.clone(), account, Command::Grant { held: held(n) })).await.unwrap();
    }
    world.engine.seal(&key()).await.unwrap();
    let mut seen: std::collections::BTreeMap<uuid::Uuid, u64> = Default::default();
    for (_, stream, n) in world.engine.store.feed(0, 10_000).await.unwrap() {
        let before = seen.insert(stream, n).unwrap_or(0);
        assert_eq!(n, before + 1, "event {n} of {stream} comes after {before}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_waits_for_its_signature_only_when_the_steps_before_it_are_done() {
    let world = World::new().await;
    let story = world.story();
    let head = &world.cast.managing.unit_head;
    let reader =
        ndp_domain::visibility::Reader { account: Some(head.account), duty: head.duty, org: Some(head.org), unit: head.unit.clone() };
    let scope = world.engine.scope(&reader);
    let holders = [head.org.to_string()];
    let before = world.engine.directory().before();
    assert_eq!(before[0].stages, ["D.draft", "D.submitted", "D.initialled"], "the rules in force ask for a check of form");
    let of = Inbox { scope: &scope, duty: head.duty, holders: &holders, person: Some(head.account), before: &before };
    let entry = story.list_entry("Nền tảng chờ ký", 1).await.unwrap();
    let submit = story.proposal("Nền tảng chờ ký");
    let paper = story.paper(&world.cast.managing, "Đề xuất", vec![(entry.into(), submit.into())], Until::Submitted).await.unwrap();
    let tasks = world.engine.store.inbox(&of, 20).await.unwrap();
    let acts: Vec<&str> = tasks.iter().filter(|task| task.stream == paper.0).map(|task| task.act.as_str()).collect();
    assert_eq!(acts, ["D3"], "to initial, not yet to sign");
}

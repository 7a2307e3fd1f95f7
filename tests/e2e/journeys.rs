//! The three journeys, act by act, through the engine; and what stands in their way.

use ndp_cli::demo::story::{Until, t};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::dossier::{self, Dossier};
use ndp_domain::id::Kind;
use ndp_domain::machine::Machine;
use ndp_domain::outcome::Outcome;
use ndp_domain::regulation::LegalStatus;
use ndp_domain::visibility::Reader;
use ndp_engine::check::check;
use ndp_engine::{Ask, Problem};
use ndp_tests::{World, key};

async fn journey(share: (u64, u64), unmet: &[&str], act: ActId) -> (World, Outcome, Option<&'static str>) {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm thử", entry, set).await.unwrap();
    story.hand_in(dossier, Some(share), 4).await.unwrap();
    let body = story.body("Hội đồng thử", Some(product), 3).await.unwrap();
    story.evaluate(dossier, body, unmet, None, 4).await.unwrap();
    let publication = story.decide(dossier, act).await.unwrap();
    if let Some(publication) = publication {
        story.publish(publication, 2).await.unwrap();
    }
    let loaded = world.engine.store.load_one(dossier.into()).await.unwrap().unwrap();
    let state = Dossier::of(&loaded.neighbour.whole.state).unwrap();
    let outcome = state.decision.as_ref().unwrap().0;
    let ended = match publication {
        Some(id) => world.engine.store.load_one(id.into()).await.unwrap().map(|l| l.neighbour.whole.state.stage()),
        None => None,
    };
    world.engine.seal(&key()).await.unwrap();
    let report = check(&world.engine.store, &key().public(), None, |_, _| {}).await.unwrap();
    assert_eq!(report.wrong, vec![]);
    assert_eq!(report.unsequenced, 0);
    (world, outcome, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_with_half_the_market_becomes_national_and_is_published() {
    let (world, outcome, ended) = journey((2_000_000, 4_000_000), &[], ActId::E22).await;
    assert_eq!((outcome, ended), (Outcome::National, Some("P.published")));
    let public = world.engine.scope(&Reader::public());
    let filter = ndp_store::lists::Filter { kind: Some(Kind::Publication), ..Default::default() };
    let seen = world.engine.store.list(&public, &filter, ndp_store::lists::Order::Name, None, 50).await.unwrap();
    assert_eq!(seen.len(), 1, "the public sees the published recognition and not the unpublished list entry");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_below_half_the_market_becomes_potential() {
    let (_, outcome, ended) = journey((1_999_999, 4_000_000), &[], ActId::E23).await;
    assert_eq!((outcome, ended), (Outcome::Potential, Some("P.published")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_without_its_security_level_is_rejected_whatever_its_share() {
    let (_, outcome, ended) = journey((4_000_000, 4_000_000), &["G2.1"], ActId::E24).await;
    assert_eq!((outcome, ended), (Outcome::Rejected, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_outcome_can_be_signed() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm thử", entry, set).await.unwrap();
    story.hand_in(dossier, Some((1_000_000, 4_000_000)), 4).await.unwrap();
    let body = story.body("Hội đồng thử", Some(product), 3).await.unwrap();
    story.evaluate(dossier, body, &[], None, 4).await.unwrap();
    for act in [dossier::Command::RecogniseNational {}, dossier::Command::Reject { explanation: t("Không.") }] {
        let refused = story.paper(&world.cast.managing, "Quyết định", vec![(dossier.into(), act.into())], Until::Issued).await;
        assert_eq!(refused.unwrap_err().code(), "dossier.outcome_is_another");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_without_its_issued_paper_does_not_take_effect() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 1).await.unwrap();
    let submit = story.proposal("Nền tảng thử");
    let direct = story.act(&world.cast.managing.signer, entry, submit.clone()).await;
    assert_eq!(direct.unwrap_err().code(), "act.needs_issued_paper");
    story.paper(&world.cast.managing, "Đề xuất", vec![(entry.into(), submit.into())], Until::Sealed).await.unwrap();
    let stage = world.engine.store.load_one(entry.into()).await.unwrap().unwrap().neighbour.whole.state.stage();
    assert_eq!(stage, "L.draft", "signed and numbered is not issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_gets_the_first_answer_and_other_content_a_refusal() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 2).await.unwrap();
    let incoming = |n: &str| ndp_domain::list_entry::Incoming { number: t(n), arrived_on: story.today() };
    let ask = |n: &str| {
        let command = ndp_domain::list_entry::Command::Register { incoming: incoming(n) };
        Ask::new(world.cast.keeper.records.actor(), entry, command).keyed("khoá-1")
    };
    let first = world.engine.execute(ask("12")).await.unwrap();
    let again = world.engine.execute(ask("12")).await.unwrap();
    assert!(again.repeated && !first.repeated);
    assert_eq!((first.batch, &first.streams), (again.batch, &again.streams));
    let other = world.engine.execute(ask("13")).await.unwrap_err();
    assert!(matches!(other, Problem::KeyReused));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_a_version_seen_before_somebody_changed_it_is_stale_and_names_who() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 3).await.unwrap();
    let assign = ndp_domain::list_entry::Command::Assign { officer: world.cast.keeper.officer.account, until: story.today(), remark: None };
    let stale = world.engine.execute(Ask::new(world.cast.keeper.unit_head.actor(), entry, assign.clone()).seen(2)).await.unwrap_err();
    match stale {
        Problem::Stale { stream, by, version } => {
            assert_eq!((stream, version), (entry.into(), 3));
            assert_eq!(by, Some(world.cast.keeper.records.account));
        }
        other => panic!("{other}"),
    }
    world.engine.execute(Ask::new(world.cast.keeper.unit_head.actor(), entry, assign).seen(3)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_that_ceased_to_exist_can_do_nothing() {
    let world = World::new().await;
    let gone = world.engine.directory().organisation("BTTTT").unwrap();
    let admin = &world.cast.administrator;
    let account = ndp_domain::id::AccountId(world.engine.id());
    let held = ndp_domain::account::Held {
        duty: Duty::ManagingOfficer,
        org: gone,
        unit: None,
        from: world.story().today(),
        to: None,
        form: None,
        scope: vec![],
        basis: None,
    };
    let story = world.story();
    story.act(admin, account, ndp_domain::account::Command::Open { id: account }).await.unwrap();
    story.act(admin, account, ndp_domain::account::Command::Grant { held }).await.unwrap();
    let who = ndp_cli::demo::cast::Persona { duty: Duty::ManagingOfficer, account, org: gone, unit: None };
    let draft =
        ndp_domain::list_entry::Command::Draft {
            regulation: "1230-2023".into(), managing: gone, unit: t("vu"), title: t("Nền tảng thử")
        };
    let refused = story.act(&who, ndp_domain::id::ListEntryId(world.engine.id()), draft).await.unwrap_err();
    assert_eq!(refused.code(), "authority.organisation_ceased");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_first_of_july_2026_the_record_says_that_the_status_is_unknown() {
    let world = World::new().await;
    let july = chrono::DateTime::from_timestamp(1_783_300_000, 0).unwrap();
    world.engine.clock.set(july);
    let entry = world.story().list_entry("Nền tảng thử", 1).await.unwrap();
    let events = world.engine.store.events(entry.into()).await.unwrap();
    let envelope: ndp_domain::record::Envelope = serde_json::from_str(&events[0]).unwrap();
    assert_eq!(envelope.legal_status, Some(LegalStatus::Unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_entries_of_one_name_need_an_explanation() {
    let world = World::new().await;
    let story = world.story();
    story.list_entry("Nền tảng Đất đai", 5).await.unwrap();
    let second = story.list_entry("Nen tang dat dai", 4).await.unwrap();
    let list =
        |text: Option<&str>| ndp_domain::list_entry::Command::List { managing: world.cast.managing.org, overlap_explained: text.map(t) };
    let refused = story.paper(&world.cast.keeper, "Bổ sung", vec![(second.into(), list(None).into())], Until::Issued).await;
    assert_eq!(refused.unwrap_err().code(), "list_entry.duplicate");
    story.paper(&world.cast.keeper, "Bổ sung", vec![(second.into(), list(Some("Phạm vi khác.")).into())], Until::Issued).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_given_once_in_an_agencys_book_and_year() {
    use ndp_domain::document::{Command as D, Number};
    let world = World::new().await;
    let story = world.story();
    let mut papers = Vec::new();
    for n in 0..2 {
        let entry = story.list_entry(&format!("Nền tảng thử {n}"), 1).await.unwrap();
        let submit = story.proposal(&format!("Nền tảng thử {n}"));
        papers.push(story.paper(&world.cast.managing, "Đề xuất", vec![(entry.into(), submit.into())], Until::Signed).await.unwrap());
    }
    let number =
        D::Number { number: Number { number: 4711, symbol: t("BTC-THTK"), date: story.today(), book: t("cong-van-di"), imported: true } };
    story.act(&world.cast.managing.records, papers[0], number.clone()).await.unwrap();
    let taken = story.act(&world.cast.managing.records, papers[1], number).await.unwrap_err();
    assert_eq!(taken.code(), "document.number_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_show_who_was_faster_and_are_locked_while_a_paper_is_out() {
    use serde_json::json;
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 1).await.unwrap();
    let officer = &world.cast.managing.officer;
    let who = Reader { account: Some(officer.account), duty: officer.duty, org: Some(officer.org), unit: officer.unit.clone() };
    let other = Reader { unit: Some("vu-khac".into()), ..who.clone() };
    assert_eq!(world.engine.save_draft(&other, entry.into(), "need", &json!("x"), 0).await.unwrap_err().code(), "authority.foreign_unit");
    let first = world.engine.save_draft(&who, entry.into(), "need", &json!("Nhu cầu"), 0).await.unwrap();
    assert_eq!(first, 1);
    assert_eq!(world.engine.save_draft(&who, entry.into(), "need", &json!("Khác"), 0).await.unwrap_err().code(), "stream.stale");
    for (field, value) in [
        ("name_vi", json!("Nền tảng thử")),
        ("users", json!("Người dân")),
        ("scope", json!("Toàn quốc")),
        ("overlap", json!("none_known")),
        ("files", json!([{ "name": "Phiếu", "sha256": "0".repeat(64) }])),
    ] {
        world.engine.save_draft(&who, entry.into(), field, &value, 0).await.unwrap();
    }
    let submit = world.engine.command_from_draft(&who, ActId::L2, entry.into(), "proposal", serde_json::Map::new()).await.unwrap();
    let paper = story.paper(&world.cast.managing, "Đề xuất", vec![(entry.into(), submit)], Until::Submitted).await.unwrap();
    assert_eq!(world.engine.save_draft(&who, entry.into(), "need", &json!("Muộn"), 1).await.unwrap_err().code(), "stream.stale");
    let back = ndp_domain::document::Command::Return { remark: t("Sửa.") };
    story.act(&world.cast.managing.unit_head, paper, back).await.unwrap();
    assert_eq!(world.engine.save_draft(&who, entry.into(), "need", &json!("Sửa lại"), 1).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_answers_and_writes_nothing() {
    let world = World::new().await;
    let entry = ndp_domain::id::ListEntryId(world.engine.id());
    let draft = ndp_domain::list_entry::Command::Draft {
        regulation: "1230-2023".into(),
        managing: world.cast.managing.org,
        unit: t(ndp_cli::demo::cast::UNIT),
        title: t("Nền tảng thử"),
    };
    let ask = Ask { dry_run: true, ..Ask::new(world.cast.managing.officer.actor(), entry, draft) };
    assert_eq!(world.engine.execute(ask).await.unwrap().streams, vec![(entry.into(), 1)]);
    assert!(world.engine.store.load_one(entry.into()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chair_of_another_body_signs_nothing_for_this_round() {
    use ndp_domain::body::{Establishing, Member};
    use ndp_domain::document::{Command as D, PinnedAct};
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm thử", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng thử", Some(product), 3).await.unwrap();
    let open = dossier::Command::OpenRound { body, cut_off: story.today() };
    story.act(&world.cast.secretary, dossier, open).await.unwrap();
    // Another body of the same ministry, chaired by a member of the first.
    let (chair, secretary) = (world.cast.evaluators[0].as_duty(Duty::Chair), world.cast.support.as_duty(Duty::Secretary));
    let other = story.body("Hội đồng khác", None, 1).await.unwrap();
    let people =
        [&world.cast.evaluators[0], &world.cast.evaluators[1], &world.cast.evaluators[2], &world.cast.chair, &world.cast.vice_chair];
    let member = |p: &&ndp_cli::demo::cast::Persona| Member { person: p.account, organisation: p.org, capacity: t("ủy viên") };
    let establishing = Establishing {
        members: people.iter().map(member).collect(),
        chair: chair.account,
        vice_chair: None,
        secretary: secretary.account,
        support: vec![],
        rules: world.engine.directory().regulations["1230-2023"].body.clone(),
        term_to: None,
    };
    let establish = ndp_domain::body::Command::Establish { establishing };
    story.paper(&world.cast.managing, "Thành lập", vec![(other.into(), establish.into())], Until::Issued).await.unwrap();
    let id = ndp_domain::id::DocumentId(world.engine.id());
    let acts = vec![PinnedAct { stream: dossier.into(), act: ActId::E29 }];
    let draft = |issuing| D::Draft { id, regulation: "1230-2023".into(), issuing, unit: None, body: Some(other), acts: acts.clone() };
    let foreign = story.act(&secretary, id, draft(world.cast.consulted.org)).await.unwrap_err();
    assert_eq!(foreign.code(), "authority.foreign_organisation", "a paper of another ministry");
    let refused = story.act(&secretary, id, draft(world.cast.managing.org)).await.unwrap_err();
    assert_eq!(refused.code(), "authority.foreign_organisation", "the round is another body's");
    // Nor does an officer of another ministry prepare a paper on this ministry's file.
    let entry = story.list_entry("Nền tảng khác", 1).await.unwrap();
    let submit = story.proposal("Nền tảng khác");
    let foreign = story.paper(&world.cast.consulted, "Đề xuất", vec![(entry.into(), submit.into())], Until::Draft).await;
    assert_eq!(foreign.unwrap_err().code(), "authority.foreign_organisation");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_has_one_open_dossier_for_an_entry() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (_, product) = story.dossier("Sản phẩm thử", entry, set).await.unwrap();
    let id = ndp_domain::id::DossierId(world.engine.id());
    let code = ndp_domain::tracking::code([7; 9]).unwrap();
    let product = dossier::ProductRef::Existing { id: product };
    let second = dossier::Command::Draft { id, code, entry, set, product, what_changed: None };
    assert_eq!(story.act(&world.cast.applicant, id, second).await.unwrap_err().code(), "stream.already_open");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_duty_or_organisation_is_denied_before_any_rule_is_told() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 2).await.unwrap();
    let register = || {
        let incoming = ndp_domain::list_entry::Incoming { number: t("1"), arrived_on: story.today() };
        ndp_domain::list_entry::Command::Register { incoming }
    };
    let by_officer = story.act(&world.cast.managing.officer, entry, register()).await.unwrap_err();
    assert_eq!(by_officer.code(), "authority.duty_of_another_act");
    let claimed = world.cast.managing.officer.as_duty(Duty::ListRecords);
    assert_eq!(story.act(&claimed, entry, register()).await.unwrap_err().code(), "authority.duty_not_held");
    let foreign = world.cast.consulted.unit_head.as_duty(Duty::ManagingUnitHead);
    let establish = ndp_domain::dossier::Command::Accept { note: t("x") };
    let set_entry = story.list_entry("Nền tảng hai", 5).await.unwrap();
    let set = story.criteria_set(set_entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm", set_entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 3).await.unwrap();
    assert_eq!(story.act(&foreign, dossier, establish).await.unwrap_err().code(), "authority.foreign_organisation");
}

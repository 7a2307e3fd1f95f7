//! What SQL lists is what `sees` admits: for every persona, every stream, on the whole story.

use ndp_domain::authority::Duty;
use ndp_domain::id::{Id, Kind};
use ndp_domain::visibility::Reader;
use ndp_store::lists::{Filter, Order, Total};
use ndp_tests::{World, reader};
use std::collections::BTreeSet;

async fn listed(world: &World, who: &Reader) -> BTreeSet<Id> {
    let scope = world.engine.scope(who);
    let all = world.engine.store.list(&scope, &Filter::default(), Order::Updated, None, 10_000).await.unwrap();
    all.into_iter().map(|l| l.id).collect()
}

async fn all_streams(world: &World) -> Vec<Id> {
    let mut ids = Vec::new();
    for kind in Kind::ALL.iter().filter(|k| **k != Kind::Organisation) {
        ids.extend(world.engine.store.load_kind(*kind).await.unwrap().into_iter().map(|l| l.id));
    }
    ids
}

/// A dossier in evaluation with a recused member and one sheet missing, beside a published one.
async fn told() -> (World, ndp_domain::id::DossierId, Vec<Id>) {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    story.list_entry("Nền tảng dự thảo", 1).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (first, product) = story.dossier("Sản phẩm một", entry, set).await.unwrap();
    story.hand_in(first, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng", Some(product), 3).await.unwrap();
    story.evaluate(first, body, &[], None, 4).await.unwrap();
    let publication = story.decide(first, ndp_domain::acts::ActId::E22).await.unwrap().unwrap();
    story.publish(publication, 2).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm hai", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng hai", None, 2).await.unwrap();
    let recused = world.cast.evaluators[2].account;
    story.declare(body, product, Some(recused)).await.unwrap();
    let ready =
        ndp_domain::body::Command::DeclareReady { product, reviewers: vec![world.cast.vice_chair.account], leads: Default::default() };
    story.act(&world.cast.secretary, body, ready).await.unwrap();
    let open = ndp_domain::dossier::Command::OpenRound { body, cut_off: story.today() };
    story.act(&world.cast.secretary, dossier, open).await.unwrap();
    let mut sheets = Vec::new();
    for member in [&world.cast.chair, &world.cast.vice_chair, &world.cast.evaluators[0]] {
        let sheet = ndp_domain::id::SheetId(world.engine.id());
        let submit = ndp_domain::sheet::Command::Submit { dossier, member: member.account, text: story.sheet_text(&[]) };
        story.act(&member.as_duty(Duty::Evaluator), sheet, submit).await.unwrap();
        sheets.push(Id::from(sheet));
    }
    (world, dossier, sheets)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_kind_page_by_page_holds_what_is_admitted_in_its_order() {
    let (world, ..) = told().await;
    let mut readers: Vec<Reader> = world.cast.all().into_iter().map(reader).collect();
    let foreign = world.engine.directory().organisation("BYT").unwrap();
    readers.push(Reader { account: Some(world.cast.applicant.account), duty: Duty::ManagingOfficer, org: Some(foreign), unit: None });
    for who in readers {
        let scope = world.engine.scope(&who);
        for kind in [Kind::ListEntry, Kind::Dossier, Kind::Document, Kind::Body, Kind::Publication] {
            let mut admitted = BTreeSet::new();
            for loaded in world.engine.store.load_kind(kind).await.unwrap() {
                if world.engine.store.admits(&scope, loaded.id).await.unwrap() {
                    admitted.insert(loaded.id);
                }
            }
            for order in [Order::Updated, Order::Due, Order::Name] {
                let filter = Filter { kind: Some(kind), ..Filter::default() };
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = world.engine.store.list(&scope, &filter, order, after.as_ref(), 2).await.unwrap();
                    let Some(last) = page.last() else { break };
                    after = Some(ndp_store::lists::After { value: last.key.clone(), id: last.id.uuid });
                    let full = page.len() == 2;
                    found.extend(page.into_iter().map(|l| l.id));
                    if !full {
                        break;
                    }
                }
                assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), admitted, "{:?} {kind:?} {order:?}", who.duty);
                assert_eq!(found.len(), admitted.len(), "nothing twice: {:?} {kind:?}", who.duty);
            }
            // Counted as it is listed, of every state and of each.
            let all = Filter { kind: Some(kind), ..Filter::default() };
            let lines = world.engine.store.list(&scope, &all, Order::Updated, None, 200).await.unwrap();
            let states: BTreeSet<&str> = lines.iter().map(|l| l.stage.as_str()).collect();
            let counts = std::iter::once((all.clone(), lines.len())).chain(states.iter().map(|state| {
                let of = lines.iter().filter(|l| l.stage == *state).count();
                (Filter { stages: vec![(*state).to_owned()], ..all.clone() }, of)
            }));
            for (filter, n) in counts {
                let total = world.engine.store.total(&scope, &filter).await.unwrap();
                assert_eq!(total, Total::Exactly(n as u64), "{:?} {kind:?} {:?}", who.duty, filter.stages);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_and_sees_agree_for_everybody_on_everything() {
    let (world, ..) = told().await;
    let ids = all_streams(&world).await;
    let mut readers: Vec<Reader> = world.cast.all().into_iter().map(reader).collect();
    readers.push(Reader::public());
    // Every duty, held in a foreign organisation too.
    let foreign = world.engine.directory().organisation("BYT").unwrap();
    for duty in Duty::ALL {
        readers.push(Reader { account: Some(world.cast.applicant.account), duty: *duty, org: Some(foreign), unit: Some("vu".into()) });
    }
    for who in readers {
        let listed = listed(&world, &who).await;
        for id in &ids {
            let sees = world.engine.sees(&who, *id).await.unwrap();
            assert_eq!(listed.contains(id), sees, "{} of {:?} on {id}", who.duty.code(), who.org);
            let scope = world.engine.scope(&who);
            assert_eq!(world.engine.store.admits(&scope, *id).await.unwrap(), sees);
            let seen = world.engine.store.seen(&scope, *id).await.unwrap();
            assert_eq!(seen.is_some_and(|s| !s.facets.is_empty()), sees, "{} of {:?} on {id} alone", who.duty.code(), who.org);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_sheet_is_seen_by_its_author_alone_until_the_last_one_is_in() {
    let (world, dossier, sheets) = told().await;
    let author = reader(&world.cast.vice_chair.as_duty(Duty::Evaluator));
    for who in world.cast.all() {
        for duty in [who.duty, Duty::Auditor, Duty::Administrator, Duty::Evaluator, Duty::Chair] {
            let own = who.account == world.cast.vice_chair.account;
            let seen = world.engine.sees(&Reader { duty, ..reader(who) }, sheets[1]).await.unwrap();
            assert_eq!(seen, own, "{} as {}", who.duty.code(), duty.code());
        }
    }
    let other = reader(&world.cast.evaluators[0]);
    assert!(!world.engine.sees(&other, sheets[1]).await.unwrap());
    let last = ndp_domain::id::SheetId(world.engine.id());
    let story = world.story();
    let member = &world.cast.evaluators[1];
    let submit = ndp_domain::sheet::Command::Submit { dossier, member: member.account, text: story.sheet_text(&[]) };
    story.act(member, last, submit).await.unwrap();
    assert!(world.engine.sees(&other, sheets[1]).await.unwrap(), "every due sheet is in; the recused member owes none");
    assert!(listed(&world, &author).await.contains(&sheets[1]));
    assert!(!world.engine.sees(&reader(&world.cast.others[5]), sheets[1]).await.unwrap(), "the auditor is no reader of sheets");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recused_member_sees_nothing_of_the_product() {
    let (world, dossier, _) = told().await;
    let recused = reader(&world.cast.evaluators[2]);
    let seen = listed(&world, &recused).await;
    assert!(!seen.contains(&dossier.into()));
    let product = world.engine.store.load_one(dossier.into()).await.unwrap().unwrap().neighbour.whole.state.view().product;
    for id in all_streams(&world).await {
        let loaded = world.engine.store.load_one(id).await.unwrap().unwrap();
        if loaded.neighbour.whole.state.view().product == product {
            assert!(!seen.contains(&id), "{id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_stays_in_its_unit_and_another_ministry_sees_nothing_of_it() {
    let (world, ..) = told().await;
    let drafts: Vec<Id> = {
        let all = world.engine.store.load_kind(Kind::ListEntry).await.unwrap();
        all.into_iter().filter(|l| l.neighbour.whole.state.stage() == "L.draft").map(|l| l.id).collect()
    };
    let officer = reader(&world.cast.managing.officer);
    for draft in drafts {
        assert!(world.engine.sees(&officer, draft).await.unwrap());
        let other_unit = Reader { unit: Some("vu-khac".into()), ..officer.clone() };
        assert!(!world.engine.sees(&other_unit, draft).await.unwrap());
        for who in [&world.cast.keeper.signer, &world.cast.keeper.records, &world.cast.consulted.officer, &world.cast.managing.records] {
            assert!(!world.engine.sees(&reader(who), draft).await.unwrap(), "{}", who.duty.code());
        }
    }
}

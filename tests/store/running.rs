//! Steps that run against a last day, and what a member is still writing.

use ndp_domain::id::Kind;
use ndp_domain::visibility::Reader;
use ndp_tests::{World, reader};
use sea_orm::{ConnectionTrait, Statement};

#[tokio::test(flavor = "multi_thread")]
async fn running_steps_are_counted_by_state_in_time_and_late_and_the_latest_come_first() {
    let world = World::new().await;
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (first, _) = story.dossier("Sản phẩm một", entry, set).await.unwrap();
    story.hand_in(first, Some((3, 4)), 2).await.unwrap();
    let scope = world.engine.scope(&reader(&world.cast.managing.officer));
    let today = story.today();
    let of = |all: &ndp_store::running::Steps| all.states.iter().find(|r| r.kind == "dossier").map(|r| (r.on_time, r.late, r.ages));
    let store = &world.engine.store;
    assert_eq!(of(&store.running(&scope, today).await.unwrap()), Some((1, 0, [1, 0, 0])));
    assert!(store.overdue(&scope, today, 50).await.unwrap().iter().all(|l| l.id != first.into()));
    // Nothing is written when a last day passes: the question is asked on a later day.
    let later = today + chrono::Days::new(200);
    assert_eq!(of(&store.running(&scope, later).await.unwrap()), Some((0, 1, [0, 0, 1])));
    let late = store.overdue(&scope, later, 50).await.unwrap();
    assert!(late.iter().any(|l| l.id == first.into()));
    assert!(late.windows(2).all(|w| w[0].due_on <= w[1].due_on), "the longest overdue first");
    // Nobody learns of what they do not see.
    let foreign = world.engine.directory().organisation("BYT").unwrap();
    let stranger = Reader { org: Some(foreign), ..reader(&world.cast.managing.officer) };
    let scope = world.engine.scope(&stranger);
    assert_eq!(of(&store.running(&scope, later).await.unwrap()), None);
    assert!(store.overdue(&scope, later, 50).await.unwrap().iter().all(|l| l.id != first.into()));
}

fn writing(locked: Vec<u8>, asked: &str) -> ndp_store::scratch::Writing<'static> {
    ndp_store::scratch::Writing { locked, kid: "k1", asked: asked.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_has_written_so_far_is_theirs_and_the_later_of_two_windows_is_told() {
    let world = World::new().await;
    let store = &world.engine.store;
    let (me, other) = (world.cast.evaluators[0].account, world.cast.evaluators[1].account);
    let dossier = ndp_domain::id::Id::new(Kind::Dossier, world.engine.id());
    let now = world.engine.clock.now();
    assert!(store.scratch(me, dossier).await.unwrap().is_none());
    assert!(store.keep_scratch(me, dossier, writing(vec![1, 2, 3], ""), 0, now).await.unwrap());
    let kept = store.scratch(me, dossier).await.unwrap().unwrap();
    assert_eq!((kept.locked, kept.kid.as_str(), kept.version), (vec![1, 2, 3], "k1", 1));
    assert!(!store.keep_scratch(me, dossier, writing(vec![9], ""), 0, now).await.unwrap(), "another window saved before");
    assert!(store.keep_scratch(me, dossier, writing(vec![4], "[1]"), 1, now).await.unwrap());
    assert_eq!(store.scratch(me, dossier).await.unwrap().unwrap().locked, vec![4]);
    assert!(store.scratch(other, dossier).await.unwrap().is_none());
    // What is asked is told without who asked it, and goes with the sheet.
    assert_eq!(store.to_be_made_clear(dossier).await.unwrap(), ["[1]"]);
    store.drop_scratch(me, dossier).await.unwrap();
    assert!(store.to_be_made_clear(dossier).await.unwrap().is_empty());
}

/// The figure that the embedded database has of an index: how many entries it holds.
async fn figure(world: &World, index: &str) -> Option<u64> {
    let raw = world.db.raw().await;
    let rows = raw
        .query_all_raw(Statement::from_string(raw.get_database_backend(), format!("SELECT stat FROM sqlite_stat1 WHERE idx = '{index}'")));
    let stat: Option<String> = rows.await.unwrap().first().map(|row| row.try_get("", "stat").unwrap());
    stat.and_then(|stat| stat.split(' ').next().and_then(|n| n.parse().ok()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_database_knows_how_much_its_indexes_hold_and_never_takes_one_for_empty() {
    let world = World::new().await;
    let store = &world.engine.store;
    if store.is_postgres() {
        return store.refresh_figures().await.unwrap();
    }
    assert_eq!(figure(&world, "stream_code").await, None, "an empty table has no figures");
    let story = world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    story.dossier("Sản phẩm một", entry, set).await.unwrap();
    store.refresh_figures().await.unwrap();
    assert_eq!(figure(&world, "stream_code").await, Some(1));
    assert!(figure(&world, "stream_all_updated").await.unwrap() > 10);
    assert_eq!(figure(&world, "recusal_person").await, None, "nobody has been recused: no figure, rather than none");
}

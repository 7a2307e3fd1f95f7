//! Races: eight writers on one stream, members saving sheets side by side, refusals beside
//! successes in one group commit.

use ndp_cli::demo::story::t;
use ndp_domain::authority::Duty;
use ndp_domain::id::SheetId;
use ndp_domain::list_entry::{Command as L, Incoming};
use ndp_domain::sheet;
use ndp_engine::{Ask, Problem};
use ndp_tests::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_writers_on_one_stream_one_succeeds_and_seven_are_told_clearly() {
    let world = World::new().await;
    let story = world.story();
    for round in 0..5 {
        let entry = story.list_entry(&format!("Nền tảng {round}"), 2).await.unwrap();
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..8 {
            let engine = world.engine.clone();
            let incoming = Incoming { number: t(&n.to_string()), arrived_on: story.today() };
            let ask = Ask::new(world.cast.keeper.records.actor(), entry, L::Register { incoming });
            // Half of them have seen the version, half just act on what is there.
            let ask = if n % 2 == 0 { ask.seen(2) } else { ask };
            writers.spawn(async move { engine.execute(ask).await });
        }
        let mut answers: Vec<String> = Vec::new();
        while let Some(answer) = writers.join_next().await {
            answers.push(match answer.unwrap() {
                Ok(_) => "done".to_owned(),
                Err(Problem::Stale { by, .. }) => {
                    assert_eq!(by, Some(world.cast.keeper.records.account), "stale says who changed it");
                    "stream.stale".to_owned()
                }
                Err(problem) => problem.code().to_owned(),
            });
        }
        assert_eq!(answers.iter().filter(|a| *a == "done").count(), 1, "{answers:?}");
        let clear = |a: &&String| matches!(a.as_str(), "stream.stale" | "act.wrong_stage");
        assert_eq!(answers.iter().filter(clear).count(), 7, "{answers:?}");
        let loaded = world.engine.store.load_one(entry.into()).await.unwrap().unwrap();
        assert_eq!(loaded.neighbour.version, 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn members_saving_their_sheets_never_meet() {
    let world = World::new().await;
    let story = world.story();
    let (dossier, _) = world.open_round().await;
    let cast = &world.cast;
    let members: Vec<_> = [&cast.chair, &cast.vice_chair].into_iter().chain(&cast.evaluators).collect();
    let mut writers = tokio::task::JoinSet::new();
    for member in members {
        let engine = world.engine.clone();
        let submit = sheet::Command::Submit { dossier, member: member.account, text: story.sheet_text(&[]) };
        let ask = Ask::new(member.as_duty(Duty::Evaluator).actor(), SheetId(engine.id()), submit);
        writers.spawn(async move { engine.execute(ask).await });
    }
    while let Some(answer) = writers.join_next().await {
        answer.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_evaluator_has_one_sheet_however_often_it_is_sent() {
    let world = World::new().await;
    let story = world.story();
    let (dossier, _) = world.open_round().await;
    let member = &world.cast.evaluators[0];
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let engine = world.engine.clone();
        let submit = sheet::Command::Submit { dossier, member: member.account, text: story.sheet_text(&[]) };
        let ask = Ask::new(member.actor(), SheetId(engine.id()), submit);
        writers.spawn(async move { engine.execute(ask).await.map(|_| ()).map_err(|p| p.code().to_owned()) });
    }
    let mut answers = Vec::new();
    while let Some(answer) = writers.join_next().await {
        answers.push(answer.unwrap());
    }
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1, "{answers:?}");
    let open = |a: &&Result<(), String>| a.as_ref().is_err_and(|code| code == "stream.already_open");
    assert_eq!(answers.iter().filter(open).count(), 5, "{answers:?}");
}

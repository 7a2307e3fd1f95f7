//! Writing safely: keys, versions, dry runs, drafts of two people, pages, conditional reads.

use ndp_tests::served::{Served, answer};
use reqwest::Method;
use serde_json::{Value, json};

fn draft(served: &Served, title: &str) -> Value {
    let cast = &served.world.cast;
    json!({ "regulation": ndp_cli::demo::REGULATION, "managing": cast.managing.org, "unit": ndp_cli::demo::cast::UNIT, "title": title })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_gets_the_first_answer_and_another_request_a_refusal() {
    let served = Served::new().await;
    let who = &served.world.cast.managing.officer;
    let send = async |title: &str, key: &str| {
        let request = served.by(who, Method::POST, "/list-entries").await.header("idempotency-key", key).json(&draft(&served, title));
        answer(request).await
    };
    let (status, first) = send("Nền tảng một", "k-1").await;
    assert_eq!((status, first["repeated"].as_bool()), (201, Some(false)));
    let (status, again) = send("Nền tảng một", "k-1").await;
    assert_eq!((status, again["repeated"].as_bool(), &again["record"]), (201, Some(true), &first["record"]));
    let (status, other) = send("Nền tảng hai", "k-1").await;
    assert_eq!((status, other["code"].as_str()), (422, Some("request.key_reused")));
    // Ten at once with one key are one act.
    let all = futures::future::join_all((0..10).map(|_| send("Nền tảng ba", "k-2"))).await;
    let records: std::collections::BTreeSet<String> = all.iter().map(|(_, v)| v["record"].to_string()).collect();
    assert_eq!(records.len(), 1, "{all:?}");
    let (_, list) = served.get(who, "/list-entries?total=true").await;
    assert_eq!(list["total"]["n"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_a_version_that_moved_on_is_not_done() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let entry = served.world.story().list_entry("Nền tảng thử", 2).await.unwrap();
    let path = format!("/list-entries/{entry}/registrations");
    let body = json!({ "incoming": { "number": "12", "arrived_on": served.world.story().today() } });
    let with = async |version: &str| {
        answer(served.by(&cast.keeper.records, Method::POST, &path).await.header("if-match", version).json(&body)).await
    };
    let (status, value) = with("\"1\"").await;
    assert_eq!((status, value["code"].as_str(), value["version"].as_u64()), (412, Some("stream.stale"), Some(2)));
    let response = served.by(&cast.keeper.records, Method::GET, &format!("/list-entries/{entry}")).await.send().await.unwrap();
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(with(&tag).await.0, 200);
    let (_, now) = served.get(&cast.keeper.records, &format!("/list-entries/{entry}")).await;
    assert_eq!(now["version"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_decides_and_writes_nothing() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let who = &cast.managing.officer;
    let (status, would) = served.post(who, "/list-entries?dry_run=true", &draft(&served, "Nền tảng thử")).await;
    assert_eq!((status, would["dry_run"].as_bool()), (200, Some(true)));
    assert_eq!(served.get(who, &format!("/list-entries/{}", would["record"].as_str().unwrap())).await.0, 404);
    let (status, refused) = served.post(&cast.keeper.officer, "/list-entries?dry_run=true", &draft(&served, "Nền tảng thử")).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("authority.duty_of_another_act")));
    assert_eq!(served.get(who, "/list-entries").await.1["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_neither_repeat_nor_skip_and_are_found_without_diacritics() {
    let served = Served::new().await;
    let who = &served.world.cast.managing.officer;
    for n in 0..23 {
        let (status, _) = served.post(who, "/list-entries", &draft(&served, &format!("Nền tảng số {n:02} đặc biệt"))).await;
        assert_eq!(status, 201);
    }
    for order in ["updated", "name", "due"] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let (status, page) = served.get(who, &format!("/list-entries?order={order}&limit=7{after}")).await;
            assert_eq!(status, 200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (23, 23), "{order}");
    }
    let count = async |q: &str| served.get(who, &format!("/list-entries?q={q}&limit=50")).await.1["items"].as_array().unwrap().len();
    assert_eq!(count("dac%20biet").await, 23);
    assert_eq!(count("%C4%91%E1%BA%B7c").await, 23);
    assert_eq!(count("so%2007").await, 1);
    assert_eq!((count("%25").await, count("_").await), (0, 0), "signs of a pattern are letters");
    assert_eq!(
        served
            .get(who, "/list-entries?order=name&limit=5&after=WyJkdWUiLCIiLCIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiXQ")
            .await
            .1["code"],
        "request.cursor"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_in_one_draft_lose_nothing() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let entry = served.world.story().list_entry("Nền tảng thử", 1).await.unwrap();
    let path = format!("/list-entries/{entry}/draft/need");
    let save = async |who: &ndp_cli::demo::cast::Persona, seen: u64, text: &str| {
        answer(served.by(who, Method::PUT, &path).await.header("if-match", format!("\"{seen}\"")).json(&json!({ "value": text }))).await
    };
    assert_eq!(save(&cast.managing.officer, 0, "một").await, (200, json!({ "version": 1 })));
    let (status, both) = save(&cast.managing.unit_head, 0, "hai").await;
    assert_eq!((status, both["value"].as_str(), both["version"].as_u64()), (412, Some("một"), Some(1)));
    assert_eq!(save(&cast.managing.unit_head, 1, "một và hai").await.0, 200);
    let (_, value) = served.get(&cast.managing.officer, &format!("/list-entries/{entry}/draft")).await;
    assert_eq!(value["fields"]["need"]["value"], "một và hai");
    assert_eq!(served.get(&cast.managing.signer, &format!("/list-entries/{entry}/draft")).await.0, 404, "a draft is its unit's");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_has_is_not_sent_again_and_long_answers_are_packed() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let entry = served.world.story().list_entry("Nền tảng thử", 2).await.unwrap();
    let path = format!("/list-entries/{entry}");
    let get = async |tag: Option<&str>| {
        let mut request = served.by(&cast.managing.officer, Method::GET, &path).await;
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        request.send().await.unwrap()
    };
    let first = get(None).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(get(Some(&tag)).await.status(), 304);
    assert_eq!(get(Some("\"1.0000\"")).await.status(), 200);
    let register = served.anyone(Method::GET, "/registers/list").send().await.unwrap();
    let tag = register.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(served.anyone(Method::GET, "/registers/list").header("if-none-match", &tag).send().await.unwrap().status(), 304);
    let packed = served.anyone(Method::GET, "/openapi.json").header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let page = served.anyone(Method::GET, "/reference").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("/api/v1/dossiers/{id}/clarifications") && !page.contains("<script") && !page.contains("https://"));
}

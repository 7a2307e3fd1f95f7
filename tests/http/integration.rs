//! The event feed and webhooks: what is told, to whom, how it is signed, what happens when the other
//! side stays away.

use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use ndp_delivery::webhook::WAITS;
use ndp_tests::served::{Served, answer};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[derive(Debug, Clone)]
struct Call {
    headers: String,
    body: String,
}

/// A receiver that answers with these statuses, the last one for ever.
async fn receiver(statuses: &'static [u16]) -> (String, Arc<Mutex<Vec<Call>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
    let noted = calls.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let noted = noted.clone();
            tokio::spawn(async move {
                let mut all = Vec::new();
                let mut buffer = [0_u8; 4096];
                let (headers, body) = loop {
                    let n = stream.read(&mut buffer).await.unwrap_or(0);
                    if n == 0 {
                        return;
                    }
                    all.extend_from_slice(&buffer[..n]);
                    let text = String::from_utf8_lossy(&all).into_owned();
                    if let Some((head, body)) = text.split_once("\r\n\r\n") {
                        let length: usize = head
                            .lines()
                            .find_map(|l| l.to_lowercase().strip_prefix("content-length: ").map(|v| v.trim().parse().unwrap()))
                            .unwrap_or(0);
                        if body.len() >= length {
                            break (head.to_owned(), body.to_owned());
                        }
                    }
                };
                let n = {
                    let mut calls = noted.lock().unwrap();
                    calls.push(Call { headers, body });
                    calls.len()
                };
                let status = statuses.get(n - 1).or(statuses.last()).unwrap();
                let _ = stream.write_all(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes()).await;
            });
        }
    });
    (url, calls)
}

fn header(call: &Call, name: &str) -> String {
    call.headers.lines().find_map(|l| l.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())).unwrap()
}

async fn seal(served: &Served) {
    served.world.engine.seal(&ndp_tests::key()).await.unwrap();
}

async fn work(served: &Served) {
    let worker = served.worker(None);
    for _ in 0..200 {
        if !worker.turn().await.unwrap() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_once_signed_and_only_of_what_its_holder_sees() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    seal(&served).await;
    let (url, calls) = receiver(&[200]).await;
    let (status, hook) = served.post(&cast.managing.officer, "/webhooks", &json!({ "url": url, "kinds": ["list_entry"] })).await;
    assert_eq!(status, 201, "{hook}");
    let (other_url, others) = receiver(&[200]).await;
    assert_eq!(served.post(&cast.consulted.unit_head, "/webhooks", &json!({ "url": other_url })).await.0, 201);
    let entry = served.world.story().list_entry("Nền tảng thử", 1).await.unwrap();
    seal(&served).await;
    work(&served).await;
    work(&served).await;
    assert_eq!(others.lock().unwrap().len(), 0, "a draft is nobody else's news");
    let calls = calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((body["data"]["record"].as_str(), body["data"]["act"].as_str()), (Some(entry.to_string().as_str()), Some("L1")));
    assert!(!call.body.contains("Nền tảng"), "a telling names the record, its content is read with a token");
    let secret = hook["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&base64::engine::general_purpose::STANDARD.decode(secret).unwrap()).unwrap();
    mac.update(format!("{}.{}.{}", header(call, "webhook-id"), header(call, "webhook-timestamp"), call.body).as_bytes());
    let expected = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(header(call, "webhook-signature"), format!("v1,{expected}"));
    let id = hook["id"].as_str().unwrap();
    let (_, journal) = served.get(&cast.managing.officer, &format!("/webhooks/{id}/deliveries")).await;
    assert_eq!((journal["items"].as_array().unwrap().len(), journal["items"][0]["status"].as_i64()), (1, Some(200)));
    // Told once more on request; nobody else sees the webhook.
    let delivery = journal["items"][0]["id"].as_str().unwrap();
    let (status, _) = served.post(&cast.managing.officer, &format!("/webhooks/{id}/deliveries/{delivery}/replays"), &json!({})).await;
    assert_eq!(status, 201);
    work(&served).await;
    let (_, journal) = served.get(&cast.managing.officer, &format!("/webhooks/{id}/deliveries")).await;
    assert!(journal["items"].as_array().unwrap().iter().any(|d| d["kind"] == "replay" && d["status"] == 200));
    assert_eq!(served.get(&cast.managing.signer, &format!("/webhooks/{id}")).await.0, 404);
    assert!(!served.get(&cast.managing.officer, &format!("/webhooks/{id}")).await.1.to_string().contains(secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_fails_is_tried_for_a_day_then_pauses_with_a_letter_and_goes_on() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    seal(&served).await;
    let (url, calls) = receiver(&[500, 500, 500, 500, 500, 500, 500, 500, 200]).await;
    let (_, hook) = served.post(&cast.managing.officer, "/webhooks", &json!({ "url": url })).await;
    assert!(WAITS.iter().sum::<i64>() > 24 * 3_600, "retries go on for more than a day");
    served.world.story().list_entry("Nền tảng thử", 1).await.unwrap();
    seal(&served).await;
    // The worker's waits are divided by a thousand here: the longest is 50 seconds, so time is moved.
    let clock = ndp_engine::Clock::at(ndp_engine::Clock::System.now());
    let mut worker = served.worker(None);
    worker.clock = clock.clone();
    for _ in 0..60 {
        worker.turn().await.unwrap();
        clock.set(clock.now() + chrono::TimeDelta::seconds(60));
    }
    let id = hook["id"].as_str().unwrap();
    let tried = calls.lock().unwrap().len();
    assert_eq!(tried, WAITS.len() + 1);
    let (_, shown) = served.get(&cast.managing.officer, &format!("/webhooks/{id}")).await;
    assert!(shown["paused_at"].is_string() && shown["paused_why"].as_str().unwrap().contains("500"), "{shown}");
    worker.turn().await.unwrap();
    let letters: Vec<String> =
        std::fs::read_dir(served.mail_folder()).unwrap().map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap()).collect();
    assert!(letters.iter().any(|l| l.contains("Webhook")), "the holder is told");
    served.world.story().list_entry("Nền tảng khác", 1).await.unwrap();
    seal(&served).await;
    worker.turn().await.unwrap();
    assert_eq!(calls.lock().unwrap().len(), tried, "paused means paused");
    let (status, _) = served.post(&cast.managing.officer, &format!("/webhooks/{id}/resumptions"), &json!({})).await;
    assert_eq!(status, 204);
    clock.set(clock.now() + chrono::TimeDelta::seconds(60));
    worker.turn().await.unwrap();
    worker.turn().await.unwrap();
    assert_eq!(calls.lock().unwrap().len(), tried + 2, "what was never taken, then what came in between");
    let (_, journal) = served.get(&cast.managing.officer, &format!("/webhooks/{id}/deliveries")).await;
    assert!(journal["items"].as_array().unwrap().iter().all(|d| d["status"] == 200), "{journal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_goes_on_by_position_and_tells_each_only_theirs() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    served.world.story().list_entry("Nền tảng thử", 5).await.unwrap();
    seal(&served).await;
    let page = async |who: &ndp_cli::demo::cast::Persona, after: u64| {
        served.get(who, &format!("/feed?after={after}&limit=5&kind=list_entry")).await.1
    };
    let (mut after, mut acts) = (0, Vec::new());
    loop {
        let said = page(&cast.managing.officer, after).await;
        acts.extend(said["items"].as_array().unwrap().iter().map(|i| i["act"].as_str().unwrap().to_owned()));
        after = said["next"].as_u64().unwrap();
        if after >= said["end"].as_u64().unwrap() {
            break;
        }
    }
    assert_eq!(acts, ["L1", "L2", "L3", "L4", "L8"]);
    assert_eq!(page(&cast.managing.officer, after).await["items"], json!([]));
    let (status, said) = answer(served.anyone(Method::GET, "/feed?after=0&limit=200&kind=list_entry")).await;
    assert_eq!((status, said["items"].as_array().map(Vec::len)), (200, Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_refused_unless_the_deployment_allows_them() {
    use ndp_delivery::webhook::{Unfit, checked};
    for url in ["https://localhost.localdomain.:1/", "https://10.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://0177.0.0.1/"] {
        let shape = checked(url, false);
        assert!(shape.is_err() || url.contains("localhost"), "{url}");
    }
    assert_eq!(checked("https://169.254.169.254/latest/meta-data", false), Err(Unfit::Private));
    // A name that leads to a private address is found out when it is called.
    let served = Served::new().await;
    let cast = &served.world.cast;
    let (url, calls) = receiver(&[200]).await;
    let url = url.replace("127.0.0.1", "localhost");
    served.post(&cast.managing.officer, "/webhooks", &json!({ "url": url })).await;
    served.world.story().list_entry("Nền tảng thử", 1).await.unwrap();
    seal(&served).await;
    let mut strict = served.worker(None);
    strict.private_webhooks = false;
    strict.turn().await.unwrap();
    assert_eq!(calls.lock().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_folded_from_the_feed_and_agree_with_the_lists() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let story = served.world.story();
    for until in [1, 2, 3, 5] {
        story.list_entry(&format!("Nền tảng {until}"), until).await.unwrap();
    }
    seal(&served).await;
    let worker = served.worker(None);
    for _ in 0..20 {
        worker.turn().await.unwrap();
    }
    let (_, counts) = served.get(&cast.managing.officer, "/counts").await;
    let n = |stage: &str| {
        counts["items"].as_array().unwrap().iter().filter(|c| c["stage"] == stage).map(|c| c["n"].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!((n("L.submitted"), n("L.received"), n("L.listed"), n("L.draft")), (1, 1, 1, 0), "{counts}");
    assert_eq!(counts["position"], counts["end"]);
    let (_, other) = served.get(&cast.consulted.unit_head, "/counts").await;
    assert!(other["items"].as_array().unwrap().iter().all(|c| c["kind"] != "list_entry"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_ends_another_ends_within_seconds() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    // A second server: its own memory over the same database.
    let identity = ndp_identity::Identity::new(
        served.world.engine.store.clone(),
        served.identity_clock.clone(),
        ndp_tests::served::policy(),
        &ndp_tests::served::ring(1),
        ndp_tests::served::ring(2),
        Vec::new(),
    )
    .unwrap();
    let app = ndp_server::App::new(served.world.engine.clone(), identity, served.app.files.clone(), ndp_tests::served::wide());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = format!("http://{}", listener.local_addr().unwrap());
    let pages = ndp_web::pages(&app);
    let serving = tokio::spawn(async move { ndp_server::serve(app, pages, listener, None, std::future::pending()).await });
    seal(&served).await;
    let officer = &cast.managing.officer;
    let signer = &cast.managing.signer;
    let there =
        async |token: &str| served.client.get(format!("{other}/api/v1/tasks")).bearer_auth(token).send().await.unwrap().status().as_u16();
    let (one, two) = (served.token(officer).await, served.token(signer).await);
    assert_eq!((there(&one).await, there(&two).await), (200, 200), "both are known there");
    let refused = async |token: &str, status: u16| {
        for _ in 0..40 {
            if there(token).await == status {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        false
    };
    // Signed out here, refused there.
    assert_eq!(answer(served.by(officer, Method::DELETE, "/sign-ins").await).await.0, 204);
    assert!(refused(&one, 401).await);
    // Suspended here, refused there, as soon as the feed has it.
    let (status, _) =
        served.post(&cast.administrator, &format!("/accounts/{}/suspensions", signer.account), &json!({ "reason": "nghỉ" })).await;
    assert_eq!(status, 200);
    seal(&served).await;
    assert!(refused(&two, 403).await);
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_one_does_what_is_due_by_itself() {
    let served = Served::new().await;
    let store = &served.world.engine.store;
    let now = ndp_engine::Clock::System.now();
    let turns = futures::future::join_all((0..8).map(|_| store.take_turn("nightly", now, now + chrono::TimeDelta::hours(1)))).await;
    assert_eq!(turns.into_iter().filter(|t| t.as_ref().unwrap().is_some()).count(), 1);
    assert!(store.take_turn("nightly", now + chrono::TimeDelta::hours(2), now + chrono::TimeDelta::hours(3)).await.unwrap().is_some());
    // Two workers, many messages: each is taken once.
    let messages: Vec<ndp_store::batch::Message> = (0..60)
        .map(|n| ndp_store::batch::Message {
            id: uuid::Uuid::now_v7(),
            topic: "mail",
            payload: "{}".to_owned(),
            dedup_key: format!("t:{n}"),
            run_at: now,
        })
        .collect();
    store.let_go(now).await.unwrap();
    store.send(&messages).await.unwrap();
    store.send(&messages).await.unwrap();
    let until = now + chrono::TimeDelta::minutes(1);
    let taken = futures::future::join_all((0..6).map(|_| store.claim(15, now, until))).await;
    let mut ids: Vec<uuid::Uuid> = taken.into_iter().flat_map(|t| t.unwrap()).map(|m| m.id).collect();
    while let Some(more) = Some(store.claim(15, now, until).await.unwrap()).filter(|m| !m.is_empty()) {
        ids.extend(more.into_iter().map(|m| m.id));
    }
    let distinct: std::collections::BTreeSet<uuid::Uuid> = ids.iter().copied().collect();
    assert_eq!((ids.len(), distinct.len()), (60, 60));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_all_hands_full_says_so_and_is_still_known_to_live() {
    let mut settings = ndp_tests::served::wide();
    settings.concurrency = 0;
    let served = Served::with(ndp_tests::World::new().await, settings, ndp_tests::served::policy()).await;
    let response = served.anyone(Method::GET, "/regulations").send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers().contains_key("retry-after")), (503, true));
    assert_eq!(served.anyone(Method::GET, "/health/live").send().await.unwrap().status(), 200);
    assert_eq!(served.anyone(Method::GET, "/health/ready").send().await.unwrap().status(), 200);
    assert!(served.anyone(Method::GET, "/metrics").send().await.unwrap().status().as_u16() != 500);
}

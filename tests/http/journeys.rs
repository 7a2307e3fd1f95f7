//! The three journeys over HTTP, each step by its own persona with its own token; and what a client
//! meets on the way.

use ndp_cli::demo::story::Until;
use ndp_domain::acts::ActId;
use ndp_domain::dossier::{self, Dossier};
use ndp_domain::machine::Machine;
use ndp_domain::outcome::Outcome;
use ndp_tests::served::Served;
use reqwest::Method;
use serde_json::Value;

async fn journey(share: (u64, u64), unmet: &[&str], act: ActId) -> (Served, Outcome, Option<String>) {
    let served = Served::new().await;
    // Kept in memory from now on, until something is published.
    assert_eq!(recognised(&served).await, 0);
    let story = served.story();
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
    let loaded = served.world.engine.store.load_one(dossier.into()).await.unwrap().unwrap();
    let outcome = Dossier::of(&loaded.neighbour.whole.state).unwrap().decision.as_ref().unwrap().0;
    let ended = match publication {
        Some(id) => {
            let (status, value) = ndp_tests::served::answer(served.anyone(Method::GET, &format!("/publications/{id}"))).await;
            assert_eq!(status, 200, "what is published is seen without a token");
            value["stage"].as_str().map(str::to_owned)
        }
        None => None,
    };
    served.sound().await;
    (served, outcome, ended)
}

async fn recognised(served: &Served) -> usize {
    let (status, register) = ndp_tests::served::answer(served.anyone(Method::GET, "/registers/recognised")).await;
    assert_eq!(status, 200);
    register["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_goes_from_application_to_national_over_http_alone() {
    let (served, outcome, ended) = journey((2_000_000, 4_000_000), &[], ActId::E22).await;
    assert_eq!((outcome, ended.as_deref()), (Outcome::National, Some("P.published")));
    let (status, register) = ndp_tests::served::answer(served.anyone(Method::GET, "/registers/recognised")).await;
    assert_eq!(status, 200);
    assert_eq!(register["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(register["items"][0]["class"], "national");
    let csv = served.anyone(Method::GET, "/registers/recognised/export").send().await.unwrap().text().await.unwrap();
    assert_eq!(csv.lines().count(), 2, "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_below_half_the_market_becomes_potential_over_http() {
    let (_, outcome, ended) = journey((1_999_999, 4_000_000), &[], ActId::E23).await;
    assert_eq!((outcome, ended.as_deref()), (Outcome::Potential, Some("P.published")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_without_its_security_level_is_rejected_over_http() {
    let (_, outcome, ended) = journey((4_000_000, 4_000_000), &["G2.1"], ActId::E24).await;
    assert_eq!((outcome, ended), (Outcome::Rejected, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_its_code_its_ground_and_says_it_in_both_languages() {
    let served = Served::new().await;
    let story = served.story();
    let cast = &served.world.cast;
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm", entry, set).await.unwrap();
    story.hand_in(dossier, Some((1, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng", Some(product), 3).await.unwrap();
    story.evaluate(dossier, body, &[], None, 4).await.unwrap();
    let refused = story
        .paper(&cast.managing, "Quyết định", vec![(dossier.into(), dossier::Command::RecogniseNational {}.into())], Until::Issued)
        .await;
    assert_eq!(refused.unwrap_err().code(), "dossier.outcome_is_another");
    let path = format!("/dossiers/{dossier}/potential-recognitions");
    let mut said = Vec::new();
    for lang in ["vi", "en"] {
        let who = &cast.managing.signer;
        let request = served.client.request(Method::POST, served.url(&path)).bearer_auth(served.token(who).await);
        let request = request.header("accept-language", lang).json(&serde_json::json!({}));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 409);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let value: Value = response.json().await.unwrap();
        assert_eq!(value["code"], "act.needs_issued_paper");
        assert!(value["legal_basis"].as_str().unwrap().contains("30/2020"));
        assert!(value["instance"].as_str().unwrap().starts_with("urn:ndp:request:"));
        said.push(value["detail"].as_str().unwrap().to_owned());
    }
    assert_ne!(said[0], said[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_says_what_its_reader_may_do_now_and_trying_it_agrees() {
    let served = Served::new().await;
    let story = served.story();
    let cast = &served.world.cast;
    let entry = story.list_entry("Nền tảng thử", 2).await.unwrap();
    let (status, value) = served.get(&cast.keeper.records, &format!("/list-entries/{entry}")).await;
    assert_eq!(status, 200);
    let may = |value: &Value, act: &str| value["acts"].as_array().unwrap().iter().find(|a| a["act"] == act).cloned().unwrap();
    assert_eq!(may(&value, "L3")["may"], true);
    assert_eq!(may(&value, "L4")["why_not"]["code"], "authority.duty_of_another_act");
    let href = may(&value, "L3")["href"].as_str().unwrap().to_owned();
    let incoming = serde_json::json!({ "incoming": { "number": "12", "arrived_on": story.today() } });
    let (status, done) = served.post(&cast.keeper.records, &href, &incoming).await;
    assert_eq!((status, done["act"].as_str()), (200, Some("L3")));
    let (_, value) = served.get(&cast.keeper.unit_head, &format!("/list-entries/{entry}")).await;
    assert_eq!((value["stage"].as_str(), may(&value, "L4")["may"].as_bool()), (Some("L.received"), Some(true)));
    assert_eq!(may(&value, "L3")["why_not"]["code"], "authority.duty_of_another_act");
}

//! Operation by duty by organisation and by nobody, enumerated from the published document: who may
//! not, is told so; nobody meets a fault; no answer has a status that the document does not know.

use ndp_domain::acts::{ActId, Who};
use ndp_domain::authority::Duty;
use ndp_domain::id::{Id, Kind};
use ndp_engine::orders;
use ndp_tests::served::Served;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One record of each kind, of the ministry of the demonstration.
async fn records(served: &Served) -> BTreeMap<Kind, Id> {
    let story = served.world.story().numbered_from(1_000);
    let (dossier, body) = served.world.open_round().await;
    story.list_entry("Nền tảng dự thảo", 2).await.unwrap();
    let mut found: BTreeMap<Kind, Id> = BTreeMap::from([(Kind::Dossier, dossier.into()), (Kind::Body, body.into())]);
    for kind in Kind::ALL {
        if let Some(one) = served.world.engine.store.of_kind(*kind, None, 1).await.unwrap().into_iter().next() {
            found.entry(*kind).or_insert(one.id);
        }
    }
    found
}

fn address(path: &str, records: &BTreeMap<Kind, Id>) -> String {
    let kind = path.split('/').nth(3).and_then(orders::of_plural);
    let id = kind.and_then(|k| records.get(&k).copied()).unwrap_or_else(|| {
        let kind = kind.unwrap_or(Kind::Dossier);
        Id::new(kind, uuid::Uuid::now_v7())
    });
    let uuid = uuid::Uuid::now_v7().to_string();
    path.replace("{id}", &id.to_string())
        .replace("{account}", &records.get(&Kind::Account).map(ToString::to_string).unwrap_or_default())
        .replace("{sha256}", &"0".repeat(64))
        .replace("{field}", "name")
        .replace("{register}", "list")
        .replace("{regulation}", "1230-2023")
        .replace("{provider}", "sso")
        .replace("{upload}", &uuid)
        .replace("{webhook}", &uuid)
        .replace("{delivery}", &uuid)
        .replace("{token}", &uuid)
}

fn may_ever(act: ActId, duty: Duty) -> bool {
    let row = act.row();
    let works = |level| {
        duty.level() == level
            || matches!(
                (level, duty),
                (ndp_domain::authority::Level::Officer, Duty::Secretary)
                    | (ndp_domain::authority::Level::Signer, Duty::Chair | Duty::ViceChair | Duty::HiredUnit)
            )
    };
    let named = match row.who {
        Who::OneOf(duties) | Who::Each(duties) => duties.contains(&duty),
        Who::OfIssuing(levels) => levels.iter().any(|l| works(*l)),
        Who::With | Who::Installation => false,
    };
    named || row.plain.is_some_and(|p| p.who.contains(&duty))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_operation_answers_every_duty_as_the_document_says() {
    let served = Served::new().await;
    let records = records(&served).await;
    let document = ndp_server::openapi::document();
    let people = served.world.cast.all().into_iter().cloned().collect::<Vec<_>>();
    let (mut calls, mut operations) = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            let known: Vec<u16> = operation["responses"].as_object().unwrap().keys().map(|s| s.parse().unwrap()).collect();
            let needs_token = operation["security"] == json!([{ "bearer": [] }]);
            let act = operation["x-act"].as_str().and_then(ActId::of_name);
            let mut place = address(path, &records);
            if act.is_some() {
                place.push_str("?dry_run=true");
            }
            if path == "/api/v1/calendar" {
                place.push_str("?from=2026-03-02&to=2026-03-03");
            }
            if path.starts_with("/api/v1/sign-ins") && method == "delete"
                || path == "/api/v1/me/second-factor"
                || path.ends_with("/person") && method == "delete"
            {
                // Would end what the test stands on; tried by their own stories.
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let with_body = operation.get("requestBody").is_some();
            let name = format!("{method} {path}");
            let send = async |request: reqwest::RequestBuilder| {
                let request = if with_body { request.json(&json!({})) } else { request };
                let response = request.send().await.unwrap();
                let (status, kind) =
                    (response.status().as_u16(), response.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned()));
                let text = response.text().await.unwrap();
                assert!(status < 500, "{name}: {status} {text}");
                assert!(known.contains(&status), "{name}: {status} is not in the document: {text}");
                if status >= 400 {
                    assert_eq!(kind.as_deref(), Some("application/problem+json"), "{name}: {text}");
                    let problem: Value = serde_json::from_str(&text).unwrap();
                    assert!(
                        problem["code"].as_str().is_some_and(|c| !c.is_empty()) && problem["detail"].as_str().is_some_and(|d| d.len() > 5),
                        "{name}: {text}"
                    );
                }
                (status, text)
            };
            let (status, text) = send(served.anyone(method.clone(), &place)).await;
            calls += 1;
            if needs_token {
                assert_eq!(status, 401, "{name} lets anybody in: {text}");
            }
            if act.is_none() && !needs_token && operation["security"] == json!([]) {
                continue;
            }
            for who in &people {
                let (status, text) = send(served.by(who, method.clone(), &place).await).await;
                calls += 1;
                if let Some(act) = act
                    && !may_ever(act, who.duty)
                {
                    let before_authority = [400, 415, 422].contains(&status) && !text.contains("authority.");
                    assert!([403, 404].contains(&status) || before_authority, "{name} by {}: {status} {text}", who.duty.code());
                    assert!(![200, 201].contains(&status));
                }
            }
        }
    }
    assert!(operations > 300 && calls > 5_000, "{operations} operations, {calls} calls");
    println!("{operations} operations, {calls} calls");
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ministry_finds_nothing_of_a_draft_whatever_it_tries() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let entry = served.world.story().list_entry("Nền tảng mật của Bộ", 1).await.unwrap();
    let missing = Id::new(Kind::ListEntry, uuid::Uuid::now_v7());
    for who in [&cast.consulted.unit_head, &cast.keeper.officer, &cast.keeper.signer, &cast.applicant, &cast.others[4], &cast.administrator]
    {
        for path in ["", "/events", "/draft", "/files", "/readings"] {
            let there = served.get(who, &format!("/list-entries/{entry}{path}")).await;
            let nowhere = served.get(who, &format!("/list-entries/{missing}{path}")).await;
            assert_eq!((there.0, &there.1["code"]), (nowhere.0, &nowhere.1["code"]), "{} {path}", who.duty.code());
        }
        for (noun, body) in [
            ("withdrawals", json!({ "reason": "x" })),
            ("registrations", json!({ "incoming": { "number": "1", "arrived_on": "2026-03-02" } })),
        ] {
            let there = served.post(who, &format!("/list-entries/{entry}/{noun}"), &body).await;
            let nowhere = served.post(who, &format!("/list-entries/{missing}/{noun}"), &body).await;
            assert_eq!((there.0, &there.1["code"]), (nowhere.0, &nowhere.1["code"]), "{} {noun}", who.duty.code());
        }
    }
}

#[test]
fn the_published_document_is_the_one_that_the_code_makes() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/server/openapi.json");
    let made = ndp_server::openapi::text();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, made).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == made, "crates/server/openapi.json is stale: run with UPDATE_OPENAPI=1 and read the difference");
}

#[test]
fn every_problem_has_its_text_in_both_languages_and_the_catalogue_is_the_known_one() {
    use ndp_identity::Denial;
    use ndp_server::problem::{Edge, Refused};
    use ndp_text::{Lang, key, texts};
    let mut codes: Vec<(String, u16)> = Vec::new();
    for edge in Edge::ALL {
        codes.push((edge.code().to_owned(), Refused::from(*edge).status().as_u16()));
    }
    for denial in Denial::ALL {
        codes.push((denial.code().to_owned(), Refused::from(denial.clone()).status().as_u16()));
    }
    codes.sort();
    codes.dedup();
    for (code, status) in &codes {
        for lang in [Lang::Vi, Lang::En] {
            assert!(texts(lang).has(&key("problem", code)) || code.starts_with("input."), "{lang} {code}");
            assert!(texts(lang).has(&format!("problem-status-{status}")), "{lang} {status}");
        }
    }
    let mut snapshot = String::new();
    for edge in Edge::ALL {
        for lang in [Lang::Vi, Lang::En] {
            snapshot.push_str(&Refused::from(*edge).document(lang).to_string());
            snapshot.push('\n');
        }
    }
    for denial in Denial::ALL {
        for lang in [Lang::Vi, Lang::En] {
            snapshot.push_str(&Refused::from(denial.clone()).document(lang).to_string());
            snapshot.push('\n');
        }
    }
    for (code, family, law) in ndp_domain::refusal::CATALOGUE {
        snapshot.push_str(&format!(
            "{code} {family:?} {} | {}\n",
            texts(Lang::Vi).find(&key("refusal", code), &[]).unwrap_or_else(|| "(…)".to_owned()),
            law.vi
        ));
    }
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("http/problems.txt");
    if std::env::var_os("UPDATE_PROBLEMS").is_some() {
        std::fs::write(&file, &snapshot).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), snapshot, "run with UPDATE_PROBLEMS=1 and read the difference");
}

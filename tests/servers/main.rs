//! The server as an operator knows it: several on one database, one killed, the database restarted or
//! lost, the disk full. Nothing that was acknowledged is lost or doubled.
#![allow(clippy::unwrap_used)]

mod configured;
mod embedded;
mod postgres;

use ndp_cli::demo::{self, cast::Persona, cast::UNIT};
use ndp_tests::served::duty_header;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

/// What clients were told: the record and its version, by the key of the request.
pub type Acknowledged = Arc<Mutex<Vec<(String, String, u64)>>>;

/// Clients that write until they are told to stop; each repeats a request under its key until it has an
/// answer, from whichever server answers.
#[derive(Debug)]
pub struct Load {
    pub acknowledged: Acknowledged,
    pub unavailable: Arc<AtomicUsize>,
    pub strange: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    clients: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    pub fn start(bases: Arc<RwLock<Vec<String>>>, token: &str, who: &Persona, clients: usize) -> Load {
        let acknowledged: Acknowledged = Arc::default();
        let unavailable = Arc::new(AtomicUsize::new(0));
        let strange: Arc<Mutex<Vec<String>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let body = |title: &str| json!({ "regulation": demo::REGULATION, "managing": who.org, "unit": UNIT, "title": title });
        let clients = (0..clients)
            .map(|n| {
                let (bases, token, duty) = (bases.clone(), token.to_owned(), duty_header(&who.actor()));
                let (acknowledged, unavailable, strange, stop) = (acknowledged.clone(), unavailable.clone(), strange.clone(), stop.clone());
                let bodies: Vec<(String, Value)> =
                    (0..20_000).map(|i| (format!("k-{n}-{i}"), body(&format!("Nền tảng {n} {i}")))).collect();
                tokio::spawn(async move {
                    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
                    for (i, (key, body)) in bodies.into_iter().enumerate() {
                        let mut tries = 0;
                        loop {
                            // A request that was sent is carried to its answer, also after the stop.
                            if stop.load(Ordering::Relaxed) && tries == 0 {
                                return;
                            }
                            let base = {
                                let all = bases.read().unwrap();
                                all[(n + i + tries) % all.len()].clone()
                            };
                            tries += 1;
                            let sent = client
                                .post(format!("{base}/api/v1/list-entries"))
                                .bearer_auth(&token)
                                .header("ndp-duty", &duty)
                                .header("idempotency-key", &key)
                                .json(&body)
                                .send()
                                .await;
                            let Ok(response) = sent else {
                                tokio::time::sleep(Duration::from_millis(50)).await;
                                continue;
                            };
                            let status = response.status().as_u16();
                            let again = response.headers().contains_key("retry-after");
                            let text = response.text().await.unwrap_or_default();
                            match status {
                                201 => {
                                    let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
                                    let record = value["record"].as_str().unwrap().to_owned();
                                    let version = value["streams"][0]["version"].as_u64().unwrap();
                                    acknowledged.lock().unwrap().push((key.clone(), record, version));
                                    break;
                                }
                                503 if again => {
                                    unavailable.fetch_add(1, Ordering::Relaxed);
                                    tokio::time::sleep(Duration::from_millis(100)).await;
                                }
                                _ => {
                                    strange.lock().unwrap().push(format!("{status} {text}"));
                                    return;
                                }
                            }
                            if tries > 600 {
                                strange.lock().unwrap().push("never answered".to_owned());
                                return;
                            }
                        }
                    }
                })
            })
            .collect();
        Load { acknowledged, unavailable, strange, stop, clients }
    }

    pub async fn stop(self) -> Vec<(String, String, u64)> {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        assert_eq!(*self.strange.lock().unwrap(), Vec::<String>::new());
        let all = self.acknowledged.lock().unwrap().clone();
        // One key, one record.
        let mut by_key = std::collections::BTreeMap::new();
        for (key, record, _) in &all {
            assert_eq!(by_key.entry(key.clone()).or_insert_with(|| record.clone()), record, "{key} was done twice");
        }
        all
    }
}

pub fn records(all: &[(String, String, u64)]) -> Vec<(String, u64)> {
    all.iter().map(|(_, record, version)| (record.clone(), *version)).collect()
}

//! The leak matrix: every person, in every duty, and nobody, over every channel, looking for every
//! fact that is not for everybody. `leaks.tsv` holds what each sees; a line that is missing, or a
//! channel that shows more, fails. `UPDATE_LEAKS=1` writes it anew: then read the difference.

use ndp_cli::demo::cast::Persona;
use ndp_cli::demo::story::{Until, t};
use ndp_domain::authority::Duty;
use ndp_domain::declaration::{self, Conflict, Relation};
use ndp_domain::id::{DeclarationId, Id, Kind, SheetId};
use ndp_domain::sheet;
use ndp_engine::orders;
use ndp_tests::served::Served;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

const CHANNELS: &[&str] = &[
    "record",
    "history",
    "list",
    "total",
    "search",
    "sort",
    "tasks",
    "feed",
    "webhook",
    "refusal",
    "files",
    "draft",
    "contents",
    "export",
    "counts",
    "page",
    "page-lists",
    "page-forms",
];

struct Fact {
    name: &'static str,
    /// Any of these in an answer shows it.
    markers: Vec<String>,
    /// Records that hold it.
    streams: Vec<Id>,
    /// Words by which it could be searched.
    search: &'static str,
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn text(served: &Served, who: Option<&Persona>, method: Method, path: &str, body: Option<Value>) -> String {
    let request = match who {
        Some(who) => served.by(who, method, path).await,
        None => served.anyone(method, path),
    };
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert!(status < 500, "{path}: {text}");
    format!("{status} {text}")
}

/// What a channel shows to somebody, in one text.
async fn channel(served: &Served, who: Option<&Persona>, name: &str, fact: &Fact) -> String {
    let get = async |path: String| text(served, who, Method::GET, &path, None).await;
    let mut out = String::new();
    let each = fact.streams.iter().map(|id| format!("/{}/{id}", orders::plural(id.kind)));
    let kinds: BTreeSet<Kind> = fact.streams.iter().map(|id| id.kind).collect();
    match name {
        "record" => {
            for path in each {
                out.push_str(&get(path).await);
            }
        }
        "history" => {
            for path in each {
                out.push_str(&get(format!("{path}/events?limit=200")).await);
            }
        }
        "files" => {
            for path in each {
                out.push_str(&get(format!("{path}/files")).await);
            }
        }
        "draft" => {
            for path in each {
                out.push_str(&get(format!("{path}/draft")).await);
            }
        }
        "list" | "sort" => {
            let orders_asked: &[&str] = if name == "list" { &["updated"] } else { &["due", "name"] };
            for kind in kinds {
                for order in orders_asked {
                    out.push_str(&get(format!("/{}?limit=200&order={order}", orders::plural(kind))).await);
                }
            }
        }
        "search" => {
            for kind in kinds {
                out.push_str(&get(format!("/{}?limit=200&q={}", orders::plural(kind), fact.search.replace(' ', "%20"))).await);
            }
        }
        "total" => {
            // How many are found by its own words: none, where it may not be seen.
            for kind in kinds {
                let said = get(format!("/{}?limit=1&total=true&q={}", orders::plural(kind), fact.search.replace(' ', "%20"))).await;
                let value: Value = serde_json::from_str(said.split_once(' ').unwrap().1).unwrap_or_default();
                if value["total"]["n"].as_u64().is_some_and(|n| n > 0) && !fact.search.is_empty() {
                    out.push_str(&fact.markers[0]);
                }
            }
        }
        "contents" => {
            for path in each {
                let mut known = get(path.clone()).await;
                known.push_str(&get(format!("{path}/events?limit=200")).await);
                for pin in ndp_domain::canonical::pins(&known) {
                    out.push_str(&get(format!("{path}/contents/{pin}")).await);
                }
            }
        }
        "tasks" => out = get("/tasks?limit=200".to_owned()).await,
        "counts" => out = get("/counts".to_owned()).await,
        "export" => out = get("/registers/list/export".to_owned()).await,
        "feed" => {
            let mut after = 0;
            loop {
                let said = get(format!("/feed?after={after}&limit=200")).await;
                let value: Value = serde_json::from_str(said.split_once(' ').unwrap().1).unwrap_or_default();
                out.push_str(&said);
                match (value["next"].as_u64(), value["end"].as_u64()) {
                    (Some(next), Some(end)) if next < end => after = next,
                    _ => break,
                }
            }
        }
        "webhook" => {
            if let Some(who) = who {
                let value: Value =
                    serde_json::from_str(text(served, Some(who), Method::GET, "/webhooks", None).await.split_once(' ').unwrap().1)
                        .unwrap_or_default();
                for hook in value["items"].as_array().into_iter().flatten() {
                    out.push_str(&get(format!("/webhooks/{}/deliveries?limit=200", hook["id"].as_str().unwrap())).await);
                }
            }
        }
        "refusal" => {
            for id in &fact.streams {
                for form in orders::all().iter().filter(|f| f.kind == id.kind && f.continues) {
                    let path = format!("/{}/{id}/{}?dry_run=true", orders::plural(id.kind), form.noun);
                    out.push_str(&text(served, who, Method::POST, &path, Some(json!({}))).await);
                }
            }
        }
        // Pages: what an address itself says is no answer, so it is taken out.
        "page" => {
            for id in &fact.streams {
                let place = ndp_web::frame::place_of(*id);
                let mut places = vec![place.clone(), format!("{place}/lich-su")];
                match id.kind {
                    Kind::Dossier => {
                        let under = [
                            "phieu",
                            "phieu/kiem-tra",
                            "tong-hop",
                            "ket-luan",
                            "bien-ban",
                            "kiem-phieu",
                            "thao-luan",
                            "noi-dung",
                            "noi-dung/thi-phan",
                            "noi-dung/kiem-tra",
                        ];
                        places.extend(under.map(|p| format!("{place}/{p}")));
                    }
                    Kind::Document => places.extend(
                        ["noi-dung", "noi-dung/cong-van", "noi-dung/kiem-tra", "ban-in", "phat-hanh"].map(|p| format!("{place}/{p}")),
                    ),
                    Kind::CriteriaSet => places.extend(["gop-y", "so-sanh", "soan"].map(|p| format!("{place}/{p}"))),
                    Kind::Body => places.push(format!("{place}/chi-tra")),
                    _ => {}
                }
                for place in places {
                    out.push_str(&served.page(who, &place).await.1.replace(&id.to_string(), ""));
                }
            }
        }
        "page-lists" => {
            let q = fact.search.replace(' ', "+");
            for kind in kinds {
                let slug = ndp_web::frame::slug(kind);
                for place in [format!("/{slug}"), format!("/{slug}?q={q}"), format!("/{slug}?order=due"), format!("/{slug}?order=name")] {
                    out.push_str(&served.page(who, &place).await.1);
                }
            }
            for place in [
                "/",
                "/viec",
                "/theo-doi",
                "/trinh-ky",
                "/van-thu",
                "/nhat-ky",
                "/quan-tri",
                "/quan-tri/xem-truoc",
                "/nen-tang.json",
                "/co-quan/BTC",
                "/nen-tang.csv",
                "/van-thu.csv",
                "/de-xuat/mot-cong-van",
                "/de-xuat/nhap-excel",
            ] {
                out.push_str(&served.page(who, place).await.1);
            }
            if let Some(who) = who {
                for place in ["/theo-doi.xlsx", "/theo-doi.docx", "/nen-tang.xlsx", "/nen-tang.docx"] {
                    out.push_str(&unpacked(&served.page_answer(who, place, None).await.bytes().await.unwrap()));
                }
            }
            out.push_str(&served.page(who, &format!("/?q={q}")).await.1);
            out.push_str(&served.page(who, &format!("/tra-cuu?ma={q}")).await.1);
        }
        "page-forms" => {
            for id in &fact.streams {
                for form in orders::all().iter().filter(|f| f.kind == id.kind && f.continues) {
                    let place = format!("{}/{}", ndp_web::frame::place_of(*id), form.noun);
                    out.push_str(&served.page(who, &place).await.1.replace(&id.to_string(), ""));
                }
            }
        }
        other => panic!("{other}"),
    }
    out
}

/// What stands in an office file; a refusal as it is.
fn unpacked(file: &[u8]) -> String {
    let Ok(mut zip) = zip::ZipArchive::new(std::io::Cursor::new(file)) else { return String::from_utf8_lossy(file).into_owned() };
    let mut all = String::new();
    for n in 0..zip.len() {
        std::io::Read::read_to_string(&mut zip.by_index(n).unwrap(), &mut all).unwrap();
    }
    all
}

fn label(served: &Served, who: &Persona) -> String {
    let cast = &served.world.cast;
    let side = if who.org == cast.managing.org {
        "managing"
    } else if who.org == cast.keeper.org {
        "keeper"
    } else if who.org == cast.enterprise {
        "enterprise"
    } else {
        "other"
    };
    let person = cast.evaluators.iter().position(|e| e.account == who.account).map(|n| ["author", "recused", "third"][n]);
    let unit = who.unit.as_deref().map(|u| format!("/{u}")).unwrap_or_default();
    match person {
        Some(person) => format!("{} {person}", who.duty.code()),
        None => format!("{} {side}{unit}", who.duty.code()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_sees_through_any_channel_what_is_not_for_them() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
    let served = Served::new().await;
    let cast = &served.world.cast;
    let people: Vec<Persona> = cast.all().into_iter().cloned().collect();
    // Everybody is told by webhook of what they see, from the first event on.
    let mut told: BTreeSet<String> = BTreeSet::new();
    subscribe(&served, &people, &mut told).await;
    let story = served.world.story();
    // Others' drafts.
    let draft = story.list_entry("Nền tảng Dự thảo Kín", 1).await.unwrap();
    let submit = story.proposal("Nền tảng Dự thảo Kín");
    let paper = story.paper(&cast.managing, "Văn bản kín", vec![(draft.into(), submit.into())], Until::Draft).await.unwrap();
    let (status, _) = {
        let path = format!("/list-entries/{draft}/draft/need");
        ndp_tests::served::answer(
            served.by(&cast.managing.officer, Method::PUT, &path).await.json(&json!({ "value": "nhu cầu chưa công bố ZQX" })),
        )
        .await
    };
    assert_eq!(status, 200);
    // A dossier in evaluation, with security evidence, one recused member, one sealed sheet.
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm Kín", entry, set).await.unwrap();
    let pdf = b"%PDF-1.7 ho so an toan cap do 3";
    let (_, begun) = served
        .post(&cast.applicant, &format!("/dossiers/{dossier}/uploads"), &json!({ "name": "ho-so-cap-do-ZQX.pdf", "size": pdf.len() }))
        .await;
    let request =
        served.by(&cast.applicant, Method::PATCH, begun["href"].as_str().unwrap()).await.header("upload-offset", 0).body(pdf.to_vec());
    let (status, file) = ndp_tests::served::answer(request).await;
    assert_eq!(status, 201);
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng", Some(product), 2).await.unwrap();
    // Now the body's members have a duty to come in as well; this process learns it from the feed.
    served.world.engine.seal(&ndp_tests::key()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    subscribe(&served, &people, &mut told).await;
    let [author, recused, third] = [&cast.evaluators[0], &cast.evaluators[1], &cast.evaluators[2]];
    for member in [&cast.chair, &cast.vice_chair, author, recused, third] {
        let conflict = if member.account == recused.account {
            Conflict::Declared { relations: vec![Relation::Client], explanation: t("cổ đông ZQXconflict") }
        } else {
            Conflict::None
        };
        let declare = declaration::Command::Declare { body, product, conflict };
        let as_evaluator = member.as_duty(Duty::Evaluator);
        story.act(&as_evaluator, DeclarationId(served.world.engine.id()), declare).await.unwrap();
    }
    let reviewers = vec![cast.vice_chair.account];
    story
        .act(&cast.secretary, body, ndp_domain::body::Command::DeclareReady { product, reviewers, leads: Default::default() })
        .await
        .unwrap();
    story.act(&cast.secretary, dossier, ndp_domain::dossier::Command::OpenRound { body, cut_off: story.today() }).await.unwrap();
    let sheet = SheetId(served.world.engine.id());
    let mut findings = story.sheet_text(&["G2.1"]);
    for finding in findings.findings.iter_mut().filter(|f| f.reason.is_some()) {
        finding.reason = Some(t("lý do kín ZQXsheet"));
    }
    let submit = sheet::Command::Submit { dossier, member: author.account, text: findings };
    story.act(author, sheet, submit).await.unwrap();
    // A sheet on paper: what was typed in and its scan are of who typed it, who confirms it and whose it is.
    let (on_paper, scan) = crate::rounds::typed_in(&served, dossier, third.account, b"%PDF-1.7 phieu giay kin").await;
    served.world.engine.seal(&ndp_tests::key()).await.unwrap();
    let worker = served.worker(None);
    for _ in 0..40 {
        worker.fan_out(ndp_engine::Clock::System.now()).await.unwrap();
    }

    let sha = file["sha256"].as_str().unwrap().to_owned();
    let facts = [
        Fact {
            name: "others' draft",
            markers: vec![draft.to_string(), "Dự thảo Kín".to_owned(), "ZQX".to_owned(), paper.to_string()],
            streams: vec![draft.into(), paper.into()],
            search: "du thao kin",
        },
        Fact {
            name: "sealed sheet",
            markers: vec![sheet.to_string(), "ZQXsheet".to_owned()],
            streams: vec![sheet.into(), dossier.into()],
            search: "",
        },
        Fact {
            name: "scan of a paper sheet",
            markers: vec![scan, "ZQXscan".to_owned()],
            streams: vec![on_paper, dossier.into()],
            search: "",
        },
        Fact {
            name: "evaluators before opening",
            markers: vec![author.account.to_string(), third.account.to_string()],
            streams: vec![dossier.into(), body.into()],
            search: "",
        },
        Fact {
            name: "dossier of another ministry",
            markers: vec![dossier.to_string(), "Sản phẩm Kín".to_owned()],
            streams: vec![dossier.into()],
            search: "san pham kin",
        },
        Fact {
            name: "security evidence",
            markers: vec![sha.clone(), "ho-so-cap-do-ZQX".to_owned()],
            streams: vec![dossier.into()],
            search: "",
        },
        Fact { name: "conflict declared", markers: vec!["ZQXconflict".to_owned()], streams: declarations(&served).await, search: "" },
    ];
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut cells = 0;
    for fact in &facts {
        let everybody: Vec<Option<&Persona>> = std::iter::once(None).chain(people.iter().map(Some)).collect();
        for who in everybody {
            let mut open = Vec::new();
            for name in CHANNELS {
                cells += 1;
                let shown = channel(&served, who, name, fact).await;
                // What the caller itself sent, or is, is no leak: their own account id.
                let own = who.map(|w| w.account.to_string()).unwrap_or_default();
                if fact.markers.iter().any(|m| *m != own && shown.contains(m.as_str())) {
                    open.push(*name);
                }
            }
            let whom = who.map_or_else(|| "PUB".to_owned(), |w| label(&served, w));
            let line = format!("{}\t{whom}", fact.name);
            let said = if open.is_empty() { "–".to_owned() } else { open.join(" ") };
            if let Some(before) = seen.insert(line.clone(), said.clone()) {
                assert_eq!(before, said, "{line}: two persons in one place see two things");
            }
        }
    }
    // Every duty has been looked at.
    for duty in Duty::ALL {
        assert!(
            seen.keys().any(|k| k.split('\t').nth(1).is_some_and(|w| w.split(' ').next() == Some(duty.code()))),
            "{} is missing",
            duty.code()
        );
    }
    let table: String = seen.iter().map(|(k, v)| format!("{k}\t{v}\n")).collect();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("http/leaks.tsv");
    if std::env::var_os("UPDATE_LEAKS").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    for (known, found) in committed.lines().zip(table.lines()) {
        assert_eq!(known, found, "the first difference to tests/http/leaks.tsv");
    }
    assert_eq!(committed.lines().count(), table.lines().count());
    println!("{} lines, {cells} cells", table.lines().count());
    // The log and the figures tell nothing of it, and hold no names or addresses.
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("request"), "the log was looked at");
    let figures = text(&served, None, Method::GET, "/metrics", None).await;
    for marker in facts.iter().flat_map(|f| &f.markers).map(String::as_str).chain(["@t.example", "(mẫu)", "Bearer"]) {
        assert!(!logged.contains(marker) && !figures.contains(marker), "{marker} in the log or the figures");
    }
}

async fn subscribe(served: &Served, people: &[Persona], told: &mut BTreeSet<String>) {
    for who in people {
        if told.contains(&who.account.to_string()) {
            continue;
        }
        let (status, value) = served.post(who, "/webhooks", &json!({ "url": "http://127.0.0.1:9/hook" })).await;
        if status == 201 {
            told.insert(who.account.to_string());
        } else {
            assert_eq!(value["code"], "authority.duty_not_held");
        }
    }
}

async fn declarations(served: &Served) -> Vec<Id> {
    served.world.engine.store.of_kind(Kind::Declaration, None, 100).await.unwrap().into_iter().map(|l| l.id).collect()
}

/// Least number of questions to the database that an answer takes, of several tries: what runs beside it asks too.
async fn questions(served: &Served, who: Option<&Persona>, path: &str) -> (u16, u64) {
    let store = &served.world.engine.store;
    let mut least = (0, u64::MAX);
    for _ in 0..6 {
        let before = store.asked();
        let status = match path.strip_prefix("/api/v1") {
            Some(path) => text(served, who, Method::GET, path, None).await.get(..3).and_then(|s| s.parse().ok()).unwrap_or(0),
            None => served.page(who, path).await.0,
        };
        least = least.min((status, store.asked() - before));
    }
    least
}

/// The channel of time, as far as it can be counted: what is hidden takes as many questions as what is not there.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_takes_no_more_questions_than_what_is_not_there() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng kín", 5).await.unwrap();
    let promulgated = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm kín", entry, promulgated).await.unwrap();
    let other = story.list_entry("Nền tảng soạn bộ tiêu chí", 5).await.unwrap();
    let set = story.criteria_set(other, 1).await.unwrap();
    let draft = story.list_entry("Nền tảng dự thảo", 1).await.unwrap();
    let hidden: [Id; 3] = [draft.into(), set.into(), dossier.into()];
    let people = [None, Some(&cast.keeper.signer), Some(&cast.consulted.officer), Some(&cast.others[1]), Some(&cast.administrator)];
    let mut compared = 0;
    for id in hidden {
        let absent = Id::new(id.kind, uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        for who in people {
            let (plural, slug) = (orders::plural(id.kind), ndp_web::frame::slug(id.kind));
            let mut paths: Vec<String> = ["", "?acts=false", "/events", "/files"].map(|p| format!("/api/v1/{plural}/ID{p}")).to_vec();
            paths.extend(["", "/lich-su", "/ket-luan", "/gop-y", "/noi-dung", "/withdrawals"].map(|p| format!("/{slug}/ID{p}")));
            for path in paths {
                let there = questions(&served, who, &path.replace("ID", &id.to_string())).await;
                if there.0 == 200 {
                    continue;
                }
                let nowhere = questions(&served, who, &path.replace("ID", &absent.to_string())).await;
                assert_eq!(there, nowhere, "{path} {id} for {:?}", who.map(|w| w.duty));
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared} compared");
}

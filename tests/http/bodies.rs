//! Whatever somebody sends: malformed, deep, huge, slow, cut off, of another length, not UTF-8, with a
//! key twice. A clear answer each time, and the server goes on.

use ndp_tests::World;
use ndp_tests::served::{Served, answer, policy, wide};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn raw(served: &Served, bytes: &[u8], wait: Duration) -> String {
    let mut stream = TcpStream::connect(served.base.trim_start_matches("http://")).await.unwrap();
    let _ = stream.write_all(bytes).await;
    let mut out = Vec::new();
    let _ = tokio::time::timeout(wait, stream.read_to_end(&mut out)).await;
    String::from_utf8_lossy(&out).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_body_gets_its_own_answer() {
    let served = Served::new().await;
    let who = &served.world.cast.managing.officer;
    let deep = format!("{{\"reason\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let long = format!("{{\"reason\":\"{}\"}}", "a".repeat(2_000_000));
    let entry = served.world.story().list_entry("Nền tảng thử", 1).await.unwrap();
    let path = format!("/list-entries/{entry}/withdrawals");
    let cases: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("not JSON", b"{\"reason\":".to_vec(), 400, "input.not_json"),
        ("two values", b"{} {}".to_vec(), 400, "input.not_json"),
        ("a list", b"[]".to_vec(), 422, "input.not_object"),
        ("a key twice", b"{\"reason\":\"a\",\"reason\":\"b\"}".to_vec(), 400, "input.key_repeated"),
        ("not UTF-8", b"{\"reason\":\"\xff\xfe\"}".to_vec(), 400, "input.not_utf8"),
        ("too deep", deep.into_bytes(), 400, "input.too_deep"),
        ("too large", long.into_bytes(), 413, "input.too_large"),
        ("an unknown field", b"{\"reason\":\"a\",\"more\":1}".to_vec(), 422, "input.field_unknown"),
        ("nothing", b"{}".to_vec(), 422, "input.field_missing"),
        ("another type", b"{\"reason\":5}".to_vec(), 422, "input.type"),
        ("an empty text", "{\"reason\":\"  \"}".as_bytes().to_vec(), 422, "input.text_empty"),
        ("a control character", b"{\"reason\":\"a\\u0007\"}".to_vec(), 422, "input.text_control"),
        ("a lone surrogate", b"{\"reason\":\"\\ud800\"}".to_vec(), 400, "input.not_json"),
        ("a huge number", b"{\"reason\":1e999}".to_vec(), 400, "input.not_json"),
    ];
    for (what, body, status, code) in cases {
        // A body that is too large ends its connection; the next one must not be sent into it.
        let request = served.by(who, Method::POST, &path).await.header("content-type", "application/json").header("connection", "close");
        let request = request.body(body);
        let (found, value) = answer(request).await;
        let told = value["errors"][0]["code"].as_str().or(value["code"].as_str()).unwrap_or_default().to_owned();
        assert_eq!((found, told.as_str()), (status, code), "{what}: {value}");
    }
    let other = served.by(who, Method::POST, &path).await.header("content-type", "text/plain").body("{}");
    assert_eq!(answer(other).await.1["code"], "request.media_type");
    // A text that decomposes its letters is put together, as everything typed is.
    let (status, _) = served.post(who, &format!("{path}?dry_run=true"), &json!({ "reason": "Nhu ca\u{302}\u{300}u" })).await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_never_said_back() {
    let served = Served::new().await;
    let secret = "BiMatCuaToi_12345";
    let bodies = [
        (Method::POST, "/sign-ins", json!({ "email": format!("{secret}@t.example"), "password": secret })),
        (Method::POST, "/sign-ins", json!({ "email": secret, "password": secret, "more": secret })),
        (Method::POST, "/sign-ins", json!({ "email": "x".repeat(300), "password": secret.repeat(200) })),
        (Method::POST, "/password-resets/acceptances", json!({ "token": secret, "password": secret })),
        (Method::POST, "/password-resets", json!({ "email": format!("{secret}@t.example") })),
        (Method::POST, "/sign-ins/refreshes", json!({ "refresh_token": secret })),
        (Method::POST, "/list-entries", json!({ "regulation": secret, "managing": secret, "unit": secret, "title": secret })),
    ];
    for (method, path, body) in bodies {
        let request = served.by(&served.world.cast.managing.officer, method, path).await.json(&body);
        let (_, value) = answer(request).await;
        assert!(!value.to_string().contains(secret), "{path}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_cut_and_lying_senders_are_let_go_and_others_served() {
    let mut settings = wide();
    settings.timeout = Duration::from_secs(2);
    let served = Served::with(World::new().await, settings, policy()).await;
    let head = |length: usize| {
        format!("POST /api/v1/sign-ins HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
    };
    let slow = raw(&served, head(100).as_bytes(), Duration::from_secs(5)).await;
    assert!(slow.contains("408"), "{slow}");
    let short = raw(&served, format!("{}{{}}", head(2)).as_bytes(), Duration::from_secs(3)).await;
    assert!(short.contains("422") || short.contains("400"), "{short}");
    // Two lengths that differ, a length that is no number, a request line that is none.
    for bad in [
        "POST /api/v1/sign-ins HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "POST /api/v1/sign-ins HTTP/1.1\r\nhost: x\r\ncontent-length: zwei\r\n\r\n{}",
        "NONSENSE\r\n\r\n",
        "GET /api/v1/%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ] {
        let said = raw(&served, bad.as_bytes(), Duration::from_secs(3)).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{bad}: {said}");
    }
    let chunked = "POST /api/v1/sign-ins HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\n{\"a\":\r\nzz\r\n";
    let said = raw(&served, chunked.as_bytes(), Duration::from_secs(3)).await;
    assert!(said.is_empty() || said.contains(" 400 "), "{said}");
    // Fifty who open a connection and say nothing keep nobody from being served.
    let mut idle = Vec::new();
    for _ in 0..50 {
        idle.push(TcpStream::connect(served.base.trim_start_matches("http://")).await.unwrap());
    }
    assert_eq!(answer(served.anyone(Method::GET, "/health/live")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_methods_and_parameters_that_are_not_there_are_said_so() {
    let served = Served::new().await;
    let who = &served.world.cast.managing.officer;
    let cases = [
        (Method::GET, "/nothing-here", 404, "request.no_such_address"),
        (Method::GET, "/list-entries/none", 404, "stream.not_found"),
        (Method::GET, "/list-entries/dos_01900000000070008000000000000001", 404, "stream.not_found"),
        (Method::PUT, "/list-entries", 405, "request.method_not_allowed"),
        (Method::GET, "/list-entries?limit=0", 400, "request.parameter"),
        (Method::GET, "/list-entries?limit=many", 400, "request.parameter"),
        (Method::GET, "/list-entries?order=colour", 400, "request.parameter"),
        (Method::GET, "/list-entries?after=zzz", 400, "request.cursor"),
        (Method::GET, "/list-entries?colour=red", 400, "request.parameter"),
        (Method::GET, "/calendar?from=2026-02-30&to=2026-03-01", 400, "request.parameter"),
        (Method::GET, "/registers/secret", 404, "request.no_such_address"),
    ];
    for (method, path, status, code) in cases {
        let (found, value) = answer(served.by(who, method, path).await).await;
        assert_eq!((found, value["code"].as_str()), (status, Some(code)), "{path}: {value}");
    }
    let (status, value) =
        answer(served.by(who, Method::POST, "/list-entries").await.header("idempotency-key", "có dấu cách").json(&json!({}))).await;
    assert_eq!((status, value["code"].as_str()), (400, Some("request.key_shape")));
    let (status, value): (u16, Value) =
        answer(served.by(who, Method::POST, "/list-entries").await.header("if-match", "7").json(&json!({}))).await;
    assert_eq!((status, value["code"].as_str()), (400, Some("request.match_shape")));
    for duty in ["MINISTER", "MA-O@", "MA-O@NOBODY", "CH", "FA-S@BKHCN"] {
        let token = served.token(who).await;
        let (status, value) = answer(served.anyone(Method::GET, "/tasks").bearer_auth(token).header("ndp-duty", duty)).await;
        assert!(status == 400 || status == 403, "{duty}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_told_when_to_come_back() {
    let mut settings = wide();
    settings.rate_sign_in = 3;
    settings.rate_account = 5;
    let served = Served::with(World::new().await, settings, policy()).await;
    let body = json!({ "email": "a@t.example", "password": "x" });
    let mut last = None;
    for _ in 0..4 {
        last = Some(served.anyone(Method::POST, "/sign-ins").json(&body).send().await.unwrap());
    }
    let last = last.unwrap();
    assert_eq!(last.status(), 429);
    assert!(last.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    let who = &served.world.cast.managing.officer;
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(served.get(who, "/me").await.0);
    }
    assert_eq!((statuses.first(), statuses.last()), (Some(&200), Some(&429)));
    assert_eq!(served.get(&served.world.cast.managing.signer, "/me").await.0, 200, "another token has its own limit");
    assert_eq!(answer(served.anyone(Method::GET, "/health/live")).await.0, 200);
}

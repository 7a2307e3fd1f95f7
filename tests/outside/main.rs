//! Against programs of others, run on this machine by `tests/run`: an OpenID provider, an S3 store.
#![allow(clippy::unwrap_used)]

use ndp_engine::Clock;
use ndp_files::{Files, Place1};
use ndp_identity::Identity;
use ndp_identity::oidc::Provider;
use ndp_tests::World;
use ndp_tests::served::{Served, answer, email_of, policy, ring, wide};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

fn named(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is set by tests/run"))
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn first_line(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.unwrap().unwrap().unwrap_or_default();
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    line
}

async fn provider(issuer: &str, port: u16, redirect: &str) -> Child {
    let script = format!(
        r#"
const {{ createRequire }} = require('module');
const path = require('path');
(async () => {{
  const {{ default: Provider }} = await import(path.join(process.env.MODULES, 'oidc-provider', 'lib', 'index.js'));
  const provider = new Provider('{issuer}', {{
    clients: [{{ client_id: 'ndp', client_secret: 'a-secret-of-the-test', redirect_uris: ['{redirect}'], grant_types: ['authorization_code'], response_types: ['code'] }}],
    claims: {{ openid: ['sub'], email: ['email', 'email_verified'] }},
    pkce: {{ required: () => true }},
    cookies: {{ keys: ['test'] }},
    findAccount: (ctx, id) => ({{ accountId: id, claims: () => ({{ sub: id, email: id, email_verified: !id.startsWith('unverified') }}) }}),
  }});
  provider.listen({port}, '127.0.0.1', () => console.log('listening'));
}})();
"#
    );
    let mut child = Command::new("node")
        .args(["-e", &script])
        .env("MODULES", named("TEST_NODE_MODULES"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    assert_eq!(first_line(&mut child).await, "listening");
    child
}

/// Somebody with a browser: keeps cookies, follows redirects, fills in the two forms.
async fn go_through(client: &reqwest::Client, start: String, login: &str, until: &str) -> String {
    let mut jar: BTreeMap<String, String> = BTreeMap::new();
    let mut next = (Method::GET, start, String::new());
    for _ in 0..20 {
        if next.1.starts_with(until) {
            return next.1;
        }
        let cookies = jar.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ");
        let response = client
            .request(next.0.clone(), &next.1)
            .header("cookie", cookies)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(next.2.clone())
            .send()
            .await
            .unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        let at = response.url().clone();
        if let Some(place) = response.headers().get("location") {
            next = (Method::GET, at.join(place.to_str().unwrap()).unwrap().to_string(), String::new());
            continue;
        }
        let page = response.text().await.unwrap();
        let action = page.split("action=\"").nth(1).unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap().to_owned();
        let form = if page.contains("name=\"login\"") {
            format!("prompt=login&login={}&password=x", login.replace('@', "%40"))
        } else {
            "prompt=consent".to_owned()
        };
        next = (Method::POST, at.join(&action).unwrap().to_string(), form);
    }
    panic!("the provider never sent us back");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_known_signs_in_by_another_provider_and_a_stranger_does_not() {
    let port = free_port();
    let issuer = format!("http://127.0.0.1:{port}");
    let redirect = "http://ndp.t.example/api/v1/sign-ins/oidc/answers";
    let _provider = provider(&issuer, port, redirect).await;
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at(Clock::System.now());
    let ours = Provider {
        name: "sso".to_owned(),
        issuer: issuer.clone(),
        client_id: "ndp".to_owned(),
        client_secret: Some("a-secret-of-the-test".to_owned()),
        redirect: redirect.to_owned(),
        second_factor_acr: Vec::new(),
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let identity = Identity::new(world.engine.store.clone(), clock.clone(), policy(), &ring(1), ring(2), vec![ours]).unwrap();
    let files = Files::open(&Place1::Folder(folder.path().join("evidence")), None, 1 << 20).unwrap();
    let served = Served::over(world, identity, files, wide(), clock, folder).await;
    let who = served.world.cast.managing.officer.clone();
    let ask = async || {
        let response = served.anyone(Method::GET, "/sign-ins/oidc/sso").send().await.unwrap();
        assert_eq!(response.status(), 303);
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    let back =
        async |url: &str| answer(served.anyone(Method::GET, &format!("/sign-ins/oidc/answers?{}", url.split('?').nth(1).unwrap()))).await;
    let start = ask().await;
    assert!(start.contains("code_challenge_method=S256") && start.contains("nonce="), "{start}");
    let url = go_through(&served.client, start, &email_of(&who), redirect).await;
    let (status, signed_in) = back(&url).await;
    assert_eq!(status, 201, "{signed_in}");
    assert_eq!(signed_in["account"], who.account.to_string());
    assert_eq!(answer(served.anyone(Method::GET, "/tasks").bearer_auth(signed_in["access_token"].as_str().unwrap())).await.0, 200);
    // The same answer again, a made-up state, a stranger, an address nobody has verified.
    assert_eq!(back(&url).await.1["code"], "identity.provider_refused");
    assert_eq!(back("x?state=made-up&code=abc").await.1["code"], "identity.provider_refused");
    for login in ["stranger@t.example", "unverified@t.example"] {
        let url = go_through(&served.client, ask().await, login, redirect).await;
        let (status, said) = back(&url).await;
        assert_eq!((status, said["code"].as_str()), (403, Some("identity.provider_refused")), "{login}");
    }
    // Known by the subject from now on.
    let url = go_through(&served.client, ask().await, &email_of(&who), redirect).await;
    assert_eq!(back(&url).await.0, 201);
    assert_eq!(answer(served.anyone(Method::GET, "/sign-ins/oidc/other")).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_rests_in_an_s3_store_and_comes_back_the_same() {
    let port = free_port();
    let mut moto = Command::new(format!("{}/bin/moto_server", named("TEST_VENV")))
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let endpoint = format!("http://127.0.0.1:{port}");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..300 {
        if client.put(format!("{endpoint}/evidence")).send().await.is_ok_and(|r| r.status().is_success()) {
            break;
        }
        assert!(moto.try_wait().unwrap().is_none(), "moto ended");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at(Clock::System.now());
    let identity = Identity::new(world.engine.store.clone(), clock.clone(), policy(), &ring(1), ring(2), Vec::new()).unwrap();
    let place = Place1::S3 {
        endpoint,
        region: "us-east-1".to_owned(),
        bucket: "evidence".to_owned(),
        key: "test".to_owned(),
        secret: "test".to_owned(),
    };
    let files = Files::open(&place, None, 64 * 1024 * 1024).unwrap();
    files.ready().await.unwrap();
    let served = Served::over(world, identity, files, wide(), clock, folder).await;
    let story = served.world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm", entry, set).await.unwrap();
    let who = served.world.cast.applicant.clone();
    // Larger than one part of the store, so that it is put together there.
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..20_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    let (status, begun) =
        served.post(&who, &format!("/dossiers/{dossier}/uploads"), &json!({ "name": "lớn.pdf", "size": bytes.len() })).await;
    assert_eq!(status, 201, "{begun}");
    let href = begun["href"].as_str().unwrap();
    let half = bytes.len() / 2;
    for (offset, part) in [(0, &bytes[..half]), (half, &bytes[half..])] {
        let request = served.by(&who, Method::PATCH, href).await.header("upload-offset", offset).body(part.to_vec());
        let (status, value) = answer(request).await;
        assert!(status == 200 || status == 201, "{value}");
    }
    let sha = ndp_domain::canonical::Hash::of(&bytes).to_string();
    let response = served.by(&who, Method::GET, &format!("/dossiers/{dossier}/files/{sha}")).await.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.unwrap().as_ref() == bytes.as_slice());
    moto.kill().await.unwrap();
    // The store is away: said so, and the server lives.
    let response = served.by(&who, Method::GET, &format!("/dossiers/{dossier}/files/{sha}")).await.send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(served.anyone(Method::GET, "/health/live").send().await.unwrap().status(), 200);
}

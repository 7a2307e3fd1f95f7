//! Tokens that are nobody's: wrong algorithm, wrong key, out of time, for others, with a path for a kid;
//! and tokens for programs that reach no further than they should.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use ed25519_dalek::{Signer, SigningKey};
use ndp_tests::served::{Served, answer};
use reqwest::Method;
use serde_json::{Value, json};

fn signed(header: &Value, claims: &Value, key: &SigningKey) -> String {
    let text = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let signature = key.sign(text.as_bytes());
    format!("{text}.{}", B64.encode(signature.to_bytes()))
}

fn parts(token: &str) -> (Value, Value) {
    let mut split = token.split('.');
    let mut next = || serde_json::from_slice(&B64.decode(split.next().unwrap()).unwrap()).unwrap();
    (next(), next())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_token_is_nobodys_whatever_it_claims() {
    let served = Served::new().await;
    let token = served.token(&served.world.cast.administrator).await;
    let (header, claims) = parts(&token);
    let ours = SigningKey::from_bytes(&[1; 32]);
    let theirs = SigningKey::from_bytes(&[9; 32]);
    let with = |base: &Value, name: &str, value: Value| {
        let mut changed = base.clone();
        changed[name] = value;
        changed
    };
    let without = |base: &Value, name: &str| {
        let mut changed = base.clone();
        changed.as_object_mut().unwrap().remove(name);
        changed
    };
    assert_eq!(
        answer(served.anyone(Method::GET, "/me").bearer_auth(signed(&header, &claims, &ours))).await.0,
        200,
        "the forger's tools work"
    );
    let public = B64.encode(ours.verifying_key().as_bytes());
    let hs256 = {
        use hmac::{Hmac, KeyInit, Mac};
        let text = format!("{}.{}", B64.encode(with(&header, "alg", json!("HS256")).to_string()), B64.encode(claims.to_string()));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(ours.verifying_key().as_bytes()).unwrap();
        mac.update(text.as_bytes());
        format!("{text}.{}", B64.encode(mac.finalize().into_bytes()))
    };
    let none = format!("{}.{}.", B64.encode(with(&header, "alg", json!("none")).to_string()), B64.encode(claims.to_string()));
    let unsigned = format!("{}.{}.", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let mut changed: Vec<char> = token.chars().collect();
    let middle = token.find('.').unwrap() + 10;
    changed[middle] = if changed[middle] == 'A' { 'B' } else { 'A' };
    let forged = [
        ("alg none", none),
        ("no signature", unsigned),
        ("the public key as a secret", hs256),
        ("another key", signed(&header, &claims, &theirs)),
        (
            "a key of its own in the header",
            signed(
                &with(&header, "jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": B64.encode(theirs.verifying_key().as_bytes()) })),
                &claims,
                &theirs,
            ),
        ),
        ("an unknown kid", signed(&with(&header, "kid", json!("deadbeef")), &claims, &ours)),
        ("a path for a kid", signed(&with(&header, "kid", json!("../../keys/token.key")), &claims, &ours)),
        ("a query for a kid", signed(&with(&header, "kid", json!("' OR 1=1 --")), &claims, &ours)),
        ("no kid", signed(&without(&header, "kid"), &claims, &ours)),
        ("another kind of token", signed(&with(&header, "typ", json!("JWT")), &claims, &ours)),
        ("for others", signed(&header, &with(&claims, "aud", json!("other-api")), &ours)),
        ("for nobody", signed(&header, &without(&claims, "aud"), &ours)),
        ("from others", signed(&header, &with(&claims, "iss", json!("evil")), &ours)),
        ("without an end", signed(&header, &without(&claims, "exp"), &ours)),
        ("for no account", signed(&header, &with(&claims, "sub", json!("acc_01900000000070008000000000000999")), &ours)),
        ("one letter changed", changed.into_iter().collect()),
        ("public key as text", public),
        ("empty", String::new()),
        ("far too long", "a".repeat(100_000)),
    ];
    for (what, token) in forged {
        let response = served.anyone(Method::GET, "/me").bearer_auth(&token).send().await;
        let status = response.map_or(431, |r| r.status().as_u16());
        assert!(status == 401 || status == 431, "{what}: {status}");
    }
    assert_eq!(answer(served.anyone(Method::GET, "/me").header("authorization", format!("Basic {token}"))).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_its_time_and_a_new_key_goes_beside_the_old() {
    use ndp_identity::keyring::KeyRing;
    use ndp_identity::token::AccessTokens;
    let served = Served::new().await;
    let who = &served.world.cast.managing.officer;
    let token = served.token(who).await;
    let me = |token: String| answer(served.anyone(Method::GET, "/me").bearer_auth(token));
    assert_eq!(me(token.clone()).await.0, 200);
    served.identity_clock.set(served.identity_clock.now() + chrono::TimeDelta::minutes(11));
    let (status, said) = me(token).await;
    assert_eq!((status, said["code"].as_str()), (401, Some("identity.token_expired")));
    // Rotation: the new key first, the old one still opens.
    let old = AccessTokens::new(&KeyRing::new(&[[1; 32]]).unwrap(), "test");
    let both = AccessTokens::new(&KeyRing::new(&[[7; 32], [1; 32]]).unwrap(), "test");
    let new_only = AccessTokens::new(&KeyRing::new(&[[7; 32]]).unwrap(), "test");
    let caller = ndp_identity::Caller {
        account: who.account,
        session: uuid::Uuid::now_v7(),
        second_factor: false,
        since: 0,
        until: 2_000,
        service: None,
    };
    let before = old.issue(&caller, 1_000).unwrap();
    let after = both.issue(&caller, 1_000).unwrap();
    assert!(both.verify(&before, 1_000).is_ok() && both.verify(&after, 1_000).is_ok());
    assert!(new_only.verify(&after, 1_000).is_ok() && new_only.verify(&before, 1_000).is_err());
    assert!(both.verify(&after, 2_000).is_err(), "kept tokens end in time as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_a_program_reaches_one_dossier_and_one_act_and_ends() {
    let served = Served::new().await;
    let story = served.story();
    let cast = &served.world.cast;
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let other = story.list_entry("Nền tảng khác", 1).await.unwrap();
    let issue = |scopes: Value, days: u32| json!({ "name": "chương trình", "scopes": scopes, "days": days });
    let officer = &cast.managing.officer;
    let (status, made) = served.post(officer, "/me/service-tokens", &issue(json!([format!("act:{other}/L10")]), 30)).await;
    assert_eq!(status, 201, "{made}");
    let token = made["token"].as_str().unwrap().to_owned();
    let get = |path: String| answer(served.anyone(Method::GET, &path).bearer_auth(&token));
    assert_eq!(get(format!("/list-entries/{other}")).await.0, 200);
    let (status, said) = get(format!("/list-entries/{entry}")).await;
    assert_eq!((status, said["code"].as_str()), (403, Some("identity.scope_too_narrow")));
    for path in ["/list-entries", "/tasks", "/feed", "/counts", "/webhooks", "/me/service-tokens", "/sign-ins"] {
        assert_eq!(get(path.to_owned()).await.0, 403, "{path}");
    }
    let post = |path: String, body: Value| answer(served.anyone(Method::POST, &path).bearer_auth(&token).json(&body));
    assert_eq!(post("/list-entries".to_owned(), json!({})).await.0, 403);
    assert_eq!(post("/me/service-tokens".to_owned(), issue(json!(["read"]), 1)).await.0, 403);
    assert_eq!(post(format!("/list-entries/{other}/withdrawals?dry_run=true"), json!({ "reason": "thử" })).await.0, 200);
    assert_eq!(served.post(officer, "/me/service-tokens", &issue(json!(["write"]), 1)).await.1["code"], "identity.scope_unknown");
    assert_eq!(served.post(officer, "/me/service-tokens", &issue(json!(["read"]), 400)).await.1["code"], "identity.lifetime_wrong");
    // It ends with its time, and at once when it is ended.
    let id = made["id"].as_str().unwrap().to_owned();
    let (status, _) = answer(served.by(officer, Method::DELETE, &format!("/me/service-tokens/{id}")).await).await;
    assert_eq!(status, 204);
    assert_eq!(get(format!("/list-entries/{other}")).await.0, 401);
    let (_, short) = served.post(officer, "/me/service-tokens", &issue(json!(["read"]), 1)).await;
    served.identity_clock.set(served.identity_clock.now() + chrono::TimeDelta::days(1));
    assert_eq!(answer(served.anyone(Method::GET, "/me").bearer_auth(short["token"].as_str().unwrap())).await.0, 401);
}

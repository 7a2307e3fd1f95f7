//! Signing in, going on, being locked out, coming back by letter, second factors.

use ndp_identity::totp;
use ndp_tests::World;
use ndp_tests::served::{PASSWORD, Served, answer, email_of, policy, wide};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Instant;

async fn sign_in(served: &Served, email: &str, password: &str, code: Option<&str>) -> (u16, Value) {
    answer(served.anyone(Method::POST, "/sign-ins").json(&json!({ "email": email, "password": password, "code": code }))).await
}

async fn letter(served: &Served, to: &str) -> String {
    let worker = served.worker(None);
    while worker.turn().await.unwrap() {}
    let mut found = Vec::new();
    for file in std::fs::read_dir(served.mail_folder()).unwrap() {
        let file = file.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let receiver = parsed.to().unwrap().first().unwrap().address().unwrap().to_owned();
        if receiver == to {
            found.push((std::fs::metadata(&file).unwrap().modified().unwrap(), parsed.body_text(0).unwrap().into_owned()));
        }
    }
    found.sort();
    found.pop().unwrap_or_else(|| panic!("no letter for {to}")).1
}

fn secret(letter: &str) -> String {
    letter.split('#').nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_goes_on_and_signs_out_everywhere() {
    let served = Served::new().await;
    let who = &served.world.cast.managing.officer;
    let (status, first) = sign_in(&served, &email_of(who), PASSWORD, None).await;
    assert_eq!(status, 201);
    assert_eq!(first["duties"][0]["duty"], "MA-O");
    let refresh = |token: &str| answer(served.anyone(Method::POST, "/sign-ins/refreshes").json(&json!({ "refresh_token": token })));
    let (status, second) = refresh(first["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, 201);
    let me = |token: &Value| answer(served.anyone(Method::GET, "/me").bearer_auth(token.as_str().unwrap()));
    assert_eq!(me(&second["access_token"]).await.0, 200);
    // The first refresh token again: somebody has a copy, so nobody goes on.
    let (status, reused) = refresh(first["refresh_token"].as_str().unwrap()).await;
    assert_eq!((status, reused["code"].as_str()), (401, Some("identity.token_reused")));
    assert_eq!(me(&second["access_token"]).await.0, 401);
    assert_eq!(refresh(second["refresh_token"].as_str().unwrap()).await.0, 401);
    // Two sessions, one sign-out everywhere.
    let (_, one) = sign_in(&served, &email_of(who), PASSWORD, None).await;
    let (_, two) = sign_in(&served, &email_of(who), PASSWORD, None).await;
    let (status, _) = answer(served.anyone(Method::DELETE, "/sign-ins").bearer_auth(one["access_token"].as_str().unwrap())).await;
    assert_eq!(status, 204);
    assert_eq!((me(&one["access_token"]).await.0, me(&two["access_token"]).await.0), (401, 401));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_locked_after_failures_whether_somebody_has_it_or_not() {
    let served = Served::new().await;
    let known = email_of(&served.world.cast.managing.officer);
    for email in [known.as_str(), "nobody@t.example"] {
        for _ in 0..5 {
            let (status, said) = sign_in(&served, email, "không phải mật khẩu này", None).await;
            assert_eq!((status, said["code"].as_str()), (401, Some("identity.wrong_credentials")));
        }
        let (status, said) = sign_in(&served, email, PASSWORD, None).await;
        assert_eq!((status, said["code"].as_str()), (429, Some("identity.locked")), "{email}");
    }
    served.identity_clock.set(served.identity_clock.now() + chrono::TimeDelta::seconds(31));
    assert_eq!(sign_in(&served, &known, PASSWORD, None).await.0, 201);
    assert_eq!(sign_in(&served, "nobody@t.example", PASSWORD, None).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_costs_as_much_work_as_a_known_one() {
    let served = Served::new().await;
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..4 {
        let names = [email_of(&served.world.cast.others[round]), format!("nobody{round}@t.example")];
        for (kind, name) in names.iter().enumerate() {
            let from = Instant::now();
            sign_in(&served, name, "không phải mật khẩu này", None).await;
            times[kind].push(from.elapsed().as_secs_f64());
        }
    }
    let least = |all: &[f64]| all.iter().copied().fold(f64::MAX, f64::min);
    // Argon2 is by far the largest part; without it the answer would come a hundred times sooner.
    assert!(least(&times[1]) > least(&times[0]) / 3.0, "{times:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_person_sets_a_password_by_letter_and_works_in_their_duty() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let held = json!({ "duty": "MA-O", "org": cast.managing.org, "unit": "cuc-moi", "from": served.world.story().today(), "to": null, "form": null });
    let body = json!({ "email": "Nguoi.Moi@t.example", "name": "Người Mới", "lang": "vi", "duties": [held] });
    let (status, denied) = served.post(&cast.managing.officer, "/invitations", &body).await;
    assert_eq!((status, denied["code"].as_str()), (403, Some("authority.duty_of_another_act")));
    let (status, made) = served.post(&cast.administrator, "/invitations", &body).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(served.post(&cast.administrator, "/invitations", &body).await.0, 409);
    let text = letter(&served, "nguoi.moi@t.example").await;
    assert!(text.contains("Kính gửi Người Mới"), "{text}");
    let token = secret(&text);
    let accept = |password: &str| {
        answer(served.anyone(Method::POST, "/invitations/acceptances").json(&json!({ "token": token, "password": password })))
    };
    assert_eq!(accept("ngắn").await.1["code"], "identity.password_too_short");
    assert_eq!(accept("một hai ba bốn năm").await.0, 204);
    assert_eq!(accept("sáu bảy tám chín mười").await.1["code"], "identity.letter_invalid");
    let (status, signed_in) = sign_in(&served, "nguoi.moi@t.example", "một hai ba bốn năm", None).await;
    assert_eq!((status, signed_in["duties"][0]["duty"].as_str()), (201, Some("MA-O")));
    let token = signed_in["access_token"].as_str().unwrap().to_owned();
    let (status, _) = answer(served.anyone(Method::GET, "/tasks").bearer_auth(&token)).await;
    assert_eq!(status, 200);
    // Suspended, the token is good for nothing at once.
    let account = made["account"].as_str().unwrap();
    let (status, _) = served.post(&cast.administrator, &format!("/accounts/{account}/suspensions"), &json!({ "reason": "nghỉ" })).await;
    assert_eq!(status, 200);
    let (status, said) = answer(served.anyone(Method::GET, "/tasks").bearer_auth(&token)).await;
    assert_eq!((status, said["code"].as_str()), (403, Some("authority.account_suspended")));
    assert_eq!(sign_in(&served, "nguoi.moi@t.example", "một hai ba bốn năm", None).await.0, 403);
    let (status, _) = served.post(&cast.administrator, &format!("/accounts/{account}/reinstatements"), &json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(answer(served.anyone(Method::GET, "/tasks").bearer_auth(&token)).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_by_letter_ends_all_sessions_and_nobody_learns_who_exists() {
    let served = Served::new().await;
    let who = &served.world.cast.managing.officer;
    let (_, session) = sign_in(&served, &email_of(who), PASSWORD, None).await;
    let ask = |email: &str| answer(served.anyone(Method::POST, "/password-resets").json(&json!({ "email": email })));
    let known = ask(&email_of(who)).await;
    assert_eq!(known, ask("nobody@t.example").await);
    assert_eq!(known.0, 202);
    let token = secret(&letter(&served, &email_of(who)).await);
    let mails = std::fs::read_dir(served.mail_folder()).unwrap().count();
    assert_eq!(mails, 1, "nobody's address gets no letter");
    let body = json!({ "token": token, "password": "trâu ơi ta bảo trâu này" });
    assert_eq!(answer(served.anyone(Method::POST, "/password-resets/acceptances").json(&body)).await.0, 204);
    assert_eq!(answer(served.anyone(Method::GET, "/me").bearer_auth(session["access_token"].as_str().unwrap())).await.0, 401);
    assert_eq!(sign_in(&served, &email_of(who), PASSWORD, None).await.0, 401);
    assert_eq!(sign_in(&served, &email_of(who), "trâu ơi ta bảo trâu này", None).await.0, 201);
    // The letter that is gone leaves no secret in the database.
    let raw = served.world.db.raw().await;
    let rows = sea_orm::ConnectionTrait::query_all_raw(
        &raw,
        sea_orm::Statement::from_string(
            sea_orm::ConnectionTrait::get_database_backend(&raw),
            "SELECT payload FROM outbox WHERE topic = 'mail' AND done_at IS NOT NULL",
        ),
    )
    .await
    .unwrap();
    assert!(rows.iter().all(|r| !r.try_get::<String>("", "payload").unwrap().contains(&token)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_each_code_counts_once_and_a_duty_may_require_it() {
    let mut demanding = policy();
    demanding.second_factor.insert("MA-S".to_owned());
    let mut settings = wide();
    settings.second_factor.insert("MA-S".to_owned());
    let served = Served::with(World::new().await, settings, demanding).await;
    let who = &served.world.cast.managing.signer;
    let (status, said) = served.get(who, "/tasks").await;
    assert_eq!((status, said["code"].as_str()), (403, Some("identity.second_factor_required")));
    let (_, session) = sign_in(&served, &email_of(who), PASSWORD, None).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let (status, offered) = answer(served.anyone(Method::POST, "/me/second-factor").bearer_auth(&token)).await;
    assert_eq!(status, 201);
    let url = offered["otpauth"].as_str().unwrap();
    let secret = url.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let secret = base32(secret);
    let now = || served.identity_clock.now().timestamp().unsigned_abs();
    let code = || totp::code_at(&secret, now()).unwrap();
    let confirm = |code: String| {
        answer(served.anyone(Method::POST, "/me/second-factor/confirmations").bearer_auth(&token).json(&json!({ "code": code })))
    };
    assert_eq!(confirm("000000".to_owned()).await.1["code"], "identity.second_factor_wrong");
    let (status, confirmed) = confirm(code()).await;
    assert_eq!((status, confirmed["second_factor"].as_bool()), (201, Some(true)));
    let tasks = |token: &str| answer(served.anyone(Method::GET, "/tasks").bearer_auth(token));
    assert_eq!(tasks(confirmed["access_token"].as_str().unwrap()).await.0, 200);
    assert_eq!(sign_in(&served, &email_of(who), PASSWORD, None).await.1["code"], "identity.second_factor_needed");
    // The code that confirmed it was taken.
    assert_eq!(sign_in(&served, &email_of(who), PASSWORD, Some(&code())).await.1["code"], "identity.second_factor_wrong");
    served.identity_clock.set(served.identity_clock.now() + chrono::TimeDelta::seconds(60));
    let (status, again) = sign_in(&served, &email_of(who), PASSWORD, Some(&code())).await;
    assert_eq!(status, 201);
    assert_eq!(tasks(again["access_token"].as_str().unwrap()).await.0, 200);
    let recovery = offered["recovery_codes"][0].as_str().unwrap();
    assert_eq!(sign_in(&served, &email_of(who), PASSWORD, Some(recovery)).await.0, 201);
    assert_eq!(sign_in(&served, &email_of(who), PASSWORD, Some(recovery)).await.0, 401);
}

fn base32(text: &str) -> Vec<u8> {
    let mut bits = String::new();
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            _ => c - b'2' + 26,
        };
        bits.push_str(&format!("{value:05b}"));
    }
    bits.as_bytes().chunks_exact(8).map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_finds_people_by_name_and_invites_once_more() {
    let served = Served::new().await;
    let admin = &served.world.cast.administrator;
    let typed = [
        ("name", "Nguyễn Thử Nghiệm"),
        ("email", "thu.nghiem@t.example"),
        ("/held/duty", "MA-O"),
        ("/held/org", &served.world.cast.managing.org.to_string()),
        ("/held/from", &served.world.story().today().to_string()),
        ("_do", "send"),
    ];
    let wrong: Vec<(&str, &str)> = typed.iter().map(|(n, v)| (*n, if *n == "name" { "" } else { *v })).collect();
    let (status, html) = served.send_form(admin, "/quan-tri/moi", &wrong).await;
    assert!(status == 422 && html.contains("href=\"#f-person-name\"") && html.contains("Nhập họ và tên"), "{html}");
    let (status, place) = served.send_form(admin, "/quan-tri/moi", &typed).await;
    assert!(status == 303 && place.ends_with("?xong=invited"), "{status} {place}");
    // Without diacritics, in part, by the address; and not by what is somebody else's.
    for (words, there) in [("nguyen thu", true), ("THU.NGHIEM@", true), ("thử nghiệm", true), ("tran thu", false)] {
        let (_, html) = served.page(Some(admin), &format!("/quan-tri?tim={}", words.replace(' ', "+").replace('@', "%40"))).await;
        assert_eq!(html.contains("Nguyễn Thử Nghiệm"), there, "{words}: {html}");
    }
    let account = place.split('?').next().unwrap();
    let (_, html) = served.page(Some(admin), account).await;
    assert!(html.contains("Đã mời, chưa đăng nhập") && html.contains("/thu-moi"), "{html}");
    let first = letter(&served, "thu.nghiem@t.example").await;
    let (status, _) = served.send_form(admin, &format!("{account}/thu-moi"), &[]).await;
    assert_eq!(status, 303);
    assert_ne!(letter(&served, "thu.nghiem@t.example").await, first, "a letter of its own");
    // The offered duties are those that can be given: none of a council.
    let (_, html) = served.page(Some(admin), "/quan-tri/moi").await;
    assert!(html.contains("value=\"MA-O\"") && !html.contains("value=\"CH\"") && !html.contains("value=\"PUB\""), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_suspends_somebody_types_their_name() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let account = ndp_domain::id::Id::from(cast.managing.officer.account);
    let place = format!("/nguoi-dung/{account}/suspensions");
    let (_, html) = served.page(Some(&cast.administrator), &place).await;
    let name =
        html.split("gõ họ tên: ").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_else(|| panic!("{html}")).trim().to_owned();
    for typed in ["", "Một người khác"] {
        let (status, html) = served.send_form(&cast.administrator, &place, &[("/reason", "Nghỉ việc"), ("_name", typed)]).await;
        assert!(status == 422 && html.contains("Nghỉ việc") && html.contains("khác “"), "nothing typed is lost: {status} {html}");
    }
    let (status, to) = served.send_form(&cast.administrator, &place, &[("/reason", "Nghỉ việc"), ("_name", &name.to_uppercase())]).await;
    assert_eq!(status, 303, "{to}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_whose_place_stands_on_one_page_with_the_paper_that_says_so() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let account = ndp_domain::id::Id::from(cast.managing.officer.account);
    let org = ndp_domain::id::Id::from(cast.managing.org).to_string();
    let fields = [
        ("/held/duty", "MA-S"),
        ("/held/org", org.as_str()),
        ("/held/from", "02/03/2026"),
        ("/held/to", "31/12/2099"),
        ("/held/form", "by_order"),
        ("/held/basis", "Quyết định 15/QĐ-BTC ngày 01/03/2026"),
    ];
    let (status, to) = served.send_form(&cast.administrator, &format!("/nguoi-dung/{account}/duties"), &fields).await;
    assert_eq!(status, 303, "{to}");
    let (_, html) = served.page(Some(&cast.administrator), "/quan-tri/uy-quyen").await;
    let row = html.split("<tr>").find(|row| row.contains("15/QĐ-BTC")).unwrap_or_else(|| panic!("{html}"));
    assert!(row.contains(&account.to_string()) && row.contains("Thừa lệnh") && row.contains("31/12/2099"), "{row}");
    assert_eq!(served.page(Some(&cast.managing.signer), "/quan-tri/uy-quyen").await.0, 403);
}

//! What a server refuses to start with, what `config check` reports, and the first administrator.

use ndp_store::{Place, Store};
use ndp_tests::process::binary;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn run(args: &[&str], environment: &BTreeMap<String, String>) -> (i32, String, String) {
    let done = Command::new(binary("ndp")).args(args).envs(environment).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

fn key(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn serve_names_every_key_that_is_missing_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let (code, _, said) = run(&["serve", "--lang", "en", "--data", &data], &BTreeMap::new());
    assert_eq!(code, 2);
    for key in ["server.base", "tokens.keys", "vault.keys", "seal.key"] {
        assert!(said.contains(key), "{key} is not named: {said}");
    }
    let (code, out, _) = run(
        &["config", "check", "--json", "--data", &data],
        &BTreeMap::from([
            ("NDP_SERVER__TIMEOUT".to_owned(), "0".to_owned()),
            ("NDP_MAIL__TLS".to_owned(), "perhaps".to_owned()),
            ("NDP_SIGN_IN__SECOND_FACTOR".to_owned(), "MA-S,MINISTER".to_owned()),
        ]),
    );
    assert_eq!(code, 1);
    let value: Value = serde_json::from_str(&out).unwrap();
    let keys: Vec<&str> = value["findings"].as_array().unwrap().iter().map(|f| f["key"].as_str().unwrap()).collect();
    for key in ["server.timeout", "mail.tls", "sign_in.second_factor", "server.base", "tokens.keys", "database"] {
        assert!(keys.contains(&key), "{key}: {keys:?}");
    }
}

#[test]
fn serve_refuses_the_secrets_and_the_data_of_a_demonstration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::write(folder.path().join("demo.json"), "{}").unwrap();
    let secret = "ab".repeat(32);
    let environment = BTreeMap::from([
        ("NDP_SERVER__BASE".to_owned(), "https://ndp.example.vn".to_owned()),
        ("NDP_TOKENS__KEYS".to_owned(), key(&folder.path().join("keys"), "token.key", &secret)),
        ("NDP_VAULT__KEYS".to_owned(), key(&folder.path().join("keys"), "vault.key", &secret)),
        ("NDP_SEAL__KEY".to_owned(), key(folder.path(), "short.key", "abcd")),
        ("NDP_DATA".to_owned(), folder.path().display().to_string()),
    ]);
    let (code, _, said) = run(&["serve", "--lang", "en"], &environment);
    assert_eq!(code, 2);
    assert!(
        said.contains("tokens.keys: this is a key of a demonstration")
            && said.contains("vault.keys: this is a key")
            && said.contains("seal.key")
            && said.contains("data: this folder holds a demonstration"),
        "{said}"
    );
    assert!(!said.contains(&secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unmigrated_database_is_refused_and_the_first_administrator_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::embedded(&folder.path().join("ndp.sqlite"), true);
    let keys = tempfile::tempdir().unwrap();
    let environment = BTreeMap::from([
        ("NDP_SERVER__BASE".to_owned(), "https://ndp.example.vn".to_owned()),
        ("NDP_TOKENS__KEYS".to_owned(), key(keys.path(), "t", &"01".repeat(32))),
        ("NDP_VAULT__KEYS".to_owned(), key(keys.path(), "v", &"02".repeat(32))),
        ("NDP_SEAL__KEY".to_owned(), key(keys.path(), "s", &"17".repeat(32))),
        ("NDP_DATA".to_owned(), folder.path().display().to_string()),
    ]);
    std::fs::write(folder.path().join("ndp.sqlite"), "").unwrap();
    let (code, _, said) = run(&["serve", "--lang", "en", "--listen", "127.0.0.1:0"], &environment);
    assert_eq!((code, said.contains("ndp migrate")), (2, true), "{said}");
    assert_eq!(run(&["migrate"], &environment).0, 0);
    // Organisations are loaded by the installation.
    let engine = ndp_engine::Engine::open(Store::open(&place).await.unwrap(), ndp_engine::Clock::System).await.unwrap();
    let sources = ndp_engine::reference::Sources::read(None).unwrap();
    engine.install(&sources, &ndp_engine::reference::parse(&sources).unwrap()).await.unwrap();
    engine.store.close().await.unwrap();
    let user = |email: &str| {
        run(&["user", "--lang", "en", "--json", "--email", email, "--name", "Quản trị", "--organisation", "BKHCN"], &environment)
    };
    let (code, out, said) = user("quantri@example.vn");
    assert_eq!(code, 0, "{said}");
    let value: Value = serde_json::from_str(&out).unwrap();
    assert!(value["account"].as_str().unwrap().starts_with("acc_") && value["invitation"].as_str().unwrap().len() > 30);
    let (code, _, said) = user("khac@example.vn");
    assert_eq!((code, said.contains("administrator already")), (2, true), "{said}");
    let (code, out, said) = run(&["config", "check", "--lang", "en"], &environment);
    assert_eq!(code, 0, "{out}{said}");
}

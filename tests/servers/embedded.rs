//! The embedded database when the disk is full or may only be read, and a second server beside the
//! first.

use crate::{Load, records};
use ndp_store::{Place, Store};
use ndp_tests::process::{Prepared, binary, started};
use ndp_tests::served::duty_header;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Arc, RwLock};

async fn prepared() -> Prepared {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::embedded(&folder.keep().join("ndp.sqlite"), true);
    Store::migrate(&place).await.unwrap();
    Prepared::on(place).await
}

fn data(p: &Prepared) -> String {
    p.environment["NDP_DATA"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_clearly_nothing_is_half_written_and_reading_goes_on() {
    let prepared = prepared().await;
    let who = prepared.cast.managing.officer.clone();
    let token = prepared.token_of(&who).await;
    // No file may grow beyond this: to the database a full disk. The signal is ignored, as on a server.
    let size = std::fs::metadata(format!("{}/ndp.sqlite", data(&prepared))).unwrap().len();
    let blocks = size / 1024 + 400;
    let mut command = Command::new("bash");
    command.args([
        "-c",
        &format!("trap '' XFSZ; ulimit -f {blocks}; exec {} serve --json --no-worker --listen 127.0.0.1:0", binary("ndp").display()),
    ]);
    let (mut server, base) = started(command, &prepared.environment);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut acknowledged = Vec::new();
    let mut refused = None;
    for n in 0..20_000 {
        let body = json!({ "regulation": ndp_cli::demo::REGULATION, "managing": who.org, "unit": ndp_cli::demo::cast::UNIT, "title": format!("Nền tảng {n} {}", "dài ".repeat(60)) });
        let response = client
            .post(format!("{base}/api/v1/list-entries"))
            .bearer_auth(&token)
            .header("ndp-duty", duty_header(&who.actor()))
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let value: Value = response.json().await.unwrap();
        if status == 201 {
            acknowledged.push((value["record"].as_str().unwrap().to_owned(), 1));
        } else {
            refused = Some((status, value));
            break;
        }
    }
    let (status, value) = refused.expect("the disk is full at some time");
    assert_eq!((status, value["code"].as_str()), (503, Some("fault")), "{value}");
    assert!(value["detail"].as_str().unwrap().contains("đĩa đầy"), "{value}");
    let read = client
        .get(format!("{base}/api/v1/list-entries?limit=5"))
        .bearer_auth(&token)
        .header("ndp-duty", duty_header(&who.actor()))
        .send()
        .await
        .unwrap();
    assert_eq!(read.status(), 200, "what is there can be read");
    server.kill().unwrap();
    let _ = server.wait();
    assert!(!acknowledged.is_empty());
    // With room again it goes on where it was.
    let (mut server, base) = prepared.serve(&["--no-worker"]);
    let load = Load::start(Arc::new(RwLock::new(vec![base])), &token, &who, 2);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let more = load.stop().await;
    assert!(!more.is_empty());
    Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(server.wait().unwrap().success());
    acknowledged.extend(records(&more));
    prepared.nothing_lost(&acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_may_only_be_read_is_refused_at_the_start_with_the_reason() {
    let prepared = prepared().await;
    let file = format!("{}/ndp.sqlite", data(&prepared));
    let before = std::fs::read(&file).unwrap();
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let folder = data(&prepared);
    let chmod = |mode: &str| assert!(Command::new("chmod").args(["-R", mode, &folder]).status().unwrap().success());
    chmod("a-w,a+rX");
    // Root may write everywhere: then as somebody who may not, with a copy of the binary within reach.
    let mut command = if root {
        let reachable = tempfile::tempdir().unwrap().keep();
        std::fs::copy(binary("ndp"), reachable.join("ndp")).unwrap();
        for path in [reachable.display().to_string(), prepared.folder.path().display().to_string()] {
            assert!(Command::new("chmod").args(["-R", "a+rX", &path]).status().unwrap().success());
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "nobody", "--", &reachable.join("ndp").display().to_string()]);
        command
    } else {
        Command::new(binary("ndp"))
    };
    let done = command.args(["serve", "--lang", "en", "--listen", "127.0.0.1:0"]).envs(&prepared.environment).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.to_lowercase().contains("permission denied"), "{said}");
    chmod("u+w");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_one_embedded_database_is_refused() {
    let prepared = prepared().await;
    let (mut first, _) = prepared.serve(&["--no-worker"]);
    let done = Command::new(binary("ndp"))
        .args(["serve", "--lang", "en", "--listen", "127.0.0.1:0"])
        .envs(&prepared.environment)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("Another process"), "{}", String::from_utf8_lossy(&done.stderr));
    first.kill().unwrap();
    let _ = first.wait();
}

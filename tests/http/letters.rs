//! Letters over real SMTP: one for each person, in their language, tried again, never lost.

use ndp_delivery::{Mailer, Smtp, Tls};
use ndp_tests::served::{Served, email_of};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// How a mail server misbehaves, connection by connection; the last way stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Well,
    /// Takes no connection: hangs up at once.
    Down,
    /// Refuses this once, for now.
    Later,
    /// Goes away in the middle of the message.
    Drops,
    /// Says nothing.
    Silent,
    /// Refuses one receiver for good.
    RefusesReceiver,
}

#[derive(Debug, Clone)]
struct Received {
    to: String,
    data: String,
}

async fn server(ways: Vec<Way>) -> (u16, Arc<Mutex<Vec<Received>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let received: Arc<Mutex<Vec<Received>>> = Arc::default();
    let noted = received.clone();
    tokio::spawn(async move {
        let mut n = 0;
        while let Ok((stream, _)) = listener.accept().await {
            let way = *ways.get(n).or(ways.last()).unwrap();
            n += 1;
            let noted = noted.clone();
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                if way == Way::Down {
                    return;
                }
                if way == Way::Silent {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    return;
                }
                let _ = write.write_all(b"220 test\r\n").await;
                let mut to = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
                    let said = match verb.as_str() {
                        "EHLO" | "HELO" => "250 test".to_owned(),
                        "MAIL" if way == Way::Later => "451 try later".to_owned(),
                        "RCPT" if way == Way::RefusesReceiver => "550 no such user".to_owned(),
                        "RCPT" => {
                            to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                            "250 ok".to_owned()
                        }
                        "DATA" => {
                            let _ = write.write_all(b"354 go\r\n").await;
                            let mut data = String::new();
                            while let Ok(Some(line)) = lines.next_line().await {
                                if line == "." {
                                    break;
                                }
                                data.push_str(&line);
                                data.push_str("\r\n");
                                if way == Way::Drops && data.len() > 100 {
                                    return;
                                }
                            }
                            noted.lock().unwrap().push(Received { to: to.clone(), data });
                            "250 taken".to_owned()
                        }
                        "QUIT" => {
                            let _ = write.write_all(b"221 bye\r\n").await;
                            return;
                        }
                        _ => "250 ok".to_owned(),
                    };
                    let _ = write.write_all(format!("{said}\r\n").as_bytes()).await;
                }
            });
        }
    });
    (port, received)
}

fn mailer(port: u16) -> Mailer {
    let smtp = Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        user: None,
        authority: None,
        from: "NDP <ndp@t.example>".to_owned(),
        timeout: Duration::from_millis(800),
    };
    Mailer::smtp(&smtp).unwrap()
}

/// Works until nothing is left, or the patience ends.
async fn work(served: &Served, mailer: Mailer, turns: usize) {
    let worker = served.worker(Some(mailer));
    for _ in 0..turns {
        worker.turn().await.unwrap();
        if served.world.engine.store.waiting().await.unwrap().messages == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_new_task_is_told_each_in_their_language_and_nobody_else() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    served.world.engine.store.let_go(ndp_engine::Clock::System.now()).await.unwrap();
    served.app.identity.store.set_language(cast.keeper.records.account, "en").await.unwrap();
    served.world.story().list_entry("Nền tảng thử", 2).await.unwrap();
    let story = served.world.story().numbered_from(100);
    let submit = story.proposal("Nền tảng khác");
    let draft = story.list_entry("Nền tảng khác", 1).await.unwrap();
    story.paper(&cast.managing, "Đề xuất", vec![(draft.into(), submit.into())], ndp_cli::demo::story::Until::Checked).await.unwrap();
    let (port, received) = server(vec![Way::Well]).await;
    work(&served, mailer(port), 50).await;
    let received = received.lock().unwrap().clone();
    let of = |email: String| received.iter().filter(|r| r.to == email).collect::<Vec<_>>();
    let told = of(email_of(&cast.keeper.records));
    let last = told.last().unwrap_or_else(|| panic!("{received:?}"));
    let parsed = mail_parser::MessageParser::default().parse(last.data.as_bytes()).unwrap();
    assert_eq!(parsed.subject(), Some("New task: Register the incoming paper"));
    let body = parsed.body_text(0).unwrap().into_owned();
    assert!(body.contains(&format!("{}/viec", served.base)), "{body}");
    assert_eq!(parsed.to().unwrap().as_list().map(|l| l.len()), Some(1), "one message, one receiver");
    let vietnamese = of(email_of(&cast.managing.signer));
    let parsed = mail_parser::MessageParser::default().parse(vietnamese[0].data.as_bytes()).unwrap();
    assert!(parsed.subject().unwrap().starts_with("Việc mới: "));
    for stranger in [&cast.consulted.officer, &cast.applicant, &cast.evaluators[0], &cast.administrator, &cast.others[4]] {
        assert_eq!(of(email_of(stranger)).len(), 0, "{}", stranger.duty.code());
    }
    let ids: std::collections::BTreeSet<String> =
        received.iter().map(|r| r.data.lines().find(|l| l.starts_with("Message-ID")).unwrap().to_owned()).collect();
    assert_eq!(ids.len(), received.len(), "nobody is told twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_letters_about_tasks_gets_none_and_still_those_about_the_account() {
    let served = Served::new().await;
    let (cast, store) = (&served.world.cast, &served.world.engine.store);
    store.let_go(ndp_engine::Clock::System.now()).await.unwrap();
    let records = &cast.keeper.records;
    let (_, html) = served.page(Some(records), "/tai-khoan").await;
    assert!(html.contains("id=\"n-on\" name=\"notices\" value=\"on\" checked"), "{html}");
    let (status, _) = served.send_form(records, "/tai-khoan/ngon-ngu", &[("lang", "vi"), ("notices", "off")]).await;
    assert_eq!(status, 303);
    let (_, html) = served.page(Some(records), "/tai-khoan").await;
    assert!(html.contains("value=\"off\" checked"), "{html}");
    served.world.story().list_entry("Nền tảng thử", 2).await.unwrap();
    served.app.identity.ask_reset(&email_of(records)).await.unwrap();
    let (port, received) = server(vec![Way::Well]).await;
    work(&served, mailer(port), 50).await;
    let subjects = |all: &[Received]| -> Vec<String> {
        let of = all.iter().filter(|r| r.to == email_of(records));
        of.map(|r| mail_parser::MessageParser::default().parse(r.data.as_bytes()).unwrap().subject().unwrap().to_owned()).collect()
    };
    assert_eq!(subjects(&received.lock().unwrap()), ["Đặt lại mật khẩu"]);
    // On again by the API: the next task is told.
    let body = serde_json::json!({ "on": true });
    assert_eq!(ndp_tests::served::answer(served.by(records, reqwest::Method::PUT, "/api/v1/me/notices").await.json(&body)).await.0, 204);
    served.world.story().numbered_from(50).list_entry("Nền tảng sau", 2).await.unwrap();
    work(&served, mailer(port), 50).await;
    assert!(subjects(&received.lock().unwrap()).iter().any(|s| s.starts_with("Việc mới: ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_slow_or_drops_the_line_loses_no_letter() {
    let served = Served::new().await;
    let store = &served.world.engine.store;
    store.let_go(ndp_engine::Clock::System.now()).await.unwrap();
    let who = &served.world.cast.managing.officer;
    served.app.identity.ask_reset(&email_of(who)).await.unwrap();
    let (port, received) = server(vec![Way::Down, Way::Later, Way::Drops, Way::Silent, Way::Well]).await;
    work(&served, mailer(port), 120).await;
    let received = received.lock().unwrap().clone();
    assert_eq!(received.iter().map(|r| r.to.clone()).collect::<Vec<_>>(), [email_of(who)]);
    assert_eq!(store.waiting().await.unwrap().messages, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_refused_for_good_holds_up_nobody_and_is_known() {
    let served = Served::new().await;
    let store = &served.world.engine.store;
    store.let_go(ndp_engine::Clock::System.now()).await.unwrap();
    let cast = &served.world.cast;
    served.app.identity.ask_reset(&email_of(&cast.managing.officer)).await.unwrap();
    let (port, _) = server(vec![Way::RefusesReceiver]).await;
    work(&served, mailer(port), 30).await;
    assert_eq!(store.waiting().await.unwrap().messages, 0);
    served.app.identity.ask_reset(&email_of(&cast.managing.signer)).await.unwrap();
    let (port, received) = server(vec![Way::Well]).await;
    work(&served, mailer(port), 30).await;
    assert_eq!(received.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_with_a_letter_in_hand_leaves_it_to_the_next() {
    let served = Served::new().await;
    let store = &served.world.engine.store;
    store.let_go(ndp_engine::Clock::System.now()).await.unwrap();
    served.app.identity.ask_reset(&email_of(&served.world.cast.managing.officer)).await.unwrap();
    let now = ndp_engine::Clock::System.now();
    // It took the letter and was never heard of again.
    let taken = store.claim(10, now, now + chrono::TimeDelta::milliseconds(300)).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(store.claim(10, now, now + chrono::TimeDelta::seconds(1)).await.unwrap(), vec![], "nobody else takes it meanwhile");
    tokio::time::sleep(Duration::from_millis(350)).await;
    let (port, received) = server(vec![Way::Well]).await;
    work(&served, mailer(port), 30).await;
    assert_eq!(received.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_go_over_tls_to_a_server_with_a_private_authority_and_to_no_other() {
    let Some(folder) = certificates() else { panic!("openssl is needed to make certificates") };
    for tls in [Tls::Implicit, Tls::StartTls] {
        let served = Served::new().await;
        let store = &served.world.engine.store;
        store.let_go(ndp_engine::Clock::System.now()).await.unwrap();
        served.app.identity.ask_reset(&email_of(&served.world.cast.managing.officer)).await.unwrap();
        let (port, received) = tls_server(folder.path(), tls == Tls::StartTls).await;
        let smtp = |authority: Option<Vec<u8>>| Smtp {
            host: "localhost".to_owned(),
            port,
            tls,
            user: None,
            authority,
            from: "NDP <ndp@t.example>".to_owned(),
            timeout: Duration::from_secs(3),
        };
        work(&served, Mailer::smtp(&smtp(None)).unwrap(), 3).await;
        assert_eq!(received.lock().unwrap().len(), 0, "a certificate of nobody's is not believed");
        let authority = std::fs::read(folder.path().join("ca.pem")).unwrap();
        work(&served, Mailer::smtp(&smtp(Some(authority))).unwrap(), 60).await;
        assert_eq!(received.lock().unwrap().len(), 1, "{tls:?}");
    }
}

fn certificates() -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        let done = std::process::Command::new("openssl").args(args.split(' ')).current_dir(folder.path()).output().ok()?;
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Some(())
    };
    run(
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign",
    )?;
    run("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost")?;
    std::fs::write(folder.path().join("ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    run("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile ext")?;
    Some(folder)
}

/// A mail server in a process of its own: aiosmtpd is not needed, Python's ssl is enough.
async fn tls_server(folder: &std::path::Path, starttls: bool) -> (u16, Arc<Mutex<Vec<Received>>>) {
    let script = r#"
import socket, ssl, sys, threading
starttls = sys.argv[1] == "1"
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
def serve(conn):
    try:
        secure = not starttls
        if secure: conn = context.wrap_socket(conn, server_side=True)
        file = conn.makefile("rb")
        conn.sendall(b"220 test\r\n")
        to = ""
        while True:
            line = file.readline()
            if not line: return
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO": conn.sendall(b"250-test\r\n250 STARTTLS\r\n" if not secure else b"250 test\r\n")
            elif verb == b"STARTTLS":
                conn.sendall(b"220 go\r\n"); conn = context.wrap_socket(conn, server_side=True); file = conn.makefile("rb"); secure = True
            elif verb == b"RCPT": to = line.decode(); conn.sendall(b"250 ok\r\n")
            elif verb == b"DATA":
                if not secure: conn.sendall(b"530 TLS first\r\n"); continue
                conn.sendall(b"354 go\r\n")
                while file.readline().rstrip() != b".": pass
                print("taken " + to.strip(), flush=True); conn.sendall(b"250 taken\r\n")
            elif verb == b"QUIT": conn.sendall(b"221 bye\r\n"); return
            else: conn.sendall(b"250 ok\r\n")
    except Exception as error: print("lost", error, file=sys.stderr, flush=True)
while True:
    conn, _ = listener.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
"#;
    let mut child = tokio::process::Command::new("python3")
        .args(["-c", script, if starttls { "1" } else { "0" }])
        .current_dir(folder)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = lines.next_line().await.unwrap().unwrap().parse().unwrap();
    let received: Arc<Mutex<Vec<Received>>> = Arc::default();
    let noted = received.clone();
    tokio::spawn(async move {
        let _child = child;
        while let Ok(Some(line)) = lines.next_line().await {
            noted.lock().unwrap().push(Received { to: line, data: String::new() });
        }
    });
    (port, received)
}

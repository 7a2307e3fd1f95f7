//! A world with a real server in front of it: real HTTP over loopback, real tokens, a clock that the
//! test moves.

use crate::{World, key};
use ndp_cli::demo::cast::Persona;
use ndp_cli::demo::story::{Story, Through};
use ndp_delivery::{Mailer, Pace, Worker};
use ndp_domain::id::{AccountId, Id};
use ndp_domain::occasion::Actor;
use ndp_engine::orders;
use ndp_engine::{Ask, Clock, InputMistake, Problem, Receipt};
use ndp_files::{Files, Place1};
use ndp_identity::keyring::KeyRing;
use ndp_identity::{Identity, Policy};
use ndp_server::{App, Settings};
use ndp_store::people::Person;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const PASSWORD: &str = "bốn con trâu qua cầu";

#[derive(Debug)]
pub struct Served {
    pub world: World,
    pub app: App,
    pub base: String,
    pub client: reqwest::Client,
    /// Time of sessions and tokens.
    pub identity_clock: Clock,
    pub folder: TempDir,
    tokens: Mutex<HashMap<AccountId, String>>,
    secrets: Mutex<HashMap<AccountId, String>>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

pub fn policy() -> Policy {
    let minutes = chrono::TimeDelta::minutes;
    Policy {
        issuer: "test".to_owned(),
        access: minutes(10),
        idle: minutes(60 * 12),
        longest: chrono::TimeDelta::days(30),
        failures: 5,
        lock: chrono::TimeDelta::seconds(30),
        longest_lock: minutes(60),
        invitation: minutes(60 * 24),
        reset: minutes(60),
        service: chrono::TimeDelta::days(366),
        second_factor: Default::default(),
    }
}

pub fn ring(byte: u8) -> KeyRing {
    KeyRing::new(&[[byte; 32]]).unwrap()
}

/// Limits that no test meets by accident.
pub fn wide() -> Settings {
    let seal_keys = Some(std::sync::Arc::new(crate::key().public()));
    Settings {
        rate_account: 10_000_000,
        rate_address: 10_000_000,
        rate_sign_in: 10_000_000,
        private_webhooks: true,
        seal_keys,
        ..Settings::default()
    }
}

/// How an address of a person is made in tests.
pub fn email_of(who: &Persona) -> String {
    format!("{}@t.example", who.account.0.simple())
}

impl Served {
    pub async fn new() -> Served {
        Served::with(World::new().await, wide(), policy()).await
    }

    pub async fn with(world: World, settings: Settings, policy: Policy) -> Served {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let identity_clock = Clock::at(Clock::System.now());
        let identity = Identity::new(world.engine.store.clone(), identity_clock.clone(), policy, &ring(1), ring(2), Vec::new()).unwrap();
        let files = Files::open(&Place1::Folder(folder.path().join("evidence")), None, 50 * 1024 * 1024).unwrap();
        Served::over(world, identity, files, settings, identity_clock, folder).await
    }

    pub async fn over(
        world: World,
        identity: Identity,
        files: Files,
        settings: Settings,
        identity_clock: Clock,
        folder: TempDir,
    ) -> Served {
        let people: Vec<Person> = world
            .cast
            .all()
            .into_iter()
            .map(|p| Person { account: p.account, name: format!("{} (mẫu)", p.duty.code()), email: email_of(p), lang: "vi".to_owned() })
            .collect();
        identity.add_all(&people, PASSWORD).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = App::new(world.engine.clone(), identity, files, Settings { base: base.clone(), ..settings });
        let (stop, stopped) = oneshot::channel::<()>();
        let served = app.clone();
        let ended = async move {
            let _ = stopped.await;
        };
        let pages = ndp_web::pages(&served);
        let serving = tokio::spawn(async move { ndp_server::serve(served, pages, listener, None, ended).await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Served {
            world,
            app,
            base,
            client,
            identity_clock,
            folder,
            tokens: Mutex::default(),
            secrets: Mutex::default(),
            stop: Some(stop),
            serving: Some(serving),
        }
    }

    /// Ends as an operator ends it.
    pub async fn end(mut self) -> World {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            let _ = serving.await;
        }
        let Served { ref world, .. } = self;
        let copy = World { engine: world.engine.clone(), cast: world.cast.clone(), db: world.db.clone() };
        drop(self);
        copy
    }

    pub fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    pub fn worker(&self, mailer: Option<Mailer>) -> Worker {
        let mailer = mailer.unwrap_or_else(|| Mailer::folder(self.mail_folder(), "NDP <ndp@t.example>").unwrap());
        let mut worker = Worker::new(self.app.engine.clone(), self.app.identity.clone(), self.app.files.clone(), mailer, &self.base, true);
        worker.pace = Pace {
            look: Duration::from_millis(20),
            retry: chrono::TimeDelta::milliseconds(50),
            accounts: Duration::ZERO,
            hurry: 1_000,
            ..Pace::default()
        };
        worker
    }

    /// A token of a person's session, without going through the password each time.
    pub async fn token(&self, who: &Persona) -> String {
        if let Some(token) = self.tokens.lock().unwrap().get(&who.account) {
            return token.clone();
        }
        let token = self.app.identity.start(who.account, "test", false).await.unwrap().access;
        self.tokens.lock().unwrap().insert(who.account, token.clone());
        token
    }

    /// Cookies of a person in their duty, and the proof that belongs to their forms.
    async fn cookies(&self, who: &Persona) -> (String, String) {
        let known = self.secrets.lock().unwrap().get(&who.account).cloned();
        let secret = match known {
            Some(secret) => secret,
            None => {
                let secret = self.app.identity.start(who.account, "test", false).await.unwrap().refresh;
                self.secrets.lock().unwrap().insert(who.account, secret.clone());
                secret
            }
        };
        let duty = ndp_web::visitor::escaped(&duty_header(&who.actor()));
        (format!("ndp_session={secret}; ndp_duty={duty}"), ndp_web::visitor::proof_of(&secret))
    }

    /// Sends a page's form with a file in its field `file`; answers the status, where it leads, and the page.
    pub async fn send_file(&self, who: &Persona, path: &str, name: &str, content: impl AsRef<[u8]>) -> (u16, String) {
        self.send_filled(who, path, &[], ("file:file", name, content)).await
    }

    /// Sends a page's form with fields and one file: its field, its name and what is in it.
    pub async fn send_filled(
        &self,
        who: &Persona,
        path: &str,
        fields: &[(&str, &str)],
        (field, name, content): (&str, &str, impl AsRef<[u8]>),
    ) -> (u16, String) {
        let (cookies, proof) = self.cookies(who).await;
        let mark = "ndp-test-boundary";
        let part = |name: &str, value: &str| format!("--{mark}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let texts: String = std::iter::once(&("_proof", proof.as_str())).chain(fields).map(|(n, v)| part(n, v)).collect();
        let mut body = format!(
            "{texts}--{mark}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content.as_ref());
        body.extend_from_slice(format!("\r\n--{mark}--\r\n").as_bytes());
        let request = self.client.post(format!("{}{path}", self.base)).header("cookie", cookies);
        let request = request.header("content-type", format!("multipart/form-data; boundary={mark}")).body(body);
        led(request.send().await.unwrap()).await
    }

    /// Sends a page's form; answers the status and where it leads, else the page.
    pub async fn send_form(&self, who: &Persona, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let (cookies, proof) = self.cookies(who).await;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("_proof", &proof).append_pair("_key", &uuid::Uuid::new_v4().to_string()).extend_pairs(fields);
        let request = self.client.post(format!("{}{path}", self.base)).header("cookie", cookies);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.finish());
        led(request.send().await.unwrap()).await
    }

    /// A page as a person in their duty gets it; nobody gets it without a session.
    pub async fn page(&self, who: Option<&Persona>, path: &str) -> (u16, String) {
        let mut request = self.client.get(format!("{}{path}", self.base));
        if let Some(who) = who {
            request = request.header("cookie", self.cookies(who).await.0);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        assert!(status < 500, "{path}: {status} {text}");
        (status, text)
    }

    /// The answer to a page or a file of one, as a browser that may have it already asks for it.
    pub async fn page_answer(&self, who: &Persona, path: &str, known: Option<&str>) -> reqwest::Response {
        let mut request = self.client.get(format!("{}{path}", self.base)).header("cookie", self.cookies(who).await.0);
        if let Some(tag) = known {
            request = request.header("if-none-match", tag);
        }
        request.send().await.unwrap()
    }

    pub fn forget_tokens(&self) {
        self.tokens.lock().unwrap().clear();
    }

    pub fn url(&self, path: &str) -> String {
        if path.starts_with("/health") || path.starts_with("/metrics") || path.starts_with("/api") {
            format!("{}{path}", self.base)
        } else {
            format!("{}/api/v1{path}", self.base)
        }
    }

    /// A request without a token, in English.
    pub fn anyone(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path)).header("accept-language", "en")
    }

    /// A request of a person in their duty.
    pub async fn by(&self, who: &Persona, method: Method, path: &str) -> RequestBuilder {
        self.anyone(method, path).bearer_auth(self.token(who).await).header("ndp-duty", duty_header(&who.actor()))
    }

    pub async fn get(&self, who: &Persona, path: &str) -> (u16, Value) {
        answer(self.by(who, Method::GET, path).await).await
    }

    pub async fn post(&self, who: &Persona, path: &str, body: &Value) -> (u16, Value) {
        answer(self.by(who, Method::POST, path).await.json(body)).await
    }

    pub fn story(&self) -> Story<'_> {
        self.world.story().told_through(self)
    }

    /// The record is sound.
    pub async fn sound(&self) {
        self.world.engine.seal(&key()).await.unwrap();
        let report = ndp_engine::check::check(&self.world.engine.store, &key().public(), None, |_, _| {}).await.unwrap();
        assert_eq!(report.wrong, vec![]);
    }
}

pub fn duty_header(actor: &Actor) -> String {
    let mut text = actor.duty.map_or("", |d| d.code()).to_owned();
    if let Some(org) = actor.org {
        text.push_str(&format!("@{org}"));
    }
    if let Some(unit) = &actor.unit {
        text.push_str(&format!("/{unit}"));
    }
    text
}

/// Status and body; no answer may be a fault of the server.
pub async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert!(status < 500, "{status}: {text}");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// An act as a client does it: a noun under its record, the content as JSON.
impl Through for Served {
    fn act<'a>(&'a self, ask: &'a Ask) -> std::pin::Pin<Box<dyn Future<Output = Result<Receipt, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let command = serde_json::to_value(&ask.command).unwrap();
            let (variant, content) =
                command.as_object().and_then(|o| o.values().next()).and_then(Value::as_object).and_then(|o| o.iter().next()).unwrap();
            let act = ask.command.act();
            let form = orders::all()
                .iter()
                .find(|f| f.kind == ask.stream.kind && f.act == act && f.variant == variant)
                .unwrap_or_else(|| panic!("{act} {variant} has no place"));
            let exists = self.world.engine.store.load_one(ask.stream).await.unwrap().is_some();
            let opening = form.opens && !exists;
            let plural = orders::plural(ask.stream.kind);
            let path = match (opening, form.noun) {
                (true, "") => format!("/{plural}?id={}", ask.stream),
                (true, noun) => format!("/{plural}/{noun}?id={}", ask.stream),
                (false, noun) => format!("/{plural}/{}/{noun}", ask.stream),
            };
            let mut content = content.clone();
            if let (true, Some(object)) = (opening && orders::names_own_id(form), content.as_object_mut()) {
                object.remove("id");
            }
            let token = match ask.actor.account {
                Some(account) => {
                    let known = self.tokens.lock().unwrap().get(&account).cloned();
                    match known {
                        Some(token) => token,
                        None => {
                            let token = self.app.identity.start(account, "test", false).await.unwrap().access;
                            self.tokens.lock().unwrap().insert(account, token.clone());
                            token
                        }
                    }
                }
                None => String::new(),
            };
            let request = self.anyone(Method::POST, &path).bearer_auth(token).header("ndp-duty", duty_header(&ask.actor)).json(&content);
            let (status, value) = answer(request).await;
            if status >= 400 {
                let code = value["code"].as_str().unwrap_or_default().to_owned();
                return Err(Problem::Invalid(vec![InputMistake { pointer: path, code, expected: value.to_string() }]));
            }
            let streams = value["streams"].as_array().unwrap();
            let streams =
                streams.iter().map(|s| (s["id"].as_str().unwrap().parse::<Id>().unwrap(), s["version"].as_u64().unwrap())).collect();
            Ok(Receipt { batch: value["batch"].as_str().unwrap().parse().unwrap(), streams, repeated: value["repeated"] == json!(true) })
        })
    }
}

/// Where an answer leads, or its text.
async fn led(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let place = response.headers().get("location").and_then(|l| l.to_str().ok()).map(str::to_owned);
    let text = response.text().await.unwrap();
    assert!(status < 500, "{status} {text}");
    (status, place.unwrap_or(text))
}

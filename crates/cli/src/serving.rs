//! `ndp serve`, `ndp work`, `ndp demo` at its door, `ndp user`, `ndp config check`: the parts put
//! together from the configuration.

use crate::args::{FOUND_WRONG, Setting};
use crate::commands::{Failure, block_on, failed, place_to_write, print, wrong_use};
use crate::config::{Config, Secret};
use crate::config_check::{self, Finding};
use crate::demo::Told;
use crate::folder::Folder;
use chrono::TimeDelta;
use ndp_delivery::{Mailer, Smtp, Tls, Worker};
use ndp_domain::account;
use ndp_domain::authority::Duty;
use ndp_domain::id::AccountId;
use ndp_engine::keys::SealKey;
use ndp_engine::{Clock, Engine};
use ndp_files::{Files, Place1};
use ndp_identity::keyring::KeyRing;
use ndp_identity::oidc::Provider;
use ndp_identity::{Denial, Identity, Policy};
use ndp_server::settings::ipnet_list::Networks;
use ndp_server::{App, Settings};
use ndp_store::people::Person;
use ndp_store::{Place, Store};
use ndp_text::texts;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;

/// Password of every sample person; their addresses end in this, and `serve` refuses them.
pub const DEMO_PASSWORD: &str = "demo-ndp-2026";
pub const DEMO_DOMAIN: &str = "demo.example";

fn fault(text: impl ToString) -> Failure {
    Failure::Io(std::io::Error::other(text.to_string()))
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn settings(c: &Config, base: &str, demo: bool) -> Settings {
    let s = &c.server;
    Settings {
        base: base.to_owned(),
        demo,
        body: s.body as usize,
        part: 16 * 1024 * 1024,
        timeout: seconds(s.timeout),
        transfer_timeout: seconds(s.transfer_timeout),
        concurrency: s.concurrency as usize,
        rate_account: s.rate_account as u32,
        rate_address: s.rate_address as u32,
        rate_sign_in: s.rate_sign_in as u32,
        proxies: Networks::parse(&s.proxies).unwrap_or_default(),
        shutdown: seconds(s.shutdown),
        second_factor: c.sign_in.second_factor.iter().cloned().collect(),
        private_webhooks: c.webhooks.private_addresses || demo,
        webhooks: c.webhooks.most as usize,
        uploads: c.files.uploads as usize,
        metrics: Networks::parse(&s.metrics).unwrap_or_default(),
        seal_keys: None,
        branding: std::sync::Arc::new(c.branding.clone().read()),
    }
}

/// The server verifies seals by the key that makes them.
fn sealed(settings: Settings, seal: &SealKey) -> Settings {
    Settings { seal_keys: Some(std::sync::Arc::new(seal.public())), ..settings }
}

fn policy(c: &Config) -> Policy {
    let (hours, days) = (|n: u64| TimeDelta::hours(n as i64), |n: u64| TimeDelta::days(n as i64));
    Policy {
        issuer: c.tokens.issuer.clone(),
        access: TimeDelta::minutes(c.tokens.access_minutes as i64),
        idle: hours(c.tokens.idle_hours),
        longest: days(c.tokens.session_days),
        failures: c.sign_in.failures as u32,
        lock: TimeDelta::seconds(c.sign_in.lock_seconds as i64),
        longest_lock: TimeDelta::hours(1),
        invitation: hours(c.sign_in.invitation_hours),
        reset: hours(c.sign_in.reset_hours),
        service: days(c.tokens.service_days),
        second_factor: c.sign_in.second_factor.iter().cloned().collect(),
    }
}

/// A secret from the configuration, or from the file that it names.
fn secret(plain: &Secret, file: &Path) -> Result<Option<String>, Failure> {
    if !file.as_os_str().is_empty() {
        return Ok(Some(std::fs::read_to_string(file)?.trim().to_owned()));
    }
    Ok((!plain.reveal().is_empty()).then(|| plain.reveal().to_owned()))
}

fn providers(c: &Config, base: &str) -> Result<Vec<Provider>, Failure> {
    let one = |p: &crate::config::Provider| {
        Ok(Provider {
            name: p.name.clone(),
            issuer: p.issuer.clone(),
            client_id: p.client_id.clone(),
            client_secret: secret(&p.client_secret, &p.client_secret_file)?,
            redirect: format!("{base}/api/v1/sign-ins/oidc/answers"),
            second_factor_acr: p.second_factor_acr.clone(),
        })
    };
    c.sign_in.providers.iter().map(one).collect()
}

/// Where evidence is kept.
pub(crate) fn files(c: &Config, data: &Path) -> Result<Files, Failure> {
    let f = &c.files;
    let place = if f.bucket.is_empty() {
        let folder = if f.folder.as_os_str().is_empty() { data.join("evidence") } else { f.folder.clone() };
        Place1::Folder(std::path::absolute(folder)?)
    } else {
        Place1::S3 {
            endpoint: f.endpoint.clone(),
            region: f.region.clone(),
            bucket: f.bucket.clone(),
            key: f.access_key.clone(),
            secret: f.secret_key.reveal().to_owned(),
        }
    };
    let scanner = (!f.clamd.is_empty()).then(|| f.clamd.clone());
    Files::open(&place, scanner, f.largest).map_err(fault)
}

fn mailer(c: &Config, data: &Path) -> Result<Mailer, Failure> {
    let m = &c.mail;
    if m.host.is_empty() {
        return Mailer::folder(data.join("mail"), &m.from).map_err(|e| fault(format!("{e:?}")));
    }
    let authority = if m.authority.as_os_str().is_empty() { None } else { Some(std::fs::read(&m.authority)?) };
    let smtp = Smtp {
        host: m.host.clone(),
        port: m.port as u16,
        tls: match m.tls.as_str() {
            "tls" => Tls::Implicit,
            "none" => Tls::None,
            _ => Tls::StartTls,
        },
        user: (!m.user.is_empty()).then(|| (m.user.clone(), m.password.reveal().to_owned())),
        authority,
        from: m.from.clone(),
        timeout: Duration::from_secs(30),
    };
    Mailer::smtp(&smtp).map_err(|e| fault(format!("{e:?}")))
}

/// One crypto provider for everything that speaks TLS.
fn crypto() {
    // Installed before by another command of the same process: the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The log: one line a request, without personal data.
fn log(c: &Config) {
    let filter =
        c.server.log_filter.parse::<tracing_subscriber::EnvFilter>().unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    crate::traces::start(&c.server.log, filter, &c.server.traces);
}

/// Until the process is asked to end.
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let ended = async {
        match signal(SignalKind::terminate()) {
            Ok(mut term) => {
                term.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = ended => {}
    }
}

fn report(setting: &Setting, found: &[Finding]) -> ExitCode {
    let t = texts(setting.lang);
    if setting.json {
        let items: Vec<_> = found.iter().map(|f| json!({ "key": f.key, "detail": f.say(t) })).collect();
        print(&json!({ "sound": found.is_empty(), "findings": items }).to_string());
    } else if found.is_empty() {
        print(&t.get("cli-config-sound", &[]));
    } else {
        found.iter().for_each(|f| print(&f.say(t)));
    }
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND_WRONG) }
}

/// `ndp config check`: everything at once, also whether what is named can be reached.
pub fn check(setting: &Setting) -> ExitCode {
    crypto();
    let c = &setting.config;
    let mut found = config_check::values(c);
    found.extend(config_check::needed(c, &setting.data, true));
    let reached = block_on(async {
        let mut away = Vec::new();
        let why = |e: &dyn std::fmt::Display| e.to_string();
        let place = if c.database.url.reveal().is_empty() {
            Place::embedded(&setting.data.join("ndp.sqlite"), false)
        } else {
            Place::Postgres { url: c.database.url.reveal().to_owned(), connections: 1 }
        };
        match Store::open(&place).await {
            Err(error) => away.push(Finding::new("database", "cli-config-reach", &[("why", &why(&error))])),
            Ok(store) => {
                if let Err(error) = store.require_migrated().await {
                    away.push(Finding::new("database", "cli-config-reach", &[("why", &why(&error))]));
                }
            }
        }
        match files(c, &setting.data) {
            Err(error) => away.push(Finding::new("files", "cli-config-reach", &[("why", &why(&error))])),
            Ok(files) => {
                if let Err(error) = files.ready().await {
                    away.push(Finding::new("files", "cli-config-reach", &[("why", &why(&error))]));
                }
            }
        }
        match mailer(c, &setting.data) {
            Err(error) => away.push(Finding::new("mail", "cli-config-reach", &[("why", &why(&error))])),
            Ok(mailer) if !mailer.ready().await => away.push(Finding::new("mail.host", "cli-config-reach", &[("why", "–")])),
            Ok(_) => {}
        }
        Ok(away)
    });
    match reached {
        Ok(away) => found.extend(away),
        Err(failure) => return failed(setting, &failure),
    }
    report(setting, &found)
}

/// The embedded database's folder, held while it may be written: one process writes it.
fn held(setting: &Setting) -> Result<Option<Folder>, Failure> {
    let embedded = setting.config.database.url.reveal().is_empty();
    Ok(embedded.then(|| Folder::to_write(&setting.data)).transpose()?)
}

/// Keys of a process: of access tokens, and of what rests encrypted.
struct Keys {
    tokens: KeyRing,
    vault: KeyRing,
}

/// What `serve` and `work` share.
struct Parts {
    engine: Engine,
    identity: Identity,
    files: Files,
    worker: Worker,
}

async fn parts(c: &Config, data: &Path, place: &Place, clock: Clock, base: &str, keys: Keys, private: bool) -> Result<Parts, Failure> {
    let engine = Engine::open(Store::open(place).await?, clock).await?;
    let identity = Identity::new(engine.store.clone(), Clock::System, policy(c), &keys.tokens, keys.vault, providers(c, base)?)
        .map_err(|e| fault(format!("{e:?}")))?;
    let files = files(c, data)?;
    let worker = Worker::new(engine.clone(), identity.clone(), files.clone(), mailer(c, data)?, base, private);
    Ok(Parts { engine, identity, files, worker })
}

/// Listens; prints where; ends gracefully.
async fn listen(setting: &Setting, app: App, seal: SealKey, worker: Option<Worker>, listen: SocketAddr) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await?;
    let at = listener.local_addr()?;
    let said = texts(setting.lang).get("cli-serving", &[("address", &format!("http://{at}"))]);
    if setting.json {
        print(&json!({ "listening": format!("http://{at}") }).to_string());
    } else {
        print(&said);
    }
    ndp_server::health::recorder();
    let sequencer = app.engine.start_sequencer(seal);
    let store = app.engine.store.clone();
    let pages = ndp_web::pages(&app);
    ndp_server::serve(app, pages, listener, worker, asked_to_end()).await?;
    sequencer.stop().await?;
    store.close().await?;
    crate::traces::end();
    Ok(())
}

fn ended(setting: &Setting, result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(setting, &failure),
    }
}

/// Refuses what a server must not start with, and says every key to set.
fn fit(setting: &Setting, serves: bool) -> Result<(), ExitCode> {
    let c = &setting.config;
    let mut found = config_check::values(c);
    found.extend(config_check::needed(c, &setting.data, serves));
    if found.is_empty() {
        return Ok(());
    }
    let t = texts(setting.lang);
    let lines: Vec<String> = found.iter().map(|f| f.say(t)).collect();
    Err(wrong_use(&lines.join("\n"), "config.wrong", setting.json, setting.lang))
}

/// Sample people on a real server would be a way in.
async fn no_sample_people(store: &Store) -> Result<(), Failure> {
    if store.has_people_at(DEMO_DOMAIN).await? {
        Err(fault(format!("people at {DEMO_DOMAIN}: this is a demonstration's database")))
    } else {
        Ok(())
    }
}

/// `ndp serve`
pub fn serve(setting: &Setting, address: Option<SocketAddr>, no_worker: bool) -> ExitCode {
    if let Err(code) = fit(setting, true) {
        return code;
    }
    crypto();
    let c = &setting.config;
    log(c);
    let result = block_on(async {
        let _folder = held(setting)?;
        let (tokens, vault) = (KeyRing::read(&c.tokens.keys).map_err(fault)?, KeyRing::read(&c.vault.keys).map_err(fault)?);
        let seal = SealKey::from_file(&c.seal.key)?;
        let place = place_to_write(setting)?;
        let p =
            parts(c, &setting.data, &place, Clock::System, &c.server.base, Keys { tokens, vault }, c.webhooks.private_addresses).await?;
        no_sample_people(&p.engine.store).await?;
        let app = App::new(p.engine, p.identity, p.files, sealed(settings(c, &c.server.base, false), &seal));
        let address = address.or_else(|| c.server.listen.parse().ok()).ok_or_else(|| fault("server.listen"))?;
        listen(setting, app, seal, (!no_worker).then_some(p.worker), address).await
    });
    ended(setting, result)
}

/// `ndp work`: a worker alone.
pub fn work(setting: &Setting) -> ExitCode {
    if let Err(code) = fit(setting, false) {
        return code;
    }
    crypto();
    let c = &setting.config;
    log(c);
    let result = block_on(async {
        let _folder = held(setting)?;
        let vault = KeyRing::read(&c.vault.keys).map_err(fault)?;
        let place = place_to_write(setting)?;
        let p = parts(
            c,
            &setting.data,
            &place,
            Clock::System,
            &c.server.base,
            Keys { tokens: vault.clone(), vault },
            c.webhooks.private_addresses,
        )
        .await?;
        print(&texts(setting.lang).get("cli-working", &[]));
        let running = p.worker.start();
        asked_to_end().await;
        running.stop().await;
        p.engine.store.close().await?;
        Ok(())
    });
    ended(setting, result)
}

/// Sample persons for the demonstration's accounts, each once; addresses as the demonstration prints them.
async fn sample_people(identity: &Identity, told: &Told) -> Result<(), Failure> {
    let people: Vec<Person> = told
        .personas
        .iter()
        .filter_map(|p| {
            let account: ndp_domain::id::Id = p.account.parse().ok()?;
            let lang = "vi".to_owned();
            let name = format!("{} {} (dữ liệu mẫu)", crate::demo::cast::sample_name(&p.duty, &p.email), p.organisation);
            Some(Person { account: AccountId::try_from(account).ok()?, name, email: p.email.clone(), lang })
        })
        .collect();
    identity.add_all(&people, DEMO_PASSWORD).await.map_err(|e| fault(format!("{e:?}")))
}

/// The demonstration at its door.
pub(crate) async fn serve_demo(
    setting: &Setting,
    folder: &Folder,
    told: &Told,
    address: Option<SocketAddr>,
    no_worker: bool,
) -> Result<(), Failure> {
    crypto();
    let c = &setting.config;
    log(c);
    let keys = folder.keys();
    let ring = |name: &str| KeyRing::in_folder(&keys, name).map_err(fault);
    let (tokens, vault) = (ring("token.key")?, ring("vault.key")?);
    let seal = SealKey::in_folder(&keys)?;
    let address = address.or_else(|| c.server.listen.parse().ok()).ok_or_else(|| fault("server.listen"))?;
    let base = if c.server.base.is_empty() { format!("http://{address}") } else { c.server.base.clone() };
    let place = Place::embedded(&folder.database(), true);
    // The demonstration's clock goes on from where its story, or its last use, ended.
    let clock = Clock::running(told.clock);
    let p = parts(c, &folder.path, &place, clock, &base, Keys { tokens, vault }, true).await?;
    if let Some(at) = p.engine.store.last_instant().await? {
        p.engine.clock.set(at.max(told.clock));
    }
    sample_people(&p.identity, told).await?;
    let app = App::new(p.engine, p.identity, p.files, sealed(settings(c, &base, true), &seal));
    listen(setting, app, seal, (!no_worker).then_some(p.worker), address).await
}

/// Who is made by `ndp user`.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub organisation: String,
    pub password_file: Option<PathBuf>,
}

/// `ndp user`: the first administrator. The answer is an invitation, or the password is read from a file.
pub fn user(setting: &Setting, new: &NewUser) -> ExitCode {
    crypto();
    let c = &setting.config;
    let found = if c.vault.keys.is_empty() { vec![Finding::new("vault.keys", "cli-config-needed", &[])] } else { Vec::new() };
    if !found.is_empty() {
        return report(setting, &found);
    }
    let result = block_on(async {
        let _folder = held(setting)?;
        let vault = KeyRing::read(&c.vault.keys).map_err(fault)?;
        let place = place_to_write(setting)?;
        let p = parts(c, &setting.data, &place, Clock::System, &c.server.base, Keys { tokens: vault.clone(), vault }, false).await?;
        let day = ndp_domain::time::legal_date(p.engine.clock.now());
        let org = p.engine.directory().organisation(&new.organisation).filter(|o| p.engine.directory().exists_on(*o, day));
        let org = org.ok_or_else(|| fault(texts(setting.lang).get("cli-user-organisation", &[("code", &new.organisation)])))?;
        let administrators = p.engine.store.load_kind(ndp_domain::id::Kind::Account).await?;
        let holds = |l: &ndp_store::read::Loaded| {
            use ndp_domain::machine::Known;
            account::Account::known(&l.neighbour.whole.state)
                .is_some_and(|a| a.suspended.is_none() && a.held.iter().any(|h| h.duty == Duty::Administrator && h.on(day)))
        };
        if administrators.iter().any(holds) {
            return Err(fault(texts(setting.lang).get("cli-user-exists", &[])));
        }
        if p.engine.store.person_by_email(&new.email.to_lowercase()).await?.is_some() {
            return Err(fault(texts(setting.lang).get("problem-identity-email_taken", &[])));
        }
        let id = p.engine.install_administrator(org).await.map_err(Failure::Problem)?;
        let person = Person { account: id, name: new.name.clone(), email: new.email.clone(), lang: setting.lang.to_string() };
        let said = |denial: Denial| fault(texts(setting.lang).get(&ndp_text::key("problem", denial.code()), &[]));
        let link = match &new.password_file {
            Some(file) => {
                let password = std::fs::read_to_string(file)?;
                p.identity.add(&person, password.trim_end_matches(['\r', '\n'])).await.map_err(said)?;
                None
            }
            None => Some(p.identity.invite(&person).await.map_err(said)?),
        };
        p.engine.store.close().await?;
        Ok((id, link))
    });
    match result {
        Err(failure) => failed(setting, &failure),
        Ok((id, link)) => {
            let t = texts(setting.lang);
            if setting.json {
                print(&json!({ "account": id, "invitation": link }).to_string());
            } else {
                print(&t.get("cli-user-made", &[("account", &id.to_string())]));
                if let Some(token) = link {
                    print(&t.get("cli-user-invitation", &[("token", &token)]));
                }
            }
            ExitCode::SUCCESS
        }
    }
}

/// For `--listen`.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "127.0.0.1:8080".to_owned())
}

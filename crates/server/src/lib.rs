//! The server: the engine over HTTP.
//!
//! **Job.** [`App`] is what every handler shares; [`router`] puts operations, limits, logging and
//! problems together; [`serve`] listens and ends gracefully.
//! **Must not** decide anything: rules are the engine's, who somebody is the identity's.
//! **Start at** [`api`], then [`records`] and [`acts`].

pub mod acts;
pub mod answers;
pub mod api;
pub mod body;
pub mod caller;
pub mod duties;
pub mod evidence;
pub mod feed;
pub mod follow;
pub mod health;
pub mod layers;
pub mod lists;
pub mod openapi;
pub mod people;
pub mod problem;
pub mod process;
pub mod public;
pub mod records;
pub mod reference;
pub mod rounds;
pub mod settings;
pub mod sign_in;
pub mod webhooks;

pub use settings::Settings;

use axum::Router;
use ndp_delivery::Worker;
use ndp_engine::Engine;
use ndp_files::Files;
use ndp_identity::Identity;
use std::future::Future;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What every handler shares: handed on by each layer and to each handler, so one count and not ten.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
pub struct Shared {
    pub engine: Engine,
    pub identity: Identity,
    pub files: Files,
    pub settings: Arc<Settings>,
    pub duties: duties::Duties,
    pub public: public::Public,
    pub answers: answers::Answers,
    pub limits: layers::Limits,
    pub followed: follow::Followed,
}

impl App {
    pub fn new(engine: Engine, identity: Identity, files: Files, settings: Settings) -> App {
        let limits = layers::Limits::new(&settings);
        App(Arc::new(Shared {
            engine,
            identity,
            files,
            settings: Arc::new(settings),
            duties: Default::default(),
            public: Default::default(),
            answers: Default::default(),
            limits,
            followed: Default::default(),
        }))
    }
}

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Everything that answers, with its limits around it; `pages` stand beside the API.
pub fn router(app: &App, pages: Router<App>) -> Router {
    layers::around(api::routes().merge(health::routes()).merge(pages), app).with_state(app.clone())
}

/// Serves until `ended`, then lets running requests finish. With `worker` the outbox is served here too.
pub async fn serve(
    app: App,
    pages: Router<App>,
    listener: TcpListener,
    worker: Option<Worker>,
    ended: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let following = follow::start(&app);
    let working = worker.map(Worker::start);
    let service = router(&app, pages).into_make_service_with_connect_info::<std::net::SocketAddr>();
    let (drained, wait) = tokio::sync::oneshot::channel::<()>();
    let patience = app.settings.shutdown;
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        ended.await;
        let _ = drained.send(());
    });
    // A connection that never ends must not keep the process: patience has an end.
    tokio::select! {
        done = serving => done?,
        () = async { let _ = wait.await; tokio::time::sleep(patience).await; } => {}
    }
    following.stop().await;
    if let Some(working) = working {
        working.stop().await;
    }
    Ok(())
}

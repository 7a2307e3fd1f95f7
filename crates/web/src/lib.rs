//! Pages: the whole process on screen, in Vietnamese and English.
//!
//! **Job.** [`pages`] is the router of everything that people look at; each page asks the engine itself, as
//! the API does, and neither is a client of the other.
//! **Must not** decide: what may be done is the engine's answer, what may be seen the scope's.
//! **Start at** [`visitor`], then [`frame`], then [`pages::record`] and [`form`].

pub mod assets;
pub mod files;
pub mod form;
pub mod frame;
pub mod known;
pub mod markup;
mod narrow;
pub mod pages;
pub mod paper_foot;
pub mod say;
pub mod sent;
pub mod shown;
pub mod visitor;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use ndp_server::App;

/// Every page in both languages, and what they load.
pub fn pages(app: &App) -> Router<App> {
    let _ = ndp_server::problem::DRAWN.set(pages::problem::drawn);
    let all = pages::routes();
    Router::new()
        .route("/static/emblem", get(assets::emblem))
        .route("/static/{turn}/{*name}", get(assets::get))
        .route("/en/", get(pages::list::list))
        .merge(all.clone())
        .nest("/en", all)
        .layer(from_fn_with_state(app.clone(), pages::problem::at_home))
}

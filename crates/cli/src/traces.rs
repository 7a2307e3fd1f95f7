//! The log, and traces by OTLP where the binary was built with them.

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Starts the log once; a second start in one process changes nothing.
pub fn start(form: &str, filter: EnvFilter, _otlp: &str) {
    let lines = tracing_subscriber::fmt::layer().with_target(false).with_writer(std::io::stderr);
    let lines = if form == "text" { lines.with_ansi(false).boxed() } else { lines.json().flatten_event(true).boxed() };
    let registry = tracing_subscriber::registry().with(filter).with(lines);
    #[cfg(feature = "otlp")]
    let registry = registry.with(otlp::layer(_otlp));
    let _ = registry.try_init();
}

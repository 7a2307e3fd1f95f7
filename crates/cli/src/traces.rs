//! The log, and traces by OTLP where the binary was built with them.

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Starts the log once; a second start in one process changes nothing. `otlp` is the collector's
/// address; without the feature it is refused by `ndp config check`.
pub fn start(form: &str, filter: EnvFilter, otlp: &str) {
    let lines = tracing_subscriber::fmt::layer().with_target(false).with_writer(std::io::stderr);
    let lines = if form == "text" {
        lines.with_ansi(false).boxed()
    } else {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    };
    let registry = tracing_subscriber::registry().with(filter).with(lines).with(otlp::layer(otlp));
    let _ = registry.try_init();
}

/// Sends what is left.
pub fn end() {
    otlp::end();
}

/// Was the binary built with traces?
pub const BUILT_IN: bool = cfg!(feature = "otlp");

#[cfg(not(feature = "otlp"))]
mod otlp {
    pub fn layer(_: &str) -> Option<tracing_subscriber::layer::Identity> {
        None
    }
    pub fn end() {}
}

#[cfg(feature = "otlp")]
mod otlp {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_otlp::WithExportConfig;
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use std::sync::OnceLock;
    use tracing::Subscriber;
    use tracing_subscriber::Layer;
    use tracing_subscriber::registry::LookupSpan;

    static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

    /// A span for each request: method, route and status, no address and no person.
    pub fn layer<S>(collector: &str) -> Option<Box<dyn Layer<S> + Send + Sync>>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        if collector.is_empty() {
            return None;
        }
        let address = format!("{}/v1/traces", collector.trim_end_matches('/'));
        // The exporter's client must not be made on a thread that runs futures.
        let build = move || opentelemetry_otlp::SpanExporter::builder().with_http().with_endpoint(address).build();
        let exporter = std::thread::spawn(build).join().ok()?.ok()?;
        let resource = Resource::builder().with_service_name("ndp").build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer("ndp");
        let _ = PROVIDER.set(provider);
        Some(tracing_opentelemetry::layer().with_tracer(tracer).boxed())
    }

    pub fn end() {
        if let Some(provider) = PROVIDER.get() {
            let _ = provider.shutdown();
        }
    }
}

//! What a deployment sets for its server.

use ipnet_list::Networks;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// Addresses whose `X-Forwarded-For` is believed.
pub mod ipnet_list {
    use std::net::IpAddr;

    /// Networks in CIDR form.
    #[derive(Debug, Clone, Default)]
    pub struct Networks(pub Vec<ipnet::IpNet>);

    impl Networks {
        pub fn parse(texts: &[String]) -> Option<Networks> {
            texts.iter().map(|t| t.parse().ok()).collect::<Option<Vec<_>>>().map(Networks)
        }
        pub fn contains(&self, address: IpAddr) -> bool {
            self.0.iter().any(|n| n.contains(&address))
        }
    }
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// Address under which people reach this server, without a slash at its end.
    pub base: String,
    /// The demonstration: its clock may be moved over HTTP, its letters go to a folder.
    pub demo: bool,
    /// Largest body of JSON, and of one part of an upload (bytes).
    pub body: usize,
    pub part: usize,
    /// For one request; uploads and downloads have their own.
    pub timeout: Duration,
    pub transfer_timeout: Duration,
    /// Requests at once in this process.
    pub concurrency: usize,
    /// Requests a minute of one account, of one address without an account, and of sign-ins of an address.
    pub rate_account: u32,
    pub rate_address: u32,
    pub rate_sign_in: u32,
    pub proxies: Networks,
    pub shutdown: Duration,
    /// Codes of duties that need a second factor.
    pub second_factor: BTreeSet<String>,
    /// Webhooks may reach private addresses.
    pub private_webhooks: bool,
    /// Most webhooks of one account.
    pub webhooks: usize,
    /// Most uploads under way of one account.
    pub uploads: usize,
    /// Answer `/metrics` to these addresses only; empty: to everybody.
    pub metrics: Networks,
    /// Keys by which seals are verified; none where the server does not know them.
    pub seal_keys: Option<std::sync::Arc<ndp_engine::keys::PublicKeys>>,
    /// Whose house this is, as pages say it.
    pub branding: std::sync::Arc<Branding>,
}

/// Names and emblem of a deployment, in both languages; empty names are the neutral ones of the texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    pub agency: String,
    pub agency_en: String,
    /// For narrow screens.
    pub agency_short: String,
    /// Whom people ask for help: telephone, mail address, counter; empty where pages name none.
    pub contact: String,
    pub product: String,
    pub product_en: String,
    /// The official portal: pages no longer say that they are not.
    pub official: bool,
    /// File of the deployment's own emblem; empty where ours serves.
    pub emblem: PathBuf,
    /// What [`Branding::read`] found in that file, with its media type.
    #[serde(skip)]
    pub picture: Option<(bytes::Bytes, &'static str)>,
}

impl Branding {
    /// With its emblem; none where the file is none, which `config check` tells.
    pub fn read(mut self) -> Branding {
        let bytes = (!self.emblem.as_os_str().is_empty()).then(|| std::fs::read(&self.emblem).ok()).flatten();
        self.picture = bytes.and_then(|bytes| Some((emblem_kind(&bytes)?, bytes))).map(|(kind, bytes)| (bytes.into(), kind));
        self
    }
}

/// An emblem is an SVG or a PNG; told by its content.
pub fn emblem_kind(bytes: &[u8]) -> Option<&'static str> {
    let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if std::str::from_utf8(head).is_ok_and(|t| t.contains("<svg")) {
        Some("image/svg+xml")
    } else {
        None
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            base: "http://127.0.0.1:8080".to_owned(),
            demo: false,
            body: 1024 * 1024,
            part: 16 * 1024 * 1024,
            timeout: Duration::from_secs(30),
            transfer_timeout: Duration::from_secs(600),
            concurrency: 512,
            rate_account: 1_200,
            rate_address: 300,
            rate_sign_in: 20,
            proxies: Networks::default(),
            shutdown: Duration::from_secs(20),
            second_factor: BTreeSet::new(),
            private_webhooks: false,
            webhooks: 20,
            uploads: 10,
            metrics: Networks::default(),
            seal_keys: None,
            branding: std::sync::Arc::default(),
        }
    }
}

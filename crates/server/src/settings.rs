//! What a deployment sets for its server.

use ipnet_list::Networks;
use std::collections::BTreeSet;
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
        }
    }
}

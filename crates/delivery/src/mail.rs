//! Letters by SMTP, or into a folder for the demonstration. One message for each recipient.

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as SmtpTls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::PathBuf;
use std::time::Duration;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Begins in the clear and must go over to TLS.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None: a mail server on the same machine only.
    None,
}

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: Option<(String, String)>,
    /// PEM of a private authority, beside the public ones.
    pub authority: Option<Vec<u8>>,
    pub from: String,
    pub timeout: Duration,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// A letter as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Stays the same in every try, so that a mail server knows it again.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// Why a letter did not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFault {
    /// The server refuses this letter for good.
    Refused(String),
    /// Something that passes.
    Passing(String),
}

#[derive(Debug, Clone)]
pub enum Mailer {
    Smtp { transport: AsyncSmtpTransport<Tokio1Executor>, from: Mailbox },
    Folder { folder: PathBuf, from: Mailbox },
}

fn mailbox(text: &str) -> Result<Mailbox, MailFault> {
    text.parse().map_err(|_| MailFault::Refused("address".to_owned()))
}

impl Mailer {
    pub fn smtp(s: &Smtp) -> Result<Mailer, MailFault> {
        let fault = |e: lettre::transport::smtp::Error| MailFault::Passing(e.to_string());
        let mut parameters = TlsParameters::builder(s.host.clone());
        if let Some(pem) = &s.authority {
            parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(fault)?);
        }
        let tls = match s.tls {
            Tls::StartTls => SmtpTls::Required(parameters.build().map_err(fault)?),
            Tls::Implicit => SmtpTls::Wrapper(parameters.build().map_err(fault)?),
            Tls::None => SmtpTls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&s.host).port(s.port).tls(tls).timeout(Some(s.timeout));
        if let Some((user, password)) = &s.user {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Mailer::Smtp { transport: builder.build(), from: mailbox(&s.from)? })
    }

    pub fn folder(folder: PathBuf, from: &str) -> Result<Mailer, MailFault> {
        std::fs::create_dir_all(&folder).map_err(|e| MailFault::Passing(e.to_string()))?;
        Ok(Mailer::Folder { folder, from: mailbox(from)? })
    }

    fn message(&self, letter: &Letter) -> Result<Message, MailFault> {
        let (Mailer::Smtp { from, .. } | Mailer::Folder { from, .. }) = self;
        let domain = from.email.domain();
        Message::builder()
            .from(from.clone())
            .to(mailbox(&letter.to)?)
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .header(Automatic)
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(letter.text.clone()))
            .map_err(|e| MailFault::Refused(e.to_string()))
    }

    pub async fn send(&self, letter: &Letter) -> Result<(), MailFault> {
        let message = self.message(letter)?;
        match self {
            Mailer::Smtp { transport, .. } => match transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(MailFault::Refused(error.to_string())),
                Err(error) => Err(MailFault::Passing(error.to_string())),
            },
            Mailer::Folder { folder, .. } => {
                let file = folder.join(format!("{}.eml", letter.id));
                let fault = |e: std::io::Error| MailFault::Passing(e.to_string());
                let draft = folder.join(format!(".{}.new", letter.id));
                tokio::fs::write(&draft, message.formatted()).await.map_err(fault)?;
                tokio::fs::rename(&draft, &file).await.map_err(fault)
            }
        }
    }

    /// Is the mail server there? A folder always is.
    pub async fn ready(&self) -> bool {
        match self {
            Mailer::Smtp { transport, .. } => transport.test_connection().await.unwrap_or(false),
            Mailer::Folder { .. } => true,
        }
    }
}

/// Written by a program: no automatic answers, please (RFC 3834).
#[derive(Debug, Clone)]
struct Automatic;

impl lettre::message::header::Header for Automatic {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Automatic)
    }
    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

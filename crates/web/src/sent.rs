//! What a form sends: its texts by pointer, its files, and what the page itself put there.

use crate::form::Pairs;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use bytes::Bytes;
use ndp_domain::text::normalise;
use ndp_server::App;
use ndp_server::problem::{Edge, Refused};

/// One file of a form: pointer, name, content.
#[derive(Debug, Clone)]
pub struct Given {
    pub pointer: String,
    pub name: String,
    pub bytes: Bytes,
}

/// A form as sent.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// Texts whose names are pointers.
    pub pairs: Pairs,
    pub files: Vec<Given>,
    /// Everything else, in the order of the form.
    pub plain: Vec<(String, String)>,
    /// The body as it came, where it can be kept for after a sign-in.
    pub body: Option<String>,
}

impl Sent {
    pub fn get(&self, name: &str) -> &str {
        self.plain.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.plain.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// Version of the record that the page showed.
    pub fn version(&self) -> Option<u64> {
        self.get("_version").parse().ok()
    }
    /// Made for the page: the same button pressed twice is one act.
    pub fn key(&self) -> Option<String> {
        let key = self.get("_key");
        ((8..=80).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')).then(|| format!("page-{key}"))
    }

    /// Where somebody else saved a field too, and their text was chosen, it takes the place of what was typed.
    pub fn take_theirs(&mut self) {
        for (name, value) in &self.plain {
            if let (Some(pointer), Some(theirs)) = (name.strip_prefix("_take:"), value.strip_prefix('=')) {
                self.pairs.set(pointer, theirs);
            }
        }
        self.plain.retain(|(name, _)| !name.starts_with("_take:"));
    }

    fn take(&mut self, name: String, value: String) {
        // Browsers write line ends as two signs; one is what was typed.
        let value = normalise(&value.replace("\r\n", "\n"));
        if name.starts_with('/') { self.pairs.set(name, value) } else { self.plain.push((name, value)) }
    }

    /// From a body kept in a page.
    pub fn of_text(body: &str) -> Sent {
        let mut sent = Sent { body: Some(body.to_owned()), ..Sent::default() };
        for (name, value) in form_urlencoded::parse(body.as_bytes()).take(MOST) {
            sent.take(name.into_owned(), value.into_owned());
        }
        sent
    }

    /// As a body again, without what belongs to one page and session.
    pub fn kept(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs.0.iter().chain(self.plain.iter().filter(|(n, _)| n != "_proof").map(|(n, v)| (n, v))) {
            out.append_pair(name, value);
        }
        out.finish()
    }
}

/// More fields than our largest form has.
const MOST: usize = 6_000;

impl FromRequest<App> for Sent {
    type Rejection = Refused;
    async fn from_request(request: Request, app: &App) -> Result<Sent, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            return of_parts(request, app).await;
        }
        if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Edge::MediaType.into());
        }
        let bytes = ndp_server::body::bytes(app, request.into_body(), app.settings.body).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Edge::Parameter("body"))?;
        let sent = Sent::of_text(text);
        // NUL is no text for any database; percent-encoded it is the only way in.
        if text.contains("%00") {
            return Err(Edge::Parameter("body").into());
        }
        Ok(sent)
    }
}

async fn of_parts(request: Request, app: &App) -> Result<Sent, Refused> {
    let wrong = |e: axum::extract::multipart::MultipartError| {
        if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { Edge::UploadSize } else { Edge::LengthWrong }
    };
    // Files of somebody who is not signed in are read past and not kept; texts are kept for after the sign-in.
    let signed_in = ndp_server::caller::on_page(app, request.headers()).await?.is_some();
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| Edge::LengthWrong)?;
    let mut sent = Sent::default();
    let (mut fields, mut texts, mut left) = (0_usize, app.settings.body, app.files.largest + app.settings.body as u64);
    while let Some(mut part) = parts.next_field().await.map_err(wrong)? {
        fields += 1;
        if fields > MOST {
            return Err(Edge::TooLarge.into());
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let mut bytes = bytes::BytesMut::new();
        while let Some(chunk) = part.chunk().await.map_err(wrong)? {
            left = left.checked_sub(chunk.len() as u64).ok_or(Edge::UploadSize)?;
            match file {
                Some(_) if !signed_in => continue,
                Some(_) => {}
                None => texts = texts.checked_sub(chunk.len()).ok_or(Edge::TooLarge)?,
            }
            bytes.extend_from_slice(&chunk);
        }
        match (file, name.strip_suffix(":file")) {
            (Some(file), Some(pointer)) if !file.is_empty() && signed_in => {
                sent.files.push(Given { pointer: pointer.to_owned(), name: file, bytes: bytes.freeze() });
            }
            (Some(_), _) => {}
            (None, _) => {
                let value = String::from_utf8(bytes.to_vec()).map_err(|_| Edge::Parameter("body"))?;
                if value.contains('\0') || name.contains('\0') {
                    return Err(Edge::Parameter("body").into());
                }
                sent.take(name, value);
            }
        }
    }
    Ok(sent)
}

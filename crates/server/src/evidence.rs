//! Evidence over HTTP: uploads that can be taken up again, files given out as downloads only.

use crate::App;
use crate::body::Checked;
use crate::caller::{Acting, Reading};
use crate::problem::{Edge, Refused};
use crate::records::{href, id_of, kind_of, seen};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use chrono::NaiveDate;
use futures::StreamExt;
use ndp_domain::access::Facet;
use ndp_domain::authority::{Duty, Side};
use ndp_domain::canonical::Hash;
use ndp_domain::document;
use ndp_domain::dossier::{Application, Dossier, Purpose};
use ndp_domain::id::{Id, Kind, OrganisationId};
use ndp_domain::machine::{self, Known as _};
use ndp_domain::shown::{Extent, extent, reads_paper, whole};
use ndp_files::{FileFault, kind};
use ndp_identity::scope::Verb;
use ndp_store::batch::Message;
use ndp_store::files::{Attached, Beside, Upload};
use ndp_store::seen::Seen;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;
use validator::Validate;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUpload {
    /// Name with its ending, without folders.
    #[validate(length(min = 1, max = 200, code = "text_too_long"))]
    pub name: String,
    /// Size of the whole (bytes).
    pub size: u64,
    /// Last day on which the evidence is valid.
    pub valid_to: Option<NaiveDate>,
}

/// Kept in memory at once for one upload (bytes).
const CHUNK: usize = 1024 * 1024;

fn fault(error: FileFault) -> Refused {
    match error {
        FileFault::Kind(kind::Refused::Empty) => Edge::FileEmpty.into(),
        FileFault::Kind(kind::Refused::Type) => Edge::FileType.into(),
        FileFault::Kind(kind::Refused::Archive) => Edge::ArchiveBomb.into(),
        FileFault::Incomplete => Edge::UploadSize.into(),
        other => ndp_identity::Denial::Fault(other.to_string()).into(),
    }
}

/// May the caller put files to this record?
fn may_attach(reading: &Reading, seen: &Seen) -> bool {
    // What the support team types in from paper is kept with the sheet itself.
    if reading.reader.duty == Duty::Support && seen.loaded.id.kind != Kind::Sheet {
        return false;
    }
    let own = seen
        .facets
        .iter()
        .any(|f| matches!(f, Facet::Draft | Facet::Own | Facet::File | Facet::Evidence | Facet::Contract | Facet::Shared));
    // A records office adds the file that bears the agency's signature.
    let sealing = seen.facets.contains(&Facet::Register) && seen.loaded.neighbour.whole.state.stage() == "D.numbered";
    (own || sealing) && !matches!(reading.reader.duty.side(), Side::Overseer | Side::Public)
}

/// Whose files of a record the caller sees: all, where they see the record whole; else those of their
/// own organisation.
fn kept_to(reading: &Reading, seen: &Seen) -> Result<Option<OrganisationId>, Refused> {
    let all = |f: &Facet| extent(seen.loaded.id.kind, *f) == Extent::Whole && !matches!(f, Facet::Own | Facet::Register | Facet::Published);
    // Who reads a paper reads what it encloses: its form, its register and its signature are of the whole of it.
    let paper = seen.loaded.id.kind == Kind::Document && reads_paper(&seen.facets);
    // So does whoever a sheet is for, typed it in or confirms it.
    let sheet = seen.loaded.id.kind == Kind::Sheet && whole(Kind::Sheet, &seen.facets);
    if paper || sheet || seen.facets.iter().any(all) {
        return Ok(None);
    }
    // A role in a body reads nothing by its organisation, and what everybody sees brings no files.
    let in_part = seen.facets.iter().any(|f| !matches!(f, Facet::Title | Facet::Published));
    reading.reader.org.filter(|_| in_part).map(Some).ok_or_else(|| Edge::NotFound.into())
}

fn fine_name(name: &str) -> bool {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    !name.trim().is_empty() && !name.chars().any(bad) && !name.starts_with('.') && name.contains('.')
}

/// A new upload of the caller, where they may put files to the record and its name and size are fine.
async fn begun(app: &App, reading: &Reading, id: Id, body: NewUpload) -> Result<Upload, Refused> {
    reading.allows(Verb::Files, id.kind, Some(id), None)?;
    let seen = seen(app, reading, id).await?;
    if !may_attach(reading, &seen) {
        return Err(ndp_engine::Problem::Denied(ndp_domain::authority::Denied::DutyOfAnotherAct).into());
    }
    opened(app, reading, id, body).await
}

/// An upload whose name and size are fine.
async fn opened(app: &App, reading: &Reading, id: Id, body: NewUpload) -> Result<Upload, Refused> {
    if !fine_name(&body.name) {
        return Err(Edge::FileName.into());
    }
    if body.size == 0 {
        return Err(Edge::FileEmpty.into());
    }
    if body.size > app.files.largest {
        return Err(Edge::UploadSize.into());
    }
    let (Some(duty), Some(account)) = (&reading.duty, reading.reader.account) else { return Err(Edge::NotSignedIn.into()) };
    let now = app.identity.clock.now();
    let upload = Upload {
        id: Uuid::now_v7(),
        stream: id.uuid,
        account,
        held_by: duty.org.to_string(),
        name: body.name,
        valid_to: body.valid_to.map(|d| d.to_string()),
        size: body.size,
        received: 0,
        parts: Vec::new(),
    };
    if !app.engine.store.begin_upload(&upload, app.settings.uploads, now + chrono::TimeDelta::days(1), now).await? {
        return Err(Edge::TooManyUploads.into());
    }
    Ok(upload)
}

/// A whole file at once, as a page sends it. A record that the page is about to open is not there yet: its files stand
/// with it from its first day, and until then nobody reads them.
pub async fn give(app: &App, reading: &Reading, id: Id, name: &str, bytes: Bytes) -> Result<Hash, Refused> {
    let body = NewUpload { name: name.to_owned(), size: bytes.len() as u64, valid_to: None };
    let mut upload = match app.engine.store.load_one(id).await? {
        Some(_) => begun(app, reading, id, body).await?,
        None => opened(app, reading, id, body).await?,
    };
    let mut left = bytes;
    while !left.is_empty() {
        let chunk = left.split_to(left.len().min(CHUNK));
        keep(app, &mut upload, chunk).await?;
    }
    Ok(finished(app, &upload).await?.0.sha256)
}

/// Files of a record that the caller sees.
pub async fn files_of(app: &App, reading: &Reading, seen: &Seen) -> Result<Vec<Attached>, Refused> {
    let Ok(kept_to) = kept_to(reading, seen) else { return Ok(Vec::new()) };
    attached(app, seen, kept_to).await
}

/// Every hash under the name `sha256` in a content.
fn hashes(content: &Value, into: &mut BTreeSet<Hash>) {
    match content {
        Value::Array(items) => items.iter().for_each(|item| hashes(item, into)),
        Value::Object(fields) => {
            into.extend(fields.get("sha256").and_then(Value::as_str).and_then(Hash::parse));
            fields.values().for_each(|value| hashes(value, into));
        }
        _ => {}
    }
}

/// Is the file that a signature names, where it is kept with its paper, one that a signature can stand in?
/// Choice: a PDF. `file.signed_type`
pub async fn fit_to_sign(app: &App, reading: &Reading, id: Id, command: &machine::Command) -> Result<(), Refused> {
    let (machine::Command::Document(document::Command::Sign { file_sha256, .. })
    | machine::Command::Document(document::Command::Seal { file_sha256: Some(file_sha256) })) = command
    else {
        return Ok(());
    };
    let seen = seen(app, reading, id).await?;
    let named = BTreeSet::from([*file_sha256]);
    let files = app.engine.store.attached_beside(&Beside::Records(&[seen.loaded.id]), &named, None).await?;
    if files.iter().any(|f| f.media_type != "application/pdf") { Err(Edge::SignedFileType.into()) } else { Ok(()) }
}

/// Files that a paper's frozen content names.
async fn named_in(app: &App, paper: &document::State) -> Result<BTreeSet<Hash>, Refused> {
    let mut named = BTreeSet::new();
    if let Some(pin) = &paper.snapshot
        && let Some(text) = app.engine.store.content(pin.0).await?
    {
        hashes(&serde_json::from_str(&text).unwrap_or_default(), &mut named);
    }
    Ok(named)
}

/// Files kept with the record itself: of a paper without what it encloses.
pub async fn own_files_of(app: &App, reading: &Reading, seen: &Seen) -> Result<Vec<Attached>, Refused> {
    let Ok(kept_to) = kept_to(reading, seen) else { return Ok(Vec::new()) };
    Ok(app.engine.store.attached(seen.loaded.id, kept_to).await?)
}

/// Files of a record; of a review's dossier also those of the dossier whose application it goes on from; of a paper
/// also what it encloses.
async fn attached(app: &App, seen: &Seen, kept_to: Option<OrganisationId>) -> Result<Vec<Attached>, Refused> {
    let store = &app.engine.store;
    let mut all = store.attached(seen.loaded.id, kept_to).await?;
    if let Some(d) = Dossier::known(&seen.loaded.neighbour.whole.state)
        && let (Some(application), true) = (d.application, d.purpose != Purpose::First)
        && let Some(text) = store.content(application.0).await?
    {
        let application: Application = serde_json::from_str(&text).map_err(|e| ndp_identity::Denial::Fault(e.to_string()))?;
        let mut named = application.files();
        all.iter().for_each(|f| {
            named.remove(&f.sha256);
        });
        if !named.is_empty() {
            all.extend(store.attached_beside(&Beside::Product(d.product), &named, kept_to).await?);
        }
    }
    if let (machine::State::Document(paper), None) = (&seen.loaded.neighbour.whole.state, kept_to) {
        let named = named_in(app, paper).await?;
        // Its recipients have the paper and what it encloses, and nothing that was put to it on its way.
        let signed = |f: &Attached| paper.signed_files().any(|hash| hash == f.sha256);
        all.retain(|f| whole(Kind::Document, &seen.facets) || named.contains(&f.sha256) || signed(f));
        let records: Vec<Id> = paper.acts.iter().map(|a| a.stream).collect();
        if !named.is_empty() && !records.is_empty() {
            let enclosed = store.attached_beside(&Beside::Records(&records), &named, None).await?;
            all.extend(enclosed.into_iter().filter(|e| all.iter().all(|f| f.sha256 != e.sha256)).collect::<Vec<_>>());
        }
    }
    Ok(all)
}

/// May the caller put files to this record?
pub fn takes_files(reading: &Reading, seen: &Seen) -> bool {
    may_attach(reading, seen)
}

/// `POST /{records}/{id}/uploads`
pub async fn begin(
    State(app): State<App>,
    Path((plural, id)): Path<(String, String)>,
    Acting(reading): Acting,
    Checked(body): Checked<NewUpload>,
) -> Result<Response, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    let upload = begun(&app, &reading, id, body).await?;
    let place = format!("/api/v1/uploads/{}", upload.id);
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place.clone())],
        Json(json!({ "upload": upload.id, "href": place, "offset": 0, "size": upload.size })),
    )
        .into_response())
}

async fn own(app: &App, reading: &Reading, id: &str) -> Result<Upload, Refused> {
    let id: Uuid = id.parse().map_err(|_| Edge::NotFound)?;
    let account = reading.reader.account.ok_or(Edge::NotSignedIn)?;
    let upload = app.engine.store.upload(account, id, app.identity.clock.now()).await?.ok_or(Edge::UploadGone)?;
    // A token for a program goes no further here than where it began.
    if let Some(service) = reading.signed_in.as_ref().and_then(|s| s.caller.service.as_ref()) {
        use ndp_identity::scope::Target;
        let reaches = |s: &ndp_identity::Scope| s.verb == Verb::Files && !matches!(s.target, Target::One(one) if one.uuid != upload.stream);
        if !service.scopes.0.iter().any(reaches) {
            return Err(Edge::ScopeTooNarrow.into());
        }
    }
    Ok(upload)
}

/// `GET /uploads/{upload}`: how far it has come.
pub async fn progress(State(app): State<App>, Path(id): Path<String>, Acting(reading): Acting) -> Result<Response, Refused> {
    let upload = own(&app, &reading, &id).await?;
    let offset = HeaderValue::from(upload.received);
    Ok(([("upload-offset", offset)], Json(json!({ "upload": upload.id, "offset": upload.received, "size": upload.size }))).into_response())
}

/// `DELETE /uploads/{upload}`
pub async fn give_up(State(app): State<App>, Path(id): Path<String>, Acting(reading): Acting) -> Result<StatusCode, Refused> {
    let upload = own(&app, &reading, &id).await?;
    app.files.drop_parts(upload.id).await.map_err(fault)?;
    app.engine.store.drop_upload(upload.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PATCH /uploads/{upload}` with `Upload-Offset`: what arrives is kept in small parts, so that a cut
/// connection loses little; the last part makes it a file.
pub async fn part(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Acting(reading): Acting,
    request: Request,
) -> Result<Response, Refused> {
    let mut upload = own(&app, &reading, &id).await?;
    let offset: u64 =
        headers.get("upload-offset").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok()).ok_or(Edge::Parameter("Upload-Offset"))?;
    let mut body = request.into_body().into_data_stream();
    if offset != upload.received {
        // Read what is on its way, so that the sender hears the answer and not a broken line.
        let mut left = app.settings.part;
        while let Ok(Some(Ok(bytes))) = tokio::time::timeout(std::time::Duration::from_secs(2), body.next()).await {
            left = left.saturating_sub(bytes.len());
            if left == 0 {
                break;
            }
        }
        return Err(Edge::UploadOffset(upload.received).into());
    }
    let mut held = BytesMut::new();
    let mut cut = false;
    loop {
        let next = tokio::time::timeout(std::time::Duration::from_secs(60), body.next()).await;
        let ended = match next {
            Ok(Some(Ok(bytes))) => {
                held.extend_from_slice(&bytes);
                false
            }
            Ok(None) => true,
            Ok(Some(Err(_))) | Err(_) => {
                cut = true;
                true
            }
        };
        while held.len() >= CHUNK || (ended && !held.is_empty()) {
            let chunk = held.split_to(held.len().min(CHUNK)).freeze();
            keep(&app, &mut upload, chunk).await?;
        }
        if ended {
            break;
        }
    }
    if cut {
        return Err(Edge::LengthWrong.into());
    }
    if upload.received < upload.size {
        let offset = HeaderValue::from(upload.received);
        return Ok((
            StatusCode::OK,
            [("upload-offset", offset)],
            Json(json!({ "upload": upload.id, "offset": upload.received, "size": upload.size })),
        )
            .into_response());
    }
    finish(&app, &upload).await
}

async fn keep(app: &App, upload: &mut Upload, chunk: Bytes) -> Result<(), Refused> {
    let to = upload.received + chunk.len() as u64;
    if to > upload.size {
        return Err(Edge::UploadSize.into());
    }
    // A name of its own: who loses the race for this place overwrites nothing of who wins it.
    let name = format!("{:020}-{}", upload.received, Uuid::now_v7().simple());
    app.files.put_part(upload.id, &name, chunk).await.map_err(fault)?;
    if !app.engine.store.received(upload.id, upload.received, to, &name).await? {
        return Err(Edge::UploadOffset(upload.received).into());
    }
    upload.parts.push(name);
    upload.received = to;
    Ok(())
}

async fn finish(app: &App, upload: &Upload) -> Result<Response, Refused> {
    let (stored, scanned) = finished(app, upload).await?;
    let value = json!({
        "sha256": stored.sha256, "name": upload.name, "size": stored.size, "media_type": stored.media_type, "valid_to": upload.valid_to,
        "state": if scanned { "quarantine" } else { "clean" },
    });
    Ok((StatusCode::CREATED, Json(value)).into_response())
}

/// The parts joined and attached; and whether a scanner has yet to look.
async fn finished(app: &App, upload: &Upload) -> Result<(ndp_files::Stored, bool), Refused> {
    let stored = match app.files.join(upload.id, &upload.parts, &upload.name, upload.size).await {
        Ok(stored) => stored,
        Err(error @ FileFault::Kind(_)) => {
            // It will not become another file by being sent again.
            app.files.drop_parts(upload.id).await.map_err(fault)?;
            app.engine.store.drop_upload(upload.id).await?;
            return Err(fault(error));
        }
        Err(error) => return Err(fault(error)),
    };
    let now = app.identity.clock.now();
    let scan = app.files.scanner.as_ref().map(|_| Message {
        id: Uuid::now_v7(),
        topic: "scan",
        payload: format!("\"{}\"", stored.sha256),
        dedup_key: format!("scan:{}", stored.sha256),
        run_at: now,
    });
    app.engine.store.attach(upload, stored.sha256, stored.media_type, scan.as_ref(), now).await?;
    app.files.drop_parts(upload.id).await.map_err(fault)?;
    Ok((stored, scan.is_some()))
}

fn file_json(id: Id, f: &Attached) -> Value {
    json!({
        "sha256": f.sha256, "name": f.name, "size": f.size, "media_type": f.media_type, "valid_to": f.valid_to, "held_by": f.held_by,
        "at": f.at, "state": f.state, "href": format!("{}/files/{}", href(id), f.sha256),
    })
}

/// `GET /{records}/{id}/files`
pub async fn list(
    State(app): State<App>,
    Path((plural, id)): Path<(String, String)>,
    Acting(reading): Acting,
) -> Result<Json<Value>, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    reading.allows(Verb::Files, id.kind, Some(id), None)?;
    let seen = seen(&app, &reading, id).await?;
    let files = attached(&app, &seen, kept_to(&reading, &seen)?).await?;
    Ok(Json(json!({ "items": files.iter().map(|f| file_json(id, f)).collect::<Vec<_>>() })))
}

/// `filename*` of RFC 6266; the plain name keeps to ASCII.
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let coded: String = name
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}")
}

/// `GET /{records}/{id}/files/{sha256}`: always a download, never shown in place; every one is noted.
pub async fn download(
    State(app): State<App>,
    Path((plural, id, sha256)): Path<(String, String, String)>,
    headers: HeaderMap,
    Acting(reading): Acting,
) -> Result<Response, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    reading.allows(Verb::Files, id.kind, Some(id), None)?;
    let hash = Hash::parse(&sha256).ok_or(Edge::NotFound)?;
    let seen = seen(&app, &reading, id).await?;
    let files = attached(&app, &seen, kept_to(&reading, &seen)?).await?;
    let file = files.into_iter().find(|f| f.sha256 == hash).ok_or(Edge::NotFound)?;
    match file.state.as_str() {
        "clean" => {}
        "infected" => return Err(Edge::FileInfected.into()),
        _ => return Err(Edge::FileQuarantined.into()),
    }
    let duty = reading.duty.as_ref().map(|d| d.duty.code().to_owned());
    app.engine.store.note_reading(reading.reader.account, duty, id, &format!("file {hash}"), app.identity.clock.now()).await?;
    let tag = format!("\"{hash}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) == Some(tag.as_str());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from_stream(app.files.get(hash).await.map_err(fault)?).into_response()
    };
    // A browser takes the headers of "not changed" for those of what it kept: they are the same.
    let out = response.headers_mut();
    let mut put = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(name, value);
        }
    };
    let media_type =
        if file.media_type.starts_with("text/") { format!("{}; charset=utf-8", file.media_type) } else { file.media_type.clone() };
    put(header::CONTENT_TYPE, &media_type);
    if !known {
        put(header::CONTENT_LENGTH, &file.size.to_string());
    }
    put(header::CONTENT_DISPOSITION, &disposition(&file.name));
    put(header::ETAG, &tag);
    put(header::CACHE_CONTROL, "private, no-cache");
    put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    Ok(response)
}

/// `GET /{records}/{id}/readings`: who read what of a record, for its agency and for auditors.
pub async fn readings(
    State(app): State<App>,
    Path((plural, id)): Path<(String, String)>,
    Acting(reading): Acting,
) -> Result<Json<Value>, Refused> {
    let id = id_of(kind_of(&plural)?, &id)?;
    let seen = seen(&app, &reading, id).await?;
    if !seen.facets.contains(&Facet::File) {
        return Err(Edge::NotFound.into());
    }
    let all = app.engine.store.readings(id, 200).await?;
    let items: Vec<Value> = all
        .iter()
        .map(|(at, account, duty, what)| json!({ "at": at, "account": account.map(ndp_domain::id::AccountId), "duty": duty, "what": what }))
        .collect();
    Ok(Json(json!({ "items": items })))
}

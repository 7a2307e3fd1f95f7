//! Every operation of the API, once: its address, its handler, and what the published document says of
//! it. The router and the document are made from this list.

use crate::{App, acts, evidence, feed, lists, openapi, people, process, public, records, reference, sign_in, webhooks};
use axum::Router;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

/// Who may call it at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Nobody needs to sign in.
    Public,
    /// With a token more is seen, without it what is public.
    Optional,
    Token,
}

/// A parameter of the query or a header.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    pub name: &'static str,
    pub header: bool,
    pub required: bool,
    pub kind: &'static str,
    pub what: &'static str,
}

const fn query(name: &'static str, kind: &'static str, what: &'static str) -> Param {
    Param { name, header: false, required: false, kind, what }
}
const fn needed(name: &'static str, kind: &'static str, what: &'static str) -> Param {
    Param { name, header: false, required: true, kind, what }
}
const fn in_header(name: &'static str, required: bool, kind: &'static str, what: &'static str) -> Param {
    Param { name, header: true, required, kind, what }
}

/// One operation. `{records}` in a path stands for every kind of record.
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub id: &'static str,
    pub tag: &'static str,
    pub what: &'static str,
    pub auth: Auth,
    pub params: &'static [Param],
    pub body: Option<fn(&mut SchemaGenerator) -> Value>,
    /// Status of success, and whether it is JSON.
    pub success: (u16, Option<&'static str>),
    pub refusals: &'static [u16],
    pub handler: fn() -> MethodRouter<App>,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

const JSON: Option<&str> = Some("application/json");
const LIMIT: Param = query("limit", "limit", "Items of a page, 1 to 200.");
const AFTER: Param = query("after", "cursor", "Where the page before ended.");

const LIST: &[Param] = &[
    query("order", "order", "`due`, `updated` (newest first, the usual one) or `name` (the usual one of criteria sets)."),
    query("stage", "text", "State, `E.evaluating`."),
    query("managing", "organisation", "Managing organisation."),
    query("applicant", "organisation", "Applicant."),
    query("product", "product", "Product."),
    query("parent", "id", "Record it belongs to."),
    query("q", "text", "Part of a name or code; diacritics and case do not matter."),
    AFTER,
    LIMIT,
    query("total", "flag", "Count as well: exact to 1,000."),
];

macro_rules! operations {
    ($($method:ident $path:literal $id:literal $tag:literal $auth:ident $params:expr, $body:expr, $success:expr, $refusals:expr, $handler:expr, $what:literal;)*) => {
        /// All of them.
        pub const OPERATIONS: &[Operation] = &[$(Operation {
            method: stringify!($method), path: $path, id: $id, tag: $tag, what: $what, auth: Auth::$auth, params: $params, body: $body,
            success: $success, refusals: $refusals, handler: || $method($handler),
        }),*];
    };
}

operations! {
    get "/api/v1" "root" "process" Public &[], None, (200, JSON), &[], process::root, "What this is, which day it is here, and where to go on.";
    get "/api/v1/openapi.json" "openapi" "process" Public &[], None, (200, JSON), &[], openapi::document_json, "This document.";
    get "/api/v1/reference" "reference" "process" Public &[], None, (200, Some("text/html")), &[], openapi::reference, "This document for people.";
    get "/api/v1/process/acts" "list_acts" "process" Public &[], None, (200, JSON), &[], process::acts, "The acts of the process, from the table that the engine runs on.";
    get "/api/v1/regulations" "list_regulations" "process" Public &[], None, (200, JSON), &[], process::regulations, "Regulation versions.";
    get "/api/v1/regulations/{regulation}" "get_regulation" "process" Public &[], None, (200, JSON), &[404], process::regulation, "One version with its framework.";
    get "/api/v1/calendar" "calendar" "process" Public &[needed("from", "date", "First day."), needed("to", "date", "Last day, at most 366 days on.")], None, (200, JSON), &[400], process::calendar, "Working days.";
    post "/api/v1/reference-data" "load_reference_data" "process" Token &[query("dry_run", "flag", "Decide and answer, write nothing."), in_header("Idempotency-Key", false, "text", "Repeated with the same content, it gets the first answer.")], Some(schema::<reference::Load>), (201, JSON), &[200, 400, 401, 403, 409, 415, 422], reference::load, "A regulation version, holidays of whole years, or who holds a function, as an administrator loads them; open last days follow holidays.";
    put "/api/v1/demo/clock" "move_clock" "process" Public &[], Some(schema::<process::MoveClock>), (200, JSON), &[400, 404, 415, 422], process::move_clock, "Moves the demonstration's clock on; elsewhere not found.";

    get "/api/v1/registers/{register}" "get_register" "public" Public &[query("on", "date", "As of this day."), query("known", "instant", "As known at this instant."), AFTER, LIMIT], None, (200, JSON), &[304, 400, 404], public::register, "A public register as of a day: `list`, `recognised`, `deployed`, `planned`.";
    get "/api/v1/registers/{register}/export" "export_register" "public" Public &[query("on", "date", "As of this day."), query("known", "instant", "As known at this instant."), AFTER, LIMIT], None, (200, Some("text/csv")), &[400, 404], public::export, "The whole register as CSV.";
    get "/api/v1/seals/last" "last_seal" "public" Public &[], None, (200, JSON), &[], public::seal, "The last seal of the record, to be noted elsewhere.";
    get "/api/v1/keys" "keys" "public" Public &[], None, (200, JSON), &[], sign_in::keys, "Public keys of access tokens (JSON Web Key Set).";

    post "/api/v1/sign-ins" "sign_in" "sign-in" Public &[], Some(schema::<sign_in::SignIn>), (201, JSON), &[400, 401, 403, 415, 422, 429], sign_in::sign_in, "Signs in with address and password, and a code where the account has a second factor.";
    get "/api/v1/sign-ins" "list_sign_ins" "sign-in" Token &[], None, (200, JSON), &[401, 403], sign_in::sessions, "Where one is signed in.";
    delete "/api/v1/sign-ins" "sign_out_everywhere" "sign-in" Token &[], None, (204, None), &[401, 403], sign_in::sign_out_everywhere, "Signs out everywhere.";
    delete "/api/v1/sign-ins/current" "sign_out" "sign-in" Token &[], None, (204, None), &[401, 403], sign_in::sign_out, "Signs out here.";
    post "/api/v1/sign-ins/refreshes" "refresh" "sign-in" Public &[], Some(schema::<sign_in::Refresh>), (201, JSON), &[400, 401, 403, 415, 422, 429], sign_in::refresh, "The next pair of tokens; a refresh token used twice ends the session.";
    get "/api/v1/sign-ins/oidc/answers" "answer_of_provider" "sign-in" Public &[query("state", "text", "From the provider."), query("code", "text", "From the provider.")], None, (201, JSON), &[303, 400, 403, 429], sign_in::answer_of_provider, "Back from another provider.";
    get "/api/v1/sign-ins/oidc/{provider}" "ask_provider" "sign-in" Public &[], None, (303, None), &[404], sign_in::ask_provider, "On to another provider (OpenID Connect).";
    post "/api/v1/password-resets" "ask_reset" "sign-in" Public &[], Some(schema::<sign_in::Reset>), (202, JSON), &[400, 415, 422, 429], sign_in::ask_reset, "Asks for a letter that sets a new password; the same answer for every address.";
    post "/api/v1/password-resets/acceptances" "reset" "sign-in" Public &[], Some(schema::<sign_in::Accept>), (204, None), &[400, 415, 422, 429], sign_in::reset, "Sets the new password and ends all sessions.";
    post "/api/v1/invitations/acceptances" "accept_invitation" "sign-in" Public &[], Some(schema::<sign_in::Accept>), (204, None), &[400, 415, 422, 429], sign_in::accept, "Sets the first password.";

    get "/api/v1/me" "me" "me" Token &[], None, (200, JSON), &[401, 403], sign_in::me, "Oneself, and the duties one may act in.";
    put "/api/v1/me/password" "change_password" "me" Token &[], Some(schema::<sign_in::NewPassword>), (204, None), &[400, 401, 403, 415, 422, 429], sign_in::change_password, "Changes one's password; all sessions end.";
    put "/api/v1/me/language" "change_language" "me" Token &[], Some(schema::<sign_in::Language>), (204, None), &[400, 401, 403, 415, 422], sign_in::change_language, "Language of letters.";
    put "/api/v1/me/notices" "change_notices" "me" Token &[], Some(schema::<sign_in::Notices>), (204, None), &[400, 401, 403, 415, 422], sign_in::change_notices, "Whether a letter comes for each new task.";
    post "/api/v1/me/second-factor" "offer_second_factor" "me" Token &[], None, (201, JSON), &[401, 403, 429], sign_in::offer_second_factor, "Offers a second factor: an address for an authenticator, and recovery codes, shown once.";
    post "/api/v1/me/second-factor/confirmations" "confirm_second_factor" "me" Token &[], Some(schema::<sign_in::Code>), (201, JSON), &[400, 401, 403, 415, 422, 429], sign_in::confirm_second_factor, "Switches it on.";
    delete "/api/v1/me/second-factor" "drop_second_factor" "me" Token &[], None, (204, None), &[401, 403], sign_in::drop_second_factor, "Switches it off.";
    get "/api/v1/me/service-tokens" "list_service_tokens" "me" Token &[], None, (200, JSON), &[401, 403], sign_in::service_tokens, "One's tokens for programs.";
    post "/api/v1/me/service-tokens" "new_service_token" "me" Token &[], Some(schema::<sign_in::NewServiceToken>), (201, JSON), &[400, 401, 403, 415, 422], sign_in::new_service_token, "A token for a program in the chosen duty, no wider than its scopes; shown once.";
    delete "/api/v1/me/service-tokens/{token}" "end_service_token" "me" Token &[], None, (204, None), &[401, 403, 404], sign_in::end_service_token, "Ends it everywhere.";

    post "/api/v1/invitations" "invite" "accounts" Token &[], Some(schema::<people::Invite>), (201, JSON), &[400, 401, 403, 409, 415, 422], people::invite, "An account with its duties, and a letter to its holder.";
    get "/api/v1/accounts/{account}/person" "get_person" "accounts" Token &[], None, (200, JSON), &[400, 401, 403, 404], people::person, "The name behind an account.";
    delete "/api/v1/accounts/{account}/person" "erase_person" "accounts" Token &[], None, (204, None), &[400, 401, 403, 404], people::erase, "Erases name and address; the account's acts stay on record.";

    get "/api/v1/tasks" "list_tasks" "lists" Token &[LIMIT], None, (200, JSON), &[400, 401, 403], lists::tasks, "What waits for the caller in the chosen duty.";
    get "/api/v1/counts" "counts" "lists" Token &[], None, (200, JSON), &[400, 401, 403], lists::counts, "Records by kind and state, a few seconds old.";
    get "/api/v1/feed" "feed" "integration" Optional &[query("after", "position", "Position already seen."), LIMIT, query("kind", "kind", "Kind of record.")], None, (200, JSON), &[400, 401, 403], feed::feed, "What happened to records that the caller sees, by position; `next` goes on.";
    get "/api/v1/webhooks" "list_webhooks" "integration" Token &[], None, (200, JSON), &[401, 403], webhooks::list, "One's webhooks.";
    post "/api/v1/webhooks" "new_webhook" "integration" Token &[], Some(schema::<webhooks::NewWebhook>), (201, JSON), &[400, 401, 403, 415, 422], webhooks::create, "Told of what the caller sees in the chosen duty; signed after Standard Webhooks; the secret is shown once.";
    get "/api/v1/webhooks/{webhook}" "get_webhook" "integration" Token &[], None, (200, JSON), &[401, 403, 404], webhooks::get, "One webhook.";
    delete "/api/v1/webhooks/{webhook}" "end_webhook" "integration" Token &[], None, (204, None), &[401, 403, 404], webhooks::end, "Ends it.";
    post "/api/v1/webhooks/{webhook}/resumptions" "resume_webhook" "integration" Token &[], None, (204, None), &[401, 403, 404], webhooks::resume, "Goes on where it was paused.";
    get "/api/v1/webhooks/{webhook}/deliveries" "list_deliveries" "integration" Token &[query("before", "uuid", "Delivery at which the page before ended."), query("before_at", "text", "Its instant."), LIMIT], None, (200, JSON), &[400, 401, 403, 404], webhooks::journal, "What was told, newest first.";
    post "/api/v1/webhooks/{webhook}/deliveries/{delivery}/replays" "replay_delivery" "integration" Token &[], None, (201, JSON), &[401, 403, 404], webhooks::replay, "Tells it once more.";

    get "/api/v1/uploads/{upload}" "get_upload" "evidence" Token &[], None, (200, JSON), &[400, 401, 403, 404, 410], evidence::progress, "How far an upload has come.";
    patch "/api/v1/uploads/{upload}" "put_part" "evidence" Token &[in_header("Upload-Offset", true, "position", "Bytes received so far.")], Some(openapi::octets), (201, JSON), &[200, 400, 401, 403, 404, 409, 410, 413, 422], evidence::part, "The next bytes; the last ones make it a file of its record.";
    delete "/api/v1/uploads/{upload}" "give_up_upload" "evidence" Token &[], None, (204, None), &[400, 401, 403, 404, 410], evidence::give_up, "Gives it up.";

    get "/api/v1/{records}" "list" "records" Optional LIST, None, (200, JSON), &[400, 401, 403], lists::list, "Records that the caller sees.";
    get "/api/v1/{records}/{id}" "get" "records" Optional &[query("acts", "flag", "With what the caller may do now, and why not the rest.")], None, (200, JSON), &[304, 400, 401, 403, 404], records::get, "One record, as the caller sees it.";
    get "/api/v1/{records}/{id}/events" "history" "records" Optional &[query("after", "position", "Number already seen."), LIMIT], None, (200, JSON), &[400, 401, 403, 404], records::history, "Its history.";
    get "/api/v1/{records}/{id}/contents/{sha256}" "content" "records" Optional &[], None, (200, JSON), &[400, 401, 403, 404], records::content, "A text that it pins.";
    get "/api/v1/{records}/{id}/draft" "draft" "records" Token &[], None, (200, JSON), &[400, 401, 403, 404], lists::draft, "What is typed so far.";
    put "/api/v1/{records}/{id}/draft/{field}" "save_draft" "records" Token &[in_header("If-Match", false, "text", "Version of the field that was seen, `\"0\"` for a new one.")], Some(openapi::draft_value), (200, JSON), &[400, 401, 403, 404, 412, 415, 422], lists::save_draft, "Saves one field; where somebody else saved in between, both values are known.";
    post "/api/v1/{records}/{id}/uploads" "begin_upload" "evidence" Token &[], Some(schema::<evidence::NewUpload>), (201, JSON), &[400, 401, 403, 404, 413, 415, 422, 429], evidence::begin, "Begins an upload that can be taken up again.";
    get "/api/v1/{records}/{id}/files" "list_files" "evidence" Token &[], None, (200, JSON), &[400, 401, 403, 404], evidence::list, "Its files.";
    get "/api/v1/{records}/{id}/files/{sha256}" "download" "evidence" Token &[], None, (200, Some("application/octet-stream")), &[304, 400, 401, 403, 404, 409, 422], evidence::download, "A file, as a download; noted.";
    get "/api/v1/{records}/{id}/readings" "readings" "evidence" Token &[], None, (200, JSON), &[400, 401, 403, 404], evidence::readings, "Who read what of it.";
}

/// Addresses of acts; their operations are made from the list of orders.
pub fn routes() -> Router<App> {
    let mut router: Router<App> = Router::new();
    for operation in OPERATIONS {
        router = router.route(operation.path, (operation.handler)());
    }
    router
        .route("/api/v1/{records}", post(acts::open))
        .route("/api/v1/{records}/{id}", post(acts::open_as))
        .route("/api/v1/{records}/{id}/{noun}", post(acts::act))
        .method_not_allowed_fallback(async || crate::problem::Refused::from(crate::problem::Edge::MethodNotAllowed))
}

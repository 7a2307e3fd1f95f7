//! The published document: OpenAPI 3.1, made from the list of operations, the list of orders, and the
//! shapes that the code itself reads. Nothing in it is written twice.

use crate::api::{Auth, OPERATIONS, Operation, Param};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ndp_domain::acts::{NEW, Who};
use ndp_domain::id::Kind;
use ndp_engine::orders::{self, OrderForm};
use ndp_text::{Lang, texts};
use schemars::generate::SchemaSettings;
use schemars::{SchemaGenerator, transform};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// Bytes as they are.
pub fn octets(_: &mut SchemaGenerator) -> Value {
    json!({ "x-octets": true })
}

/// `{"value": …}`
pub fn draft_value(_: &mut SchemaGenerator) -> Value {
    json!({ "type": "object", "required": ["value"], "properties": { "value": {} }, "additionalProperties": false })
}

fn param_schema(kind: &str) -> Value {
    match kind {
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
        "order" => json!({ "type": "string", "enum": ["due", "updated", "name"] }),
        "flag" => json!({ "type": "boolean" }),
        "position" => json!({ "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64 }),
        "date" => json!({ "type": "string", "format": "date", "minLength": 10, "maxLength": 10 }),
        "instant" => json!({ "type": "string", "format": "date-time" }),
        "uuid" => json!({ "type": "string", "format": "uuid" }),
        "organisation" => json!({ "type": "string", "pattern": "^org_[0-9a-f]{32}$" }),
        "product" => json!({ "type": "string", "pattern": "^prod_[0-9a-f]{32}$" }),
        "id" => json!({ "type": "string", "pattern": "^[a-z]+_[0-9a-f]{32}$" }),
        "kind" => json!({ "type": "string", "enum": Kind::ALL.iter().map(|k| k.name()).collect::<Vec<_>>() }),
        _ => json!({ "type": "string", "maxLength": 200 }),
    }
}

fn param(p: &Param) -> Value {
    json!({ "name": p.name, "in": if p.header { "header" } else { "query" }, "required": p.required, "description": p.what, "schema": param_schema(p.kind) })
}

/// Parameters of the path, of a kind of record where `{records}` stood.
fn path_params(path: &str, kind: Option<Kind>) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{').and_then(|p| p.strip_suffix('}')));
    names
        .map(|name| {
            let schema = match (name, kind) {
                ("id", Some(kind)) => json!({ "type": "string", "pattern": format!("^{}_[0-9a-f]{{32}}$", kind.prefix()) }),
                ("account", _) => json!({ "type": "string", "pattern": "^acc_[0-9a-f]{32}$" }),
                ("sha256", _) => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
                ("upload" | "webhook" | "delivery" | "token", _) => json!({ "type": "string", "format": "uuid" }),
                ("register", _) => json!({ "type": "string", "enum": ["list", "recognised", "deployed", "planned"] }),
                ("field", _) => json!({ "type": "string", "pattern": "^[A-Za-z0-9_.-]{1,80}$" }),
                _ => json!({ "type": "string", "minLength": 1, "maxLength": 80 }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

const DUTY: &str = "#/components/parameters/Duty";
const LANGUAGE: &str = "#/components/parameters/Language";

fn refusals(statuses: &[u16]) -> Map<String, Value> {
    // A request may always be too many, too slow, too large, or meet a database that is away.
    let always = [408, 413, 429, 500, 503];
    let mut all: Vec<u16> = statuses.iter().copied().filter(|s| *s >= 400).chain(always).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|s| (s.to_string(), json!({ "$ref": "#/components/responses/Problem" }))).collect()
}

fn security(auth: Auth) -> Value {
    match auth {
        Auth::Public => json!([]),
        Auth::Optional => json!([{}, { "bearer": [] }]),
        Auth::Token => json!([{ "bearer": [] }]),
    }
}

fn operation(op: &Operation, path: &str, kind: Option<Kind>, generator: &mut SchemaGenerator) -> Value {
    let mut params = path_params(path, kind);
    params.extend(op.params.iter().map(param));
    if op.auth != Auth::Public {
        params.push(json!({ "$ref": DUTY }));
    }
    params.push(json!({ "$ref": LANGUAGE }));
    let mut responses = refusals(op.refusals);
    let (status, media) = op.success;
    let content = media.map(|m| {
        let schema = match m {
            "application/json" => json!({ "type": "object" }),
            _ => json!({ "type": "string" }),
        };
        json!({ m: { "schema": schema } })
    });
    let mut success = json!({ "description": "Done." });
    if let (Some(content), Some(object)) = (&content, success.as_object_mut()) {
        object.insert("content".to_owned(), content.clone());
    }
    responses.insert(status.to_string(), success.clone());
    if op.refusals.contains(&200) {
        responses.insert("200".to_owned(), success);
    }
    if op.refusals.contains(&303) {
        let what = "Signed in on a page: on to where the browser asked from.";
        responses.insert("303".to_owned(), json!({ "description": what, "headers": { "location": { "schema": { "type": "string" } } } }));
    }
    if op.refusals.contains(&304) {
        responses.insert("304".to_owned(), json!({ "description": "As the caller has it." }));
    }
    let id = kind.map_or_else(|| op.id.to_owned(), |k| format!("{}_{}", op.id, k.name()));
    let mut value = json!({
        "operationId": id, "tags": [kind.map_or(op.tag, |k| orders::plural(k))], "summary": op.what, "security": security(op.auth),
        "parameters": params, "responses": responses,
    });
    if let (Some(body), Some(object)) = (op.body, value.as_object_mut()) {
        let schema = body(generator);
        let content = if schema.get("x-octets").is_some() {
            json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } })
        } else {
            json!({ "application/json": { "schema": schema } })
        };
        object.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    value
}

/// The content of an order as the API takes it: ids and salts that the edge makes are not asked for.
fn order_schema(form: &OrderForm, generator: &mut SchemaGenerator) -> Value {
    let mut schema = orders::content(form, generator);
    let own_id = orders::names_own_id(form);
    if let (true, Some(object)) = (own_id, schema.as_object_mut()) {
        if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
            properties.remove("id");
        }
        if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|r| r != "id");
        }
    }
    if form.kind == Kind::Sheet
        && let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut)
    {
        required.retain(|r| r != "salt");
    }
    schema
}

fn act(form: &OrderForm, path: &str, generator: &mut SchemaGenerator) -> Value {
    let row = form.act.row();
    let en = texts(Lang::En);
    let who = match row.who {
        Who::OneOf(duties) => duties.iter().map(|d| d.code()).collect::<Vec<_>>().join(", "),
        Who::Each(duties) => duties.iter().map(|d| d.code()).collect::<Vec<_>>().join(" and "),
        Who::OfIssuing(levels) => format!(
            "{} of the organisation whose paper it is",
            levels.iter().map(|l| format!("{l:?}").to_lowercase()).collect::<Vec<_>>().join(", ")
        ),
        Who::With | Who::Installation => String::new(),
    };
    let from: Vec<&str> = row.from.iter().copied().map(|f| if f == NEW { "nothing" } else { f }).collect();
    let ground: Vec<&str> = row.ground.iter().map(|c| c.en).collect();
    let paper =
        if row.paper.is_issued() { " Takes effect by its issued paper (documents), directly only where the table says so." } else { "" };
    let description = format!(
        "Act {}. Duties: {who}. From: {}. To: {}. Ground: {}.{paper} {}",
        form.act.name(),
        from.join(", "),
        row.to.states().join(", "),
        ground.join("; "),
        en.get(&format!("act-{}-guard", form.act.name()), &[])
    );
    let opens = !path.contains("{id}");
    let mut params = path_params(path, Some(form.kind));
    for name in ["Duty", "Language", "IdempotencyKey", "IfMatch", "DryRun"] {
        params.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    }
    if opens {
        let pattern = format!("^{}_[0-9a-f]{{12}}7[0-9a-f]{{3}}[89ab][0-9a-f]{{15}}$", form.kind.prefix());
        params.push(json!({ "name": "id", "in": "query", "required": false, "schema": { "type": "string", "pattern": pattern },
            "description": "Id of the new record, made by the caller; otherwise by us." }));
    }
    let mut responses = refusals(&[400, 401, 403, 404, 409, 412, 415, 422]);
    let done = json!({ "description": "Done, or would be (`dry_run`).", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Receipt" } } } });
    responses.insert("200".to_owned(), done.clone());
    if opens {
        responses.insert("201".to_owned(), done);
    }
    let suffix = if opens && form.continues { "_new" } else { "" };
    json!({
        "operationId": format!("{}_{}_{}{suffix}", form.act.name(), form.kind.name(), form.variant),
        "tags": [orders::plural(form.kind)],
        "summary": en.get(&format!("act-{}", form.act.name()), &[]),
        "description": description.trim(),
        "security": [{ "bearer": [] }],
        "x-act": form.act.name(),
        "parameters": params,
        "requestBody": { "required": true, "content": { "application/json": { "schema": order_schema(form, generator) } } },
        "responses": responses,
    })
}

fn components(generator: &mut SchemaGenerator) -> Value {
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert(
        "Receipt".to_owned(),
        json!({
            "type": "object", "required": ["act", "batch", "streams", "repeated", "dry_run"],
            "properties": {
                "act": { "type": "string" }, "batch": { "type": "string", "format": "uuid" }, "record": { "type": ["string", "null"] },
                "streams": { "type": "array", "items": { "type": "object", "required": ["id", "kind", "version", "href"], "properties": {
                    "id": { "type": "string" }, "kind": { "type": "string" }, "version": { "type": "integer" }, "href": { "type": "string" } } } },
                "repeated": { "type": "boolean" }, "dry_run": { "type": "boolean" },
            },
        }),
    );
    schemas.insert(
        "Problem".to_owned(),
        json!({
            "type": "object", "required": ["type", "title", "status", "code"],
            "properties": {
                "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" }, "code": { "type": "string" },
                "detail": { "type": "string" }, "instance": { "type": "string" }, "legal_basis": { "type": "string" },
                "errors": { "type": "array", "items": { "type": "object", "required": ["pointer", "code", "detail"], "properties": {
                    "pointer": { "type": "string" }, "code": { "type": "string" }, "detail": { "type": "string" } } } },
            },
        }),
    );
    json!({
        "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "description": "An access token of POST /api/v1/sign-ins, or a service token." } },
        "parameters": {
            "Duty": { "name": "Ndp-Duty", "in": "header", "required": false, "schema": { "type": "string", "maxLength": 200 },
                "description": "The duty in which the caller acts: `MA-O`, `MA-O@BTC`, `MA-O@BTC/unit`. Needed where the account has several." },
            "Language": { "name": "Accept-Language", "in": "header", "required": false, "schema": { "type": "string", "enum": ["vi", "en"] }, "description": "Language of texts; Vietnamese without it." },
            "IdempotencyKey": { "name": "Idempotency-Key", "in": "header", "required": false, "schema": { "type": "string", "pattern": "^[!-~]{1,200}$" },
                "description": "The same key with the same request gets the first answer; with another request a refusal." },
            "IfMatch": { "name": "If-Match", "in": "header", "required": false, "schema": { "type": "string", "pattern": "^\"[0-9]{1,9}\"$" }, "description": "Version of the record that the caller has seen." },
            "DryRun": { "name": "dry_run", "in": "query", "required": false, "schema": { "type": "boolean" }, "description": "Decide and answer, write nothing." },
        },
        "responses": { "Problem": { "description": "A problem (RFC 9457).", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } } },
        "schemas": schemas,
    })
}

fn put(paths: &mut Map<String, Value>, path: &str, method: &str, value: Value) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    if let Some(item) = item.as_object_mut() {
        item.insert(method.to_owned(), value);
    }
}

/// The whole document.
pub fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings = settings.with_transform(transform::AddNullable::default());
    settings.transforms.clear();
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for op in OPERATIONS {
        if op.path.contains("{records}") {
            for kind in Kind::ALL {
                let path = op.path.replace("{records}", orders::plural(*kind));
                let value = operation(op, &path, Some(*kind), &mut generator);
                put(&mut paths, &path, op.method, value);
            }
        } else {
            let value = operation(op, op.path, None, &mut generator);
            put(&mut paths, op.path, op.method, value);
        }
    }
    for form in orders::all() {
        let base = format!("/api/v1/{}", orders::plural(form.kind));
        if form.opens {
            let path = if form.noun.is_empty() { base.clone() } else { format!("{base}/{}", form.noun) };
            let value = act(form, &path, &mut generator);
            put(&mut paths, &path, "post", value);
        }
        if form.continues {
            let path = format!("{base}/{{id}}/{}", form.noun);
            let value = act(form, &path, &mut generator);
            put(&mut paths, &path, "post", value);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "NDP", "version": "1", "summary": "Recognition of Viet Nam's national digital platforms",
            "description": include_str!("../CONVENTIONS.md"),
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": components(&mut generator),
    })
}

/// The document as text, as it is committed.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    // A line for each operation and each shape, so that a change reads as one.
    TEXT.get_or_init(|| lines(&document(), 4) + "\n")
}

fn lines(value: &Value, depth: u32) -> String {
    match value {
        Value::Object(map) if depth > 0 => {
            let items: Vec<String> = map.iter().map(|(k, v)| format!("{}: {}", Value::String(k.clone()), lines(v, depth - 1))).collect();
            if items.is_empty() { "{}".to_owned() } else { format!("{{\n{}\n}}", items.join(",\n")) }
        }
        other => other.to_string(),
    }
}

/// `GET /openapi.json`
pub async fn document_json() -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")], text()).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn reference_page() -> String {
    let document = document();
    let mut out = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>NDP API</title></head><body><main><h1>NDP API</h1>",
    );
    out.push_str(&format!("<pre>{}</pre><h2>Operations</h2>", escape(include_str!("../CONVENTIONS.md"))));
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, op) in item.as_object().into_iter().flatten() {
            let text = |name: &str| escape(op.get(name).and_then(Value::as_str).unwrap_or_default());
            let schema =
                op.pointer("/requestBody/content/application~1json/schema").map(|s| serde_json::to_string_pretty(s).unwrap_or_default());
            out.push_str(&format!(
                "<details><summary><code>{} {}</code> {}</summary><p>{}</p>",
                method.to_uppercase(),
                escape(path),
                text("summary"),
                text("description")
            ));
            if let Some(schema) = schema {
                out.push_str(&format!("<pre>{}</pre>", escape(&schema)));
            }
            out.push_str("</details>");
        }
    }
    out.push_str("<h2>Shapes</h2>");
    for (name, schema) in document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten() {
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        out.push_str(&format!(
            "<details id=\"{}\"><summary><code>{}</code></summary><pre>{}</pre></details>",
            escape(name),
            escape(name),
            escape(&text)
        ));
    }
    out.push_str("</main></body></html>");
    out
}

/// `GET /reference`: works offline, without a script.
pub async fn reference() -> Response {
    static PAGE: OnceLock<String> = OnceLock::new();
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE.get_or_init(reference_page).as_str()).into_response()
}

//! The shape of a content, read from the schema that its Rust type declares.

use ndp_domain::authority::Duty;
use ndp_domain::id::Kind;
use ndp_engine::orders::{self, OrderForm};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// At most so many characters.
    Text(usize),
    Whole,
    Flag,
    Date,
    /// Hour and minute of a day.
    Time,
    /// One of these; with the name of the type, for its texts.
    Choice(String, Vec<String>),
    /// A record of this kind; none: of any.
    Record(Option<Kind>),
    /// SHA-256 of a file of the record.
    Hash,
    /// A file with its name and validity.
    Attachment,
    Object(String, Vec<Property>),
    List(Box<Shape>),
    /// By keys that the record gives: lines of a set, numbers of points.
    Map(Box<Shape>),
    /// One of several contents; those without a content are plain choices.
    OneOf(String, Vec<(String, Option<Shape>)>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    pub name: String,
    pub shape: Shape,
    pub required: bool,
}

/// The content of an order.
pub fn of(form: &'static OrderForm) -> &'static Shape {
    static ALL: OnceLock<HashMap<(Kind, &'static str), Shape>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
        let contents: Vec<_> = orders::all().iter().map(|f| (f, orders::content(f, &mut generator))).collect();
        let definitions = generator.definitions().clone();
        let read = |schema: &Value| Reader { definitions: &definitions }.read(schema, "", 0);
        contents.into_iter().map(|(f, schema)| ((f.kind, f.noun), read(&schema))).collect()
    });
    all.get(&(form.kind, form.noun)).unwrap_or(const { &Shape::Flag })
}

struct Reader<'a> {
    definitions: &'a serde_json::Map<String, Value>,
}

/// Deeper than any content nests; a schema that names itself ends here.
const DEPTH: u32 = 12;

impl Reader<'_> {
    fn read(&self, schema: &Value, name: &str, depth: u32) -> Shape {
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        if depth > DEPTH {
            return Shape::Text(4000);
        }
        if let Some(reference) = text("$ref").and_then(|r| r.rsplit('/').next()) {
            return match reference {
                "Attachment" => Shape::Attachment,
                "Sha256" | "Hash" => Shape::Hash,
                "Hour" => Shape::Time,
                "Id" => Shape::Record(None),
                "Act" | "ActId" => Shape::Choice("Act".to_owned(), ndp_domain::acts::ACTS.iter().map(|a| a.id.name().to_owned()).collect()),
                "Duty" => {
                    let given = Duty::ALL.iter().filter(|d| ndp_domain::account::is_given(**d));
                    Shape::Choice("Duty".to_owned(), given.map(|d| d.code().to_owned()).collect())
                }
                other => match self.definitions.get(other) {
                    Some(found) => self.read(found, other, depth + 1),
                    None => Shape::Text(4000),
                },
            };
        }
        if let Some(pattern) = text("pattern") {
            let kind = Kind::ALL.iter().find(|k| pattern.starts_with(&format!("^{}_", k.prefix())));
            match kind {
                Some(kind) => return Shape::Record(Some(*kind)),
                None if pattern.contains("{64}") => return Shape::Hash,
                None => {}
            }
        }
        if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
            // "This or nothing": whether it may be left out is the property's to say.
            let real: Vec<&Value> = any.iter().filter(|v| v.get("type").and_then(Value::as_str) != Some("null")).collect();
            if let [one] = real.as_slice() {
                return self.read(one, name, depth + 1);
            }
        }
        if let Some(variants) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
            return self.variants(variants, name, depth);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return Shape::Choice(name.to_owned(), values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        match kind_of(schema) {
            "integer" | "number" => Shape::Whole,
            "boolean" => Shape::Flag,
            "array" => Shape::List(Box::new(schema.get("items").map_or(Shape::Text(300), |items| self.read(items, name, depth + 1)))),
            "object" => match (schema.get("properties").and_then(Value::as_object), schema.get("additionalProperties")) {
                (Some(properties), _) => self.object(schema, properties, name, depth),
                (None, Some(Value::Object(inner))) => Shape::Map(Box::new(self.read(&Value::Object(inner.clone()), name, depth + 1))),
                // Keys that are numbers stand as a pattern.
                (None, _) => match schema.get("patternProperties").and_then(Value::as_object).and_then(|p| p.values().next()) {
                    Some(inner) => Shape::Map(Box::new(self.read(inner, name, depth + 1))),
                    None => Shape::Object(name.to_owned(), Vec::new()),
                },
            },
            _ if text("format") == Some("date") => Shape::Date,
            _ => Shape::Text(schema.get("maxLength").and_then(Value::as_u64).unwrap_or(300) as usize),
        }
    }

    fn object(&self, schema: &Value, properties: &serde_json::Map<String, Value>, name: &str, depth: u32) -> Shape {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let order = order_of(name);
        let mut all: Vec<Property> = properties
            .iter()
            .map(|(n, s)| Property { name: n.clone(), shape: self.read(s, "", depth + 1), required: required.contains(&n.as_str()) })
            .collect();
        // As people read it: what is named in the order first, what must be given before what may be.
        let place = |p: &Property| order.iter().position(|o| *o == p.name).unwrap_or(order.len() + usize::from(p.name == "regulation"));
        all.sort_by_key(|p| (place(p), !p.required));
        Shape::Object(name.to_owned(), all)
    }

    fn variants(&self, variants: &[Value], name: &str, depth: u32) -> Shape {
        let mut all: Vec<(String, Option<Shape>)> = Vec::new();
        for variant in variants {
            if let Some(values) = variant.get("enum").and_then(Value::as_array) {
                all.extend(values.iter().filter_map(Value::as_str).map(|v| (v.to_owned(), None)));
            } else if let Some(value) = variant.get("const").and_then(Value::as_str) {
                all.push((value.to_owned(), None));
            } else if let Some((tag, inner)) = variant.get("properties").and_then(Value::as_object).and_then(|p| p.iter().next()) {
                all.push((tag.clone(), Some(self.read(inner, "", depth + 1))));
            }
        }
        if all.iter().all(|(_, inner)| inner.is_none()) {
            return Shape::Choice(name.to_owned(), all.into_iter().map(|(v, _)| v).collect());
        }
        Shape::OneOf(name.to_owned(), all)
    }
}

fn kind_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(text)) => text,
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or("string"),
        _ => "string",
    }
}

/// Fields in the order in which people think of them; the schema's is the alphabet's.
fn order_of(name: &str) -> &'static [&'static str] {
    match name {
        "Proposal" => &["name_vi", "name_en", "need", "users", "scope", "legal_basis", "overlap", "files"],
        "Figure" => &["share", "period_from", "period_to", "sources", "estimator"],
        "Share" => &["numerator", "denominator_low", "denominator_high"],
        "SetText" => &["market", "security_level", "lines"],
        "Market" => &["definition_vi", "definition_en", "unit", "method", "source"],
        "SetLine" => &["code", "group", "name_vi", "name_en", "evidence", "force", "lineage", "conditional", "checked_against_annex"],
        "Establishing" => &["members", "chair", "vice_chair", "secretary", "support", "term_to", "rules"],
        "Member" => &["person", "organisation", "capacity"],
        "Number" => &["number", "symbol", "date", "book", "imported"],
        "Application" => &["evidence", "figure", "letter"],
        "Held" => &["duty", "org", "unit", "from", "to", "form", "scope"],
        "Minutes" => &["held_on", "summary", "absent", "dissent"],
        "Record" => &["code", "name_vi", "name_en", "kind", "ownership", "owner"],
        "DataRecord" => {
            &["name_vi", "name_en", "decision_number", "decision_date", "owner", "operating_unit", "contact", "address", "public"]
        }
        "Finding" => &["code", "mark", "reason"],
        "Invite" => &["meeting_on", "meeting_at", "place", "agenda"],
        "Point" => &["number", "text", "raised_by"],
        _ => &["name", "title", "on", "code", "entry", "set", "product", "form", "managing", "unit", "from", "to"],
    }
}

impl Shape {
    /// Kinds of records that a form of this shape lets choose from.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut all = match self {
            Shape::Record(Some(kind)) => vec![*kind],
            Shape::Object(_, properties) => properties.iter().flat_map(|p| p.shape.kinds()).collect(),
            Shape::List(inner) | Shape::Map(inner) => inner.kinds(),
            Shape::OneOf(_, variants) => variants.iter().filter_map(|(_, s)| s.as_ref()).flat_map(Shape::kinds).collect(),
            _ => Vec::new(),
        };
        all.sort();
        all.dedup();
        all
    }

    /// Is there a file to be given somewhere?
    pub fn takes_files(&self) -> bool {
        match self {
            Shape::Attachment | Shape::Hash => true,
            Shape::Object(_, properties) => properties.iter().any(|p| p.shape.takes_files()),
            Shape::List(inner) | Shape::Map(inner) => inner.takes_files(),
            Shape::OneOf(_, variants) => variants.iter().filter_map(|(_, s)| s.as_ref()).any(Shape::takes_files),
            _ => false,
        }
    }

    pub fn property(&self, name: &str) -> Option<&Property> {
        match self {
            Shape::Object(_, properties) => properties.iter().find(|p| p.name == name),
            _ => None,
        }
    }

    /// Has it nothing to fill in?
    pub fn is_empty(&self) -> bool {
        matches!(self, Shape::Object(_, properties) if properties.iter().all(|p| hidden(&p.name)))
    }
}

/// Fields that nobody types.
pub fn hidden(name: &str) -> bool {
    matches!(name, "salt" | "snapshot")
}

/// Fields that few have something for.
pub fn rare(name: &str) -> bool {
    matches!(name, "aliases" | "identifiers" | "linked" | "what_changed")
}

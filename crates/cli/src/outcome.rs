//! `ndp outcome`: the outcome of an evaluation from standard input, as one JSON value.

use ndp_domain::outcome::{Line, Outcome, Share, Step, assess};
use ndp_domain::regulation::{Decides, Mark, Regulation, Threshold};
use ndp_text::{Lang, texts};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A mistake in the input, at a JSON pointer; the code is `outcome.input.<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub pointer: String,
    pub name: &'static str,
}

fn mistake(pointer: impl Into<String>, name: &'static str) -> Mistake {
    Mistake { pointer: pointer.into(), name }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    regulation: String,
    criteria: Vec<Result_>,
    popularity: Option<Popularity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Result_ {
    code: String,
    result: Option<String>,
    /// Versions with a scored scale only.
    score: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Popularity {
    #[serde(default, deserialize_with = "present")]
    numerator: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present")]
    denominator: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present")]
    denominator_low: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present")]
    denominator_high: Option<Box<RawValue>>,
}

/// A key that is there, even with `null`, is there.
fn present<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(d).map(Some)
}

/// A JSON integer from 0 to 2^63 − 1, judged by its text so that each mistake has its name.
fn whole_number(raw: &RawValue, pointer: &str) -> Result<u64, Mistake> {
    let text = raw.get();
    if text.starts_with('"') {
        return Err(mistake(pointer, "number_textual"));
    }
    if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return Err(mistake(pointer, "wrong_type"));
    }
    if text.contains(['.', 'e', 'E']) {
        return Err(mistake(pointer, "number_not_integer"));
    }
    if text.starts_with('-') {
        return Err(mistake(pointer, "number_negative"));
    }
    match text.parse::<u64>() {
        Ok(n) if i64::try_from(n).is_ok() => Ok(n),
        _ => Err(mistake(pointer, "number_overflow")),
    }
}

fn share(p: &Popularity) -> Result<Option<Share>, Mistake> {
    let at = |field: &str| format!("/popularity/{field}");
    let Some(numerator) = &p.numerator else { return Err(mistake(at("numerator"), "missing_field")) };
    let numerator = whole_number(numerator, &at("numerator"))?;
    let (low, high, low_field) = match (&p.denominator, &p.denominator_low, &p.denominator_high) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => return Err(mistake("/popularity", "both_forms")),
        (Some(one), None, None) => {
            let n = whole_number(one, &at("denominator"))?;
            (n, n, "denominator")
        }
        (None, Some(low), Some(high)) => {
            (whole_number(low, &at("denominator_low"))?, whole_number(high, &at("denominator_high"))?, "denominator_low")
        }
        (None, None, None) => return Err(mistake(at("denominator"), "missing_field")),
        (None, Some(_), None) => return Err(mistake(at("denominator_high"), "half_interval")),
        (None, None, Some(_)) => return Err(mistake(at("denominator_low"), "half_interval")),
    };
    use ndp_domain::outcome::BadShare;
    Share::new(numerator, low, high).map(Some).map_err(|bad| match bad {
        BadShare::MarketIsZero => mistake(at(low_field), "market_zero"),
        BadShare::LowAboveHigh => mistake(at("denominator_low"), "low_above_high"),
        BadShare::UsersAboveMarket => mistake(at("numerator"), "users_above_market"),
    })
}

/// Objects where objects belong: serde would take a list for a record of the same length.
fn shape(value: &Value) -> Result<(), Mistake> {
    let object = |value: &Value, pointer: String| if value.is_object() { Ok(()) } else { Err(mistake(pointer, "wrong_type")) };
    object(value, String::new())?;
    for (i, criterion) in value.get("criteria").and_then(Value::as_array).into_iter().flatten().enumerate() {
        object(criterion, format!("/criteria/{i}"))?;
    }
    match value.get("popularity") {
        None | Some(Value::Null) => Ok(()),
        Some(popularity) => object(popularity, "/popularity".to_owned()),
    }
}

fn read(bytes: &[u8]) -> Result<Input, Mistake> {
    let text = std::str::from_utf8(bytes).map_err(|_| mistake("", "not_json"))?;
    shape(&serde_json::from_str(text).map_err(|_| mistake("", "not_json"))?)?;
    let mut source = serde_json::Deserializer::from_str(text);
    let input = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let pointer: String = error
            .path()
            .to_string()
            .split(['.', '['])
            .map(|part| part.trim_end_matches(']'))
            .filter(|part| !part.is_empty() && *part != "?")
            .map(|part| format!("/{part}"))
            .collect();
        let inner = error.into_inner();
        let message = inner.to_string();
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let pointer = missing.map_or(pointer.clone(), |field| format!("{pointer}/{field}"));
        let name = match inner.classify() {
            serde_json::error::Category::Data if message.starts_with("unknown field") => "unknown_field",
            serde_json::error::Category::Data if message.starts_with("missing field") => "missing_field",
            serde_json::error::Category::Data if message.starts_with("duplicate field") => "repeated_field",
            serde_json::error::Category::Data => "wrong_type",
            _ => "not_json",
        };
        mistake(pointer, name)
    })?;
    source.end().map_err(|_| mistake("", "not_json"))?;
    Ok(input)
}

/// Marks by code; every mistake of the list is named at its place, the first one answers.
fn results(input: &Input, regulation: &Regulation) -> Result<BTreeMap<String, bool>, Mistake> {
    let mut results = BTreeMap::new();
    for (i, given) in input.criteria.iter().enumerate() {
        let at = |field: &str| format!("/criteria/{i}/{field}");
        let criterion = regulation.criterion(&given.code).ok_or_else(|| mistake(at("code"), "unknown_code"))?;
        if criterion.decides == Decides::Popularity {
            return Err(mistake(at("code"), "popularity_has_no_result"));
        }
        let mark = match (given.result.as_deref(), &given.score) {
            (Some("met"), None) => Mark::Met,
            (Some("not_met"), None) => Mark::NotMet,
            (None, Some(score)) => {
                Mark::Score(u16::try_from(whole_number(score, &at("score"))?).map_err(|_| mistake(at("score"), "number_overflow"))?)
            }
            (Some(_), None) => return Err(mistake(at("result"), "unknown_result")),
            (None, None) => return Err(mistake(at("result"), "missing_field")),
            (Some(_), Some(_)) => return Err(mistake(at("score"), "unknown_field")),
        };
        let field = if matches!(mark, Mark::Score(_)) { "score" } else { "result" };
        let met = regulation.scale.met(mark).ok_or_else(|| mistake(at(field), "unknown_result"))?;
        if results.insert(given.code.clone(), met).is_some() {
            return Err(mistake(at("code"), "repeated_code"));
        }
    }
    Ok(results)
}

/// Computes from the input's bytes. The version's whole framework is the set.
pub fn compute(bytes: &[u8], regulations: &BTreeMap<String, Regulation>, lang: Lang) -> Result<Value, Mistake> {
    let input = read(bytes)?;
    let regulation = regulations.get(&input.regulation).ok_or_else(|| mistake("/regulation", "unknown_regulation"))?;
    let results = results(&input, regulation)?;
    let share = match &input.popularity {
        Some(popularity) => share(popularity)?,
        None => None,
    };
    let lines: Vec<Line> = regulation
        .framework
        .iter()
        .map(|c| Line { code: c.code.clone(), group: c.group.clone(), decides: c.decides, conditional: false })
        .collect();
    let a = assess(regulation.rule(), &lines, &results, share);
    let steps: Vec<Value> = a.steps.iter().map(|step| explain(step, &a.share, lang)).collect();
    Ok(json!({
        "outcome": a.outcome.name(),
        "unmet": a.unmet,
        "share": { "met": a.share.met, "low": a.share.low, "high": a.share.high },
        "steps": steps,
    }))
}

fn threshold_text(t: Threshold) -> String {
    let hundredths = u64::from(t.numerator) * 10_000 / u64::from(t.denominator.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// One step with its answer and its sentence.
fn explain(step: &Step, share: &ndp_domain::outcome::ShareFinding, lang: Lang) -> Value {
    let texts = texts(lang);
    let (low, high) = (share.low.clone().unwrap_or_default(), share.high.clone().unwrap_or_default());
    match step {
        Step::Criteria { holds, unmet } => {
            let key = if *holds { "step-criteria-met" } else { "step-criteria-unmet" };
            json!({ "step": "criteria", "holds": holds, "text": texts.get(key, &[("unmet", &unmet.join(", "))]) })
        }
        Step::Popularity { holds, figure, threshold } => {
            let key = match (figure, holds) {
                (false, _) => "step-popularity-none",
                (true, Some(true)) => "step-popularity-met",
                (true, Some(false)) => "step-popularity-unmet",
                (true, None) => "step-popularity-crossing",
            };
            let threshold = threshold_text(*threshold);
            json!({ "step": "popularity", "holds": holds, "text": texts.get(key, &[("low", &low), ("high", &high), ("threshold", &threshold)]) })
        }
        Step::PotentialClass { holds } => {
            let key = if *holds { "step-potential_class-yes" } else { "step-potential_class-no" };
            json!({ "step": "potential_class", "holds": holds, "text": texts.get(key, &[]) })
        }
        Step::Outcome { outcome } => {
            let name = texts.get(&format!("outcome-{}", outcome.name()), &[]);
            json!({ "step": "outcome", "holds": *outcome != Outcome::Undetermined, "text": texts.get("step-outcome", &[("outcome", &name)]) })
        }
    }
}

/// The framework of a version, as an array.
pub fn criteria(id: &str, regulations: &BTreeMap<String, Regulation>) -> Result<Value, Mistake> {
    let regulation = regulations.get(id).ok_or_else(|| mistake("", "unknown_regulation"))?;
    let line = |c: &ndp_domain::regulation::Criterion| {
        json!({
            "code": c.code, "group": c.group, "name_vi": c.name_vi, "name_en": c.name_en,
            "decides": c.decides, "checked_against_annex": c.checked_against_annex,
        })
    };
    Ok(Value::Array(regulation.framework.iter().map(line).collect()))
}

/// The mistake as a problem document (RFC 9457).
pub fn problem(mistake: &Mistake, lang: Lang) -> Value {
    let texts = texts(lang);
    let detail = texts.get(&format!("outcome-input-{}", mistake.name), &[]);
    let code = format!("outcome.input.{}", mistake.name);
    json!({
        "type": "about:blank",
        "title": texts.get("problem-title-outcome", &[]),
        "status": 422,
        "detail": detail,
        "code": code,
        "errors": [{ "pointer": mistake.pointer, "code": code, "detail": detail }],
    })
}

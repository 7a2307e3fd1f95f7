//! Drafts: fields as typed, and the command they make when the act or the paper freezes them.

use crate::{Engine, Problem, parse};
use ndp_domain::access::Facet;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Denied;
use ndp_domain::criteria_set::SetText;
use ndp_domain::id::{CriteriaSetId, Id, Kind};
use ndp_domain::machine::Command;
use ndp_domain::visibility::Reader;
use ndp_store::batch::CommitError;
use ndp_store::drafts::{Field, Save};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Larger than any field that somebody types (bytes).
const MAX_FIELD: usize = 128 * 1024;

/// Whether an act of a paper locks its drafts, frees them, or leaves them.
pub fn locks(act: ActId) -> Option<bool> {
    match act {
        ActId::D2 | ActId::D6 => Some(true),
        ActId::D5 | ActId::D11 | ActId::D12 => Some(false),
        _ => None,
    }
}

impl Engine {
    /// Saves one typed field. `seen` is the version the writer had before them; somebody else's
    /// save in between, or a lock, answers *stale*.
    pub async fn save_draft(&self, reader: &Reader, stream: Id, field: &str, value: &Value, seen: u64) -> Result<u64, Problem> {
        self.sees_draft(reader, stream).await?;
        let value = parse::normalise(value.clone()).to_string();
        if value.len() > MAX_FIELD {
            let mistake =
                crate::InputMistake { pointer: "/value".to_owned(), code: "input.too_large".to_owned(), expected: MAX_FIELD.to_string() };
            return Err(Problem::Invalid(vec![mistake]));
        }
        let save = Save { stream, field: field.to_owned(), value, seen, at: self.clock.now() };
        self.store.save_draft(save).await.map_err(|error| match error {
            CommitError::Stale { stream, by, version } => Problem::Stale { stream, by, version },
            CommitError::Fault(fault) => Problem::Fault(fault),
            other => Problem::Fault(ndp_store::Fault::Inconsistent { table: "draft", record: stream.to_string(), what: other.to_string() }),
        })
    }

    /// The draft's fields as one object.
    pub async fn draft(&self, reader: &Reader, stream: Id) -> Result<Value, Problem> {
        self.sees_draft(reader, stream).await?;
        let fields = self.store.draft(stream).await?;
        let value = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        Ok(Value::Object(fields.into_iter().map(|(name, field)| (name, value(&field.value))).collect::<Map<_, _>>()))
    }

    /// A criteria set read from its file becomes the draft of the version being worked on, field
    /// by field; fields that are the same stay as they are. Nothing is sent: C2 and C5 take it from
    /// the draft. `stream.stale` where a paper holds the draft.
    pub async fn draft_set(&self, reader: &Reader, set: CriteriaSetId, text: &SetText) -> Result<u64, Problem> {
        self.sees_draft(reader, set.into()).await?;
        let known = self.store.draft(set.into()).await?;
        let fields = serde_json::to_value(text).unwrap_or_default();
        let mut saved = 0;
        for (field, value) in fields.as_object().into_iter().flatten() {
            let seen = known.get(field);
            if seen.is_none_or(|f| serde_json::from_str::<Value>(&f.value).ok().as_ref() != Some(value)) {
                self.save_draft(reader, set.into(), field, value, seen.map_or(0, |f| f.version)).await?;
                saved += 1;
            }
        }
        Ok(saved)
    }

    /// The fields as they stand, each with its version.
    pub async fn draft_fields(&self, reader: &Reader, stream: Id) -> Result<BTreeMap<String, Field>, Problem> {
        self.sees_draft(reader, stream).await?;
        Ok(self.store.draft(stream).await?)
    }

    /// A draft is its unit's, or the applicant's own; to see the record by another facet is not enough.
    async fn sees_draft(&self, reader: &Reader, stream: Id) -> Result<(), Problem> {
        let seen = self.store.seen(&self.scope(reader), stream).await?;
        let theirs = seen.is_some_and(|s| {
            // A signer's own paper, a member's own sheet are theirs to read, not to write for others.
            let applicants = matches!(
                stream.kind,
                Kind::Dossier | Kind::Readiness | Kind::Product | Kind::Reconsideration | Kind::Complaint | Kind::Objection
            );
            s.facets.iter().any(|f| *f == Facet::Draft || (*f == Facet::Own && applicants))
        });
        if theirs { Ok(()) } else { Err(Problem::Denied(Denied::ForeignUnit)) }
    }

    /// The command that a draft makes: its fields under `within`, beside `more`.
    pub async fn command_from_draft(
        &self,
        reader: &Reader,
        act: ActId,
        stream: Id,
        within: &str,
        more: Map<String, Value>,
    ) -> Result<Command, Problem> {
        let mut content = more;
        content.insert(within.to_owned(), self.draft(reader, stream).await?);
        parse::command(act, stream.kind, Value::Object(content))
    }
}

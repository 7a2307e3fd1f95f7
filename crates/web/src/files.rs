//! Files that a form brings: kept as evidence of the record, then named in the form by their hash.

use crate::form::{Mistakes, Pairs};
use crate::sent::Sent;
use crate::visitor::Visitor;
use ndp_domain::id::Id;
use ndp_server::evidence;
use ndp_server::problem::Refused;

/// Puts what the form brought to the record; what is no evidence is a mistake at its field.
pub async fn keep(v: &Visitor, record: impl Fn(&str) -> Id, sent: &mut Sent, wrong: &mut Mistakes) -> Result<(), Refused> {
    for file in std::mem::take(&mut sent.files) {
        match evidence::give(&v.app, &v.reading, record(&file.pointer), &file.name, file.bytes).await {
            Ok(hash) => named(&mut sent.pairs, &file.pointer, &hash.to_string(), &file.name),
            Err(refused) if refused.status().is_client_error() && refused.code().starts_with("file.") => {
                let said = refused.document(v.lang).get("detail").and_then(|d| d.as_str()).unwrap_or_default().to_owned();
                wrong.insert(file.pointer.clone(), ("said".to_owned(), said));
            }
            Err(refused) => return Err(refused),
        }
    }
    Ok(())
}

fn named(pairs: &mut Pairs, pointer: &str, hash: &str, name: &str) {
    pairs.set(pointer, hash);
    if let Some(attachment) = pointer.strip_suffix("/sha256") {
        pairs.set(format!("{attachment}/name"), name);
    }
}

/// Names what was chosen among files given before; what was brought now has its name.
pub fn name(pairs: &mut Pairs, known: &[(String, String)]) {
    let chosen: Vec<(String, String)> = pairs
        .0
        .iter()
        .filter_map(|(pointer, hash)| {
            let at = pointer.strip_suffix("/sha256")?;
            let (_, name) = known.iter().find(|(k, _)| k == hash)?;
            Some((format!("{at}/name"), name.clone()))
        })
        .collect();
    chosen.into_iter().for_each(|(pointer, name)| pairs.set(pointer, name));
}

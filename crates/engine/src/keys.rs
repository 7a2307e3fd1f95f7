//! Ed25519 keys of the seal. Private keys come from a file or the environment and are never
//! printed; public keys are kept beside them by `kid`, so that a copied folder checks by itself.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use ndp_domain::canonical::Hash;
use ndp_store::sequence::Signer;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    #[error("{file}: {source}")]
    File { file: PathBuf, source: std::io::Error },
    #[error("{what}: expected 64 hex digits")]
    Shape { what: String },
    #[error("no source of randomness: {0}")]
    Chance(getrandom::Error),
}

/// Public keys by `kid`.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys(pub BTreeMap<String, VerifyingKey>);

impl PublicKeys {
    pub fn verify(&self, kid: &str, message: &[u8], signature: &[u8]) -> bool {
        let signature: Option<[u8; 64]> = signature.try_into().ok();
        match (self.0.get(kid), signature) {
            (Some(key), Some(bytes)) => key.verify_strict(message, &Signature::from_bytes(&bytes)).is_ok(),
            _ => false,
        }
    }

    /// All `seal-<kid>.pub` files of a folder.
    pub fn read(folder: &Path) -> Result<PublicKeys, KeyFault> {
        let fault = |source| KeyFault::File { file: folder.to_owned(), source };
        let mut keys = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(fault)? {
            let file = entry.map_err(fault)?.path();
            let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
            let Some(kid) = name.strip_prefix("seal-").and_then(|n| n.strip_suffix(".pub")) else { continue };
            let text = std::fs::read_to_string(&file).map_err(|source| KeyFault::File { file: file.clone(), source })?;
            let bytes = Hash::parse(text.trim()).ok_or_else(|| KeyFault::Shape { what: file.display().to_string() })?;
            let key = VerifyingKey::from_bytes(&bytes.0).map_err(|_| KeyFault::Shape { what: file.display().to_string() })?;
            keys.insert(kid.to_owned(), key);
        }
        Ok(PublicKeys(keys))
    }
}

/// The key that signs new seals.
#[derive(Clone)]
pub struct SealKey {
    kid: String,
    key: SigningKey,
}

impl SealKey {
    /// From 64 hex digits; the `kid` is the start of the public key's hash.
    pub fn parse(hex: &str, what: &str) -> Result<SealKey, KeyFault> {
        let bytes = Hash::parse(hex.trim()).ok_or_else(|| KeyFault::Shape { what: what.to_owned() })?;
        let key = SigningKey::from_bytes(&bytes.0);
        let kid = Hash::of(key.verifying_key().as_bytes()).to_string().chars().take(8).collect();
        Ok(SealKey { kid, key })
    }

    pub fn fresh() -> Result<SealKey, KeyFault> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(KeyFault::Chance)?;
        SealKey::parse(&Hash(bytes).to_string(), "seal key")
    }

    /// Reads the key of a file.
    pub fn from_file(file: &Path) -> Result<SealKey, KeyFault> {
        let text = std::fs::read_to_string(file).map_err(|source| KeyFault::File { file: file.to_owned(), source })?;
        SealKey::parse(&text, &file.display().to_string())
    }

    /// Reads `seal.key` of a folder, or makes one; keeps its public half beside it.
    pub fn in_folder(folder: &Path) -> Result<SealKey, KeyFault> {
        let file = folder.join("seal.key");
        let fault = |file: &Path| {
            let file = file.to_owned();
            move |source| KeyFault::File { file, source }
        };
        std::fs::create_dir_all(folder).map_err(fault(folder))?;
        let key = if file.is_file() {
            SealKey::parse(&std::fs::read_to_string(&file).map_err(fault(&file))?, &file.display().to_string())?
        } else {
            let key = SealKey::fresh()?;
            write_secret(&file, &Hash(key.key.to_bytes()).to_string()).map_err(fault(&file))?;
            key
        };
        let public = folder.join(format!("seal-{}.pub", key.kid));
        std::fs::write(&public, format!("{}\n", Hash(*key.key.verifying_key().as_bytes()))).map_err(fault(&public))?;
        Ok(key)
    }

    pub fn public(&self) -> PublicKeys {
        PublicKeys(BTreeMap::from([(self.kid.clone(), self.key.verifying_key())]))
    }

    pub fn signer(&self) -> Signer {
        let key = self.key.clone();
        Signer { kid: self.kid.clone(), sign: Arc::new(move |message| key.sign(message).to_bytes()) }
    }
}

/// Writes a file that only its owner may read.
pub fn write_secret(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(file)?, "{text}")
}

//! Secret keys by `kid`: the first one makes, all of them open. They come from files named in the
//! configuration and are the same on every server; a new one is put first, the old ones stay until
//! what they made has run out.

use ndp_domain::canonical::Hash;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    #[error("{file}: {source}")]
    File { file: PathBuf, source: std::io::Error },
    /// The file does not hold 64 hex digits.
    #[error("{0}: 64 hex digits are expected")]
    Shape(PathBuf),
    #[error("no key")]
    None,
}

/// Keys of one purpose.
#[derive(Clone)]
pub struct KeyRing {
    current: String,
    keys: BTreeMap<String, [u8; 32]>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.keys()).finish()
    }
}

impl KeyRing {
    /// From secrets; the first one makes.
    pub fn new(keys: &[[u8; 32]]) -> Result<KeyRing, KeyFault> {
        let kid = |key: &[u8; 32]| Hash::of_parts(&[b"ndp key id", key]).to_string().chars().take(8).collect::<String>();
        let current = keys.first().map(kid).ok_or(KeyFault::None)?;
        Ok(KeyRing { current, keys: keys.iter().map(|k| (kid(k), *k)).collect() })
    }

    /// From files of 64 hex digits each; the first one makes.
    pub fn read(files: &[PathBuf]) -> Result<KeyRing, KeyFault> {
        let keys = files.iter().map(|file| read_key(file)).collect::<Result<Vec<_>, _>>()?;
        KeyRing::new(&keys)
    }

    /// The file of this name in a folder, made where it is missing: for the demonstration.
    pub fn in_folder(folder: &Path, name: &str) -> Result<KeyRing, KeyFault> {
        let file = folder.join(name);
        if !file.is_file() {
            let fault = |source| KeyFault::File { file: file.clone(), source };
            std::fs::create_dir_all(folder).map_err(fault)?;
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(|e| fault(std::io::Error::other(e.to_string())))?;
            ndp_engine::keys::write_secret(&file, &Hash(bytes).to_string()).map_err(fault)?;
        }
        KeyRing::read(&[file])
    }

    pub fn current(&self) -> (&str, &[u8; 32]) {
        const NONE: [u8; 32] = [0; 32];
        (&self.current, self.keys.get(&self.current).unwrap_or(&NONE))
    }
    pub fn get(&self, kid: &str) -> Option<&[u8; 32]> {
        self.keys.get(kid)
    }
    pub fn kids(&self) -> impl Iterator<Item = (&str, &[u8; 32])> {
        self.keys.iter().map(|(kid, key)| (kid.as_str(), key))
    }

    /// Encrypts a short secret for rest; the answer names the key.
    pub fn lock(&self, plain: &[u8]) -> Option<(Vec<u8>, String)> {
        use chacha20poly1305::aead::{Aead, KeyInit};
        let (kid, key) = self.current();
        let mut nonce = [0; 12];
        getrandom::fill(&mut nonce).ok()?;
        let cipher = chacha20poly1305::ChaCha20Poly1305::new(&(*key).into());
        let mut out = nonce.to_vec();
        out.extend(cipher.encrypt(&nonce.into(), plain).ok()?);
        Some((out, kid.to_owned()))
    }

    /// Opens what was locked with any key of the ring.
    pub fn unlock(&self, locked: &[u8], kid: &str) -> Option<Vec<u8>> {
        use chacha20poly1305::aead::{Aead, KeyInit};
        let (nonce, text) = locked.split_at_checked(12)?;
        let nonce: [u8; 12] = nonce.try_into().ok()?;
        let cipher = chacha20poly1305::ChaCha20Poly1305::new(&(*self.get(kid)?).into());
        cipher.decrypt(&nonce.into(), text).ok()
    }
}

fn read_key(file: &Path) -> Result<[u8; 32], KeyFault> {
    let text = std::fs::read_to_string(file).map_err(|source| KeyFault::File { file: file.to_owned(), source })?;
    Hash::parse(text.trim()).map(|h| h.0).ok_or_else(|| KeyFault::Shape(file.to_owned()))
}

//! Evidence as files: stored by the SHA-256 of their content, in a folder or in an S3-compatible
//! store, their type decided by what they are, looked at by a virus scanner where there is one.
//!
//! **Job.** [`Files`] takes parts, joins them, names the whole by its hash, gives it back as a stream.
//! **Must not** know who may read what: that is asked before.
//! **Start at** [`Files::join`], then [`kind`].

pub mod kind;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use ndp_domain::canonical::Hash;
use object_store::path::Path as Place;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    #[error("file store: {0}")]
    Store(#[from] object_store::Error),
    #[error("file store: {0}")]
    Io(#[from] std::io::Error),
    /// The parts do not make up the size that was announced.
    #[error("parts are missing")]
    Incomplete,
    #[error(transparent)]
    Kind(#[from] kind::Refused),
    #[error("scanner: {0}")]
    Scanner(String),
}

/// Where files rest.
#[derive(Debug, Clone)]
pub enum Place1 {
    Folder(std::path::PathBuf),
    S3 { endpoint: String, region: String, bucket: String, key: String, secret: String },
}

/// A whole file as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub sha256: Hash,
    pub size: u64,
    pub media_type: &'static str,
}

/// What the scanner said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Found(String),
}

#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// `host:port` of clamd; none where nothing is scanned.
    pub scanner: Option<String>,
    /// Largest file (bytes).
    pub largest: u64,
    /// Files found intact, and when: a page that shows a file does not read all of it again at every look.
    looked: Arc<Mutex<HashMap<Hash, Instant>>>,
}

/// How long a file that was found intact counts as that.
const FRESH: Duration = Duration::from_secs(600);

/// Most files that are remembered as intact.
const LOOKED: usize = 4_096;

/// Part of a multipart put (bytes).
const CHUNK: usize = 8 * 1024 * 1024;

fn place_of(sha256: Hash) -> Place {
    let hex = sha256.to_string();
    Place::from(format!("sha256/{}/{hex}", hex.get(..2).unwrap_or("00")))
}

fn part_place(upload: Uuid, name: &str) -> Place {
    Place::from(format!("parts/{}/{name}", upload.simple()))
}

impl Files {
    pub fn open(place: &Place1, scanner: Option<String>, largest: u64) -> Result<Files, FileFault> {
        let store: Arc<dyn ObjectStore> = match place {
            Place1::Folder(folder) => {
                std::fs::create_dir_all(folder)?;
                Arc::new(object_store::local::LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
            }
            Place1::S3 { endpoint, region, bucket, key, secret } => Arc::new(
                object_store::aws::AmazonS3Builder::new()
                    .with_endpoint(endpoint)
                    .with_allow_http(endpoint.starts_with("http://"))
                    .with_region(region)
                    .with_bucket_name(bucket)
                    .with_access_key_id(key)
                    .with_secret_access_key(secret)
                    .build()?,
            ),
        };
        Ok(Files { store, scanner, largest, looked: Arc::default() })
    }

    /// Can the store be reached?
    pub async fn ready(&self) -> Result<(), FileFault> {
        match self.store.head(&Place::from("ready")).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// One part of an upload; written whole or not at all.
    pub async fn put_part(&self, upload: Uuid, name: &str, bytes: Bytes) -> Result<(), FileFault> {
        self.store.put(&part_place(upload, name), bytes.into()).await?;
        Ok(())
    }

    /// Joins the named parts of an upload: hashed on the way, typed by content, stored under the hash. The
    /// parts stay until they are dropped.
    pub async fn join(&self, upload: Uuid, parts: &[String], name: &str, size: u64) -> Result<Stored, FileFault> {
        let file = tempfile::tempfile()?;
        let (mut hasher, mut read) = (Sha256::new(), 0_u64);
        for part in parts {
            let mut stream = self.store.get(&part_place(upload, part)).await?.into_stream();
            while let Some(bytes) = stream.try_next().await? {
                hasher.update(&bytes);
                read += bytes.len() as u64;
                (&file).write_all(&bytes)?;
            }
        }
        if read != size {
            return Err(FileFault::Incomplete);
        }
        let sha256 = Hash(hasher.finalize().into());
        let name = name.to_owned();
        let looked = file.try_clone()?;
        let media_type = tokio::task::spawn_blocking(move || kind::of(&looked, &name)).await.map_err(std::io::Error::other)??;
        let place = place_of(sha256);
        if self.store.head(&place).await.is_err() {
            self.put(&place, &file).await?;
        }
        Ok(Stored { sha256, size, media_type })
    }

    async fn put(&self, place: &Place, file: &std::fs::File) -> Result<(), FileFault> {
        use std::io::{Read, Seek, SeekFrom};
        let mut reader = file.try_clone()?;
        reader.seek(SeekFrom::Start(0))?;
        let mut out = WriteMultipart::new_with_chunk_size(self.store.put_multipart(place).await?, CHUNK);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let n = reader.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            out.wait_for_capacity(4).await?;
            out.write(buffer.get(..n).unwrap_or_default());
        }
        out.finish().await?;
        Ok(())
    }

    /// Removes the parts of an upload that was joined, refused or given up.
    pub async fn drop_parts(&self, upload: Uuid) -> Result<(), FileFault> {
        let prefix = Place::from(format!("parts/{}", upload.simple()));
        let parts: Vec<Place> = self.store.list(Some(&prefix)).map_ok(|m| m.location).try_collect().await?;
        for part in parts {
            self.store.delete(&part).await?;
        }
        Ok(())
    }

    /// Is what rests there still what its hash says? Read at most every ten minutes; one that is not intact is
    /// read each time.
    pub async fn intact(&self, sha256: Hash) -> Result<bool, FileFault> {
        let fresh = |at: &Instant| at.elapsed() < FRESH;
        if self.looked.lock().is_ok_and(|known| known.get(&sha256).is_some_and(fresh)) {
            return Ok(true);
        }
        let mut stream = self.store.get(&place_of(sha256)).await?.into_stream();
        let mut hasher = Sha256::new();
        while let Some(bytes) = stream.try_next().await? {
            hasher.update(&bytes);
        }
        let intact = Hash(hasher.finalize().into()) == sha256;
        if intact && let Ok(mut known) = self.looked.lock() {
            if known.len() >= LOOKED {
                known.retain(|_, at| fresh(at));
            }
            if known.len() < LOOKED {
                known.insert(sha256, Instant::now());
            }
        }
        Ok(intact)
    }

    /// A file already at hand, for the demonstration.
    pub async fn keep(&self, bytes: Bytes) -> Result<Hash, FileFault> {
        let sha256 = Hash::of(&bytes);
        self.store.put(&place_of(sha256), bytes.into()).await?;
        Ok(sha256)
    }

    /// The content, as a stream.
    pub async fn get(&self, sha256: Hash) -> Result<BoxStream<'static, Result<Bytes, std::io::Error>>, FileFault> {
        let stream = self.store.get(&place_of(sha256)).await?.into_stream();
        Ok(stream.map_err(std::io::Error::other).boxed())
    }

    /// Asks the scanner; `None` where there is none.
    pub async fn scan(&self, sha256: Hash) -> Result<Option<Verdict>, FileFault> {
        let Some(address) = &self.scanner else { return Ok(None) };
        let stream = self.get(sha256).await?;
        let connection = clamav_client::tokio::Tcp { host_address: address.as_str() };
        let scan = clamav_client::tokio::scan_stream(stream, connection, None);
        let answer = tokio::time::timeout(std::time::Duration::from_secs(60), scan).await;
        let answer =
            answer.map_err(|_| FileFault::Scanner("no answer in 60 s".to_owned()))?.map_err(|e| FileFault::Scanner(e.to_string()))?;
        let text = String::from_utf8_lossy(&answer).trim_end_matches('\0').trim().to_owned();
        // "stream: OK", "stream: Name FOUND"; anything else is no verdict.
        let said = text.strip_prefix("stream: ").unwrap_or(&text);
        if said == "OK" {
            Ok(Some(Verdict::Clean))
        } else if let Some(found) = said.strip_suffix(" FOUND") {
            Ok(Some(Verdict::Found(found.to_owned())))
        } else {
            Err(FileFault::Scanner(said.chars().take(200).collect()))
        }
    }
}

/// Is the folder writable? For the check of the configuration.
pub fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::tempfile_in(folder).map(|_| ())
}

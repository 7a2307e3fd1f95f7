//! The folder of an embedded database: what is in it, and that one process writes it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// Kept open while this process may write.
#[derive(Debug)]
pub struct Folder {
    pub path: PathBuf,
    _lock: Option<File>,
}

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("busy")]
    Busy,
    #[error("not a demonstration")]
    NotDemo,
    #[error("no database")]
    Empty,
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Folder {
    pub fn database(&self) -> PathBuf {
        self.path.join("ndp.sqlite")
    }
    pub fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }
    pub fn story(&self) -> PathBuf {
        self.path.join("demo.json")
    }

    fn lock(path: &Path) -> Result<File, FolderError> {
        let file = File::options().create(true).truncate(false).write(true).open(path.join("ndp.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(FolderError::Busy),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// For writing; made where it does not exist.
    pub fn to_write(path: &Path) -> Result<Folder, FolderError> {
        std::fs::create_dir_all(path)?;
        let lock = Folder::lock(path)?;
        Ok(Folder { path: path.to_owned(), _lock: Some(lock) })
    }

    /// For reading beside whoever writes.
    pub fn to_read(path: &Path) -> Result<Folder, FolderError> {
        let folder = Folder { path: path.to_owned(), _lock: None };
        if folder.database().is_file() { Ok(folder) } else { Err(FolderError::Empty) }
    }

    /// For the demonstration: an empty folder, or one that holds a demonstration (`true`).
    pub fn for_demo(path: &Path) -> Result<(Folder, bool), FolderError> {
        let holds = path.join("demo.json").is_file();
        if path.exists() && !holds {
            if !path.is_dir() {
                return Err(FolderError::NotDemo);
            }
            let unfinished = path.join("demo.unfinished").is_file();
            let mut names = std::fs::read_dir(path)?.filter_map(|e| e.ok()).map(|e| e.file_name());
            if !unfinished && names.any(|name| name != "ndp.lock") {
                return Err(FolderError::NotDemo);
            }
        }
        let folder = Folder::to_write(path)?;
        if !holds {
            // A demonstration cut short starts over; only its own files are removed.
            std::fs::write(path.join("demo.unfinished"), "")?;
            for name in ["ndp.sqlite", "ndp.sqlite-wal", "ndp.sqlite-shm"] {
                match std::fs::remove_file(path.join(name)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
        }
        Ok((folder, holds))
    }

    /// Marks the demonstration as complete.
    pub fn finish_demo(&self, story: &str) -> std::io::Result<()> {
        let draft = self.path.join("demo.json.new");
        std::fs::write(&draft, story)?;
        std::fs::rename(draft, self.story())?;
        std::fs::remove_file(self.path.join("demo.unfinished"))
    }
}

//! What a file is, by its content; its name only decides between kinds that look alike.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("empty")]
    Empty,
    /// Not one of the kinds taken as evidence, or not what its name says.
    #[error("type")]
    Type,
    /// An archive that unpacks to far more than it is, or to too many parts.
    #[error("archive")]
    Archive,
}

/// Unpacked at most (bytes), parts at most, and times its own size at most.
const UNPACKED: u64 = 512 * 1024 * 1024;
const PARTS: usize = 5_000;
const RATIO: u64 = 200;
/// Looked at, to tell a kind (bytes).
const HEAD: usize = 8 * 1024;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// Endings that a kind may have.
fn endings(media_type: &str) -> &'static [&'static str] {
    match media_type {
        "application/pdf" => &["pdf"],
        "image/png" => &["png"],
        "image/jpeg" => &["jpg", "jpeg"],
        "image/tiff" => &["tif", "tiff"],
        DOCX => &["docx"],
        XLSX => &["xlsx"],
        PPTX => &["pptx"],
        "application/vnd.oasis.opendocument.text" => &["odt"],
        "application/vnd.oasis.opendocument.spreadsheet" => &["ods"],
        "application/zip" => &["zip"],
        "text/csv" => &["csv"],
        "text/plain" => &["txt"],
        _ => &[],
    }
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default()
}

/// The media type of a file, or why it is not taken.
pub fn of(file: &File, name: &str) -> Result<&'static str, Refused> {
    let mut reader = file;
    reader.seek(SeekFrom::Start(0)).map_err(|_| Refused::Type)?;
    let mut head = Vec::with_capacity(HEAD);
    reader.take(HEAD as u64).read_to_end(&mut head).map_err(|_| Refused::Type)?;
    if head.is_empty() {
        return Err(Refused::Empty);
    }
    let found = match infer::get(&head).map(|k| k.mime_type()) {
        Some("application/pdf") => "application/pdf",
        Some("image/png") => "image/png",
        Some("image/jpeg") => "image/jpeg",
        Some("image/tiff") => "image/tiff",
        Some(_) if head.starts_with(b"PK\x03\x04") => archive(file)?,
        Some(_) => return Err(Refused::Type),
        None if head.starts_with(b"PK") => return Err(Refused::Archive),
        None => text(file, name)?,
    };
    if endings(found).contains(&ending(name).as_str()) { Ok(found) } else { Err(Refused::Type) }
}

/// Plain text: UTF-8 all through, no control characters, and nothing a browser would run.
fn text(file: &File, name: &str) -> Result<&'static str, Refused> {
    let mut reader = file;
    reader.seek(SeekFrom::Start(0)).map_err(|_| Refused::Type)?;
    let mut all = Vec::new();
    reader.take(64 * 1024 * 1024).read_to_end(&mut all).map_err(|_| Refused::Type)?;
    let text = std::str::from_utf8(&all).map_err(|_| Refused::Type)?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refused::Type);
    }
    let start = text.trim_start_matches('\u{feff}').trim_start().to_lowercase();
    if start.starts_with('<') || start.starts_with("%!") || start.starts_with("#!") {
        return Err(Refused::Type);
    }
    Ok(if ending(name) == "csv" { "text/csv" } else { "text/plain" })
}

/// An archive is unpacked once, into nothing, to see that it is as large as it says.
fn archive(file: &File) -> Result<&'static str, Refused> {
    let size = file.metadata().map_err(|_| Refused::Archive)?.len();
    let mut archive = zip::ZipArchive::new(file.try_clone().map_err(|_| Refused::Archive)?).map_err(|_| Refused::Archive)?;
    if archive.len() > PARTS {
        return Err(Refused::Archive);
    }
    let allowed = UNPACKED.min(size.saturating_mul(RATIO).max(10 * 1024 * 1024));
    let mut unpacked = 0_u64;
    let mut names = Vec::with_capacity(archive.len());
    let mut mimetype = String::new();
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).map_err(|_| Refused::Archive)?;
        if part.enclosed_name().is_none() || part.encrypted() {
            return Err(Refused::Archive);
        }
        let name = part.name().map_err(|_| Refused::Archive)?.into_owned();
        let is_mimetype = name == "mimetype";
        names.push(name);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let n = part.read(&mut buffer).map_err(|_| Refused::Archive)?;
            if n == 0 {
                break;
            }
            if is_mimetype && mimetype.len() < 200 {
                mimetype.push_str(&String::from_utf8_lossy(buffer.get(..n.min(200)).unwrap_or_default()));
            }
            unpacked += n as u64;
            if unpacked > allowed {
                return Err(Refused::Archive);
            }
        }
    }
    let has = |prefix: &str| names.iter().any(|n| n.starts_with(prefix));
    if names.iter().any(|n| n.ends_with("vbaProject.bin")) {
        return Err(Refused::Type);
    }
    Ok(match mimetype.as_str() {
        "application/vnd.oasis.opendocument.text" => "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet" => "application/vnd.oasis.opendocument.spreadsheet",
        _ if names.iter().any(|n| n == "[Content_Types].xml") => match () {
            () if has("word/") => DOCX,
            () if has("xl/") => XLSX,
            () if has("ppt/") => PPTX,
            () => "application/zip",
        },
        _ => "application/zip",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        file
    }

    #[test]
    fn a_file_is_what_its_content_says() {
        assert_eq!(of(&file(b"%PDF-1.7\n"), "Quy\u{1ebf}t \u{111}\u{1ecb}nh.pdf"), Ok("application/pdf"));
        assert_eq!(of(&file("a;b\n1;2\n".as_bytes()), "b.csv"), Ok("text/csv"));
        assert_eq!(of(&file(b"%PDF-1.7\n"), "a.docx"), Err(Refused::Type));
        assert_eq!(of(&file(b""), "a.pdf"), Err(Refused::Empty));
        assert_eq!(of(&file(b"<!doctype html><script>"), "a.txt"), Err(Refused::Type));
        assert_eq!(of(&file(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "a.png"), Err(Refused::Type));
        assert_eq!(of(&file(b"MZ\x90\x00"), "a.pdf"), Err(Refused::Type));
        assert_eq!(of(&file(&[0xff, 0xfe, 0x00]), "a.txt"), Err(Refused::Type));
    }

    #[test]
    fn an_archive_that_unpacks_to_far_more_than_it_is_is_refused() {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file("zeros", options).expect("a part");
        for _ in 0..64 {
            writer.write_all(&vec![0; 1024 * 1024]).expect("zeros");
        }
        let bytes = writer.finish().expect("an archive").into_inner();
        assert!(bytes.len() < 200_000);
        assert_eq!(of(&file(&bytes), "a.zip"), Err(Refused::Archive));
    }

    #[test]
    fn an_archive_whose_parts_leave_its_folder_is_refused() {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file("../../etc/passwd", options).expect("a part");
        writer.write_all(b"x").expect("written");
        let bytes = writer.finish().expect("an archive").into_inner();
        assert_eq!(of(&file(&bytes), "a.zip"), Err(Refused::Archive));
    }
}

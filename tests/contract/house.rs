//! The house is as its map says: dependencies point one way, the pure core stays pure, files stay
//! short, the configuration's manual is complete.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn dependencies(of: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(of).join("Cargo.toml")).unwrap();
    let section = text.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    section.lines().filter_map(|l| l.split(['.', ' ', '=']).next()).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

#[test]
fn dependencies_point_one_way() {
    let ours = |of: &str| -> Vec<String> { dependencies(of).into_iter().filter(|d| d.starts_with("ndp-")).collect() };
    assert_eq!(ours("crates/domain"), Vec::<String>::new());
    assert_eq!(ours("migrations"), Vec::<String>::new());
    assert_eq!(ours("crates/store"), ["ndp-domain", "ndp-migrations"]);
    assert_eq!(ours("crates/text"), ["ndp-domain"]);
    assert_eq!(ours("crates/engine"), ["ndp-domain", "ndp-store"]);
    for forbidden in ["sea-orm", "tokio", "getrandom", "rand"] {
        assert!(!dependencies("crates/domain").contains(&forbidden.to_owned()), "domain is pure: {forbidden}");
    }
    assert!(!dependencies("crates/engine").contains(&"sea-orm".to_owned()), "SQL lives in store");
}

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn the_pure_core_reads_no_clock_file_or_chance_and_no_file_is_long_without_reason() {
    let mut files = Vec::new();
    rust_files(&root().join("crates"), &mut files);
    rust_files(&root().join("migrations/src"), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.display().to_string();
        let is_test = name.contains("/tests/");
        if name.contains("crates/domain/src") && !is_test {
            for word in ["Utc::now", "std::fs", "std::env", "SystemTime", "async ", "Uuid::now", "Uuid::new_v"] {
                assert!(!text.contains(word), "{name}: {word}");
            }
        }
        assert!(is_test || text.lines().count() <= 500, "{name} has {} lines: is there a second subject in it?", text.lines().count());
        assert!(!text.contains("mod.rs"), "{name}");
    }
}

#[test]
fn the_map_names_every_crate_and_every_part_of_an_act() {
    let map = std::fs::read_to_string(root().join("crates/README.md")).unwrap();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(map.contains(&format!("`{name}/`")), "the map does not name {name}");
        }
    }
    // Every path that the map names exists.
    for part in map.split('`').skip(1).step_by(2).filter(|p| p.contains('/') && !p.contains([' ', '{', '*', '<', '('])) {
        let path = part.trim_end_matches('/');
        let here = root().join(path).exists() || root().join("crates").join(path).exists();
        assert!(here, "the map names {part}, which is not there");
    }
}

#[test]
fn shipped_data_says_where_it_comes_from() {
    for name in ["organisations", "organisations_local", "org_transfers", "localities", "holidays", "platforms_2024", "national_platforms"]
    {
        let text = std::fs::read_to_string(root().join(format!("config/data/{name}.csv"))).unwrap();
        let header = text.lines().next().unwrap();
        assert!(header.contains("evidence") && header.contains("source_url"), "{name}");
    }
}

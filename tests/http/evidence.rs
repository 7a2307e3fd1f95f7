//! Evidence: uploads taken up again, kinds told by content, downloads that a browser does not run.

use ndp_domain::canonical::Hash;
use ndp_domain::id::{DossierId, Kind};
use ndp_tests::served::{Served, answer};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn dossier(served: &Served) -> DossierId {
    let story = served.world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    story.dossier("Sản phẩm", entry, set).await.unwrap().0
}

async fn begin(served: &Served, dossier: DossierId, name: &str, size: usize) -> (u16, Value) {
    served
        .post(
            &served.world.cast.applicant,
            &format!("/dossiers/{dossier}/uploads"),
            &json!({ "name": name, "size": size, "valid_to": "2027-01-31" }),
        )
        .await
}

async fn send(served: &Served, href: &str, offset: usize, bytes: Vec<u8>) -> (u16, Value) {
    let request = served.by(&served.world.cast.applicant, Method::PATCH, href).await.header("upload-offset", offset).body(bytes);
    answer(request).await
}

async fn whole(served: &Served, dossier: DossierId, name: &str, bytes: &[u8]) -> (u16, Value) {
    let (status, begun) = begin(served, dossier, name, bytes.len()).await;
    if status != 201 {
        return (status, begun);
    }
    send(served, begun["href"].as_str().unwrap(), 0, bytes.to_vec()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_cut_goes_on_where_it_stopped_and_comes_back_the_same() {
    let served = Served::new().await;
    let dossier = dossier(&served).await;
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..3_500_000_u32).map(|n| (n % 251) as u8));
    let (status, begun) = begin(&served, dossier, "Hồ sơ an toàn.pdf", bytes.len()).await;
    assert_eq!(status, 201, "{begun}");
    let href = begun["href"].as_str().unwrap();
    // A client that announces all of it, sends a part, and is gone.
    let token = served.token(&served.world.cast.applicant).await;
    let duty = ndp_tests::served::duty_header(&served.world.cast.applicant.actor());
    let mut stream = TcpStream::connect(served.base.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "PATCH {href} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nndp-duty: {duty}\r\nupload-offset: 0\r\ncontent-length: {}\r\n\r\n",
        bytes.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&bytes[..2_500_000]).await.unwrap();
    stream.shutdown().await.unwrap();
    drop(stream);
    let mut offset = 0;
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let (_, value) = served.get(&served.world.cast.applicant, href).await;
        offset = value["offset"].as_u64().unwrap() as usize;
        // All that arrived is kept once the server has seen the end of the line.
        if offset == 2_500_000 {
            break;
        }
    }
    assert!((2_000_000..=2_500_000).contains(&offset), "{offset} bytes were kept");
    let (status, wrong) = send(&served, href, offset + 1, bytes[offset..].to_vec()).await;
    assert_eq!((status, wrong["offset"].as_u64()), (409, Some(offset as u64)));
    let (status, done) = send(&served, href, offset, bytes[offset..].to_vec()).await;
    assert_eq!(status, 201, "{done}");
    assert_eq!(done["sha256"], Hash::of(&bytes).to_string());
    let path = format!("/dossiers/{dossier}/files/{}", Hash::of(&bytes));
    let response = served.by(&served.world.cast.applicant, Method::GET, &path).await.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-disposition").starts_with("attachment; filename=\"H_"), "{}", header("content-disposition"));
    assert!(header("content-disposition").contains("filename*=UTF-8''H%E1%BB%93%20s%C6%A1%20an%20to%C3%A0n.pdf"));
    assert_eq!((header("x-content-type-options").as_str(), header("content-type").as_str()), ("nosniff", "application/pdf"));
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(response.bytes().await.unwrap().as_ref(), bytes.as_slice());
    // Reading was noted; a second finish of the same upload is gone.
    assert_eq!(served.get(&served.world.cast.applicant, href).await.0, 410);
    let (_, files) = served.get(&served.world.cast.applicant, &format!("/dossiers/{dossier}/files")).await;
    assert_eq!(files["items"][0]["valid_to"], "2027-01-31");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_evidence_is_refused_and_leaves_nothing() {
    let served = Served::new().await;
    let dossier = dossier(&served).await;
    let bomb = {
        use std::io::Write;
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file("word/document.xml", options).unwrap();
        for _ in 0..64 {
            writer.write_all(&vec![0; 1024 * 1024]).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("trang.pdf", b"<!doctype html><script>alert(1)</script>".to_vec(), "file.type"),
        ("trang.html", b"<!doctype html>".to_vec(), "file.type"),
        ("anh.svg", b"<svg onload='x'/>".to_vec(), "file.type"),
        ("chuong-trinh.pdf", b"MZ\x90\x00\x03".to_vec(), "file.type"),
        ("anh.png", b"%PDF-1.7".to_vec(), "file.type"),
        ("bom.docx", bomb, "file.archive"),
        ("hong.zip", b"PK\x03\x04nothing".to_vec(), "file.archive"),
    ];
    for (name, bytes, code) in cases {
        let (status, value) = whole(&served, dossier, name, &bytes).await;
        assert_eq!((status, value["code"].as_str()), (422, Some(code)), "{name}: {value}");
    }
    for name in ["../../etc/passwd.pdf", "a\\b.pdf", ".an.pdf", "khong-duoi", "a\u{202e}fdp.exe.pdf", "con:1.pdf"] {
        let (status, value) = begin(&served, dossier, name, 10).await;
        assert_eq!((status, value["code"].as_str()), (422, Some("file.name")), "{name}: {value}");
    }
    assert_eq!(begin(&served, dossier, "x\u{0}.pdf", 10).await.1["code"], "input.text_control");
    assert_eq!(begin(&served, dossier, "to.pdf", 60 * 1024 * 1024).await.1["code"], "file.size");
    assert_eq!(begin(&served, dossier, "rong.pdf", 0).await.1["code"], "file.empty");
    let (_, begun) = begin(&served, dossier, "hai.pdf", 4).await;
    assert_eq!(send(&served, begun["href"].as_str().unwrap(), 0, b"%PDF-1.7".to_vec()).await.1["code"], "file.size");
    for _ in 0..20 {
        begin(&served, dossier, "nhieu.pdf", 10).await;
    }
    assert_eq!(begin(&served, dossier, "nhieu.pdf", 10).await.0, 429);
    let (_, files) = served.get(&served.world.cast.applicant, &format!("/dossiers/{dossier}/files")).await;
    assert_eq!(files["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_for_those_who_see_the_record_and_every_reading_is_noted() {
    let served = Served::new().await;
    let dossier = dossier(&served).await;
    let cast = &served.world.cast;
    let (status, done) = whole(&served, dossier, "cap-do-an-toan.pdf", b"%PDF-1.7 cap do 3").await;
    assert_eq!(status, 201, "{done}");
    let path = format!("/dossiers/{dossier}/files/{}", done["sha256"].as_str().unwrap());
    served.world.story().hand_in(dossier, Some((1, 2)), 4).await.unwrap();
    for who in [
        &cast.keeper.officer,
        &cast.consulted.officer,
        &cast.others[1],
        &cast.others[2],
        &cast.evaluators[0],
        &cast.hired_unit,
        &cast.administrator,
    ] {
        // An expert in no body yet has no duty to come in; all others find nothing.
        let found = served.get(who, &path).await.0;
        assert!(found == 404 || (found == 403 && who.duty.code() == "EV"), "{} {found}", who.duty.code());
        assert_eq!(served.get(who, &format!("/dossiers/{dossier}/files")).await.0, found);
    }
    assert_eq!(answer(served.anyone(Method::GET, &path)).await.0, 401);
    assert_eq!(served.by(&cast.managing.officer, Method::GET, &path).await.send().await.unwrap().status(), 200);
    let (status, readings) = served.get(&cast.managing.officer, &format!("/dossiers/{dossier}/readings")).await;
    assert_eq!(status, 200);
    assert_eq!(readings["items"][0]["account"], cast.managing.officer.account.to_string());
    // A hash alone opens nothing: not through another record either.
    let other = served.world.story().list_entry("Nền tảng khác", 1).await.unwrap();
    assert_eq!(
        served.get(&cast.managing.officer, &format!("/list-entries/{other}/files/{}", done["sha256"].as_str().unwrap())).await.0,
        404
    );
}

/// A clamd that knows one virus: answers INSTREAM as the real one does.
async fn clamd() -> std::net::SocketAddr {
    use tokio::io::AsyncReadExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0_u8; 10];
                if stream.read_exact(&mut head).await.is_err() || &head != b"zINSTREAM\0" {
                    return;
                }
                let mut all = Vec::new();
                loop {
                    let n = stream.read_u32().await.unwrap() as usize;
                    if n == 0 {
                        break;
                    }
                    let mut part = vec![0; n];
                    stream.read_exact(&mut part).await.unwrap();
                    all.extend(part);
                }
                let text: &[u8] =
                    if all.windows(5).any(|w| w == b"EICAR") { b"stream: Win.Test.EICAR_HDB-1 FOUND\0" } else { b"stream: OK\0" };
                let _ = stream.write_all(text).await;
            });
        }
    });
    at
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_stays_in_quarantine_until_the_scanner_has_looked() {
    use ndp_files::{Files, Place1};
    use ndp_identity::Identity;
    use ndp_tests::served::{policy, ring, wide};
    let world = ndp_tests::World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let clock = ndp_engine::Clock::at(ndp_engine::Clock::System.now());
    let identity = Identity::new(world.engine.store.clone(), clock.clone(), policy(), &ring(1), ring(2), Vec::new()).unwrap();
    let scanner = clamd().await;
    let files = Files::open(&Place1::Folder(folder.path().join("evidence")), Some(scanner.to_string()), 1024 * 1024).unwrap();
    let served = Served::over(world, identity, files, wide(), clock, folder).await;
    let dossier = dossier(&served).await;
    for (name, bytes, after) in [("sach.pdf", b"%PDF-1.7 sach".as_slice(), 200), ("ban.pdf", b"%PDF-1.7 EICAR".as_slice(), 422)] {
        let (status, done) = whole(&served, dossier, name, bytes).await;
        assert_eq!((status, done["state"].as_str()), (201, Some("quarantine")));
        let path = format!("/dossiers/{dossier}/files/{}", done["sha256"].as_str().unwrap());
        let (status, said) = served.get(&served.world.cast.applicant, &path).await;
        assert_eq!((status, said["code"].as_str()), (409, Some("file.quarantined")));
        let worker = served.worker(None);
        while worker.turn().await.unwrap() {}
        assert_eq!(served.by(&served.world.cast.applicant, Method::GET, &path).await.send().await.unwrap().status(), after, "{name}");
    }
}

/// A browser that has a file already shows it in its page as before: what is said with "not changed" is the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_did_not_change_is_shown_as_it_was() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 2).await.unwrap();
    ndp_cli::demo::keep_files(&served.world.engine.store, &served.app.files, &story.files()).await.unwrap();
    let officer = &cast.managing.officer;
    let listed = served.get(officer, &format!("/dossiers/{}/files", ndp_domain::id::Id::from(dossier))).await.1;
    let hash = listed["items"][0]["sha256"].as_str().unwrap();
    let place = format!("/ho-so/{}/tep/{hash}/xem", ndp_domain::id::Id::from(dossier));
    let policy = |r: &reqwest::Response, name: &str| r.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
    let first = served.page_answer(officer, &place, None).await;
    assert_eq!(first.status(), 200);
    let tag = policy(&first, "etag").unwrap();
    let second = served.page_answer(officer, &place, Some(&tag)).await;
    assert_eq!(second.status(), 304);
    for name in ["content-security-policy", "content-disposition", "cache-control", "etag"] {
        assert_eq!(policy(&first, name), policy(&second, name), "{name}");
    }
    assert!(policy(&first, "content-security-policy").unwrap().contains("frame-ancestors 'self'"));
}

/// The council of a review looks at what was proved before, where nothing new was handed in; strangers do not.
#[tokio::test(flavor = "multi_thread")]
async fn a_review_goes_on_from_the_evidence_of_the_dossier_before_it() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng", Some(product), 3).await.unwrap();
    story.evaluate(dossier, body, &[], None, 4).await.unwrap();
    story.decide(dossier, ndp_domain::acts::ActId::E22).await.unwrap();
    let store = &served.world.engine.store;
    let recognition = store.load_kind(Kind::Recognition).await.unwrap()[0].id.try_into().unwrap();
    story.pass(260);
    story.periodic_review(recognition).await.unwrap();
    let given = story.files();
    ndp_cli::demo::keep_files(store, &served.app.files, &given).await.unwrap();
    let review = store.load_kind(Kind::Dossier).await.unwrap().into_iter().map(|l| l.id).find(|id| *id != dossier.into()).unwrap();
    assert!(store.attached(review, None).await.unwrap().is_empty(), "nothing new was handed in");
    let path = format!("/dossiers/{review}/files");
    let (status, listed) = served.get(&cast.managing.officer, &path).await;
    assert_eq!(status, 200, "{listed}");
    let listed = listed["items"].as_array().unwrap().clone();
    assert!(listed.len() > 8 && listed.len() < given.files.len(), "what the application names, and nothing else: {}", listed.len());
    let one = format!("{path}/{}", listed[0]["sha256"].as_str().unwrap());
    assert_eq!(served.get(&cast.managing.officer, &one).await.0, 200);
    for stranger in [&cast.consulted.officer, &cast.consulted.records, &cast.evaluators[0]] {
        let (status, answer) = served.get(stranger, &path).await;
        assert_eq!(status, 404, "{} {answer}", stranger.duty.code());
        assert_eq!(served.get(stranger, &one).await.0, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_a_paper_opens_what_it_encloses() {
    use ndp_cli::demo::story::Until;
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng có tài liệu", 1).await.unwrap();
    let bytes = b"%PDF-1.7 phu luc kem to trinh";
    let place = format!("/list-entries/{entry}/uploads");
    let (status, begun) = served.post(&cast.managing.officer, &place, &json!({ "name": "phu-luc.pdf", "size": bytes.len() })).await;
    assert_eq!(status, 201, "{begun}");
    let href = begun["href"].as_str().unwrap();
    let request = served.by(&cast.managing.officer, Method::PATCH, href).await.header("upload-offset", 0).body(bytes.to_vec());
    let (_, file) = answer(request).await;
    let sha256 = file["sha256"].as_str().unwrap();
    let ndp_domain::list_entry::Command::Submit { mut proposal } = story.proposal("Nền tảng có tài liệu") else { panic!() };
    proposal.files[0].sha256 = Hash::parse(sha256).unwrap();
    let submit = ndp_domain::list_entry::Command::Submit { proposal };
    let paper = story.paper(&cast.managing, "Tờ trình có phụ lục", vec![(entry.into(), submit.into())], Until::Checked).await.unwrap();
    for who in [&cast.managing.signer, &cast.managing.unit_head, &cast.managing.officer] {
        let (status, html) = served.page(Some(who), &format!("/van-ban/{paper}")).await;
        let link = format!("/van-ban/{paper}/tep/{sha256}");
        assert!(status == 200 && html.contains(&link), "{:?}: {html}", who.duty);
        let answer = served.page_answer(who, &link, None).await;
        assert_eq!(answer.status(), 200, "{:?}", who.duty);
        assert_eq!(answer.bytes().await.unwrap(), bytes.as_slice());
    }
    // The paper stands under the form in which it is signed.
    let (status, html) = served.page(Some(&cast.managing.signer), &format!("/van-ban/{paper}/signatures")).await;
    assert!(status == 200 && html.contains("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") && html.contains("Tờ trình có phụ lục"), "{html}");
    // Who does not read the paper finds neither it nor its enclosure.
    for stranger in [&cast.consulted.officer, &cast.keeper.officer, &cast.applicant] {
        assert_eq!(
            served.page_answer(stranger, &format!("/van-ban/{paper}/tep/{sha256}"), None).await.status(),
            404,
            "{:?}",
            stranger.duty
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_a_pdf_and_not_older_than_what_was_submitted() {
    use ndp_cli::demo::story::Until;
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng chờ ký", 1).await.unwrap();
    let submit = story.proposal("Nền tảng chờ ký");
    let paper = story.paper(&cast.managing, "Tờ trình chờ ký", vec![(entry.into(), submit.into())], Until::Checked).await.unwrap();
    let signer = &cast.managing.signer;
    let mut signed = Vec::new();
    for (name, bytes) in [("ghi-chu.txt", &b"khong phai ban ky"[..]), ("ban-ky.pdf", b"%PDF-1.7 ban da ky")] {
        let begun = json!({ "name": name, "size": bytes.len() });
        let (_, begun) = served.post(signer, &format!("/documents/{paper}/uploads"), &begun).await;
        let upload = served.by(signer, Method::PATCH, begun["href"].as_str().unwrap()).await.header("upload-offset", 0);
        let (_, file) = answer(upload.body(bytes.to_vec())).await;
        signed.push(file["sha256"].clone());
    }
    let today = ndp_domain::time::legal_date(served.world.engine.clock.now());
    let place = format!("/documents/{paper}/signatures");
    let with = |file: &serde_json::Value, on: chrono::NaiveDate| json!({ "file_sha256": file, "file_date": on.to_string() });
    for (file, on, code) in [
        (&signed[0], today, "file.signed_type"),
        (&signed[1], today - chrono::Days::new(400), "document.file_date_early"),
        (&signed[1], today + chrono::Days::new(9), "document.file_date"),
    ] {
        let (status, refused) = served.post(signer, &place, &with(file, on)).await;
        assert_eq!((status, refused["code"].as_str()), (422, Some(code)), "{refused}");
    }
    let (status, done) = served.post(signer, &place, &with(&signed[1], today)).await;
    assert_eq!(status, 200, "{done}");
}

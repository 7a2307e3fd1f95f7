//! Papers on their way: a records office does in one go what it does one after the other, and each step leaves its own
//! line; what is looked up before a step stands over its form; a paper goes by the steps of its own version.

use ndp_cli::demo::story::{Story, Until};
use ndp_domain::id::{DocumentId, Id};
use ndp_domain::machine::State;
use ndp_engine::reference::Sources;
use ndp_tests::World;
use ndp_tests::served::{Served, policy, wide};

async fn stage(served: &Served, paper: DocumentId) -> String {
    let loaded = served.world.engine.store.load_one(paper.into()).await.unwrap().unwrap();
    let State::Document(_) = &loaded.neighbour.whole.state else { panic!("a paper") };
    loaded.neighbour.whole.state.stage().to_owned()
}

async fn paper(served: &Served, name: &str, until: Until) -> DocumentId {
    let story = served.world.story().numbered_from(500 + name.len() as u32 * 100);
    let entry = story.list_entry(name, 1).await.unwrap();
    let submit = story.proposal(name);
    story.paper(&served.world.cast.managing, "Đề xuất", vec![(entry.into(), submit.into())], until).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agency_signature_and_the_issue_are_one_page_and_two_lines() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let id = paper(&served, "Nền tảng chờ phát hành", Until::Numbered).await;
    let place = format!("/van-ban/{}/phat-hanh", Id::from(id));
    let (_, html) = served.page(Some(&cast.managing.records), "/van-thu").await;
    assert!(html.contains(&place) && html.contains("Ký số cơ quan và phát hành"), "{html}");
    let (status, html) = served.page(Some(&cast.managing.records), &place).await;
    assert!(status == 200 && html.contains("Mã hồ sơ lưu") && html.contains("name=\"/recipients/0\""), "{status} {html}");
    assert_eq!(served.page_answer(&cast.managing.officer, &place, None).await.status(), 303, "nothing is joined for others");
    let recipient = cast.keeper.records.actor().org.unwrap().to_string();
    let fields = [("/recipients/0", recipient.as_str()), ("/code", "HS-2026-01"), ("_key", "mot-lan")];
    let (status, html) = served.send_form(&cast.managing.records, &place, &fields).await;
    assert_eq!(status, 303, "{html}");
    assert_eq!(stage(&served, id).await, "D.filed");
    let (status, _) = served.send_form(&cast.managing.records, &place, &fields).await;
    assert_eq!(status, 303, "a second click finds nothing left to do");
    let (_, html) = served.page(Some(&cast.managing.records), &format!("/van-ban/{}/lich-su", Id::from(id))).await;
    for line in ["đã ký số của cơ quan hoặc đóng dấu", "đã phát hành", "đã lưu văn bản, hồ sơ"] {
        assert!(html.contains(line), "{line}: {html}");
    }
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_agency_signature_is_asked_number_and_issue_are_one_page() {
    let mut sources = Sources::read(None).unwrap();
    for (_, text) in &mut sources.regulations {
        *text = text.replace("agency_signature = true", "agency_signature = false");
    }
    let served = Served::with(World::of(&sources).await, wide(), policy()).await;
    let cast = &served.world.cast;
    let id = paper(&served, "Nền tảng chờ cấp số", Until::Signed).await;
    let place = format!("/van-ban/{}/phat-hanh", Id::from(id));
    let (status, html) = served.page(Some(&cast.managing.records), &place).await;
    assert!(status == 200 && html.contains("Cấp số và phát hành") && html.contains("name=\"/number/number\""), "{status} {html}");
    // What is missing is told at its field and nothing is done.
    let recipient = cast.keeper.records.actor().org.unwrap().to_string();
    let (status, html) = served.send_form(&cast.managing.records, &place, &[("/recipients/0", recipient.as_str())]).await;
    assert!(status == 422 && stage(&served, id).await == "D.signed", "{status} {html}");
    let date = ndp_domain::time::legal_date(served.world.engine.clock.now()).format("%d/%m/%Y").to_string();
    let fields = [
        ("/number/number", "77"),
        ("/number/symbol", "BTC"),
        ("/number/book", "Công văn đi"),
        ("/number/date", date.as_str()),
        ("/number/imported", "true"),
        ("/recipients/0", recipient.as_str()),
    ];
    let (status, html) = served.send_form(&cast.managing.records, &place, &fields).await;
    assert_eq!(status, 303, "{html}");
    assert_eq!(stage(&served, id).await, "D.issued", "it is filed later");
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_up_before_a_step_stands_over_its_form() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let story = served.world.story().numbered_from(700);
    let mut papers = Vec::new();
    for (name, until) in [("Nền tảng đã có số", Until::Numbered), ("Nền tảng chờ cấp số", Until::Signed)] {
        let entry = story.list_entry(name, 1).await.unwrap();
        let acts = vec![(entry.into(), story.proposal(name).into())];
        papers.push(story.paper(&cast.managing, "Đề xuất", acts, until).await.unwrap());
    }
    ndp_cli::demo::keep_files(&served.world.engine.store, &served.app.files, &story.files()).await.unwrap();
    let place = format!("/van-ban/{}", Id::from(papers[1]));
    let (_, html) = served.page(Some(&cast.managing.records), &format!("{place}/numbers")).await;
    let year = chrono::Datelike::year(&story.today());
    assert!(html.contains(&format!("Số lớn nhất đã ghi trong sổ “Công văn đi” năm {year}: 701.")), "{html}");
    assert!(html.contains("Văn bản đã ký ngày") && html.contains(&format!("href=\"{place}/tep/")), "{html}");
    // Until when an officer is assigned: the day that the rules give stands there and is filled in.
    let entry = story.list_entry("Nền tảng chờ phân công", 3).await.unwrap();
    let (_, html) = served.page(Some(&cast.keeper.unit_head), &format!("/de-xuat/{}/assignments", Id::from(entry))).await;
    let directory = served.world.engine.directory();
    let term = directory.regulations["1230-2023"].terms["list_entry.decide"];
    let legal = directory.calendar.due(story.today(), term).on.format("%d/%m/%Y").to_string();
    assert!(html.contains(&format!("phải xong chậm nhất ngày {legal}")), "{html}");
    assert!(html.contains(&format!("value=\"{legal}\"")), "{html}");
    // Before anybody signs, the place of the signature names no office.
    let (_, html) = served.page(Some(&cast.managing.officer), &format!("{place}/ban-in")).await;
    assert!(html.contains("BỘ TRƯỞNG") || html.contains("Bộ trưởng"), "signed: {html}");
    let waiting = paper(&served, "Nền tảng chờ ký", Until::Submitted).await;
    let (_, html) = served.page(Some(&cast.managing.officer), &format!("/van-ban/{}/ban-in", Id::from(waiting))).await;
    assert!(html.contains("Quyền hạn, chức vụ của người ký") && !html.contains("Bộ trưởng"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_goes_by_the_steps_of_the_version_that_it_follows() {
    let mut sources = Sources::read(None).unwrap();
    let (_, first) = sources.regulations[0].clone();
    let later = first
        .replace("id = \"1230-2023\"", "id = \"mau-2026\"")
        .replace("effective_from = 2023-07-10", "effective_from = 2026-01-01")
        .replace("initial = true", "initial = false")
        .replace("form_check = true", "form_check = false");
    sources.regulations.push(("mau-2026.toml".to_owned(), later));
    let served = Served::with(World::of(&sources).await, wide(), policy()).await;
    let cast = &served.world.cast;
    for (version, name, number) in [("1230-2023", "Nền tảng theo bản cũ", 1_000), ("mau-2026", "Nền tảng theo bản mới", 2_000)]
    {
        let story = Story::new(&served.world.engine, cast, version).numbered_from(number);
        let entry = story.list_entry(name, 1).await.unwrap();
        let acts = vec![(entry.into(), story.proposal(name).into())];
        story.paper(&cast.managing, &format!("Đề xuất {name}"), acts, Until::Submitted).await.unwrap();
    }
    let (old, new) = ("Nền tảng theo bản cũ", "Nền tảng theo bản mới");
    let first_group = |html: &str| html.split("<section class=\"card\"").nth(1).unwrap_or_default().to_owned();
    // Under the older version the unit head comes first, under the newer one the signer.
    let (_, html) = served.page(Some(&cast.managing.signer), "/trinh-ky").await;
    let mine = first_group(&html);
    assert!(mine.contains(new) && !mine.contains(old) && html.contains(old), "{html}");
    let (_, html) = served.page(Some(&cast.managing.unit_head), "/trinh-ky").await;
    let mine = first_group(&html);
    assert!(mine.contains(old) && !mine.contains(new) && html.contains(new), "{html}");
    // The same in what waits for them.
    let (_, html) = served.page(Some(&cast.managing.signer), "/viec").await;
    assert!(html.contains(new) && !html.contains(old), "{html}");
    let (_, tasks) = served.get(&cast.managing.signer, "/api/v1/tasks").await;
    assert_eq!(tasks["items"].as_array().unwrap().iter().filter(|t| t["act"] == "D6").count(), 1, "{tasks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_with_a_step_stands_with_it_and_the_agency_may_bring_its_own_file() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let id = paper(&served, "Nền tảng có bút phê", Until::Submitted).await;
    let place = format!("/van-ban/{}", Id::from(id));
    let (status, to) = served.send_form(&cast.managing.unit_head, &format!("{place}/initials"), &[("/remark", "Đề nghị ký sớm")]).await;
    assert_eq!(status, 303, "{to}");
    let (status, to) = served.send_form(&cast.managing.form_checker, &format!("{place}/form-checks"), &[]).await;
    assert_eq!(status, 303, "a remark may be left out: {to}");
    let signed = ("/file_sha256:file", "da-ky.pdf", b"%PDF-1.7 da ky");
    let today = served.world.story().today().format("%d/%m/%Y").to_string();
    let fields = [("/file_date", today.as_str()), ("/remark", "Chuyển văn thư trong ngày")];
    let (status, to) = served.send_filled(&cast.managing.signer, &format!("{place}/signatures"), &fields, signed).await;
    assert_eq!(status, 303, "{to}");
    let (_, html) = served.page(Some(&cast.managing.records), &place).await;
    assert!(html.contains("“Đề nghị ký sớm”") && html.contains("“Chuyển văn thư trong ngày”"), "{html}");
    let number = [("/number/number", "812"), ("/number/symbol", "BTC"), ("/number/book", "Công văn đi"), ("/number/date", today.as_str())];
    let (status, to) = served.send_form(&cast.managing.records, &format!("{place}/numbers"), &number).await;
    assert_eq!(status, 303, "{to}");
    // The agency's signature is a later layer: a file that is no PDF is refused, a PDF takes the place of the first.
    let text = ("/file_sha256:file", "khong-phai.txt", b"khong phai pdf");
    let (status, html) = served.send_filled(&cast.managing.records, &format!("{place}/seals"), &[], text).await;
    assert!(status == 422 && stage(&served, id).await == "D.numbered", "{status} {html}");
    let sealed = ("/file_sha256:file", "da-dong-dau.pdf", b"%PDF-1.7 da dong dau");
    let (status, to) = served.send_filled(&cast.managing.records, &format!("{place}/seals"), &[], sealed).await;
    assert_eq!(status, 303, "{to}");
    let (_, html) = served.page(Some(&cast.managing.records), &format!("{place}/issues")).await;
    assert!(html.contains("da-dong-dau.pdf"), "{html}");
    let recipient = cast.keeper.records.actor().org.unwrap().to_string();
    let (status, to) = served.send_form(&cast.managing.records, &format!("{place}/issues"), &[("/recipients/0", recipient.as_str())]).await;
    assert_eq!(status, 303, "{to}");
    // It has come in at its recipient's office, and stays in the register there.
    let (_, html) = served.page(Some(&cast.keeper.records), "/van-thu").await;
    let arrived = html.split("<section class=\"card\"").last().unwrap();
    assert!(arrived.contains(&place) && arrived.contains("812/BTC") && arrived.contains("Bộ Tài chính"), "{html}");
    let (_, csv) = served.page(Some(&cast.keeper.records), "/van-thu.csv?so=den").await;
    assert!(csv.contains("Bộ Tài chính,\"812/BTC, ") && csv.lines().count() == 2, "{csv}");
    let (_, csv) = served.page(Some(&cast.managing.records), "/van-thu.csv?so=den").await;
    assert_eq!(csv.lines().count(), 1, "its own papers did not come in: {csv}");
    // On the page of the agency that received it, for its own people, and for nobody else.
    let agency = format!("/co-quan/{recipient}");
    let (_, html) = served.page(Some(&cast.keeper.officer), &agency).await;
    assert!(html.contains("Văn bản đã nhận") && html.contains("812/BTC – "), "{html}");
    for other in [None, Some(&cast.applicant), Some(&cast.managing.officer)] {
        let (_, html) = served.page(other, &agency).await;
        assert!(!html.contains("812/BTC"), "{html}");
    }
    // Whoever receives it has the sealed file, and nothing of what was said on its way.
    let (_, html) = served.page(Some(&cast.keeper.records), &place).await;
    assert!(html.contains("da-dong-dau.pdf") && !html.contains("Đề nghị ký sớm") && !html.contains("trong ngày"), "{html}");
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instruction_at_the_assignment_is_before_the_officers_eyes() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let story = served.world.story();
    let entry = story.list_entry("Nền tảng chờ phân công", 3).await.unwrap();
    let place = format!("/de-xuat/{}", Id::from(entry));
    let officer = Id::from(cast.keeper.officer.account).to_string();
    let until = story.today().format("%d/%m/%Y").to_string();
    let fields = [("/officer", officer.as_str()), ("/until", until.as_str()), ("/remark", "So với Danh mục năm 2024 trước")];
    let (status, to) = served.send_form(&cast.keeper.unit_head, &format!("{place}/assignments"), &fields).await;
    assert_eq!(status, 303, "{to}");
    let (_, html) = served.page(Some(&cast.keeper.officer), &place).await;
    assert!(html.contains("Bút phê") && html.contains("“So với Danh mục năm 2024 trước”"), "{html}");
    let (_, html) = served.page(Some(&cast.keeper.officer), &format!("{place}/lich-su")).await;
    assert!(html.contains("“So với Danh mục năm 2024 trước”"), "{html}");
    for page in [place.clone(), format!("{place}/lich-su")] {
        let (_, html) = served.page(Some(&cast.managing.officer), &page).await;
        assert!(!html.contains("So với Danh mục năm 2024 trước"), "what the agency says to its own: {html}");
    }
}

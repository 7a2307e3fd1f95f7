//! Reference data after the installation: an administrator looks at a file, loads it, and what runs follows.

use chrono::{Days, NaiveDate};
use ndp_domain::id::ListEntryId;
use ndp_domain::reference::DataSet;
use ndp_engine::Problem;
use ndp_engine::clock::Clock;
use ndp_tests::served::Served;
use reqwest::Method;
use serde_json::json;

async fn last_day(served: &Served, entry: ListEntryId) -> NaiveDate {
    let loaded = served.world.engine.store.load_one(entry.into()).await.unwrap().unwrap();
    loaded.neighbour.whole.due().unwrap().on
}

/// What is shipped for 2026, with one more day off.
fn with_day_off(day: NaiveDate) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("config/data/holidays.csv");
    let shipped = std::fs::read_to_string(root).unwrap();
    let mut lines: Vec<String> = shipped.lines().filter(|l| l.starts_with("date,") || l.starts_with("2026-")).map(str::to_owned).collect();
    let columns = lines[0].split(',').count();
    let mut row = vec![
        day.to_string(),
        day.format("%a").to_string(),
        "Nghỉ bù".into(),
        "Day off".into(),
        "swapped_day_off".into(),
        "official".into(),
    ];
    row.resize(columns, String::new());
    lines.push(row.join(","));
    lines.join("\n")
}

/// The hidden fields of the form that loads.
fn hidden(html: &str, name: &str) -> String {
    let rest = html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_adds_a_day_off_and_the_open_last_days_move() {
    let served = Served::new().await;
    let (cast, place) = (&served.world.cast, "/quan-tri/xem-truoc");
    let entry = served.world.story().list_entry("Nền tảng chờ tiếp nhận", 2).await.unwrap();
    let before = last_day(&served, entry).await;
    let csv = with_day_off(before);
    let (status, html) = served.send_file(&cast.administrator, place, "holidays.csv", &csv).await;
    assert!(status == 200 && html.contains("Đưa lịch nghỉ này vào áp dụng"), "{status} {html}");
    assert!(html.contains("Số ngày theo năm") && html.contains(&before.format("%d/%m/%Y").to_string()), "every day is shown: {html}");
    let (status, template) = served.page(Some(&cast.administrator), "/quan-tri/lich.csv").await;
    assert!(status == 200 && template.contains("date,weekday,name_vi"), "{template}");
    let moved = html.split(" hạn sẽ dời").next().unwrap().rsplit(", ").next().unwrap();
    assert_ne!(moved, "0", "{html}");
    assert_eq!(last_day(&served, entry).await, before, "looking writes nothing");
    let key = hidden(&html, "key");
    let fields = [("set", "holidays"), ("file", "holidays.csv"), ("key", key.as_str()), ("text", csv.as_str())];
    for again in [false, true] {
        let (status, html) = served.send_form(&cast.administrator, "/quan-tri/nap", &fields).await;
        assert_eq!(status, 303, "a second click is the first again ({again}): {html}");
    }
    assert!(!served.world.engine.directory().calendar.works(before));
    assert!(served.world.engine.directory().calendar.years.contains(&2025), "years that the file does not have stay");
    let worker = served.worker(None);
    while worker.turn().await.unwrap() {}
    let after = last_day(&served, entry).await;
    assert!(after > before && served.world.engine.directory().calendar.works(after), "{before} {after}");
    let (_, history) = served.page(Some(&cast.keeper.records), &format!("/de-xuat/{entry}/lich-su")).await;
    assert!(history.contains("Tính lại thời hạn theo lịch mới") && history.contains("Hạn cũ"), "{history}");
    // Whoever oversees reads in the journal who loaded what.
    served.world.engine.seal(&ndp_tests::key()).await.unwrap();
    let (_, journal) = served.page(Some(&cast.administrator), "/nhat-ky?viec=RF1").await;
    assert!(journal.contains("holidays") && journal.contains("Quản trị"), "{journal}");
    // The same file once more is refused before anybody can load it.
    let (status, html) = served.send_file(&cast.administrator, place, "holidays.csv", &csv).await;
    assert!(status == 200 && html.contains("giống hệt bản đang áp dụng") && !html.contains("/quan-tri/nap\""), "{html}");
    let (status, html) = served.page(Some(&cast.administrator), &format!("/quan-tri/lich?nam={}", before.format("%Y"))).await;
    assert!(status == 200 && html.contains("Thêm lịch nghỉ"), "{html}");
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_calendar_leaves_no_row_behind_and_the_days_come_back() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let entry = served.world.story().list_entry("Nền tảng chờ tiếp nhận", 2).await.unwrap();
    let before = last_day(&served, entry).await;
    let worker = served.worker(None);
    let path = "/api/v1/reference-data";
    let load = async |text: String| served.post(&cast.administrator, path, &json!({ "set": "holidays", "text": text })).await;
    let longer = with_day_off(before);
    let (status, answer) = load(longer.clone()).await;
    assert_eq!((status, answer["name"].as_str()), (201, Some("holidays")), "{answer}");
    while worker.turn().await.unwrap() {}
    assert!(last_day(&served, entry).await > before);
    let shorter: Vec<&str> = longer.lines().take(longer.lines().count() - 1).collect();
    let (status, answer) = load(shorter.join("\n")).await;
    assert_eq!(status, 201, "{answer}");
    while worker.turn().await.unwrap() {}
    assert_eq!(last_day(&served, entry).await, before);
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_loaded_once_and_wrong_lines_and_other_duties_are_told_so() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("config/regulations/1230-2023.toml");
    let toml = std::fs::read_to_string(root).unwrap();
    let from = served.world.engine.clock.now().date_naive() + Days::new(40);
    let next = toml.replacen("1230-2023", "1230-2027", 1);
    let path = "/api/v1/reference-data";
    let load = |text: &str| json!({ "set": "regulation", "text": text });
    let (status, answer) = served.post(&cast.administrator, path, &load(&toml.replace("numerator = 50", "numerator = 60"))).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("reference.regulation_on_record")), "{answer}");
    let (status, answer) = served.post(&cast.administrator, &format!("{path}?dry_run=true"), &load(&next)).await;
    assert_eq!((status, answer["dry_run"].as_bool()), (200, Some(true)), "{answer}");
    assert!(!served.world.engine.directory().regulations.contains_key("1230-2027"), "{from}");
    let asked = served.by(&cast.administrator, Method::POST, path).await.header("idempotency-key", "phien-ban-moi");
    let (status, first) = ndp_tests::served::answer(asked.json(&load(&next))).await;
    assert_eq!(status, 201, "{first}");
    let asked = served.by(&cast.administrator, Method::POST, path).await.header("idempotency-key", "phien-ban-moi");
    let (_, again) = ndp_tests::served::answer(asked.json(&load(&next))).await;
    assert_eq!((&again["batch"], again["repeated"].as_bool()), (&first["batch"], Some(true)), "{again}");
    assert!(served.world.engine.directory().regulations.contains_key("1230-2027"));
    let (_, html) = served.page(Some(&cast.administrator), "/quan-tri/quy-dinh").await;
    assert!(html.contains("1230-2027"), "{html}");

    let (status, answer) = served.post(&cast.administrator, path, &load("id = 5\n")).await;
    assert!(status == 422 && answer["errors"][0]["pointer"] == "/text", "{answer}");
    let (status, answer) = served
        .post(
            &cast.administrator,
            path,
            &json!({ "set": "functions", "text": "[[function]]\nname = \"focal_agency\"\norg = \"NOBODY\"\n" }),
        )
        .await;
    assert!(status == 422 && !answer.to_string().contains("NOBODY"), "{answer}");
    let (status, answer) = served.post(&cast.administrator, path, &json!({ "set": "localities", "text": "x" })).await;
    assert_eq!(status, 400, "{answer}");
    let (status, _) = served.post(&cast.keeper.signer, path, &load(&next)).await;
    assert_eq!(status, 403);
    assert_eq!(served.page(Some(&cast.keeper.signer), "/quan-tri/nap").await.0, 403);
    served.sound().await;
    assert!(!matches!(served.world.engine.clock, Clock::System), "the story has its own time");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_of_a_check_stands_until_the_next() {
    let served = Served::new().await;
    let admin = &served.world.cast.administrator;
    let (_, html) = served.page(Some(admin), "/nhat-ky").await;
    assert!(!html.contains("Nhật ký toàn vẹn"), "nobody has checked yet: {html}");
    let (status, html) = served.send_form(admin, "/nhat-ky", &[]).await;
    assert!(status == 200 && html.contains("Nhật ký toàn vẹn"), "{status} {html}");
    let (_, html) = served.page(Some(admin), "/en/nhat-ky").await;
    assert!(html.contains("Log intact"), "{html}");
    let verdict = served.world.engine.store.verdict().await.unwrap().unwrap();
    assert!(verdict.events > 0 && verdict.wrong == "[]", "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_add_a_year_each_at_once_do_not_lose_the_other_ones() {
    let served = Served::new().await;
    let (engine, actor) = (&served.world.engine, served.world.cast.administrator.actor());
    let year = |y: i32, weekday: &str| {
        format!("date,weekday,name_vi,name_en,kind,status\n{y}-01-01,{weekday},Tết,New Year,public_holiday,official\n")
    };
    let read = async |text: String| engine.edition(DataSet::Holidays, "lich.csv", &text).await.unwrap().unwrap();
    let (one, two) = (read(year(2031, "Wed")).await, read(year(2032, "Thu")).await);
    engine.load(&actor, &one, None, false).await.unwrap();
    assert!(matches!(engine.load(&actor, &two, None, false).await, Err(Problem::Stale { .. })), "joined to an edition that is no more");
    engine.load(&actor, &read(year(2032, "Thu")).await, None, false).await.unwrap();
    let years = engine.directory().calendar.years.clone();
    assert!(years.contains(&2031) && years.contains(&2032) && years.contains(&2026), "{years:?}");
}

//! Pages without a browser: every form of every act in both languages, with nothing and with extreme texts;
//! no key of a text shows through, nothing is inline, and what is sent by strangers is refused.

use ndp_engine::orders;
use ndp_tests::served::Served;
use ndp_web::frame::slug;

/// Keys of texts that show where a text is missing.
fn bare_key(html: &str) -> Option<&str> {
    let families = ["web-", "field-", "choice-", "kind-", "kinds-", "hint-", "duty-"];
    let words = html.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    // Classes and ids begin so too; a key stands between tags.
    let between: Vec<&str> = words.filter(|w| families.iter().any(|f| w.starts_with(f))).collect();
    between.into_iter().find(|w| html.contains(&format!(">{w}<")) || html.contains(&format!(">{w} <")))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_drawn_in_both_languages_and_bears_extreme_texts() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let people = [&cast.managing.officer, &cast.managing.records, &cast.applicant, &cast.keeper.signer, &cast.administrator];
    let long = "Nền%20tảng%20".repeat(40);
    let mut drawn = 0;
    for form in orders::all().iter().filter(|f| f.opens) {
        let noun = if form.noun.is_empty() { "mo" } else { form.noun };
        for who in people {
            for prefix in ["", "/en"] {
                for query in [String::new(), format!("?name={long}&title={long}&note=%3Cscript%3Ealert(1)%3C/script%3E")] {
                    let path = format!("{prefix}/{}/moi/{noun}{query}", slug(form.kind));
                    let (status, html) = served.page(Some(who), &path).await;
                    assert!(matches!(status, 200 | 403 | 404), "{path}: {status}");
                    assert_eq!(bare_key(&html), None, "{path}");
                    assert!(!html.contains("<script>") && !html.contains(" style="), "{path}");
                    drawn += usize::from(status == 200);
                }
            }
        }
    }
    assert!(drawn > 300, "{drawn} forms");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_may_see_has_one_answer_and_signing_in_comes_first() {
    let served = Served::new().await;
    let entry = served.world.story().list_entry("Nền tảng kín", 1).await.unwrap();
    let (nobody, _) = served.page(None, "/viec").await;
    assert_eq!(nobody, 401);
    let hidden = served.page(Some(&served.world.cast.keeper.signer), &format!("/de-xuat/{entry}")).await;
    let absent = served.page(Some(&served.world.cast.keeper.signer), "/de-xuat/list_00000000000070008000000000000000").await;
    assert_eq!((hidden.0, absent.0), (404, 404));
    // Address and incident code apart, the pages are the same.
    let plain = |html: String, id: &str| html.replace(id, "");
    assert_eq!(plain(hidden.1, &entry.to_string()), plain(absent.1, "list_00000000000070008000000000000000"));
    for odd in ["/de-xuat/%00", "/de-xuat?q=%00", "/de-xuat?after=!!", "/?from=-1", "/de-xuat/moi/khong-co", "/xyz/abc", "/en/xyz"] {
        let (status, html) = served.page(Some(&served.world.cast.managing.officer), odd).await;
        assert!((400..500).contains(&status) && html.contains("<h1>"), "{odd}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_follows_its_application_by_code_without_signing_in() {
    let served = Served::new().await;
    let story = served.world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm theo dõi", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 2).await.unwrap();
    let loaded = served.world.engine.store.load_one(dossier.into()).await.unwrap().unwrap();
    let code = loaded.neighbour.whole.state.view().code.unwrap();
    let (status, html) = served.page(None, &format!("/tra-cuu?ma={}", code.to_lowercase())).await;
    assert!(status == 200 && html.contains("Sản phẩm theo dõi") && html.contains("77/ĐN"), "{html}");
    let (status, html) = served.page(None, "/tra-cuu?ma=0000000000").await;
    assert!(status == 200 && html.contains("Không tìm thấy hồ sơ 0000000000"), "{html}");
}

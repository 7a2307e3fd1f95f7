//! The pages, by what people come for.

pub mod account;
pub mod act;
pub mod administration;
pub mod asked;
pub mod audit;
pub mod body;
pub mod check;
pub mod compare;
pub mod conclusion;
pub mod discussion;
pub mod doings;
pub mod downloads;
pub mod draft;
pub mod evaluation;
pub mod evidence;
pub mod facts;
pub mod handover;
pub mod history;
pub mod joined;
pub mod letter;
pub mod list;
pub mod lists;
pub mod opinions;
pub mod organisation;
pub mod paper;
pub mod paper_sheet;
pub mod people;
pub mod prefill;
pub mod preview;
pub mod printed;
pub mod problem;
pub mod proposals;
pub mod record;
pub mod records_office;
pub mod remarks;
pub mod report;
pub mod round;
pub mod set;
pub mod sheet;
pub mod sign_in;
pub mod strip;
pub mod text;
pub mod topics;
pub mod track;
pub mod tracking;
pub mod word;
pub mod work;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use ndp_server::App;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(list::list))
        .route("/nen-tang/{id}", get(list::platform))
        .route("/nen-tang.csv", get(downloads::csv))
        .route("/nen-tang.json", get(downloads::as_json))
        .route("/theo-doi.xlsx", get(report::xlsx))
        .route("/theo-doi.docx", get(report::docx))
        .route("/nen-tang.xlsx", get(downloads::xlsx))
        .route("/nen-tang.docx", get(downloads::docx))
        .route("/tra-cuu", get(track::track))
        .route("/huong-dan", get(text::guide))
        .route("/kha-nang-tiep-can", get(text::accessibility))
        .route("/hien-thi", get(account::display).post(account::set_display))
        .route("/dang-nhap", get(sign_in::ask).post(sign_in::sign_in))
        .route("/dang-nhap/oidc/{provider}", get(sign_in::ask_provider))
        .route("/dang-nhap/oidc", get(sign_in::answer_of_provider))
        .route("/dang-xuat", post(sign_in::sign_out))
        .route("/mat-khau/quen", get(sign_in::forgot).post(sign_in::ask_reset))
        .route("/mat-khau/dat/{purpose}", get(sign_in::new_password).post(sign_in::set_password))
        .route("/nhiem-vu", get(account::home).post(sign_in::choose_duty))
        .route("/tai-khoan", get(account::account))
        .route("/tai-khoan/ngon-ngu", get(account::home).post(account::language))
        .route("/tai-khoan/mat-khau", get(account::home).post(account::password))
        .route("/tai-khoan/xac-thuc", get(account::home).post(account::second_factor))
        .route("/tai-khoan/dang-xuat-moi-noi", get(account::home).post(account::everywhere))
        .route("/viec", get(work::work))
        .route("/theo-doi", get(tracking::tracking))
        .route("/nhat-ky", get(audit::audit).post(audit::check))
        .route("/van-thu", get(records_office::office))
        .route("/van-thu.csv", get(records_office::register))
        .route("/trinh-ky", get(records_office::signing))
        .route("/quan-tri", get(people::home))
        .route("/phieu/{id}/xac-nhan", post(paper_sheet::confirm))
        .route("/nguoi-dung/{id}/thu-moi", post(people::invite_again))
        .route("/quan-tri/moi", get(administration::invite).post(administration::send))
        .route("/quan-tri/nhiem-vu", get(administration::duties))
        .route("/quan-tri/lich", get(administration::calendar))
        .route("/quan-tri/uy-quyen", get(administration::delegation))
        .route("/quan-tri/quy-dinh", get(administration::regulations))
        .route("/quan-tri/xem-truoc", get(preview::form).post(preview::preview))
        .route("/quan-tri/lich.csv", get(preview::calendar_file))
        .route("/quan-tri/nap", get(preview::form).post(preview::load))
        .route("/co-quan", get(organisation::all))
        .route("/co-quan/{id}", get(organisation::one))
        .route("/bo-tieu-chi/{id}/so-sanh", get(compare::compare))
        .route("/bo-tieu-chi/{id}/gop-y", get(opinions::opinions))
        .route("/bo-tieu-chi/{id}/soan", get(set::editor).post(set::save))
        .route("/ho-so/{id}/phieu", get(sheet::sheet).post(sheet::save))
        .route("/ho-so/{id}/phieu/kiem-tra", get(sheet::check))
        .route("/ho-so/{id}/tong-hop", get(evaluation::summary))
        .route("/ho-so/{id}/thao-luan", get(discussion::discussion))
        .route("/ho-so/{id}/ket-luan", get(conclusion::conclusion))
        .route("/ho-so/{id}/bien-ban", get(printed::minutes))
        .route("/ho-so/{id}/kiem-phieu", get(printed::count))
        .route("/danh-gia/{id}/chi-tra", get(printed::fees))
        .route("/danh-gia/{id}/mo-vong", get(round::form).post(round::open))
        .route("/de-xuat/nhap-excel", get(proposals::form).post(proposals::send))
        .route("/de-xuat/nhap-excel/mau.xlsx", get(proposals::template))
        .route("/de-xuat/mot-cong-van", get(proposals::choose).post(proposals::begin))
        .route("/van-ban/{id}/phat-hanh", get(joined::form).post(joined::send))
        .route("/van-ban/{id}/ban-in", get(letter::letter))
        .route("/{slug}", get(lists::list))
        .route("/{slug}/{id}", get(record::record))
        .route("/{slug}/{id}/lich-su", get(history::history))
        .route("/{slug}/{id}/tep", post(record::give_file))
        .route("/{slug}/{id}/tep/{sha256}", get(record::file))
        .route("/{slug}/{id}/tep/{sha256}/xem", get(evidence::inside))
        .route("/{slug}/{id}/noi-dung", get(paper::content).post(paper::save))
        .route("/{slug}/{id}/noi-dung/{topic}", get(paper::topic).post(paper::save_topic))
        .route("/{slug}/{id}/van-ban/{noun}", post(paper::begin))
        .route("/{slug}/{id}/{noun}", get(act::form).post(act::send))
        .layer(DefaultBodyLimit::disable())
}

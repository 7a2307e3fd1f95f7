//! Cards of a body: for its secretary who has declared on each product, and who is still awaited.

use crate::markup::{self, esc};
use crate::visitor::Visitor;
use ndp_domain::body::Body;
use ndp_domain::declaration::{Declaration, State};
use ndp_domain::evidence::Need;
use ndp_domain::id::{AccountId, Id, Kind, ProductId};
use ndp_domain::machine::Known as _;
use ndp_server::problem::Refused;
use ndp_store::seen::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// Declarations of conflict, product by product; nothing for whoever is not the body's secretary.
pub async fn cards(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    let Some(body) = Body::known(&seen.loaded.neighbour.whole.state) else { return Ok(Vec::new()) };
    let Some(established) = body.established().ok().filter(|e| v.reading.reader.account == Some(e.secretary)) else {
        return Ok(Vec::new());
    };
    let children = v.app.engine.store.load(&[Need::Children(seen.loaded.id, Kind::Declaration)]).await?;
    let mut given: BTreeMap<(ProductId, AccountId), &State> = BTreeMap::new();
    for d in children.values().filter_map(|l| Declaration::known(&l.neighbour.whole.state)) {
        given.insert((d.product, d.member), d);
    }
    let products: BTreeSet<ProductId> = body.products.iter().copied().chain(given.keys().map(|(p, _)| *p)).collect();
    let ids: Vec<Id> = products.iter().map(|p| Id::from(*p)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let names: BTreeMap<Id, String> =
        v.app.engine.store.lines_of(&v.reading.scope(&v.app), &ids).await?.iter().map(|l| (l.id, crate::known::line_name(v, l))).collect();
    // Its secretary has the titles of what the body evaluates, also where the product's own record is another's.
    let unnamed: Vec<Need> = ids.iter().filter(|id| !names.contains_key(id)).map(|id| Need::Stream(*id)).collect();
    let unnamed = if unnamed.is_empty() { Default::default() } else { v.app.engine.store.load(&unnamed).await? };
    let titles: BTreeMap<Id, String> = unnamed.into_iter().filter_map(|(id, l)| Some((id, l.neighbour.whole.state.view().name?))).collect();
    let members: Vec<AccountId> = established.members.iter().map(|m| m.person).collect();
    let people = crate::known::names(v, &members).await?;
    let mut all = Vec::new();
    for product in products {
        let of = |member: &AccountId| given.get(&(product, *member));
        let done = members.iter().filter(|m| of(m).is_some()).count();
        let row = |member: &AccountId| {
            let badge = match of(member) {
                None => markup::pill("warn", "clock", &v.t("web-declared-awaited")),
                Some(d) if d.recused => markup::pill("bad", "x", &v.t("web-declared-recused")),
                Some(_) => markup::pill("ok", "tick", &v.t("web-declared-free")),
            };
            format!("<li><span>{}</span><span>{badge}</span></li>", esc(people.get(member).map_or("", String::as_str)))
        };
        let name = names.get(&product.into()).or_else(|| titles.get(&product.into())).cloned().unwrap_or_else(|| v.t("kind-product"));
        let title = v.t1("web-declared-on", &[("name", &name), ("n", &done.to_string()), ("of", &members.len().to_string())]);
        all.push((title, format!("<ul class=\"rows\">{}</ul>", members.iter().map(row).collect::<String>())));
    }
    Ok(all)
}

//! Act B17: a member declares conflicts of interest for one product, before seeing content
//! (Anti-corruption Law 2018, article 3.8). A conflict recuses the member for that product.

use crate::acts::ActId;
use crate::body::Body;
use crate::canonical::{Content, Pin};
use crate::evidence::Need;
use crate::id::{AccountId, BodyId, Kind, ProductId};
use crate::machine::{Machine, View};
use crate::occasion::Occasion;
use crate::product::Product;
use crate::refusal::Refusal;
use crate::text::Prose;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Employment,
    Ownership,
    Client,
    Authorship,
    Family,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Conflict {
    None,
    Declared { relations: Vec<Relation>, explanation: Prose },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct State {
    pub body: BodyId,
    pub product: ProductId,
    pub member: AccountId,
    pub recused: bool,
    pub conflict: Pin,
    /// Sees the reason.
    pub secretary: Option<AccountId>,
    pub regulation: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// B17
    Declare { body: BodyId, product: ProductId, conflict: Conflict },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Declared(State),
}

pub struct Declaration;

impl Machine for Declaration {
    const KIND: Kind = Kind::Declaration;
    type State = State;
    type Command = Command;
    type Event = Event;

    fn act(_: &Command) -> ActId {
        ActId::B17
    }
    fn stage(_: &State) -> &'static str {
        "B17.declared"
    }
    fn standing(state: Option<&State>, command: &Command, occasion: &Occasion) -> Result<&'static str, Refusal> {
        let Command::Declare { body, .. } = command;
        match state {
            Some(s) => Ok(Self::stage(s)),
            None => Ok(Body::stage(occasion.evidence.find::<Body>(*body)?.state)),
        }
    }
    fn needs(_: Option<&State>, command: &Command) -> Vec<Need> {
        let Command::Declare { body, product, .. } = command;
        vec![Need::Stream((*body).into()), Need::Stream((*product).into())]
    }
    fn contents(command: &Command) -> Vec<Content> {
        let Command::Declare { conflict, .. } = command;
        vec![Content::of(conflict)]
    }
    fn decide(_: Option<&State>, command: &Command, occasion: &Occasion) -> Result<Vec<Event>, Refusal> {
        let Command::Declare { body, product, conflict } = command;
        let found = occasion.evidence.find::<Body>(*body)?.state;
        let established = found.established()?;
        let member = occasion.account();
        if !established.is_member(member) {
            return Err(Refusal::NotMember {});
        }
        if occasion.evidence.find::<Product>(*product)?.state.managing != Some(found.managing) {
            return Err(Refusal::ProductNotOfBody {});
        }
        if let Conflict::Declared { relations, .. } = conflict
            && relations.is_empty()
        {
            return Err(Refusal::ConflictWithoutGround {});
        }
        Ok(vec![Event::Declared(State {
            body: *body,
            product: *product,
            member,
            recused: *conflict != Conflict::None,
            conflict: Content::of(conflict).pin(),
            secretary: Some(established.secretary),
            regulation: found.regulation.clone(),
        })])
    }
    fn evolve(_: Option<State>, event: &Event) -> Option<State> {
        let Event::Declared(state) = event;
        Some(state.clone())
    }
    /// The product is not named in the view: a recusal hides the product, not the declaration
    /// that says so.
    fn view(state: &State) -> View {
        View {
            regulation: Some(state.regulation.clone()),
            parent: Some(state.body.into()),
            person: Some(state.member),
            body: Some(state.body),
            open_key: Some(format!("{}/{}/{}", state.body, state.product, state.member)),
            ..View::default()
        }
    }
}

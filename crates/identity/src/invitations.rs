//! Invitations sent again.

use crate::{Denial, Identity};
use ndp_store::people::Person;
use serde_json::json;

impl Identity {
    /// The invitation once more, to somebody who has not signed in yet; earlier letters go on being good until one is used.
    pub async fn invite_again(&self, to: &Person) -> Result<(), Denial> {
        let more = json!({ "name": to.name });
        let (_, invitation, mail) = self.letter(to.account, &to.email, &to.lang, "invitation", self.policy.invitation, more)?;
        Ok(self.store.add_invitation(&invitation, &mail).await?)
    }
}

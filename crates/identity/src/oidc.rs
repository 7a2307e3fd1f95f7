//! Sign-in by another provider (OpenID Connect, authorization code with PKCE and nonce). Nobody is
//! let in who is not known here: by the provider's subject, or the first time by a verified address.

use crate::Denial;
use crate::identity::{Identity, Tokens, fold_email};
use ndp_domain::canonical::Hash;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};

/// One provider of the configuration.
#[derive(Clone)]
pub struct Provider {
    /// Its name in addresses.
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    /// Where it sends people back to: `…/api/v1/sign-ins/oidc/answers`.
    pub redirect: String,
    /// Its `acr` values that count as a second factor.
    pub second_factor_acr: Vec<String>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("name", &self.name).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error)]
enum CallFault {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Shape(#[from] openidconnect::http::Error),
}

/// One call to a provider; redirects are not followed.
async fn call(request: HttpRequest) -> Result<HttpResponse, CallFault> {
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(std::time::Duration::from_secs(10)).build()?;
    let (parts, body) = request.into_parts();
    let answer = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body).send().await?;
    let mut response = openidconnect::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    Ok(response.body(answer.bytes().await?.to_vec())?)
}

fn fault(error: impl std::fmt::Display) -> Denial {
    Denial::Fault(format!("sign-in provider: {error}"))
}

impl Provider {
    async fn metadata(&self) -> Result<CoreProviderMetadata, Denial> {
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(fault)?;
        CoreProviderMetadata::discover_async(issuer, &call).await.map_err(fault)
    }
}

impl Identity {
    fn provider(&self, name: &str) -> Result<&Provider, Denial> {
        self.providers.iter().find(|p| p.name == name).ok_or(Denial::ProviderUnknown)
    }

    /// Where to send the person; what must come back is kept for ten minutes.
    pub async fn ask_provider(&self, name: &str) -> Result<String, Denial> {
        let provider = self.provider(name)?;
        let metadata = provider.metadata().await?;
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(provider.client_id.clone()),
            provider.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(provider.redirect.clone()).map_err(fault)?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let until = self.clock.now() + chrono::TimeDelta::minutes(10);
        let kept = Hash::of_parts(&[b"ndp sign-in state", state.secret().as_bytes()]);
        self.store.put_sign_in_request(kept, name, nonce.secret(), verifier.secret(), until).await?;
        Ok(url.to_string())
    }

    /// The provider's answer: a session for somebody known here.
    pub async fn answer_of_provider(&self, state: &str, code: &str) -> Result<Tokens, Denial> {
        let kept = Hash::of_parts(&[b"ndp sign-in state", state.as_bytes()]);
        let (name, nonce, verifier) = self.store.take_sign_in_request(kept, self.clock.now()).await?.ok_or(Denial::ProviderRefused)?;
        let provider = self.provider(&name)?;
        let metadata = provider.metadata().await?;
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(provider.client_id.clone()),
            provider.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(provider.redirect.clone()).map_err(fault)?);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(fault)?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&call)
            .await
            .map_err(|_| Denial::ProviderRefused)?;
        let token = answer.id_token().ok_or(Denial::ProviderRefused)?;
        let claims = token.claims(&client.id_token_verifier(), &Nonce::new(nonce)).map_err(|_| Denial::ProviderRefused)?;
        let subject = claims.subject().as_str();
        let known = self.store.federated(&provider.issuer, subject).await?;
        let account = match known {
            Some(account) => account,
            None => {
                // The first time an address that the provider has verified says who it is.
                let told = claims.email().filter(|_| claims.email_verified() == Some(true)).map(|e| e.to_string());
                let email = match told {
                    Some(email) => email,
                    // Most providers say it on request only.
                    None => {
                        let asked = client.user_info(answer.access_token().to_owned(), Some(claims.subject().clone())).map_err(fault)?;
                        let info: CoreUserInfoClaims = asked.request_async(&call).await.map_err(|_| Denial::ProviderRefused)?;
                        let verified = info.email().filter(|_| info.email_verified() == Some(true));
                        verified.map(|e| e.to_string()).ok_or(Denial::ProviderRefused)?
                    }
                };
                let person = self.store.person_by_email(&fold_email(&email)).await?.ok_or(Denial::ProviderRefused)?;
                self.store.federate(&provider.issuer, subject, person.account).await?;
                person.account
            }
        };
        let acr = claims.auth_context_ref().map(|a| a.as_str().to_owned());
        let second_factor = acr.is_some_and(|a| provider.second_factor_acr.contains(&a));
        self.start(account, "oidc", second_factor).await
    }
}

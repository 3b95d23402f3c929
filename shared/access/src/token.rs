//! JSON Web Tokens: HS256, one issuer, a key id for rotation, and a type so that a refresh token is never
//! taken for an access token. An approval link is signed with a key of its own, and for an audience of its own.

use chrono::{DateTime, Utc};
use dms_domain::permissions::Role;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use thiserror::Error;
use uuid::Uuid;

use crate::{
    approval::{ApprovalLink, VerifiedLink},
    principal::{CentreClaim, Principal},
};

const ISSUER: &str = "dms";
/// For whom approval links are; other tokens name no audience, and one that does is none of them.
const APPROVAL: &str = "quotation-approval";

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// No token, a broken or forged one, or one of the other type.
    #[error("the token is not valid")]
    Invalid,
    /// A token of ours whose time is over.
    #[error("the token has expired")]
    Expired,
    /// The token could not be signed (a wrong key in the configuration).
    #[error("the token could not be signed")]
    Signing,
}

/// Signs and verifies tokens. Holds the newest key and, during a rotation, the one before.
pub struct TokenKeys {
    sessions: KeyRing,
    approvals: KeyRing,
    access_ttl_secs: i64,
    refresh_ttl_secs: i64,
}

/// The keys of one audience.
struct KeyRing {
    audience: Option<&'static str>,
    signing: (String, EncodingKey),
    verifying: Vec<(String, DecodingKey)>,
}

/// Whom an access token is for.
#[derive(Debug, Clone)]
pub struct AccessGrant {
    /// The user.
    pub user_id: Uuid,
    /// The session family: one login and the refreshes that follow from it.
    pub session_id: Uuid,
    /// The user's role at the time of signing.
    pub role: Role,
    /// The user's centre, if any.
    pub centre: Option<CentreClaim>,
}

/// What a verified refresh token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshClaims {
    /// The user.
    #[serde(rename = "sub")]
    pub user_id: Uuid,
    /// The session family.
    #[serde(rename = "sid")]
    pub session_id: Uuid,
    /// This token within its family: 0 at login, one more with every refresh.
    #[serde(rename = "gen")]
    pub generation: u32,
    /// The address the user logged in with: the key of the credentials.
    pub email: String,
}

#[derive(Serialize, Deserialize)]
struct AccessClaims {
    sub: Uuid,
    sid: Uuid,
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sc: Option<CentreClaim>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum TokenType {
    Access,
    Refresh,
    Approval,
}

#[derive(Serialize, Deserialize)]
struct Envelope<C> {
    iss: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    typ: TokenType,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    claims: C,
}

impl TokenKeys {
    /// Keys newest first, each an id and a secret; the newest signs, all verify.
    ///
    /// # Errors
    /// [`TokenError::Signing`] when there is no key, or a secret is shorter than 32 bytes.
    pub fn new(
        keys: &[(String, Vec<u8>)],
        access_ttl_secs: i64,
        refresh_ttl_secs: i64,
    ) -> Result<Self, TokenError> {
        if keys.iter().any(|(_, secret)| secret.len() < 32) {
            return Err(TokenError::Signing);
        }
        let derived = keys.iter().map(|(kid, secret)| Ok((kid.clone(), derived_key(secret)?)));
        let approval_keys: Vec<(String, Vec<u8>)> = derived.collect::<Result<_, TokenError>>()?;
        Ok(Self {
            sessions: KeyRing::new(keys, None)?,
            approvals: KeyRing::new(&approval_keys, Some(APPROVAL))?,
            access_ttl_secs,
            refresh_ttl_secs,
        })
    }

    /// Seconds an access token is valid.
    pub fn access_ttl_secs(&self) -> i64 {
        self.access_ttl_secs
    }

    /// Seconds a refresh token, and so a session, is valid.
    pub fn refresh_ttl_secs(&self) -> i64 {
        self.refresh_ttl_secs
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// [`TokenError::Signing`].
    pub fn issue_access(&self, grant: &AccessGrant, now: DateTime<Utc>) -> Result<String, TokenError> {
        let claims =
            AccessClaims { sub: grant.user_id, sid: grant.session_id, role: grant.role, sc: grant.centre.clone() };
        let iat = now.timestamp();
        self.sessions.sign(TokenType::Access, claims, (iat, iat + self.access_ttl_secs))
    }

    /// Signs a refresh token.
    ///
    /// # Errors
    /// [`TokenError::Signing`].
    pub fn issue_refresh(&self, claims: &RefreshClaims, now: DateTime<Utc>) -> Result<String, TokenError> {
        let iat = now.timestamp();
        self.sessions.sign(TokenType::Refresh, claims, (iat, iat + self.refresh_ttl_secs))
    }

    /// The principal an access token proves.
    ///
    /// # Errors
    /// [`TokenError::Expired`] or [`TokenError::Invalid`].
    pub fn verify_access(&self, token: &str, now: DateTime<Utc>) -> Result<Principal, TokenError> {
        let claims: AccessClaims = self.sessions.verify(TokenType::Access, token, now)?;
        Ok(Principal::new(claims.sub, claims.sid, claims.role, claims.sc))
    }

    /// What a refresh token says.
    ///
    /// # Errors
    /// [`TokenError::Expired`] or [`TokenError::Invalid`].
    pub fn verify_refresh(&self, token: &str, now: DateTime<Utc>) -> Result<RefreshClaims, TokenError> {
        self.sessions.verify(TokenType::Refresh, token, now)
    }

    /// Signs an approval link. Of the same offer, sent at the same time, it is the same link.
    ///
    /// # Errors
    /// [`TokenError::Signing`].
    pub fn issue_approval(
        &self,
        link: &ApprovalLink,
        (sent_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<String, TokenError> {
        self.approvals.sign(TokenType::Approval, link, (sent_at.timestamp(), expires_at.timestamp()))
    }

    /// The offer that an approval link is for.
    ///
    /// # Errors
    /// [`TokenError::Expired`] or [`TokenError::Invalid`].
    pub fn verify_approval(&self, token: &str, now: DateTime<Utc>) -> Result<VerifiedLink, TokenError> {
        self.approvals.verify(TokenType::Approval, token, now).map(VerifiedLink::new)
    }
}

/// The key of approval links that belongs to a secret.
fn derived_key(secret: &[u8]) -> Result<Vec<u8>, TokenError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| TokenError::Signing)?;
    mac.update(APPROVAL.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

impl KeyRing {
    /// Keys newest first; the newest signs, all verify.
    fn new(keys: &[(String, Vec<u8>)], audience: Option<&'static str>) -> Result<Self, TokenError> {
        let (kid, secret) = keys.first().ok_or(TokenError::Signing)?;
        Ok(Self {
            audience,
            signing: (kid.clone(), EncodingKey::from_secret(secret)),
            verifying: keys.iter().map(|(kid, secret)| (kid.clone(), DecodingKey::from_secret(secret))).collect(),
        })
    }

    fn sign<C: Serialize>(&self, typ: TokenType, claims: C, (iat, exp): (i64, i64)) -> Result<String, TokenError> {
        let (kid, key) = &self.signing;
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        let aud = self.audience.map(str::to_owned);
        let envelope = Envelope { iss: ISSUER.to_owned(), aud, typ, iat, exp, claims };
        jsonwebtoken::encode(&header, &envelope, key).map_err(|_| TokenError::Signing)
    }

    fn verify<C: DeserializeOwned>(
        &self,
        typ: TokenType,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<C, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let (_, key) =
            self.verifying.iter().find(|(kid, _)| header.kid.as_ref() == Some(kid)).ok_or(TokenError::Invalid)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        if let Some(audience) = self.audience {
            validation.set_audience(&[audience]);
            validation.set_required_spec_claims(&["exp", "aud"]);
        }
        // Expiry is checked below against the clock passed in, not the machine's.
        validation.validate_exp = false;
        let envelope =
            jsonwebtoken::decode::<Envelope<C>>(token, key, &validation).map_err(|_| TokenError::Invalid)?.claims;
        if envelope.typ != typ {
            return Err(TokenError::Invalid);
        }
        if envelope.exp <= now.timestamp() {
            return Err(TokenError::Expired);
        }
        Ok(envelope.claims)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn keys() -> TokenKeys {
        TokenKeys::new(&[("k1".to_owned(), vec![7; 32])], 900, 604_800).unwrap()
    }

    fn grant() -> AccessGrant {
        AccessGrant { user_id: Uuid::nil(), session_id: Uuid::nil(), role: Role::Admin, centre: None }
    }

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    #[test]
    fn a_token_is_accepted_until_its_last_second_and_not_after() {
        let token = keys().issue_access(&grant(), at(1_000)).unwrap();
        assert_eq!(keys().verify_access(&token, at(1_899)).unwrap().role(), Role::Admin);
        assert_eq!(keys().verify_access(&token, at(1_900)).unwrap_err(), TokenError::Expired);
    }

    #[test]
    fn a_refresh_token_is_no_access_token() {
        let claims = RefreshClaims {
            user_id: Uuid::nil(),
            session_id: Uuid::nil(),
            generation: 0,
            email: "a@b.in".to_owned(),
        };
        let token = keys().issue_refresh(&claims, at(1_000)).unwrap();
        assert_eq!(keys().verify_access(&token, at(1_001)).unwrap_err(), TokenError::Invalid);
        assert_eq!(keys().verify_refresh(&token, at(1_001)).unwrap(), claims);
    }

    fn link() -> ApprovalLink {
        ApprovalLink { quotation_id: Uuid::from_u128(7), offer_hash: "a1".to_owned() }
    }

    #[test]
    fn an_approval_link_is_good_for_its_offer_until_it_expires() {
        let token = keys().issue_approval(&link(), (at(1_000), at(2_000))).unwrap();
        let verified = keys().verify_approval(&token, at(1_999)).unwrap();
        assert_eq!((verified.quotation_id(), verified.offer_hash()), (Uuid::from_u128(7), "a1"));
        assert_eq!(keys().verify_approval(&token, at(2_000)).unwrap_err(), TokenError::Expired);
        assert_eq!(keys().issue_approval(&link(), (at(1_000), at(2_000))).unwrap(), token, "the same link");
    }

    #[test]
    fn a_link_is_no_token_of_a_session_and_none_of_those_is_a_link() {
        let now = at(1_001);
        let link = keys().issue_approval(&link(), (at(1_000), at(2_000))).unwrap();
        assert_eq!(keys().verify_access(&link, now).unwrap_err(), TokenError::Invalid);
        assert_eq!(keys().verify_refresh(&link, now).unwrap_err(), TokenError::Invalid);
        let access = keys().issue_access(&grant(), at(1_000)).unwrap();
        assert_eq!(keys().verify_approval(&access, now).unwrap_err(), TokenError::Invalid);
    }

    /// Each of the three differences keeps a link and a session apart, if the other two were lost.
    #[test]
    fn key_audience_and_type_each_keep_links_apart() {
        let secret = [("k1".to_owned(), vec![7; 32])];
        let derived = [("k1".to_owned(), derived_key(&[7; 32]).unwrap())];
        let claims = || AccessClaims { sub: Uuid::nil(), sid: Uuid::nil(), role: Role::Admin, sc: None };
        let times = (1_000, 2_000);
        let with = |keys: &[(String, Vec<u8>)], audience, typ| {
            KeyRing::new(keys, audience).unwrap().sign(typ, claims(), times).unwrap()
        };
        let genuine = with(&secret, None, TokenType::Access);
        assert!(keys().verify_access(&genuine, at(1_001)).is_ok());
        for other in [
            with(&derived, None, TokenType::Access),
            with(&secret, Some(APPROVAL), TokenType::Access),
            with(&secret, None, TokenType::Approval),
        ] {
            assert_eq!(keys().verify_access(&other, at(1_001)).unwrap_err(), TokenError::Invalid);
        }
        let with = |keys: &[(String, Vec<u8>)], audience, typ| {
            KeyRing::new(keys, audience).unwrap().sign(typ, link(), times).unwrap()
        };
        assert!(keys().verify_approval(&with(&derived, Some(APPROVAL), TokenType::Approval), at(1_001)).is_ok());
        for other in [
            with(&secret, Some(APPROVAL), TokenType::Approval),
            with(&derived, None, TokenType::Approval),
            with(&derived, Some("others"), TokenType::Approval),
            with(&derived, Some(APPROVAL), TokenType::Access),
        ] {
            assert_eq!(keys().verify_approval(&other, at(1_001)).unwrap_err(), TokenError::Invalid);
        }
    }

    #[test]
    fn after_a_rotation_links_of_the_old_key_are_still_good() {
        let old = keys().issue_approval(&link(), (at(1_000), at(2_000))).unwrap();
        let rotated =
            TokenKeys::new(&[("k2".to_owned(), vec![9; 32]), ("k1".to_owned(), vec![7; 32])], 900, 900).unwrap();
        assert!(rotated.verify_approval(&old, at(1_001)).is_ok());
    }

    #[test]
    fn a_token_of_another_key_or_without_signature_is_refused() {
        let forger = TokenKeys::new(&[("k1".to_owned(), vec![8; 32])], 900, 900).unwrap();
        let forged = forger.issue_access(&grant(), at(1_000)).unwrap();
        assert_eq!(keys().verify_access(&forged, at(1_001)).unwrap_err(), TokenError::Invalid);

        let genuine = keys().issue_access(&grant(), at(1_000)).unwrap();
        let payload = genuine.split('.').nth(1).unwrap();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT","kid":"k1"}"#);
        let unsigned = format!("{header}.{payload}.");
        assert_eq!(keys().verify_access(&unsigned, at(1_001)).unwrap_err(), TokenError::Invalid);
    }

    #[test]
    fn after_a_rotation_tokens_of_the_old_key_are_still_accepted() {
        let old = keys().issue_access(&grant(), at(1_000)).unwrap();
        let rotated =
            TokenKeys::new(&[("k2".to_owned(), vec![9; 32]), ("k1".to_owned(), vec![7; 32])], 900, 900).unwrap();
        assert!(rotated.verify_access(&old, at(1_001)).is_ok());
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(TokenKeys::new(&[("k".to_owned(), vec![1; 31])], 900, 900).is_err());
    }
}

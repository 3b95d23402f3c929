//! Logging in, refreshing, logging out, the password, and which tokens are accepted.

use std::collections::BTreeSet;

use axum::http::Method;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use dms_testkit::{Answer, Client, Dealership};
use serde_json::{Value, json};

const EMAIL: &str = "manager@sc001.example";
const PASSWORD: &str = "password-1";

async fn open() -> Dealership {
    Dealership::open(dms_local::all_routes()).await
}

async fn attempt(dealership: &Dealership, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    dealership.app.anonymous().post("/api/auth/login", body).await
}

/// The tokens of a new session of the manager.
async fn login(dealership: &Dealership) -> Value {
    attempt(dealership, EMAIL, PASSWORD).await.expect(200)
}

async fn refresh(dealership: &Dealership, token: &str) -> Answer {
    dealership.app.anonymous().post("/api/auth/refresh", json!({"refreshToken": token})).await
}

#[track_caller]
fn access(tokens: &Value) -> &str {
    tokens["accessToken"].as_str().expect("an access token")
}

#[track_caller]
fn renewal(tokens: &Value) -> &str {
    tokens["refreshToken"].as_str().expect("a refresh token")
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The caller's access token as its three parts.
fn parts(token: &str) -> [String; 3] {
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().expect("three parts")
}

fn decoded(part: &str) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("text")
}

async fn me(client: &Client) -> Answer {
    client.get("/api/auth/me").await
}

#[tokio::test]
async fn login_answers_as_the_specification_says() {
    let dealership = open().await;
    let answer = attempt(&dealership, EMAIL, PASSWORD).await;
    assert_eq!(keys(&answer.body), BTreeSet::from(["data", "success", "meta"]));
    assert_eq!(answer.body["success"], true);
    assert_eq!(answer.body["meta"]["timestamp"], "2026-11-23T04:30:00.000Z");
    assert_eq!(answer.body["meta"]["requestId"], answer.headers["x-request-id"].to_str().unwrap());
    let tokens = answer.expect(200);
    assert_eq!(keys(&tokens), BTreeSet::from(["accessToken", "refreshToken", "expiresIn", "user"]));
    assert_eq!(tokens["expiresIn"], 900);
    assert_eq!(keys(&tokens["user"]), BTreeSet::from(["id", "email", "role", "serviceCenterId"]));
    assert_eq!(tokens["user"]["email"], EMAIL);
    assert_eq!(tokens["user"]["role"], "sc_manager");
    assert_eq!(tokens["user"]["serviceCenterId"], dealership.one.id);
    let user = me(&dealership.app.with_token(access(&tokens))).await.expect(200);
    assert_eq!(user["id"], tokens["user"]["id"]);
}

#[tokio::test]
async fn an_admin_logs_in_without_a_centre() {
    let dealership = open().await;
    let tokens = attempt(&dealership, "admin@central.example", PASSWORD).await.expect(200);
    assert_eq!(tokens["user"]["role"], "admin");
    assert_eq!(tokens["user"]["serviceCenterId"], Value::Null);
}

#[tokio::test]
async fn case_and_spaces_around_the_email_do_not_matter() {
    let dealership = open().await;
    let tokens = attempt(&dealership, "  Manager@SC001.Example ", PASSWORD).await.expect(200);
    assert_eq!(tokens["user"]["email"], EMAIL);
    attempt(&dealership, EMAIL, "PASSWORD-1").await.refused(401, "WRONG_CREDENTIALS");
    attempt(&dealership, EMAIL, " password-1").await.refused(401, "WRONG_CREDENTIALS");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_are_told_alike() {
    let dealership = open().await;
    let mut wrong = attempt(&dealership, EMAIL, "password-2").await.refused(401, "WRONG_CREDENTIALS");
    let mut unknown =
        attempt(&dealership, "nobody@sc001.example", PASSWORD).await.refused(401, "WRONG_CREDENTIALS");
    for answer in [&mut wrong, &mut unknown] {
        assert!(answer.body.as_object_mut().unwrap().remove("requestId").unwrap().is_string());
        answer.headers.remove("x-request-id");
    }
    assert_eq!(wrong.body, unknown.body);
    assert_eq!(wrong.headers, unknown.headers);
}

#[tokio::test]
async fn an_endless_password_is_a_wrong_password() {
    let dealership = open().await;
    attempt(&dealership, EMAIL, &"x".repeat(100_000)).await.refused(401, "WRONG_CREDENTIALS");
    login(&dealership).await;
}

#[tokio::test]
async fn an_endless_or_odd_email_is_a_wrong_login() {
    let dealership = open().await;
    for email in
        ["x".repeat(3_000), format!("{}@sc001.example", "x".repeat(100_000)), String::new(), "#".to_owned()]
    {
        attempt(&dealership, &email, PASSWORD).await.refused(401, "WRONG_CREDENTIALS");
    }
    login(&dealership).await;
}

#[tokio::test]
async fn the_eleventh_failed_login_of_a_minute_is_throttled_and_the_next_minute_is_not() {
    let dealership = open().await;
    for _ in 0..10 {
        attempt(&dealership, EMAIL, "password-2").await.refused(401, "WRONG_CREDENTIALS");
    }
    let throttled = attempt(&dealership, EMAIL, "password-2").await.refused(429, "LOGIN_THROTTLED");
    let wait: u64 = throttled.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    attempt(&dealership, EMAIL, PASSWORD).await.refused(429, "LOGIN_THROTTLED");
    attempt(&dealership, "engineer@sc001.example", PASSWORD).await.expect(200);
    dealership.app.advance(TimeDelta::seconds(60));
    login(&dealership).await;
}

#[tokio::test]
async fn nine_failed_logins_do_not_keep_the_right_password_out() {
    let dealership = open().await;
    for _ in 0..9 {
        attempt(&dealership, EMAIL, "password-2").await.refused(401, "WRONG_CREDENTIALS");
    }
    login(&dealership).await;
    login(&dealership).await;
}

#[tokio::test]
async fn an_unknown_account_is_throttled_like_a_known_one() {
    let dealership = open().await;
    for _ in 0..10 {
        attempt(&dealership, "nobody@sc001.example", PASSWORD).await.refused(401, "WRONG_CREDENTIALS");
    }
    attempt(&dealership, "nobody@sc001.example", PASSWORD).await.refused(429, "LOGIN_THROTTLED");
}

#[tokio::test]
async fn refreshing_answers_new_tokens_that_work() {
    let dealership = open().await;
    let first = login(&dealership).await;
    dealership.app.advance(TimeDelta::minutes(20));
    me(&dealership.app.with_token(access(&first))).await.refused(401, "TOKEN_EXPIRED");
    let second = refresh(&dealership, renewal(&first)).await.expect(200);
    assert_ne!(access(&second), access(&first));
    assert_ne!(renewal(&second), renewal(&first));
    assert_eq!(second["user"], first["user"]);
    me(&dealership.app.with_token(access(&second))).await.expect(200);
    refresh(&dealership, renewal(&second)).await.expect(200);
}

#[tokio::test]
async fn the_first_refresh_token_works_for_its_seven_days_when_only_it_is_used() {
    let dealership = open().await;
    let tokens = login(&dealership).await;
    for day in 0..7 {
        let refreshed = refresh(&dealership, renewal(&tokens)).await;
        assert_eq!(refreshed.status, 200, "day {day}: {}", refreshed.text);
        dealership.app.advance(TimeDelta::days(1));
    }
    refresh(&dealership, renewal(&tokens)).await.refused(401, "TOKEN_EXPIRED");
}

#[tokio::test]
async fn a_session_ends_after_seven_days_however_often_it_was_refreshed() {
    let dealership = open().await;
    let mut tokens = login(&dealership).await;
    for _ in 0..6 {
        dealership.app.advance(TimeDelta::days(1));
        tokens = refresh(&dealership, renewal(&tokens)).await.expect(200);
    }
    dealership.app.advance(TimeDelta::days(1));
    assert_eq!(refresh(&dealership, renewal(&tokens)).await.status, 401);
}

#[tokio::test]
async fn the_old_refresh_token_is_retired_when_the_new_one_is_first_used_and_not_before() {
    let dealership = open().await;
    let first = login(&dealership).await;
    let second = refresh(&dealership, renewal(&first)).await.expect(200);
    let again = refresh(&dealership, renewal(&first)).await.expect(200);
    refresh(&dealership, renewal(&second)).await.expect(200);
    // Both answers were of the second generation: using one used the other.
    refresh(&dealership, renewal(&again)).await.expect(200);
    refresh(&dealership, renewal(&first)).await.refused(401, "SESSION_ENDED");
}

#[tokio::test]
async fn a_retired_refresh_token_presented_again_revokes_the_whole_family_and_no_other() {
    let dealership = open().await;
    let other = login(&dealership).await;
    let first = login(&dealership).await;
    let second = refresh(&dealership, renewal(&first)).await.expect(200);
    let third = refresh(&dealership, renewal(&second)).await.expect(200);
    refresh(&dealership, renewal(&first)).await.refused(401, "SESSION_ENDED");
    for tokens in [&first, &second, &third] {
        refresh(&dealership, renewal(tokens)).await.refused(401, "SESSION_ENDED");
    }
    refresh(&dealership, renewal(&other)).await.expect(200);
}

#[tokio::test]
async fn logging_out_ends_this_session_and_no_other() {
    let dealership = open().await;
    let (mine, other) = (login(&dealership).await, login(&dealership).await);
    let client = dealership.app.with_token(access(&mine));
    assert_eq!(client.post("/api/auth/logout", json!({})).await.expect(200), json!({"loggedOut": true}));
    refresh(&dealership, renewal(&mine)).await.refused(401, "SESSION_ENDED");
    refresh(&dealership, renewal(&other)).await.expect(200);
    client.post("/api/auth/logout", json!({})).await.expect(200);
}

#[tokio::test]
async fn logging_out_needs_a_token() {
    let dealership = open().await;
    let answer = dealership.app.anonymous().post("/api/auth/logout", json!({})).await;
    answer.refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn changing_the_password_ends_all_sessions_and_the_old_password() {
    let dealership = open().await;
    let (mine, other) = (login(&dealership).await, login(&dealership).await);
    let colleague = attempt(&dealership, "engineer@sc001.example", PASSWORD).await.expect(200);
    let body = json!({"currentPassword": PASSWORD, "newPassword": "another-one"});
    let client = dealership.app.with_token(access(&mine));
    let changed = client.post("/api/auth/change-password", body).await.expect(200);
    assert_eq!(changed, json!({"passwordChanged": true}));
    for tokens in [&mine, &other] {
        refresh(&dealership, renewal(tokens)).await.refused(401, "SESSION_ENDED");
    }
    attempt(&dealership, EMAIL, PASSWORD).await.refused(401, "WRONG_CREDENTIALS");
    let new = attempt(&dealership, EMAIL, "another-one").await.expect(200);
    refresh(&dealership, renewal(&new)).await.expect(200);
    refresh(&dealership, renewal(&colleague)).await.expect(200);
}

#[tokio::test]
async fn the_password_stays_when_the_present_one_is_wrong_or_the_new_one_too_short() {
    let dealership = open().await;
    let tokens = login(&dealership).await;
    let client = dealership.app.with_token(access(&tokens));
    let change = |current: &str, new: &str| {
        let body = json!({"currentPassword": current, "newPassword": new});
        client.request(Method::POST, "/api/auth/change-password").json(&body).send()
    };
    change("password-2", "another-one").await.refused(422, "VALIDATION_FAILED").naming("currentPassword");
    change(PASSWORD, "short").await.refused(422, "VALIDATION_FAILED").naming("newPassword");
    change(PASSWORD, &"x".repeat(129)).await.refused(422, "VALIDATION_FAILED").naming("newPassword");
    refresh(&dealership, renewal(&tokens)).await.expect(200);
    attempt(&dealership, EMAIL, "another-one").await.refused(401, "WRONG_CREDENTIALS");
    login(&dealership).await;
}

#[tokio::test]
async fn a_stolen_token_cannot_guess_the_present_password() {
    let dealership = open().await;
    let client = dealership.app.with_token(access(&login(&dealership).await));
    let wrong = json!({"currentPassword": "password-2", "newPassword": "another-one"});
    for _ in 0..10 {
        client.post("/api/auth/change-password", wrong.clone()).await.refused(422, "VALIDATION_FAILED");
    }
    let right = json!({"currentPassword": PASSWORD, "newPassword": "another-one"});
    client.post("/api/auth/change-password", right).await.refused(429, "LOGIN_THROTTLED");
    login(&dealership).await;
}

#[tokio::test]
async fn an_access_token_expires_after_fifteen_minutes() {
    let dealership = open().await;
    let client = dealership.app.with_token(access(&login(&dealership).await));
    dealership.app.advance(TimeDelta::seconds(15 * 60 - 1));
    me(&client).await.expect(200);
    dealership.app.advance(TimeDelta::seconds(61));
    me(&client).await.refused(401, "TOKEN_EXPIRED");
    let created = client.post("/api/customers", json!({"name": "Asha Rao", "phone": "9876543210"})).await;
    created.refused(401, "TOKEN_EXPIRED");
    assert!(dealership.admin.get("/api/customers").await.rows().is_empty());
}

#[tokio::test]
async fn a_forged_token_is_refused_and_does_nothing() {
    let dealership = open().await;
    let token = access(&login(&dealership).await).to_owned();
    let [header, payload, signature] = parts(&token);
    let admin = decoded(&payload).replace("sc_manager", "admin");
    assert!(admin.contains("admin"), "the token says its role");
    let admin = URL_SAFE_NO_PAD.encode(admin);
    let mut none: Value = serde_json::from_str(&decoded(&header)).unwrap();
    none["alg"] = json!("none");
    let none = URL_SAFE_NO_PAD.encode(none.to_string());
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = [
        format!("{header}.{admin}.{signature}"),
        format!("{header}.{payload}.{flipped}{}", &signature[1..]),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{none}.{payload}."),
        format!("{none}.{admin}."),
        format!("{none}.{payload}.{signature}"),
        "not.a.token".to_owned(),
        "x".to_owned(),
    ];
    for token in forged {
        let client = dealership.app.with_token(token.clone());
        me(&client).await.refused(401, "UNAUTHENTICATED");
        let body = json!({"name": "Asha Rao", "phone": "9876543210"});
        client.post("/api/customers", body).await.refused(401, "UNAUTHENTICATED");
    }
    assert!(dealership.admin.get("/api/customers").await.rows().is_empty());
}

#[tokio::test]
async fn a_token_of_another_algorithm_or_secret_is_refused() {
    let dealership = open().await;
    let [header, payload, signature] = parts(access(&login(&dealership).await));
    for algorithm in ["HS384", "HS512", "RS256", "ES256", "EdDSA", "NONE", "None", "hs256"] {
        let header = decoded(&header).replace("HS256", algorithm);
        let token = format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(header));
        me(&dealership.app.with_token(token)).await.refused(401, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token_and_the_other_way_round() {
    let dealership = open().await;
    let tokens = login(&dealership).await;
    me(&dealership.app.with_token(renewal(&tokens))).await.refused(401, "UNAUTHENTICATED");
    refresh(&dealership, access(&tokens)).await.refused(401, "UNAUTHENTICATED");
    refresh(&dealership, "nonsense").await.refused(401, "UNAUTHENTICATED");
    refresh(&dealership, renewal(&tokens)).await.expect(200);
}

#[tokio::test]
async fn only_the_bearer_scheme_is_understood() {
    let dealership = open().await;
    let token = access(&login(&dealership).await).to_owned();
    let with = |value: String| {
        let request = dealership.app.anonymous().request(Method::GET, "/api/auth/me");
        request.header("authorization", &value).send()
    };
    with(format!("bearer {token}")).await.expect(200);
    for value in [token.clone(), format!("Basic {token}"), format!("Token {token}"), "Bearer ".to_owned()] {
        with(value).await.refused(401, "UNAUTHENTICATED");
    }
    me(&dealership.app.anonymous()).await.refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn me_tells_who_i_am_and_shows_my_centre_when_asked() {
    let dealership = open().await;
    let plain = me(&dealership.one.manager).await.expect(200);
    assert_eq!(plain["email"], EMAIL);
    assert_eq!(plain["serviceCenterId"], dealership.one.id);
    assert!(plain.get("serviceCenter").is_none());
    let expanded = dealership.one.manager.get("/api/auth/me?expand=serviceCenter").await.expect(200);
    assert_eq!(expanded["serviceCenter"]["id"], dealership.one.id);
    assert_eq!(expanded["serviceCenter"]["code"], "SC001");
    let admin = dealership.admin.get("/api/auth/me?expand=serviceCenter").await.expect(200);
    assert_eq!(admin["serviceCenter"], Value::Null);
    let unknown = dealership.one.manager.get("/api/auth/me?expand=wheels").await;
    unknown.refused(400, "BAD_QUERY").naming("expand");
}

#[tokio::test]
async fn no_answer_shows_a_password_or_its_hash() {
    let dealership = open().await;
    let tokens = attempt(&dealership, EMAIL, PASSWORD).await;
    let token = tokens.body["data"]["accessToken"].as_str().unwrap().to_owned();
    let id = tokens.body["data"]["user"]["id"].as_str().unwrap().to_owned();
    let renewed = refresh(&dealership, tokens.body["data"]["refreshToken"].as_str().unwrap()).await;
    let body = json!({"email": "new@sc001.example", "password": "a-new-password", "name": "New One",
        "role": "service_advisor", "serviceCenterId": dealership.one.id});
    let path = format!("/api/users/{id}");
    let reset = json!({"password": "a-new-password"});
    let change = json!({"currentPassword": "password-1", "newPassword": "a-new-password"});
    let answers = [
        tokens,
        renewed,
        me(&dealership.app.with_token(token.clone())).await,
        me(&dealership.app.with_token(token.clone())).await,
        dealership.admin.get("/api/users").await,
        dealership.admin.get(&path).await,
        dealership.admin.post("/api/users", body).await,
        dealership.admin.patch(&path, json!({"name": "Renamed"})).await,
        dealership.app.with_token(token).post("/api/auth/change-password", change).await,
        dealership.admin.patch(&format!("{path}/password"), reset).await,
        dealership.admin.delete(&path).await,
    ];
    for answer in answers {
        assert!(answer.status.is_success(), "{}", answer.text);
        for secret in ["argon2", "passwordHash", "\"password\"", "passwordEpoch", "a-new-password", PASSWORD] {
            assert!(!answer.text.contains(secret), "{secret} in {}", answer.text);
        }
    }
    let selected = dealership.admin.get("/api/users?fields=passwordHash").await;
    selected.refused(400, "BAD_QUERY").naming("fields");
}

#[tokio::test]
async fn a_repeated_change_of_the_password_is_answered_as_before() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let body = json!({"currentPassword": "password-1", "newPassword": "password-2"});
    let change = || {
        let request = dealership.one.manager.request(Method::POST, "/api/auth/change-password");
        request.header("idempotency-key", "change").json(&body).send()
    };
    let first = change().await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = change().await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
}

#[tokio::test]
async fn sessions_of_before_a_deactivation_stay_over_when_the_user_is_active_again() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let login = json!({"email": "engineer@sc001.example", "password": "password-1"});
    let anonymous = dealership.app.anonymous();
    let session = anonymous.post("/api/auth/login", login.clone()).await.expect(200);
    let user = format!("/api/users/{}", dealership.one.engineer_id);
    dealership.admin.patch(&user, json!({"active": false})).await.expect(200);
    dealership.admin.patch(&user, json!({"active": true})).await.expect(200);
    let refresh = json!({"refreshToken": session["refreshToken"]});
    anonymous.post("/api/auth/refresh", refresh).await.refused(401, "SESSION_ENDED");
    anonymous.post("/api/auth/login", login).await.expect(200);
}

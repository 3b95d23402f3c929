//! The verified caller, and the scopes made from it.

use dms_domain::{
    formats::CentreCode,
    ids::{self, CentreOrdinal},
    permissions::{Permission, Role},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The centre a user belongs to, as their token says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CentreClaim {
    /// The service centre's id; its ordinal is part of it.
    pub id: Uuid,
    /// The centre's code, the prefix of its document numbers.
    pub code: CentreCode,
}

/// A caller whose token was verified. There is no other way to make one.
#[derive(Debug, Clone)]
pub struct Principal {
    user_id: Uuid,
    session_id: Uuid,
    role: Role,
    centre: Option<CentreClaim>,
}

/// The right to build keys of one centre's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantScope(CentreOrdinal);

impl TenantScope {
    /// The centre's ordinal, which is part of its keys and of its documents' ids.
    pub fn ordinal(self) -> CentreOrdinal {
        self.0
    }

    /// Whether a document of this id belongs to this centre.
    pub fn owns(self, document: &Uuid) -> bool {
        ids::ordinal_of(document) == Some(self.0)
    }
}

/// The right to build keys of Central's documents: an admin's, and Central's staff's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CentralScope(());

/// The right to read every centre's documents: an admin's; of parts issues also Central's staff's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllCentres(());

impl AllCentres {
    /// The scope of one of the dealership's centres.
    pub fn scope(self, ordinal: CentreOrdinal) -> TenantScope {
        TenantScope(ordinal)
    }
}

/// What a list may show its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListScope {
    /// One centre's documents.
    One(TenantScope),
    /// All centres' documents.
    All(AllCentres),
}

impl Principal {
    pub(crate) fn new(user_id: Uuid, session_id: Uuid, role: Role, centre: Option<CentreClaim>) -> Self {
        Self { user_id, session_id, role, centre }
    }

    /// The user's id.
    pub fn user_id(&self) -> Uuid {
        self.user_id
    }

    /// The session family the token belongs to.
    pub fn session_id(&self) -> Uuid {
        self.session_id
    }

    /// The user's role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The user's centre; an admin and Central's staff have none.
    pub fn centre(&self) -> Option<&CentreClaim> {
        self.centre.as_ref()
    }

    /// Whether the role's permissions include this one.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.allows(permission)
    }

    /// The scope in which a tenant document of this id may be looked up; `None` (answered 404) for another
    /// centre's document or an id that no centre's document can have.
    pub fn scope_of_document(&self, document: &Uuid) -> Option<TenantScope> {
        let ordinal = ids::ordinal_of(document)?;
        match self.role {
            Role::Admin => Some(TenantScope(ordinal)),
            Role::ScManager
            | Role::ServiceEngineer
            | Role::ServiceAdvisor
            | Role::InventoryManager
            | Role::CentralInventoryManager => self.own_scope().filter(|own| own.0 == ordinal),
        }
    }

    /// Central's documents.
    ///
    /// # Errors
    /// `Forbidden` for users of a centre.
    pub fn central_scope(&self) -> Result<CentralScope, Refusal> {
        if self.is_central() {
            return Ok(CentralScope(()));
        }
        Err(Refusal::Forbidden { message: "This belongs to Central".to_owned() })
    }

    /// Whether the caller acts for Central.
    pub fn is_central(&self) -> bool {
        match self.role {
            Role::Admin | Role::CentralInventoryManager => true,
            Role::ScManager | Role::ServiceEngineer | Role::ServiceAdvisor | Role::InventoryManager => false,
        }
    }

    /// The scope in which a parts issue of this id may be looked up: it belongs to its centre and to Central.
    pub fn scope_of_issue(&self, issue: &Uuid) -> Option<TenantScope> {
        if self.is_central() { ids::ordinal_of(issue).map(TenantScope) } else { self.scope_of_document(issue) }
    }

    /// The centre of a new parts issue: the caller's own, or the one that Central names.
    ///
    /// # Errors
    /// As [`Self::scope_for_new`], naming `field`.
    pub fn scope_for_new_issue(
        &self,
        named: Option<Uuid>,
        field: &'static str,
    ) -> Result<(TenantScope, Uuid), Refusal> {
        let scope = if self.is_central() { all_or(named, field)? } else { self.own_list_scope(named)? };
        self.scope_in(scope, named, field)
    }

    /// What a list of parts issues shows: all of them to Central.
    ///
    /// # Errors
    /// As [`Self::list_scope`].
    pub fn issue_list_scope(&self, named: Option<Uuid>) -> Result<ListScope, Refusal> {
        if self.is_central() { all_or(named, SERVICE_CENTRE) } else { self.own_list_scope(named) }
    }

    /// The stocks that a report of stocks shows: the own centre's; Central's to its manager; all, or the named centre's, to
    /// an admin.
    ///
    /// # Errors
    /// As [`Self::list_scope`].
    pub fn stock_scopes(&self, named: Option<Uuid>) -> Result<(Option<ListScope>, Option<CentralScope>), Refusal> {
        match self.role {
            Role::CentralInventoryManager if named.is_none() => Ok((None, Some(CentralScope(())))),
            Role::Admin => {
                let centres = all_or(named, SERVICE_CENTRE)?;
                Ok((Some(centres), named.is_none().then_some(CentralScope(()))))
            }
            Role::CentralInventoryManager
            | Role::ScManager
            | Role::ServiceEngineer
            | Role::ServiceAdvisor
            | Role::InventoryManager => Ok((Some(self.own_list_scope(named)?), None)),
        }
    }

    /// The centre in which a document is to be created: the caller's own, or the one an admin names.
    ///
    /// # Errors
    /// `Forbidden` when a foreign centre is named or the caller has no centre; a field error on
    /// `serviceCenterId` when an admin names none, or one that cannot exist.
    pub fn scope_for_new(&self, named: Option<Uuid>) -> Result<(TenantScope, Uuid), Refusal> {
        self.scope_in(self.list_scope(named)?, named, SERVICE_CENTRE)
    }

    fn scope_in(
        &self,
        scope: ListScope,
        named: Option<Uuid>,
        field: &'static str,
    ) -> Result<(TenantScope, Uuid), Refusal> {
        match scope {
            ListScope::One(scope) => {
                let id = named.or(self.centre.as_ref().map(|centre| centre.id));
                id.map(|id| (scope, id)).ok_or_else(no_centre)
            }
            ListScope::All(_) => Err(Refusal::field(field, "is required of those who have no centre")),
        }
    }

    /// What a list shows: the own centre; for an admin the named one, or all.
    ///
    /// # Errors
    /// `Forbidden` when a foreign centre is named or the caller has no centre; a field error when an admin
    /// names a centre that cannot exist.
    pub fn list_scope(&self, named: Option<Uuid>) -> Result<ListScope, Refusal> {
        match self.role {
            Role::Admin => all_or(named, SERVICE_CENTRE),
            Role::ScManager
            | Role::ServiceEngineer
            | Role::ServiceAdvisor
            | Role::InventoryManager
            | Role::CentralInventoryManager => self.own_list_scope(named),
        }
    }

    fn own_list_scope(&self, named: Option<Uuid>) -> Result<ListScope, Refusal> {
        let (own, scope) = self.centre.as_ref().zip(self.own_scope()).ok_or_else(no_centre)?;
        if named.is_some_and(|id| id != own.id) {
            return Err(Refusal::Forbidden { message: "This service centre is not yours".to_owned() });
        }
        Ok(ListScope::One(scope))
    }

    fn own_scope(&self) -> Option<TenantScope> {
        self.centre.as_ref().and_then(|centre| ids::ordinal_of(&centre.id)).map(TenantScope)
    }
}

/// The field that names a centre, unless said otherwise.
const SERVICE_CENTRE: &str = "serviceCenterId";

/// The centre that `field` names, or all.
fn all_or(named: Option<Uuid>, field: &'static str) -> Result<ListScope, Refusal> {
    match named {
        None => Ok(ListScope::All(AllCentres(()))),
        Some(id) => ids::ordinal_of(&id)
            .map(|ordinal| ListScope::One(TenantScope(ordinal)))
            .ok_or_else(|| Refusal::field(field, format!("no such service centre: {id}"))),
    }
}

fn no_centre() -> Refusal {
    Refusal::Forbidden { message: "Your account belongs to no service centre".to_owned() }
}

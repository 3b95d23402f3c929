//! Who may do what: the one table of permissions (specification, "RBAC Permissions"; decisions, "People and
//! permissions").

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, in every centre.
    Admin,
    /// Runs a centre.
    ScManager,
    /// Repairs vehicles.
    ServiceEngineer,
    /// Talks to customers.
    ServiceAdvisor,
    /// Keeps a centre's stock.
    InventoryManager,
    /// Keeps Central's stock.
    CentralInventoryManager,
}

/// A type-level permission: what a handler asks for in its first argument.
pub trait Grant {
    /// The permission.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident = $text:literal,)+) => {
        /// A permission, written `resource:action`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission {
            $(#[doc = concat!("`", $text, "`.")] $name,)+
        }

        impl Permission {
            /// All permissions.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As documentation and messages write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        /// One type per permission, for handlers' signatures.
        pub mod grant {
            $(
                #[doc = concat!("Needs `", $text, "`.")]
                #[derive(Debug)]
                pub struct $name;

                impl super::Grant for $name {
                    const PERMISSION: super::Permission = super::Permission::$name;
                }
            )+
        }
    };
}

permissions! {
    AnalyticsRead = "analytics:read",
    AppointmentsCreate = "appointments:create",
    AppointmentsDelete = "appointments:delete",
    AppointmentsRead = "appointments:read",
    AppointmentsUpdate = "appointments:update",
    AuditRead = "audit:read",
    CentralInventoryCreate = "central_inventory:create",
    CentralInventoryDelete = "central_inventory:delete",
    CentralInventoryRead = "central_inventory:read",
    CentralInventoryUpdate = "central_inventory:update",
    CustomersCreate = "customers:create",
    CustomersDelete = "customers:delete",
    CustomersRead = "customers:read",
    CustomersUpdate = "customers:update",
    FilesCreate = "files:create",
    FilesDelete = "files:delete",
    FilesRead = "files:read",
    InventoryCreate = "inventory:create",
    InventoryDelete = "inventory:delete",
    InventoryRead = "inventory:read",
    InventoryUpdate = "inventory:update",
    InvoicesCreate = "invoices:create",
    InvoicesRead = "invoices:read",
    InvoicesUpdate = "invoices:update",
    JobCardsAssign = "job_cards:assign",
    JobCardsCancel = "job_cards:cancel",
    JobCardsCreate = "job_cards:create",
    JobCardsDelete = "job_cards:delete",
    JobCardsRead = "job_cards:read",
    JobCardsReturnParts = "job_cards:return_parts",
    JobCardsUpdate = "job_cards:update",
    PartsIssuesApprove = "parts_issues:approve",
    PartsIssuesCreate = "parts_issues:create",
    PartsIssuesDelete = "parts_issues:delete",
    PartsIssuesDispatch = "parts_issues:dispatch",
    PartsIssuesRead = "parts_issues:read",
    PartsIssuesReceive = "parts_issues:receive",
    PartsRequestsApprove = "parts_requests:approve",
    PartsRequestsCreate = "parts_requests:create",
    PartsRequestsRead = "parts_requests:read",
    PurchaseOrdersApprove = "purchase_orders:approve",
    PurchaseOrdersCreate = "purchase_orders:create",
    PurchaseOrdersDelete = "purchase_orders:delete",
    PurchaseOrdersRead = "purchase_orders:read",
    PurchaseOrdersReceive = "purchase_orders:receive",
    PurchaseOrdersUpdate = "purchase_orders:update",
    QuotationsApprove = "quotations:approve",
    QuotationsCreate = "quotations:create",
    QuotationsDelete = "quotations:delete",
    QuotationsRead = "quotations:read",
    QuotationsUpdate = "quotations:update",
    ReconciliationRead = "reconciliation:read",
    ReportsInventory = "reports:inventory",
    ReportsRead = "reports:read",
    ServiceCentersManage = "service_centers:manage",
    ServiceCentersRead = "service_centers:read",
    SuppliersCreate = "suppliers:create",
    SuppliersDelete = "suppliers:delete",
    SuppliersRead = "suppliers:read",
    SuppliersUpdate = "suppliers:update",
    UsersManage = "users:manage",
    UsersRead = "users:read",
    VehiclesCreate = "vehicles:create",
    VehiclesDelete = "vehicles:delete",
    VehiclesRead = "vehicles:read",
    VehiclesUpdate = "vehicles:update",
}

/// What a wildcard does not include: "Admin only" beats it (decisions, "People and permissions").
const ADMIN_ONLY: &[Permission] = &[Permission::PartsIssuesApprove, Permission::PurchaseOrdersApprove];

/// What a role's wildcards and single permissions come to.
const SC_MANAGER: &[&str] = &[
    "job_cards:*",
    "customers:*",
    "vehicles:*",
    "appointments:*",
    "quotations:*",
    "invoices:*",
    "files:*",
    "inventory:read",
    // "inventory:request" is a parts issue; parts going back to Central are sent by the centre itself.
    "parts_issues:create",
    "parts_issues:dispatch",
    "parts_issues:read",
    "parts_issues:receive",
    // Asking for parts is one of the actions of a job card, all of which are the manager's.
    "parts_requests:create",
    "parts_requests:read",
    "analytics:read",
    "reports:*",
    "service_centers:read",
    "users:read",
];
const SERVICE_ENGINEER: &[&str] = &[
    "job_cards:read",
    "job_cards:update",
    "parts_requests:create",
    "parts_requests:read",
    "customers:read",
    "vehicles:read",
    "inventory:read",
    "files:*",
    "service_centers:read",
];
const SERVICE_ADVISOR: &[&str] = &[
    "customers:*",
    "appointments:*",
    "quotations:*",
    "vehicles:*",
    "files:*",
    "job_cards:create",
    "job_cards:read",
    "invoices:create",
    "invoices:read",
    "inventory:read",
    "service_centers:read",
];
const INVENTORY_MANAGER: &[&str] = &[
    "inventory:*",
    "parts_requests:approve",
    "parts_requests:read",
    "parts_issues:create",
    "parts_issues:dispatch",
    "parts_issues:read",
    "parts_issues:receive",
    "job_cards:read",
    "job_cards:return_parts",
    "files:*",
    "reports:inventory",
    "service_centers:read",
];
const CENTRAL_INVENTORY_MANAGER: &[&str] = &[
    "central_inventory:*",
    "purchase_orders:*",
    "parts_issues:*",
    "suppliers:*",
    "reports:inventory",
    "service_centers:read",
];

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::Admin,
        Self::ScManager,
        Self::ServiceEngineer,
        Self::ServiceAdvisor,
        Self::InventoryManager,
        Self::CentralInventoryManager,
    ];

    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::ScManager => "sc_manager",
            Self::ServiceEngineer => "service_engineer",
            Self::ServiceAdvisor => "service_advisor",
            Self::InventoryManager => "inventory_manager",
            Self::CentralInventoryManager => "central_inventory_manager",
        }
    }

    fn grants(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &["*"],
            Self::ScManager => SC_MANAGER,
            Self::ServiceEngineer => SERVICE_ENGINEER,
            Self::ServiceAdvisor => SERVICE_ADVISOR,
            Self::InventoryManager => INVENTORY_MANAGER,
            Self::CentralInventoryManager => CENTRAL_INVENTORY_MANAGER,
        }
    }

    /// Whether the role has a permission.
    pub fn allows(self, permission: Permission) -> bool {
        let (resource, _) = permission.as_str().split_once(':').unwrap_or_default();
        self.grants().iter().any(|grant| {
            let wildcard = grant.strip_suffix(":*") == Some(resource) && !ADMIN_ONLY.contains(&permission);
            *grant == "*" || *grant == permission.as_str() || wildcard
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_lists_are_the_floor() {
        assert!(Permission::ALL.iter().all(|permission| Role::Admin.allows(*permission)));
        for permission in [Permission::JobCardsCancel, Permission::CustomersDelete, Permission::InventoryRead] {
            assert!(Role::ScManager.allows(permission));
        }
        assert!(Role::ServiceEngineer.allows(Permission::PartsRequestsCreate));
        assert!(Role::ServiceAdvisor.allows(Permission::AppointmentsDelete));
        assert!(Role::ServiceAdvisor.allows(Permission::QuotationsApprove));
        assert!(Role::InventoryManager.allows(Permission::PartsRequestsApprove));
        assert!(Role::ScManager.allows(Permission::PartsIssuesReceive));
        assert!(Role::CentralInventoryManager.allows(Permission::PurchaseOrdersReceive));
    }

    #[test]
    fn admin_only_beats_a_wildcard() {
        for permission in [Permission::PartsIssuesApprove, Permission::PurchaseOrdersApprove] {
            for role in Role::ALL {
                assert_eq!(
                    role.allows(permission),
                    role == Role::Admin,
                    "{} {}",
                    role.as_str(),
                    permission.as_str()
                );
            }
        }
    }

    #[test]
    fn what_is_not_listed_is_not_allowed() {
        assert!(!Role::ScManager.allows(Permission::InventoryUpdate));
        assert!(!Role::ServiceEngineer.allows(Permission::InvoicesRead));
        assert!(!Role::ServiceAdvisor.allows(Permission::JobCardsUpdate));
        assert!(!Role::InventoryManager.allows(Permission::CustomersRead));
        assert!(!Role::CentralInventoryManager.allows(Permission::InventoryRead));
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            assert!(!role.allows(Permission::UsersManage), "{}", role.as_str());
            assert!(!role.allows(Permission::ServiceCentersManage), "{}", role.as_str());
            assert!(!role.allows(Permission::ReconciliationRead), "{}", role.as_str());
        }
    }

    #[test]
    fn every_grant_names_permissions_that_exist() {
        for grant in Role::ALL.into_iter().flat_map(Role::grants).filter(|grant| **grant != "*") {
            let prefix = grant.strip_suffix('*').unwrap_or(grant);
            assert!(Permission::ALL.iter().any(|permission| permission.as_str().starts_with(prefix)), "{grant}");
        }
    }
}

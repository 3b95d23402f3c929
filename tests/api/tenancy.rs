//! The tenancy matrix: every route × every role × {own, other centre's, absent} × {id in path, foreign key in body,
//! filter, expand}. The routes come from the router itself: one without a row here fails the test.

use axum::http::Method;
use dms_domain::{
    calendar::Timestamp,
    notification::{Notice, Notification},
    permissions::{Permission, Role},
    statuses::NotificationType,
};
use dms_http::{Documented, openapi::permission_of};
use dms_testkit::{Centre, Client, Dealership};
use serde_json::{Value, json};
use utoipa::openapi::{OpenApi, path::Operation};
use uuid::Uuid;

/// What the `{id}` of a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Nothing,
    Customer,
    Vehicle,
    Appointment,
    JobCard,
    PartsRequest,
    Part,
    Invoice,
    CreditNote,
    Centre,
    User,
    /// A parts issue to the centre.
    Issue,
    /// One that is on its way.
    Sent,
    /// A return of the centre's.
    Return,
    /// A part of Central's stock.
    CentralPart,
    Supplier,
    Order,
    File,
    /// One of the engineer's.
    Notification,
    Quotation,
}

impl Names {
    /// Documents of a centre, which no other centre sees.
    fn is_tenants(self) -> bool {
        let shared = matches!(self, Self::Nothing | Self::Customer | Self::Vehicle);
        !shared && !self.is_centrals()
    }

    /// Documents of Central, which no centre sees.
    fn is_centrals(self) -> bool {
        matches!(self, Self::CentralPart | Self::Supplier | Self::Order)
    }
}

/// A route's row: what its path names, and a body that would be accepted.
type Row = (Names, fn(&Documents) -> Value);

fn row(method: &Method, path: &str) -> Option<Row> {
    use Names::{Appointment, Centre, Customer, File, JobCard, Nothing, Part, PartsRequest, User, Vehicle};
    let none: fn(&Documents) -> Value = |_| Value::Null;
    Some(match (method.as_str(), path) {
        ("GET", "/api/health" | "/api/openapi.json" | "/api/auth/me")
        | ("GET", "/api/customers" | "/api/vehicles" | "/api/appointments" | "/api/job-cards")
        | ("GET", "/api/parts-requests" | "/api/inventory" | "/api/inventory/low-stock" | "/api/invoices")
        | ("GET", "/api/service-centers" | "/api/users" | "/api/customers/search")
        | ("GET", "/api/suppliers" | "/api/central-inventory" | "/api/central-inventory/low-stock")
        | ("GET", "/api/purchase-orders" | "/api/parts-issues" | "/api/inventory/reconciliation")
        | ("GET", "/api/audit-log" | "/api/audit-log/dealership")
        | ("GET", "/api/quotations" | "/api/quotation-approvals/{token}") => (Nothing, none),
        ("POST", "/api/auth/login") => (Nothing, |_| json!({"email": "x@y.in", "password": "wrong-password"})),
        ("POST", "/api/auth/refresh") => (Nothing, |_| json!({"refreshToken": "x"})),
        ("POST", "/api/auth/logout") => (Nothing, none),
        ("POST", "/api/auth/change-password") => {
            (Nothing, |_| json!({"currentPassword": "wrong-password", "newPassword": "long-enough"}))
        }
        ("POST", "/api/customers") => (Nothing, |_| json!({"name": "Asha", "phone": "9876543210"})),
        ("POST", "/api/customers/bulk") => {
            (Nothing, |_| json!({"customers": [{"name": "Asha", "phone": "9876543210"}]}))
        }
        ("GET" | "DELETE", "/api/customers/{id}") => (Customer, none),
        ("PATCH", "/api/customers/{id}") => (Customer, |_| json!({"name": "Changed"})),
        ("POST", "/api/vehicles") => (Nothing, |d| {
            json!({"customerId": d.customer, "registration": "MH99ZZ9999", "vin": "VIN99999999",
                "vehicleMake": "Tesla", "vehicleModel": "Model 3", "vehicleYear": 2023})
        }),
        ("GET" | "DELETE", "/api/vehicles/{id}") | ("GET", "/api/vehicles/{id}/service-history") => {
            (Vehicle, none)
        }
        ("PATCH", "/api/vehicles/{id}") => (Vehicle, |_| json!({"vehicleColor": "Red"})),
        ("POST", "/api/appointments") => (Nothing, |d| {
            json!({"customerId": d.customer, "vehicleId": d.vehicle, "serviceType": "Repair",
                "appointmentDate": "2026-12-01", "appointmentTime": "10:00 AM", "location": "STATION"})
        }),
        ("GET" | "DELETE", "/api/appointments/{id}") => (Appointment, none),
        ("PATCH", "/api/appointments/{id}") => (Appointment, |_| json!({"serviceType": "Changed"})),
        ("PATCH", "/api/appointments/{id}/status") => (Appointment, |_| json!({"status": "CONFIRMED"})),
        ("POST", "/api/job-cards") => {
            (Nothing, |d| json!({"customerId": d.customer, "vehicleId": d.vehicle, "serviceType": "Repair"}))
        }
        ("PATCH", "/api/job-cards/bulk") => {
            (Nothing, |d| json!({"updates": [{"id": d.job_card, "status": "COMPLETED"}]}))
        }
        ("GET" | "DELETE", "/api/job-cards/{id}") | ("GET", "/api/job-cards/{id}/pdf") => (JobCard, none),
        ("PATCH", "/api/job-cards/{id}") => (JobCard, |_| json!({"priority": "LOW"})),
        ("POST", "/api/job-cards/{id}/assign-engineer") => (JobCard, |d| json!({"engineerId": d.engineer})),
        ("PATCH", "/api/job-cards/{id}/status") => (JobCard, |_| json!({"status": "IN_PROGRESS"})),
        ("POST", "/api/job-cards/{id}/request-parts") => {
            (JobCard, |d| json!({"parts": [{"inventoryPartId": d.part, "requestedQty": 1}]}))
        }
        ("POST", "/api/job-cards/{id}/cancel") => (JobCard, |_| json!({"reason": "test"})),
        ("POST", "/api/job-cards/{id}/items") | ("PATCH", "/api/job-cards/{id}/items/{itemId}") => {
            (JobCard, |_| json!({"itemType": "work_item", "partName": "Work", "qty": 1, "unitPrice": 100}))
        }
        ("DELETE", "/api/job-cards/{id}/items/{itemId}") => (JobCard, none),
        ("GET", "/api/parts-requests/{id}") => (PartsRequest, none),
        ("PATCH", "/api/parts-requests/{id}/approve") => (PartsRequest, |_| json!({})),
        ("PATCH", "/api/parts-requests/{id}/reject") => (PartsRequest, |_| json!({"reason": "test"})),
        ("PATCH", "/api/parts-requests/{id}/cancel") => (PartsRequest, |_| json!({})),
        ("POST", "/api/inventory/parts") => (Nothing, |_| {
            json!({"partName": "New", "partNumber": "NEW-1", "category": "C", "unitPrice": 1, "costPrice": 1,
                "gstRate": 18, "stockQuantity": 1, "minStockLevel": 0})
        }),
        ("GET" | "DELETE", "/api/inventory/parts/{id}") | ("GET", "/api/inventory/parts/{id}/transactions") => {
            (Part, none)
        }
        ("PATCH", "/api/inventory/parts/{id}") => (Part, |_| json!({"location": "Shelf 2"})),
        ("PATCH", "/api/inventory/parts/{id}/adjust-stock") => {
            (Part, |_| json!({"adjustmentType": "ADD", "quantity": 1, "reason": "STOCK_COUNT"}))
        }
        ("POST", "/api/service-centers") => (Nothing, |_| {
            json!({"code": "SC9", "name": "N", "address": "A", "city": "C", "state": "Goa", "pincode": "403001",
                "phone": "9876543210"})
        }),
        ("GET" | "DELETE", "/api/service-centers/{id}") => (Centre, none),
        ("PATCH", "/api/service-centers/{id}") => (Centre, |_| json!({"name": "Changed"})),
        ("POST", "/api/users") => {
            (Nothing, |_| json!({"email": "new@x.in", "password": "long-enough", "name": "New", "role": "admin"}))
        }
        ("GET" | "DELETE", "/api/users/{id}") => (User, none),
        ("PATCH", "/api/users/{id}") => (User, |_| json!({"name": "Changed"})),
        ("PATCH", "/api/users/{id}/password") => (User, |_| json!({"password": "long-enough"})),
        ("GET", "/api/notifications" | "/api/notifications/preferences")
        | ("POST", "/api/notifications/read-all") => (Nothing, none),
        ("PATCH", "/api/notifications/{id}/read") => (Names::Notification, none),
        ("PATCH", "/api/notifications/preferences") => (Nothing, |_| json!({"email": true})),
        ("GET", "/api/files") => (Nothing, none),
        ("POST", "/api/files/upload") => (Nothing, |d| ticket(&d.job_card)),
        ("GET" | "DELETE", "/api/files/{id}") => (File, none),
        _ => {
            let rows = money_row(method, path).or_else(|| quotation_row(method, path));
            return rows.or_else(|| central_row(method, path));
        }
    })
}

/// The rows of invoices, credit notes and payments.
fn money_row(method: &Method, path: &str) -> Option<Row> {
    use Names::{CreditNote, Invoice, JobCard, Nothing};
    let none: fn(&Documents) -> Value = |_| Value::Null;
    Some(match (method.as_str(), path) {
        ("POST", "/api/invoices") => (Nothing, |d| {
            json!({"customerId": d.customer, "jobCardId": d.completed_card,
                "items": [{"name": "Work", "unitPrice": 100, "quantity": 1, "gstRate": 18}]})
        }),
        ("GET", "/api/invoices/{id}" | "/api/invoices/{id}/pdf" | "/api/invoices/{id}/e-invoice") => {
            (Invoice, none)
        }
        ("PATCH", "/api/invoices/{id}/status") => (Invoice, |_| json!({"status": "PAID"})),
        ("POST", "/api/invoices/{id}/payments" | "/api/invoices/{id}/refunds") => {
            (Invoice, |_| json!({"amount": 1, "method": "CASH"}))
        }
        ("POST", "/api/invoices/{id}/credit-notes") => (Invoice, |_| json!({"reason": "test"})),
        (
            "GET",
            "/api/credit-notes"
            | "/api/analytics/dashboard"
            | "/api/reports/gstr1"
            | "/api/reports/revenue"
            | "/api/reports/job-cards"
            | "/api/reports/parts-consumption"
            | "/api/reports/engineer-productivity"
            | "/api/reports/inventory",
        ) => (Nothing, none),
        ("GET", "/api/credit-notes/{id}" | "/api/credit-notes/{id}/pdf") => (CreditNote, none),
        ("POST", "/api/job-cards/{id}/payments" | "/api/job-cards/{id}/refunds") => {
            (JobCard, |_| json!({"amount": 1, "method": "CASH"}))
        }
        _ => return None,
    })
}

/// The rows of quotations. Who has no login has no token that is good, either.
fn quotation_row(method: &Method, path: &str) -> Option<Row> {
    use Names::{Nothing, Quotation};
    let none: fn(&Documents) -> Value = |_| Value::Null;
    Some(match (method.as_str(), path) {
        ("POST", "/api/quotations") => (Nothing, |d| {
            json!({"customerId": d.customer, "vehicleId": d.vehicle,
                "items": [{"partName": "Brake Pad", "quantity": 1, "rate": 100, "gstPercent": 18}]})
        }),
        ("GET" | "DELETE", "/api/quotations/{id}")
        | ("GET", "/api/quotations/{id}/pdf")
        | ("POST", "/api/quotations/{id}/approval-link" | "/api/quotations/{id}/convert")
        | (
            "PATCH",
            "/api/quotations/{id}/send" | "/api/quotations/{id}/revise" | "/api/quotations/{id}/approve",
        ) => (Quotation, none),
        ("PATCH", "/api/quotations/{id}") => (Quotation, |_| json!({"notes": "Changed"})),
        ("PATCH", "/api/quotations/{id}/reject") => (Quotation, |_| json!({"reason": "test"})),
        ("POST", "/api/quotation-approvals/{token}") => (Nothing, |_| json!({"all": "APPROVE"})),
        _ => return None,
    })
}

/// What asks for a ticket for a file of a job card.
fn ticket(job_card: &str) -> Value {
    json!({"filename": "photo.jpg", "size": 100, "contentType": "image/jpeg", "sha256": "ab".repeat(32),
        "category": "job_card_images", "relatedEntityType": "job_card", "relatedEntityId": job_card})
}

/// The rows of Central's routes, and of what travels between Central and the centres.
fn central_row(method: &Method, path: &str) -> Option<Row> {
    use Names::{CentralPart, Issue, JobCard, Nothing, Order, Return, Sent, Supplier};
    let none: fn(&Documents) -> Value = |_| Value::Null;
    Some(match (method.as_str(), path) {
        ("POST", "/api/job-cards/{id}/return-parts") => {
            (JobCard, |d| json!({"items": [{"itemId": d.part_item, "quantity": 1}]}))
        }
        ("POST", "/api/suppliers") => (Nothing, |_| json!({"name": "Bosch", "state": "Karnataka"})),
        ("GET" | "DELETE", "/api/suppliers/{id}") => (Supplier, none),
        ("PATCH", "/api/suppliers/{id}") => (Supplier, |_| json!({"name": "Changed"})),
        ("POST", "/api/central-inventory/parts") => (Nothing, |_| {
            json!({"partName": "New", "partNumber": "NEW-1", "category": "C", "unitPrice": 1, "costPrice": 1,
                "gstRate": 18})
        }),
        ("GET" | "DELETE", "/api/central-inventory/parts/{id}")
        | ("GET", "/api/central-inventory/parts/{id}/transactions") => (CentralPart, none),
        ("PATCH", "/api/central-inventory/parts/{id}") => (CentralPart, |_| json!({"location": "Rack 2"})),
        ("PATCH", "/api/central-inventory/parts/{id}/adjust-stock") => {
            (CentralPart, |_| json!({"adjustmentType": "ADD", "quantity": 1, "reason": "STOCK_COUNT"}))
        }
        ("POST", "/api/purchase-orders") => (Nothing, |d| {
            json!({"supplierId": d.supplier,
                "items": [{"centralInventoryPartId": d.central_part, "quantity": 1, "unitPrice": 1}]})
        }),
        ("GET" | "DELETE", "/api/purchase-orders/{id}")
        | ("PATCH", "/api/purchase-orders/{id}/submit" | "/api/purchase-orders/{id}/arrive") => (Order, none),
        ("PATCH", "/api/purchase-orders/{id}") => (Order, |_| json!({"notes": "Changed"})),
        ("PATCH", "/api/purchase-orders/{id}/approve") => (Order, |_| json!({})),
        (
            "PATCH",
            "/api/purchase-orders/{id}/reject"
            | "/api/purchase-orders/{id}/cancel"
            | "/api/purchase-orders/{id}/close",
        ) => (Order, |_| json!({"reason": "test"})),
        ("PATCH", "/api/purchase-orders/{id}/receive") => {
            (Order, |d| json!({"receivedItems": [{"itemId": d.order_item, "receivedQty": 1, "acceptedQty": 1}]}))
        }
        ("POST", "/api/parts-issues") => (Nothing, |d| {
            json!({"toServiceCenterId": d.centre,
                "items": [{"centralInventoryPartId": d.central_part, "requestedQty": 1}]})
        }),
        ("GET" | "DELETE", "/api/parts-issues/{id}") | ("PATCH", "/api/parts-issues/{id}/cancel") => (Issue, none),
        ("PATCH", "/api/parts-issues/{id}") => (Issue, |_| json!({"priority": "LOW"})),
        ("PATCH", "/api/parts-issues/{id}/approve") => (Issue, |_| json!({})),
        ("PATCH", "/api/parts-issues/{id}/reject") => (Issue, |_| json!({"reason": "test"})),
        ("PATCH", "/api/parts-issues/{id}/receive") => {
            (Sent, |d| json!({"receivedItems": [{"itemId": d.sent_item, "receivedQty": 1}]}))
        }
        // A centre sends back what is its own; what Central sends is Central's to dispatch.
        ("PATCH", "/api/parts-issues/{id}/dispatch") => (Return, |_| json!({})),
        ("PATCH", "/api/parts-issues/{id}/close") => (Return, none),
        _ => return None,
    })
}

/// Foreign keys in bodies: route, field, what another centre's document is answered with.
const FOREIGN_KEYS: &[(&str, &str, &str, u16)] = &[
    ("POST", "/api/appointments", "serviceCenterId", 403),
    ("POST", "/api/job-cards", "serviceCenterId", 403),
    ("POST", "/api/job-cards", "appointmentId", 422),
    ("POST", "/api/job-cards/{id}/assign-engineer", "engineerId", 422),
    ("POST", "/api/inventory/parts", "serviceCenterId", 403),
    ("POST", "/api/quotations", "serviceCenterId", 403),
    ("POST", "/api/quotations", "appointmentId", 422),
    ("PATCH", "/api/quotations/{id}", "appointmentId", 422),
    ("POST", "/api/invoices", "serviceCenterId", 403),
    ("POST", "/api/invoices", "jobCardId", 422),
    // Inside of lists: proved by tests of their own below.
    ("POST", "/api/job-cards/{id}/request-parts", "inventoryPartId", 422),
    ("POST", "/api/invoices", "inventoryPartId", 422),
    ("PATCH", "/api/parts-requests/{id}/approve", "itemId", 422),
    ("POST", "/api/job-cards/{id}/return-parts", "itemId", 422),
    ("POST", "/api/parts-issues", "toServiceCenterId", 403),
    ("POST", "/api/parts-issues", "fromServiceCenterId", 403),
    ("POST", "/api/parts-issues", "inventoryPartId", 422),
    ("POST", "/api/parts-issues", "centralInventoryPartId", 422),
    ("PATCH", "/api/parts-issues/{id}/dispatch", "itemId", 422),
    ("PATCH", "/api/parts-issues/{id}/receive", "itemId", 422),
    ("POST", "/api/files/upload", "serviceCenterId", 403),
    ("POST", "/api/files/upload", "relatedEntityId", 422),
];

/// Body fields that name master data, which every centre shares, or are an admin's alone.
const SHARED_KEYS: &[&str] = &["customerId", "vehicleId"];

/// One of each document of a centre.
struct Documents {
    centre: String,
    customer: String,
    vehicle: String,
    appointment: String,
    job_card: String,
    completed_card: String,
    engineer: String,
    part: String,
    parts_request: String,
    parts_request_item: String,
    invoice: String,
    credit_note: String,
    item: String,
    part_item: String,
    issue: String,
    sent: String,
    sent_item: String,
    returned: String,
    returned_item: String,
    central_part: String,
    supplier: String,
    order: String,
    order_item: String,
    file: String,
    notification: String,
    quotation: String,
}

fn id(document: &Value) -> String {
    document["id"].as_str().unwrap().to_owned()
}

/// An approved return of a part that Central keeps, too.
async fn returned(dealership: &Dealership, centre: &Centre) -> Value {
    let part = dealership.central_part(0).await;
    let body = json!({"partName": "Ours", "partNumber": part["partNumber"], "category": "C", "unitPrice": 1,
        "costPrice": 1, "gstRate": 18, "stockQuantity": 5});
    let own = centre.inventory.create("/api/inventory/parts", body).await;
    let body = json!({"direction": "CENTER_TO_CENTRAL",
        "items": [{"inventoryPartId": own["id"], "requestedQty": 2}]});
    let issue = centre.inventory.create("/api/parts-issues", body).await;
    let approve = format!("/api/parts-issues/{}/approve", id(&issue));
    dealership.admin.patch(&approve, json!({})).await.expect(200)
}

/// What the engineer of a centre is told.
async fn notification(dealership: &Dealership, centre: &Centre) -> String {
    let app = &dealership.app.app;
    let engineer: Uuid = centre.engineer_id.parse().unwrap();
    let told = Notification {
        id: Uuid::now_v7(),
        service_center_id: Some(centre.id.parse().unwrap()),
        notice: Notice {
            kind: NotificationType::EngineerAssigned,
            title: "A job card is yours".to_owned(),
            entity_type: "job_card".to_owned(),
            entity_id: Uuid::now_v7(),
            entity_number: None,
        },
        created_at: Timestamp::new(app.clock.now()),
        read_at: None,
    };
    app.store.notify(&[engineer], &told, app.clock.now()).await.unwrap();
    told.id.to_string()
}

impl Documents {
    async fn of(dealership: &Dealership, centre: &Centre) -> Self {
        let customer = dealership.customer().await;
        let vehicle = dealership.vehicle_of(&customer).await;
        let body = json!({"customerId": customer["id"], "vehicleId": vehicle["id"], "serviceType": "Repair",
            "appointmentDate": "2026-12-01", "appointmentTime": "10:00 AM", "location": "STATION"});
        let appointment = centre.advisor.create("/api/appointments", body).await;
        let part = dealership.part(centre, 10).await;
        let card = dealership.card_in_progress(centre).await;
        let work = json!({"itemType": "work_item", "partName": "Work", "qty": 1, "unitPrice": 100});
        let path = format!("/api/job-cards/{}", id(&card));
        let with_item = centre.engineer.create(&format!("{path}/items"), work).await;
        let body = json!({"parts": [{"inventoryPartId": part["id"], "requestedQty": 1}]});
        let request = centre.engineer.create(&format!("{path}/request-parts"), body.clone()).await;
        let used = centre.engineer.create(&format!("{path}/request-parts"), body).await;
        let approve = format!("/api/parts-requests/{}/approve", id(&used));
        centre.inventory.patch(&approve, json!({})).await.expect(200);
        let with_part = centre.manager.get(&path).await.expect(200);
        let central_part = dealership.central_part(10).await;
        let issue = dealership.issue(centre, &[(&central_part, 2)]).await;
        let sent = dealership.dispatched_issue(centre, &[(&central_part, 6)]).await;
        let returned = returned(dealership, centre).await;
        let supplier = dealership.supplier().await;
        let line = json!({"centralInventoryPartId": central_part["id"], "quantity": 2, "unitPrice": 1});
        let order = json!({"supplierId": supplier["id"], "items": [line]});
        let order = dealership.central.create("/api/purchase-orders", order).await;
        let quotation = dealership.quotation(centre).await;
        let completed = dealership.completed_card(centre).await;
        let invoiced = dealership.completed_card(centre).await;
        let invoice = dealership.invoice_for(centre, &invoiced).await;
        let file = centre.advisor.create("/api/files/upload", ticket(&id(&card))).await;
        let credit = format!("/api/invoices/{}/credit-notes", id(&invoice));
        let lines = json!([{"srNo": 1, "amount": 10}]);
        let note = centre.manager.create(&credit, json!({"reason": "Too dear", "items": lines})).await;
        Self {
            notification: notification(dealership, centre).await,
            file: file["fileId"].as_str().unwrap().to_owned(),
            centre: centre.id.clone(),
            customer: id(&customer),
            vehicle: id(&vehicle),
            appointment: id(&appointment),
            item: id(&with_item["items"][0]),
            job_card: id(&card),
            completed_card: id(&completed),
            engineer: centre.engineer_id.clone(),
            part: id(&part),
            parts_request_item: id(&request["items"][0]),
            parts_request: id(&request),
            invoice: id(&invoice),
            credit_note: id(&note),
            part_item: id(&with_part["items"][1]),
            issue: id(&issue),
            sent_item: id(&sent["items"][0]),
            sent: id(&sent),
            returned_item: id(&returned["items"][0]),
            returned: id(&returned),
            central_part: id(&central_part),
            supplier: id(&supplier),
            order_item: id(&order["items"][0]),
            order: id(&order),
            quotation: id(&quotation),
        }
    }

    fn named(&self, names: Names) -> &str {
        match names {
            Names::Nothing => "",
            Names::Customer => &self.customer,
            Names::Vehicle => &self.vehicle,
            Names::Appointment => &self.appointment,
            Names::JobCard => &self.job_card,
            Names::PartsRequest => &self.parts_request,
            Names::Part => &self.part,
            Names::Invoice => &self.invoice,
            Names::CreditNote => &self.credit_note,
            Names::Centre => &self.centre,
            Names::User => &self.engineer,
            Names::Issue => &self.issue,
            Names::Sent => &self.sent,
            Names::Return => &self.returned,
            Names::CentralPart => &self.central_part,
            Names::Supplier => &self.supplier,
            Names::Order => &self.order,
            Names::File => &self.file,
            Names::Notification => &self.notification,
            Names::Quotation => &self.quotation,
        }
    }
}

fn routes() -> Vec<(Method, String, Operation)> {
    let document: OpenApi = dms_local::all_routes::<Documented>().into_openapi();
    let mut routes = Vec::new();
    for (path, item) in document.paths.paths {
        let operations = [
            (Method::GET, item.get),
            (Method::POST, item.post),
            (Method::PUT, item.put),
            (Method::PATCH, item.patch),
            (Method::DELETE, item.delete),
        ];
        for (method, operation) in operations {
            routes.extend(operation.map(|operation| (method, path.clone(), operation)));
        }
    }
    assert!(routes.len() > 50, "the router's document has all routes: {}", routes.len());
    routes
}

fn url(path: &str, id: &str, item: &str) -> String {
    let query = match path.rsplit('/').next() {
        Some("search") => "?query=asha",
        Some("gstr1") => "?period=2026-11&gstin=27AABCU9603R1ZN",
        _ => "",
    };
    format!("{}{query}", path.replace("{id}", id).replace("{itemId}", item).replace("{token}", "none"))
}

async fn call(client: &Client, method: &Method, url: &str, body: &Value) -> dms_testkit::Answer {
    let request = client.request(method.clone(), url);
    if body.is_null() { request.send().await } else { request.json(body).send().await }
}

/// The roles of a centre with their clients, and those without a centre.
fn everyone<'a>(dealership: &'a Dealership, centre: &'a Centre) -> [(Role, &'a Client); 6] {
    [
        (Role::Admin, &dealership.admin),
        (Role::CentralInventoryManager, &dealership.central),
        (Role::ScManager, &centre.manager),
        (Role::ServiceAdvisor, &centre.advisor),
        (Role::ServiceEngineer, &centre.engineer),
        (Role::InventoryManager, &centre.inventory),
    ]
}

fn required(operation: &Operation) -> Option<Permission> {
    let name = permission_of(operation)?;
    Some(*Permission::ALL.iter().find(|permission| permission.as_str() == name).expect("a permission that exists"))
}

#[tokio::test]
async fn every_route_has_a_row() {
    for (method, path, _) in routes() {
        assert!(row(&method, &path).is_some(), "the tenancy matrix has no row for {method} {path}");
    }
}

#[tokio::test]
async fn every_foreign_key_of_a_body_has_a_row() {
    let document: OpenApi = dms_local::all_routes::<Documented>().into_openapi();
    let schemas = serde_json::to_value(&document.components.unwrap().schemas).unwrap();
    for (method, path, operation) in routes() {
        let body = serde_json::to_value(&operation.request_body).unwrap();
        let mut fields = Vec::new();
        collect_ids(&body, &schemas, &mut fields);
        // Those without a centre see every one: no document is foreign to them.
        let no_centres = required(&operation).is_some_and(|permission| {
            let central = [Role::Admin, Role::CentralInventoryManager];
            Role::ALL.iter().all(|role| central.contains(role) || !role.allows(permission))
        });
        for field in fields.iter().filter(|field| !SHARED_KEYS.contains(&field.as_str()) && !no_centres) {
            let known = FOREIGN_KEYS.iter().any(|(known_method, known_path, known, _)| {
                *known_method == method.as_str() && *known_path == path && known == field
            });
            assert!(known, "the tenancy matrix has no row for the foreign key {field} of {method} {path}");
        }
    }
}

/// Names of fields that end in "Id", in a schema and those it refers to.
fn collect_ids(schema: &Value, schemas: &Value, fields: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str) {
                let name = name.rsplit('/').next().unwrap();
                collect_ids(&schemas[name], schemas, fields);
            }
            if let Some(properties) = members.get("properties").and_then(Value::as_object) {
                fields.extend(properties.keys().filter(|name| name.ends_with("Id")).cloned());
            }
            members.iter().filter(|(name, _)| *name != "example" && *name != "examples").for_each(
                |(_, member)| {
                    collect_ids(member, schemas, fields);
                },
            );
        }
        Value::Array(members) => members.iter().for_each(|member| collect_ids(member, schemas, fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn a_route_is_open_to_exactly_the_roles_that_have_its_permission() {
    let shared = Dealership::open(dms_local::all_routes()).await;
    for (method, path, operation) in routes() {
        let (names, body) = row(&method, &path).unwrap();
        // An admin may deactivate the very people the next route needs.
        let spoils = matches!(names, Names::Centre | Names::User) && method != Method::GET;
        let spoilt = if spoils { Some(Dealership::open(dms_local::all_routes()).await) } else { None };
        let dealership = spoilt.as_ref().unwrap_or(&shared);
        let own = Documents::of(dealership, &dealership.one).await;
        let url = url(&path, own.named(names), &own.item);
        let anonymous = call(&dealership.app.anonymous(), &method, &url, &body(&own)).await.status;
        let is_public = operation.security.is_none();
        let public_refusal = path.starts_with("/api/auth/");
        assert!(
            anonymous == 401 || (is_public && !public_refusal),
            "{method} {path} without a token: {anonymous}"
        );
        if is_public {
            continue;
        }
        for (role, client) in everyone(dealership, &dealership.one) {
            // Central's staff and others without a centre see no tenant's documents.
            let allowed = required(&operation).is_none_or(|permission| role.allows(permission));
            let answer = call(client, &method, &url, &body(&own)).await;
            assert!(answer.status.as_u16() < 500, "{method} {path} as {role:?}: {}", answer.text);
            // Of those who may ask for parts, each cancels what they asked for.
            let refused = answer.status == 403 && !answer.text.contains("Only the one who asked");
            assert_eq!(!refused, allowed, "{method} {path} as {role:?}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn another_centres_document_is_not_found_and_not_changed() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let own = Documents::of(&dealership, &dealership.one).await;
    let foreign = Documents::of(&dealership, &dealership.two).await;
    let mut tried = 0;
    for (method, path, operation) in routes() {
        let (names, body) = row(&method, &path).unwrap();
        if !names.is_tenants() {
            continue;
        }
        // Every form of the body: with the own documents in it, and with the foreign ones.
        for documents in [&own, &foreign] {
            let url = url(&path, foreign.named(names), &foreign.item);
            let before = everything_of(&dealership, &foreign).await;
            for (role, client) in everyone(&dealership, &dealership.one).into_iter().skip(2) {
                let allowed = required(&operation).is_none_or(|permission| role.allows(permission));
                let answer = call(client, &method, &url, &body(documents)).await;
                let expected = if allowed { (404, "NOT_FOUND") } else { (403, "FORBIDDEN") };
                let answer = answer.refused(expected.0, expected.1);
                assert!(!answer.text.contains("SC002"), "{method} {path} leaks: {}", answer.text);
                tried += 1;
            }
            assert_eq!(before, everything_of(&dealership, &foreign).await, "{method} {path} changed something");
        }
    }
    assert!(tried > 150, "{tried}");
}

/// The documents of a centre as its admin sees them.
async fn everything_of(dealership: &Dealership, documents: &Documents) -> Vec<Value> {
    let paths = [
        format!("/api/appointments/{}", documents.appointment),
        format!("/api/job-cards/{}", documents.job_card),
        format!("/api/job-cards/{}", documents.completed_card),
        format!("/api/parts-requests/{}", documents.parts_request),
        format!("/api/inventory/parts/{}", documents.part),
        format!("/api/invoices/{}", documents.invoice),
        format!("/api/quotations/{}", documents.quotation),
        format!("/api/credit-notes/{}", documents.credit_note),
        format!("/api/service-centers/{}", documents.centre),
        format!("/api/users/{}", documents.engineer),
        format!("/api/vehicles/{}", documents.vehicle),
        format!("/api/parts-issues/{}", documents.issue),
        format!("/api/parts-issues/{}", documents.sent),
        format!("/api/parts-issues/{}", documents.returned),
        format!("/api/central-inventory/parts/{}", documents.central_part),
        format!("/api/suppliers/{}", documents.supplier),
        format!("/api/purchase-orders/{}", documents.order),
        format!("/api/files/{}", documents.file),
    ];
    let mut found = Vec::new();
    for path in paths {
        found.push(dealership.admin.get(&path).await.expect(200));
    }
    found
}

#[tokio::test]
async fn an_absent_document_is_answered_like_a_foreign_one() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let own = Documents::of(&dealership, &dealership.one).await;
    let mut absent = own.job_card.clone();
    absent.replace_range(30.., "abcdef");
    for (method, path, _) in routes() {
        let (names, body) = row(&method, &path).unwrap();
        if names == Names::Nothing {
            continue;
        }
        for (what, id) in [("of a centre", absent.as_str()), ("foreign", "0d8f5a52-9f7d-4c8e-8f6e-5f3f1b0c2a11")] {
            let answer = call(&dealership.admin, &method, &url(&path, id, &own.item), &body(&own)).await;
            assert_eq!(answer.status, 404, "{method} {path} with an absent id {what}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_foreign_key_of_another_centre_is_refused_and_changes_nothing() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let own = Documents::of(&dealership, &dealership.one).await;
    let foreign = Documents::of(&dealership, &dealership.two).await;
    for (method, path, field, status) in FOREIGN_KEYS {
        let method: Method = method.parse().unwrap();
        let (names, body) = row(&method, path).unwrap();
        let mut body = body(&own);
        match *field {
            "serviceCenterId" => body[field] = foreign.centre.clone().into(),
            "appointmentId" => body[field] = foreign.appointment.clone().into(),
            "relatedEntityId" => body[field] = foreign.job_card.clone().into(),
            "engineerId" => body[field] = foreign.engineer.clone().into(),
            "jobCardId" => body[field] = foreign.completed_card.clone().into(),
            "inventoryPartId" if *path == "/api/invoices" => {
                body = json!({"customerId": own.customer,
                    "items": [{"inventoryPartId": foreign.part, "quantity": 1}]});
            }
            "toServiceCenterId" => body[field] = foreign.centre.clone().into(),
            "fromServiceCenterId" => {
                body = json!({"direction": "CENTER_TO_CENTRAL", "fromServiceCenterId": foreign.centre,
                    "items": [{"inventoryPartId": own.part, "requestedQty": 1}]});
            }
            "inventoryPartId" if *path == "/api/parts-issues" => {
                body = json!({"direction": "CENTER_TO_CENTRAL",
                    "items": [{"inventoryPartId": foreign.part, "requestedQty": 1}]});
            }
            // A centre's part is none of Central's, and no way to another centre's.
            "centralInventoryPartId" => {
                body = json!({"items": [{"centralInventoryPartId": foreign.part, "requestedQty": 1}]});
            }
            "itemId" if path.ends_with("/return-parts") => {
                body = json!({"items": [{"itemId": foreign.part_item, "quantity": 1}]});
            }
            "itemId" if path.ends_with("/dispatch") => {
                body = json!({"items": [{"itemId": foreign.returned_item, "quantity": 1}]});
            }
            "itemId" if path.ends_with("/receive") => {
                body = json!({"receivedItems": [{"itemId": foreign.sent_item, "receivedQty": 1}]});
            }
            "inventoryPartId" => body = json!({"parts": [{"inventoryPartId": foreign.part, "requestedQty": 1}]}),
            "itemId" => {
                body = json!({"approvedItems": [{"itemId": foreign.parts_request_item, "approvedQty": 1}]});
            }
            _ => panic!("what is a foreign {field}?"),
        }
        let before = (everything_of(&dealership, &own).await, everything_of(&dealership, &foreign).await);
        let url = url(path, own.named(names), &own.item);
        for (role, client) in everyone(&dealership, &dealership.one).into_iter().skip(2) {
            let answer = call(client, &method, &url, &body).await;
            let may = answer.status != 403;
            assert!(!may || answer.status == *status, "{method} {path} {field} as {role:?}: {}", answer.text);
        }
        let after = (everything_of(&dealership, &own).await, everything_of(&dealership, &foreign).await);
        assert_eq!(before, after, "{method} {path} with a foreign {field} changed something");
    }
}

#[tokio::test]
async fn lists_show_the_own_centre_alone_whatever_is_asked() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let own = Documents::of(&dealership, &dealership.one).await;
    let foreign = Documents::of(&dealership, &dealership.two).await;
    let lists = [
        ("/api/appointments", "customerId", &foreign.customer),
        ("/api/job-cards", "customerId", &foreign.customer),
        ("/api/parts-requests", "jobCardId", &foreign.job_card),
        ("/api/inventory", "serviceCenterId", &foreign.centre),
        ("/api/inventory/low-stock", "serviceCenterId", &foreign.centre),
        ("/api/invoices", "customerId", &foreign.customer),
        ("/api/quotations", "vehicleId", &foreign.vehicle),
        ("/api/credit-notes", "invoiceId", &foreign.invoice),
        ("/api/parts-issues", "requestedById", &foreign.engineer),
        ("/api/users", "serviceCenterId", &foreign.centre),
        ("/api/files", "relatedEntityId", &foreign.job_card),
    ];
    for (path, field, foreign_id) in lists {
        let mine = dealership.one.manager.get(path).await;
        let total = mine.body["pagination"]["total"].as_u64().unwrap();
        for row in mine.rows() {
            assert_eq!(row["serviceCenterId"], own.centre, "{path}");
        }
        let named = format!("{path}?serviceCenterId={}", foreign.centre);
        dealership.one.manager.get(&named).await.refused(403, "FORBIDDEN");
        if field != "serviceCenterId" {
            let filtered = dealership.one.manager.get(&format!("{path}?filter[{field}]={foreign_id}")).await;
            assert_eq!(filtered.body["pagination"]["total"], 0, "{path} filtered by a foreign {field}");
        }
        if path != "/api/inventory/low-stock" && path != "/api/users" {
            let all = dealership.admin.get(path).await;
            assert!(
                all.body["pagination"]["total"].as_u64().unwrap() > total,
                "{path} as admin shows both centres"
            );
            let one = dealership.admin.get(&format!("{path}?serviceCenterId={}", own.centre)).await;
            assert_eq!(one.body["pagination"]["total"], total, "{path} as admin of one centre");
        }
    }
}

#[tokio::test]
async fn an_expand_never_shows_what_the_same_user_could_not_get() {
    let dealership = Dealership::open(dms_local::all_routes()).await;
    let (one, two) = (&dealership.one, &dealership.two);
    let card = dealership.completed_card(two).await;
    let invoice = dealership.invoice_for(two, &card).await;
    let pay = format!("/api/invoices/{}/status", id(&invoice));
    two.manager.patch(&pay, json!({"status": "PAID"})).await.expect(200);
    let customer = format!("/api/customers/{}?expand=lastServiceCenter", card["customerId"].as_str().unwrap());
    assert!(one.manager.get(&customer).await.expect(200)["lastServiceCenter"].is_null());
    assert_eq!(two.manager.get(&customer).await.expect(200)["lastServiceCenter"]["code"], "SC002");

    // The vehicle's open card is another centre's.
    let vehicle = json!({"id": card["vehicleId"], "customerId": card["customerId"]});
    let busy = dealership.job_card_for(two, &vehicle).await;
    let vehicle =
        format!("/api/vehicles/{}?expand=activeJobCard,serviceHistory", card["vehicleId"].as_str().unwrap());
    let seen = one.manager.get(&vehicle).await.expect(200);
    assert!(seen["activeJobCard"].is_null());
    assert_eq!(seen["serviceHistory"][0]["jobCardNumber"], card["jobCardNumber"], "the history is master data");
    assert_eq!(two.manager.get(&vehicle).await.expect(200)["activeJobCard"]["id"], busy["id"]);

    // A relation whose documents the role may not read.
    let cards = one.inventory.get("/api/job-cards?expand=customer").await.refused(403, "FORBIDDEN");
    assert!(cards.text.contains("customers:read"));
}

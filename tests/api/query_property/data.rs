//! A dealership with some hundred documents of varied content, made through the API over some months.

use std::cell::RefCell;

use chrono::{NaiveDate, TimeDelta};
use dms_domain::calendar::{self, Clock};
use dms_local::EventPlayer;
use dms_testkit::{Centre, Client, Dealership, samples};
use fastrand::Rng;
use serde_json::{Value, json};

/// How many documents: of the cheap kinds, and of those that take several requests each.
pub(super) struct Size {
    pub(super) cheap: usize,
    pub(super) dear: usize,
}

/// Chance and what to make with it.
pub(super) struct Maker<'a> {
    dealership: &'a Dealership,
    rng: RefCell<Rng>,
}

const NAMES: [&str; 10] = [
    "Asha Rao",
    "asha rao",
    "Zoë Fernandes",
    "राम कुमार",
    "Imran Shaikh",
    "K. L. O'Neil",
    "Őrs & Sons",
    "Mary, Jane",
    "100% Motors",
    "A+B [Service]",
];
const SERVICES: [&str; 4] = ["Regular Service", "Battery Check", "regular service", "Brakes, Front & Rear"];
const MODELS: [(&str, &str); 4] =
    [("Tesla", "Model 3"), ("Tata", "Nexon EV"), ("Mahindra", "XUV400"), ("tesla", "Model Y+")];
const CATEGORIES: [&str; 5] = ["Brakes", "Battery", "brakes", "Wipers/Glass", "मोटर"];
const RATES: [u8; 4] = [0, 5, 18, 40];
const PRIORITIES: [&str; 3] = ["HIGH", "MEDIUM", "LOW"];

#[track_caller]
pub(super) fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}

/// Fills the dealership.
pub(super) async fn fill(dealership: &Dealership, seed: u64, size: &Size) {
    let maker = Maker::new(dealership, seed);
    for _ in 0..size.cheap {
        let customer = maker.customer().await;
        let vehicle = maker.vehicle(&customer).await;
        maker.time_passes();
        if maker.chance(2) {
            maker.appointment(maker.centre(), &vehicle).await;
        }
        maker.part(maker.centre()).await;
        maker.time_passes();
        let of = [("customer", &customer), ("vehicle", &vehicle)];
        maker.file(maker.centre(), maker.of(&of)).await;
        maker.central_part().await;
        if maker.chance(3) {
            maker.supplier().await;
        }
        if maker.chance(4) {
            maker.user(maker.centre()).await;
        }
    }
    for _ in 0..size.dear {
        let centre = maker.centre();
        maker.card_with_a_history(centre).await;
        maker.time_passes();
        maker.order().await;
        maker.issue(centre).await;
        maker.time_passes();
    }
    for _ in 0..size.dear {
        maker.quotation(maker.centre()).await;
        maker.time_passes();
    }
    maker.regular().await;
    for (path, every) in
        [("customers", 9), ("vehicles", 9), ("appointments", 7), ("suppliers", 4), ("users", 5), ("files", 6)]
    {
        let mut rows = dealership.admin.get(&format!("/api/{path}?limit=100")).await.rows();
        // Those who still have something to do here stay.
        rows.retain(|row| path != "users" || row["email"].as_str().is_some_and(|email| email.starts_with("new")));
        for row in rows.iter().step_by(every) {
            // Customers with vehicles stay, too.
            let answer = dealership.admin.delete(&format!("/api/{path}/{}", id(row))).await;
            assert!([200, 409].contains(&answer.status.as_u16()), "{}", answer.text);
        }
    }
    // What is to stand in the audit log stands there.
    let mut player = EventPlayer::new(&dealership.app.app, dealership.app.streams(), 0);
    Box::pin(player.settle()).await.expect("all is told");
}

impl<'a> Maker<'a> {
    pub(super) fn new(dealership: &'a Dealership, seed: u64) -> Self {
        Self { dealership, rng: RefCell::new(Rng::with_seed(seed)) }
    }

    /// From 0, less than this.
    pub(super) fn below(&self, end: usize) -> usize {
        self.rng.borrow_mut().usize(..end)
    }

    fn chance(&self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn of<T: Copy>(&self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn digits(&self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).expect("a digit"))).collect()
    }

    /// Something no other document has.
    fn unique(&self) -> String {
        self.digits(9)
    }

    pub(super) fn centre(&self) -> &'a Centre {
        if self.chance(2) { &self.dealership.one } else { &self.dealership.two }
    }

    /// Nothing, a millisecond, some hours, a day or a week.
    fn time_passes(&self) {
        let minutes = [0, 0, 1, 7 * 60 + 13, 11 * 60, 24 * 60];
        let by = TimeDelta::minutes(self.of(&minutes));
        let by = by + TimeDelta::milliseconds(i64::try_from(self.below(3)).expect("small"));
        self.dealership.app.advance(if self.chance(25) { by + TimeDelta::days(9) } else { by });
    }

    fn today(&self) -> NaiveDate {
        calendar::ist_date(self.dealership.app.clock.now())
    }

    fn soon(&self) -> String {
        let days = TimeDelta::days(i64::try_from(self.below(5)).expect("small"));
        (self.today() + days).to_string()
    }

    pub(super) async fn customer(&self) -> Value {
        let business = self.chance(3);
        let body = json!({
            "name": self.of(&NAMES), "phone": format!("98{}", self.digits(8)),
            "email": self.chance(2).then(|| format!("p{}@Example.com", self.digits(3))),
            "pincode": self.chance(2).then(|| self.of(&["400001", "411004", "560001"])),
            "customerType": if business { "B2B" } else { "B2C" },
            "gstin": business.then_some("27AABCU9603R1ZN"),
            "address": "1 MG Road", "cityState": "Mumbai, Maharashtra",
        });
        self.dealership.admin.create("/api/customers", body).await
    }

    pub(super) async fn vehicle(&self, customer: &Value) -> Value {
        let (make, model) = self.of(&MODELS);
        let unique = self.unique();
        let body = json!({
            "customerId": id(customer), "registration": format!("MH{}AB{}", &unique[..2], &unique[2..6]),
            "vin": format!("VIN{}", self.unique()), "vehicleMake": make, "vehicleModel": model, "vehicleYear": 2023,
            "warrantyStatus": self.chance(2).then(|| self.of(&["Active", "Expired"])),
        });
        let answer = self.dealership.admin.post("/api/vehicles", body).await;
        if answer.status == 409 {
            // The registration is another's: rare.
            return self.dealership.vehicle_of(customer).await;
        }
        answer.expect(201)
    }

    /// A file that was uploaded, or a ticket for one.
    async fn file(&self, centre: &Centre, (kind, of): (&str, &Value)) {
        let (filename, content_type) = self.of(&[
            ("photo.jpg", "image/jpeg"),
            ("PHOTO 2.JPG", "image/jpeg"),
            ("वारंटी.pdf", "application/pdf"),
            ("a+b, c.pdf", "application/pdf"),
        ]);
        let fields = json!({
            "category": self.of(&["job_card_images", "warranty_documents", "invoices"]), "relatedEntityType": kind,
            "relatedEntityId": id(of), "filename": filename, "contentType": content_type,
            "size": self.of(&[100, 2_000, 2_000, 9_000_000]), "sha256": "ab".repeat(32),
        });
        let client = self.of(&[&centre.advisor, &centre.manager]);
        if self.chance(2) {
            client.create("/api/files/upload", fields).await;
            return;
        }
        let fields =
            ["category", "relatedEntityType", "relatedEntityId"].map(|name| (name, fields[name].as_str()));
        let fields = fields.map(|(name, value)| (name, value.expect("a text")));
        let content =
            if content_type == "image/jpeg" { samples::jpeg() } else { samples::pdf(50 + self.below(9)) };
        crate::routes::send_form(client, &fields, Some((filename, content_type, &content))).await.expect(201);
    }

    pub(super) async fn appointment(&self, centre: &Centre, vehicle: &Value) {
        let body = json!({
            "customerId": vehicle["customerId"], "vehicleId": id(vehicle), "serviceType": self.of(&SERVICES),
            "appointmentDate": self.soon(), "appointmentTime": "10:00 AM",
            "location": self.of(&["STATION", "HOME"]),
        });
        let answer = centre.advisor.post("/api/appointments", body).await;
        let made = if answer.status == 422 { return } else { answer.expect(201) };
        let path = format!("/api/appointments/{}/status", id(&made));
        for status in self.of::<&[&str]>(&[&[], &["CONFIRMED"], &["CANCELLED"], &["CONFIRMED", "ARRIVED"]]) {
            centre.advisor.patch(&path, json!({ "status": status })).await.expect(200);
        }
    }

    pub(super) async fn part(&self, centre: &Centre) -> Value {
        let body = self.part_body("BP");
        centre.inventory.create("/api/inventory/parts", body).await
    }

    async fn central_part(&self) -> Value {
        let body = self.part_body("CP");
        let part = self.dealership.central.create("/api/central-inventory/parts", body).await;
        let path = format!("/api/central-inventory/parts/{}/adjust-stock", id(&part));
        if self.chance(3) {
            self.adjust(&self.dealership.central, &path).await;
        }
        part
    }

    fn part_body(&self, prefix: &str) -> Value {
        json!({
            "partName": format!("{} {}", self.of(&["Brake Pad", "brake disc", "Battery Module"]), self.below(9)),
            "partNumber": format!("{prefix}-{}", self.unique()), "category": self.of(&CATEGORIES),
            "unitPrice": 2500, "costPrice": "1999.50", "gstRate": self.of(&RATES),
            "stockQuantity": self.of(&[0, 3, 20, 1000]), "minStockLevel": self.of(&[0, 5, 20, 30]),
        })
    }

    async fn adjust(&self, client: &Client, path: &str) {
        let body = json!({"adjustmentType": "ADD", "quantity": 1 + self.below(9), "reason": "STOCK_RECEIVED"});
        client.patch(path, body).await.expect(200);
    }

    /// One of a centre's parts changes its stock.
    pub(super) async fn adjust_a_part(&self, centre: &Centre) {
        let parts = centre.inventory.get("/api/inventory?limit=100").await.rows();
        let part = &parts[self.below(parts.len())];
        self.adjust(&centre.inventory, &format!("/api/inventory/parts/{}/adjust-stock", id(part))).await;
    }

    async fn supplier(&self) -> Value {
        let (state, gstin) =
            self.of(&[("Maharashtra", Some("27AABCU9603R1ZN")), ("Karnataka", None), ("Maharashtra", None)]);
        let body = json!({"name": self.of(&NAMES), "state": state, "gstin": gstin});
        self.dealership.central.create("/api/suppliers", body).await
    }

    async fn user(&self, centre: &Centre) {
        let body = json!({
            "email": format!("new{}@{}.example", self.unique(), centre.code.to_lowercase()), "password": "password-1",
            "name": self.of(&NAMES), "role": self.of(&["service_advisor", "service_engineer", "inventory_manager"]),
            "serviceCenterId": centre.id,
        });
        self.dealership.admin.create("/api/users", body).await;
    }

    /// A vehicle with several services, some on the same day.
    async fn regular(&self) {
        let customer = self.customer().await;
        let vehicle = self.vehicle(&customer).await;
        for minutes in [0, 0, 1, 40 * 24 * 60, 90, 14 * 60] {
            self.dealership.app.advance(TimeDelta::minutes(minutes));
            let centre = self.centre();
            let card = self.card_for(centre, &vehicle).await;
            self.serve(centre, &card, 6).await;
        }
    }

    /// A new job card of a new customer.
    pub(super) async fn card(&self, centre: &Centre) -> Value {
        let customer = self.customer().await;
        let vehicle = self.vehicle(&customer).await;
        self.card_for(centre, &vehicle).await
    }

    async fn card_for(&self, centre: &Centre, vehicle: &Value) -> Value {
        let body = json!({
            "customerId": vehicle["customerId"], "vehicleId": id(vehicle), "serviceType": self.of(&SERVICES),
            "priority": self.of(&PRIORITIES), "location": self.of(&["STATION", "HOME"]),
        });
        centre.manager.create("/api/job-cards", body).await
    }

    /// A new job card, some steps on.
    pub(super) async fn card_with_a_history(&self, centre: &Centre) {
        let card = self.card(centre).await;
        for _ in 0..self.below(4) {
            self.file(centre, ("job_card", &card)).await;
        }
        self.serve(centre, &card, self.below(8)).await;
    }

    /// These many steps of a job card: 1 cancels it, 6 pays for it.
    async fn serve(&self, centre: &Centre, card: &Value, steps: usize) {
        let path = format!("/api/job-cards/{}", id(card));
        if steps == 1 {
            centre.manager.post(&format!("{path}/cancel"), json!({"reason": "Sold"})).await.expect(200);
        }
        if steps < 2 {
            return;
        }
        let engineer = json!({"engineerId": centre.engineer_id});
        centre.manager.post(&format!("{path}/assign-engineer"), engineer).await.expect(200);
        if steps < 3 {
            return;
        }
        self.time_passes();
        let status = format!("{path}/status");
        centre.engineer.patch(&status, json!({"status": "IN_PROGRESS"})).await.expect(200);
        if steps < 6 && self.chance(2) {
            self.request(centre, &path).await;
        }
        if steps < 4 {
            return;
        }
        self.time_passes();
        let done = centre.engineer.patch(&status, json!({"status": "COMPLETED"})).await;
        if steps < 5 || done.status != 200 {
            return;
        }
        let invoice = self.dealership.invoice_for(centre, card).await;
        if self.chance(2) {
            self.time_passes();
            let credit = format!("/api/invoices/{}/credit-notes", id(&invoice));
            let lines = json!([{"srNo": 1, "amount": 1 + self.below(5)}]);
            centre.manager.create(&credit, json!({"reason": "Too dear", "items": lines})).await;
        }
        if steps > 5 {
            self.time_passes();
            let paid = format!("/api/invoices/{}/status", id(&invoice));
            centre.manager.patch(&paid, json!({"status": "PAID"})).await.expect(200);
        }
    }

    /// The card asks for parts; mostly that is decided.
    async fn request(&self, centre: &Centre, card: &str) {
        let part = self.dealership.part(centre, 50).await;
        let parts = json!([{"inventoryPartId": id(&part), "requestedQty": 2}]);
        let body = json!({"parts": parts, "urgency": self.of(&PRIORITIES)});
        let request = centre.engineer.create(&format!("{card}/request-parts"), body).await;
        let path = format!("/api/parts-requests/{}", id(&request));
        match self.below(4) {
            0 => {}
            1 => {
                centre.inventory.patch(&format!("{path}/reject"), json!({"reason": "None"})).await.expect(200);
            }
            _ => {
                centre.inventory.patch(&format!("{path}/approve"), json!({})).await.expect(200);
            }
        }
    }

    /// A quotation, some steps on: 1 to 3 leave it to expire when time passes.
    pub(super) async fn quotation(&self, centre: &Centre) {
        let customer = self.customer().await;
        let vehicle = self.vehicle(&customer).await;
        let quotation = self.dealership.quotation_for(centre, &vehicle).await;
        let path = format!("/api/quotations/{}", id(&quotation));
        let steps = self.below(8);
        if steps == 1 {
            let days = json!({"validityDays": self.of(&[1, 5, 60])});
            centre.advisor.patch(&path, days).await.expect(200);
        }
        if steps < 2 {
            return;
        }
        centre.advisor.patch(&format!("{path}/send"), json!({})).await.expect(200);
        match steps {
            3 => {
                centre.advisor.patch(&format!("{path}/revise"), json!({})).await.expect(200);
            }
            4 => {
                centre.advisor.patch(&format!("{path}/reject"), json!({"reason": "Too dear"})).await.expect(200);
            }
            5.. => {
                centre.manager.patch(&format!("{path}/approve"), json!({})).await.expect(200);
                self.time_passes();
            }
            _ => {}
        }
        if steps > 6 {
            centre.advisor.post(&format!("{path}/convert"), json!({})).await.expect(201);
        }
    }

    async fn order(&self) {
        let supplier = self.supplier().await;
        let part = self.central_part().await;
        let items =
            json!([{"centralInventoryPartId": id(&part), "quantity": 10, "unitPrice": 40000, "gstRate": 18}]);
        let body = json!({"supplierId": id(&supplier), "items": items,
            "expectedDeliveryDate": self.chance(2).then(|| self.soon())});
        let central = &self.dealership.central;
        let order = central.create("/api/purchase-orders", body).await;
        let path = format!("/api/purchase-orders/{}", id(&order));
        let steps = self.below(5);
        if steps == 1 {
            central.patch(&format!("{path}/cancel"), json!({"reason": "Twice"})).await.expect(200);
        }
        if steps >= 2 {
            central.patch(&format!("{path}/submit"), json!({})).await.expect(200);
        }
        if steps >= 3 {
            self.dealership.admin.patch(&format!("{path}/approve"), json!({})).await.expect(200);
        }
        if steps >= 4 {
            let count = self.of(&[4, 10]);
            let line = json!({"itemId": id(&order["items"][0]), "receivedQty": count, "acceptedQty": count,
                "rejectedQty": 0, "condition": "GOOD"});
            let received = json!({"receivedItems": [line], "invoiceNumber": null});
            central.patch(&format!("{path}/receive"), received).await.expect(200);
        }
    }

    async fn issue(&self, centre: &Centre) {
        let part = self.dealership.central_part(100).await;
        let parts = [(&part, 5)];
        match self.below(4) {
            0 => self.dealership.issue(centre, &parts).await,
            1 => self.dealership.approved_issue(centre, &parts).await,
            2 => self.dealership.dispatched_issue(centre, &parts).await,
            _ => {
                let issue = self.dealership.issue(centre, &parts).await;
                let path = format!("/api/parts-issues/{}/reject", id(&issue));
                self.dealership.admin.patch(&path, json!({"reason": "None left"})).await.expect(200)
            }
        };
    }
}

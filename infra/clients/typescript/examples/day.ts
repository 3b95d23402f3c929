// The beginning of a day, against `cargo run`: `npm run example` (BASE names another server).

import { connect, ok, type Schema, type With } from "../src/index.js";

const dms = connect({ baseUrl: process.env.BASE ?? "http://127.0.0.1:3001" });
const user = await dms.login("manager@sc001.example", "demo-password");
console.log(`logged in as ${user.role}`);

// Fields, filters and values are checked by the compiler: "CREATE" would not compile.
const query = { expand: "customer,vehicle", limit: 5, "filter[status]": "CREATED" } as const;
const page = await ok(dms.api.GET("/api/job-cards", { params: { query } }));
type Card = With<Schema<"JobCardView">, { customer: Schema<"CustomerView">; vehicle: Schema<"VehicleView"> }>;
for (const card of page.data as Card[]) {
  console.log(card.jobCardNumber, card.status, card.customer?.name, card.vehicle?.registration);
}
console.log(`${page.data.length} of ${page.pagination.total}`);

const customer = await ok(dms.api.POST("/api/customers", { body: { name: "Asha Rao", phone: "+919876543210" } }));
const digits = Date.now().toString().slice(-4);
const vehicle = await ok(
  dms.api.POST("/api/vehicles", {
    body: {
      customerId: customer.data.id,
      registration: `MH12TS${digits}`,
      vin: `TSCLIENT${digits}`,
      vehicleMake: "Tata",
      vehicleModel: "Nexon EV",
      vehicleYear: 2024,
    },
  }),
);
const card = await ok(
  dms.api.POST("/api/job-cards", {
    body: {
      customerId: customer.data.id,
      vehicleId: vehicle.data.id,
      serviceType: "Regular Service",
      priority: "HIGH",
      location: "STATION",
    },
  }),
);
console.log(`opened ${card.data.jobCardNumber}, ${card.data.status}`);

// Someone else's change in between would be told: 412 instead of a lost note.
const ids = { path: { id: card.data.id }, header: { "If-Match": `"${card.data.version}"` } };
await ok(dms.api.PATCH("/api/job-cards/{id}", { params: ids, body: { estimatedCost: "5000.00" } }));
await dms.logout();

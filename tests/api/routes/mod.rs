//! One file per function, mirroring its routes.

mod admin;
mod appointments;
mod auth;
mod bad_input;
mod central_inventory;
mod credit_notes;
mod customers;
mod dashboard;
mod file_checks;
mod files;
mod gstr1;
mod inventory;
mod invoices;
mod job_cards;
mod meta;
mod papers;
mod parts_issues;
mod parts_receipts;
mod parts_requests;
mod parts_returns;
mod payments;
mod purchase_deliveries;
mod purchase_orders;
mod quotation_conversions;
mod quotation_links;
mod quotations;
mod reconciliation;
mod reports;
mod return_parts;
mod suppliers;
mod vehicles;

pub(crate) use files::send as send_form;

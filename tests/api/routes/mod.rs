//! One file per function, mirroring its routes.

mod admin;
mod appointments;
mod auth;
mod bad_input;
mod customers;
mod inventory;
mod invoices;
mod job_cards;
mod meta;
mod parts_requests;
mod vehicles;

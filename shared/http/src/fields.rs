//! `fields=id,name,customer.phone`: which fields an answer shows. What there is to choose from is what the answer's
//! documentation says, whatever rows there are.

use std::collections::{BTreeMap, HashMap};

use dms_domain::query::{
    Query, QueryError,
    relations::{Target, relation_named},
};
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ArrayItems, SchemaType, Type},
    },
};

use crate::views::{
    AppointmentView, CustomerView, FileView, InvoiceView, JobCardView, PartsRequestView, PersonView,
    QuotationView, ServiceCentreView, ServiceRecordView, SupplierView, VehicleView,
};

/// Checks the fields that a query asks for of a document like `Row`, and of the relations it expands.
///
/// # Errors
/// 400 naming a field that there is not, with those there are.
pub(crate) fn check<Row: ToSchema>(query: &Query) -> Result<(), QueryError> {
    if query.fields.is_empty() {
        return Ok(());
    }
    let row = Documented::of::<Row>();
    let mut asked = Asked { query, field: "", relations: Vec::new() };
    query.fields.iter().try_for_each(|field| {
        asked.field = field;
        asked.relations.clear();
        asked.check(&row, &row.root, field)
    })
}

/// The document with only the fields asked for; all of them when none is named. One that it does not have is left out.
pub fn select(document: Value, fields: &[String]) -> Value {
    let Value::Object(mut all) = document else { return document };
    if fields.is_empty() {
        return Value::Object(all);
    }
    let mut selected = Map::new();
    // Grouped by first part, so that `customer.id,customer.name` shows both.
    let mut nested: Vec<(&str, Vec<String>)> = Vec::new();
    for field in fields {
        let (first, rest) = first_step(field);
        match nested.iter_mut().find(|(name, _)| *name == first) {
            Some((_, rests)) => rests.extend(rest.map(str::to_owned)),
            None => nested.push((first, rest.map(str::to_owned).into_iter().collect())),
        }
    }
    for (name, rests) in nested {
        let value = match all.remove(name) {
            None => continue,
            Some(Value::Array(rows)) => rows.into_iter().map(|row| select(row, &rests)).collect(),
            Some(value) => select(value, &rests),
        };
        selected.insert(name.to_owned(), value);
    }
    Value::Object(selected)
}

fn first_step(field: &str) -> (&str, Option<&str>) {
    field.split_once('.').map_or((field, None), |(first, rest)| (first, Some(rest)))
}

/// A document as its documentation has it.
struct Documented {
    root: RefOr<Schema>,
    schemas: HashMap<String, RefOr<Schema>>,
}

/// The documented fields of a schema by their names; `None` where anything may be.
type Fields<'a> = Option<BTreeMap<&'a str, &'a RefOr<Schema>>>;

impl Documented {
    fn of<T: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        Self { root: T::schema(), schemas: schemas.into_iter().collect() }
    }

    /// What a relation leads to; `None` for what is part of the document itself.
    fn of_target(target: Target) -> Option<Self> {
        Some(match target {
            Target::Customer => Self::of::<CustomerView>(),
            Target::Vehicle | Target::VehiclesOfCustomer => Self::of::<VehicleView>(),
            Target::HistoryOfVehicle => Self::of::<ServiceRecordView>(),
            Target::Centre => Self::of::<ServiceCentreView>(),
            Target::Person => Self::of::<PersonView>(),
            Target::Appointment => Self::of::<AppointmentView>(),
            Target::JobCard => Self::of::<JobCardView>(),
            Target::Invoice => Self::of::<InvoiceView>(),
            Target::Quotation => Self::of::<QuotationView>(),
            Target::Supplier => Self::of::<SupplierView>(),
            Target::RequestsOfJobCard => Self::of::<PartsRequestView>(),
            Target::FilesOfDocument => Self::of::<FileView>(),
            Target::Inline => return None,
        })
    }

    /// The fields of a document, or of the documents of a list.
    fn fields<'a>(&'a self, schema: &'a RefOr<Schema>) -> Fields<'a> {
        let all = |parts: &'a [RefOr<Schema>]| {
            let parts: Option<Vec<_>> = parts.iter().map(|part| self.fields(part)).collect();
            parts.map(|parts| parts.into_iter().flatten().collect())
        };
        let schema = match schema {
            RefOr::Ref(reference) => {
                let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
                return self.fields(self.schemas.get(name)?);
            }
            RefOr::T(schema) => schema,
        };
        match schema {
            Schema::Object(object) if object.properties.is_empty() => {
                let holds_anything = match &object.schema_type {
                    SchemaType::Type(kind) => *kind == Type::Object,
                    SchemaType::Array(kinds) => kinds.contains(&Type::Object),
                    SchemaType::AnyValue => true,
                };
                (!holds_anything).then(BTreeMap::new)
            }
            Schema::Object(object) => {
                Some(object.properties.iter().map(|(name, field)| (name.as_str(), field)).collect())
            }
            Schema::Array(array) => match &array.items {
                ArrayItems::RefOrSchema(items) => self.fields(items),
                ArrayItems::False => Some(BTreeMap::new()),
            },
            Schema::AllOf(parts) => all(&parts.items),
            Schema::OneOf(parts) => all(&parts.items),
            Schema::AnyOf(parts) => all(&parts.items),
            // Kinds of schemas that utoipa may have one day.
            _ => None,
        }
    }
}

/// A field that is being looked for.
struct Asked<'a> {
    query: &'a Query,
    /// As it was written.
    field: &'a str,
    /// The relations that led here.
    relations: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn check(&mut self, row: &Documented, schema: &RefOr<Schema>, path: &'a str) -> Result<(), QueryError> {
        let (first, rest) = first_step(path);
        if let Some(related) = self.expanded(first) {
            self.relations.push(first);
            return rest.map_or(Ok(()), |rest| self.check(&related, &related.root, rest));
        }
        let Some(fields) = row.fields(schema) else { return Ok(()) };
        match (fields.get(first), rest) {
            (None, _) => Err(self.unknown(fields.keys().copied())),
            (Some(_), None) => Ok(()),
            (Some(field), Some(rest)) => self.check(row, field, rest),
        }
    }

    /// What the relation of this name leads to, if the query expands it here.
    fn expanded(&self, name: &str) -> Option<Documented> {
        let is_here = |path: &[&str]| path.split_last() == Some((&name, self.relations.as_slice()));
        let mut steps =
            self.query.expand.iter().flat_map(|expand| (1..=expand.path.len()).map(|end| &expand.path[..end]));
        steps.any(is_here).then(|| Documented::of_target(relation_named(name)?.target)).flatten()
    }

    fn unknown<'f>(&self, fields: impl Iterator<Item = &'f str>) -> QueryError {
        let beside = self.query.expand.iter().filter_map(|expand| {
            expand.path.get(self.relations.len()).filter(|_| expand.path.starts_with(&self.relations))
        });
        let mut valid: Vec<&str> = fields.chain(beside.copied()).collect();
        valid.sort_unstable();
        valid.dedup();
        let valid = if valid.is_empty() { "nothing within it".to_owned() } else { valid.join(", ") };
        QueryError::new("fields", format!("{:?} is not a field; valid: {valid}", self.field))
    }
}

#[cfg(test)]
mod tests {
    use dms_domain::query::QuerySpec;
    use serde_json::json;

    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_the_named_fields_are_shown_in_their_order() {
        let document =
            json!({"id": 1, "name": "A", "customer": {"id": 2, "phone": "3"}, "items": [{"a": 1, "b": 2}]});
        let selected = select(document, &names(&["customer.phone", "id", "items.b", "gone"]));
        assert_eq!(selected.to_string(), r#"{"customer":{"phone":"3"},"id":1,"items":[{"b":2}]}"#);
    }

    fn checked(raw: &str) -> Result<(), String> {
        let query = Query::parse(raw, &QuerySpec::document(&["customer", "items", "vehicle"])).unwrap();
        check::<JobCardView>(&query).map_err(|error| format!("{} {}", error.parameter, error.message))
    }

    #[test]
    fn a_field_is_one_of_the_documentation() {
        assert_eq!(checked(""), Ok(()));
        assert_eq!(checked("fields=id,jobCardNumber,items.qty,part1Data.whatever.it.is"), Ok(()));
        let wrong = checked("fields=colour").unwrap_err();
        assert!(wrong.starts_with(r#"fields "colour" is not a field; valid: "#), "{wrong}");
        assert!(wrong.contains("id, invoiceId, "), "{wrong}");
        let wrong = checked("fields=id,items.colour").unwrap_err();
        assert!(wrong.contains(r#""items.colour""#) && wrong.contains("partName"), "{wrong}");
        let wrong = checked("fields=id.colour").unwrap_err();
        assert!(wrong.ends_with("valid: nothing within it"), "{wrong}");
    }

    #[test]
    fn a_relation_is_a_field_where_it_is_expanded() {
        assert!(checked("fields=customer").unwrap_err().contains("valid: "));
        assert_eq!(checked("expand=customer&fields=customer"), Ok(()));
        assert_eq!(checked("expand=customer.vehicles&fields=customer.vehicles.vin,customer.name"), Ok(()));
        let wrong = checked("expand=customer.vehicles,vehicle&fields=customer.vin").unwrap_err();
        assert!(wrong.contains(" vehicles") && wrong.contains("phone") && !wrong.contains("vehicle,"), "{wrong}");
        assert!(checked("expand=customer&fields=customer.vehicles").is_err());
        assert!(checked("expand=customer.vehicles&fields=vehicles").is_err());
    }
}

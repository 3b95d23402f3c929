//! The parser of query strings.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    DEFAULT_LIMIT, Expand, Field, FieldKind, Filter, MAX_LIMIT, Operand, Operator, Query, QueryError, QuerySpec,
    SEARCH, Sort,
    relations::{self, MAX_DEPTH},
};
use crate::{
    calendar::{self, parse_day as day},
    formats::bounded_text,
    search::{LONGEST, SHORTEST},
};

/// Longest value of a parameter, in bytes.
const MAX_VALUE_BYTES: usize = 2_000;
/// Most parameters in one query string.
const MAX_PARAMETERS: usize = 50;

impl Query {
    /// Parses a query string (without `?`; percent-encoded, `+` for a space) as this endpoint understands it.
    ///
    /// # Errors
    /// [`QueryError`] naming the first parameter that is not understood, with the valid choices.
    pub fn parse(raw: &str, spec: &QuerySpec) -> Result<Self, QueryError> {
        let mut query = Self {
            page: 1,
            limit: DEFAULT_LIMIT,
            fields: Vec::new(),
            expand: Vec::new(),
            sort: Vec::new(),
            filters: Vec::new(),
            service_center_id: None,
            texts: Vec::new(),
            cursor: None,
            position: None,
        };
        let mut limits = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for (count, (name, value)) in form_urlencoded::parse(raw.as_bytes()).enumerate() {
            let at = |error: QueryError| QueryError { position: count + 1, ..error };
            if count >= MAX_PARAMETERS || value.len() > MAX_VALUE_BYTES {
                return Err(at(error(&name, "is too long, or one parameter too many")));
            }
            let adds_up = matches!(name.as_ref(), "fields" | "expand" | "sort") || name.starts_with("filter[");
            if !adds_up && seen.iter().any(|known| *known == name) {
                return Err(at(error(&name, "is given twice")));
            }
            match name.strip_suffix(".limit") {
                Some(relation) => limits.push((count + 1, relation.to_owned(), value.into_owned())),
                None => query.parameter(&name, &value, spec).map_err(at)?,
            }
            seen.push(name.into_owned());
        }
        for (position, relation, value) in limits {
            let limited = query.relation_limit(&relation, &value, spec);
            limited.map_err(|error| QueryError { position, ..error })?;
        }
        if query.sort.is_empty() {
            query.sort.extend(spec.sorts.first().map(|field| Sort { field, descending: true }));
        }
        Ok(query)
    }

    fn parameter(&mut self, name: &str, value: &str, spec: &QuerySpec) -> Result<(), QueryError> {
        match name {
            "fields" => {
                let fields = value.split(',').map(str::trim).filter(|field| !field.is_empty());
                self.fields.extend(fields.map(str::to_owned));
            }
            "expand" if !spec.expands.is_empty() => {
                for wanted in value.split(',').map(str::trim).filter(|wanted| !wanted.is_empty()) {
                    let path = relation_path(wanted, spec.expands)?;
                    if !self.expand.iter().any(|expand| expand.path == path) {
                        self.expand.push(Expand { path, limit: None });
                    }
                }
            }
            "page" | "cursor" if spec.list && (self.cursor.is_some() || self.page > 1) => {
                return Err(error(name, "give either page or cursor"));
            }
            "page" if spec.list => self.page = whole(name, value, 1, 1_000_000)?,
            "cursor" if spec.list => self.cursor = Some(value.to_owned()),
            "limit" if spec.list => self.limit = whole(name, value, 1, MAX_LIMIT)?,
            "sort" if spec.list && !spec.sorts.is_empty() => {
                for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                    let descending = part.starts_with('-');
                    let field = one_of("sort", part.trim_start_matches('-'), spec.sorts)?;
                    self.sort.push(Sort { field, descending });
                }
            }
            "dateFrom" | "dateTo" if spec.list => {
                let field = dated(spec).ok_or_else(|| unknown(name, spec))?;
                let operator = if name == "dateFrom" { Operator::Gte } else { Operator::Lte };
                let operands = vec![operand(name, value, field.kind)?];
                self.filters.push(Filter { field, operator, operands });
            }
            "serviceCenterId" if spec.by_centre => self.service_center_id = Some(id(name, value)?),
            SEARCH if spec.texts.contains(&SEARCH) => self.texts.push((SEARCH, searched(value)?)),
            _ if spec.texts.contains(&name) => {
                let name = one_of(name, name, spec.texts)?;
                self.texts.push((name, value.to_owned()));
            }
            _ => match name.strip_prefix("filter[") {
                Some(rest) if spec.list && !spec.filters.is_empty() => {
                    self.filters.push(filter(name, rest, value, spec.filters)?);
                }
                _ => return Err(unknown(name, spec)),
            },
        }
        Ok(())
    }

    /// `serviceHistory.limit` and `vehicles.serviceHistory.limit` are both that of `expand=vehicles.serviceHistory`.
    fn relation_limit(&mut self, relation: &str, value: &str, spec: &QuerySpec) -> Result<(), QueryError> {
        let name = format!("{relation}.limit");
        let steps: Vec<&str> = relation.split('.').collect();
        let is_known = steps.iter().all(|step| relations::relation_named(step).is_some());
        if spec.expands.is_empty() || !is_known {
            return Err(unknown(&name, spec));
        }
        let limit = whole(&name, value, 1, MAX_LIMIT)?;
        if let Some(expand) = self.expand.iter_mut().find(|expand| expand.path.ends_with(&steps)) {
            expand.limit = Some(limit);
            return Ok(());
        }
        // A step on the way to another relation.
        let ends_here = |path: &[&'static str]| (1..path.len()).find(|end| path[..*end].ends_with(&steps));
        let on_the_way =
            self.expand.iter().find_map(|expand| Some(expand.path[..ends_here(&expand.path)?].to_vec()));
        let path = on_the_way.ok_or_else(|| error(&name, &format!("needs expand={relation}")))?;
        self.expand.push(Expand { path, limit: Some(limit) });
        Ok(())
    }
}

/// The steps of `vehicles.serviceHistory`, each a relation of what the one before leads to.
fn relation_path(wanted: &str, first: &'static [&'static str]) -> Result<Vec<&'static str>, QueryError> {
    let mut path = Vec::new();
    let mut choices = first;
    for step in wanted.split('.') {
        if path.len() == MAX_DEPTH {
            return Err(error("expand", &format!("{wanted:?} is too deep; at most {MAX_DEPTH} steps")));
        }
        let name = choices.iter().copied().find(|choice| *choice == step).ok_or_else(|| {
            let valid = if choices.is_empty() { "nothing".to_owned() } else { choices.join(", ") };
            error("expand", &format!("{step:?} of {wanted:?} is not possible; valid: {valid}"))
        })?;
        path.push(name);
        choices = relations::relation_named(name).map_or(&[], |relation| relation.target.relations());
    }
    Ok(path)
}

/// What a list is searched for: nothing, or enough to find it by.
fn searched(value: &str) -> Result<String, QueryError> {
    if value.trim().is_empty() {
        return Ok(String::new());
    }
    bounded_text(value, SHORTEST, LONGEST)
        .map_err(|_| error(SEARCH, &format!("must have {SHORTEST} to {LONGEST} characters")))
}

/// The field that `dateFrom` and `dateTo` are about.
fn dated(spec: &QuerySpec) -> Option<Field> {
    spec.filters.iter().find(|field| field.name == "createdAt").copied()
}

fn error(parameter: &str, message: &str) -> QueryError {
    QueryError::new(parameter, message)
}

fn unknown(name: &str, spec: &QuerySpec) -> QueryError {
    let mut valid = vec!["fields"];
    valid.extend(spec.texts);
    if spec.list {
        valid.extend(["page", "cursor", "limit"]);
    }
    if spec.list && !spec.sorts.is_empty() {
        valid.push("sort");
    }
    if !spec.expands.is_empty() {
        valid.push("expand");
    }
    if spec.by_centre {
        valid.push("serviceCenterId");
    }
    if spec.list && dated(spec).is_some() {
        valid.extend(["dateFrom", "dateTo"]);
    }
    if spec.list && !spec.filters.is_empty() {
        valid.push("filter[field]");
    }
    error(name, &format!("is not a parameter of this endpoint; valid: {}", valid.join(", ")))
}

fn one_of(parameter: &str, value: &str, choices: &'static [&'static str]) -> Result<&'static str, QueryError> {
    choices
        .iter()
        .find(|choice| **choice == value)
        .copied()
        .ok_or_else(|| error(parameter, &format!("{value:?} is not possible; valid: {}", choices.join(", "))))
}

fn whole(parameter: &str, value: &str, least: u32, most: u32) -> Result<u32, QueryError> {
    value
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| error(parameter, &format!("must be a whole number from {least} to {most}")))
}

fn id(parameter: &str, value: &str) -> Result<Uuid, QueryError> {
    value.parse().map_err(|_| error(parameter, "must be an id (a UUID)"))
}

/// `rest` is what follows `filter[`: `status]` or `createdAt][gte]`.
fn filter(parameter: &str, rest: &str, value: &str, fields: &'static [Field]) -> Result<Filter, QueryError> {
    let malformed = || error(parameter, "must look like filter[field]=value or filter[field][gte]=value");
    let inner = rest.strip_suffix(']').ok_or_else(malformed)?;
    let (name, operator) = inner.split_once("][").unwrap_or((inner, "eq"));
    let field = fields.iter().find(|field| field.name == name).copied().ok_or_else(|| {
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        error(parameter, &format!("{name:?} cannot be filtered by; valid: {}", names.join(", ")))
    })?;
    let operator = Operator::ALL.into_iter().find(|known| known.as_str() == operator).ok_or_else(|| {
        let names: Vec<_> = Operator::ALL.iter().map(|known| known.as_str()).collect();
        error(parameter, &format!("{operator:?} is not a comparison; valid: {}", names.join(", ")))
    })?;
    if operator == Operator::Like && field.kind != FieldKind::Text {
        return Err(error(parameter, "like compares texts; this field is none"));
    }
    let operands = match operator {
        Operator::In => {
            value.split(',').map(|part| operand(parameter, part, field.kind)).collect::<Result<_, _>>()?
        }
        Operator::Eq
        | Operator::Ne
        | Operator::Gt
        | Operator::Gte
        | Operator::Lt
        | Operator::Lte
        | Operator::Like => {
            vec![operand(parameter, value, field.kind)?]
        }
    };
    Ok(Filter { field, operator, operands })
}

fn operand(parameter: &str, value: &str, kind: FieldKind) -> Result<Operand, QueryError> {
    match kind {
        FieldKind::Text => Ok(Operand::Text(value.to_owned())),
        FieldKind::Id => id(parameter, value).map(|id| Operand::Text(id.to_string())),
        FieldKind::Number => {
            value.parse().map(Operand::Number).map_err(|_| error(parameter, "must be a whole number"))
        }
        FieldKind::Bool => value.parse().map(Operand::Bool).map_err(|_| error(parameter, "must be true or false")),
        FieldKind::Choice(choices) => {
            one_of(parameter, value, choices).map(|choice| Operand::Text(choice.to_owned()))
        }
        FieldKind::Date => day(value)
            .map(|day| Operand::Text(day.to_string()))
            .ok_or_else(|| error(parameter, "must be a date: YYYY-MM-DD")),
        FieldKind::Time => time(value)
            .map(|(first, last)| Operand::Time(first, last))
            .ok_or_else(|| error(parameter, "must be a date (YYYY-MM-DD) or a time (RFC 3339)")),
    }
}

/// A day in India as its first and last millisecond, or one moment twice.
fn time(value: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if let Some(day) = day(value) {
        let next = calendar::ist_day_start_utc(day.succ_opt()?);
        return Some((calendar::ist_day_start_utc(day), next - TimeDelta::milliseconds(1)));
    }
    let moment = DateTime::parse_from_rfc3339(value).ok()?.with_timezone(&Utc);
    Some((moment, moment))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPEC: QuerySpec = QuerySpec {
        filters: &[
            Field { name: "status", kind: FieldKind::Choice(&["CREATED", "ASSIGNED"]) },
            Field { name: "createdAt", kind: FieldKind::Time },
            Field { name: "customerId", kind: FieldKind::Id },
        ],
        sorts: &["createdAt"],
        expands: &["customer", "vehicles"],
        list: true,
        by_centre: true,
        texts: &[],
    };

    fn refused(raw: &str) -> QueryError {
        Query::parse(raw, &SPEC).unwrap_err()
    }

    #[test]
    fn an_empty_query_is_the_first_page_newest_first() {
        let query = Query::parse("", &SPEC).unwrap();
        assert_eq!((query.page, query.limit, query.offset()), (1, 20, 0));
        assert_eq!(query.sort, [Sort { field: "createdAt", descending: true }]);
    }

    #[test]
    fn the_specifications_own_parameters_are_understood() {
        let raw = "page=2&limit=5&fields=id,name&expand=customer,vehicles&vehicles.limit=5&sort=-createdAt\
                   &filter%5Bstatus%5D=CREATED&filter[createdAt][gte]=2025-01-01";
        let mut query = Query::parse(raw, &SPEC).unwrap();
        assert_eq!(query.offset(), 5);
        assert_eq!(query.equals("status"), Some("CREATED"));
        assert_eq!(query.expand[1], Expand { path: vec!["vehicles"], limit: Some(5) });
        let span = query.take_time_span("createdAt");
        assert_eq!(span.from.unwrap().to_rfc3339(), "2024-12-31T18:30:00+00:00", "midnight in India");
        assert_eq!(query.filters.len(), 1, "the status filter stays");
    }

    #[test]
    fn every_error_names_its_parameter_and_the_choices() {
        assert!(
            refused("colour=red")
                .message
                .contains("page, cursor, limit, sort, expand, serviceCenterId, dateFrom, dateTo, filter[field]")
        );
        assert!(refused("filter[colour]=red").message.contains("status, createdAt, customerId"));
        assert_eq!(refused("filter[colour]=red").parameter, "filter[colour]");
        assert!(refused("filter[status]=OPEN").message.contains("CREATED, ASSIGNED"));
        assert!(refused("filter[status][about]=CREATED").message.contains("eq, ne, gt, gte, lt, lte, in, like"));
        for raw in
            ["page=0", "limit=101", "limit=x", "filter[status", "expand=wheels", "sort=name", "vehicles.limit=3"]
        {
            assert!(Query::parse(raw, &SPEC).is_err(), "{raw}");
        }
    }

    #[test]
    fn an_error_tells_the_position_of_its_parameter() {
        assert_eq!(refused("page=1&limit=5&colour=red").position, 3);
        assert_eq!(refused("expand=vehicles&wheels.limit=5").position, 2);
        assert_eq!(refused("page=1&page=2").position, 2, "a parameter that has one value is given twice");
    }

    #[test]
    fn relations_are_followed_three_steps_and_each_must_exist() {
        let query = |raw: &str| Query::parse(raw, &SPEC).unwrap().expand;
        let deep = query("expand=customer.vehicles.serviceHistory&vehicles.limit=5&serviceHistory.limit=10");
        let paths: Vec<(String, Option<u32>)> =
            deep.iter().map(|expand| (expand.path.join("."), expand.limit)).collect();
        let expected = [("customer.vehicles.serviceHistory", Some(10)), ("customer.vehicles", Some(5))];
        assert_eq!(paths, expected.map(|(path, limit)| (path.to_owned(), limit)));
        let full = query("expand=vehicles.serviceHistory&vehicles.serviceHistory.limit=3");
        assert_eq!(full[0].limit, Some(3));
        assert!(refused("expand=customer.vehicles.customer.vehicles").message.contains("at most 3 steps"));
        assert!(refused("expand=customer.wheels").message.contains("valid: vehicles, lastServiceCenter, files"));
        assert!(refused("expand=vehicles.serviceHistory.jobCard").message.contains("valid: nothing"));
    }

    #[test]
    fn texts_are_compared_by_what_they_contain() {
        const NAMED: QuerySpec = QuerySpec {
            filters: &[Field { name: "name", kind: FieldKind::Text }, SPEC.filters[0], SPEC.filters[1]],
            ..SPEC
        };
        let filters = Query::parse("filter[name][like]=Rao", &NAMED).unwrap().filters;
        let matches = |name: &str| super::super::matches(&serde_json::json!({ "name": name }), &filters);
        assert!(matches("Asha RAO") && !matches("Asha Ra"));
        assert!(Query::parse("filter[status][like]=CRE", &NAMED).unwrap_err().message.contains("texts"));
    }

    #[test]
    fn the_plain_dates_are_days_of_creation_in_india() {
        let mut query = Query::parse("dateFrom=2025-01-01&dateTo=2025-01-31", &SPEC).unwrap();
        let span = query.take_time_span("createdAt");
        assert_eq!(span.from.unwrap().to_rfc3339(), "2024-12-31T18:30:00+00:00");
        assert_eq!(span.to.unwrap().to_rfc3339(), "2025-01-31T18:29:59.999+00:00");
        assert!(query.filters.is_empty());
        assert!(Query::parse("dateFrom=2025-01-01", &QuerySpec::document(&[])).is_err());
    }

    #[test]
    fn one_document_has_no_pages() {
        let spec = QuerySpec::document(&["customer"]);
        assert!(Query::parse("expand=customer&fields=id", &spec).is_ok());
        assert!(Query::parse("page=2", &spec).is_err());
    }

    proptest! {
        #[test]
        fn no_query_string_panics_the_parser(raw in ".{0,200}") {
            let _ = Query::parse(&raw, &SPEC);
        }

        #[test]
        fn no_filter_panics_the_parser(field in "[a-zA-Z\\]\\[]{0,12}", operator in "[a-z\\[\\]]{0,6}", value in ".{0,30}") {
            let _ = Query::parse(&format!("filter[{field}][{operator}]={value}"), &SPEC);
        }
    }
}

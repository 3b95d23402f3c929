//! Reports that are sums of the rollups.

use std::{marker::PhantomData, ops::RangeInclusive};

use chrono::NaiveDate;
use dms_access::ListScope;
use dms_domain::{
    permissions::grant,
    query::{Query, QuerySpec},
    rollup::Sheet,
};
use dms_http::{
    ApiResult, AppState,
    extract::{Permit, Spec},
};
use utoipa::ToSchema;

use crate::{
    grouping::{self, GROUP_BY, GroupBy, Sums},
    period,
    report::{self, FORMAT, Format, Report, ReportData, Row},
};

/// What can be asked of a report with such rows.
pub(crate) struct Asked<R>(PhantomData<fn() -> R>);

impl<R: ToSchema + 'static> Spec for Asked<R> {
    type Row = ReportData<R>;

    const SPEC: QuerySpec = QuerySpec::figures(&[period::FROM, period::TO, GROUP_BY, FORMAT]);
}

/// A row that is made of sums alone.
pub(crate) trait Summed: Row {
    /// The report's name in files.
    const NAME: &'static str;
    /// Its title.
    const TITLE: &'static str;
    /// What its rows can be; the first unless another is asked for.
    const GROUPS: &'static [GroupBy];

    /// The sheet that has the sums.
    fn sheet(by: GroupBy) -> Sheet;

    /// The row of this label.
    fn of(label: String, sums: &Sums) -> Self;

    /// Whether it can be left out.
    fn is_empty(&self) -> bool;
}

/// What was asked for, understood.
pub(crate) struct Question {
    pub(crate) scope: ListScope,
    pub(crate) period: RangeInclusive<NaiveDate>,
    pub(crate) by: GroupBy,
    pub(crate) format: Format,
}

impl Question {
    /// Of the query, of this user.
    ///
    /// # Errors
    /// 400 naming the parameter; 403 for another centre.
    pub(crate) fn asked(
        permit: &Permit<grant::ReportsRead>,
        query: &Query,
        groups: &[GroupBy],
    ) -> ApiResult<Self> {
        Ok(Self {
            period: period::asked_or_this_month(query, permit.context.timestamp().ist_date())?,
            by: GroupBy::asked(query, groups)?,
            format: Format::asked(query)?,
            scope: permit.list_scope(query.service_center_id)?,
        })
    }
}

/// The report that answers a question.
///
/// # Errors
/// 503 when DynamoDB does not answer.
pub(crate) async fn report<R: Summed>(app: &AppState, question: &Question) -> ApiResult<Report<R>> {
    let Question { scope, period, by, .. } = question;
    let (entries, whose) = futures::try_join!(
        grouping::entries(app, *scope, R::sheet(*by), (period, *by)),
        report::whose(app, *scope)
    )?;
    let totals = R::of(report::TOTAL.to_owned(), &grouping::total(&entries));
    let rows = grouping::grouped(entries, (period, *by)).into_iter().map(|(label, sums)| R::of(label, &sums));
    // A row of a day, a month or a centre tells that nothing was; a service type or an engineer does not.
    let always = by.in_time() || *by == GroupBy::Centre;
    Ok(Report {
        name: R::NAME,
        title: R::TITLE,
        centre: report::centre_of(*scope),
        whose,
        period: Some(period.clone()),
        by: *by,
        rows: rows.filter(|row| always || !row.is_empty()).collect(),
        totals,
    })
}

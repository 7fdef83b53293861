//! Counts of articles along a scale, for the columns of the page.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, DataType, PolarsResult};

/// Least characters of each column of text lengths: twice those of the column before.
const LENGTHS: [i64; 9] = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
/// Columns of removed shares.
const SHARES: usize = 10;
/// Most columns of publication dates; more are put together as years, decades or centuries.
const MAX_DATES: i32 = 40;
/// Months of a month, year, decade and century.
const PERIODS: [i32; 4] = [1, 12, 120, 1200];

/// Columns over a scale: what stands below each, and how many articles are in it.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) title: &'static str,
    pub(super) note: String,
    pub(super) bins: Vec<(String, u64)>,
}

/// Counts while the articles are read.
#[derive(Debug, Default)]
pub(super) struct Plots {
    lengths: [u64; LENGTHS.len()],
    shares: [u64; SHARES],
    /// By months since year 0.
    dates: BTreeMap<i32, u64>,
    /// Whether there is a date without a month.
    has_bare_years: bool,
    undated: u64,
}

impl Plots {
    /// Counts some rows of `articles`.
    pub(super) fn count(&mut self, rows: &DataFrame) -> PolarsResult<()> {
        let lengths = rows.column("text_chars")?.cast(&DataType::Int64)?;
        for length in lengths.i64()?.iter().flatten() {
            self.lengths[LENGTHS.partition_point(|&least| least <= length).saturating_sub(1)] += 1;
        }
        let shares = rows.column("removed_char_share")?.cast(&DataType::Float64)?;
        for share in shares.f64()?.iter().flatten() {
            self.shares[((share * SHARES as f64) as usize).min(SHARES - 1)] += 1;
        }
        rows.column("date")?.str()?.iter().for_each(|date| self.date(date));
        Ok(())
    }

    fn date(&mut self, date: Option<&str>) {
        let digits = |range| date.and_then(|date| date.get(range)).and_then(|part: &str| part.parse::<u16>().ok());
        let Some(year) = digits(0..4) else {
            self.undated += 1;
            return;
        };
        let month = digits(5..7).filter(|month| (1..=12).contains(month));
        self.has_bare_years |= month.is_none();
        *self.dates.entry(i32::from(year) * 12 + i32::from(month.unwrap_or(1)) - 1).or_default() += 1;
    }

    /// The plots that have anything to show.
    pub(super) fn finish(self) -> Vec<Plot> {
        let dates = Plot {
            title: "Articles by date of publication",
            note: format!("{} articles have no date, or one without a year.", super::number(self.undated as i64)),
            bins: self.periods(),
        };
        let lengths = Plot {
            title: "Articles by length",
            note: "Characters of the clean text, from the number below a column up to the next one.".to_owned(),
            bins: LENGTHS.iter().map(|&least| super::number(least)).zip(self.lengths).collect(),
        };
        let label = |tenth: usize| format!("{} %", tenth * 100 / SHARES);
        let shares = Plot {
            title: "Articles by removed share",
            note: "Share of the page's characters that was cut, from the number below a column up to the next one."
                .to_owned(),
            bins: (0..SHARES).map(label).zip(self.shares).collect(),
        };
        let mut plots = vec![lengths, shares, dates];
        plots.retain(|plot| plot.bins.iter().any(|bin| bin.1 > 0));
        plots
    }

    /// Every period from the first to the last, also those without an article.
    fn periods(&self) -> Vec<(String, u64)> {
        let (Some((first, _)), Some((last, _))) = (self.dates.first_key_value(), self.dates.last_key_value()) else {
            return Vec::new();
        };
        let fits =
            |period: &&i32| last / **period - first / **period < MAX_DATES && !(self.has_bare_years && **period == 1);
        let period = PERIODS.iter().find(fits).copied().unwrap_or(PERIODS[PERIODS.len() - 1]);
        let in_period = |number: i32| self.dates.range(number * period..(number + 1) * period).map(|date| date.1).sum();
        let label = |number: i32| match period {
            1 => format!("{:04}-{:02}", number / 12, number % 12 + 1),
            12 => format!("{number:04}"),
            _ => format!("{:04}s", number * period / 12),
        };
        (first / period..=last / period).map(|number| (label(number), in_period(number))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods(dates: &[&str]) -> Vec<(String, u64)> {
        let mut plots = Plots::default();
        for date in dates {
            plots.date(Some(date));
        }
        plots.periods()
    }

    #[test]
    fn dates_are_put_together_until_they_fit() {
        let named =
            |bins: &[(&str, u64)]| bins.iter().map(|&(name, count)| (name.to_owned(), count)).collect::<Vec<_>>();
        assert_eq!(
            periods(&["2023-12-31", "2024-02", "2024-02-01/2024-02-03"]),
            named(&[("2023-12", 1), ("2024-01", 0), ("2024-02", 2)])
        );
        assert_eq!(periods(&["2023-12-31", "2025"]), named(&[("2023", 1), ("2024", 0), ("2025", 1)]));
        assert_eq!(periods(&["1999-01-01", "2024-01-01"]).len(), 26);
        assert_eq!(periods(&["1924-01-01", "2024-01-01"]).first(), Some(&("1920s".to_owned(), 1)));
        assert_eq!(periods(&["0001", "9999"]).len(), 100);
        assert_eq!(periods(&["", "XXXX-10-12", "20", "số 12"]), []);
    }
}

//! Medians and their spread.

/// The middle of a few values, and half the distance between their quartiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) median: f64,
    pub(crate) spread: f64,
}

impl Summary {
    /// What was found once, and is no median of anything.
    pub(crate) fn exactly(value: f64) -> Self {
        Self {
            median: value,
            spread: 0.0,
        }
    }

    /// `None` of no values.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Some(Self {
            median: quantile(&values, 0.5)?,
            spread: (quantile(&values, 0.75)? - quantile(&values, 0.25)?) / 2.0,
        })
    }
}

/// Of sorted values, with the straight line between the two nearest.
pub(crate) fn quantile(sorted: &[f64], at: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = at * last as f64;
    let below = place.floor() as usize;
    let low = sorted[below];
    let high = sorted[(below + 1).min(last)];
    Some(low + (high - low) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_an_outlier() {
        let summary = Summary::of([3.0, 1.0, 2.0, 1000.0, 2.0]).unwrap();
        assert_eq!((summary.median, summary.spread), (2.0, 0.5));
        assert_eq!(Summary::of([]), None);
    }
}

//! Histograms, with the buckets that gRFC A66 recommends.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often values were in ranges: of a time in seconds, of a size in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// The upper bounds of the buckets, each a part of its bucket. What is above the last is in one bucket more.
    pub bounds: &'static [f64],
    /// How many values each bucket has; one more than there are bounds.
    pub counts: Vec<u64>,
    /// The sum of all values.
    pub sum: f64,
}

impl Histogram {
    /// The number of values.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The bounds of times, in seconds.
pub(crate) const SECONDS: [f64; 41] = [
    0.0, 0.00001, 0.00005, 0.0001, 0.0003, 0.0006, 0.0008, 0.001, 0.002, 0.003, 0.004, 0.005,
    0.006, 0.008, 0.01, 0.013, 0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.13, 0.16,
    0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0,
];

/// The bounds of sizes, in bytes.
pub(crate) const BYTES: [f64; 14] = [
    0.0,
    1024.0,
    2048.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
    268_435_456.0,
    1_073_741_824.0,
    4_294_967_296.0,
];

const NANOS_OF_A_SECOND: f64 = 1e9;

/// A histogram that counts. The counters guard nothing but themselves.
#[derive(Debug)]
pub(super) struct Counting {
    bounds: &'static [f64],
    /// What one unit of a value is, of one of the bounds.
    unit: f64,
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Counting {
    /// Of times, which are given in nanoseconds.
    pub(super) fn seconds() -> Self {
        Self::new(&SECONDS, NANOS_OF_A_SECOND)
    }

    pub(super) fn bytes() -> Self {
        Self::new(&BYTES, 1.0)
    }

    fn new(bounds: &'static [f64], unit: f64) -> Self {
        Self {
            bounds,
            unit,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
        }
    }

    pub(super) fn add(&self, value: u64) {
        let in_unit = value as f64 / self.unit;
        let bucket = self.bounds.partition_point(|bound| *bound < in_unit);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Histogram {
        let counts = self.counts.iter();
        Histogram {
            bounds: self.bounds,
            counts: counts.map(|count| count.load(Ordering::Relaxed)).collect(),
            sum: self.sum.load(Ordering::Relaxed) as f64 / self.unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_in_its_bucket() {
        let sizes = Counting::bytes();
        for value in [
            0,
            1,
            1024,
            1025,
            u64::from(u32::MAX),
            1 << 32,
            (1 << 32) + 1,
        ] {
            sizes.add(value);
        }
        let read = sizes.read();
        assert_eq!(read.counts, [1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1]);
        assert_eq!(read.count(), 7);
    }

    #[test]
    fn times_are_in_seconds() {
        let times = Counting::seconds();
        for nanos in [1_000_000, 1_000_001, 150_000_000_000] {
            times.add(nanos);
        }
        let read = times.read();
        let at = |bound: f64| {
            read.bounds
                .iter()
                .position(|found| *found == bound)
                .unwrap()
        };
        assert_eq!(read.counts[at(0.001)], 1);
        assert_eq!(read.counts[at(0.002)], 1);
        assert_eq!(read.counts.last(), Some(&1));
        assert!((read.sum - 150.002_000_001).abs() < 1e-9, "{}", read.sum);
    }
}

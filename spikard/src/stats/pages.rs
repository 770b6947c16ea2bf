//! The pages of several processes, summed up.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// The pages of several processes as one: the sums of their samples.
///
/// What a process has counted stays after its end, so that no sum falls; what it had open does not.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    ended: String,
    running: BTreeMap<u64, String>,
}

impl Pages {
    /// The last page of a process.
    pub(crate) fn set(&mut self, process: u64, page: String) {
        self.running.insert(process, page);
    }

    /// The process has ended.
    pub(crate) fn end(&mut self, process: u64) {
        if let Some(page) = self.running.remove(&process) {
            self.ended = sum([&*self.ended, &counted(&page)]);
        }
    }

    pub(crate) fn sum(&self) -> String {
        sum(self
            .running
            .values()
            .map(|page| &**page)
            .chain([&*self.ended]))
    }
}

/// A page without its gauges, whose name and type stay.
fn counted(page: &str) -> String {
    let mut is_gauge = false;
    let lines = page.split_inclusive('\n').filter(|line| {
        if line.starts_with("# TYPE ") {
            is_gauge = line.trim_end().ends_with(" gauge");
        }
        line.starts_with('#') || !is_gauge
    });
    lines.collect()
}

/// The sums of the samples of pages, which `ServerStats` has written.
fn sum<'a>(pages: impl IntoIterator<Item = &'a str>) -> String {
    /// A metric: its comments, and its samples in order.
    #[derive(Default)]
    struct Metric<'a> {
        comments: Vec<&'a str>,
        order: Vec<&'a str>,
        values: HashMap<&'a str, f64>,
    }
    let mut metrics: Vec<(&str, Metric<'_>)> = Vec::new();
    for page in pages {
        let mut at = None;
        for line in page.lines() {
            if let Some(comment) = line.strip_prefix("# HELP ") {
                let name = comment.split(' ').next().unwrap_or_default();
                let found = metrics.iter().position(|(known, _)| *known == name);
                at = Some(found.unwrap_or_else(|| {
                    metrics.push((name, Metric::default()));
                    metrics.len() - 1
                }));
            }
            let Some(metric) = at.and_then(|at| metrics.get_mut(at)) else {
                continue;
            };
            let metric = &mut metric.1;
            if line.starts_with('#') {
                if metric.comments.len() < 2 {
                    metric.comments.push(line);
                }
            } else if let Some((key, value)) = line.rsplit_once(' ')
                && let Ok(value) = value.parse::<f64>()
            {
                match metric.values.get_mut(key) {
                    Some(sum) => *sum += value,
                    None => {
                        metric.order.push(key);
                        metric.values.insert(key, value);
                    }
                }
            }
        }
    }
    let mut page = String::new();
    for (_, metric) in metrics {
        for comment in metric.comments {
            let _ = writeln!(page, "{comment}");
        }
        for key in metric.order {
            let _ = writeln!(page, "{key} {}", metric.values[key]);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use crate::stats::ServerStats;

    use super::*;

    /// A page with two values.
    fn page(open: u64, accepted: u64) -> String {
        ServerStats {
            accepted_connections: accepted,
            open_connections: open,
            ..ServerStats::default()
        }
        .to_prometheus()
    }

    fn has(pages: &Pages, line: &str) -> bool {
        pages.sum().lines().any(|found| found == line)
    }

    #[test]
    fn the_sum_has_what_ended_processes_have_counted() {
        let mut pages = Pages::default();
        pages.set(1, page(1, 3));
        assert_eq!(pages.sum(), page(1, 3));
        pages.set(2, page(1, 3));
        assert_eq!(pages.sum(), page(2, 6));
        pages.end(1);
        assert!(has(&pages, "spikard_open_connections 1"), "{}", pages.sum());
        assert!(has(&pages, "spikard_accepted_connections_total 6"));
        pages.end(2);
        pages.set(3, page(4, 5));
        assert!(has(&pages, "spikard_open_connections 4"), "{}", pages.sum());
        assert!(has(&pages, "spikard_accepted_connections_total 11"));
    }
}

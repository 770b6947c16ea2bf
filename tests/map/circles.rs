//! Circles of files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::uses::Use;

type Edges<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a Use>>;

/// The shortest circle, then the shortest without the uses that make up that one, and so on.
pub(crate) fn circles(uses: &BTreeSet<Use>) -> Vec<String> {
    let mut edges = Edges::new();
    for one in uses {
        edges
            .entry(&one.from)
            .or_default()
            .entry(&one.to)
            .or_insert(one);
    }
    let mut circles = Vec::new();
    while let Some(circle) = shortest(&edges) {
        let head = String::from("files use each other in a circle:");
        circles.push(
            circle
                .iter()
                .fold(head, |text, one| format!("{text}\n    {one}")),
        );
        for one in circle {
            edges
                .get_mut(one.from.as_str())
                .map(|to| to.remove(one.to.as_str()));
        }
    }
    circles
}

fn shortest<'a>(edges: &Edges<'a>) -> Option<Vec<&'a Use>> {
    let circles = edges
        .keys()
        .filter_map(|file| shortest_through(edges, file));
    circles.min_by_key(Vec::len)
}

/// Breadth first, from a file back to itself.
fn shortest_through<'a>(edges: &Edges<'a>, file: &'a str) -> Option<Vec<&'a Use>> {
    let mut reached: BTreeMap<&str, &Use> = BTreeMap::new();
    let mut next = VecDeque::from([file]);
    while let Some(from) = next.pop_front() {
        for (&to, &one) in edges.get(from).into_iter().flatten() {
            if reached.contains_key(to) {
                continue;
            }
            reached.insert(to, one);
            if to == file {
                return Some(way(&reached, file));
            }
            next.push_back(to);
        }
    }
    None
}

/// The uses that lead from a file to itself.
fn way<'a>(reached: &BTreeMap<&str, &'a Use>, file: &str) -> Vec<&'a Use> {
    let mut way = vec![reached[file]];
    while way[way.len() - 1].from != file {
        way.push(reached[way[way.len() - 1].from.as_str()]);
    }
    way.reverse();
    way
}

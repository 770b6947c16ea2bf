//! Suggestions for mistyped words.

/// The nearest of `words`, if near enough: at most a third of the letters differ, or it is an abbreviation.
pub(crate) fn nearest(
    typed: &str,
    words: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let wrong = typed.chars().count().max(3) / 3;
    words
        .map(|word| (distance(typed, word), word))
        .filter(|&(distance, word)| distance <= wrong || abbreviates(typed, word))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

/// Whether `typed` is `word` with letters left out.
fn abbreviates(typed: &str, word: &str) -> bool {
    let mut rest = word.chars();
    typed.len() >= 3
        && typed
            .chars()
            .all(|letter| rest.any(|other| other == letter))
}

/// The edit distance of two words: insertions, deletions, replacements and swaps of neighbours.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replace = last[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::super::key::Key;
    use super::*;

    fn nearest_key(typed: &str) -> Option<&'static str> {
        nearest(typed, Key::ALL.into_iter().map(Key::word))
    }

    #[test]
    fn counts_edits() {
        assert_eq!(distance("service", "service"), 0);
        assert_eq!(distance("", "name"), 4);
        assert_eq!(distance("sevrice", "service"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(nearest_key("servise"), Some("service"));
        assert_eq!(nearest_key("max_message"), Some("max_messages"));
        assert_eq!(nearest_key("max_bytes"), Some("max_stream_bytes"));
        assert_eq!(nearest_key("timeuot"), Some("timeout"));
        assert_eq!(nearest_key("pyhton"), Some("python"));
        assert_eq!(nearest_key("max_msgs"), Some("max_messages"));
    }

    #[test]
    fn stays_silent_where_nothing_is_near() {
        assert_eq!(nearest_key("colour"), None);
        assert_eq!(nearest_key("x"), None);
    }
}

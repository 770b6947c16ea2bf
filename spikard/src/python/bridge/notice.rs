//! Notices: what a server reports to the event loop besides calls.

use std::mem;

/// The lines of the log that wait for the loop. While it is held nobody fetches them, and clients can cause them.
const MOST_LINES: usize = 1_000;

/// The bytes of their texts together.
const MOST_BYTES: usize = 1 << 20;

/// A warning, in Python's numbers.
const WARNING: u8 = 30;

/// An event in Rust, on its way to the event loop's thread.
#[derive(Debug)]
pub(crate) enum Notice {
    /// The operation that Python knows by this token is done.
    Done(u64),
    /// A log record: its level in Python's numbers, its target, its text.
    Log(u8, &'static str, String),
}

/// Those that wait. Of too many lines the first stay, which say how it began, and the rest are counted.
#[derive(Debug, Default)]
pub(super) struct Notices {
    waiting: Vec<Notice>,
    lines: usize,
    bytes: usize,
    lost: u64,
}

impl Notices {
    pub(super) fn push(&mut self, notice: Notice) {
        if let Notice::Log(_, _, text) = &notice {
            let bytes = self.bytes.saturating_add(text.len());
            if self.lines == MOST_LINES || bytes > MOST_BYTES {
                self.lost += 1;
                return;
            }
            self.lines += 1;
            self.bytes = bytes;
        }
        self.waiting.push(notice);
    }

    pub(super) fn take(&mut self) -> Vec<Notice> {
        let mut taken = mem::take(self);
        if taken.lost > 0 {
            let text = format!(
                "lines of the log that were lost here: {}. Python did not fetch them, and no more than {MOST_LINES} of 1 MiB \
                 together wait for it",
                taken.lost
            );
            taken.waiting.push(Notice::Log(WARNING, "spikard", text));
        }
        taken.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts, and how many were lost by the last of them.
    fn lines(notices: Vec<Notice>) -> Vec<String> {
        let texts = notices.into_iter().filter_map(|notice| match notice {
            Notice::Log(_, _, text) => Some(text),
            Notice::Done(_) => None,
        });
        texts.collect()
    }

    fn line(text: impl Into<String>) -> Notice {
        Notice::Log(WARNING, "test", text.into())
    }

    #[test]
    fn lines_are_bounded_in_number_and_what_is_lost_is_said_once() {
        let mut notices = Notices::default();
        for number in 0..MOST_LINES + 7 {
            notices.push(line(number.to_string()));
        }
        notices.push(Notice::Done(1));
        let taken = notices.take();
        assert!(taken.iter().any(|notice| matches!(notice, Notice::Done(1))));
        let said = lines(taken);
        assert_eq!(said.len(), MOST_LINES + 1);
        assert_eq!(said[MOST_LINES - 1], (MOST_LINES - 1).to_string());
        assert!(said[MOST_LINES].starts_with("lines of the log that were lost here: 7."));
        notices.push(line("after"));
        assert_eq!(lines(notices.take()), ["after"]);
    }

    #[test]
    fn lines_are_bounded_in_bytes() {
        let mut notices = Notices::default();
        for _ in 0..4 {
            notices.push(line("x".repeat(MOST_BYTES / 3)));
        }
        // A short one still has room.
        notices.push(line(""));
        let said = lines(notices.take());
        assert_eq!(said.len(), 5);
        assert!(said[4].starts_with("lines of the log that were lost here: 1."));
    }
}

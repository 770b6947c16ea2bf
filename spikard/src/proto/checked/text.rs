//! Messages put together while the program is compiled, where nothing can be allocated.

/// Room for the longest message; what goes beyond is left out.
const CAPACITY: usize = 4096;

/// A text under construction.
pub(super) struct Text {
    bytes: [u8; CAPACITY],
    len: usize,
    is_full: bool,
}

impl Text {
    pub(super) const fn new(start: &str) -> Self {
        let empty = Self {
            bytes: [0; CAPACITY],
            len: 0,
            is_full: false,
        };
        empty.and(start)
    }

    /// The text with `more` behind it, as long as there is room for all of it.
    pub(super) const fn and(mut self, more: &str) -> Self {
        let more = more.as_bytes();
        self.is_full |= more.len() > CAPACITY - self.len;
        let mut at = 0;
        while at < more.len() && !self.is_full {
            self.bytes[self.len] = more[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// Each of `names` in backticks, with commas between.
    pub(super) const fn list(mut self, names: &[&str]) -> Self {
        let mut at = 0;
        while at < names.len() {
            let separator = if at == 0 { "`" } else { ", `" };
            self = self.and(separator).and(names[at]).and("`");
            at += 1;
        }
        self
    }

    /// Ends the compilation with the text.
    #[track_caller]
    pub(super) const fn panic(&self) -> ! {
        panic!("{}", self.as_str())
    }

    /// The text so far.
    pub(super) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            // Only whole strings are added.
            Err(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_texts_together() {
        const TEXT: Text = Text::new("its methods are ").list(&["A", "B"]).and("!");
        assert_eq!(TEXT.as_str(), "its methods are `A`, `B`!");
    }

    #[test]
    fn leaves_out_what_has_no_room() {
        let long = "é".repeat(CAPACITY / 2);
        let text = Text::new("a").and(&long).and("b");
        assert_eq!(text.as_str(), "a");
        let text = Text::new("").and(&long).and("b");
        assert_eq!(text.as_str(), long);
    }
}

//! Durations with units: `1m30s`.

/// From the longest to the shortest, the order in which they are written.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The number of milliseconds, or the error.
pub(super) fn parse(text: &str) -> Result<u64, String> {
    let not_a_duration = || {
        format!(
            "`{text}` is not a duration: write whole numbers with h, m, s or ms, the longest first, as in \"5s\", \"250ms\" or \"1m30s\""
        )
    };
    let too_long = || format!("`{text}` is longer than can be counted: write less");
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total = 0_u64;
    if text.is_empty() {
        return Err(not_a_duration());
    }
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit());
        let (unit, after) = split(after, |c| c.is_ascii_alphabetic());
        // Each unit once and in order: `find` continues after the last one.
        let known = units.find(|(name, _)| *name == unit);
        let (Some((_, factor)), false) = (known, number.is_empty()) else {
            return Err(not_a_duration());
        };
        total = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(*factor))
            .and_then(|part| total.checked_add(part))
            .ok_or_else(too_long)?;
        rest = after;
    }
    Ok(total)
}

fn split(text: &str, of_first: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !of_first(c)).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_one_unit_or_several() {
        for (text, milliseconds) in [
            ("5s", 5_000),
            ("250ms", 250),
            ("1m30s", 90_000),
            ("2h", 7_200_000),
            ("1h1m1s1ms", 3_661_001),
            ("0s", 0),
            ("90m", 5_400_000),
        ] {
            assert_eq!(parse(text), Ok(milliseconds), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "", "5", "s", "5 s", "1.5s", "-5s", "5sec", "30s1m", "1s1s", "5S", "1m 30s",
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains("is not a duration"), "{text}: {error}");
        }
        for text in ["99999999999999999999s", "9999999999999999h"] {
            let error = parse(text).expect_err(text);
            assert!(error.contains("write less"), "{text}: {error}");
        }
    }
}

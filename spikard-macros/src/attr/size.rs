//! Sizes with units: `8MiB`.

const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// The number of bytes, or the error.
pub(super) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start_matches(' ');
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    let (Some((_, factor)), false) = (known, number.is_empty()) else {
        return Err(format!(
            "`{text}` is not a size: write a whole number and one of B, KB, MB, GB, KiB, MiB, GiB, as in \"8MiB\""
        ));
    };
    let bytes = number.parse::<u64>().ok();
    bytes
        .and_then(|number| number.checked_mul(*factor))
        .ok_or_else(|| format!("`{text}` is more bytes than a computer can count: write less"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_every_unit() {
        for (text, bytes) in [
            ("0B", 0),
            ("100B", 100),
            ("64KiB", 65_536),
            ("8MiB", 8 << 20),
            ("1GiB", 1 << 30),
            ("3KB", 3_000),
            ("3MB", 3_000_000),
            ("1GB", 1_000_000_000),
            ("8 MiB", 8 << 20),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "", "8", "MiB", "8mib", "8M", "1.5MiB", "-1B", "8MiB ", " 8MiB", "8 MiB/s",
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains("is not a size"), "{text}: {error}");
        }
        for text in ["99999999999999999999B", "99999999999GiB"] {
            let error = parse(text).expect_err(text);
            assert!(error.contains("write less"), "{text}: {error}");
        }
    }
}

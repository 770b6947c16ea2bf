//! The path of a Python callable.

/// What is wrong with `module:callable`, if anything.
pub(super) fn check(path: &str) -> Result<(), String> {
    let Some((module, callable)) = path.split_once(':') else {
        let guess = match path.rsplit_once('.') {
            Some((module, callable)) if is_dotted(path) => format!("{module}:{callable}"),
            _ => "module:callable".to_owned(),
        };
        return Err(format!(
            "a Python callable is named by its module and its name with `:` between: write `python = \"{guess}\"`"
        ));
    };
    if module.ends_with(".py") || module.contains(['/', '\\']) {
        return Err(format!(
            "`{module}` is a file: write the module as `import` names it, `package.module:{callable}`"
        ));
    }
    for (part, what) in [(module, "module"), (callable, "callable")] {
        if part.is_empty() {
            return Err(format!(
                "the {what} is missing in `{path}`: write `module:callable`"
            ));
        }
        if !is_dotted(part) {
            return Err(format!(
                "`{part}` is not the dotted name of a {what} in Python: write `module:callable`"
            ));
        }
    }
    Ok(())
}

fn is_dotted(path: &str) -> bool {
    path.split('.').all(is_identifier)
}

/// Approximately an identifier of Python: letters of any script, digits and `_`.
fn is_identifier(part: &str) -> bool {
    let mut chars = part.chars();
    chars
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|next| next == '_' || next.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn takes_modules_and_callables() {
        for path in ["m:f", "pkg.mod:Class.method", "_m:_f2", "modül:größe"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (path, part) in [
            ("transform", "`python = \"module:callable\"`"),
            ("pkg.mod.f", "`python = \"pkg.mod:f\"`"),
            ("", "`python = \"module:callable\"`"),
            (":f", "module is missing"),
            ("m:", "callable is missing"),
            ("m:f:g", "`f:g`"),
            ("m: f", "` f`"),
            ("m:f()", "`f()`"),
            ("1m:f", "`1m`"),
            (".m:f", "`.m`"),
            ("handlers/batch.py:f", "is a file"),
            ("batch.py:f", "is a file"),
        ] {
            let error = check(path).expect_err(path);
            assert!(error.contains(part), "{path}: {error}");
        }
    }
}

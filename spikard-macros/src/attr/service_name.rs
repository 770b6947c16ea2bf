//! The full name of a service.

use crate::name::is_proto_ident;

/// What is wrong with the full name of a service, if anything.
pub(super) fn check(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("the service has no name: write its full name, `\"package.Service\"`".into());
    }
    if let Some((service, method)) = name.trim_matches('/').split_once('/') {
        return Err(format!(
            "a path of a method is not the name of a service: write `service = \"{service}\"` and `method = \"{method}\"`"
        ));
    }
    for part in name.split('.') {
        if part.is_empty() {
            return Err(format!(
                "`{name}` has an empty part: write the full name from the `.proto`, `package.Service`"
            ));
        }
        if !is_proto_ident(part) {
            return Err(format!(
                "`{part}` is not a name in a `.proto` (letters, digits and `_`, no digit first): write the full name, `package.Service`"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn takes_full_names() {
        for name in ["Service", "pkg.Service", "a.b_c.v1.D2", "_x._Y"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn refuses_what_a_proto_cannot_hold() {
        for (name, part) in [
            ("", "has no name"),
            ("pkg..Service", "empty part"),
            (".pkg.Service", "empty part"),
            ("pkg.Service.", "empty part"),
            ("pkg.My Service", "`My Service`"),
            ("pkg::Service", "`pkg::Service`"),
            ("pkg.2Service", "`2Service`"),
            ("pkg.Größe", "`Größe`"),
            (
                "/pkg.Service/Method",
                "`service = \"pkg.Service\"` and `method = \"Method\"`",
            ),
        ] {
            let error = check(name).expect_err(name);
            assert!(error.contains(part), "{name}: {error}");
        }
    }
}

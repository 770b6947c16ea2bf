//! The service: its full name, or the module that spikard-build generated for it.

use quote::ToTokens;
use syn::{Expr, Path};

use super::literal::string;
use crate::model::ServiceName;
use crate::name::is_proto_ident;
use crate::report::Report;

/// The service that a value names. `None` after an error.
pub(super) fn read(value: &Expr, report: &mut Report) -> Option<ServiceName> {
    if let Some(text) = string(value) {
        if let Err(message) = check(&text.value()) {
            report.at(text.span(), message);
            return None;
        }
        return Some(ServiceName::Text(text.clone()));
    }
    match module(value) {
        Some(path) => Some(ServiceName::Module(path.clone())),
        None => {
            report.on(value, refusal(value));
            None
        }
    }
}

/// The path of an expression that may be that of a module.
fn module(value: &Expr) -> Option<&Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() => {
            let mut segments = path.path.segments.iter();
            segments
                .all(|segment| segment.arguments.is_none())
                .then_some(&path.path)
        }
        Expr::Group(group) => module(&group.expr),
        _ => None,
    }
}

fn refusal(value: &Expr) -> String {
    let written: String = value.to_token_stream().to_string();
    let name: String = written.split_whitespace().collect();
    let (name, hint) = match value {
        // `messageservice.MessageService` without quotes.
        Expr::Field(_) if check(&name).is_ok() => (name.as_str(), ""),
        _ => (
            "messageservice.MessageService",
            ", or the path of the module that spikard-build generated for it",
        ),
    };
    format!("`service` takes the full name in quotes: write `service = \"{name}\"`{hint}")
}

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

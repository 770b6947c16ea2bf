//! The literals among the values.

use syn::{Expr, ExprLit, Lit, LitStr};

/// The literal that an expression is, also in brackets, or in the invisible ones of a `macro_rules!` variable.
pub(super) fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(brackets) => literal(&brackets.expr),
        _ => None,
    }
}

/// The string literal that an option needs.
pub(super) fn string(value: &Expr) -> Option<&LitStr> {
    match literal(value) {
        Some(Lit::Str(string)) => Some(string),
        _ => None,
    }
}

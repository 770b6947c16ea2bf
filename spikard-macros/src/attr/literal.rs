//! Literal values.

use syn::{Expr, ExprLit, Lit, LitStr};

/// The literal in an expression, also in parentheses or in the invisible group of a `macro_rules!` variable.
pub(super) fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(brackets) => literal(&brackets.expr),
        _ => None,
    }
}

/// The string literal that an option requires.
pub(super) fn string(value: &Expr) -> Option<&LitStr> {
    match literal(value) {
        Some(Lit::Str(string)) => Some(string),
        _ => None,
    }
}

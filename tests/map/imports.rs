//! The names that a `use` brings in.

use syn::{ItemUse, UseTree};

/// One name of a `use`: where it is found, and how it is called here.
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    pub(crate) name: Name,
}

pub(crate) enum Name {
    As(String),
    /// `*`
    All,
}

pub(crate) fn of(item: &ItemUse) -> Vec<Import> {
    let mut imports = Vec::new();
    let start = item.leading_colon.as_ref().map(|_| String::new());
    add(&mut imports, start.into_iter().collect(), &item.tree);
    imports
}

fn add(imports: &mut Vec<Import>, mut path: Vec<String>, tree: &UseTree) {
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            add(imports, path, &tree.tree);
        }
        UseTree::Name(tree) => add_as(imports, path, &tree.ident, &tree.ident),
        UseTree::Rename(tree) => add_as(imports, path, &tree.ident, &tree.rename),
        UseTree::Glob(_) => imports.push(Import {
            path,
            name: Name::All,
        }),
        UseTree::Group(tree) => {
            for tree in &tree.items {
                add(imports, path.clone(), tree);
            }
        }
    }
}

fn add_as(imports: &mut Vec<Import>, mut path: Vec<String>, found: &syn::Ident, name: &syn::Ident) {
    let mut name = name.to_string();
    if found != "self" {
        path.push(found.to_string());
    } else if name == "self" {
        name = path.last().cloned().unwrap_or_default();
    }
    imports.push(Import {
        path,
        name: Name::As(name),
    });
}

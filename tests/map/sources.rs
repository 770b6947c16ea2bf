//! The source files of a crate, and the modules that they are.

use syn::visit_mut::VisitMut;
use syn::{Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::without_tests::WithoutTests;

/// A file, without its tests.
pub(crate) struct Source {
    pub(crate) file: String,
    /// Its module, `spikard::python::bridge`; that of a crate's root is the crate's name.
    pub(crate) module: String,
    pub(crate) syntax: syn::File,
}

impl Source {
    /// Whether it only lists modules and re-exports names.
    pub(crate) fn is_list(&self) -> bool {
        let mut items = self.syntax.items.iter();
        items.all(|item| matches!(item, Item::ExternCrate(_) | Item::Mod(_) | Item::Use(_)))
    }
}

/// Gives the text of a file, if there is one.
pub(crate) type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The crate's root, and every file that a `mod` leads to.
pub(crate) fn of_crate(name: &str, root: &str, read: Read<'_>) -> Vec<Source> {
    let mut sources = Vec::new();
    add(&mut sources, name, root, folder(root), read);
    sources
}

fn add(sources: &mut Vec<Source>, module: &str, file: &str, children: &str, read: Read<'_>) {
    let text = read(file).unwrap_or_else(|| panic!("{file}, the file of {module}, cannot be read"));
    let mut syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    WithoutTests.visit_file_mut(&mut syntax);
    add_children(sources, module, file, children, &syntax.items, read);
    sources.push(Source {
        file: file.to_owned(),
        module: module.to_owned(),
        syntax,
    });
}

fn add_children(
    sources: &mut Vec<Source>,
    module: &str,
    file: &str,
    children: &str,
    items: &[Item],
    read: Read<'_>,
) {
    for item in items {
        let Item::Mod(item) = item else { continue };
        let module = format!("{module}::{}", item.ident);
        let inside = format!("{children}/{}", item.ident);
        if let Some((_, items)) = &item.content {
            add_children(sources, &module, file, &inside, items, read);
        } else if let Some(path) = path(item) {
            let file = format!("{}/{path}", folder(file));
            add(sources, &module, &file, folder(&file), read);
        } else {
            let [alone, with_children] = [format!("{inside}.rs"), format!("{inside}/mod.rs")];
            let file = if read(&alone).is_some() {
                alone
            } else {
                with_children
            };
            add(sources, &module, &file, &inside, read);
        }
    }
}

/// The file that an attribute gives.
fn path(item: &ItemMod) -> Option<String> {
    item.attrs
        .iter()
        .find_map(|attribute| match &attribute.meta {
            Meta::NameValue(meta) if meta.path.is_ident("path") => match &meta.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(path),
                    ..
                }) => Some(path.value()),
                _ => None,
            },
            _ => None,
        })
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

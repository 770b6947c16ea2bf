//! What each file uses of the others.

use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, Macro, Path, Visibility};

use super::imports;
use super::names::Names;
use super::sources::Source;

/// A file names something that another one defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) name: String,
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} uses `{}` of {}", self.from, self.name, self.to)
    }
}

pub(crate) fn all(sources: &[Source], names: &Names) -> BTreeSet<Use> {
    let mut reader = Reader {
        names,
        file: "",
        module: String::new(),
        uses: BTreeSet::new(),
    };
    for source in sources {
        reader.file = &source.file;
        reader.module.clone_from(&source.module);
        reader.visit_file(&source.syntax);
    }
    reader.uses
}

struct Reader<'a> {
    names: &'a Names,
    file: &'a str,
    module: String,
    uses: BTreeSet<Use>,
}

impl Reader<'_> {
    fn add(&mut self, path: &[String]) {
        for found in self.names.resolve(&self.module, path) {
            if found.file != self.file {
                self.uses.insert(Use {
                    from: self.file.to_owned(),
                    to: found.file,
                    name: found.name,
                });
            }
        }
    }

    /// The paths among the tokens of a macro or an attribute, `crate :: call :: Call`.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.add(&path);
                        path.clear();
                    }
                    path.push(name.to_string());
                }
                other => {
                    self.add(&path);
                    path.clear();
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
            colons = 0;
        }
        self.add(&path);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let inside = format!("{}::{}", self.module, item.ident);
        let outside = std::mem::replace(&mut self.module, inside);
        visit::visit_item_mod(self, item);
        self.module = outside;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // A re-export only passes a name on.
        if matches!(item.vis, Visibility::Inherited) {
            for import in imports::of(item) {
                self.add(&import.path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let start = path.leading_colon.as_ref().map(|_| String::new());
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.add(&start.into_iter().chain(names).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.add_tokens(mac.tokens.clone());
        visit::visit_macro(self, mac);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Ok(list) = attribute.meta.require_list() {
            self.add_tokens(list.tokens.clone());
        }
        visit::visit_attribute(self, attribute);
    }
}

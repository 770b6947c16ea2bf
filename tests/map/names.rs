//! What is defined where, and under which names it is known.

use std::collections::HashMap;

use syn::visit::{self, Visit};
use syn::{Ident, Item, ItemMod, ItemUse};

use super::imports::{self, Name};
use super::sources::Source;

/// Something that a file defines.
#[derive(Clone)]
pub(crate) struct Defined {
    pub(crate) file: String,
    pub(crate) name: String,
}

/// What stands for the module around all crates.
const CRATES: &str = "";

/// The modules of all crates, each with the names in it.
#[derive(Default)]
pub(crate) struct Names(HashMap<String, Scope>);

#[derive(Default)]
struct Scope {
    names: HashMap<String, Vec<Binding>>,
    globs: Vec<Vec<String>>,
}

enum Binding {
    Module(String),
    Item(Defined),
    /// Brought in by a `use`.
    Path(Vec<String>),
}

/// What a path leads to.
enum Place {
    Module(String),
    Item(Defined),
}

impl Place {
    fn is_module(&self) -> bool {
        matches!(self, Self::Module(_))
    }
}

impl Names {
    pub(crate) fn of(sources: &[Source]) -> Self {
        let mut names = Self::default();
        for source in sources {
            let mut reader = Reader {
                names: &mut names,
                file: &source.file,
                module: source.module.clone(),
            };
            if !source.module.contains("::") {
                reader.module = CRATES.to_owned();
                reader.bind(
                    source.module.clone(),
                    Binding::Module(source.module.clone()),
                );
                reader.module.clone_from(&source.module);
            }
            reader.visit_file(&source.syntax);
        }
        names
    }

    /// What a path leads to, read in a module; nothing where it leads out of the crates, or to a module.
    pub(crate) fn resolve(&self, module: &str, path: &[String]) -> Vec<Defined> {
        let places = self.places(module, path, &mut Vec::new()).into_iter();
        places
            .filter_map(|place| match place {
                Place::Item(item) => Some(item),
                Place::Module(_) => None,
            })
            .collect()
    }

    fn places<'a>(
        &'a self,
        module: &str,
        path: &'a [String],
        followed: &mut Vec<&'a [String]>,
    ) -> Vec<Place> {
        let mut names = path.iter();
        let mut places = match names.next().map_or(CRATES, String::as_str) {
            // Of `::name`.
            CRATES => vec![Place::Module(CRATES.to_owned())],
            "crate" => vec![Place::Module(root(module).to_owned())],
            "self" => vec![Place::Module(module.to_owned())],
            "super" => vec![Place::Module(parent(module).to_owned())],
            name => match self.find(module, name, followed) {
                found if found.is_empty() => self.find(CRATES, name, followed),
                found => found,
            },
        };
        for name in names {
            // A function may be called as a module is, but there is nothing in a function.
            if places.iter().any(Place::is_module) {
                places.retain(Place::is_module);
            }
            let found = places.into_iter();
            places = found
                .flat_map(|place| self.inside(place, name, followed))
                .collect();
        }
        places
    }

    fn inside<'a>(
        &'a self,
        place: Place,
        name: &'a str,
        followed: &mut Vec<&'a [String]>,
    ) -> Vec<Place> {
        match place {
            Place::Module(module) if name == "super" => {
                vec![Place::Module(parent(&module).to_owned())]
            }
            Place::Module(module) => self.find(&module, name, followed),
            // What is in a type belongs to the type.
            Place::Item(_) => vec![place],
        }
    }

    /// All that a name means in a module: it may be a module and a function at once.
    fn find<'a>(
        &'a self,
        module: &str,
        name: &str,
        followed: &mut Vec<&'a [String]>,
    ) -> Vec<Place> {
        let Some(scope) = self.0.get(module) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for binding in scope.names.get(name).into_iter().flatten() {
            match binding {
                Binding::Module(module) => found.push(Place::Module(module.clone())),
                Binding::Item(item) => found.push(Place::Item(item.clone())),
                Binding::Path(path) => found.extend(self.follow(module, path, followed)),
            }
        }
        if found.is_empty() {
            for path in &scope.globs {
                for place in self.follow(module, path, followed) {
                    if let Place::Module(module) = place {
                        found.extend(self.find(&module, name, followed));
                    }
                }
            }
        }
        found
    }

    /// Follows a `use`, unless it is what is being followed.
    fn follow<'a>(
        &'a self,
        module: &str,
        path: &'a [String],
        followed: &mut Vec<&'a [String]>,
    ) -> Vec<Place> {
        if followed.iter().any(|one| std::ptr::eq(*one, path)) {
            return Vec::new();
        }
        followed.push(path);
        let found = self.places(module, path, followed);
        followed.pop();
        found
    }
}

fn root(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

fn parent(module: &str) -> &str {
    module
        .rsplit_once("::")
        .map_or(module, |(parent, _)| parent)
}

/// Reads the definitions and the imports of a file.
struct Reader<'a> {
    names: &'a mut Names,
    file: &'a str,
    module: String,
}

impl Reader<'_> {
    fn scope(&mut self) -> &mut Scope {
        self.names.0.entry(self.module.clone()).or_default()
    }

    fn define(&mut self, name: &Ident) {
        let (name, file) = (name.to_string(), self.file.to_owned());
        let item = Defined {
            file,
            name: name.clone(),
        };
        self.bind(name, Binding::Item(item));
    }

    fn bind(&mut self, name: String, binding: Binding) {
        self.scope().names.entry(name).or_default().push(binding);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) => self.define(&item.ident),
            Item::Enum(item) => self.define(&item.ident),
            Item::Fn(item) => self.define(&item.sig.ident),
            Item::Macro(item) => item.ident.iter().for_each(|name| self.define(name)),
            Item::Static(item) => self.define(&item.ident),
            Item::Struct(item) => self.define(&item.ident),
            Item::Trait(item) => self.define(&item.ident),
            Item::Type(item) => self.define(&item.ident),
            Item::Union(item) => self.define(&item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let inside = format!("{}::{}", self.module, item.ident);
        self.bind(item.ident.to_string(), Binding::Module(inside.clone()));
        let outside = std::mem::replace(&mut self.module, inside);
        visit::visit_item_mod(self, item);
        self.module = outside;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for import in imports::of(item) {
            match import.name {
                Name::As(name) => self.bind(name, Binding::Path(import.path)),
                Name::All => self.scope().globs.push(import.path),
            }
        }
    }
}

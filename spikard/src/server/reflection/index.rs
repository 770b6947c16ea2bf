//! Which file defines a symbol or an extension.

use std::collections::{BTreeMap, HashMap, HashSet};

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    ServiceDescriptorProto,
};

/// The names of all files, by what is in them.
#[derive(Debug, Default)]
pub(super) struct Index {
    symbols: HashMap<String, String>,
    messages: HashSet<String>,
    /// By the message that is extended, and the number of the field.
    extensions: BTreeMap<(String, i32), String>,
}

impl Index {
    /// The name of the file that defines a symbol.
    pub(super) fn of_symbol(&self, symbol: &str) -> Option<&str> {
        self.symbols.get(symbol).map(String::as_str)
    }

    /// The name of the file that defines an extension of `message`.
    pub(super) fn of_extension(&self, message: &str, number: i32) -> Option<&str> {
        let file = self.extensions.get(&(message.to_owned(), number));
        file.map(String::as_str)
    }

    /// The numbers of all extensions of `message`; `None` if there is no such message.
    pub(super) fn extensions_of(&self, message: &str) -> Option<Vec<i32>> {
        if !self.messages.contains(message) {
            return None;
        }
        let from = (message.to_owned(), i32::MIN);
        let to = (message.to_owned(), i32::MAX);
        let extensions = self.extensions.range(from..=to);
        Some(extensions.map(|((_, number), _)| *number).collect())
    }

    pub(super) fn add(&mut self, file: &FileDescriptorProto) {
        let mut of_file = OfFile {
            index: self,
            file: file.name(),
        };
        let package = file.package();
        for message in &file.message_type {
            of_file.message(package, message);
        }
        for one in &file.enum_type {
            of_file.enumeration(package, one);
        }
        for extension in &file.extension {
            of_file.extension(package, extension);
        }
        for service in &file.service {
            of_file.service(package, service);
        }
    }
}

/// Adds what one file defines. Each method takes the scope of what it adds.
struct OfFile<'a> {
    index: &'a mut Index,
    file: &'a str,
}

impl OfFile<'_> {
    fn symbol(&mut self, scope: &str, name: &str) -> String {
        let full = match scope {
            "" => name.to_owned(),
            scope => format!("{scope}.{name}"),
        };
        let file = self.file.to_owned();
        self.index.symbols.entry(full.clone()).or_insert(file);
        full
    }

    fn message(&mut self, scope: &str, message: &DescriptorProto) {
        let name = self.symbol(scope, message.name());
        for field in &message.field {
            self.symbol(&name, field.name());
        }
        for oneof in &message.oneof_decl {
            self.symbol(&name, oneof.name());
        }
        for extension in &message.extension {
            self.extension(&name, extension);
        }
        for one in &message.enum_type {
            self.enumeration(&name, one);
        }
        for nested in &message.nested_type {
            self.message(&name, nested);
        }
        self.index.messages.insert(name);
    }

    fn enumeration(&mut self, scope: &str, one: &EnumDescriptorProto) {
        self.symbol(scope, one.name());
        // Values are in the scope of their type, beside it.
        for value in &one.value {
            self.symbol(scope, value.name());
        }
    }

    fn extension(&mut self, scope: &str, extension: &FieldDescriptorProto) {
        self.symbol(scope, extension.name());
        // Compilers write the full name, with a dot before it.
        let extended = extension.extendee().trim_start_matches('.').to_owned();
        let key = (extended, extension.number());
        self.index.extensions.insert(key, self.file.to_owned());
    }

    fn service(&mut self, scope: &str, service: &ServiceDescriptorProto) {
        let name = self.symbol(scope, service.name());
        for method in &service.method {
            self.symbol(&name, method.name());
        }
    }
}

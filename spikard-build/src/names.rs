//! The Rust names of services and methods: prost's, made unique.

use std::collections::{HashMap, HashSet};

use heck::ToUpperCamelCase;
use prost_build::Module;
use protox::prost_reflect::prost_types::FileDescriptorSet;

/// The names of the modules of all services.
#[derive(Debug)]
pub(crate) struct Names {
    /// By the full name of the service.
    modules: HashMap<String, String>,
}

impl Names {
    /// Names the services of `files`: in snake case, with `_service` appended if a message or a package has a module of
    /// that name.
    pub(crate) fn new(files: &FileDescriptorSet) -> Self {
        let mut taken: HashSet<(String, String)> = HashSet::new();
        for file in &files.file {
            let package: Vec<String> = snake(file.package()).collect();
            for length in 0..package.len() {
                let (outer, rest) = package.split_at(length);
                taken.insert((outer.join("."), rest[0].clone()));
            }
            for message in &file.message_type {
                taken.extend(snake(message.name()).map(|name| (package.join("."), name)));
            }
        }
        let mut modules = HashMap::new();
        for file in &files.file {
            let package = snake(file.package()).collect::<Vec<_>>().join(".");
            for service in &file.service {
                let mut name: String = snake(service.name()).collect();
                while !taken.insert((package.clone(), name.clone())) {
                    name = format!("{}_service", name.trim_start_matches("r#"));
                }
                modules.insert(full_name(file.package(), service.name()), name);
            }
        }
        Self { modules }
    }

    /// The module of a service.
    pub(crate) fn module(&self, service: &str) -> Option<&str> {
        self.modules.get(service).map(String::as_str)
    }
}

/// `messageservice.MessageService`; the package may be empty.
pub(crate) fn full_name(package: &str, service: &str) -> String {
    if package.is_empty() {
        service.to_owned()
    } else {
        format!("{package}.{service}")
    }
}

/// The parts of a dotted name, as prost names modules.
fn snake(name: &str) -> impl Iterator<Item = String> {
    let module = Module::from_protobuf_package_name(name);
    let parts: Vec<String> = module.parts().map(str::to_owned).collect();
    parts.into_iter()
}

/// The names of the structs of methods, in the order of `methods`: prost's names of types, with a `_` appended if
/// another method has that name, by its own spelling or by coming first.
pub(crate) fn structs(methods: &[&str]) -> Vec<String> {
    let mut taken: HashSet<String> = methods
        .iter()
        .filter(|name| upper_camel(name) == **name)
        .map(|name| (*name).to_owned())
        .collect();
    let name = |method: &&str| {
        let mut name = upper_camel(method);
        if name == *method {
            return name;
        }
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        name
    };
    methods.iter().map(name).collect()
}

/// A name as prost names types.
fn upper_camel(name: &str) -> String {
    let camel = name.to_upper_camel_case();
    match camel.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("_{camel}"),
        // A name of underscores only.
        None => "_Method".to_owned(),
        // The only keyword in this case, which cannot be a raw identifier.
        _ if camel == "Self" => "Self_".to_owned(),
        _ => camel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_structs_as_prost_names_types() {
        for (method, name) in [
            ("BatchCreate", "BatchCreate"),
            ("batch_create", "BatchCreate"),
            ("GetHTTPInfo", "GetHttpInfo"),
            ("Type", "Type"),
            ("self", "Self_"),
            ("_1st", "_1st"),
            ("__", "_Method"),
        ] {
            assert_eq!(structs(&[method]), [name], "{method}");
        }
    }

    #[test]
    fn keeps_structs_apart() {
        assert_eq!(
            structs(&["getUrl", "GetURL", "GetUrl", "Other"]),
            ["GetUrl_", "GetUrl__", "GetUrl", "Other"]
        );
    }
}

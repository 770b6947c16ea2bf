//! Generates the code for services.

use std::fmt::Write;

use prost_build::{Method, Service, ServiceGenerator};

use crate::names::{Names, full_name, structs};

/// Our code for each service, then that of another generator.
pub(crate) struct Generator {
    services: Services,
    others: Vec<Box<dyn ServiceGenerator>>,
}

impl Generator {
    pub(crate) fn new(services: Services, others: Vec<Box<dyn ServiceGenerator>>) -> Self {
        Self { services, others }
    }
}

impl ServiceGenerator for Generator {
    fn generate(&mut self, service: Service, code: &mut String) {
        self.services.write(&service, code);
        for other in &mut self.others {
            other.generate(service.clone(), code);
        }
    }

    fn finalize(&mut self, code: &mut String) {
        for other in &mut self.others {
            other.finalize(code);
        }
    }

    fn finalize_package(&mut self, package: &str, code: &mut String) {
        for other in &mut self.others {
            other.finalize_package(package, code);
        }
    }
}

/// The settings of the code for services.
#[derive(Debug)]
pub(crate) struct Services {
    crate_path: String,
    names: Names,
}

impl Services {
    pub(crate) fn new(crate_path: String, names: Names) -> Self {
        Self { crate_path, names }
    }

    /// Writes the module of a service and, after it, the `impl`s for its methods. These are in the module of the
    /// package, where prost's names of the messages are valid.
    fn write(&self, service: &Service, code: &mut String) {
        let full_name = full_name(&service.package, &service.proto_name);
        let Some(module) = self.names.module(&full_name) else {
            return;
        };
        let methods: Vec<&str> = service
            .methods
            .iter()
            .map(|method| method.proto_name.as_str())
            .collect();
        let structs = structs(&methods);
        let quoted: Vec<String> = methods.iter().map(|name| format!("\"{name}\"")).collect();
        let quoted = quoted.join(", ");
        let methods = service.methods.iter().zip(&structs);

        service.comments.append_with_indent(0, code);
        push(code, &separator(&service.comments));
        push(
            code,
            &format!(
                "/// The methods of the service `{full_name}`.
                #[allow(dead_code, non_camel_case_types, unreachable_pub)]
                pub mod {module} {{
                    /// The full name of the service.
                    pub const NAME: &::core::primitive::str = \"{full_name}\";
                    /// The names of its methods, as the `.proto` spells them.
                    pub const METHODS: &[&::core::primitive::str] = &[{quoted}];"
            ),
        );
        for (method, name) in methods.clone() {
            marker(method, name, code);
        }
        push(
            code,
            "#[doc(hidden)]\n#[derive(Clone, Copy, Debug)]\npub struct __Service;\n}",
        );

        self.service(module, code);
        for (index, (method, name)) in methods.enumerate() {
            self.method(module, index, method, name, code);
        }
    }

    fn service(&self, module: &str, code: &mut String) {
        let krate = &self.crate_path;
        push(
            code,
            &format!(
                "impl {krate}::proto::Service for {module}::__Service {{
                    const NAME: &'static ::core::primitive::str = {module}::NAME;
                    const METHODS: &'static [&'static ::core::primitive::str] = {module}::METHODS;
                }}"
            ),
        );
    }

    fn method(&self, module: &str, index: usize, method: &Method, name: &str, code: &mut String) {
        let krate = &self.crate_path;
        let (takes, returns) = (&method.input_type, &method.output_type);
        let (request, response) = messages(method);
        let proto_name = &method.proto_name;
        let (client, server) = (method.client_streaming, method.server_streaming);
        push(
            code,
            &format!(
                "#[allow(deprecated)]
                impl {krate}::__private::MethodAt<{index}> for {module}::__Service {{
                    type Method = {module}::{name};
                }}
                #[allow(deprecated)]
                impl {krate}::proto::Method for {module}::{name} {{
                    type Service = {module}::__Service;
                    type Request = {takes};
                    type Response = {returns};
                    const NAME: &'static ::core::primitive::str = \"{proto_name}\";
                    const REQUEST: &'static ::core::primitive::str = \"{request}\";
                    const RESPONSE: &'static ::core::primitive::str = \"{response}\";
                    const CLIENT_STREAMS: ::core::primitive::bool = {client};
                    const SERVER_STREAMS: ::core::primitive::bool = {server};
                }}"
            ),
        );
    }
}

/// The struct of a method, with its comments.
fn marker(method: &Method, name: &str, code: &mut String) {
    let stream = |streams| if streams { "stream " } else { "" };
    let (request, response) = messages(method);
    let declaration = format!(
        "rpc {}({}{request}) returns ({}{response})",
        method.proto_name,
        stream(method.client_streaming),
        stream(method.server_streaming),
    );
    method.comments.append_with_indent(1, code);
    push(code, &separator(&method.comments));
    push(code, &format!("/// `{declaration}`"));
    if method.options.deprecated() {
        push(code, "#[deprecated]");
    }
    push(
        code,
        &format!("#[derive(Clone, Copy, Debug)]\npub struct {name};"),
    );
}

/// The full names of the messages of a method, without the leading dot.
fn messages(method: &Method) -> (&str, &str) {
    (
        method.input_proto_type.trim_start_matches('.'),
        method.output_proto_type.trim_start_matches('.'),
    )
}

/// An empty line of documentation after comments.
fn separator(comments: &prost_build::Comments) -> String {
    if comments.leading.is_empty() && comments.trailing.is_empty() {
        String::new()
    } else {
        "///".to_owned()
    }
}

fn push(code: &mut String, lines: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(code, "{lines}");
}

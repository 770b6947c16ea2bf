//! What messages take in memory: the derive that states it.

use prost_build::Config;
use protox::prost_reflect::prost_types::{DescriptorProto, FileDescriptorSet};

/// Has each message and each oneof of `files` derive `Footprint`.
pub(crate) fn derive(prost: &mut Config, files: &FileDescriptorSet, krate: &str) {
    let mut attribute = format!("#[derive({krate}::Footprint)]");
    // The derive finds the crate in Cargo.toml.
    if krate != "::spikard" {
        attribute.push_str(&format!(" #[footprint(crate = {krate})]"));
    }
    prost.message_attribute(".", &attribute);
    for file in &files.file {
        let package = match file.package() {
            "" => String::new(),
            package => format!(".{package}"),
        };
        for message in &file.message_type {
            derive_oneofs(prost, message, &package, &attribute);
        }
    }
}

/// An attribute of enumerations is one of oneofs as well, so that each oneof has to be named.
fn derive_oneofs(prost: &mut Config, message: &DescriptorProto, outer: &str, attribute: &str) {
    let path = format!("{outer}.{}", message.name());
    for oneof in &message.oneof_decl {
        prost.type_attribute(format!("{path}.{}", oneof.name()), attribute);
    }
    for nested in &message.nested_type {
        derive_oneofs(prost, nested, &path, attribute);
    }
}

//! What is generated, in the respects that the compilation of `ui-tests` does not show.

use std::fs;
use std::path::PathBuf;

use prost_build::{Service, ServiceGenerator};
use protox::prost_reflect::DescriptorPool;
use spikard_build::{Builder, configure};
use tempfile::TempDir;

const SHOP: &str = r#"
syntax = "proto3";
package shop.v1;
import "types.proto";

// Sells things.
service Shop {
  // Buys one thing.
  rpc Buy(types.Thing) returns (Receipt);
  rpc Sell(stream types.Thing) returns (stream Receipt) { option deprecated = true; }
}

message Receipt {}
"#;

const TYPES: &str = r#"
syntax = "proto3";
package types;
message Thing {}
"#;

/// A folder with `files`, whose first file is compiled into its subfolder `out`.
struct Compiled {
    folder: TempDir,
}

impl Compiled {
    fn new(files: &[(&str, &str)], configure_it: impl FnOnce(Builder) -> Builder) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let out = folder.path().join("out");
        fs::create_dir(&out).expect("a folder can be made");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file can be written");
        }
        configure_it(configure().out_dir(out))
            .compile(&[files[0].0], &[folder.path()])
            .expect("the files are valid");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    /// A generated file on one line, with single spaces.
    fn read(&self, name: &str) -> String {
        let text = fs::read_to_string(self.path(name)).expect("the file was generated");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn shop(configure_it: impl FnOnce(Builder) -> Builder) -> Compiled {
    Compiled::new(
        &[("shop.proto", SHOP), ("types.proto", TYPES)],
        configure_it,
    )
}

#[test]
fn a_service_is_a_module_with_a_struct_for_each_method() {
    let code = shop(|builder| builder).read("shop.v1.rs");
    for part in [
        "/// Sells things. /// /// The methods of the service `shop.v1.Shop`.",
        "pub mod shop { /// The full name of the service. pub const NAME: &::core::primitive::str = \"shop.v1.Shop\"; /// The names of its methods, as the `.proto` spells them. pub const METHODS: &[&::core::primitive::str] = &[\"Buy\", \"Sell\"];",
        "/// Buys one thing. /// /// `rpc Buy(types.Thing) returns (shop.v1.Receipt)` #[derive(Clone, Copy, Debug)] pub struct Buy;",
        "/// `rpc Sell(stream types.Thing) returns (stream shop.v1.Receipt)` #[deprecated] #[derive(Clone, Copy, Debug)] pub struct Sell;",
        "impl ::spikard::proto::Service for shop::__Service { const NAME: &'static ::core::primitive::str = shop::NAME;",
        "type Request = super::super::types::Thing; type Response = Receipt;",
    ] {
        assert!(code.contains(part), "{part}\nis not in\n{code}");
    }
}

#[test]
fn imported_files_are_generated_too() {
    let code = shop(|builder| builder).read("types.rs");
    assert!(code.contains("pub struct Thing"), "{code}");
}

#[test]
fn a_file_without_a_package_has_services_too() {
    let bare = "syntax = \"proto3\"; service Bare { rpc Do(M) returns (M); } message M {}";
    let code = Compiled::new(&[("bare.proto", bare)], |builder| builder).read("_.rs");
    assert!(
        code.contains("NAME: &::core::primitive::str = \"Bare\";"),
        "{code}"
    );
    assert!(code.contains("const REQUEST: &'static ::core::primitive::str = \"M\";"));
}

#[test]
fn messages_may_be_elsewhere() {
    let code = shop(|builder| builder.extern_path(".types", "::types::v1")).read("shop.v1.rs");
    assert!(
        code.contains("type Request = ::types::v1::Thing;"),
        "{code}"
    );
}

#[test]
fn the_crate_may_have_another_path() {
    let code = shop(|builder| builder.crate_path("crate::rpc")).read("shop.v1.rs");
    assert!(
        code.contains("impl crate::rpc::proto::Method for"),
        "{code}"
    );
    assert!(code.contains("impl crate::rpc::__private::MethodAt<1> for"));
    assert!(!code.contains("::spikard"), "{code}");
}

#[test]
fn settings_of_prost_hold() {
    let derive = "#[derive(Eq2)]";
    let code = shop(|builder| {
        builder.prost(|config| {
            config.message_attribute("shop.v1.Receipt", derive);
        })
    });
    assert!(code.read("shop.v1.rs").contains(derive));
}

#[test]
fn descriptors_have_every_file() {
    let compiled = shop(|builder| builder.file_descriptor_set_path("descriptors.bin"));
    let bytes = fs::read(compiled.path("descriptors.bin")).expect("the file was written");
    let pool = DescriptorPool::decode(&bytes[..]).expect("these are descriptors");
    let names: Vec<_> = pool.files().map(|file| file.name().to_owned()).collect();
    assert_eq!(names, ["types.proto", "shop.proto"]);
    let service = pool
        .get_service_by_name("shop.v1.Shop")
        .expect("it is there");
    assert_eq!(service.methods().count(), 2);
}

#[test]
fn descriptors_may_be_in_another_folder() {
    let elsewhere = tempfile::tempdir().expect("a folder can be made");
    let path = elsewhere.path().join("set.bin");
    shop(|builder| builder.file_descriptor_set_path(&path));
    assert!(path.exists());
}

/// Writes a struct for each service, and a constant for each package.
struct Naming;

impl ServiceGenerator for Naming {
    fn generate(&mut self, service: Service, code: &mut String) {
        code.push_str(&format!("pub struct {}Client;\n", service.name));
    }

    fn finalize_package(&mut self, package: &str, code: &mut String) {
        code.push_str(&format!("pub const PACKAGE: &str = \"{package}\";\n"));
    }
}

#[test]
fn another_generator_runs_beside_ours() {
    let code = shop(|builder| builder.service_generator(Box::new(Naming))).read("shop.v1.rs");
    for part in [
        "pub mod shop {",
        "pub struct ShopClient;",
        "PACKAGE: &str = \"shop.v1\"",
    ] {
        assert!(code.contains(part), "{part}\nis not in\n{code}");
    }
}

#[test]
fn modules_do_not_take_a_name_twice() {
    let files = [
        (
            "a.proto",
            "syntax = \"proto3\"; package a; import \"b.proto\"; service Store {} service StoreService {} service Match {} service Item {} message item { message Part {} }",
        ),
        ("b.proto", "syntax = \"proto3\"; package a.store;"),
    ];
    let code = Compiled::new(&files, |builder| builder).read("a.rs");
    for (service, module) in [
        ("Store", "store_service"),
        ("StoreService", "store_service_service"),
        ("Match", "r#match"),
        ("Item", "item_service"),
    ] {
        let part = format!(
            "pub mod {module} {{ /// The full name of the service. pub const NAME: &::core::primitive::str = \"a.{service}\";"
        );
        assert!(code.contains(&part), "{part}\nis not in\n{code}");
    }
}

#[test]
fn fields_of_bytes_are_shared_unless_set_otherwise() {
    const BLOB: &str = "syntax = \"proto3\"; package blob; message Blob { bytes data = 1; }";
    let files = [("blob.proto", BLOB)];
    let shared = Compiled::new(&files, |builder| builder).read("blob.rs");
    assert!(
        shared.contains("pub data: ::prost::bytes::Bytes,"),
        "{shared}"
    );
    let owned = Compiled::new(&files, |builder| {
        builder.prost(|config| {
            config.bytes([] as [&str; 0]);
        })
    });
    let owned = owned.read("blob.rs");
    assert!(
        owned.contains("pub data: ::prost::alloc::vec::Vec<u8>,"),
        "{owned}"
    );
}

#[test]
fn messages_and_oneofs_state_what_they_take() {
    const MENAGERIE: &str = r#"
syntax = "proto3";
package zoo;
enum Colour { RED = 0; }
message Cage {
  message Lock { oneof opened_by { string key = 1; int32 number = 2; } }
  optional string label = 1;
}
"#;
    let derive = "#[derive(::spikard::Footprint)]";
    let files = [("zoo.proto", MENAGERIE)];
    let code = Compiled::new(&files, |builder| builder).read("zoo.rs");
    for (declaration, derives) in [
        ("pub struct Cage", true),
        ("pub struct Lock", true),
        ("pub enum OpenedBy", true),
        ("pub enum Colour", false),
    ] {
        let (before, _) = code.split_once(declaration).expect(declaration);
        let item = before.rsplit(['}', '{', ';']).next().unwrap_or_default();
        assert_eq!(item.contains(derive), derives, "{declaration}: {item}");
    }
    assert_eq!(code.matches("Footprint").count(), 3, "{code}");

    let code = Compiled::new(&files, |builder| builder.footprints(false)).read("zoo.rs");
    assert!(!code.contains("spikard"), "{code}");

    let code = Compiled::new(&files, |builder| builder.crate_path("::other")).read("zoo.rs");
    let elsewhere = "#[derive(::other::Footprint)] #[footprint(crate = ::other)]";
    assert_eq!(code.matches(elsewhere).count(), 3, "{code}");
}

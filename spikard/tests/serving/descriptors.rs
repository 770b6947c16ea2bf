//! What reflection is given to show: a `.proto` with all that can be asked for.

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
    FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, OneofDescriptorProto,
    ServiceDescriptorProto,
};

fn field(name: &str, number: i32) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(Type::String.into()),
        ..Default::default()
    }
}

fn extension(name: &str, number: i32) -> FieldDescriptorProto {
    FieldDescriptorProto {
        extendee: Some(".shown.Item".into()),
        ..field(name, number)
    }
}

fn message(name: &str) -> DescriptorProto {
    DescriptorProto {
        name: Some(name.into()),
        ..Default::default()
    }
}

fn file(name: &str, imports: &[&str]) -> FileDescriptorProto {
    FileDescriptorProto {
        name: Some(name.into()),
        package: Some("shown".into()),
        dependency: imports.iter().copied().map(String::from).collect(),
        ..Default::default()
    }
}

/// `shop.proto`, which imports `item.proto`, which imports `base.proto` and a file that was left out.
pub(crate) fn descriptors() -> Vec<u8> {
    let base = file("base.proto", &[]);
    let item = FileDescriptorProto {
        message_type: vec![DescriptorProto {
            field: vec![field("name", 1)],
            oneof_decl: vec![OneofDescriptorProto {
                name: Some("price".into()),
                ..Default::default()
            }],
            nested_type: vec![DescriptorProto {
                extension: vec![extension("weight", 126)],
                ..message("Part")
            }],
            enum_type: vec![EnumDescriptorProto {
                name: Some("Size".into()),
                value: vec![EnumValueDescriptorProto {
                    name: Some("LARGE".into()),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..message("Item")
        }],
        ..file("item.proto", &["base.proto", "left_out.proto"])
    };
    let shop = FileDescriptorProto {
        extension: vec![extension("colour", 100)],
        service: vec![ServiceDescriptorProto {
            name: Some("Shop".into()),
            method: vec![MethodDescriptorProto {
                name: Some("Buy".into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..file("shop.proto", &["item.proto"])
    };
    let mut set = FileDescriptorSet {
        file: vec![base, item, shop],
    }
    .encode_to_vec();
    // An option that prost does not know: field 50,000 of the last file.
    let options = [0x82, 0xb5, 0x18, 1, b'x'];
    let last = set.len() - FileDescriptorSet::decode(&set[..]).unwrap().file[2].encoded_len();
    set[last - 1] += u8::try_from(options.len()).unwrap();
    set.extend(options);
    set
}

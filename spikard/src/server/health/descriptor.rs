//! What reflection shows of the service.

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions, MethodDescriptorProto,
};

/// tonic-health's file under its usual name, with `List`.
pub(in crate::server) fn descriptor_set() -> Vec<u8> {
    let known = tonic_health::pb::FILE_DESCRIPTOR_SET;
    let Ok(mut set) = FileDescriptorSet::decode(known) else {
        return known.to_vec();
    };
    for file in &mut set.file {
        file.name = Some("grpc/health/v1/health.proto".into());
        let service = file.service.first_mut();
        let Some(service) = service.filter(|service| {
            let list = |method: &MethodDescriptorProto| method.name() == "List";
            !service.method.iter().any(list)
        }) else {
            continue;
        };
        service.method.push(MethodDescriptorProto {
            name: Some("List".into()),
            input_type: Some(".grpc.health.v1.HealthListRequest".into()),
            output_type: Some(".grpc.health.v1.HealthListResponse".into()),
            ..Default::default()
        });
        file.message_type.extend([request(), response()]);
    }
    set.encode_to_vec()
}

fn request() -> DescriptorProto {
    DescriptorProto {
        name: Some("HealthListRequest".into()),
        ..Default::default()
    }
}

fn response() -> DescriptorProto {
    const STATUS: &str = ".grpc.health.v1.HealthCheckResponse";
    const ENTRY: &str = ".grpc.health.v1.HealthListResponse.StatusesEntry";
    // A map is a list of entries.
    let entry = DescriptorProto {
        name: Some("StatusesEntry".into()),
        field: vec![
            field("key", 1, Label::Optional, None),
            field("value", 2, Label::Optional, Some(STATUS)),
        ],
        options: Some(MessageOptions {
            map_entry: Some(true),
            ..Default::default()
        }),
        ..Default::default()
    };
    DescriptorProto {
        name: Some("HealthListResponse".into()),
        field: vec![field("statuses", 1, Label::Repeated, Some(ENTRY))],
        nested_type: vec![entry],
        ..Default::default()
    }
}

/// A field of a message, or of text.
fn field(name: &str, number: i32, label: Label, message: Option<&str>) -> FieldDescriptorProto {
    let kind = message.map_or(Type::String, |_| Type::Message);
    FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        label: Some(label.into()),
        r#type: Some(kind.into()),
        type_name: message.map(String::from),
        json_name: Some(name.into()),
        ..Default::default()
    }
}

//! The messages that a class of Python consists of, from their descriptors.

use std::collections::HashMap;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type as Kind};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

use crate::footprint::layout::NumberWidth;
use crate::footprint::table::Table;

use super::costs::Library;

/// A message and those that it consists of.
#[derive(Debug)]
pub(crate) struct Schema {
    /// The first is the message itself.
    types: Vec<MessageType>,
}

/// A message.
#[derive(Debug)]
pub(super) struct MessageType {
    /// What its value takes, without what the fields have elsewhere.
    pub(super) instance: usize,
    pub(super) fields: Table<Field>,
    /// Whether others may define fields of it, which are then not known here.
    pub(super) is_extended: bool,
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) content: Content,
    pub(super) place: Place,
    /// What a value takes in a list.
    pub(super) size: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    Number(NumberWidth),
    /// A `string`, or `bytes`.
    Text {
        is_text: bool,
    },
    /// The message with this index.
    Message(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Inline,
    List,
    Map,
}

impl Schema {
    pub(super) fn new(library: Library, name: &str, set: &[u8]) -> Result<Self, String> {
        let set = FileDescriptorSet::decode(set)
            .map_err(|error| format!("the descriptors of {name} cannot be read: {error}"))?;
        let mut found = HashMap::new();
        for file in &set.file {
            for message in &file.message_type {
                collect(file.package(), message, &mut found);
            }
        }
        let mut making = Making {
            library,
            found,
            indices: HashMap::new(),
            queue: Vec::new(),
        };
        making.index(name)?;
        let mut types = Vec::new();
        // The queue grows with the messages that fields have.
        while let Some(message) = making.queue.get(types.len()).copied() {
            types.push(making.message(message)?);
        }
        Ok(Self { types })
    }

    /// What the value of the message itself takes.
    pub(super) fn root(&self) -> usize {
        self.types.first().map_or(0, |root| root.instance)
    }

    pub(super) fn get(&self, index: usize) -> Option<&MessageType> {
        self.types.get(index)
    }
}

/// All messages of a file by their full names.
fn collect<'a>(
    outer: &str,
    message: &'a DescriptorProto,
    found: &mut HashMap<String, &'a DescriptorProto>,
) {
    let name = match outer {
        "" => message.name().to_owned(),
        _ => format!("{outer}.{}", message.name()),
    };
    for nested in &message.nested_type {
        collect(&name, nested, found);
    }
    found.insert(name, message);
}

/// Messages in the order in which they are come upon.
struct Making<'a> {
    library: Library,
    found: HashMap<String, &'a DescriptorProto>,
    indices: HashMap<String, usize>,
    queue: Vec<&'a DescriptorProto>,
}

impl Making<'_> {
    /// The index of a message, which is described later.
    fn index(&mut self, name: &str) -> Result<usize, String> {
        let name = name.strip_prefix('.').unwrap_or(name);
        if let Some(index) = self.indices.get(name) {
            return Ok(*index);
        }
        let message = self.found.get(name).copied();
        let message =
            message.ok_or_else(|| format!("the descriptors do not have the message {name}"))?;
        let index = self.queue.len();
        self.queue.push(message);
        self.indices.insert(name.to_owned(), index);
        Ok(index)
    }

    fn message(&mut self, message: &DescriptorProto) -> Result<MessageType, String> {
        let mut fields = Vec::new();
        let mut sizes = Vec::new();
        let mut lists = 0;
        // The fields of a oneof are in one place.
        let mut oneofs = vec![None; message.oneof_decl.len()];
        for field in &message.field {
            let made = self.field(field)?;
            fields.push((u32::try_from(field.number()).unwrap_or(0), made));
            let size = if made.place == Place::Inline {
                made.size
            } else {
                lists += 1;
                size_of::<usize>()
            };
            let oneof = field
                .oneof_index
                .and_then(|index| usize::try_from(index).ok());
            match oneof.and_then(|index| oneofs.get_mut(index)) {
                Some(place) => *place = Some(size.max(place.unwrap_or(0))),
                None => sizes.push(size),
            }
        }
        // Each has the number of the field that is set.
        sizes.extend(oneofs.into_iter().flatten().map(|size| size + 4));
        let is_pair = message
            .options
            .as_ref()
            .is_some_and(|options| options.map_entry());
        Ok(MessageType {
            instance: if is_pair {
                0
            } else {
                self.library.instance(&sizes, lists)
            },
            fields: Table::new(fields),
            is_extended: !message.extension_range.is_empty(),
        })
    }

    fn field(&mut self, field: &FieldDescriptorProto) -> Result<Field, String> {
        let (content, size) = match field.r#type() {
            Kind::Bool => (Content::Number(NumberWidth::Varint), 1),
            Kind::Int32 | Kind::Uint32 | Kind::Sint32 | Kind::Enum => {
                (Content::Number(NumberWidth::Varint), 4)
            }
            Kind::Int64 | Kind::Uint64 | Kind::Sint64 => (Content::Number(NumberWidth::Varint), 8),
            Kind::Fixed32 | Kind::Sfixed32 | Kind::Float => (Content::Number(NumberWidth::Four), 4),
            Kind::Fixed64 | Kind::Sfixed64 | Kind::Double => {
                (Content::Number(NumberWidth::Eight), 8)
            }
            Kind::String => (Content::Text { is_text: true }, 16),
            Kind::Bytes => (Content::Text { is_text: false }, 16),
            Kind::Message | Kind::Group => {
                let index = self.index(field.type_name())?;
                (Content::Message(index), size_of::<usize>())
            }
        };
        let place = match (field.label(), content) {
            (Label::Repeated, Content::Message(index)) if self.is_pair(index) => Place::Map,
            (Label::Repeated, _) => Place::List,
            _ => Place::Inline,
        };
        Ok(Field {
            content,
            place,
            size,
        })
    }

    /// Whether a message is the pair of a map.
    fn is_pair(&self, index: usize) -> bool {
        let options = self
            .queue
            .get(index)
            .and_then(|message| message.options.as_ref());
        options.is_some_and(|options| options.map_entry())
    }
}

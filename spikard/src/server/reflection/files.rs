//! The files that a server shows, as they were given: what prost does not know of, such as custom options, stays in them.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;
use prost::Message;
use prost_types::FileDescriptorProto;

use super::error::ReflectionError;
use super::index::Index;

/// Files by name, and what is in them.
#[derive(Debug, Default)]
pub(super) struct Files {
    files: HashMap<String, File>,
    pub(super) index: Index,
}

#[derive(Debug)]
struct File {
    encoded: Bytes,
    imports: Vec<String>,
}

/// `google.protobuf.FileDescriptorSet` whose files stay encoded.
#[derive(Clone, PartialEq, Message)]
struct EncodedSet {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    file: Vec<Bytes>,
}

impl Files {
    /// Adds the files of a set. Of two with one name the first is kept.
    pub(super) fn add_set(&mut self, encoded: &[u8]) -> Result<(), ReflectionError> {
        let undecodable = |error: prost::DecodeError| ReflectionError::new(error.to_string());
        let set = EncodedSet::decode(encoded).map_err(undecodable)?;
        for encoded in set.file {
            let file = FileDescriptorProto::decode(encoded.clone()).map_err(undecodable)?;
            let name = match file.name() {
                "" => return Err(ReflectionError::new("one of its files has no name")),
                name => name.to_owned(),
            };
            if self.files.contains_key(&name) {
                continue;
            }
            self.index.add(&file);
            let imports = file.dependency;
            self.files.insert(name, File { encoded, imports });
        }
        Ok(())
    }

    /// A file and those that it imports, directly or not, less those that were `sent` before; the file itself always.
    /// `None` if there is no such file.
    pub(super) fn with_imports(
        &self,
        name: &str,
        sent: &mut HashSet<String>,
    ) -> Option<Vec<Vec<u8>>> {
        let first = self.files.get(name)?;
        sent.insert(name.to_owned());
        let mut answer = vec![first.encoded.to_vec()];
        let mut waiting: VecDeque<&String> = first.imports.iter().collect();
        while let Some(name) = waiting.pop_front() {
            // What a set leaves out is asked for by name, and then missed.
            if let Some(file) = self.files.get(name)
                && sent.insert(name.clone())
            {
                answer.push(file.encoded.to_vec());
                waiting.extend(&file.imports);
            }
        }
        Some(answer)
    }
}

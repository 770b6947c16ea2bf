//! Server reflection, for tools such as grpcurl.

use std::fmt;

use tonic_reflection::server::{Builder, Error};

use crate::Routes;

/// File descriptor sets that a server shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Reflection {
    descriptor_sets: Vec<Vec<u8>>,
}

impl Reflection {
    pub(super) fn add(&mut self, descriptor_set: Vec<u8>) {
        self.descriptor_sets.push(descriptor_set);
    }

    /// Adds both versions of the service to `routes`, if there is anything to show.
    pub(super) fn mount(&self, routes: Routes) -> Result<Routes, ReflectionError> {
        if self.descriptor_sets.is_empty() {
            return Ok(routes);
        }
        let v1 = self.builder(&routes).build_v1();
        let v1alpha = self.builder(&routes).build_v1alpha();
        Ok(routes
            .add_service(v1.map_err(ReflectionError::new)?)
            .add_service(v1alpha.map_err(ReflectionError::new)?))
    }

    fn builder(&self, routes: &Routes) -> Builder<'_> {
        let sets = self.descriptor_sets.iter();
        let builder = sets.fold(Builder::configure(), |builder, set| {
            builder.register_encoded_file_descriptor_set(set)
        });
        #[cfg(feature = "health")]
        let builder =
            builder.register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
        // Only what is served is listed, whatever else the descriptors describe.
        let served = routes.service_names().into_iter();
        served.fold(builder, Builder::with_service_name)
    }
}

/// A file descriptor set that cannot be shown.
#[derive(Debug)]
pub struct ReflectionError(Error);

impl ReflectionError {
    fn new(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for ReflectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a file descriptor set given to reflection() cannot be used: {}; give the bytes that \
             prost-build's file_descriptor_set_path or protoc's --descriptor_set_out wrote, with imports",
            self.0
        )
    }
}

impl std::error::Error for ReflectionError {}

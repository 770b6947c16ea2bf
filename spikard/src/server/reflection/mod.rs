//! Server reflection, for tools such as grpcurl. tonic-reflection's service ends the call at the first thing that it does not
//! know, and knows no extensions; its messages are here.

mod error;
mod files;
mod index;
mod service;

use std::sync::Arc;

use tonic_reflection::pb;

use crate::Routes;

pub use error::ReflectionError;
use files::Files;
use service::{Reflected, V1, V1_ALPHA};

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
        let mut files = Files::default();
        for set in &self.descriptor_sets {
            files.add_set(set)?;
        }
        #[cfg(feature = "health")]
        files.add_set(&super::health::descriptor_set())?;
        files.add_set(pb::v1::FILE_DESCRIPTOR_SET)?;
        files.add_set(pb::v1alpha::FILE_DESCRIPTOR_SET)?;
        // What is served is listed, whatever else the descriptors describe, and whether they describe it or not.
        let mut services = routes.service_names();
        services.extend([V1, V1_ALPHA]);
        let shown = Arc::new(service::Shown { files, services });
        Ok(routes
            .add(Reflected::<false>(shown.clone()))
            .add(Reflected::<true>(shown)))
    }
}

//! The builder of a compilation.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use prost_build::{Config, ServiceGenerator};
use protox::Compiler;

use crate::comments;
use crate::error::Error;
use crate::footprint;
use crate::generator::{Generator, Services};
use crate::names::Names;

/// A builder with the settings of [`compile`](crate::compile).
///
/// Unlike prost-build's default, `bytes` fields are [`Bytes`](https://docs.rs/bytes): see
/// [fields of bytes](crate#fields-of-bytes).
///
/// ```no_run
/// fn main() -> Result<(), spikard_build::Error> {
///     spikard_build::configure()
///         .file_descriptor_set_path("descriptors.bin")
///         .prost(|config| {
///             config.btree_map(["."]);
///         })
///         .compile(&["proto/messageservice.proto"], &["proto"])
/// }
/// ```
pub fn configure() -> Builder {
    let mut prost = Config::new();
    prost.bytes(["."]);
    Builder {
        prost,
        crate_path: "::spikard".to_owned(),
        out_dir: None,
        descriptors: None,
        footprints: true,
        generators: Vec::new(),
    }
}

/// Settings of a compilation, from [`configure`].
#[must_use = "nothing is compiled before `compile` is called"]
pub struct Builder {
    prost: Config,
    crate_path: String,
    out_dir: Option<PathBuf>,
    descriptors: Option<PathBuf>,
    footprints: bool,
    generators: Vec<Box<dyn ServiceGenerator>>,
}

impl Builder {
    /// The folder for the generated files. Default: Cargo's `OUT_DIR`. It must exist.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Also writes a `FileDescriptorSet` of all files and their imports, for server reflection.
    ///
    /// A relative path is relative to the other generated files:
    /// `include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"))`.
    pub fn file_descriptor_set_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.descriptors = Some(path.into());
        self
    }

    /// Uses the messages of a package, or one message, from another crate instead of generating them:
    /// `.extern_path(".shop.v1", "::shop_types::v1")`.
    pub fn extern_path(
        mut self,
        proto_path: impl Into<String>,
        rust_path: impl Into<String>,
    ) -> Self {
        self.prost.extern_path(proto_path, rust_path);
        self
    }

    /// The path of the crate `spikard` in the program. Default: `::spikard`.
    pub fn crate_path(mut self, path: impl Into<String>) -> Self {
        self.crate_path = path.into();
        self
    }

    /// Whether messages derive `spikard::Footprint`, for the limit `max_decoded_bytes`. Default: yes. Without it the code for
    /// messages needs no `spikard`, as in a crate of messages alone; servers then bound these messages less closely.
    pub fn footprints(mut self, derived: bool) -> Self {
        self.footprints = derived;
        self
    }

    /// Changes the settings of prost-build.
    ///
    /// Set the folder and other generators with [`out_dir`](Self::out_dir) and
    /// [`service_generator`](Self::service_generator) instead. Settings of protoc have no effect.
    pub fn prost(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.prost);
        self
    }

    /// Also runs another generator for each service, for example one that generates clients.
    pub fn service_generator(mut self, generator: Box<dyn ServiceGenerator>) -> Self {
        self.generators.push(generator);
        self
    }

    /// Compiles `protos`, which are in the folders `includes`, and everything that they import.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is not a valid `.proto`, with the line; a file that cannot be written.
    pub fn compile(
        self,
        protos: &[impl AsRef<Path>],
        includes: &[impl AsRef<Path>],
    ) -> Result<(), Error> {
        for file in self.run(protos, includes)? {
            println!("cargo::rerun-if-changed={}", file.display());
        }
        Ok(())
    }

    /// Compiles, and returns the paths of the files that were read.
    pub(crate) fn run(
        mut self,
        protos: &[impl AsRef<Path>],
        includes: &[impl AsRef<Path>],
    ) -> Result<Vec<PathBuf>, Error> {
        let out_dir = match self.out_dir {
            Some(folder) => {
                self.prost.out_dir(&folder);
                folder
            }
            // Left to prost-build, which then writes no absolute path to its `include_file`.
            None => env::var_os("OUT_DIR").ok_or(Error::no_out_dir())?.into(),
        };
        let compiler = read(protos, includes)?;
        if let Some(path) = self.descriptors {
            let path = out_dir.join(path);
            fs::write(&path, compiler.encode_file_descriptor_set())
                .map_err(|error| Error::write(&path, error))?;
        }

        let mut files = compiler.file_descriptor_set();
        comments::clean(&mut files);
        if self.footprints {
            footprint::derive(&mut self.prost, &files, &self.crate_path);
        }
        let services = Services::new(self.crate_path, Names::new(&files));
        self.prost
            .service_generator(Box::new(Generator::new(services, self.generators)))
            .compile_fds(files)
            .map_err(|error| Error::generate(&out_dir, error))?;
        // The files of Google inside protox have no path.
        let read = compiler.files().filter_map(|file| file.path());
        Ok(read.map(Path::to_owned).collect())
    }
}

/// Parses and checks the files and their imports.
fn read(protos: &[impl AsRef<Path>], includes: &[impl AsRef<Path>]) -> Result<Compiler, Error> {
    for file in protos.iter().map(AsRef::as_ref) {
        let mut places = includes.iter().map(|folder| folder.as_ref().join(file));
        if !file.exists() && !places.any(|path| path.exists()) {
            return Err(Error::missing(file, includes));
        }
    }
    let proto_error = |error| Error::proto(&error, includes);
    let mut compiler = Compiler::new(includes).map_err(proto_error)?;
    compiler.include_source_info(true).include_imports(true);
    compiler.open_files(protos).map_err(proto_error)?;
    Ok(compiler)
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("prost", &self.prost)
            .field("crate_path", &self.crate_path)
            .field("out_dir", &self.out_dir)
            .field("file_descriptor_set_path", &self.descriptors)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_was_read_is_watched() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file can be written");
            path
        };
        let imported = write("b.proto", "syntax = \"proto3\";");
        let named = write(
            "a.proto",
            "syntax = \"proto3\"; import \"b.proto\"; import \"google/protobuf/empty.proto\";",
        );
        let watched = configure()
            .out_dir(folder.path())
            .run(&["a.proto"], &[folder.path()])
            .expect("the files are valid");
        assert_eq!(watched, [imported, named]);
    }
}

//! The format of a table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde::Deserialize;
use serde_json::{Map, Value};

/// The calls of a few methods: the same RPC, handled in Rust and in Python.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The full name of the service.
    pub service: String,
    /// The method that is handled in Rust.
    pub rust: String,
    /// The method that is handled in Python.
    pub python: String,
    /// The method that is handled in Python on messages instead of bytes, if there is one.
    pub typed_python: Option<String>,
    /// What the methods do, in a few words.
    pub about: String,
    /// The calls, in the order played.
    #[serde(rename = "call")]
    pub calls: Vec<Call>,
}

/// One call, made of each method.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// What is special about it.
    pub title: String,
    /// What a reader should know of the outcome.
    pub note: Option<String>,
    /// The client's metadata; values of keys that end in `-bin` are in base64.
    #[serde(default)]
    pub metadata: BTreeMap<String, Values>,
    /// The messages of the client.
    #[serde(default)]
    pub messages: Vec<Sent>,
    /// What must come back.
    #[serde(default)]
    pub expect: Expected,
    /// What must come back of the Python handler, where that differs.
    pub expect_python: Option<Expected>,
    /// What must come back of the Python handler on messages, where that differs.
    pub expect_typed_python: Option<Expected>,
}

/// One entry of the messages of a call.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Sent {
    /// `{ times = 10001, message = { … } }`: the same message many times.
    Repeated {
        /// How often.
        times: usize,
        /// The message.
        message: Map<String, Value>,
    },
    /// `{ raw = "…" }`: these bytes, which need not be a protobuf message.
    Raw {
        /// The bytes, as text.
        raw: String,
    },
    /// The fields of a message.
    Message(Map<String, Value>),
}

/// One value of a metadata key, or several. In what is expected, a `*` at the end of a value stands
/// for anything.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum Values {
    /// `key = "value"`.
    One(String),
    /// `key = ["first", "second"]`.
    Many(Vec<String>),
}

impl Values {
    /// The values, in order.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// What must come back.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expected {
    /// The status code, as `INVALID_ARGUMENT`.
    pub code: String,
    /// The text of the status; a `*` at the end stands for anything.
    pub text: String,
    /// The messages: exactly so many, each with these fields; not compared where it is left out.
    pub messages: Option<Vec<Map<String, Value>>>,
    /// Exactly these keys of the initial metadata that begin with `x-`.
    pub metadata: BTreeMap<String, Values>,
    /// Exactly these keys of the trailers that begin with `x-`.
    pub trailers: BTreeMap<String, Values>,
}

impl Default for Expected {
    fn default() -> Self {
        Self {
            code: "OK".into(),
            text: String::new(),
            messages: None,
            metadata: BTreeMap::new(),
            trailers: BTreeMap::new(),
        }
    }
}

/// What a method is handled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandledIn {
    /// Rust, on messages.
    Rust,
    /// Python, on bytes.
    Python,
    /// Python, on messages.
    TypedPython,
}

impl fmt::Display for HandledIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::TypedPython => "typed Python",
        })
    }
}

/// The language of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
        })
    }
}

impl Table {
    /// Reads every table of a folder, by name.
    ///
    /// # Errors
    ///
    /// A folder or file that cannot be read, or one that is not a table.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, TableError> {
        let failed = |error| TableError::Read(folder.to_owned(), error);
        let mut files = fs::read_dir(folder)
            .map_err(failed)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(failed)?;
        files.retain(|file| {
            file.extension()
                .is_some_and(|extension| extension == "toml")
        });
        files.sort();
        files.iter().map(|file| Self::read(file)).collect()
    }

    fn read(file: &Path) -> Result<Self, TableError> {
        let text =
            fs::read_to_string(file).map_err(|error| TableError::Read(file.to_owned(), error))?;
        toml::from_str(&text).map_err(|error| TableError::Parse(file.to_owned(), error))
    }

    /// The methods, in the order in which they are called.
    pub fn methods(&self) -> impl Iterator<Item = (HandledIn, &str)> {
        let typed = self.typed_python.as_deref();
        [
            (HandledIn::Rust, &*self.rust),
            (HandledIn::Python, &*self.python),
        ]
        .into_iter()
        .chain(typed.map(|method| (HandledIn::TypedPython, method)))
    }
}

impl Call {
    /// What must come back of the handler in `language`.
    pub fn expected(&self, language: HandledIn) -> &Expected {
        let own = match language {
            HandledIn::Rust => None,
            HandledIn::Python => self.expect_python.as_ref(),
            HandledIn::TypedPython => self.expect_typed_python.as_ref(),
        };
        own.unwrap_or(&self.expect)
    }
}

/// Why a table cannot be had.
#[derive(Debug)]
pub enum TableError {
    /// The file cannot be read.
    Read(PathBuf, io::Error),
    /// The file is not a table.
    Parse(PathBuf, toml::de::Error),
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Parse(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(_, error) => Some(error),
            Self::Parse(_, error) => Some(error),
        }
    }
}

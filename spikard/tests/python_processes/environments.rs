//! Virtual environments, installed packages, and where modules are found.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Ended, modules, role, run};
use super::roles::REFUSED;

/// What `probe:where` says.
type Found = HashMap<String, String>;

fn found(command: &mut Command) -> Found {
    let ended = run(command);
    assert!(ended.status.success(), "{}\n{}", ended.stdout, ended.stderr);
    let fields = ended.stdout.lines().filter_map(|line| line.split_once('='));
    fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn probe() -> Command {
    role(&["call", "probe:where"])
}

/// An environment as `python -m venv` lays it out, with a module `marker` in it.
struct Environment(PathBuf);

impl Environment {
    fn new(name: &str, config: &str, minor: &str) -> Self {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        let environment = Self(root);
        fs::create_dir_all(environment.packages(minor)).unwrap();
        fs::create_dir_all(environment.0.join("bin")).unwrap();
        fs::write(environment.0.join("pyvenv.cfg"), config).unwrap();
        fs::write(environment.packages(minor).join("marker.py"), "").unwrap();
        environment
    }

    /// One that the Python of the build made.
    fn own(name: &str, build: &Found) -> Self {
        let python = PathBuf::from(&build["executable"]);
        let home = python.parent().unwrap().display();
        let config = format!(
            "home = {home}\ninclude-system-site-packages = false\nversion = {}.0\n",
            build["minor"]
        );
        let environment = Self::new(name, &config, &build["minor"]);
        symlink(&python, environment.0.join("bin/python")).unwrap();
        environment
    }

    fn packages(&self, minor: &str) -> PathBuf {
        self.0.join(format!("lib/python{minor}/site-packages"))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

fn refused(command: &mut Command) -> String {
    let Ended {
        status,
        stdout,
        stderr,
    } = run(command);
    assert_eq!(status.code(), Some(REFUSED.into()), "{stdout}\n{stderr}");
    stdout
}

pub(crate) fn default() {
    let found = found(&mut probe());
    assert_eq!(found["prefix"], found["base_prefix"]);
    assert!(found["library"].starts_with(&found["prefix"]), "{found:?}");
    assert_eq!(found["marker"], "None");
    assert_eq!(found["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(found["SIGINT is free"], "True");
    assert_eq!(found["one limit"], "True");
    assert_eq!(found["argv"], "role call probe:where");
}

pub(crate) fn active() {
    let build = found(&mut probe());
    let environment = Environment::own("active", &build);
    let found = found(probe().env("VIRTUAL_ENV", environment.path()));
    assert_eq!(found["prefix"], environment.path());
    assert_eq!(found["base_prefix"], build["base_prefix"]);
    assert_eq!(found["library"], build["library"]);
    assert!(found["marker"].starts_with(environment.path()), "{found:?}");
    assert_eq!(
        Path::new(&found["executable"]),
        environment.0.join("bin/python")
    );
}

pub(crate) fn named() {
    let build = found(&mut probe());
    let environment = Environment::own("named", &build);
    let mut command = role(&["call in", environment.path(), "probe:where"]);
    let found = found(command.env("VIRTUAL_ENV", "/no/such/environment"));
    assert_eq!(found["prefix"], environment.path());
    assert!(found["marker"].starts_with(environment.path()), "{found:?}");
}

pub(crate) fn foreign() {
    let build = found(&mut probe());
    // A Python whose standard library would end the interpreter at once, were it used.
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("another_build");
    let library = home.join(format!("lib/python{}", build["minor"]));
    fs::create_dir_all(&library).unwrap();
    fs::create_dir_all(home.join("bin")).unwrap();
    fs::write(
        library.join("os.py"),
        "raise SystemExit('the library of another build')",
    )
    .unwrap();
    let config = format!(
        "home = {}/bin\ninclude-system-site-packages = false\nversion = {}.99\n",
        home.display(),
        build["minor"]
    );
    let environment = Environment::new("foreign", &config, &build["minor"]);
    symlink(&build["executable"], environment.0.join("bin/python")).unwrap();
    let found = found(probe().env("VIRTUAL_ENV", environment.path()));
    assert_eq!(found["prefix"], environment.path());
    assert_eq!(found["base_prefix"], build["base_prefix"]);
    assert_eq!(found["library"], build["library"]);
    assert!(found["marker"].starts_with(environment.path()), "{found:?}");
    // The packages of the build's own installation are not those of the environment.
    assert!(!found["path"].contains("dist-packages"), "{found:?}");
    let installed = format!(
        "{}/lib/python{}/site-packages",
        build["base_prefix"], build["minor"]
    );
    assert!(!found["path"].contains(&installed), "{found:?}");
}

pub(crate) fn other_minor() {
    let minor = &found(&mut probe())["minor"];
    let environment = Environment::new("other_minor", "home = /usr/bin\nversion = 3.9.18\n", "3.9");
    let said = refused(probe().env("VIRTUAL_ENV", environment.path()));
    let expected = format!(
        "the active virtual environment (VIRTUAL_ENV) {} cannot be used: it is of Python 3.9, and the program is \
         built against Python {minor}; make one with python{minor} -m venv, or build the program with PYO3_PYTHON \
         set to its Python\n",
        environment.path()
    );
    assert_eq!(said, expected);
    let said = refused(&mut role(&["call in", environment.path(), "probe:where"]));
    assert!(said.contains("it is of Python 3.9"), "{said}");
    // uv and virtualenv spell it otherwise, and a folder may be all there is.
    let spelt = Environment::new(
        "spelt",
        "home = /usr/bin\nversion_info = 3.9.18.final.0\n",
        "3.9",
    );
    assert!(refused(probe().env("VIRTUAL_ENV", spelt.path())).contains("it is of Python 3.9"));
    let folder = Environment::new("folder", "home = /usr/bin\n", "3.9");
    assert!(refused(probe().env("VIRTUAL_ENV", folder.path())).contains("it is of Python 3.9"));
}

pub(crate) fn none() {
    let said = refused(&mut role(&[
        "call in",
        "/no/such/environment",
        "probe:where",
    ]));
    let expected = "the virtual environment /no/such/environment cannot be used: its pyvenv.cfg cannot be read";
    assert!(said.starts_with(expected), "{said}");
    let said = refused(probe().env("VIRTUAL_ENV", "/no/such/environment"));
    assert!(said.contains("(VIRTUAL_ENV)"), "{said}");
    // Calls are refused as well, and nothing of the machine is told to clients.
    let mut command = role(&["leave by return", "probe:where"]);
    assert_eq!(
        run(command.env("VIRTUAL_ENV", "/no/such/environment"))
            .status
            .code(),
        Some(7)
    );
}

/// A package of the same name in the environment, as a wheel puts it there, that cannot be imported.
fn with_installed_package(name: &str, build: &Found) -> Environment {
    let environment = Environment::own(name, build);
    let package = environment.packages(&build["minor"]).join("spikard");
    fs::create_dir_all(package.join("grpc")).unwrap();
    for module in [
        "__init__.py",
        "_spikard.py",
        "installed_only.py",
        "grpc/__init__.py",
    ] {
        fs::write(
            package.join(module),
            "raise ImportError('the installed package')",
        )
        .unwrap();
    }
    environment
}

pub(crate) fn installed() {
    let build = found(&mut probe());
    let environment = with_installed_package("installed", &build);
    let found = found(probe().env("VIRTUAL_ENV", environment.path()));
    let program = std::env::current_exe().unwrap();
    assert_eq!(
        Path::new(&found["package"]),
        program.join("spikard/__init__.py")
    );
    assert_eq!(found["native"], "spikard._spikard");
}

pub(crate) fn imported_first() {
    let build = found(&mut probe());
    let environment = with_installed_package("imported_first", &build);
    let packages = environment.packages(&build["minor"]);
    fs::write(packages.join("spikard/__init__.py"), "").unwrap();
    fs::write(packages.join("early.pth"), "import spikard\n").unwrap();
    let said = refused(probe().env("VIRTUAL_ENV", environment.path()));
    let expected = format!(
        "the package spikard was imported before the program could serve its own, from {}",
        packages.join("spikard/__init__.py").display()
    );
    assert!(said.contains(&expected), "{said}");
}

pub(crate) fn source() {
    let ended = run(&mut role(&["call", "probe:source"]));
    assert!(ended.status.success(), "{}\n{}", ended.stdout, ended.stderr);
    assert!(
        ended
            .stdout
            .starts_with("    def get_all(self, key: str) -> list[Any]:\n"),
        "{}",
        ended.stdout
    );
}

pub(crate) fn search_order() {
    let folder = |name: &str| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    let (configured, environment) = (folder("configured"), folder("python_path"));
    let mut command = role(&[
        "call with path",
        configured.to_str().unwrap(),
        "probe:where",
    ]);
    let found = found(command.env("PYTHONPATH", &environment));
    let first = [configured, modules(), environment].map(|folder| folder.display().to_string());
    let path: Vec<&str> = found["path"].split(':').collect();
    assert_eq!(path[..3], first);
}

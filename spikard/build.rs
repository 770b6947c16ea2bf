//! Tells the crate, and the programs that embed Python, which Python it is built against, and lists the modules of the
//! Python package that those programs carry. Without the feature `python` it looks for no Python.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(spikard_extension)");
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "python")]
    if !python::configure() {
        package::list();
    }
}

#[cfg(feature = "python")]
mod python {
    use pyo3_build_config::{InterpreterConfig, PythonAbiKind};

    /// What an extension module is told by; maturin sets it.
    const EXTENSION: &str = "PYO3_BUILD_EXTENSION_MODULE";

    /// Answers whether this is the extension module, which embeds nothing.
    pub(super) fn configure() -> bool {
        pyo3_build_config::use_pyo3_cfgs();
        let config = pyo3_build_config::get();
        println!("cargo::rerun-if-env-changed={EXTENSION}");
        // A program cannot embed Python through the stable ABI.
        let stable = matches!(config.target_abi().kind(), PythonAbiKind::Stable(_));
        if stable || std::env::var_os(EXTENSION).is_some() {
            println!("cargo::rustc-cfg=spikard_extension");
            return true;
        }
        if let Some(link_arg) = rpath(config) {
            // For this crate's own tests and examples; it does not reach the programs that depend on it.
            println!("cargo::rustc-link-arg={link_arg}");
            // For their build.rs, as DEP_SPIKARD_LINK_ARG.
            println!("cargo::metadata=link_arg={link_arg}");
        }
        record(config);
        false
    }

    fn rpath(config: &InterpreterConfig) -> Option<String> {
        let windows = std::env::var_os("CARGO_CFG_WINDOWS").is_some();
        let lib_dir = config.lib_dir().filter(|_| !windows && config.shared())?;
        Some(format!("-Wl,-rpath,{lib_dir}"))
    }

    /// What the embedded interpreter needs at run time: its program, its prefix, its version.
    fn record(config: &InterpreterConfig) {
        let script = "import os, platform, sys\n\
            base = getattr(sys, '_base_executable', None) or sys.executable\n\
            print(os.path.realpath(base))\n\
            print(sys.base_prefix)\n\
            print(platform.python_version())";
        let found = config.executable().map(|_| {
            config.run_python_script(script).unwrap_or_else(|error| {
                panic!("the Python interpreter could not be asked for its paths: {error:?}")
            })
        });
        let found = found.unwrap_or_default();
        let mut lines = found.lines().map(str::trim);
        let version = config.target_abi().version();
        println!(
            "cargo::rustc-env=SPIKARD_PYTHON_MINOR={}.{}",
            version.major, version.minor
        );
        for name in ["EXECUTABLE", "PREFIX", "VERSION"] {
            let value = lines.next().unwrap_or_default();
            println!("cargo::rustc-env=SPIKARD_PYTHON_{name}={value}");
        }
        println!(
            "cargo::rustc-env=SPIKARD_PYTHON_LIB_DIR={}",
            config.lib_dir().unwrap_or_default()
        );
    }
}

#[cfg(feature = "python")]
mod package {
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    /// What only the wheel can run: the command with its workers, and the plugin of pytest.
    const LEFT_OUT: [&str; 7] = [
        "spikard/__main__.py",
        "spikard/_cli",
        "spikard/_pytest_plugin.py",
        "spikard/_serving/reload.py",
        "spikard/_serving/supervisor.py",
        "spikard/_serving/worker.py",
        "spikard/_serving/worker_process.py",
    ];

    /// Writes `package.rs`: pairs of the path of a module and its source.
    pub(super) fn list() {
        println!("cargo::rerun-if-changed=python/spikard");
        let variable = |name| PathBuf::from(env::var_os(name).unwrap_or_default());
        let root = variable("CARGO_MANIFEST_DIR").join("python");
        for left_out in LEFT_OUT {
            assert!(
                root.join(left_out).exists(),
                "there is no {left_out} to leave out"
            );
        }
        let mut modules = Vec::new();
        collect(&root, &root.join("spikard"), &mut modules);
        modules.sort();
        let pairs = modules.iter().map(|module| {
            let file = root.join(module);
            format!("({module:?}, include_str!({file:?})),\n")
        });
        let text = format!("&[\n{}]\n", pairs.collect::<String>());
        fs::write(variable("OUT_DIR").join("package.rs"), text).expect("OUT_DIR can be written to");
    }

    fn collect(root: &Path, folder: &Path, modules: &mut Vec<String>) {
        let entries = fs::read_dir(folder).expect("the Python package can be read");
        for path in entries.flatten().map(|entry| entry.path()) {
            let module = path.strip_prefix(root).expect("it is below the root");
            if LEFT_OUT.iter().any(|left_out| module.starts_with(left_out)) {
                continue;
            }
            if path.is_dir() {
                collect(root, &path, modules);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                modules.push(
                    module
                        .to_str()
                        .expect("it is named in UTF-8")
                        .replace('\\', "/"),
                );
            }
        }
    }
}

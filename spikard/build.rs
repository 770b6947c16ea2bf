//! Tells the crate, and the programs that embed it, of the Python that it is built against. Without
//! the feature `python` it asks for none.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(Py_LIMITED_API)");
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "python")]
    python::configure();
}

#[cfg(feature = "python")]
mod python {
    use pyo3_build_config::{InterpreterConfig, PythonAbiKind};

    pub(super) fn configure() {
        pyo3_build_config::use_pyo3_cfgs();
        let config = pyo3_build_config::get();
        if matches!(config.target_abi().kind(), PythonAbiKind::Stable(_)) {
            // An extension module: it embeds nothing.
            return;
        }
        if let Some(link_arg) = rpath(config) {
            // For this crate's own tests and examples; it does not reach the programs that depend on it.
            println!("cargo::rustc-link-arg={link_arg}");
            // For their build.rs, as DEP_SPIKARD_LINK_ARG.
            println!("cargo::metadata=link_arg={link_arg}");
        }
        record(config);
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

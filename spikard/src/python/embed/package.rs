//! The Python package, carried by the program.

macro_rules! sources {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../python/", $path)))),*]
    };
}

/// Every module of the package, by its path.
pub(super) const SOURCES: [(&str, &str); 67] = sources![
    "spikard/__init__.py",
    "spikard/__main__.py",
    "spikard/_cli/__init__.py",
    "spikard/_cli/command.py",
    "spikard/_cli/help.py",
    "spikard/_cli/logs.py",
    "spikard/_cli/options.py",
    "spikard/_cli/parser.py",
    "spikard/_cli/report.py",
    "spikard/_native.py",
    "spikard/_pytest_plugin.py",
    "spikard/_runtime/__init__.py",
    "spikard/_runtime/embedded.py",
    "spikard/_runtime/event_loop.py",
    "spikard/_runtime/flushing.py",
    "spikard/_runtime/frames.py",
    "spikard/_runtime/handler.py",
    "spikard/_runtime/incoming.py",
    "spikard/_runtime/lookup.py",
    "spikard/_runtime/loop.py",
    "spikard/_runtime/names.py",
    "spikard/_runtime/outcome.py",
    "spikard/_runtime/pool.py",
    "spikard/_runtime/stream.py",
    "spikard/_serving/__init__.py",
    "spikard/_serving/address.py",
    "spikard/_serving/blocking.py",
    "spikard/_serving/console.py",
    "spikard/_serving/memory.py",
    "spikard/_serving/reflection.py",
    "spikard/_serving/reload.py",
    "spikard/_serving/runtime.py",
    "spikard/_serving/server.py",
    "spikard/_serving/settings.py",
    "spikard/_serving/sockets.py",
    "spikard/_serving/supervisor.py",
    "spikard/_serving/targets.py",
    "spikard/_serving/watchdog.py",
    "spikard/_serving/worker.py",
    "spikard/_serving/worker_process.py",
    "spikard/grpc/__init__.py",
    "spikard/grpc/_amounts.py",
    "spikard/grpc/_call.py",
    "spikard/grpc/_compression.py",
    "spikard/grpc/_declaration.py",
    "spikard/grpc/_error.py",
    "spikard/grpc/_forms.py",
    "spikard/grpc/_kind.py",
    "spikard/grpc/_kind_of.py",
    "spikard/grpc/_limits.py",
    "spikard/grpc/_listed.py",
    "spikard/grpc/_metadata.py",
    "spikard/grpc/_names.py",
    "spikard/grpc/_option_table.py",
    "spikard/grpc/_options.py",
    "spikard/grpc/_request.py",
    "spikard/grpc/_response.py",
    "spikard/grpc/_response_metadata.py",
    "spikard/grpc/_show.py",
    "spikard/grpc/_status.py",
    "spikard/grpc/_status_of.py",
    "spikard/grpc/_stream.py",
    "spikard/grpc/testing/__init__.py",
    "spikard/grpc/testing/_background.py",
    "spikard/grpc/testing/_client.py",
    "spikard/grpc/testing/_errors.py",
    "spikard/grpc/testing/_serving.py",
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn modules(folder: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                modules(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                let path = path.strip_prefix(root).unwrap();
                found.push(path.to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn the_list_has_every_module_of_the_package() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
        let mut found = Vec::new();
        modules(&root.join("spikard"), &root, &mut found);
        found.sort();
        let listed: Vec<&str> = SOURCES.iter().map(|(path, _)| *path).collect();
        assert_eq!(listed, found);
    }
}

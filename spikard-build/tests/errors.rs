//! What is said of mistakes.

use std::path::Path;
use std::{fs, io};

use spikard_build::{Error, configure};
use tempfile::TempDir;

const VALID: &str = "syntax = \"proto3\";\nmessage M {}\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    folder
}

fn compile(folder: &Path, file: &str) -> Result<(), Error> {
    configure().out_dir(folder).compile(&[file], &[folder])
}

/// What is said of `a.proto` with this text, with `DIR` for the folder.
fn error(text: &str) -> String {
    let folder = folder(&[("a.proto", text)]);
    let error = compile(folder.path(), "a.proto").expect_err("it is not valid");
    assert_eq!(format!("{error:?}"), error.to_string());
    let path = folder.path().display().to_string();
    error.to_string().replace(&path, "DIR")
}

#[test]
fn a_name_that_is_not_defined() {
    let text = "syntax = \"proto3\";\npackage a;\nservice S {\n\trpc Do(Itm) returns (M);\n}\nmessage M {}\n";
    assert_eq!(
        error(text),
        "DIR/a.proto:4:9: name 'Itm' is not defined\n  |\n4 | \trpc Do(Itm) returns (M);\n  | \t       ^^^ found here"
    );
}

#[test]
fn several_names_that_are_not_defined() {
    let text = "syntax = \"proto3\";\nmessage M {\n  A a = 1;\n  B b = 2;\n}\n";
    let error = error(text);
    for part in [
        "DIR/a.proto:3:3: name 'A'",
        "\n3 |   A a = 1;\n",
        "DIR/a.proto:4:3: name 'B'",
    ] {
        assert!(error.contains(part), "{part}\nis not in\n{error}");
    }
}

#[test]
fn what_is_no_proto_at_all() {
    let error = error("syntax = \"proto3\";\n\nmesage M {}\n");
    assert!(error.starts_with("DIR/a.proto:3:1: expected "), "{error}");
    assert!(error.contains("but found 'mesage'"), "{error}");
    assert!(error.contains("\n3 | mesage M {}\n  | ^^^^^^"), "{error}");
}

#[test]
fn a_mistake_at_the_end() {
    let error = error("syntax = \"proto3\";\nmessage M {");
    assert!(
        error.starts_with("DIR/a.proto: expected ") && error.ends_with("but reached end of file"),
        "{error}"
    );
}

#[test]
fn an_import_that_is_not_there() {
    let error = error("syntax = \"proto3\";\nimport \"b.proto\";\n");
    for part in [
        "DIR/a.proto:2:1: import 'b.proto' not found\n",
        "\n2 | import \"b.proto\";\n",
        "\n  = note: files are looked for in the include folders: `DIR`",
    ] {
        assert!(error.contains(part), "{part}\nis not in\n{error}");
    }
}

#[test]
fn a_file_that_is_not_there() {
    let folder = folder(&[]);
    let error = compile(folder.path(), "none.proto").expect_err("there is none");
    let error = error.to_string();
    assert!(
        error.starts_with("there is no file `none.proto`\n"),
        "{error}"
    );
    assert!(error.contains("include folders: `"), "{error}");
}

#[test]
fn an_edition_is_refused_in_one_sentence() {
    let message = "editions are not supported: write `syntax = \"proto3\";`, or `\"proto2\"`, instead of the edition";
    let edition = "// A file of 2023.\nedition = \"2023\";\nmessage M {}\n";
    let error = error(edition);
    assert!(
        error.starts_with(&format!("DIR/a.proto:2:1: {message}\n")),
        "{error}"
    );
    let importing = "syntax = \"proto3\";\nimport \"b.proto\";\n";
    let folder = folder(&[("a.proto", importing), ("b.proto", edition)]);
    let error = compile(folder.path(), "a.proto").expect_err("it is not compiled");
    let error = error.to_string();
    assert!(error.contains("b.proto:2:1: "), "{error}");
    assert!(error.contains(message), "{error}");
}

#[test]
fn a_file_outside_of_the_include_folders() {
    let (folder, other) = (folder(&[("a.proto", VALID)]), folder(&[]));
    let file = folder.path().join("a.proto");
    let error = configure()
        .out_dir(other.path())
        .compile(&[&file], &[other.path()])
        .expect_err("it has no name");
    let error = error.to_string();
    assert!(
        error.contains("a.proto' is not in any include path"),
        "{error}"
    );
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = folder(&[("a.proto", VALID)]);
    let out = folder.path().join("none");
    for builder in [
        configure().out_dir(&out),
        configure()
            .out_dir(&out)
            .file_descriptor_set_path("set.bin"),
    ] {
        let error = builder
            .compile(&["a.proto"], &[folder.path()])
            .expect_err("nothing can be written");
        assert!(error.to_string().contains("none"), "{error}");
        let source = std::error::Error::source(&error).expect("there is a reason");
        let source = source
            .downcast_ref::<io::Error>()
            .expect("it is the system's");
        assert_eq!(source.kind(), io::ErrorKind::NotFound);
    }
}

#[test]
fn no_out_dir_outside_of_a_build_script() {
    let folder = folder(&[("a.proto", VALID)]);
    let error = spikard_build::compile(&["a.proto"], &[folder.path()]);
    let error = error.expect_err("`cargo test` sets no `OUT_DIR` for this package");
    assert!(
        error.to_string().contains("`OUT_DIR` is not set"),
        "{error}"
    );
}

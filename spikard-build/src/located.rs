//! Errors of protox, with the file, the line and the text of the line.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, SourceCode};

/// All mistakes in an error, each with its place.
pub(crate) fn located(error: &protox::Error, includes: &[&Path]) -> String {
    let source = error.source_code();
    let mut text = mistake(error, source, error.file(), includes);
    for related in error.related().into_iter().flatten() {
        let source = related.source_code().or(source);
        text.push('\n');
        text.push_str(&mistake(related, source, error.file(), includes));
    }
    text
}

fn mistake(
    mistake: &dyn Diagnostic,
    source: Option<&dyn SourceCode>,
    file: Option<&str>,
    includes: &[&Path],
) -> String {
    let mut text = String::new();
    let label = mistake.labels().and_then(|mut labels| labels.next());
    let place = label.and_then(|label| Place::find(source?, label));
    if let Some(file) = file {
        text.push_str(&path(file, includes));
        if let Some(place) = &place {
            text.push_str(&format!(":{}:{}", place.line, place.column));
        }
        text.push_str(": ");
    }
    text.push_str(&said(mistake));
    let mut cause = Error::source(mistake);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    if let Some(place) = place {
        place.show(&mut text);
    }
    if let Some(help) = mistake.help() {
        text.push_str(&format!("\n  = help: {help}"));
    }
    text
}

/// What is wrong, in words that can be followed.
fn said(mistake: &dyn Diagnostic) -> String {
    let text = mistake.to_string();
    if text.starts_with("expected ") && text.contains("but found 'edition'") {
        return String::from(
            "editions are not supported: write `syntax = \"proto3\";`, or `\"proto2\"`, instead of the edition",
        );
    }
    text
}

/// The path of the file `file` in an include folder.
fn path(file: &str, includes: &[&Path]) -> String {
    let found = includes.iter().map(|folder| folder.join(file));
    let found = found.into_iter().find(|path| path.exists());
    found.map_or_else(|| file.to_owned(), |path| path.display().to_string())
}

/// A place in a file, counted from 1.
struct Place {
    line: usize,
    column: usize,
    text: String,
    /// The number of characters.
    width: usize,
    label: String,
}

impl Place {
    fn find(source: &dyn SourceCode, label: LabeledSpan) -> Option<Self> {
        let contents = source.read_span(label.inner(), 0, 0).ok()?;
        let (line, column) = (contents.line(), contents.column());
        // With one line of context on each side, the contents include the whole line.
        let around = source.read_span(label.inner(), 1, 1).ok()?;
        let lines = std::str::from_utf8(around.data()).ok()?;
        let text = lines.lines().nth(line - around.line())?.to_owned();
        let marked = text.chars().count().saturating_sub(column);
        Some(Self {
            line: line + 1,
            column: column + 1,
            width: label.len().clamp(1, marked.max(1)),
            text,
            label: label.label().unwrap_or_default().to_owned(),
        })
    }

    fn show(&self, text: &mut String) {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        // Tabs are kept, so that the marks align.
        let indent = self.text.chars().take(self.column - 1);
        let indent: String = indent
            .map(|char| if char == '\t' { '\t' } else { ' ' })
            .collect();
        let marks = "^".repeat(self.width);
        let line = self.text.trim_end();
        let marked = format!("{indent}{marks} {}", self.label);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n{gutter} |\n{number} | {line}\n{gutter} | {}",
            marked.trim_end()
        );
    }
}

//! Whether what came back is what a table expects.

use std::collections::BTreeMap;

use prost_reflect::ReflectMessage;
use serde_json::{Map, Value};

use super::client::Answer;
use super::message::{MessageError, Method, compact};
use super::table::{Expected, Values};

/// What is not as expected, a sentence each; nothing when all is well.
pub fn differences(method: &Method, expected: &Expected, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    if answer.code != expected.code {
        let (got, want) = (&answer.code, &expected.code);
        found.push(format!("the status is {got}, not {want}"));
    }
    if !matches(&answer.text, &expected.text) {
        let (got, want) = (&answer.text, &expected.text);
        found.push(format!("the text is {got:?}, not {want:?}"));
    }
    if let Some(messages) = &expected.messages {
        check_messages(method, messages, answer, &mut found);
    }
    check_entries("metadata", &expected.metadata, &answer.metadata, &mut found);
    check_entries("trailers", &expected.trailers, &answer.trailers, &mut found);
    found
}

/// A `*` at the end of `pattern` stands for anything.
fn matches(text: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    }
}

fn check_messages(
    method: &Method,
    expected: &[Map<String, Value>],
    answer: &Answer,
    found: &mut Vec<String>,
) {
    let (got, want) = (answer.messages.len(), expected.len());
    if got != want {
        found.push(format!("{got} messages came back, not {want}"));
        return;
    }
    for (index, (message, fields)) in answer.messages.iter().zip(expected).enumerate() {
        match check_message(method, message.clone(), fields) {
            Ok(None) => {}
            Ok(Some(difference)) => found.push(format!("message {index}: {difference}")),
            Err(error) => found.push(format!("message {index}: {error}")),
        }
    }
}

fn check_message(
    method: &Method,
    message: bytes::Bytes,
    fields: &Map<String, Value>,
) -> Result<Option<String>, MessageError> {
    let message = method.decode(message)?;
    let expected = method.expected(fields)?;
    let differs = expected.descriptor().fields().any(|field| {
        fields.contains_key(field.name()) && message.get_field(&field) != expected.get_field(&field)
    });
    Ok(differs.then(|| format!("it is {}, not {}", compact(&message), compact(&expected))))
}

fn check_entries(
    what: &str,
    expected: &BTreeMap<String, Values>,
    entries: &[(String, String)],
    found: &mut Vec<String>,
) {
    let mut got: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, value) in entries.iter().filter(|(key, _)| key.starts_with("x-")) {
        got.entry(key).or_default().push(value);
    }
    for (key, want) in expected {
        let want = want.as_slice();
        match got.remove(key.as_str()) {
            None => found.push(format!("the {what} have no {key}")),
            Some(values) => {
                let same = values.len() == want.len()
                    && values
                        .iter()
                        .zip(want)
                        .all(|(value, want)| matches(value, want));
                if !same {
                    found.push(format!("{key} in the {what} is {values:?}, not {want:?}"));
                }
            }
        }
    }
    for (key, values) in got {
        found.push(format!(
            "the {what} have {key} = {values:?}, which nobody expects"
        ));
    }
}

//! What the demo prints.

use std::collections::BTreeMap;
use std::path::Path;

use anstream::println;
use anstyle::{AnsiColor, Style};
use spikard_examples::calls::{
    Answer, Call, Expected, HandledIn, Language, Method, Sent, Table, Values, compact,
};

const TITLE: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// More messages than this are counted rather than shown.
const SHOWN: usize = 3;

/// The calls so far.
#[derive(Default)]
pub(crate) struct Transcript {
    scenes: usize,
    calls: usize,
    different: usize,
}

impl Transcript {
    pub(crate) fn opening(&self, address: &str, log: &Path) {
        println!(
            "{TITLE}One server, three services, each handled in Rust and in Python, there on bytes and on messages.{TITLE:#}"
        );
        println!("Every call is made by a Rust client (tonic) and by a Python client (grpcio).");
        println!();
        println!(
            "The server listens on {address}; its log is in {}.",
            log.display()
        );
    }

    pub(crate) fn table(&self, table: &Table, methods: &[(HandledIn, Method)]) {
        println!();
        println!("{FAINT}{}{FAINT:#}", "─".repeat(96));
        let kind = methods[0].1.kind();
        println!(
            "{TITLE}{}{TITLE:#}: {} ({kind})",
            table.service, table.about
        );
        println!();
        for ((language, name), (_, method)) in table.methods().zip(methods) {
            let handler = spikard_examples::handler(&method.path());
            println!("  {name:28}  {language:12}  {handler}");
        }
    }

    pub(crate) fn call(&mut self, methods: &[(HandledIn, Method)], call: &Call) {
        self.scenes += 1;
        println!();
        println!("{TITLE}{:2}  {}{TITLE:#}", self.scenes, call.title);
        labelled("sends", &sent(&methods[0].1, call));
        if !call.metadata.is_empty() {
            labelled("metadata", &[entries(&call.metadata)]);
        }
        labelled("expects", &expectations(methods, call));
        if let Some(note) = &call.note {
            labelled("note", std::slice::from_ref(note));
        }
        println!();
    }

    pub(crate) fn answer(
        &mut self,
        client: Language,
        handler: HandledIn,
        method: &Method,
        answer: &Answer,
        differences: &[String],
    ) {
        self.calls += 1;
        let (mark, style) = if differences.is_empty() {
            ("✓", GOOD)
        } else {
            self.different += 1;
            ("✗", BAD)
        };
        let Answer { code, text, .. } = answer;
        // A long text gets a line of its own.
        let (short, long) = match text.chars().count() {
            0..=50 => (text.as_str(), None),
            _ => ("", Some(text)),
        };
        let route = format!("{client} client → {handler} handler");
        let outcome = spaced(&format!("{style}{code}{style:#}"), short);
        println!("    {style}{mark}{style:#} {route:36}  {outcome}");
        for line in long.cloned().into_iter().chain(received(method, answer)) {
            println!("      {line}");
        }
        for difference in differences {
            println!("      {BAD}{difference}{BAD:#}");
        }
    }

    /// The last line; answers whether all was as it should be.
    pub(crate) fn summary(&self, drained: bool) -> bool {
        let Self {
            calls, different, ..
        } = *self;
        println!();
        println!("{FAINT}{}{FAINT:#}", "─".repeat(96));
        if !drained {
            println!("{BAD}✗{BAD:#} The server did not end well after SIGTERM: see its log.");
        }
        if different > 0 {
            println!("{BAD}✗{BAD:#} {different} of {calls} answers were not as expected.");
        }
        let well = drained && different == 0;
        if well {
            println!(
                "{GOOD}✓{GOOD:#} {calls} calls, every answer as expected; the server drained on SIGTERM."
            );
        }
        well
    }
}

/// What must come back of a call, in lines: of which handlers, where they differ.
fn expectations(methods: &[(HandledIn, Method)], call: &Call) -> Vec<String> {
    let (own, common): (Vec<_>, Vec<_>) = methods.iter().partition(|(handler, _)| {
        // Those without one of their own share what the table expects.
        !std::ptr::eq(call.expected(*handler), &call.expect)
    });
    let (_, method) = &methods[0];
    if own.is_empty() {
        return expected(method, &call.expect);
    }
    let names: Vec<_> = common
        .iter()
        .map(|(handler, _)| handler.to_string())
        .collect();
    let line = |handlers: &str, expectation: &Expected| {
        format!(
            "from {handlers}: {}",
            expected(method, expectation).join(" ")
        )
    };
    let own = own
        .iter()
        .map(|(handler, _)| line(&handler.to_string(), call.expected(*handler)));
    std::iter::once(line(&names.join(" and "), &call.expect))
        .chain(own)
        .collect()
}

/// What a call sends, in lines.
fn sent(method: &Method, call: &Call) -> Vec<String> {
    let total: usize = call.messages.iter().map(times).sum();
    let noun = if total == 1 { "message" } else { "messages" };
    if call.messages.is_empty() {
        return vec!["no messages".into()];
    }
    let shown = call.messages.iter().map(|sent| {
        let each = if times(sent) > 1 { "each " } else { "" };
        match sent {
            Sent::Raw { raw } => format!("the bytes {raw:?}"),
            Sent::Message(message) | Sent::Repeated { message, .. } => {
                match method.input(message) {
                    Ok(message) => format!("{each}{}", compact(&message)),
                    Err(error) => error.to_string(),
                }
            }
        }
    });
    let mut prefix = format!("{total} {noun}  ");
    let blank = " ".repeat(prefix.len());
    shown
        .map(|line| format!("{}{line}", std::mem::replace(&mut prefix, blank.clone())))
        .collect()
}

fn times(sent: &Sent) -> usize {
    match sent {
        Sent::Repeated { times, .. } => *times,
        Sent::Raw { .. } | Sent::Message(_) => 1,
    }
}

fn expected(method: &Method, expected: &Expected) -> Vec<String> {
    let Expected {
        code,
        text,
        messages,
        metadata,
        ..
    } = expected;
    let mut lines = vec![spaced(code, &text.replace('*', "…"))];
    for message in messages.iter().flatten().take(SHOWN) {
        lines.push(match method.expected(message) {
            Ok(message) => compact(&message),
            Err(error) => error.to_string(),
        });
    }
    if !metadata.is_empty() {
        lines.push(entries(metadata));
    }
    lines
}

/// Two texts on one line, of which the second may be empty.
fn spaced(first: &str, second: &str) -> String {
    format!("{first}  {second}").trim_end().to_owned()
}

/// Prints lines with a label before the first.
fn labelled(label: &str, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        println!("    {FAINT}{label:9}{FAINT:#}  {line}");
    }
}

fn entries(metadata: &BTreeMap<String, Values>) -> String {
    let entries = metadata.iter().flat_map(|(key, values)| {
        let values = values.as_slice().iter();
        values.map(move |value| format!("{key}: {}", value.replace('*', "…")))
    });
    entries.collect::<Vec<_>>().join(", ")
}

/// The messages and metadata of an answer, in lines.
fn received(method: &Method, answer: &Answer) -> Vec<String> {
    let messages =
        answer
            .messages
            .iter()
            .take(SHOWN)
            .map(|message| match method.decode(message.clone()) {
                Ok(message) => compact(&message),
                Err(error) => error.to_string(),
            });
    let mut lines: Vec<_> = messages.collect();
    if answer.messages.len() > SHOWN {
        lines.push(format!("… {} messages in all", answer.messages.len()));
    }
    let custom = |entries: &[(String, String)]| {
        let entries = entries.iter().filter(|(key, _)| key.starts_with("x-"));
        let entries = entries.map(|(key, value)| format!("{key}: {value}"));
        entries.collect::<Vec<_>>().join(", ")
    };
    for entries in [custom(&answer.metadata), custom(&answer.trailers)] {
        if !entries.is_empty() {
            lines.push(entries);
        }
    }
    lines
}

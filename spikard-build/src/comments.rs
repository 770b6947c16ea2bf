//! The comments of `.proto` files as documentation that rustdoc only shows.
//!
//! Most were not written as Markdown: rustdoc would run an indented line as a test, and warn of `<none>` and `[0][1]`.

use protox::prost_reflect::prost_types::FileDescriptorSet;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use pulldown_cmark_to_cmark::{Options as Style, cmark_with_options};

/// Makes every comment of the files harmless.
pub(crate) fn clean(files: &mut FileDescriptorSet) {
    let infos = files.file.iter_mut();
    let infos = infos.filter_map(|file| file.source_code_info.as_mut());
    for location in infos.flat_map(|info| &mut info.location) {
        let comments = [
            &mut location.leading_comments,
            &mut location.trailing_comments,
        ];
        for text in comments.into_iter().flatten() {
            *text = cleaned(text);
        }
    }
}

/// The comment with code that is text, and without HTML and links to items of Rust.
fn cleaned(comment: &str) -> String {
    // What rustdoc reads as well.
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut links = Vec::new();
    let events = Parser::new_ext(comment, options).flat_map(|event| harmless(event, &mut links));
    let style = Style {
        code_block_token_count: 3,
        ..Style::default()
    };
    let mut cleaned = String::with_capacity(comment.len());
    match cmark_with_options(events, &mut cleaned, style) {
        Ok(_) => cleaned,
        // Code that is not run, and nothing else.
        Err(_) => format!("```text\n{}\n```", comment.replace("```", "'''")),
    }
}

/// An event of Markdown, or what takes its place. `links` has a `true` for each open link that stays one.
fn harmless<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Vec<Event<'a>> {
    match event {
        Event::Start(Tag::CodeBlock(_)) => {
            let text = CodeBlockKind::Fenced("text".into());
            vec![Event::Start(Tag::CodeBlock(text))]
        }
        Event::Start(Tag::HtmlBlock) => vec![Event::Start(Tag::Paragraph)],
        Event::End(TagEnd::HtmlBlock) => vec![Event::End(TagEnd::Paragraph)],
        Event::Html(line) => {
            let mut text = as_text(line.trim());
            text.push(Event::SoftBreak);
            text
        }
        Event::InlineHtml(tag) => as_text(&tag),
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let stays = dest_url.contains("://") || dest_url.starts_with("mailto:");
            links.push(stays);
            if stays { vec![event] } else { Vec::new() }
        }
        Event::End(TagEnd::Link) => match links.pop() {
            Some(false) => Vec::new(),
            _ => vec![event],
        },
        event => vec![event],
    }
}

/// A text of which nothing is Markdown: a character that could be is escaped at the beginning of an event only.
fn as_text<'a>(text: &str) -> Vec<Event<'a>> {
    let mut rest = text;
    let mut events = Vec::new();
    while let Some(first) = rest.chars().next() {
        let after = first.len_utf8();
        let next = rest[after..].find(SPECIAL);
        let (part, more) = rest.split_at(next.map_or(rest.len(), |next| after + next));
        events.push(Event::Text(part.to_owned().into()));
        rest = more;
    }
    events
}

/// What Markdown may be made of.
const SPECIAL: [char; 10] = ['#', '\\', '_', '*', '<', '>', '`', '|', '[', ']'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_as_it_is() {
        for text in [
            " Creates all items, or none.",
            " One paragraph\n of two lines.\n\n Another, with `code` and *emphasis*.",
            " * one\n * two",
            " See [the guide](https://example.com/guide).",
        ] {
            let lines = |text: &str| -> Vec<String> {
                text.lines().map(|line| line.trim().to_owned()).collect()
            };
            assert_eq!(lines(&cleaned(text)), lines(text));
        }
    }

    #[test]
    fn code_is_not_run() {
        for text in [
            " Say:\n\n     let x = 1;",
            "```\nlet x = 1;\n```",
            "```rust\nlet x = 1;\n```",
            "~~~rust,should_panic\nlet x = 1;\n~~~",
            "```json\nlet x = 1;\n```",
        ] {
            let cleaned = cleaned(text);
            let opened = cleaned.lines().find(|line| line.starts_with("```"));
            assert_eq!(opened, Some("```text"), "{cleaned}");
            assert!(cleaned.contains("let x = 1;"), "{cleaned}");
        }
    }

    #[test]
    fn what_looks_like_html_or_a_link_is_text() {
        for (text, expected) in [
            (" The default is <none>.", "The default is \\<none\\>."),
            ("<b>\n[x](Item)", "\\<b\\>\n\\[x\\](Item)"),
            (" items[0][1]", "items\\[0\\]\\[1\\]"),
            (" [Item][item]", "\\[Item\\]\\[item\\]"),
            (" See [it](Item).", "See it."),
        ] {
            assert_eq!(cleaned(text).trim(), expected, "{text}");
        }
    }
}

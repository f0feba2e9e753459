use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::Stage;

fn problem(start: u32, end: u32) -> Diagnostic {
    Diagnostic::error(Stage::Parse, "test-code", "something is wrong")
        .with_span(Span::new(start, end))
}

fn render(text: &str, start: u32, end: u32) -> String {
    Source::new(text).render(&problem(start, end))
}

/// The span of a piece of a text.
fn find(text: &str, piece: &str) -> (u32, u32) {
    let start = u32::try_from(text.find(piece).expect("the piece is in the text")).unwrap();
    (start, start + u32::try_from(piece.len()).unwrap())
}

#[test]
fn one_line() {
    assert_snapshot!(render("process where pid = 4", 18, 19), @r"
        error[test-code]: something is wrong
         --> 1:19
          |
        1 | process where pid = 4
          |                   ^
        ");
}

#[test]
fn empty_span_at_the_end() {
    assert_snapshot!(render("process where", 13, 13), @r"
        error[test-code]: something is wrong
         --> 1:14
          |
        1 | process where
          |              ^
        ");
}

#[test]
fn empty_text() {
    assert_snapshot!(render("", 0, 0), @r"
        error[test-code]: something is wrong
         --> 1:1
          |
        1 |
          | ^
        ");
}

#[test]
fn without_a_place() {
    let problem = Diagnostic::warning(Stage::Request, "test-code", "no place").with_hint("try");
    assert_snapshot!(Source::new("text").render(&problem), @r"
        warning[test-code]: no place
          = hint: try
        ");
}

#[test]
fn notes_and_hint() {
    let text = "sequence\n  [a where true\n  [b where true]";
    let (start, end) = find(text, "[b");
    let problem = problem(start, end)
        .with_note_at("it was opened here", Span::new(11, 12))
        .with_note("a note without a place")
        .with_hint("close it");
    assert_snapshot!(Source::new(text).named("rules/x.toml").render(&problem), @r"
        error[test-code]: something is wrong
         --> rules/x.toml:3:3
          |
        3 |   [b where true]
          |   ^^
          = note: it was opened here
         --> rules/x.toml:2:3
          |
        2 |   [a where true
          |   -
          = note: a note without a place
          = hint: close it
        ");
}

#[test]
fn two_lines() {
    let text = "any where a ==\n  \"b\"";
    assert_snapshot!(render(text, 10, 20), @r#"
        error[test-code]: something is wrong
         --> 1:11
          |
        1 | any where a ==
          |           ^^^^
        2 |   "b"
          |   ^^^
        "#);
}

#[test]
fn many_lines() {
    let text = "any where a == 1 and\n  b == 2 and\n  c == 3 and\n  d == 4 or e";
    let (_, end) = find(text, "d == 4");
    assert_snapshot!(render(text, 10, end), @r"
        error[test-code]: something is wrong
         --> 1:11
          |
        1 | any where a == 1 and
          |           ^^^^^^^^^^
         ...
        4 |   d == 4 or e
          |   ^^^^^^
        ");
}

#[test]
fn tabs() {
    let text = "any where\n\ta\t= 1";
    let (start, end) = find(text, "=");
    assert_snapshot!(render(text, start, end), @r"
        error[test-code]: something is wrong
         --> 2:4
          |
        2 |     a    = 1
          |          ^
        ");
}

#[test]
fn letters_of_other_scripts() {
    let text = "any where ä == \"漢字\" = 1";
    let (start, end) = find(text, "= 1");
    assert_snapshot!(render(text, start, end), @r#"
        error[test-code]: something is wrong
         --> 1:21
          |
        1 | any where ä == "漢字" = 1
          |                       ^^^
        "#);
}

#[test]
fn long_line_is_cut_on_both_sides() {
    let text = format!(
        "any where x in ({}) = 1{}",
        "\"abc\", ".repeat(40),
        " ".repeat(3) + &"y".repeat(90)
    );
    let (start, _) = find(&text, "= 1");
    assert_snapshot!(render(&text, start, start + 1), @r#"
        error[test-code]: something is wrong
         --> 1:299
          |
        1 | …", "abc", "abc", "abc", "abc", ) = 1   yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
          |                                   ^
        "#);
}

#[test]
fn long_line_with_a_long_span() {
    let text = format!("any where {}", "abcdefghi ".repeat(30));
    assert_snapshot!(render(&text, 10, 300), @r"
        error[test-code]: something is wrong
         --> 1:11
          |
        1 | any where abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi …
          |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ");
}

#[test]
fn in_a_whole_file() {
    let file = "[rule]\nname = \"x\"\nquery = '''\nany where a = 1\n'''\n";
    let (offset, _) = find(file, "any");
    let source = Source::new(file).named("x.toml").starting_at(offset);
    assert_snapshot!(source.render(&problem(12, 13)), @r"
        error[test-code]: something is wrong
         --> x.toml:4:13
          |
        4 | any where a = 1
          |             ^
        ");
}

#[test]
fn with_the_number_of_the_first_line() {
    let source = Source::new("any where\n  a = 1")
        .named("x.toml")
        .with_first_line(99);
    assert_snapshot!(source.render(&problem(14, 15)), @r"
        error[test-code]: something is wrong
           --> x.toml:100:5
            |
        100 |   a = 1
            |     ^
        ");
}

#[test]
fn terminal_controls_are_not_passed_on() {
    let text = "any where \u{1b}[31m\u{202e}x";
    let problem = problem(10, 11).with_hint("not \u{1b}[0m");
    let shown = Source::new(text).named("a\u{7}b").render(&problem);
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}') && !shown.contains('\u{7}'));
    assert_snapshot!(shown, @r"
        error[test-code]: something is wrong
         --> a\u{7}b:1:11
          |
        1 | any where �[31m�x
          |           ^
          = hint: not \u{1b}[0m
        ");
}

#[test]
fn piled_up_accents_are_cut() {
    let text = format!("any where e{}", "\u{301}".repeat(100_000));
    assert!(render(&text, 10, 11).len() < 2_000);
}

#[test]
fn several_are_set_apart() {
    let problems = [problem(0, 3), problem(4, 9)];
    assert_snapshot!(Source::new("any where").render_all(&problems), @r"
        error[test-code]: something is wrong
         --> 1:1
          |
        1 | any where
          | ^^^

        error[test-code]: something is wrong
         --> 1:5
          |
        1 | any where
          |     ^^^^^
        ");
}

proptest! {
    #[test]
    fn any_span_of_any_text_is_shown(
        text in "[a-z \té漢\n\r\u{1b}𝄞]{0,300}",
        start in 0_u32..400,
        length in 0_u32..400,
        offset in 0_u32..50,
        line in any::<u32>(),
    ) {
        let source = Source::new(&text).starting_at(offset).with_first_line(line);
        let shown = source.render(&problem(start, start.saturating_add(length)));
        prop_assert!(shown.contains('^'));
        prop_assert!(shown.ends_with('\n'));
        prop_assert!(shown.lines().all(|line| line.chars().count() < WIDTH * 2));
    }
}

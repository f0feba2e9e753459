//! What a person is told about common mistakes in expressions, word for word.

use gatewatch_diagnostic::Source;
use gatewatch_syntax::eql::parse_query;
use insta::assert_snapshot;

fn problems(text: &str) -> String {
    let parsed = parse_query(text);
    assert!(parsed.has_errors());
    Source::new(text).render_all(&parsed.diagnostics)
}

#[test]
fn single_equals() {
    let text = "process where process.pid = 4";
    assert_snapshot!(problems(text), @r"
        error[eql-single-equals]: `=` does not compare values
         --> 1:27
          |
        1 | process where process.pid = 4
          |                           ^
          = hint: write `==` for equality, or `:` to ignore case and use wildcards
        ");
}

#[test]
fn single_quotes() {
    let text = "process where process.name == 'cmd.exe'";
    assert_snapshot!(problems(text), @r#"
        error[eql-single-quotes]: strings do not stand in single quotes
         --> 1:31
          |
        1 | process where process.name == 'cmd.exe'
          |                               ^^^^^^^^^
          = hint: use double quotes: `"..."`
        "#);
}

#[test]
fn old_raw_string() {
    let text = r#"process where process.name : ?"cmd.*""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-question-string]: raw strings are no longer written with `?`
         --> 1:30
          |
        1 | process where process.name : ?"cmd.*"
          |                              ^^^^^^^^
          = hint: use three double quotes: `"""..."""`
        "#);
}

#[test]
fn unterminated_string() {
    let text = "process where process.name == \"cmd.exe\n  and user.id == \"0\"";
    assert_snapshot!(problems(text), @r#"
        error[eql-unterminated-string]: this string never ends
         --> 1:31
          |
        1 | process where process.name == "cmd.exe
          |                               ^
          = hint: close the string on the same line; write `\n` for a line break within it
        "#);
}

#[test]
fn escaped_closing_quote() {
    let text = r#"process where process.name : "C:\\Windows\""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-unterminated-string]: this string never ends
         --> 1:30
          |
        1 | process where process.name : "C:\\Windows\"
          |                              ^
          = hint: `\"` does not end a string; a backslash before the closing quote is written `\\`
        "#);
}

#[test]
fn windows_path() {
    let text = r#"process where process.executable : "C:\Windows\*""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-unknown-escape]: `\W` is not an escape sequence
         --> 1:39
          |
        1 | process where process.executable : "C:\Windows\*"
          |                                       ^^
          = hint: write `\\` for one backslash, or use a raw string: `"""C:\Windows\*"""`

        error[eql-unknown-escape]: `\*` is not an escape sequence
         --> 1:47
          |
        1 | process where process.executable : "C:\Windows\*"
          |                                               ^^
          = hint: write `\\` for one backslash, or use a raw string: `"""C:\Windows\*"""`
        "#);
}

#[test]
fn unterminated_raw_string() {
    let text = r#"process where process.name regex """cmd.*"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-unterminated-string]: this raw string never ends
         --> 1:34
          |
        1 | process where process.name regex """cmd.*
          |                                  ^^^
          = hint: close it with `"""` on the same line; it cannot hold line breaks
        "#);
}

#[test]
fn unicode_escape() {
    let text = r#"process where process.name == "\u00e9" or process.name == "\u{d800}""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-unicode-escape]: a Unicode escape needs 2 to 8 hexadecimal digits in braces
         --> 1:32
          |
        1 | process where process.name == "\u00e9" or process.name == "\u{d800}"
          |                                ^^
          = hint: write it as `\u{00e9}`

        error[eql-unicode-escape]: D800 is a surrogate, not a character
         --> 1:60
          |
        1 | process where process.name == "\u00e9" or process.name == "\u{d800}"
          |                                                            ^^^^^^^^
          = hint: give the code point of the character itself
        "#);
}

#[test]
fn capital_operators() {
    let text = r#"process where a == 1 AND NOT b == 2 OR c LIKE "x*""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-capital-keyword]: `AND` is taken as a name: keywords are in lower case
         --> 1:22
          |
        1 | process where a == 1 AND NOT b == 2 OR c LIKE "x*"
          |                      ^^^
          = hint: write `and`

        error[eql-capital-keyword]: `NOT` is taken as a name: keywords are in lower case
         --> 1:26
          |
        1 | process where a == 1 AND NOT b == 2 OR c LIKE "x*"
          |                          ^^^
          = hint: write `not`

        error[eql-capital-keyword]: `OR` is taken as a name: keywords are in lower case
         --> 1:37
          |
        1 | process where a == 1 AND NOT b == 2 OR c LIKE "x*"
          |                                     ^^
          = hint: write `or`

        error[eql-capital-keyword]: `LIKE` is taken as a name: keywords are in lower case
         --> 1:42
          |
        1 | process where a == 1 AND NOT b == 2 OR c LIKE "x*"
          |                                          ^^^^
          = hint: write `like`
        "#);
}

#[test]
fn capital_where() {
    let text = "process WHERE true";
    assert_snapshot!(problems(text), @r"
        error[eql-capital-keyword]: `WHERE` is taken as a name: keywords are in lower case
         --> 1:9
          |
        1 | process WHERE true
          |         ^^^^^
          = hint: write `where`
        ");
}

#[test]
fn bang_colon() {
    let text = r#"process where process.name !: "cmd.exe""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-bang-colon]: `!:` is not an operator any more
         --> 1:28
          |
        1 | process where process.name !: "cmd.exe"
          |                            ^^
          = hint: negate the whole comparison: `not name : "value"`
        "#);
}

#[test]
fn infix_not_like() {
    let text = r#"process where process.name not like "cmd*""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-infix-not]: `not` cannot stand before `like`
         --> 1:28
          |
        1 | process where process.name not like "cmd*"
          |                            ^^^
          = hint: negate the whole comparison: `not name like ...`; only `in` and `in~` take `not` before them
        "#);
}

#[test]
fn foreign_operators() {
    let text = "process where a == 1 && !(b <> 2) || c == 3";
    assert_snapshot!(problems(text), @r"
        error[eql-foreign-operator]: `&&` is not an operator
         --> 1:22
          |
        1 | process where a == 1 && !(b <> 2) || c == 3
          |                      ^^
          = hint: write `and`

        error[eql-foreign-operator]: `!` is not an operator
         --> 1:25
          |
        1 | process where a == 1 && !(b <> 2) || c == 3
          |                         ^
          = hint: write `not`

        error[eql-foreign-operator]: `<>` is not an operator
         --> 1:29
          |
        1 | process where a == 1 && !(b <> 2) || c == 3
          |                             ^^
          = hint: write `!=`

        error[eql-foreign-operator]: `||` is not an operator
         --> 1:35
          |
        1 | process where a == 1 && !(b <> 2) || c == 3
          |                                   ^^
          = hint: write `or`
        ");
}

#[test]
fn is_null() {
    let text = "process where user.name is not null and user.id is null";
    assert_snapshot!(problems(text), @r"
        error[eql-is-null]: `is` is not an operator
         --> 1:25
          |
        1 | process where user.name is not null and user.id is null
          |                         ^^^^^^^^^^^
          = hint: write `!= null`

        error[eql-is-null]: `is` is not an operator
         --> 1:49
          |
        1 | process where user.name is not null and user.id is null
          |                                                 ^^^^^^^
          = hint: write `== null`
        ");
}

#[test]
fn contains() {
    let text = r#"process where process.name contains "cmd""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-unexpected]: `contains` cannot stand here, after a complete expression
         --> 1:28
          |
        1 | process where process.name contains "cmd"
          |                            ^^^^^^^^
          = hint: write `: "*text*"`
        "#);
}

#[test]
fn misspelled_operator() {
    let text = r#"process where process.name lik "cmd*""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-unexpected]: `lik` cannot stand here, after a complete expression
         --> 1:28
          |
        1 | process where process.name lik "cmd*"
          |                            ^^^
          = hint: did you mean `like`?
        "#);
}

#[test]
fn chained_comparison() {
    let text = "process where 1 < process.pid < 10";
    assert_snapshot!(problems(text), @r"
        error[eql-chained-comparison]: comparisons cannot be chained
         --> 1:31
          |
        1 | process where 1 < process.pid < 10
          |                               ^
          = note: the first one is here
         --> 1:17
          |
        1 | process where 1 < process.pid < 10
          |                 -
          = hint: join two comparisons with `and`, or put one of them in parentheses
        ");
}

#[test]
fn chained_match() {
    let text = r#"process where process.name : "a" : "b""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-chained-comparison]: `:` cannot follow a complete comparison
         --> 1:34
          |
        1 | process where process.name : "a" : "b"
          |                                  ^
          = hint: join two comparisons with `and`, or put one of them in parentheses
        "#);
}

#[test]
fn list_in_brackets() {
    let text = r#"process where process.name in ["a", "b"]"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-list-brackets]: a list does not stand in square brackets
         --> 1:31
          |
        1 | process where process.name in ["a", "b"]
          |                               ^^^^^^^^^^
          = hint: use parentheses: `("a", "b")`
        "#);
}

#[test]
fn in_without_list() {
    let text = r#"process where process.name in "a""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-in-without-list]: `in` needs a list in parentheses
         --> 1:28
          |
        1 | process where process.name in "a"
          |                            ^^
          = hint: write `in ("a", "b")`, also for one value
        "#);
}

#[test]
fn equal_to_a_list() {
    let text = r#"process where process.name == ("a", "b")"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-list-outside-in]: a list can only stand after `in`, `:`, `like` or `regex`
         --> 1:31
          |
        1 | process where process.name == ("a", "b")
          |                               ^^^^^
          = hint: write `in (..)` to compare with several values
        "#);
}

#[test]
fn empty_list() {
    let text = "process where process.name in ()";
    assert_snapshot!(problems(text), @r"
        error[eql-empty-list]: the list of `in` is empty
         --> 1:31
          |
        1 | process where process.name in ()
          |                               ^^
          = hint: give one value at least
        ");
}

#[test]
fn missing_comma() {
    let text = r#"process where process.name in ("a" "b")"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-missing-operator]: expected an operator before the string "b"
         --> 1:36
          |
        1 | process where process.name in ("a" "b")
          |                                    ^^^
          = hint: join conditions with `and` or `or`; values of a list need commas between them
        "#);
}

#[test]
fn trailing_comma() {
    let text = r#"process where process.name : ("a", "b",)"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-trailing-comma]: nothing follows this comma
         --> 1:39
          |
        1 | process where process.name : ("a", "b",)
          |                                       ^
          = hint: remove it
        "#);
}

#[test]
fn pattern_is_a_field() {
    let text = "process where process.name : process.parent.name";
    assert_snapshot!(problems(text), @r"
        error[eql-pattern-not-constant]: the right side of `:` must be a literal, found `process`
         --> 1:30
          |
        1 | process where process.name : process.parent.name
          |                              ^^^^^^^
          = hint: put the text in double quotes; use `==` to compare values
        ");
}

#[test]
fn pattern_without_quotes() {
    let text = "process where process.name : cmd.exe";
    assert_snapshot!(problems(text), @r"
        error[eql-pattern-not-constant]: the right side of `:` must be a literal, found `cmd`
         --> 1:30
          |
        1 | process where process.name : cmd.exe
          |                              ^^^
          = hint: put the text in double quotes; use `==` to compare values
        ");
}

#[test]
fn pattern_is_a_number() {
    let text = "process where process.pid : -1";
    assert_snapshot!(problems(text), @r"
        error[eql-pattern-not-constant]: the right side of `:` must be a literal, found `-`
         --> 1:29
          |
        1 | process where process.pid : -1
          |                             ^
          = hint: compare numbers with `==`
        ");
}

#[test]
fn method_call() {
    let text = "process where process.args:length() > 3 or process.name.length() == 2";
    assert_snapshot!(problems(text), @r"
        error[eql-method-call]: functions are not called as methods of a value
         --> 1:27
          |
        1 | process where process.args:length() > 3 or process.name.length() == 2
          |                           ^^^^^^^
          = hint: write the value as the first argument: `length(value, ...)`

        error[eql-method-call]: functions are not called as methods of a value
         --> 1:44
          |
        1 | process where process.args:length() > 3 or process.name.length() == 2
          |                                            ^^^^^^^^^^^^^^^^^^^
          = hint: write the value as the first argument: `length(value, ...)`
        ");
}

#[test]
fn array_index() {
    let text = r#"process where process.args[0] == "-c""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-array-index]: an element of an array cannot be picked
         --> 1:27
          |
        1 | process where process.args[0] == "-c"
          |                           ^^^
          = hint: leave the index out: a condition holds if any value of the field meets it
        "#);
}

#[test]
fn lineage() {
    let text = r#"process where child of [process where process.name == "cmd.exe"]"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-lineage]: `child of` is not supported: events have no lineage here
         --> 1:15
          |
        1 | process where child of [process where process.name == "cmd.exe"]
          |               ^^^^^^^^
          = hint: use a sequence joined by process.entity_id and process.parent.entity_id
        "#);
}

#[test]
fn keyword_as_field() {
    let text = "process where event.sequence > 10 and `sequence` < 9";
    assert_snapshot!(problems(text), @r"
        error[eql-keyword-as-name]: `sequence` is a reserved word and cannot be a name as it stands
         --> 1:21
          |
        1 | process where event.sequence > 10 and `sequence` < 9
          |                     ^^^^^^^^
          = hint: put it in back-quotes: `` `sequence` ``
        ");
}

#[test]
fn digit_in_a_path() {
    let text = "any where a.0.b == 1";
    assert_snapshot!(problems(text), @r"
        error[eql-unexpected]: expected a name after the dot, found the number .0
         --> 1:12
          |
        1 | any where a.0.b == 1
          |            ^^
          = hint: put a name that begins with a digit in back-quotes
        ");
}

#[test]
fn field_in_quotes() {
    let text = r#"any where a."b c" == 1"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-unexpected]: expected the name of a field, found the string "b c"
         --> 1:13
          |
        1 | any where a."b c" == 1
          |             ^^^^^
          = hint: names of fields stand in back-quotes, not in quotes
        "#);
}

#[test]
fn field_in_back_quotes_not_closed() {
    let text = "any where `a b == 1";
    assert_snapshot!(problems(text), @r"
        error[eql-unterminated-name]: this back-quoted name never ends
         --> 1:11
          |
        1 | any where `a b == 1
          |           ^
          = hint: close it with a back-quote; a back-quote within a name is written twice
        ");
}

#[test]
fn tilde_without_call() {
    let text = "process where not~ true";
    assert_snapshot!(problems(text), @r"
        error[eql-dangling-tilde]: `not~` is not followed by arguments
         --> 1:15
          |
        1 | process where not~ true
          |               ^^^^
          = hint: `~` stands only after `in`, `like`, `regex` and the name of a called function
        ");
}

#[test]
fn not_as_operand() {
    let text = "process where a == not b";
    assert_snapshot!(problems(text), @r"
        error[eql-not-operand]: `not` binds weaker than the operator before it
         --> 1:20
          |
        1 | process where a == not b
          |                    ^^^
          = hint: put the negation in parentheses: `(not ...)`
        ");
}

#[test]
fn unclosed_parenthesis() {
    let text = "process where (a == 1 and (b == 2 or c == 3)";
    assert_snapshot!(problems(text), @r"
        error[eql-unclosed]: expected `)`, found the end of the text
         --> 1:45
          |
        1 | process where (a == 1 and (b == 2 or c == 3)
          |                                             ^
          = note: it was opened here
         --> 1:15
          |
        1 | process where (a == 1 and (b == 2 or c == 3)
          |               -
          = hint: close it with `)`
        ");
}

#[test]
fn unopened_parenthesis() {
    let text = "process where a == 1) and b == 2";
    assert_snapshot!(problems(text), @r"
        error[eql-unopened]: nothing is open that this `)` could close
         --> 1:21
          |
        1 | process where a == 1) and b == 2
          |                     ^
          = hint: remove it, or add the opening one
        ");
}

#[test]
fn unknown_character() {
    let text = "process where a == 1; \u{a0} b \u{201c}x\u{201d} # comment";
    assert_snapshot!(problems(text), @r#"
        error[eql-unknown-character]: the character `;` has no meaning here
         --> 1:21
          |
        1 | process where a == 1;   b “x” # comment
          |                     ^
          = hint: a query ends without a semicolon

        error[eql-unknown-character]: the character `\u{a0}` has no meaning here
         --> 1:23
          |
        1 | process where a == 1;   b “x” # comment
          |                       ^
          = hint: replace it with a plain space; it may have come with a paste

        error[eql-missing-operator]: expected an operator before `b`
         --> 1:25
          |
        1 | process where a == 1;   b “x” # comment
          |                         ^
          = hint: join conditions with `and` or `or`; values of a list need commas between them

        error[eql-unknown-character]: the character `“` has no meaning here
         --> 1:27
          |
        1 | process where a == 1;   b “x” # comment
          |                           ^
          = hint: use plain double quotes: `"..."`

        error[eql-unknown-character]: the character `”` has no meaning here
         --> 1:29
          |
        1 | process where a == 1;   b “x” # comment
          |                             ^
          = hint: use plain double quotes: `"..."`

        error[eql-unknown-character]: the character `#` has no meaning here
         --> 1:31
          |
        1 | process where a == 1;   b “x” # comment
          |                               ^
          = hint: a comment begins with `//`
        "#);
}

#[test]
fn unterminated_comment() {
    let text = "process where true /* outer /* inner */";
    assert_snapshot!(problems(text), @r"
        error[eql-unterminated-comment]: this comment never ends
         --> 1:20
          |
        1 | process where true /* outer /* inner */
          |                    ^^
          = hint: end the comment with `*/`
        ");
}

//! What a person is told about common mistakes in clauses, word for word.

use gatewatch_diagnostic::Source;
use gatewatch_syntax::eql::parse_query;
use insta::assert_snapshot;

fn problems(text: &str) -> String {
    let parsed = parse_query(text);
    assert!(parsed.has_errors());
    Source::new(text).render_all(&parsed.diagnostics)
}

#[test]
fn no_category() {
    let text = "where process.pid == 4";
    assert_snapshot!(problems(text), @r"
        error[eql-category]: expected an event category, found `where`
         --> 1:1
          |
        1 | where process.pid == 4
          | ^^^^^
          = hint: a filter begins like `process where ...` or `any where ...`
        ");
}

#[test]
fn no_where() {
    let text = r#"process.name == "cmd.exe""#;
    assert_snapshot!(problems(text), @r#"
        error[eql-missing-where]: expected `where` after the event category, found `.`
         --> 1:8
          |
        1 | process.name == "cmd.exe"
          |        ^
          = hint: write `category where condition`; `any where ...` takes every category
        "#);
}

#[test]
fn no_where_at_all() {
    let text = "process";
    assert_snapshot!(problems(text), @r"
        error[eql-missing-where]: expected `where` after the event category, found the end of the text
         --> 1:8
          |
        1 | process
          |        ^
          = hint: write `category where condition`; `any where ...` takes every category
        ");
}

#[test]
fn no_condition() {
    let text = "process where";
    assert_snapshot!(problems(text), @r"
        error[eql-missing-condition]: there is no condition after `where`
         --> 1:1
          |
        1 | process where
          | ^^^^^^^^^^^^^
          = hint: write `where true` to take every event of the category
        ");
}

#[test]
fn optional_category() {
    let text = "?process where true";
    assert_snapshot!(problems(text), @r"
        error[eql-category]: an event category cannot be optional
         --> 1:1
          |
        1 | ?process where true
          | ^
          = hint: remove the `?`, or write `any where ...`
        ");
}

#[test]
fn back_quoted_category() {
    let text = "`my category` where true";
    assert_snapshot!(problems(text), @r#"
        error[eql-category]: an event category does not stand in back-quotes
         --> 1:1
          |
        1 | `my category` where true
          | ^^^^^^^^^^^^^
          = hint: use double quotes: `"my category" where ...`
        "#);
}

#[test]
fn reserved_category() {
    let text = "join where true";
    assert_snapshot!(problems(text), @r#"
        error[eql-category]: `join` is a reserved word and cannot be a category as it stands
         --> 1:1
          |
        1 | join where true
          | ^^^^
          = hint: put it in double quotes: `"join" where ...`
        "#);
}

#[test]
fn empty_query() {
    let text = "  // nothing";
    assert_snapshot!(problems(text), @r"
        error[eql-empty]: there is no query
         --> 1:13
          |
        1 |   // nothing
          |             ^
          = hint: write `any where true` to get every event
        ");
}

#[test]
fn operator_without_operand() {
    let text = "process where a == and b == 2";
    assert_snapshot!(problems(text), @r"
        error[eql-unexpected]: expected a field, value or function, found `and`
         --> 1:20
          |
        1 | process where a == and b == 2
          |                    ^^^
          = hint: something must stand at the left of `and`
        ");
}

#[test]
fn one_step() {
    let text = "sequence by host.id [process where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-sequence-steps]: a sequence needs two steps at least
         --> 1:1
          |
        1 | sequence by host.id [process where true]
          | ^^^^^^^^
          = hint: add a step, or repeat this one: `[...] with runs=2`
        ");
}

#[test]
fn no_steps() {
    let text = "sequence by host.id with maxspan=1m";
    assert_snapshot!(problems(text), @r"
        error[eql-missing-step]: expected a step of the sequence, found the end of the text
         --> 1:36
          |
        1 | sequence by host.id with maxspan=1m
          |                                    ^
          = hint: a step is a filter in brackets: `[process where ...]`
        ");
}

#[test]
fn unclosed_step() {
    let text = "sequence\n  [process where true\n  [file where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-unclosed]: expected `]`, found `[`
         --> 3:3
          |
        3 |   [file where true]
          |   ^
          = note: it was opened here
         --> 2:3
          |
        2 |   [process where true
          |   -
          = hint: close it with `]`
        ");
}

#[test]
fn with_before_by() {
    let text = "sequence with maxspan=1m by host.id [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-with-before-by]: `by` must stand before `with`
         --> 1:26
          |
        1 | sequence with maxspan=1m by host.id [a where true] [b where true]
          |                          ^^
          = hint: write `sequence by key with maxspan=1m`
        ");
}

#[test]
fn maxspan_without_unit() {
    let text = "sequence with maxspan=30 [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-maxspan]: the duration has no unit
         --> 1:23
          |
        1 | sequence with maxspan=30 [a where true] [b where true]
          |                       ^^
          = hint: `30s` is 30 seconds; units are ms, s, m, h and d
        ");
}

#[test]
fn maxspan_unit() {
    let text = "sequence with maxspan=30sec [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-maxspan]: `sec` is not a unit of time
         --> 1:25
          |
        1 | sequence with maxspan=30sec [a where true] [b where true]
          |                         ^^^
          = hint: write `s`; units are ms, s, m, h and d
        ");
}

#[test]
fn maxspan_decimal() {
    let text = "sequence with maxspan=2.5m [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-maxspan]: a duration must be a whole number
         --> 1:23
          |
        1 | sequence with maxspan=2.5m [a where true] [b where true]
          |                       ^^^^
          = hint: use a smaller unit: `150s` instead of `2.5m`
        ");
}

#[test]
fn maxspan_zero() {
    let text = "sequence with maxspan=0s [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-maxspan]: a duration must be above zero
         --> 1:23
          |
        1 | sequence with maxspan=0s [a where true] [b where true]
          |                       ^^
          = hint: leave `with maxspan` out if there is no limit
        ");
}

#[test]
fn maxspan_string() {
    let text = r#"sequence with maxspan="1m" [a where true] [b where true]"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-maxspan]: expected a duration for `maxspan`, found the string "1m"
         --> 1:23
          |
        1 | sequence with maxspan="1m" [a where true] [b where true]
          |                       ^^^^
          = hint: write a number and a unit: `with maxspan=30s`
        "#);
}

#[test]
fn unknown_sequence_option() {
    let text = "sequence with span=1m [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-sequence-option]: expected `maxspan` after `with`, found `span`
         --> 1:15
          |
        1 | sequence with span=1m [a where true] [b where true]
          |               ^^^^
          = hint: `maxspan` is the only option of a sequence; `runs` follows a step
        ");
}

#[test]
fn runs_out_of_bounds() {
    let text = "sequence [a where true] with runs=0 [b where true] with runs=101 [c where true] with runs=-1";
    assert_snapshot!(problems(text), @r"
        error[eql-runs]: `runs` must be a whole number from 1 to 100, found `0`
         --> 1:35
          |
        1 | sequence [a where true] with runs=0 [b where true] with runs=101 [c where true] with runs=-1
          |                                   ^
          = hint: write it as `with runs=3`

        error[eql-runs]: `runs` must be a whole number from 1 to 100, found `101`
         --> 1:62
          |
        1 | sequence [a where true] with runs=0 [b where true] with runs=101 [c where true] with runs=-1
          |                                                              ^^^
          = hint: write it as `with runs=3`

        error[eql-runs]: `runs` must be a whole number from 1 to 100, found `-1`
         --> 1:91
          |
        1 | sequence [a where true] with runs=0 [b where true] with runs=101 [c where true] with runs=-1
          |                                                                                           ^^
          = hint: write it as `with runs=3`
        ");
}

#[test]
fn unknown_step_option() {
    let text = "sequence [a where true] with repeat=3 [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-step-option]: expected `runs` after `with`, found `repeat`
         --> 1:30
          |
        1 | sequence [a where true] with repeat=3 [b where true]
          |                              ^^^^^^
          = hint: the only option of a step is `with runs=N`; `maxspan` stands before the first step
        ");
}

#[test]
fn by_after_runs() {
    let text = "sequence [a where true] with runs=3 by x [b where true] by x";
    assert_snapshot!(problems(text), @r"
        error[eql-by-after-runs]: `by` must stand before `with`
         --> 1:37
          |
        1 | sequence [a where true] with runs=3 by x [b where true] by x
          |                                     ^^
          = hint: write `[...] by key with runs=3`
        ");
}

#[test]
fn fork() {
    let text = "sequence [a where true] fork=true [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-fork]: `fork` is not supported
         --> 1:25
          |
        1 | sequence [a where true] fork=true [b where true]
          |                         ^^^^^^^^^
          = hint: remove it; one event may serve in several sequences anyway
        ");
}

#[test]
fn key_counts() {
    let text = "sequence\n  [a where true] by user.id\n  [b where true] by user.id, host.id\n  until [c where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-key-count]: 2 join keys here, 1 in the first step
         --> 3:21
          |
        3 |   [b where true] by user.id, host.id
          |                     ^^^^^^^^^^^^^^^^
          = note: the first step
         --> 2:21
          |
        2 |   [a where true] by user.id
          |                     -------
          = hint: give every step, and `until`, the same number of keys

        error[eql-key-count]: 0 join keys here, 1 in the first step
         --> 4:9
          |
        4 |   until [c where true]
          |         ^^^^^^^^^^^^^^
          = note: the first step
         --> 2:21
          |
        2 |   [a where true] by user.id
          |                     -------
          = hint: give every step, and `until`, the same number of keys
        ");
}

#[test]
fn key_is_not_a_field() {
    let text = "sequence by length(user.id) [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-key]: only a field can be a join key
         --> 1:13
          |
        1 | sequence by length(user.id) [a where true] [b where true]
          |             ^^^^^^^^^^^^^^^
          = hint: name the field itself, without functions or arithmetic
        ");
}

#[test]
fn missing_event_without_maxspan() {
    let text = "sequence [a where true] ![b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-missing-maxspan]: a sequence with a missing event needs a maxspan
         --> 1:25
          |
        1 | sequence [a where true] ![b where true]
          |                         ^^^^^^^^^^^^^^^
          = hint: say how long to wait: `sequence with maxspan=1m`
        ");
}

#[test]
fn split_missing_event() {
    let text = "sequence with maxspan=1m [a where true] ! [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-split-missing]: `!` and `[` of a missing event must stand together
         --> 1:41
          |
        1 | sequence with maxspan=1m [a where true] ! [b where true]
          |                                         ^^^
          = hint: write `![`
        ");
}

#[test]
fn only_missing_events() {
    let text = "sequence with maxspan=1m ![a where true] ![b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-only-missing]: every step of this sequence is a missing event
         --> 1:1
          |
        1 | sequence with maxspan=1m ![a where true] ![b where true]
          | ^^^^^^^^
          = hint: one step at least must be an event that happens: `[...]`
        ");
}

#[test]
fn until_with_runs() {
    let text = "sequence [a where true] [b where true] until [c where true] with runs=2";
    assert_snapshot!(problems(text), @r"
        error[eql-until]: `until` cannot have `runs`
         --> 1:71
          |
        1 | sequence [a where true] [b where true] until [c where true] with runs=2
          |                                                                       ^
          = hint: one event ends the sequence; remove `with runs`
        ");
}

#[test]
fn step_after_until() {
    let text = "sequence [a where true] [b where true] until [c where true] [d where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-until]: no step can follow `until`
         --> 1:61
          |
        1 | sequence [a where true] [b where true] until [c where true] [d where true]
          |                                                             ^^^^^^^^^^^^^^
          = hint: move `until` behind the last step
        ");
}

#[test]
fn join() {
    let text = "join by host.id [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-join]: `join` is not supported
         --> 1:1
          |
        1 | join by host.id [a where true] [b where true]
          | ^^^^
          = hint: use `sequence` for events in order, `sample` for events in any order
        ");
}

#[test]
fn steps_without_sequence() {
    let text = "any where true [process where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-unexpected]: expected a pipe or the end of the text, found `[`
         --> 1:16
          |
        1 | any where true [process where true]
          |                ^
          = hint: steps in brackets need `sequence` or `sample` before them
        ");
}

#[test]
fn sample_without_keys() {
    let text = "sample [a where true] [b where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-sample-keys]: a sample needs a join key
         --> 1:1
          |
        1 | sample [a where true] [b where true]
          | ^^^^^^
          = hint: write `sample by host.id [...] [...]`
        ");
}

#[test]
fn sample_bounds() {
    let text = "sample by x [a where true]";
    assert_snapshot!(problems(text), @r"
        error[eql-sample-steps]: a sample has two to five filters, this one has 1
         --> 1:1
          |
        1 | sample by x [a where true]
          | ^^^^^^
          = hint: add a filter in brackets
        ");
}

#[test]
fn sample_clauses() {
    let text = "sample by x with maxspan=1m [a where true] ![b where true] with runs=2 until [c where true] | head 1";
    assert_snapshot!(problems(text), @r"
        error[eql-sample-clause]: a sample takes no `with` clause
         --> 1:13
          |
        1 | sample by x with maxspan=1m [a where true] ![b where true] with runs=2 until [c where true] | head 1
          |             ^^^^
          = hint: use a sequence if the order or the time between events matters

        error[eql-sample-clause]: a sample takes no missing events
         --> 1:44
          |
        1 | sample by x with maxspan=1m [a where true] ![b where true] with runs=2 until [c where true] | head 1
          |                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = hint: use a sequence if the order or the time between events matters

        error[eql-sample-clause]: a sample takes no `runs`
         --> 1:70
          |
        1 | sample by x with maxspan=1m [a where true] ![b where true] with runs=2 until [c where true] | head 1
          |                                                                      ^
          = hint: use a sequence if the order or the time between events matters

        error[eql-sample-clause]: a sample takes no `until`
         --> 1:78
          |
        1 | sample by x with maxspan=1m [a where true] ![b where true] with runs=2 until [c where true] | head 1
          |                                                                              ^^^^^^^^^^^^^^
          = hint: use a sequence if the order or the time between events matters

        error[eql-sample-pipe]: a sample takes no pipes
         --> 1:93
          |
        1 | sample by x with maxspan=1m [a where true] ![b where true] with runs=2 until [c where true] | head 1
          |                                                                                             ^
          = hint: limit the results with the option `size` instead
        ");
}

#[test]
fn unsupported_pipe() {
    let text = "any where true | filter a == 1 | sort b | head 3";
    assert_snapshot!(problems(text), @r"
        error[eql-unsupported-pipe]: the pipe `filter` is not supported
         --> 1:18
          |
        1 | any where true | filter a == 1 | sort b | head 3
          |                  ^^^^^^
          = hint: put the condition into the `where` clause

        error[eql-unsupported-pipe]: the pipe `sort` is not supported
         --> 1:34
          |
        1 | any where true | filter a == 1 | sort b | head 3
          |                                  ^^^^
          = hint: only `head` and `tail` are; count, sort and group the results instead
        ");
}

#[test]
fn unknown_pipe() {
    let text = "any where true | haed 10 | frobnicate 1";
    assert_snapshot!(problems(text), @r"
        error[eql-unknown-pipe]: there is no pipe `haed`
         --> 1:18
          |
        1 | any where true | haed 10 | frobnicate 1
          |                  ^^^^
          = hint: did you mean `head`?

        error[eql-unknown-pipe]: there is no pipe `frobnicate`
         --> 1:28
          |
        1 | any where true | haed 10 | frobnicate 1
          |                            ^^^^^^^^^^
          = hint: only `head` and `tail` are supported
        ");
}

#[test]
fn pipe_arguments() {
    let text =
        r#"any where true | head | tail 1, 2 | head -1 | tail "5" | head 2147483648 | tail x"#;
    assert_snapshot!(problems(text), @r#"
        error[eql-pipe-argument]: `head` takes one argument, 0 given
         --> 1:18
          |
        1 | any where true | head | tail 1, 2 | head -1 | tail "5" | head 2147483648 | tail x
          |                  ^^^^
          = hint: say how many results to keep: `| head 10`

        error[eql-pipe-argument]: `tail` takes one argument, 2 given
         --> 1:25
          |
        1 | any where true | head | tail 1, 2 | head -1 | tail "5" | head 2147483648 | tail x
          |                         ^^^^^^^^^
          = hint: say how many results to keep: `| tail 10`

        error[eql-pipe-argument]: the argument of `head` must be a constant whole number from 0 to 2147483647
         --> 1:42
          |
        1 | any where true | head | tail 1, 2 | head -1 | tail "5" | head 2147483648 | tail x
          |                                          ^^
          = hint: say how many results to keep: `| head 10`

        error[eql-pipe-argument]: the argument of `tail` must be a constant whole number from 0 to 2147483647
         --> 1:52
          |
        1 | any where true | head | tail 1, 2 | head -1 | tail "5" | head 2147483648 | tail x
          |                                                    ^^^
          = hint: say how many results to keep: `| tail 10`

        error[eql-pipe-argument]: the argument of `head` must be a constant whole number from 0 to 2147483647
         --> 1:63
          |
        1 | any where true | head | tail 1, 2 | head -1 | tail "5" | head 2147483648 | tail x
          |                                                               ^^^^^^^^^^
          = hint: say how many results to keep: `| head 10`

        error[eql-pipe-argument]: the argument of `tail` must be a constant whole number from 0 to 2147483647
         --> 1:81
          |
        1 | any where true | head | tail 1, 2 | head -1 | tail "5" | head 2147483648 | tail x
          |                                                                                 ^
          = hint: say how many results to keep: `| tail 10`
        "#);
}

#[test]
fn several_problems_at_once() {
    let text = "sequence by host.id\n  [process where a = 'x']\n  [file where (b c) and d !: \"y\"]\n| count";
    assert_snapshot!(problems(text), @r#"
        error[eql-single-equals]: `=` does not compare values
         --> 2:20
          |
        2 |   [process where a = 'x']
          |                    ^
          = hint: write `==` for equality, or `:` to ignore case and use wildcards

        error[eql-single-quotes]: strings do not stand in single quotes
         --> 2:22
          |
        2 |   [process where a = 'x']
          |                      ^^^
          = hint: use double quotes: `"..."`

        error[eql-missing-operator]: expected an operator before `c`
         --> 3:18
          |
        3 |   [file where (b c) and d !: "y"]
          |                  ^
          = hint: join conditions with `and` or `or`; values of a list need commas between them

        error[eql-bang-colon]: `!:` is not an operator any more
         --> 3:27
          |
        3 |   [file where (b c) and d !: "y"]
          |                           ^^
          = hint: negate the whole comparison: `not name : "value"`

        error[eql-unsupported-pipe]: the pipe `count` is not supported
         --> 4:3
          |
        4 | | count
          |   ^^^^^
          = hint: only `head` and `tail` are; count, sort and group the results instead
        "#);
}

//! What holds for every text and every tree.

use gatewatch_syntax::eql::ast::{
    Arithmetic, ArithmeticOperator, Call, Category, Comparison, ComparisonOperator, Constant,
    EventFilter, Expr, ExprKind, Field, FieldPart, InList, Literal, MaxSpan, Pipe, PipeKind, Query,
    QueryBody, Runs, Sample, Sequence, StringMatch, StringOperator, Term, TimeUnit, UnaryOperator,
};
use gatewatch_syntax::eql::{
    comments, parse_expression, parse_query, print, print_expression, print_with_comments,
};
use gatewatch_syntax::{Diagnostic, Span};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Pieces that texts near to EQL are made of.
const PIECES: &[&str] = &[
    "process",
    "where",
    "any",
    "sequence",
    "sample",
    "join",
    "by",
    "with",
    "maxspan",
    "runs",
    "=",
    "==",
    "!=",
    "<",
    ">=",
    ":",
    "!:",
    "in",
    "in~",
    "like",
    "like~",
    "regex~",
    "not",
    "and",
    "or",
    "AND",
    "NOT",
    "until",
    "of",
    "true",
    "null",
    "[",
    "![",
    "! [",
    "]",
    "(",
    ")",
    ",",
    ".",
    "|",
    "head",
    "tail",
    "count",
    "?",
    "`a b`",
    "`",
    "\"x\"",
    "\"",
    "\"\"\"a\"\"\"",
    "\"\"\"",
    "'x'",
    "'",
    "?\"x\"",
    "\\",
    "\"\\u{41}\"",
    "\"\\q\"",
    "1",
    "30s",
    "2.5",
    "1e9",
    ".5",
    "99999999999999999999",
    "-",
    "+",
    "*",
    "/",
    "%",
    "//",
    "/*",
    "*/",
    "length",
    "endsWith~",
    "is",
    "[0]",
    "é",
    "\u{a0}",
    "\n",
    "\t",
    "\r\n",
    "&&",
    "||",
    "fork",
    "child",
    "descendant",
    "@timestamp",
    "host.id",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.join(" ")),
        vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat()),
    ]
}

fn check_diagnostics(text: &str, diagnostics: &[Diagnostic]) -> Result<(), TestCaseError> {
    for diagnostic in diagnostics {
        let span = diagnostic
            .span
            .expect("every problem of a short text has a place");
        let places = diagnostic.notes.iter().filter_map(|note| note.span);
        for span in std::iter::once(span).chain(places) {
            prop_assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
        }
        prop_assert!(diagnostic.code.starts_with("eql-"));
        prop_assert!(!diagnostic.message.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_read_or_refused(text in text()) {
        let parsed = parse_query(&text);
        check_diagnostics(&text, &parsed.diagnostics)?;
        prop_assert!(parsed.tree.is_some() || parsed.has_errors());
        let parsed = parse_expression(&text);
        check_diagnostics(&text, &parsed.diagnostics)?;
        prop_assert!(parsed.tree.is_some() || parsed.has_errors());
    }

    #[test]
    fn what_is_read_can_be_printed_and_read_again(text in text()) {
        if let Ok(query) = parse_query(&text).into_result() {
            check_query(query)?;
        }
        if let Ok(expr) = parse_expression(&text).into_result() {
            check_expression(expr)?;
        }
    }

    #[test]
    fn printed_queries_are_read_as_they_were(query in query()) {
        check_query(query)?;
    }

    #[test]
    fn comments_are_kept(query in query(), notes in prop::collection::vec((0usize..400, 0usize..4), 0..12)) {
        let text = with_comments(&print(&query), &notes);
        let mut tree = match parse_query(&text).into_result() {
            Ok(tree) => tree,
            Err(problems) => return Err(fault(&text, &problems)),
        };
        let printed = print_with_comments(&tree, &text);
        let mut again = parse_query(&printed).into_result().map_err(|problems| fault(&printed, &problems))?;
        prop_assert_eq!(&print_with_comments(&again, &printed), &printed, "{}", text);
        let told = |text: &str| -> Vec<String> {
            comments(text).iter().map(|comment| comment.text(text).trim_end().to_owned()).collect()
        };
        prop_assert_eq!(told(&printed), told(&text), "{}\n{}", text, printed);
        again.clear_spans();
        tree.clear_spans();
        prop_assert_eq!(again, tree, "{}", printed);
    }

    #[test]
    fn printed_expressions_are_read_as_they_were(expr in expr()) {
        check_expression(expr)?;
    }
}

fn check_query(mut query: Query) -> Result<(), TestCaseError> {
    let printed = print(&query);
    let again = parse_query(&printed).into_result();
    let mut again = again.map_err(|problems| fault(&printed, &problems))?;
    prop_assert_eq!(&print(&again), &printed);
    query.clear_spans();
    again.clear_spans();
    prop_assert_eq!(again, query, "{}", printed);
    Ok(())
}

fn check_expression(mut expr: Expr) -> Result<(), TestCaseError> {
    let printed = print_expression(&expr);
    let again = parse_expression(&printed).into_result();
    let mut again = again.map_err(|problems| fault(&printed, &problems))?;
    expr.clear_spans();
    again.clear_spans();
    prop_assert_eq!(again, expr, "{}", printed);
    Ok(())
}

/// Puts comments of several forms at spaces outside strings.
fn with_comments(text: &str, notes: &[(usize, usize)]) -> String {
    let mut gaps = vec![0];
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match quote {
            Some('"') if escaped => escaped = false,
            Some('"') if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '`') => quote = Some(character),
            None if character.is_whitespace() || matches!(character, '(' | '[' | ',') => {
                gaps.push(at + character.len_utf8());
            }
            None => {}
        }
    }
    gaps.push(text.len());
    let mut places: Vec<(usize, usize)> = notes
        .iter()
        .map(|(gap, form)| (gaps[gap % gaps.len()], *form))
        .collect();
    places.sort_unstable();
    let mut out = text.to_owned();
    for (number, (at, form)) in places.into_iter().enumerate().rev() {
        let comment = match form {
            0 => format!("// note {number}\n"),
            1 => format!("\n// note ( {number}\n"),
            2 => format!("/* note ] {number} */"),
            _ => format!("\n/* note\n ) {number} */\n"),
        };
        out.insert_str(at, &comment);
    }
    out
}

fn fault(printed: &str, problems: &[Diagnostic]) -> TestCaseError {
    TestCaseError::fail(format!("{printed}\n{problems:?}"))
}

fn nowhere() -> Span {
    Span::default()
}

fn node(kind: ExprKind) -> Expr {
    Expr {
        kind,
        span: nowhere(),
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z_@][a-zA-Z0-9_]{0,30}",
        "[ -~é\n]{1,12}",
        Just("sequence".to_owned())
    ]
}

fn field() -> impl Strategy<Value = Field> {
    (any::<bool>(), vec(name(), 1..4)).prop_map(|(optional, names)| Field {
        optional,
        parts: names
            .into_iter()
            .map(|name| FieldPart {
                name,
                span: nowhere(),
            })
            .collect(),
        span: nowhere(),
    })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        (0..=i32::MAX).prop_map(Literal::Integer),
        (i64::from(i32::MAX) + 1..=i64::MAX).prop_map(Literal::Long),
        (i64::MAX as u64 + 1..=u64::MAX).prop_map(Literal::UnsignedLong),
        (proptest::num::f64::POSITIVE | proptest::num::f64::ZERO)
            .prop_map(|value| Literal::Double(value.abs())),
        any::<String>().prop_map(Literal::String),
        "[\"\\\\a*]{0,60}".prop_map(Literal::String),
    ]
}

fn constant() -> impl Strategy<Value = Constant> {
    literal().prop_map(|value| Constant {
        value,
        span: nowhere(),
    })
}

fn string_operator() -> impl Strategy<Value = StringOperator> {
    prop::sample::select(vec![
        StringOperator::Colon,
        StringOperator::Like,
        StringOperator::LikeInsensitive,
        StringOperator::Regex,
        StringOperator::RegexInsensitive,
    ])
}

fn comparison_operator() -> impl Strategy<Value = ComparisonOperator> {
    prop::sample::select(vec![
        ComparisonOperator::Equal,
        ComparisonOperator::NotEqual,
        ComparisonOperator::Less,
        ComparisonOperator::LessOrEqual,
        ComparisonOperator::Greater,
        ComparisonOperator::GreaterOrEqual,
    ])
}

fn arithmetic_operator() -> impl Strategy<Value = ArithmeticOperator> {
    prop::sample::select(vec![
        ArithmeticOperator::Add,
        ArithmeticOperator::Subtract,
        ArithmeticOperator::Multiply,
        ArithmeticOperator::Divide,
        ArithmeticOperator::Modulo,
    ])
}

fn call(arguments: Vec<Expr>, insensitive: bool) -> Expr {
    node(ExprKind::Call(Call {
        name: "endsWith".to_owned(),
        insensitive,
        name_span: nowhere(),
        arguments,
    }))
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        literal().prop_map(|value| node(ExprKind::Literal(value))),
        field().prop_map(|field| node(ExprKind::Field(field))),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            (vec(inner.clone(), 0..4), any::<bool>())
                .prop_map(|(arguments, insensitive)| call(arguments, insensitive)),
            (any::<bool>(), inner.clone()).prop_map(|(minus, inner)| {
                let sign = if minus {
                    UnaryOperator::Minus
                } else {
                    UnaryOperator::Plus
                };
                node(ExprKind::Unary(sign, Box::new(inner)))
            }),
            (arithmetic_operator(), pair.clone()).prop_map(|(operator, (left, right))| {
                node(ExprKind::Arithmetic(Box::new(Arithmetic {
                    left,
                    operator,
                    operator_span: nowhere(),
                    right,
                })))
            }),
            (comparison_operator(), pair).prop_map(|(operator, (left, right))| {
                node(ExprKind::Comparison(Box::new(Comparison {
                    left,
                    operator,
                    operator_span: nowhere(),
                    right,
                })))
            }),
            (inner.clone(), string_operator(), vec(constant(), 1..5)).prop_map(
                |(operand, operator, patterns)| {
                    node(ExprKind::StringMatch(Box::new(StringMatch {
                        operand,
                        operator,
                        operator_span: nowhere(),
                        patterns,
                    })))
                }
            ),
            (
                inner.clone(),
                any::<(bool, bool)>(),
                vec(inner.clone(), 1..5)
            )
                .prop_map(|(operand, (negated, insensitive), elements)| {
                    node(ExprKind::InList(Box::new(InList {
                        operand,
                        negated,
                        insensitive,
                        operator_span: nowhere(),
                        elements,
                    })))
                }),
            inner
                .clone()
                .prop_map(|inner| node(ExprKind::Not(Box::new(inner)))),
            vec(inner.clone(), 2..5).prop_map(|operands| node(ExprKind::And(operands))),
            vec(inner, 2..5).prop_map(|operands| node(ExprKind::Or(operands))),
        ]
    })
}

fn filter() -> impl Strategy<Value = EventFilter> {
    (option::of(name()), expr()).prop_map(|(name, condition)| EventFilter {
        category: Category {
            name,
            span: nowhere(),
        },
        condition,
        span: nowhere(),
    })
}

fn term(keys: usize) -> impl Strategy<Value = Term> {
    (
        any::<bool>(),
        filter(),
        vec(field(), keys),
        option::of(1_u32..=100),
    )
        .prop_map(|(missing, filter, by, runs)| Term {
            missing,
            filter,
            by,
            runs: runs.map(|count| Runs {
                count,
                span: nowhere(),
            }),
            span: nowhere(),
        })
}

fn maxspan() -> impl Strategy<Value = MaxSpan> {
    let units = vec![
        TimeUnit::Millisecond,
        TimeUnit::Second,
        TimeUnit::Minute,
        TimeUnit::Hour,
        TimeUnit::Day,
    ];
    (1..=i64::MAX as u64, prop::sample::select(units)).prop_map(|(value, unit)| MaxSpan {
        value,
        unit,
        span: nowhere(),
    })
}

fn sequence() -> impl Strategy<Value = QueryBody> {
    (0_usize..3).prop_flat_map(|keys| {
        let parts = (
            vec(field(), 0..3),
            option::of(maxspan()),
            vec(term(keys), 2..4),
            option::of(term(keys)),
        );
        parts.prop_map(|(by, maxspan, mut terms, until)| {
            // Only what the parser can give: see the checks named at `Sequence`.
            terms[0].missing = false;
            for term in &mut terms {
                term.missing &= maxspan.is_some();
            }
            QueryBody::Sequence(Sequence {
                by,
                maxspan,
                terms,
                until: until.map(plain),
                span: nowhere(),
            })
        })
    })
}

fn plain(mut term: Term) -> Term {
    term.missing = false;
    term.runs = None;
    term
}

fn sample() -> impl Strategy<Value = QueryBody> {
    (0_usize..3).prop_flat_map(|keys| {
        let shared = usize::from(keys == 0);
        (vec(field(), shared..3), vec(term(keys), 2..=5)).prop_map(|(by, terms)| {
            QueryBody::Sample(Sample {
                by,
                terms: terms.into_iter().map(plain).collect(),
                span: nowhere(),
            })
        })
    })
}

fn pipe() -> impl Strategy<Value = Pipe> {
    (any::<bool>(), 0..=i32::MAX as u32).prop_map(|(head, count)| Pipe {
        kind: if head { PipeKind::Head } else { PipeKind::Tail },
        count,
        span: nowhere(),
    })
}

fn query() -> impl Strategy<Value = Query> {
    let body = prop_oneof![filter().prop_map(QueryBody::Event), sequence(), sample()];
    (body, vec(pipe(), 0..3)).prop_map(|(body, mut pipes)| {
        if matches!(body, QueryBody::Sample(_)) {
            pipes.clear();
        }
        Query {
            body,
            pipes,
            span: nowhere(),
        }
    })
}

//! The smallest pieces of an EQL text.

use gatewatch_diagnostic::Span;

/// A piece and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// The kinds of piece. White space and comments are left out.
///
/// The numbers of `String` and `QuotedIdentifier` point into the values the lexer kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    And,
    Any,
    By,
    False,
    In,
    InInsensitive,
    Join,
    Like,
    LikeInsensitive,
    Maxspan,
    Not,
    Null,
    Of,
    Or,
    Regex,
    RegexInsensitive,
    Sample,
    Sequence,
    True,
    Until,
    Where,
    With,
    Identifier,
    TildeIdentifier,
    QuotedIdentifier(u32),
    String(u32),
    Integer,
    Decimal,
    Colon,
    BangColon,
    Assign,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Dot,
    Comma,
    LeftBracket,
    RightBracket,
    LeftParenthesis,
    RightParenthesis,
    Pipe,
    Question,
    MissingOpen,
    End,
}

/// Every reserved word with its token.
pub(super) const KEYWORDS: &[(&str, TokenKind)] = &[
    ("and", TokenKind::And),
    ("any", TokenKind::Any),
    ("by", TokenKind::By),
    ("false", TokenKind::False),
    ("in", TokenKind::In),
    ("join", TokenKind::Join),
    ("like", TokenKind::Like),
    ("maxspan", TokenKind::Maxspan),
    ("not", TokenKind::Not),
    ("null", TokenKind::Null),
    ("of", TokenKind::Of),
    ("or", TokenKind::Or),
    ("regex", TokenKind::Regex),
    ("sample", TokenKind::Sample),
    ("sequence", TokenKind::Sequence),
    ("true", TokenKind::True),
    ("until", TokenKind::Until),
    ("where", TokenKind::Where),
    ("with", TokenKind::With),
];

/// The token of a reserved word, letter case as given.
pub(super) fn keyword(word: &str) -> Option<TokenKind> {
    KEYWORDS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, kind)| *kind)
}

/// The token of a reserved word written with capitals, which makes it a plain name.
pub(super) fn miswritten_keyword(word: &str) -> Option<(&'static str, TokenKind)> {
    KEYWORDS
        .iter()
        .find(|(name, _)| *name != word && name.eq_ignore_ascii_case(word))
        .copied()
}

impl TokenKind {
    /// Whether it is a reserved word, as opposed to a name, literal or sign.
    pub(super) fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::InInsensitive | Self::LikeInsensitive | Self::RegexInsensitive
        ) || KEYWORDS.iter().any(|(_, kind)| *kind == self)
    }

    /// Whether an operand may begin with it.
    pub(super) fn begins_operand(self) -> bool {
        matches!(
            self,
            Self::False
                | Self::Null
                | Self::True
                | Self::Identifier
                | Self::TildeIdentifier
                | Self::QuotedIdentifier(_)
                | Self::String(_)
                | Self::Integer
                | Self::Decimal
                | Self::Question
                | Self::LeftParenthesis
        )
    }

    /// Whether it is a constant.
    pub(super) fn is_constant(self) -> bool {
        matches!(
            self,
            Self::False | Self::Null | Self::True | Self::String(_) | Self::Integer | Self::Decimal
        )
    }
}

/// Whether a text is a name that needs no back-quotes (unless it is reserved).
pub(super) fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(is_identifier_start) && bytes.all(is_identifier_part)
}

/// Whether a name may begin with this byte.
pub(super) fn is_identifier_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'@'
}

/// Whether a name may go on with this byte.
pub(super) fn is_identifier_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

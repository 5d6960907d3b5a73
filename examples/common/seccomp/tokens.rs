//! The words and symbols of a line of text.

use std::fmt;

/// The symbols, of which none is the beginning of a later one.
const SYMBOLS: [&str; 11] = ["->", "..=", "==", "!=", "<=", ">=", "<", ">", "&", "(", ")"];

/// A word, a symbol, or the end of the line, which is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t>(pub(super) &'t str);

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => f.write_str("the end of the line"),
            text => write!(f, "'{}'", text.escape_debug()),
        }
    }
}

/// The rest of a line, without its comment.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'t>(&'t str);

impl<'t> Tokens<'t> {
    pub(super) fn new(line: &'t str) -> Self {
        Self(line.split('#').next().unwrap_or("").trim())
    }

    /// Returns the next token.
    pub(super) fn next(&mut self) -> Token<'t> {
        let length = self.token_len();
        let (token, rest) = self.0.split_at(length);
        self.0 = rest.trim_start();
        Token(token)
    }

    /// Returns the next token, and does not move to the token after it.
    pub(super) fn peek(&self) -> Token<'t> {
        Token(self.0.split_at(self.token_len()).0)
    }

    /// Moves to the token after the next if the next token is `text`.
    pub(super) fn accept(&mut self, text: &str) -> bool {
        let is_next = self.peek().0 == text;
        if is_next {
            self.next();
        }
        is_next
    }

    fn token_len(&self) -> usize {
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.0.starts_with(**symbol)) {
            return symbol.len();
        }
        // A hyphen is a part of a word, except at the beginning of an arrow.
        let is_end = |&(at, char): &(usize, char)| {
            let is_hyphen = char == '-' && !self.0[at..].starts_with("->");
            !(char.is_alphanumeric() || char == '_' || is_hyphen)
        };
        match self.0.char_indices().find(is_end) {
            // A character that is neither a word nor a symbol is a token.
            Some((0, char)) => char.len_utf8(),
            Some((at, _)) => at,
            None => self.0.len(),
        }
    }
}

/// Parses a decimal number, or a hexadecimal number after `0x`.
pub(super) fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    // `from_str_radix` would also accept a sign.
    let is_number = digits.chars().all(|char| char.is_digit(radix));
    u64::from_str_radix(digits, radix).ok().filter(|_| is_number)
}

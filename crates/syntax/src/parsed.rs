//! What reading a text gives.

use gatewatch_diagnostic::Diagnostic;

/// A tree, if one could be made, and every problem found.
///
/// The tree may be there beside errors: when the meaning was plain (`=` for `==`, an unknown
/// pipe), it holds what was meant, so that later stages can look for more problems.
/// It must not be run then; [`Parsed::into_result`] gives it only when it may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    /// The tree; absent when too little of the text could be understood.
    pub tree: Option<T>,
    /// The problems, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Parsed<T> {
    /// Whether any problem is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The tree, if there is one and no error was found; else all problems.
    ///
    /// # Errors
    /// Gives the diagnostics when one of them is an error.
    pub fn into_result(self) -> Result<T, Vec<Diagnostic>> {
        match self.tree {
            Some(tree) if !self.diagnostics.iter().any(Diagnostic::is_error) => Ok(tree),
            _ => Err(self.diagnostics),
        }
    }
}

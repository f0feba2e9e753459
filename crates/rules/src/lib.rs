//! Turns rule text into checked, compiled rules.

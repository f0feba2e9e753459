//! Runs compiled rules over events and yields alerts.

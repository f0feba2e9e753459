//! From matches to written alerts.

use gatewatch_detect::{Engine, Match, Outcome};
use gatewatch_rules::RuleSeverity;

use super::{AlertFilter, Reporter};
use crate::run;

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// Alerts that passed the filter.
    pub alerts: u64,
    /// The gravest of them.
    pub gravest: Option<RuleSeverity>,
}

/// An alert that passed the filter.
struct Made<E> {
    rule: usize,
    severity: RuleSeverity,
    entry: Option<E>,
}

/// Builds the alerts of all matches on all threads, and gives the reporter those that pass the filter, in order.
///
/// # Errors
///
/// When the events cannot be read back, or the report cannot be written.
pub fn write<R: Reporter>(
    engine: &Engine,
    outcome: &Outcome,
    filter: &AlertFilter,
    threads: usize,
    form: &R::Form,
    reporter: &mut R,
) -> anyhow::Result<Written> {
    let mut written = Written::default();
    let make = |(found, is_shown): &(&Match, bool)| {
        let rule = &engine.rules()[found.rule].rule;
        if !is_shown {
            return Ok(Some(Made {
                rule: found.rule,
                severity: rule.severity,
                entry: None,
            }));
        }
        let alert = engine.alert(outcome, found)?;
        if !filter.keeps(&alert) {
            return Ok(None);
        }
        Ok(Some(Made {
            rule: found.rule,
            severity: alert.severity,
            entry: Some(R::entry(form, rule, &alert)?),
        }))
    };
    let matches = shown::<R>(engine, outcome, filter, form);
    run::made_in_order(&matches, threads, make, |made| {
        let Some(made) = made else {
            return Ok(());
        };
        written.alerts += 1;
        written.gravest = written.gravest.max(Some(made.severity));
        reporter.take(made.rule, made.entry)
    })?;
    Ok(written)
}

/// The matches, each with whether its alert must be built: to be shown, to be filtered, or because how grave it is depends on
/// its event. All others are only counted.
fn shown<'o, R: Reporter>(
    engine: &'o Engine,
    outcome: &'o Outcome,
    filter: &AlertFilter,
    form: &R::Form,
) -> Vec<(&'o Match, bool)> {
    let mut before = vec![0u64; engine.rules().len()];
    engine
        .shown(outcome)
        .map(|(found, is_there)| {
            let rule = &engine.rules()[found.rule].rule;
            let is_shown = !filter.is_empty()
                || !rule.severity_mapping.is_empty()
                || R::shows(form, before[found.rule]);
            before[found.rule] += 1;
            (found, is_shown && is_there)
        })
        .collect()
}

//! The Linux audit trail: what auditd writes to `audit.log`, raw or enriched, the same through syslog, the kernel's log or the
//! journal, and as Laurel's JSON.
//!
//! The kernel writes an event as several records that bear the same time and serial number, perhaps among records of other events.
//! They are gathered into one event, as Auditbeat does it (`auditd_manager`): that is what Elastic's rules for the audit trail ask for.
//!
//! ```text
//! line ──head──> piece (gathered by time and serial) ──message──> fields ──coalesce──> event ──summary, access──> parts
//! ```

mod access;
mod calls;
mod coalesce;
mod decode;
mod fields;
mod head;
mod laurel;
mod message;
mod norm;
mod numbers;
mod parts;
mod shown;
mod summary;
#[cfg(test)]
mod tests;
mod types;

use super::mapping::{
    Confidence, Entry, Framing, Kind, Opening, Part, Parts, Pieces, Recognised, Record, Source,
};
use head::Form;

/// The audit trail.
pub struct Auditd;

impl Source for Auditd {
    fn name(&self) -> &'static str {
        "auditd"
    }

    fn title(&self) -> &'static str {
        "Linux audit trail (auditd)"
    }

    fn dataset(&self) -> &'static str {
        "auditd_manager.auditd"
    }

    fn indices(&self) -> &'static [&'static str] {
        // A line of audit.log may as well come through the integration or the Filebeat module of that name.
        &[
            "logs-auditd_manager.auditd-default",
            "auditbeat-default",
            "logs-auditd.log-default",
            "filebeat-default",
        ]
    }

    fn programs(&self) -> &'static [&'static str] {
        head::PROGRAMS
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        head::recognise(record).map(|_| Confidence::Certain)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        head::recognise(record)
            .map(|form| Recognised::of(Confidence::Certain, types::kind(&form.glance())))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message) && opening.is_byte(b"tna[")
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["ID"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "audit(",
            "SYSCALL",
            "USER_",
            "CRED_",
            "DAEMON_",
            "SERVICE_",
            "SYSTEM_",
            "CRYPTO_",
            "ANOM_",
            "VIRT_",
            "INTEGRITY_",
            "_GROUP",
            "_CHANGE",
            "_UPDATE",
            "NETFILTER_",
            "PROCTITLE",
            "LOGIN",
            "SECCOMP",
            "KERN_MODULE",
            "AVC",
            "BPF",
            "TTY",
        ]
    }

    fn framing(&self) -> Framing {
        Framing::Gathered(Pieces {
            piece: head::piece,
            of: head::piece_of,
        })
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        match Form::of(record) {
            Some(form) => types::kind(&form.glance()),
            None => &types::DAEMON,
        }
    }

    fn shown(&self) -> &'static [&'static str] {
        shown::SHOWN
    }

    fn shows(&self, record: &Record<'_>, holds: &mut dyn FnMut(&str) -> bool) -> bool {
        match record.json {
            Some(json) => laurel::shows(json, holds),
            None => shown::shows(record.raw, holds),
        }
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(form) = Form::of(record) {
            parts::push(&form, parts);
        }
    }
}

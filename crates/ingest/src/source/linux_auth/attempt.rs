//! An attempt to log in, in the words that most lines of sshd are: an event that holds no more than what rules mostly ask for.

use std::cell::OnceCell;

use gatewatch_event::{Document, Event, Field, Timestamp, Value};
use jiff::tz::TimeZone;

use super::event::AuthEvent;
use super::fields::{self, Which};
use super::usual::Usual;
use crate::format::syslog::Plain;

/// An attempt to log in. Says what an [`AuthEvent`] of the line says, which is made when it is asked for more than the host, the user, the
/// source and the time: rules that join or count ask for no more, of line after line.
pub(in crate::source) struct Attempt<'a> {
    line: &'a str,
    plain: Plain,
    usual: Usual<'a>,
    time: Option<Timestamp>,
    zone: &'a TimeZone,
    whole: OnceCell<Box<AuthEvent<'a>>>,
}

impl<'a> Attempt<'a> {
    /// The event of a line whose header was found to be plain and whose time is known; `None` where its words are not the usual ones.
    #[inline]
    pub(in crate::source) fn read(
        line: &'a str,
        plain: Plain,
        time: Option<Timestamp>,
        zone: &'a TimeZone,
    ) -> Option<Self> {
        let usual = Usual::read(plain.message_text(line))?;
        Some(Self {
            line,
            plain,
            usual,
            time,
            zone,
            whole: OnceCell::new(),
        })
    }

    fn whole(&self) -> &AuthEvent<'a> {
        self.whole.get_or_init(|| {
            let header = || self.plain.header(self.line);
            Box::new(AuthEvent::at(header, self.time, self.zone))
        })
    }
}

impl Event for Attempt<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        let Some((which, _)) = fields::which(field) else {
            return;
        };
        let value = match which {
            Which::HostName | Which::HostHostname | Which::RelatedHosts => {
                Some(Value::from(self.plain.host_text(self.line)))
            }
            Which::UserName => Some(Value::from(self.usual.user())),
            Which::SourceAddress => Some(Value::from(self.usual.address())),
            Which::SourceIp | Which::RelatedIp => self.usual.ip().map(Value::Ip),
            Which::SourcePort => self
                .usual
                .source_port()
                .map(|port| Value::Long(port.into())),
            Which::Timestamp => self.time.map(Value::Date),
            // Only the journal has it.
            Which::HostId => None,
            _ => return self.whole().visit(field, visit),
        };
        if let Some(value) = value {
            visit(value);
        }
    }

    fn document(&self) -> Document {
        self.whole().document()
    }

    fn timestamp(&self) -> Option<Timestamp> {
        self.time
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_event::{Event, Field};
    use jiff::tz::TimeZone;
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    use super::Attempt;
    use crate::format::syslog::{Header, Plain};
    use crate::source::linux_auth::{AuthEvent, field_names, sentence};

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("root".to_owned()),
            Just(String::new()),
            "[a-z.é-]{0,9}"
        ]
    }

    fn message() -> impl Strategy<Value = String> {
        let host = prop::sample::select(vec![
            "192.0.2.7",
            "2001:db8::1",
            "::ffff:192.0.2.7",
            "host.example",
            "UNKNOWN",
            "fe80::1%eth0",
        ]);
        let start = prop::sample::select(vec![
            "Failed password for ",
            "Failed publickey for invalid user ",
            "Accepted keyboard-interactive/pam for ",
            "Invalid user ",
        ]);
        (start, name(), host, any::<u16>()).prop_map(|(start, name, host, port)| match start {
            "Invalid user " => format!("{start}{name} from {host} port {port}"),
            _ => format!("{start}{name} from {host} port {port} ssh2"),
        })
    }

    proptest! {
        /// Whichever way it is asked, it is the event of its line.
        #[test]
        fn it_says_what_the_event_of_the_line_says(
            message in message(),
            host in "[a-z][a-z.-]{0,9}",
            pid in prop::option::of(1..99_999u32),
        ) {
            let pid = pid.map_or(String::new(), |pid| format!("[{pid}]"));
            let line = format!("Feb 21 21:54:44 {host} sshd{pid}: {message}");
            let zone = TimeZone::UTC;
            let mut plain = Plain::find(line.as_bytes()).expect("a plain header");
            plain.stamp.year = Some(2024);
            let time = plain.stamp.at(&zone);
            let attempt = Attempt::read(&line, plain, time, &zone).expect("usual words");
            let mut header = Header::parse(&line).expect("a header");
            header.stamp = Some(plain.stamp);
            let whole = AuthEvent::new(header, &zone);
            for name in field_names().chain(["host.id", "x"]) {
                let field = Field::new(name);
                assert_eq!(attempt.all(field), whole.all(field), "{name}");
            }
            assert_eq!(attempt.timestamp(), whole.timestamp());
            assert_eq!(attempt.document(), whole.document());
            let number = sentence::number(message.as_bytes()).expect("a sentence of sshd");
            assert_eq!(sentence::attempt(whole.key().program, number), Some(whole.key()));
        }
    }
}

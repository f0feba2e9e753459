//! Events in the proportions of busy Windows machines.

mod endpoint;
mod security;
mod words;

use gatewatch_testkit::evtx::{Event, FileTime, Style};
use gatewatch_testkit::random::Random;
use gatewatch_testkit::windows::Host;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The Security log of one machine.
    Security,
    /// The Sysmon log of one machine.
    Sysmon,
    /// The PowerShell log of one machine.
    PowerShell,
    /// An export of several machines and channels, with every value as text.
    Export,
}

impl Kind {
    /// What the file of this number holds: of 48, four exports, eight Sysmon, six PowerShell.
    pub fn of_file(index: usize) -> Self {
        match (index % 12, index % 8) {
            (5, _) => Self::Export,
            (3 | 9, _) => Self::Sysmon,
            (_, 6) => Self::PowerShell,
            _ => Self::Security,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Security => "Security",
            Self::Sysmon => "Sysmon",
            Self::PowerShell => "PowerShell",
            Self::Export => "Export",
        }
    }

    /// How such a file is laid out; a quarter of the machines end their texts with NUL.
    pub fn style(self, index: usize) -> Style {
        match self {
            Self::Export => Style::of(gatewatch_testkit::evtx::Shape::Literal),
            _ if index % 4 == 2 => Style::default().nul_terminated(),
            _ => Style::default(),
        }
    }
}

/// The events of a file, without end.
pub struct Mix {
    kind: Kind,
    random: Random,
    host: Host,
    time: FileTime,
    /// Logon sessions that have begun and not yet ended.
    sessions: Vec<security::Session>,
}

impl Mix {
    pub fn new(seed: u64, index: usize) -> Self {
        let mut mixer = Random::new(seed);
        let file_seed = mixer.next_u64() ^ (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let name = words::HOSTS[index % words::HOSTS.len()];
        let day = u64::try_from(index % 360).unwrap_or(0);
        Self {
            kind: Kind::of_file(index),
            random: Random::new(file_seed),
            host: Host::new(name, "LAB"),
            time: FileTime::at("2026-01-01T00:00:00Z").plus_seconds(86_400 * day),
            sessions: Vec::new(),
        }
    }

    /// The next event.
    pub fn event(&mut self) -> Event {
        let pause = u64::from(self.random.below(60_000_000));
        self.time = self.time.plus_ticks(pause);
        let mut event = match self.kind {
            Kind::Security => self.security(),
            Kind::Sysmon => self.sysmon(),
            Kind::PowerShell => self.powershell(),
            Kind::Export => {
                let name = self.random.pick(&words::HOSTS);
                self.host = Host::new(name, "LAB");
                match self.random.below(20) {
                    0 => self.sysmon(),
                    1 => self.powershell(),
                    _ => self.security(),
                }
            }
        };
        event.time = self.time;
        event.thread_id = 64 + 4 * self.random.below(2000);
        event
    }
}

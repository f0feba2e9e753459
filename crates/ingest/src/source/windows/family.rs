//! Which mapping an event falls under.

/// The parts of Elastic's mapping. Which one applies is decided by provider and channel, in any letter case, since
/// exports change it and forwarded events keep their channel whatever file they lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Family {
    /// The audit provider, and what the event log service writes about the Security log.
    Security,
    /// The classic PowerShell log.
    PowerShell,
    /// The PowerShell/Operational log.
    PowerShellOperational,
    Sysmon,
    /// Every other channel: the generic shape.
    Generic,
}

const AUDITING: &str = "Microsoft-Windows-Security-Auditing";
const EVENT_LOG: &str = "Microsoft-Windows-Eventlog";
const SYSMON: &str = "Microsoft-Windows-Sysmon";
const POWERSHELL: &str = "Windows PowerShell";
const POWERSHELL_OPERATIONAL: &str = "Microsoft-Windows-PowerShell/Operational";

fn same(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

impl Family {
    /// The family of a provider's events in a channel; either may be unknown.
    pub(super) fn of(provider: Option<&str>, channel: Option<&str>) -> Self {
        let is_provider = |name| provider.is_some_and(|provider| same(provider, name));
        let is_channel = |name| channel.is_some_and(|channel| same(channel, name));
        // The event log service also writes about other logs, to other channels.
        if is_provider(AUDITING)
            || (is_provider(EVENT_LOG) && (is_channel("Security") || channel.is_none()))
        {
            Self::Security
        } else if is_provider(SYSMON) {
            Self::Sysmon
        } else if is_channel(POWERSHELL) {
            Self::PowerShell
        } else if is_channel(POWERSHELL_OPERATIONAL) {
            Self::PowerShellOperational
        } else {
            Self::Generic
        }
    }

    /// `event.module`, as the Winlogbeat modules set it.
    pub(super) fn module(self) -> Option<&'static str> {
        match self {
            Self::Security => Some("security"),
            Self::PowerShell | Self::PowerShellOperational => Some("powershell"),
            Self::Sysmon => Some("sysmon"),
            Self::Generic => None,
        }
    }

    /// `data_stream.dataset`, as the agent integrations set it.
    pub(super) fn dataset(self, channel: Option<&str>) -> &'static str {
        let is_channel = |name| channel.is_some_and(|channel| same(channel, name));
        match self {
            Self::Security => "system.security",
            Self::PowerShell => "windows.powershell",
            Self::PowerShellOperational => "windows.powershell_operational",
            Self::Sysmon => "windows.sysmon_operational",
            Self::Generic if is_channel("System") => "system.system",
            Self::Generic if is_channel("Application") => "system.application",
            Self::Generic => "windows.forwarded",
        }
    }
}

/// Channels that rules compare letter by letter. An export that changed the case of one is given the name that Windows
/// uses.
const CHANNELS: &[&str] = &[
    "Application",
    "Microsoft-Windows-PowerShell/Operational",
    "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational",
    "Microsoft-Windows-Sysmon/Operational",
    "Microsoft-Windows-TaskScheduler/Operational",
    "Microsoft-Windows-TerminalServices-Gateway/Operational",
    "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    "Microsoft-Windows-TerminalServices-RDPClient/Operational",
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    "Microsoft-Windows-WinRM/Operational",
    "Microsoft-Windows-Windows Defender/Operational",
    "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
    "OpenSSH/Operational",
    "Security",
    "System",
    "Windows PowerShell",
];

/// The channel as Windows writes it.
pub(super) fn channel_name(channel: &str) -> &str {
    CHANNELS
        .iter()
        .find(|name| same(name, channel))
        .map_or(channel, |name| name)
}

#[cfg(test)]
mod tests {
    use super::{Family, channel_name};

    #[test]
    fn families_by_provider_and_channel() {
        let of = |provider, channel| Family::of(Some(provider), Some(channel));
        assert_eq!(
            of("Microsoft-Windows-Security-Auditing", "ForwardedEvents"),
            Family::Security
        );
        assert_eq!(of("Some-Other", "Security"), Family::Generic);
        assert_eq!(
            of("Microsoft-Windows-Eventlog", "security"),
            Family::Security
        );
        assert_eq!(of("Microsoft-Windows-Eventlog", "System"), Family::Generic);
        assert_eq!(of("PowerShell", "windows powershell"), Family::PowerShell);
        assert_eq!(
            of("microsoft-windows-sysmon", "ForwardedEvents"),
            Family::Sysmon
        );
        assert_eq!(Family::of(None, None), Family::Generic);
    }

    #[test]
    fn channels_get_their_own_spelling_back() {
        assert_eq!(channel_name("security"), "Security");
        assert_eq!(channel_name("Some/Other"), "Some/Other");
    }
}

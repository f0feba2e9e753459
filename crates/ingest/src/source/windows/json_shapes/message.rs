//! Parameters that a flat record holds nowhere but in its rendered message: those of events with `UserData`.
//!
//! They are told by their place, not by their label, so that the language of the message does not matter.

use super::embedded::Embedded;

const CONNECTION_MANAGER: &str =
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational";
const SESSION_MANAGER: &str = "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational";
const GATEWAY: &str = "Microsoft-Windows-TerminalServices-Gateway/Operational";

/// The parameters of an event's message; none where the message has no part in them.
pub(super) fn parameters(channel: &str, event_id: u32, message: &str) -> Embedded {
    let is = |name: &str| channel.eq_ignore_ascii_case(name);
    let (tag, names, values): (_, &[&str], _) = if is(CONNECTION_MANAGER) {
        match event_id {
            1149 => (
                "EventXML",
                &["Param1", "Param2", "Param3"],
                labelled(message),
            ),
            _ => return Embedded::default(),
        }
    } else if is(SESSION_MANAGER) {
        match event_id {
            21..=25 => (
                "EventXML",
                &["User", "SessionID", "Address"],
                labelled(message),
            ),
            39 => ("EventXML", &["TargetSession", "Source"], numbers(message)),
            40 => ("EventXML", &["Session", "Reason"], numbers(message)),
            _ => return Embedded::default(),
        }
    } else if is(GATEWAY) {
        match event_id {
            200 | 201 => ("EventInfo", &["Username", "IpAddress"], quoted(message)),
            300..=304 => (
                "EventInfo",
                &["Username", "IpAddress", "Resource"],
                quoted(message),
            ),
            _ => return Embedded::default(),
        }
    } else if is("Security") && event_id == 1102 {
        let names = &[
            "SubjectUserSid",
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectLogonId",
        ];
        ("LogFileCleared", names, labelled(message))
    } else {
        return Embedded::default();
    };
    let user_data: Vec<_> = names
        .iter()
        .zip(values)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
        .collect();
    Embedded {
        data: Vec::new(),
        user_data_name: (!user_data.is_empty()).then(|| tag.to_owned()),
        user_data,
    }
}

/// What stands after the label on each line; lines that end with their colon are headings.
fn labelled(message: &str) -> Vec<&str> {
    let mut lines = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .peekable();
    // The first line says what happened.
    lines.next();
    lines
        .enumerate()
        .filter_map(|(number, line)| {
            let (_, value) = line.split_once(':')?;
            let heading = number == 0 && value.is_empty() && message.contains(":\t");
            (!heading).then(|| value.trim())
        })
        .collect()
}

/// The whole numbers of a sentence.
fn numbers(message: &str) -> Vec<&str> {
    message
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect()
}

/// What stands between quotes.
fn quoted(message: &str) -> Vec<&str> {
    message.split('"').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::{CONNECTION_MANAGER, GATEWAY, SESSION_MANAGER, parameters};

    #[track_caller]
    fn check(channel: &str, event_id: u32, message: &str, expect: &[(&str, &str)]) {
        let found = parameters(channel, event_id, message);
        let found: Vec<_> = found
            .user_data
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn messages_give_their_parameters() {
        check(
            CONNECTION_MANAGER,
            1149,
            "Remote Desktop Services: User authentication succeeded:\r\n\r\nUser: alice\r\nDomain: \r\nSource Network Address: 2001:db8::7",
            &[("Param1", "alice"), ("Param3", "2001:db8::7")],
        );
        check(
            CONNECTION_MANAGER,
            1149,
            "Remotedesktopdienste: Die Benutzerauthentifizierung war erfolgreich:\r\n\r\nBenutzer: alice\r\nDom\u{e4}ne: LAB\r\nQuellnetzwerkadresse: 203.0.113.5",
            &[
                ("Param1", "alice"),
                ("Param2", "LAB"),
                ("Param3", "203.0.113.5"),
            ],
        );
        check(
            SESSION_MANAGER,
            21,
            "Remote Desktop Services: Session logon succeeded:\n\nUser: LAB\\alice\nSession ID: 2\nSource Network Address: 203.0.113.5",
            &[
                ("User", "LAB\\alice"),
                ("SessionID", "2"),
                ("Address", "203.0.113.5"),
            ],
        );
        check(
            SESSION_MANAGER,
            23,
            "Remote Desktop Services: Session logoff succeeded:\n\nUser: LAB\\alice\nSession ID: 2",
            &[("User", "LAB\\alice"), ("SessionID", "2")],
        );
        check(
            SESSION_MANAGER,
            40,
            "Session 2 has been disconnected, reason code 5",
            &[("Session", "2"), ("Reason", "5")],
        );
        check(
            GATEWAY,
            302,
            "The user \"LAB\\alice\", on client computer \"203.0.113.5\", connected to resource \"gw1.example.com\". Connection protocol used: \"HTTP\".",
            &[
                ("Username", "LAB\\alice"),
                ("IpAddress", "203.0.113.5"),
                ("Resource", "gw1.example.com"),
            ],
        );
        check(
            "security",
            1102,
            "The audit log was cleared.\r\nSubject:\r\n\tSecurity ID:\tS-1-5-21-1-2-3-500\r\n\tAccount Name:\talice\r\n\tDomain Name:\tLAB\r\n\tLogon ID:\t0x36311",
            &[
                ("SubjectUserSid", "S-1-5-21-1-2-3-500"),
                ("SubjectUserName", "alice"),
                ("SubjectDomainName", "LAB"),
                ("SubjectLogonId", "0x36311"),
            ],
        );
    }

    #[test]
    fn other_messages_give_none() {
        check("System", 1149, "a: b", &[]);
        check(CONNECTION_MANAGER, 1149, "", &[]);
        check(SESSION_MANAGER, 25, "no lines", &[]);
    }
}

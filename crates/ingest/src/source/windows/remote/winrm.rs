//! WinRM: sessions that this host opens, shells that others open on it, and who authenticates.

use super::values::{
    account_domain, account_name, host_address, host_name, shell_address, shell_user_domain,
    shell_user_name,
};
use super::{Place, Row};
use crate::source::windows::base;
use crate::source::windows::entry::{Entry, Extract};

const WINRM: Place = Place::Channel("Microsoft-Windows-WinRM/Operational");

const fn category(values: &'static [&'static str]) -> Entry {
    Entry::many("event.category", Extract::Fixed(values))
}

const fn types(values: &'static [&'static str]) -> Entry {
    Entry::many("event.type", Extract::Fixed(values))
}

const fn action(value: &'static [&'static str]) -> Entry {
    Entry::one("event.action", Extract::Fixed(value))
}

const SUCCESS: Entry = Entry::one("event.outcome", Extract::Fixed(&["success"]));
const FAILURE: Entry = Entry::one("event.outcome", Extract::Fixed(&["failure"]));
const LOGGING_USER: Entry = Entry::one("user.id", Extract::Call(base::logging_user));

pub(super) const ROWS: &[Row] = &[
    // A session that this host opens on another.
    Row {
        place: WINRM,
        ids: &[6],
        fields: &[
            category(&["network"]),
            types(&["connection", "start"]),
            action(&["winrm-session-opened"]),
            Entry::one("network.direction", Extract::Fixed(&["egress"])),
            LOGGING_USER,
            Entry::one(
                "destination.ip",
                Extract::Turned("connection", host_address),
            ),
            Entry::one(
                "destination.domain",
                Extract::Turned("connection", host_name),
            ),
            Entry::many("related.ip", Extract::Turned("connection", host_address)),
        ],
    },
    // A shell that another host opens on this one. Newer builds tell by whom and from where.
    Row {
        place: WINRM,
        ids: &[91],
        fields: &[
            category(&["session"]),
            types(&["start"]),
            action(&["winrm-shell-created"]),
            SUCCESS,
            LOGGING_USER,
            Entry::one("user.name", Extract::Turned("resourceUri", shell_user_name)),
            Entry::one(
                "user.domain",
                Extract::Turned("resourceUri", shell_user_domain),
            ),
            Entry::many(
                "related.user",
                Extract::Turned("resourceUri", shell_user_name),
            ),
            Entry::one("source.ip", Extract::Turned("resourceUri", shell_address)),
            Entry::many("related.ip", Extract::Turned("resourceUri", shell_address)),
        ],
    },
    Row {
        place: WINRM,
        ids: &[142],
        fields: &[
            category(&["network"]),
            types(&["connection", "error"]),
            action(&["winrm-operation-failed"]),
            FAILURE,
            LOGGING_USER,
        ],
    },
    Row {
        place: WINRM,
        ids: &[161],
        fields: &[
            category(&["authentication"]),
            types(&["start"]),
            action(&["winrm-authentication-failed"]),
            FAILURE,
            LOGGING_USER,
        ],
    },
    Row {
        place: WINRM,
        ids: &[169],
        fields: &[
            category(&["authentication"]),
            types(&["start"]),
            action(&["winrm-authenticated"]),
            SUCCESS,
            Entry::one("user.name", Extract::Turned("username", account_name)),
            Entry::one("user.domain", Extract::Turned("username", account_domain)),
            Entry::many("related.user", Extract::Turned("username", account_name)),
        ],
    },
    Row {
        place: WINRM,
        ids: &[193],
        fields: &[
            category(&["session"]),
            types(&["info"]),
            action(&["winrm-request-authorized"]),
            SUCCESS,
        ],
    },
];

//! The Remote Desktop Gateway: who is let through to which host, and who is not.

use super::values::{
    account_domain, account_name, address, host_address, host_name, outcome, port, seconds,
    transport,
};
use super::{Place, Row};
use crate::source::windows::entry::{Entry, Extract};
use crate::source::windows::text::number;

const GATEWAY: Place = Place::Channel("Microsoft-Windows-TerminalServices-Gateway/Operational");

const fn category(values: &'static [&'static str]) -> Entry {
    Entry::many("event.category", Extract::Fixed(values))
}

const fn types(values: &'static [&'static str]) -> Entry {
    Entry::many("event.type", Extract::Fixed(values))
}

const fn action(value: &'static [&'static str]) -> Entry {
    Entry::one("event.action", Extract::Fixed(value))
}

/// Success by the event's error code.
const BY_CODE: Entry = Entry::one("event.outcome", Extract::UserTurned("ErrorCode", outcome));
const FAILURE: Entry = Entry::one("event.outcome", Extract::Fixed(&["failure"]));

macro_rules! row {
    ($id:literal, $category:expr, $types:expr, $action:literal $(, $outcome:expr)?) => {
        Row {
            place: GATEWAY,
            ids: &[$id],
            fields: &[
                category($category),
                types($types),
                action(&[$action]),
                $($outcome,)?
            ],
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    Row {
        place: GATEWAY,
        ids: &[200, 201, 300, 301, 302, 303, 304, 312, 313],
        fields: &[
            Entry::one("user.name", Extract::UserTurned("Username", account_name)),
            Entry::one(
                "user.domain",
                Extract::UserTurned("Username", account_domain),
            ),
            Entry::many(
                "related.user",
                Extract::UserTurned("Username", account_name),
            ),
            Entry::one("source.ip", Extract::UserTurned("IpAddress", address)),
            Entry::one("source.port", Extract::UserTurned("IpAddress", port)),
            Entry::many("related.ip", Extract::UserTurned("IpAddress", address)),
            Entry::one(
                "destination.ip",
                Extract::UserTurned("Resource", host_address),
            ),
            Entry::one(
                "destination.domain",
                Extract::UserTurned("Resource", host_name),
            ),
            Entry::one(
                "network.transport",
                Extract::UserTurned("ConnectionProtocol", transport),
            ),
        ],
    },
    row!(
        200,
        &["authentication"],
        &["start"],
        "rdgateway-client-authorized",
        BY_CODE
    ),
    row!(
        201,
        &["authentication"],
        &["start"],
        "rdgateway-client-refused",
        FAILURE
    ),
    row!(
        300,
        &["network"],
        &["connection", "allowed"],
        "rdgateway-resource-authorized",
        BY_CODE
    ),
    row!(
        301,
        &["network"],
        &["connection", "denied"],
        "rdgateway-resource-refused",
        FAILURE
    ),
    row!(
        302,
        &["network", "session"],
        &["connection", "start"],
        "rdgateway-connected",
        BY_CODE
    ),
    row!(
        303,
        &["network", "session"],
        &["connection", "end"],
        "rdgateway-disconnected"
    ),
    row!(
        304,
        &["network"],
        &["connection", "error"],
        "rdgateway-connection-failed",
        FAILURE
    ),
    row!(
        312,
        &["network"],
        &["connection", "start"],
        "rdgateway-outbound-channel-requested"
    ),
    row!(
        313,
        &["network"],
        &["connection", "start"],
        "rdgateway-inbound-channel-requested"
    ),
    // What went through, told at the end. The error code is then the reason of the end.
    Row {
        place: GATEWAY,
        ids: &[303],
        fields: &[
            Entry::one(
                "event.duration",
                Extract::UserTurned("SessionDuration", seconds),
            ),
            Entry::one("source.bytes", Extract::UserTurned("BytesReceived", number)),
            Entry::one(
                "destination.bytes",
                Extract::UserTurned("BytesTransfered", number),
            ),
        ],
    },
];

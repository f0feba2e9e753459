use super::Iis;
use crate::source::check::{access, samples};

#[test]
fn own_samples() {
    samples(&Iis);
}

#[test]
fn access_records() {
    access(
        &Iis,
        "site.log",
        &[
            "- - - - 192.0.2.20:-",
            "exchange attempt - alice 203.0.113.50:-",
            "exchange failure - - 203.0.113.50:-",
            "exchange success - alice 203.0.113.50:-",
            "exchange failure - - 203.0.113.50:-",
            "- - - - 203.0.113.50:-",
            "exchange success - bob 2001:db8::50:-",
            "- - - - 203.0.113.50:-",
            "rdp success - bob 203.0.113.50:-",
            "rdp failure - - 203.0.113.50:-",
            "rdp success - bob 203.0.113.50:-",
            "exchange success - carol 198.51.100.9:-",
            "- - - - 203.0.113.50:-",
            "rdp failure - - 203.0.113.50:-",
            "rdp success - - 203.0.113.50:-",
            "winrm success - admin 203.0.113.50:-",
            "web failure - carol 198.51.100.9:-",
            "web failure - - 198.51.100.9:-",
            "- - - - ::1:-",
            "citrix attempt - - 203.0.113.50:-",
            "exchange success - admin 203.0.113.50:-",
        ],
    );
    access(
        &Iis,
        "no-header.log",
        &[
            "- - - - 192.0.2.20:-",
            "exchange success - alice 203.0.113.50:-",
            "- - - - 192.0.2.20:-",
            "- - - - 203.0.113.50:50124",
            "- - - - 10.0.0.6:-",
            "exchange success - alice 203.0.113.50:-",
            "exchange attempt - bob 203.0.113.50:-",
            "- - - - 192.0.2.20:-",
            "web failure - carol 192.0.2.20:-",
            "- - - - 192.0.2.20:-",
            "- - - - 192.0.2.20:-",
            "- - - - 192.0.2.20:-",
            "- - - alice 203.0.113.50:-",
            "- - - - fe80::1:49958",
            "- - - - 203.0.113.50:50124",
            "- - - - 203.0.113.50:50125",
            "- - - - 203.0.113.50:3544",
        ],
    );
}

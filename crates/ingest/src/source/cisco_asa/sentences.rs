//! The sentences of the messages, by number: of several the first that matches counts.

/// `Group <G> User <U> IP <A> TEXT`, with or without the angles, as most messages about VPN sessions begin.
const SESSION: &[&str] = &[
    "Group <{group}> User <{>user}> IP <{src}> {rest}",
    "Group {group} User {user} IP {src:word} {rest}",
];

const SENTENCES: &[(&str, &[&str])] = &[
    (
        "106001",
        &[
            "{dir:word} {proto:word} connection denied from {src}/{sport} to {dst}/{dport} flags {} on interface {if.src}",
        ],
    ),
    (
        "106002",
        &["{proto:word} Connection denied by outbound list {} src {src} dst {dst}"],
    ),
    (
        "106006",
        &["Deny {dir:word} {proto:word} from {src}/{sport} to {dst}/{dport} on interface {if.src}"],
    ),
    (
        "106007",
        &["Deny {dir:word} {proto:word} from {src}/{sport} to {dst}/{dport} due to {app:word}"],
    ),
    (
        "106010",
        &["Deny {dir:word} {protocol} src {end.src} dst {end.dst}"],
    ),
    ("106012", &["Deny IP from {src} to {dst}, IP options: "]),
    (
        "106013",
        &["Dropping echo request from {src} to PAT address {dst}"],
    ),
    (
        "106014",
        &["Deny {dir:word} {protocol} src {end.src} dst {end.dst}"],
    ),
    (
        "106015",
        &[
            "Deny {proto:word} (no connection) from {src}/{sport} to {dst}/{dport} flags {} on interface {if.src}",
        ],
    ),
    (
        "106016",
        &["Deny IP spoof from ({src}) to {dst} on interface {if.src}"],
    ),
    (
        "106017",
        &["Deny IP due to Land Attack from {src} to {dst}"],
    ),
    (
        "106018",
        &["{proto:word} packet type {icmp.type} denied by outbound list {} src {src} dst {dst}"],
    ),
    (
        "106020",
        &["Deny IP teardrop fragment (size = {}, offset = {}) from {src} to {dst}"],
    ),
    (
        "106021",
        &["Deny {proto:word} reverse path check from {src} to {dst} on interface {if.src}"],
    ),
    (
        "106022",
        &["Deny {proto:word} connection spoof from {src} to {dst} on interface {if.src}"],
    ),
    (
        "106023",
        &[
            "Deny {protocol} src {end.src} dst {end.dst} type {}, code {}, by access-group \"{acl}\"",
            "Deny {protocol} src {end.src} dst {end.dst} by access-group \"{acl}\"",
        ],
    ),
    (
        "106100",
        &[
            "access-list {acl} {verdict:word} {proto:word} {if.src}/{src}({sport}){user.src} -> {if.dst}/{dst}({dport}){user.dst} hit-cnt",
        ],
    ),
    ("106102", OF_USER),
    ("106103", OF_USER),
    ("109005", PROXY),
    ("109006", PROXY),
    (
        "110002",
        &["Failed to locate egress interface for {app:word} from {end.src} to {dst}/{dport}"],
    ),
    ("111004", &["{src} end configuration: {verdict}"]),
    ("111009", &["User '{>user.server}' executed cmd: {cmd}"]),
    (
        "111010",
        &["User '{>user.server}', running '{}' from IP {src}, executed {cmd}"],
    ),
    (
        "113006",
        &["User {>user} locked out on exceeding {:word} successive failed authentication attempts"],
    ),
    ("113008", &["AAA transaction status {}: user = {>user}"]),
    (
        "113009",
        &[
            "AAA retrieved default group policy ({group}) for user = {>user}",
            "AAA retrieved default group policy {group} for user {>user}",
        ],
    ),
    (
        "113019",
        &[
            "Group = {group}, Username = {>user}, IP = {client}, Session disconnected. Session Type: {session_type}, Duration: {duration}, Bytes xmt: {xmt}, Bytes rcv: {rcv}, Reason: {reason}",
        ],
    ),
    (
        "113021",
        &["Attempted console login failed. User {>user} did NOT have appropriate Admin Rights."],
    ),
    ("113029", SESSION),
    ("113030", SESSION),
    ("113031", SESSION),
    ("113032", SESSION),
    ("113033", SESSION),
    ("113034", SESSION),
    ("113035", SESSION),
    ("113036", SESSION),
    ("113038", SESSION),
    ("113039", SESSION),
    (
        "113040",
        &["Terminating the VPN connection attempt from {group}. Reason: {why}"],
    ),
    (
        "302013",
        &["Built {dir:word} {proto:word} connection {conn:word} for {end.src} to {end.dst}"],
    ),
    (
        "302014",
        &[
            "Teardown {proto:word} connection {conn:word} for {end.src} to {end.dst} duration {duration:word} bytes {tail}",
        ],
    ),
    (
        "302015",
        &["Built {dir:word} {proto:word} connection {conn:word} for {end.src} to {end.dst}"],
    ),
    (
        "302016",
        &[
            "Teardown {proto:word} connection {conn:word} for {end.src} to {end.dst} duration {duration:word} bytes {tail}",
        ],
    ),
    (
        "302020",
        &[
            "Built {dir:word} {app:word} connection for faddr {dst}/{faddr} gaddr {nat}/{} laddr {src}/{icmp}",
        ],
    ),
    (
        "302021",
        &[
            "Teardown {proto:word} connection for faddr {dst}/{faddr} gaddr {nat}/{} laddr {src}/{icmp}",
        ],
    ),
    (
        "302022",
        &["Built {} stub {proto:word} connection for {end.src} to {end.dst}"],
    ),
    (
        "302023",
        &[
            "Teardown stub {proto:word} connection for {end.src} to {end.dst} duration {duration:word} forwarded bytes {tail}",
        ],
    ),
    (
        "302303",
        &["Built {proto:word} state-bypass connection {conn:word} from {end.src} to {end.dst}"],
    ),
    (
        "302304",
        &[
            "Teardown {proto:word} state-bypass connection {conn:word} from {end.src} to {end.dst} duration {duration:word} bytes {tail}",
        ],
    ),
    (
        "303002",
        &["FTP connection from {end.src} to {end.dst}, user {user.client} {} file {file}"],
    ),
    ("304001", &["{accessing} Accessed {}URL {target}"]),
    (
        "304002",
        &["Access denied URL {url} SRC {src} DEST {dst} on interface {if.src}"],
    ),
    (
        "305011",
        &["Built {} {proto:word} translation from {end.src} to {end.dst}"],
    ),
    (
        "305012",
        &["Teardown {} {proto:word} translation from {end.src} to {end.dst} duration {duration}"],
    ),
    (
        "313001",
        &[
            "Denied {proto:word} type={icmp.type}, code={icmp.code} from {src} on interface {if.src}",
        ],
    ),
    (
        "313004",
        &[
            "Denied {proto:word} type={icmp.type}, from laddr {src} on interface {if.src} to {dst}: no matching session",
            "Denied {proto:word} type={icmp.type}, from {src} on interface {if.src} to {dst}: no matching session",
        ],
    ),
    (
        "313005",
        &[
            "No matching connection for {proto:word} error message: {outer} on {if.on} interface.{}Original IP payload: {inner}",
        ],
    ),
    (
        "313008",
        &[
            "Denied {proto:word} type={icmp.type}, code={icmp.code} from {src} on interface {if.src}",
        ],
    ),
    (
        "313009",
        &["Denied invalid {proto:word} code {icmp.code}, for {end.src} to {end.dst}, ICMP id "],
    ),
    (
        "315011",
        &[
            "SSH session from {src} on interface {if.src} for user \"{>user}\" disconnected by SSH server, reason: {reason}",
            "SSH session from {src} on interface {if.src} for user {>user} disconnected by SSH server, reason: {reason}",
            "SSH session from {src} on interface {if.src} for user \"{>user}\" ",
            "SSH session from {src} on interface {if.src} for user {>user} terminated normally",
        ],
    ),
    ("338001", DYNAMIC),
    ("338002", DYNAMIC),
    ("338003", DYNAMIC),
    ("338004", DYNAMIC),
    ("338005", DYNAMIC),
    ("338006", DYNAMIC),
    ("338007", DYNAMIC),
    ("338008", DYNAMIC),
    ("338101", DYNAMIC),
    ("338102", DYNAMIC),
    ("338103", DYNAMIC),
    ("338104", DYNAMIC),
    ("338201", DYNAMIC),
    ("338202", DYNAMIC),
    ("338203", DYNAMIC),
    ("338204", DYNAMIC),
    (
        "419002",
        &["Duplicate {app:word} SYN from {end.src} to {end.dst} with different"],
    ),
    ("434001", SFR),
    ("434002", SFR),
    ("434003", SFR),
    (
        "434004",
        &[
            "SFR requested ASA to {verdict:word} further packet redirection and process {app:word} flow from {end.src} to {end.dst} locally",
        ],
    ),
    (
        "502103",
        &["User priv level changed: Uname: {user.server} From: {priv.old} To: {priv.new}"],
    ),
    (
        "507003",
        &["{proto:word} flow from {end.src} to {end.dst} terminated by"],
    ),
    ("602303", IPSEC),
    ("602304", IPSEC),
    ("605004", LOGIN),
    ("605005", LOGIN),
    ("609001", &["Built local-host {end.src}"]),
    (
        "609002",
        &["Teardown local-host {end.src} duration {duration}"],
    ),
    ("611101", MANAGEMENT),
    ("611102", MANAGEMENT),
    ("611103", &["User logged out: Uname: {>user.server}"]),
    (
        "710002",
        &["{proto:word} access {} by ACL from {src}/{sport} to {end.dst}"],
    ),
    (
        "710003",
        &["{proto:word} access {} by ACL from {src}/{sport} to {end.dst}"],
    ),
    (
        "710005",
        &["{proto:word} request discarded from {src}/{sport} to {end.dst}"],
    ),
    ("713049", IKE),
    ("713119", IKE),
    ("713120", IKE),
    ("713167", IKE),
    ("713202", IKE),
    ("713228", IKE),
    ("713901", IKE),
    ("713902", IKE),
    ("713904", IKE),
    ("713905", IKE),
    ("716001", SESSION),
    (
        "716002",
        &[
            "Group <{webvpn.group}> User <{>user}> IP <{src}> WebVPN session terminated: {reason}.",
            "Group {webvpn.group} User {user} IP {src:word} WebVPN session terminated: {reason}.",
        ],
    ),
    ("716003", BROWSED),
    ("716004", BROWSED),
    ("716038", SESSION),
    (
        "716039",
        &[
            "Authentication: rejected, group = {group} user = {>user} , Session Type: {session_type}",
            "Group <{group}> User <{>user}> IP <{src}> Authentication: rejected, Session Type: {session_type}.",
            "Group {group} User {user} IP {src:word} Authentication: rejected, Session Type: {session_type}.",
        ],
    ),
    ("716058", SESSION),
    ("716059", SESSION),
    ("721016", REPLICATED),
    ("721018", REPLICATED),
    ("722011", SESSION),
    ("722022", SESSION),
    ("722023", SESSION),
    ("722028", SESSION),
    ("722032", SESSION),
    ("722033", SESSION),
    ("722034", SESSION),
    ("722037", SESSION),
    ("722041", SESSION),
    (
        "722051",
        &[
            "Group <{group}> User <{>user}> IP <{src}> IPv4 Address <{assigned}> IPv6 address <{assigned.six}> assigned to session",
            "Group <{group}> User <{>user}> IP <{src}> Address <{assigned}> assigned to session",
        ],
    ),
    ("722055", SESSION),
    ("725001", TLS),
    ("725002", TLS),
    ("725003", TLS),
    ("725006", TLS),
    ("725007", TLS),
    (
        "725016",
        &["Device selects trust-point {} for client {end.src} to {dst}/{dport:word}"],
    ),
    (
        "733100",
        &[
            "[{burst.object}] drop {burst.id:word} exceeded. Current burst rate is {burst.current} per second, max configured rate is {burst.configured}; Current average rate is {burst.average} per second, max configured rate is {burst.configured_average}; Cumulative total count is {burst.count}",
        ],
    ),
    (
        "734001",
        &[
            "DAP: User {>mail}, Addr {src}, Connection {connection}: The following DAP records were selected for this connection: {dap}",
        ],
    ),
    ("750002", IKE_VERSION_2),
    ("750003", IKE_VERSION_2),
    ("750006", IKE_VERSION_2),
    ("750007", IKE_VERSION_2),
    (
        "751025",
        &[
            "Local:{local:word} Remote:{remote:word} Username:{>user} IKEv2 Group:{policy} IPv4 Address={assigned:word} ",
            "Local:{local:word} Remote:{remote:word} Username:{>user} Group:{policy} IPv4 Address={assigned:word} ",
        ],
    ),
    (
        "805001",
        &["Offloaded {proto:word} Flow for connection {conn:word} from {end.src} to {end.dst}"],
    ),
    (
        "805002",
        &[
            "{proto:word} Flow is no longer offloaded for connection {conn:word} from {end.src} to {end.dst}",
        ],
    ),
];

const DYNAMIC: &[&str] = &[
    "Dynamic {:word} {verdict:word} {} listed {proto:word} traffic from {end.src} to {end.dst}, {side:word} {listed} resolved from {list:word} list: {threat}",
    "Dynamic Filter {verdict:word} {} {proto:word} traffic from {end.src} to {end.dst}, {side:word} {listed} resolved from {list:word} list: {threat}",
    "Dynamic filter {verdict:word} {proto:word} traffic from {end.src} to {end.dst}, {side:word} {listed} resolved from {list:word} list: {threat}",
    "Dynamic filter {verdict:word} {} {proto:word} traffic from {end.src} to {end.dst}, {side:word} {listed} resolved from {list:word} list: {threat}",
];

const SFR: &[&str] = &[
    "SFR card not up and fail-close mode used, dropping {app:word} packet from {end.src} to {end.dst}",
    "SFR requested to {verdict:word} {app:word} packet from {end.src} to {end.dst}",
    "SFR requested to {verdict:word} {app:word} connection from {end.src} to {end.dst}",
];

const IPSEC: &[&str] = &[
    "IPSEC: An {dir:word} {tunnel} SA (SPI= {}) between {src} and {dst} (user= {user.own}) has been {verdict}.",
];

const LOGIN: &[&str] =
    &["Login {} from {src}/{sport} to {if.dst}:{dst}/{app:word} for user \"{>user}\""];

const MANAGEMENT: &[&str] = &["User authentication {}: IP address: {src}, Uname: {user.server}"];

const IKE: &[&str] = &[
    "Group = {ike.group}, Username = {>user.own}, IP = {src}, {rest}",
    "Group = {ike.group}, IP = {src}, {rest}",
    "Group = {ike.group}, {rest}",
    "IP = {src}, {rest}",
    "{rest}",
];

/// Of a peer that speaks the second version of IKE.
const IKE_VERSION_2: &[&str] =
    &["Local:{local:word} Remote:{remote:word} Username:{user.own:word} {reason}"];

/// The device asks who goes through it.
const PROXY: &[&str] = &[
    "Authentication {:word} for user '{>user}' from {src}/{sport} to {dst}/{dport:word} on interface ",
    "Authentication {:word} for user {>user} from {src}/{sport} to {dst}/{dport:word} on interface ",
];

/// The handshake of a client with this device.
const TLS: &[&str] = &[
    "Starting SSL handshake with client {end.src} to {dst}/{dport:word} for",
    "Starting SSL handshake with client {end.src} for",
    "Device completed SSL handshake with client {end.src} to {dst}/{dport:word} for",
    "Device completed SSL handshake with client {end.src}",
    "SSL client {end.src} to {dst}/{dport:word} request to resume previous session",
    "SSL client {end.src} request to resume previous session",
    "Device failed SSL handshake with client {end.src} to {dst}/{dport:word} for",
    "Device failed SSL handshake with client {end.src}",
    "SSL session with client {end.src} to {dst}/{dport:word} terminated",
    "SSL session with client {end.src} terminated",
];

/// What an access list did with a packet whose user is known.
const OF_USER: &[&str] = &[
    "access-list {acl} {verdict:word} {proto:word} for user '{user}' {if.src}/{src}({sport}) -> {if.dst}/{dst}({dport}) hit-cnt",
    "access-list {acl} {verdict:word} {proto:word} for user {user} {if.src}/{src}({sport}) -> {if.dst}/{dst}({dport}) hit-cnt",
];

/// A page that somebody opened, or was not let to open, through the portal.
const BROWSED: &[&str] = &[
    "Group <{group}> User <{>user}> IP <{src}> WebVPN access {}: {url}",
    "Group {group} User {user} IP {src:word} WebVPN access {}: {url}",
];

/// A session that one device of a pair told the other of.
const REPLICATED: &[&str] = &[
    "({}) WebVPN session for client user {>user}, IPv4 {src} has been ",
    "({}) WebVPN session for client user {>user}, IP {src} has been ",
];

/// The sentences of the message with this number.
pub(super) fn of(code: &str) -> &'static [&'static str] {
    SENTENCES
        .binary_search_by_key(&code, |(known, _)| known)
        .map_or(&[], |at| SENTENCES[at].1)
}

#[cfg(test)]
mod tests {
    use super::SENTENCES;

    #[test]
    fn numbers_are_in_order() {
        assert!(SENTENCES.is_sorted_by(|left, right| left.0 < right.0));
    }
}

//! One night and one morning at a small company.

use crate::evtx::{Event, FileTime, Text};
use crate::random::Random;
use crate::windows::{
    Account, Failure, Host, Logon, NetworkConnection, ProcessStart, SessionChange, SysmonProcess,
};

/// Who guesses passwords at the jump host's Remote Desktop.
const GUESSER: &str = "203.0.113.45";
/// Where the same person goes on from, after the first connection broke.
const GUESSER_LATER: &str = "203.0.113.46";
/// Who comes in with a stolen password over WinRM.
const WINRM_INTRUDER: &str = "198.51.100.23";
/// Who guesses SSH passwords.
const SSH_GUESSER: &str = "203.0.113.99";
/// Bob's home, from which he is allowed to work.
const BOB_AT_HOME: &str = "192.0.2.10";

/// When the file server's Security log is cleared.
const CLEARED: &str = "03:29:50";

struct Network {
    gateway: Host,
    files: Host,
    alice: Account,
    bob: Account,
    carol: Account,
    backup: Account,
    events: Vec<Event>,
    random: Random,
}

/// All events, in no order.
pub(super) fn events() -> Vec<Event> {
    let gateway = Host::new("gw01.lab.example", "LAB");
    let files = Host::new("fs01.lab.example", "LAB");
    let mut network = Network {
        alice: gateway.user("alice", 1104),
        bob: gateway.user("bob", 1105),
        carol: gateway.user("carol", 1106),
        backup: gateway.user("svc-backup", 1120),
        gateway,
        files,
        events: Vec::new(),
        random: Random::new(2026),
    };
    network.noise();
    network.guessing();
    network.intruder_at_the_desktop();
    network.intruder_over_winrm();
    network.ssh();
    network.home_office();
    network.odd_logons();
    let Network {
        mut events, files, ..
    } = network;
    // What the cleared log held before is gone.
    events.retain(|event| {
        event.channel != "Security" || event.computer != files.computer || event.time >= at(CLEARED)
    });
    events
}

/// Whether a time is within the hour of the first break-in.
pub(super) fn is_of_the_break_in(time: FileTime) -> bool {
    (at("02:05:00")..at("02:45:00")).contains(&time)
}

/// What a collector receives: the first event is of another channel, then all sorts.
pub(super) fn forwarded(events: &[Event]) -> Vec<Event> {
    let start = Event::new("Service Control Manager", 7036)
        .channel("System")
        .computer("gw01.lab.example")
        .kind(0, 4, 0, 0, 0x8080_0000_0000_0000)
        .time(at("00:00:01"))
        .data([("param1", "Windows Event Collector"), ("param2", "running")]);
    let rest = events
        .iter()
        .filter(|event| matches!(event.event_id, 21 | 1149 | 4104 | 4624 | 4625))
        .filter(|event| event.time >= at("02:13:00") && event.time < at("04:00:00"));
    std::iter::once(start).chain(rest.cloned()).collect()
}

fn at(time: &str) -> FileTime {
    FileTime::at(&format!("2026-03-02T{time}Z"))
}

impl Network {
    fn add(&mut self, time: FileTime, event: Event) {
        // No two events of a real log are of the very same moment.
        let ticks = u64::from(self.random.below(9_000));
        self.events.push(event.time(time.plus_ticks(ticks)));
    }

    /// What happens all day: services, machines, file shares, people at their desks.
    fn noise(&mut self) {
        let mut time = at("00:00:05");
        for round in 0..70_u64 {
            time = time.plus_seconds(u64::from(150 + self.random.below(420)));
            let host = if self.random.one_in(3) {
                self.files.clone()
            } else {
                self.gateway.clone()
            };
            let session = 0x20_0000 + round * 0x1357;
            match self.random.below(5) {
                0 => {
                    let system = Account::system();
                    self.add(
                        time,
                        host.logon(&Logon::service(system.clone()).by(host.machine())),
                    );
                    self.add(time.plus_milliseconds(2), host.special_logon(&system));
                }
                1 => {
                    let controller = Account {
                        name: "DC01$".into(),
                        ..host.machine().session(session)
                    };
                    let address = self.random.pick(&["10.20.0.5", "fe80::5:20ff:fe00:5"]);
                    self.add(
                        time,
                        host.logon(&Logon::kerberos(controller.clone(), address)),
                    );
                    self.add(time.plus_seconds(11), host.logoff(&controller, 3));
                }
                2 | 3 => {
                    let who = [&self.alice, &self.bob, &self.carol];
                    let account = self.random.pick(&who).clone().session(session);
                    let address = format!("10.20.1.{}", 20 + self.random.below(60));
                    let logon = Logon::kerberos(account.clone(), address.clone());
                    self.add(time, host.logon(&logon));
                    let share = host.share_accessed(&account, r"\\*\projects", address, 50_112);
                    self.add(time.plus_milliseconds(40), share);
                    self.add(time.plus_seconds(600), host.logoff(&account, 3));
                }
                _ => {
                    let process = ProcessStart {
                        process_id: 0x1a00 + round * 4,
                        path: r"C:\Windows\System32\taskhostw.exe".into(),
                        command_line: "taskhostw.exe".into(),
                        parent_id: 0x49c,
                        parent_path: r"C:\Windows\System32\svchost.exe".into(),
                    };
                    let event = host.process_created(&host.machine(), &process);
                    self.add(time, event);
                    let end =
                        host.process_exited(&host.machine(), 0x1a00 + round * 4, process.path);
                    self.add(time.plus_seconds(9), end);
                }
            }
        }
    }

    /// A few minutes of guessing at the jump host: first names, then passwords.
    fn guessing(&mut self) {
        let host = self.gateway.clone();
        let names = [
            "administrator",
            "admin",
            "test",
            "user",
            "scanner",
            "guest",
            "backup",
            "sql",
        ];
        let mut time = at("02:10:03");
        for (index, name) in names.into_iter().enumerate() {
            let target = Account::unknown(name, "");
            self.failure(&host, time, target, Failure::UnknownUser, index);
            time = time.plus_seconds(u64::from(9 + self.random.below(6)));
        }
        for index in 8..18 {
            let target = Account {
                sid: Account::nobody().sid,
                ..self.alice.clone()
            };
            self.failure(&host, time, target, Failure::BadPassword, index);
            time = time.plus_seconds(u64::from(8 + self.random.below(5)));
        }
    }

    fn failure(
        &mut self,
        host: &Host,
        time: FileTime,
        target: Account,
        failure: Failure,
        index: usize,
    ) {
        let port = 50_000 + index * 3;
        let client = format!("{GUESSER}:{port}");
        self.add(time, host.rdp_connection_accepted("TCP", client));
        let checked = host.credential_validated(target.name.clone(), "KALI", Some(failure));
        let logon = Logon::network(target, GUESSER)
            .from_workstation("KALI")
            .port("0");
        self.add(time.plus_milliseconds(800), checked);
        self.add(
            time.plus_milliseconds(802),
            host.logon_failed(&logon, failure),
        );
        self.add(
            time.plus_milliseconds(950),
            host.rdp_connection_refused(GUESSER),
        );
    }

    /// A Remote Desktop logon with all that it leaves behind.
    fn remote_desktop(
        &mut self,
        host: &Host,
        time: FileTime,
        account: &Account,
        (address, session): (&'static str, u32),
    ) {
        let network = Logon::network(account.clone().session(account.logon_id + 0x51), address)
            .from_workstation("KALI")
            .port("0");
        let desktop = Logon::remote_desktop(account.clone(), address)
            .by(host.machine())
            .from_workstation(host.short_name());
        let client = format!("{address}:51817");
        self.add(time, host.rdp_connection_accepted("TCP", client));
        self.add(time.plus_milliseconds(700), host.logon(&network));
        self.add(
            time.plus_milliseconds(900),
            host.rdp_authenticated(account.name.clone(), account.domain.clone(), address),
        );
        self.add(time.plus_milliseconds(2_100), host.logon(&desktop));
        self.add(time.plus_milliseconds(2_101), host.special_logon(account));
        for (delay, change) in [
            (2_600, SessionChange::Logon),
            (3_900, SessionChange::ShellStart),
        ] {
            let event = host.session_changed(change, account, session, address);
            self.add(time.plus_milliseconds(delay), event);
        }
    }

    /// The guesses end in alice's password; someone looks around, stays, and leaves.
    fn intruder_at_the_desktop(&mut self) {
        let host = self.gateway.clone();
        let alice = self.alice.clone();
        self.remote_desktop(&host, at("02:14:31"), &alice, (GUESSER, 3));

        let shell = SysmonProcess {
            guid: self.random.guid(),
            process_id: 6120,
            image: r"C:\Windows\System32\cmd.exe".into(),
            command_line: r#""C:\Windows\system32\cmd.exe""#.into(),
            user: alice.clone(),
        };
        for (time, image, command_line) in [
            ("02:16:02", r"C:\Windows\System32\whoami.exe", "whoami /all"),
            (
                "02:16:40",
                r"C:\Windows\System32\net.exe",
                "net group \"Domain Admins\" /domain",
            ),
            (
                "02:17:25",
                r"C:\Windows\System32\nltest.exe",
                "nltest /domain_trusts",
            ),
        ] {
            let process_id = 6200 + self.random.below(400) * 4;
            let process = ProcessStart {
                process_id: process_id.into(),
                path: image.into(),
                command_line: command_line.into(),
                parent_id: 6120,
                parent_path: shell.image.clone(),
            };
            self.add(at(time), host.process_created(&alice, &process));
            let child = SysmonProcess {
                guid: self.random.guid(),
                process_id,
                image: image.into(),
                command_line: command_line.into(),
                user: alice.clone(),
            };
            let hashes = format!("SHA256={}", self.random.hexadecimal(64).to_uppercase());
            let event = host.sysmon_process(at(time), &child, &shell, hashes);
            self.events.push(event);
        }
        let run_key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\LabUpdater";
        let event = host.sysmon_registry_set(
            at("02:19:10"),
            &shell,
            run_key,
            r"C:\Users\alice\AppData\Local\labupdater.exe",
        );
        self.events.push(event);

        let disconnected = |change, address| host.session_changed(change, &alice, 3, address);
        let events = [
            ("02:25:00", disconnected(SessionChange::Disconnect, GUESSER)),
            (
                "02:25:00",
                host.session_disconnected(&alice, "KALI", GUESSER),
            ),
            (
                "02:41:10",
                host.rdp_authenticated("alice", "LAB", GUESSER_LATER),
            ),
            (
                "02:41:12",
                disconnected(SessionChange::Reconnect, GUESSER_LATER),
            ),
            (
                "02:41:12",
                host.session_reconnected(&alice, "KALI", GUESSER_LATER),
            ),
            (
                "02:58:30",
                disconnected(SessionChange::Logoff, GUESSER_LATER),
            ),
            ("02:58:31", host.logoff(&alice, 10)),
        ];
        for (time, event) in events {
            self.add(at(time), event);
        }
    }

    /// A stolen service password, a remote shell, and traces wiped.
    fn intruder_over_winrm(&mut self) {
        let host = self.files.clone();
        let backup = self.backup.clone().session(0x7c_1ab0);
        let system = SysmonProcess {
            guid: self.random.guid(),
            process_id: 892,
            image: r"C:\Windows\System32\svchost.exe".into(),
            command_line: r"C:\Windows\system32\svchost.exe -k DcomLaunch -p".into(),
            user: Account::system(),
        };
        let shell = SysmonProcess {
            guid: self.random.guid(),
            process_id: 5348,
            image: r"C:\Windows\System32\wsmprovhost.exe".into(),
            command_line: r"C:\Windows\system32\wsmprovhost.exe -Embedding".into(),
            user: backup.clone(),
        };
        let connection = NetworkConnection {
            protocol: "tcp".into(),
            initiated: false,
            source_address: WINRM_INTRUDER.into(),
            source_port: 49_822,
            destination_address: "10.20.0.7".into(),
            destination_port: 5985,
        };
        let logon = Logon::network(backup.clone(), WINRM_INTRUDER).port("49822");
        let process = ProcessStart {
            process_id: 5348,
            path: shell.image.clone(),
            command_line: shell.command_line.clone(),
            parent_id: 892,
            parent_path: system.image.clone(),
        };
        let hashes = format!("SHA256={}", self.random.hexadecimal(64).to_uppercase());
        let listener = SysmonProcess {
            image: "System".into(),
            process_id: 4,
            ..system.clone()
        };
        self.events
            .push(host.sysmon_network(at("03:30:00.2"), &listener, &connection));
        self.events
            .push(host.sysmon_process(at("03:30:02.4"), &shell, &system, hashes));
        let block = self.random.guid();
        let script =
            |number, text: &'static str| host.script_block(&backup, (number, 2), text, block, "");
        let events = [
            (CLEARED, host.log_cleared(&backup)),
            ("03:30:00.9", host.logon(&logon)),
            ("03:30:01", host.special_logon(&backup)),
            ("03:30:01.1", host.winrm_authenticated(&backup, "NTLM")),
            (
                "03:30:02",
                host.winrm_shell_created(&backup, WINRM_INTRUDER),
            ),
            (
                "03:30:02.3",
                host.process_created(&host.machine(), &process),
            ),
            (
                "03:30:40",
                script(
                    1,
                    "Get-ChildItem -Recurse '\\\\fs01\\projects' -Include *.kdbx,*.rdp |\r\n",
                ),
            ),
            (
                "03:30:40.001",
                script(2, "  Copy-Item -Destination $env:TEMP\r\n"),
            ),
            (
                "03:33:12",
                host.explicit_logon(&backup, &self.carol, "gw01.lab.example", "-"),
            ),
            ("03:40:00", host.logoff(&backup, 3)),
        ];
        for (time, event) in events {
            self.add(at(time), event);
        }
    }

    /// OpenSSH for Windows on the file server.
    fn ssh(&mut self) {
        let host = self.files.clone();
        let mut time = at("04:05:00");
        self.add(time, host.sshd("Server listening on 0.0.0.0 port 22."));
        for index in 0..8 {
            time = time.plus_seconds(4);
            let port = 40_100 + index;
            let line = if index < 3 {
                format!(
                    "Failed password for invalid user deploy from {SSH_GUESSER} port {port} ssh2"
                )
            } else {
                format!("Failed password for carol from {SSH_GUESSER} port {port} ssh2")
            };
            self.add(time, host.sshd(line));
        }
        let line = format!("Accepted password for carol from {SSH_GUESSER} port 40131 ssh2");
        self.add(time.plus_seconds(5), host.sshd(line));
        let line = "Accepted publickey for bob from 10.20.1.33 port 50992 ssh2: ED25519 SHA256:x";
        self.add(at("08:12:00"), host.sshd(line));
    }

    /// Bob works from home through the gateway, as he may.
    fn home_office(&mut self) {
        let host = self.gateway.clone();
        let bob = self.bob.clone().session(0x5e_2200);
        let event = host.gateway_connected(&bob, BOB_AT_HOME, "fs01.lab.example");
        self.add(at("07:45:10"), event);
        let logon = Logon::network(bob.clone(), BOB_AT_HOME).from_workstation("BOB-LAPTOP");
        self.add(at("07:45:08"), host.logon(&logon));
        self.add(
            at("07:45:09"),
            host.credential_validated("bob", "BOB-LAPTOP", None),
        );
        let carol = self.carol.clone();
        let desk = Logon::interactive(carol.clone()).by(host.machine());
        self.add(at("07:58:30"), host.logon(&desk));
        let event = host.session_changed(SessionChange::Logon, &carol, 1, "LOCAL");
        self.add(at("07:58:31"), event);
        self.add(
            at("12:00:00"),
            host.session_disconnected(&carol, "Unknown", "LOCAL"),
        );
        self.add(
            at("12:40:00"),
            host.session_reconnected(&carol, "Unknown", "LOCAL"),
        );
    }

    /// Addresses and names as they also occur; the comments say what the reference query makes of
    /// them.
    fn odd_logons(&mut self) {
        let host = self.gateway.clone();
        let alice = self.alice.clone();
        let network = |address: &'static str| Logon::network(alice.clone(), address);
        let named = |name: &'static str, address| {
            let account = Account {
                name: name.into(),
                ..alice.clone()
            };
            Logon::network(account, address)
        };
        let of_type = |logon_type, logon: Logon| Logon {
            logon_type,
            ..logon
        };
        let of_version = |version, logon: Logon| Logon { version, ..logon };
        let desktop = Logon::remote_desktop(alice.clone(), "2001:db8:5::7");
        let logons = [
            // Found: outside addresses in other forms, and templates of other versions.
            network("::ffff:203.0.113.45"),
            desktop,
            of_version(0, network("192.0.2.77")),
            of_version(1, network("192.0.2.78")),
            of_version(3, network("192.0.2.79")),
            // Found, though it is the local network: the query does not list it.
            network("fe80::1c3a:9ff:fe20:7"),
            // Not found: private, loopback, link-local, mapped or not.
            network("::ffff:10.20.1.30"),
            network("172.16.4.4"),
            network("192.168.77.2"),
            network("169.254.10.10"),
            network("127.0.0.1"),
            network("::1"),
            // Not found: no address.
            network("-"),
            network("LOCAL"),
            network(""),
            network("fe80::1c3a:9ff:fe20:7%12"),
            // Not found: machines, and no name.
            named("PRINTER7$", "203.0.113.45"),
            named("-", "203.0.113.45"),
            named("", "203.0.113.45"),
            // Found: a logon without a user, as null sessions are, still has a name.
            named("ANONYMOUS LOGON", "198.51.100.77"),
            // Not found: other types of logon.
            of_type(7, Logon::remote_desktop(alice.clone(), "203.0.113.45")),
            of_type(8, network("203.0.113.45")),
        ];
        for (index, logon) in logons.iter().enumerate() {
            let time = at("09:00:00").plus_seconds(60 * index as u64);
            self.add(time, host.logon(logon));
        }
        let users: [Text; 2] = ["alice@lab.example".into(), "Zo\u{eb} \u{d8}rsted".into()];
        for (index, user) in users.into_iter().enumerate() {
            let account = Account {
                name: user,
                ..self.bob.clone()
            };
            let logon = Logon::kerberos(account, "10.20.1.90");
            let time = at("10:30:00").plus_seconds(index as u64);
            self.add(time, host.logon(&logon));
        }
    }
}

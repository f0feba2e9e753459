//! The Security log.

use gatewatch_testkit::evtx::{Event, Guid, Sid, Text};
use gatewatch_testkit::windows::{Account, Connection, Failure, Logon, ObjectAccess, ProcessStart};

use super::{Mix, words};

/// Rights as the log lists them, with their bits.
const ACCESS: [(&str, u32); 4] = [
    ("%%4416\r\n\t\t\t\t", 0x1),
    (
        "%%1538\r\n\t\t\t\t%%1541\r\n\t\t\t\t%%4416\r\n\t\t\t\t%%4423\r\n\t\t\t\t",
        0x12_0089,
    ),
    (
        "%%1537\r\n\t\t\t\t%%1538\r\n\t\t\t\t%%1541\r\n\t\t\t\t%%4417\r\n\t\t\t\t%%4418\r\n\t\t\t\t",
        0x13_0197,
    ),
    ("%%4432\r\n\t\t\t\t%%4435\r\n\t\t\t\t", 0x2_0019),
];

/// Why a right was given.
const REASON: &str = "%%1538:\t%%1801\tD:(A;ID;FA;;;BA)\r\n\t\t\t\t\
    %%1541:\t%%1801\tD:(A;ID;FA;;;BA)\r\n\t\t\t\t\
    %%4416:\t%%1801\tD:(A;ID;FA;;;BA)\r\n\t\t\t\t\
    %%4417:\t%%1801\tD:(A;OICIID;0x1301bf;;;S-1-5-21-1111111111-2222222222-3333333333-2104)\r\n\t\t\t\t\
    %%4418:\t%%1801\tD:(A;OICIID;0x1301bf;;;S-1-5-21-1111111111-2222222222-3333333333-2104)\r\n\t\t\t\t\
    %%4419:\t%%1801\tD:(A;ID;FA;;;BA)\r\n\t\t\t\t\
    %%4423:\t%%1811\tD:(A;OICI;0x1301bf;;;S-1-5-32-545)\r\n\t\t\t\t\
    %%4424:\t%%1801\tD:(A;ID;FA;;;BA)\r\n\t\t\t\t";

/// A logon session.
pub struct Session {
    account: Account,
    logon_type: u32,
}

impl Mix {
    pub(super) fn security(&mut self) -> Event {
        match self.random.below(1000) {
            0..=91 => self.logon(),
            92..=161 => self.logoff(),
            162..=339 => self.rights_and_tickets(),
            340..=354 => self.failed_logon(),
            355..=366 => {
                let name = self.random.pick(&words::USERS);
                let workstation = self.random.pick(&words::WORKSTATIONS);
                let failure = self.random.one_in(4).then_some(Failure::BadPassword);
                self.host.credential_validated(name, workstation, failure)
            }
            367..=379 => {
                let (account, target) = (self.account(), self.account());
                let server = self.random.pick(&words::HOSTS);
                self.host.explicit_logon(&account, &target, server, "-")
            }
            380..=382 => {
                let account = self.account();
                let address = self.private_address();
                self.host
                    .session_reconnected(&account, "ALICE-LAPTOP", address)
            }
            383..=542 => self.process_created(),
            543..=602 => {
                let account = self.account();
                let process = self.process_id();
                let path = self.random.pick(&words::PROGRAMS);
                self.host.process_exited(&account, process, path)
            }
            603..=692 => {
                let (account, object) = (self.account(), self.object());
                self.host.handle_requested(&account, &object)
            }
            693..=752 => {
                let (account, object) = (self.account(), self.object());
                self.host.handle_closed(&account, &object)
            }
            753..=842 => {
                let (account, object) = (self.account(), self.object());
                self.host.object_accessed(&account, &object)
            }
            843..=872 => {
                let account = self.account();
                let address = self.private_address();
                let port = self.port();
                self.host
                    .share_accessed(&account, r"\\*\projects", address, port)
            }
            873..=889 => {
                let connection = self.connection();
                self.host.bind_permitted(&connection)
            }
            _ => {
                let connection = self.connection();
                self.host.connection_allowed(&connection)
            }
        }
    }

    /// What comes with logons.
    fn rights_and_tickets(&mut self) -> Event {
        let account = self.account();
        match self.random.below(18) {
            0..=6 => self.host.special_logon(&account),
            7..=12 => {
                let address = self.private_address();
                let logon = Logon::kerberos(account, address);
                let groups: Vec<Sid> = (0..5 + self.random.below(12))
                    .map(|group| self.host.user("", 2000 + group).sid)
                    .collect();
                self.host.group_membership(&logon, &groups)
            }
            13 | 14 => {
                let address = self.private_address();
                let port = self.port();
                self.host.kerberos_ticket(&account, address, port)
            }
            _ => {
                let service = self.account();
                let address = self.private_address();
                let port = self.port();
                self.host
                    .kerberos_service_ticket(&account, &service, address, port)
            }
        }
    }

    /// A 4624: nearly half are services, nearly half come over the network, few of those from
    /// outside.
    fn logon(&mut self) -> Event {
        let mut logon = match self.random.below(1000) {
            0..=399 => Logon::service(Account::system()).by(self.host.machine()),
            400..=439 => Logon::interactive(self.account()).by(self.host.machine()),
            440..=479 => {
                let address = self.private_address();
                Logon::remote_desktop(self.account(), address).by(self.host.machine())
            }
            480..=520 => self.logon_from_outside(),
            521..=749 => {
                let machine = Account {
                    name: (self.random.pick(&words::MACHINES)).into(),
                    ..self.account()
                };
                let address = self.private_address();
                Logon::kerberos(machine, address)
            }
            750..=809 => Logon::network(Account::anonymous(), "-"),
            _ => {
                let address = self.private_address();
                Logon::kerberos(self.account(), address)
            }
        };
        if logon.logon_type == 3 {
            logon.logon_guid = self.random.guid();
            logon.port = self.port().to_string().into();
        }
        logon.elevated = self.random.one_in(2);
        self.sessions.push(Session {
            account: logon.target.clone(),
            logon_type: logon.logon_type,
        });
        self.host.logon(&logon)
    }

    fn logon_from_outside(&mut self) -> Logon {
        let account = self.account();
        let number = 1 + self.random.below(254);
        let address: Text = match self.random.below(8) {
            0 => format!("192.0.2.{number}").into(),
            1 | 2 => format!("198.51.100.{number}").into(),
            3 => format!("2001:db8:5::{number:x}").into(),
            4 => format!("::ffff:203.0.113.{number}").into(),
            _ => format!("203.0.113.{number}").into(),
        };
        let logon = if self.random.one_in(3) {
            Logon::remote_desktop(account, address).by(self.host.machine())
        } else {
            Logon::network(account, address)
        };
        logon.from_workstation(self.random.pick(&words::WORKSTATIONS))
    }

    fn logoff(&mut self) -> Event {
        let open = u32::try_from(self.sessions.len()).unwrap_or(u32::MAX);
        if open == 0 {
            let account = self.account();
            return self.host.logoff(&account, 3);
        }
        let session = self.sessions.swap_remove(self.random.below(open) as usize);
        if self.sessions.len() > 2000 {
            self.sessions.drain(..1000);
        }
        self.host.logoff(&session.account, session.logon_type)
    }

    fn failed_logon(&mut self) -> Event {
        let account = self.account();
        let failure = self.random.pick(&[
            Failure::BadPassword,
            Failure::UnknownUser,
            Failure::LockedOut,
        ]);
        let logon = if self.random.one_in(3) {
            self.logon_from_outside()
        } else {
            let address = self.private_address();
            Logon::network(account, address)
        };
        self.host.logon_failed(&logon, failure)
    }

    fn process_created(&mut self) -> Event {
        let account = self.account();
        let path = self.random.pick(&words::PROGRAMS);
        let arguments = self.random.pick(&words::ARGUMENTS);
        let process = ProcessStart {
            process_id: self.process_id(),
            path: path.into(),
            command_line: format!("\"{path}\"{arguments}").into(),
            parent_id: self.process_id(),
            parent_path: (self.random.pick(&words::PROGRAMS)).into(),
        };
        self.host.process_created(&account, &process)
    }

    fn object(&mut self) -> ObjectAccess {
        let (access_list, access_mask) = self.random.pick(&ACCESS);
        ObjectAccess {
            object_type: if self.random.one_in(5) { "Key" } else { "File" }.into(),
            object_name: self.file_name(),
            handle_id: u64::from(4 * self.random.below(2000)),
            access_list: access_list.into(),
            access_reason: REASON.into(),
            access_mask,
            process_id: self.process_id(),
            process_name: (self.random.pick(&words::PROGRAMS)).into(),
        }
    }

    fn connection(&mut self) -> Connection {
        let inbound = self.random.one_in(3);
        let (local_port, remote_port) = if inbound {
            (self.random.pick(&[135, 445, 3389, 5985, 443]), self.port())
        } else {
            (self.port(), self.random.pick(&[53, 88, 389, 443, 445]))
        };
        Connection {
            process_id: self.process_id(),
            application: r"\device\harddiskvolume2\windows\system32\svchost.exe".into(),
            inbound,
            source_address: self.private_address(),
            source_port: local_port,
            destination_address: self.private_address(),
            destination_port: remote_port,
            protocol: if self.random.one_in(4) { 17 } else { 6 },
        }
    }

    /// Somebody of the company, in some session.
    pub(super) fn account(&mut self) -> Account {
        let index = self.random.below(32);
        let name = words::USERS[index as usize];
        let session = 0x10_0000 + u64::from(self.random.below(0x0fff_ffff));
        self.host.user(name, 1100 + index).session(session)
    }

    pub(super) fn process_id(&mut self) -> u64 {
        u64::from(4 * (1 + self.random.below(6000)))
    }

    pub(super) fn port(&mut self) -> u16 {
        u16::try_from(49_152 + self.random.below(16_384)).unwrap_or(u16::MAX)
    }

    pub(super) fn private_address(&mut self) -> Text {
        let (third, fourth) = (self.random.below(16), 1 + self.random.below(254));
        match self.random.below(40) {
            0 => format!("fe80::{third:x}:20ff:fe00:{fourth:x}%7").into(),
            1 => format!("::ffff:10.20.{third}.{fourth}").into(),
            2..=5 => format!("192.168.{third}.{fourth}").into(),
            6 => format!("172.16.{third}.{fourth}").into(),
            7 => "127.0.0.1".into(),
            8 => "::1".into(),
            _ => format!("10.20.{third}.{fourth}").into(),
        }
    }

    pub(super) fn file_name(&mut self) -> Text {
        let directory = self.random.pick(&words::FILES);
        let extension = self.random.pick(&words::EXTENSIONS);
        let name = self.random.hexadecimal(12);
        format!("{directory}{name}.{extension}").into()
    }

    pub(super) fn guid(&mut self) -> Guid {
        self.random.guid()
    }
}

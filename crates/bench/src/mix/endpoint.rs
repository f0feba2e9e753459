//! Sysmon and PowerShell.

use gatewatch_testkit::evtx::{Event, Text};
use gatewatch_testkit::windows::{Account, NetworkConnection, SysmonProcess};

use super::{Mix, words};

impl Mix {
    pub(super) fn sysmon(&mut self) -> Event {
        let time = self.time;
        let process = self.sysmon_process();
        match self.random.below(100) {
            0..=19 => {
                let parent = self.sysmon_process();
                let hashes = self.hashes();
                self.host.sysmon_process(time, &process, &parent, hashes)
            }
            20..=39 => {
                let connection = NetworkConnection {
                    protocol: if self.random.one_in(5) { "udp" } else { "tcp" }.into(),
                    initiated: !self.random.one_in(4),
                    source_address: self.private_address(),
                    source_port: self.port(),
                    destination_address: self.private_address(),
                    destination_port: self.random.pick(&[53, 80, 443, 445, 3389]),
                };
                self.host.sysmon_network(time, &process, &connection)
            }
            40..=57 => self.host.sysmon_process_ended(time, &process),
            58..=72 => {
                let library = format!(r"C:\Windows\System32\{}.dll", self.random.hexadecimal(8));
                let hashes = self.hashes();
                self.host
                    .sysmon_image_loaded(time, &process, library, hashes)
            }
            73..=79 => {
                let target = self.sysmon_process();
                let trace = format!(
                    "C:\\Windows\\SYSTEM32\\ntdll.dll+{:x}|C:\\Windows\\System32\\KERNELBASE.dll+{:x}",
                    self.random.below(0x000f_ffff),
                    self.random.below(0x000f_ffff),
                );
                self.host
                    .sysmon_process_access(time, &process, &target, (0x1410, trace.into()))
            }
            80..=89 => {
                let path = self.file_name();
                self.host.sysmon_file_created(time, &process, path)
            }
            _ => {
                let key = format!(
                    r"HKLM\System\CurrentControlSet\Services\Example\Parameters\{}",
                    self.random.hexadecimal(10)
                );
                let details = format!("DWORD (0x{})", self.random.hexadecimal(8));
                self.host.sysmon_registry_set(time, &process, key, details)
            }
        }
    }

    pub(super) fn powershell(&mut self) -> Event {
        let account = self.account();
        if self.random.one_in(3) {
            let context = format!(
                "        Severity = Informational\r\n        Host Name = ConsoleHost\r\n        \
                 Host Version = 5.1.20348.1\r\n        Host ID = {}\r\n        Engine Version = \
                 5.1.20348.1\r\n        Pipeline ID = {}\r\n        Command Name = Get-CimInstance\
                 \r\n        Command Type = Cmdlet\r\n        User = {}\r\n        Shell ID = \
                 Microsoft.PowerShell\r\n",
                self.guid(),
                self.random.below(400),
                account.full_name(),
            );
            let payload = format!(
                "CommandInvocation(Get-CimInstance): \"Get-CimInstance\"\r\nParameterBinding\
                 (Get-CimInstance): name=\"ClassName\"; value=\"Win32_{}\"\r\n",
                self.random.hexadecimal(6)
            );
            return self.host.pipeline_executed(&account, context, payload);
        }
        let mut script = String::new();
        for _ in 0..4 + self.random.below(24) {
            script.push_str(self.random.pick(&words::SCRIPT));
        }
        let block = self.guid();
        let path = format!(r"C:\Scripts\{}.ps1", self.random.hexadecimal(8));
        self.host
            .script_block(&account, (1, 1), script, block, path)
    }

    fn sysmon_process(&mut self) -> SysmonProcess {
        let image = self.random.pick(&words::PROGRAMS);
        let arguments = self.random.pick(&words::ARGUMENTS);
        SysmonProcess {
            guid: self.guid(),
            process_id: u32::try_from(self.process_id()).unwrap_or(4),
            image: image.into(),
            command_line: format!("\"{image}\"{arguments}").into(),
            user: if self.random.one_in(2) {
                Account::system()
            } else {
                self.account()
            },
        }
    }

    fn hashes(&mut self) -> Text {
        let mut digits = |count| self.random.hexadecimal(count).to_uppercase();
        format!(
            "MD5={},SHA256={},IMPHASH={}",
            digits(32),
            digits(64),
            digits(32)
        )
        .into()
    }
}

//! The Security log's account of processes, objects and connections.

use super::{AUDIT_SUCCESS, Account, Host};
use crate::evtx::{Event, Sid, Text, Value};

/// A process that starts.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessStart {
    /// The id of the new process.
    pub process_id: u64,
    /// The path of its program.
    pub path: Text,
    /// Its command line.
    pub command_line: Text,
    /// The id of the process that started it.
    pub parent_id: u64,
    /// The path of that process's program.
    pub parent_path: Text,
}

/// An object that a process opens, uses or closes.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectAccess {
    /// The kind of object: `File`, `Key`, `Process`...
    pub object_type: Text,
    /// The name of the object.
    pub object_name: Text,
    /// The handle.
    pub handle_id: u64,
    /// The rights, as message numbers.
    pub access_list: Text,
    /// Why each right was given, or `-`.
    pub access_reason: Text,
    /// The rights, as bits.
    pub access_mask: u32,
    /// The process.
    pub process_id: u64,
    /// The path of the process's program.
    pub process_name: Text,
}

/// A connection that the Windows Filtering Platform lets through.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// The process.
    pub process_id: u64,
    /// The device path of its program.
    pub application: Text,
    /// Whether the connection comes in.
    pub inbound: bool,
    /// The address at this end.
    pub source_address: Text,
    /// The port at this end.
    pub source_port: u16,
    /// The address at the other end.
    pub destination_address: Text,
    /// The port at the other end.
    pub destination_port: u16,
    /// The IP protocol: 6 for TCP, 17 for UDP.
    pub protocol: u32,
}

impl Host {
    /// 4688: a process was created.
    #[must_use]
    pub fn process_created(&self, subject: &Account, process: &ProcessStart) -> Event {
        let mut data = Vec::with_capacity(15);
        data.extend(subject.subject());
        data.extend([
            ("NewProcessId", Value::pointer(process.process_id)),
            ("NewProcessName", process.path.clone().into()),
            ("TokenElevationType", "%%1936".into()),
            ("ProcessId", Value::pointer(process.parent_id)),
            ("CommandLine", process.command_line.clone().into()),
        ]);
        data.extend(Account::nobody().target());
        data.extend([
            ("ParentProcessName", process.parent_path.clone().into()),
            ("MandatoryLabel", Sid::new(16, &[12288]).into()),
        ]);
        self.audit(4688, 2, 13312, AUDIT_SUCCESS)
            .process(4, 284)
            .data(data)
    }

    /// 4689: a process has exited.
    #[must_use]
    pub fn process_exited(
        &self,
        subject: &Account,
        process_id: u64,
        path: impl Into<Text>,
    ) -> Event {
        self.audit(4689, 0, 13313, AUDIT_SUCCESS)
            .process(4, 284)
            .data(subject.subject().into_iter().chain([
                ("Status", Value::Hex32(0)),
                ("ProcessId", Value::pointer(process_id)),
                ("ProcessName", path.into().into()),
            ]))
    }

    /// 4656: a handle to an object was requested.
    #[must_use]
    pub fn handle_requested(&self, subject: &Account, object: &ObjectAccess) -> Event {
        let mut data = Vec::with_capacity(17);
        data.extend(subject.subject());
        data.extend(object.object());
        data.extend([
            ("TransactionId", crate::evtx::Guid::default().into()),
            ("AccessList", object.access_list.clone().into()),
            ("AccessReason", object.access_reason.clone().into()),
            ("AccessMask", Value::Hex32(object.access_mask)),
            ("PrivilegeList", "-".into()),
            ("RestrictedSidCount", Value::U32(0)),
        ]);
        data.extend(object.process());
        data.push(("ResourceAttributes", "-".into()));
        self.audit(4656, 1, 12800, AUDIT_SUCCESS).data(data)
    }

    /// 4658: the handle to an object was closed.
    #[must_use]
    pub fn handle_closed(&self, subject: &Account, object: &ObjectAccess) -> Event {
        let mut data = Vec::with_capacity(8);
        data.extend(subject.subject());
        data.extend([
            ("ObjectServer", "Security".into()),
            ("HandleId", Value::pointer(object.handle_id)),
        ]);
        data.extend(object.process());
        self.audit(4658, 0, 12800, AUDIT_SUCCESS).data(data)
    }

    /// 4663: an attempt was made to access an object.
    #[must_use]
    pub fn object_accessed(&self, subject: &Account, object: &ObjectAccess) -> Event {
        let mut data = Vec::with_capacity(13);
        data.extend(subject.subject());
        data.extend(object.object());
        data.extend([
            ("AccessList", object.access_list.clone().into()),
            ("AccessMask", Value::Hex32(object.access_mask)),
        ]);
        data.extend(object.process());
        data.push(("ResourceAttributes", "-".into()));
        self.audit(4663, 1, 12800, AUDIT_SUCCESS).data(data)
    }

    /// 5140: a network share was accessed.
    #[must_use]
    pub fn share_accessed(
        &self,
        subject: &Account,
        share: impl Into<Text>,
        address: impl Into<Text>,
        port: u16,
    ) -> Event {
        self.audit(5140, 1, 12808, AUDIT_SUCCESS)
            .data(subject.subject().into_iter().chain([
                ("ObjectType", "File".into()),
                ("IpAddress", address.into().into()),
                ("IpPort", port.to_string().into()),
                ("ShareName", share.into().into()),
                ("ShareLocalPath", "".into()),
                ("AccessMask", Value::Hex32(1)),
                ("AccessList", "%%4416\r\n\t\t\t\t".into()),
            ]))
    }

    /// 5156: the Windows Filtering Platform has allowed a connection.
    #[must_use]
    pub fn connection_allowed(&self, connection: &Connection) -> Event {
        let (direction, layer, layer_id) = if connection.inbound {
            ("%%14592", "%%14610", 44)
        } else {
            ("%%14593", "%%14611", 48)
        };
        self.audit(5156, 1, 12810, AUDIT_SUCCESS)
            .process(4, 120)
            .data([
                ("ProcessID", Value::U64(connection.process_id)),
                ("Application", connection.application.clone().into()),
                ("Direction", direction.into()),
                ("SourceAddress", connection.source_address.clone().into()),
                ("SourcePort", connection.source_port.to_string().into()),
                ("DestAddress", connection.destination_address.clone().into()),
                ("DestPort", connection.destination_port.to_string().into()),
                ("Protocol", Value::U32(connection.protocol)),
                ("FilterRTID", Value::U64(68_461)),
                ("LayerName", layer.into()),
                ("LayerRTID", Value::U64(layer_id)),
                ("RemoteUserID", Sid::new(0, &[0]).into()),
                ("RemoteMachineID", Sid::new(0, &[0]).into()),
            ])
    }

    /// 5158: the Windows Filtering Platform has permitted a bind to a local port.
    #[must_use]
    pub fn bind_permitted(&self, connection: &Connection) -> Event {
        self.audit(5158, 0, 12810, AUDIT_SUCCESS)
            .process(4, 120)
            .data([
                ("ProcessId", Value::U64(connection.process_id)),
                ("Application", connection.application.clone().into()),
                ("SourceAddress", connection.source_address.clone().into()),
                ("SourcePort", connection.source_port.to_string().into()),
                ("Protocol", Value::U32(connection.protocol)),
                ("FilterRTID", Value::U64(0)),
                ("LayerName", "%%14608".into()),
                ("LayerRTID", Value::U64(36)),
            ])
    }
}

impl ObjectAccess {
    fn object(&self) -> [(&'static str, Value); 4] {
        [
            ("ObjectServer", "Security".into()),
            ("ObjectType", self.object_type.clone().into()),
            ("ObjectName", self.object_name.clone().into()),
            ("HandleId", Value::pointer(self.handle_id)),
        ]
    }

    fn process(&self) -> [(&'static str, Value); 2] {
        [
            ("ProcessId", Value::pointer(self.process_id)),
            ("ProcessName", self.process_name.clone().into()),
        ]
    }
}

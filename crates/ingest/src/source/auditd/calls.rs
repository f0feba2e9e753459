//! The system calls that Auditbeat gives a meaning, and the kinds of their events.

use std::sync::LazyLock;

use super::fields;
use super::norm::{Norm, PLAIN};
use crate::source::mapping::{Entry, Kind, NameMap};

/// System calls that mean the same.
pub(super) struct Call {
    names: &'static [&'static str],
    pub(super) category: &'static [&'static str],
    pub(super) types: &'static [&'static str],
    pub(super) norm: Norm,
    pub(super) kind: Kind,
}

/// The file that is the object.
const FILE: Norm = Norm {
    what: "file",
    ..PLAIN
};

/// The same, and it is the second path that is meant.
const SECOND_FILE: Norm = Norm { path: 1, ..FILE };

/// The same, and it is the third path that is meant.
const THIRD_FILE: Norm = Norm { path: 2, ..FILE };

const FILE_SYSTEM: Norm = Norm {
    what: "filesystem",
    ..PLAIN
};

const MOUNTED: Norm = Norm {
    path: 1,
    ..FILE_SYSTEM
};

const SOCKET: Norm = Norm {
    what: "socket",
    ..PLAIN
};

const PROCESS: Norm = Norm {
    what: "process",
    ..PLAIN
};

/// Here the call is what matters of how it was done.
const BY_CALL: Norm = Norm {
    how: &["syscall"],
    ..PROCESS
};

const SYSTEM: Norm = Norm {
    what: "system",
    ..PLAIN
};

const MEMORY: Norm = Norm {
    what: "memory",
    ..PLAIN
};

const MODULE: Norm = Norm {
    object: &["name"],
    ..FILE
};

macro_rules! calls {
    ($($name:literal $action:literal $category:literal [$($type:literal),*] $norm:ident $group:ident: $($call:literal)*;)*) => {
        /// The table.
        static CALLS: [Call; [$($name),*].len()] = [$(Call {
            names: &[$($call),*],
            category: &[$category],
            types: &[$($type),*],
            norm: $norm,
            kind: Kind::new(
                concat!("system call: ", $name),
                &[
                    fields::SYSTEM_CALL,
                    fields::$group,
                    &[
                        Entry::fixed("event.action", &[$action]),
                        Entry::fixed("event.category", &[$category]),
                        Entry::fixed("event.type", &[$($type),*]),
                    ],
                ],
            ),
        }),*];
    };
}

calls! {
    "create" "opened-file" "file" ["creation"] FILE NOTHING: "creat";
    "truncate" "opened-file" "file" ["change"] FILE NOTHING: "fallocate" "truncate" "ftruncate";
    "open" "opened-file" "file" ["info"] FILE NOTHING: "open" "openat" "openat2" "readlink" "readlinkat";
    "read" "read-file" "file" ["info"] FILE NOTHING: "read";
    "write" "wrote-to-file" "file" ["change"] FILE NOTHING: "write";
    "attributes" "changed-file-attributes-of" "file" ["change"] FILE NOTHING:
        "setxattr" "fsetxattr" "lsetxattr" "removexattr" "fremovexattr" "lremovexattr";
    "permissions" "changed-file-permissions-of" "file" ["change"] FILE NOTHING: "chmod" "fchmod" "fchmodat" "fchmodat2";
    "ownership" "changed-file-ownership-of" "file" ["change"] FILE NOTHING: "chown" "fchown" "fchownat" "lchown";
    "load module" "loaded-kernel-module" "driver" ["start"] MODULE NOTHING: "finit_module" "init_module";
    "unload module" "unloaded-kernel-module" "driver" ["end"] FILE NOTHING: "delete_module";
    "directory" "created-directory" "file" ["creation"] SECOND_FILE NOTHING: "mkdir" "mkdirat";
    "mount" "mounted" "file" ["creation"] MOUNTED NOTHING: "mount";
    "rename" "renamed" "file" ["change"] THIRD_FILE NOTHING: "rename" "renameat" "renameat2";
    "metadata" "checked-metadata-of" "file" ["info"] FILE NOTHING:
        "access" "faccessat" "faccessat2" "fstatat" "newfstatat" "stat" "stat64" "fstat" "lstat" "getxattr" "lgetxattr"
        "fgetxattr";
    "file system" "checked-filesystem-metadata-of" "file" ["info"] FILE_SYSTEM NOTHING: "statfs" "fstatfs";
    "link" "linked" "file" ["creation"] FILE NOTHING: "link" "linkat";
    "symlink" "symlinked" "file" ["creation"] FILE NOTHING: "symlink" "symlinkat";
    "unmount" "unmounted" "file" ["deletion"] FILE_SYSTEM NOTHING: "umount" "umount2";
    "delete" "deleted" "file" ["deletion"] FILE NOTHING: "rmdir" "unlink" "unlinkat";
    "times" "changed-timestamp-of" "file" ["info"] FILE NOTHING: "utime" "utimes" "futimesat" "futimens" "utimensat";
    "execute" "executed" "process" ["start"] FILE COMMAND: "execve" "execveat";
    "listen" "listen-for-connections" "network" ["start"] SOCKET NOTHING: "listen";
    "accept" "accepted-connection-from" "network" ["connection", "start"] SOCKET DOOR: "accept" "accept4";
    "bind" "bound-socket" "network" ["start"] SOCKET NOTHING: "bind";
    "connect" "connected-to" "network" ["connection", "start"] SOCKET NOTHING: "connect";
    "receive" "received-from" "network" ["connection", "info"] SOCKET NOTHING: "recv" "recvfrom" "recvmsg" "recvmmsg";
    "send" "sent-to" "network" ["connection", "info"] SOCKET NOTHING: "send" "sendto" "sendmsg" "sendmmsg";
    "kill" "killed-pid" "process" ["end"] PROCESS NOTHING: "kill" "tkill" "tgkill";
    "identity" "changed-identity-of" "process" ["change"] BY_CALL NOTHING:
        "setuid" "seteuid" "setfsuid" "setreuid" "setgid" "setegid" "setfsgid" "setregid" "setresuid" "setresgid";
    "clock" "changed-system-time" "host" ["change"] SYSTEM NOTHING:
        "settimeofday" "clock_settime" "stime" "adjtimex" "clock_adjtime";
    "device" "make-device" "file" ["creation"] FILE NOTHING: "mknod" "mknodat";
    "host name" "changed-system-name" "host" ["change"] SYSTEM NOTHING: "sethostname" "setdomainname";
    "memory" "allocated-memory" "process" ["info"] MEMORY NOTHING: "mmap" "mmap2" "brk";
    "scheduling" "adjusted-scheduling-policy-of" "process" ["change"] BY_CALL NOTHING:
        "sched_setparam" "sched_setscheduler" "sched_setattr";
}

/// All other system calls.
static OTHER: Call = Call {
    names: &[],
    category: &["process"],
    types: &["info"],
    norm: PLAIN,
    kind: Kind::new(
        "system call",
        &[
            fields::SYSTEM_CALL,
            &[
                Entry::fixed("event.category", &["process"]),
                Entry::fixed("event.type", &["info"]),
            ],
        ],
    ),
};

static BY_NAME: LazyLock<NameMap<&'static Call>> = LazyLock::new(|| {
    CALLS
        .iter()
        .flat_map(|call| call.names.iter().map(move |name| (*name, call)))
        .collect()
});

/// What a system call of this name means.
pub(super) fn find(name: &str) -> &'static Call {
    BY_NAME.get(name).copied().unwrap_or(&OTHER)
}

#[cfg(test)]
mod tests {
    use super::{BY_NAME, CALLS, find};

    #[test]
    fn every_call_has_one_meaning() {
        let names: usize = CALLS.iter().map(|call| call.names.len()).sum();
        assert_eq!(names, BY_NAME.len());
        assert_eq!(find("execve").types, ["start"]);
        assert_eq!(find("ioctl").category, ["process"]);
    }
}

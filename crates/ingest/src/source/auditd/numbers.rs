//! The names of numbers in audit records: architectures, system calls, errors.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Architectures by the number in `arch=` (`AUDIT_ARCH_*` of the kernel).
const ARCHITECTURES: &[(&str, &str, Option<Rows>)] = &[
    ("c000003e", "x86_64", Some(X86_64)),
    ("40000003", "i386", Some(I386)),
    ("c00000b7", "aarch64", Some(GENERIC)),
    ("c00000f3", "riscv64", Some(GENERIC)),
    ("40000028", "arm", None),
    ("c0000015", "ppc64le", None),
    ("80000015", "ppc64", None),
    ("80000016", "s390x", None),
];

/// Rows of names: the number of the first, and the names from there on.
type Rows = &'static [(u16, &'static str)];

type Names = HashMap<u16, &'static str, foldhash::fast::RandomState>;

fn names(rows: &[Rows]) -> Names {
    rows.iter()
        .flat_map(|rows| rows.iter())
        .flat_map(|(first, names)| (*first..).zip(names.split(' ')))
        .collect()
}

static CALLS: LazyLock<Vec<Option<Names>>> = LazyLock::new(|| {
    ARCHITECTURES
        .iter()
        .map(|(_, _, rows)| rows.map(|rows| names(&[rows, COMMON])))
        .collect()
});

static ERROR_NAMES: LazyLock<Names> = LazyLock::new(|| names(&[ERRORS]));

/// The name of an architecture, by number or name.
pub(super) fn architecture(text: &str) -> Option<&'static str> {
    let number = text.trim_start_matches("0x");
    ARCHITECTURES
        .iter()
        .find(|(known, name, _)| *known == number || *name == text)
        .map(|(_, name, _)| *name)
}

/// The name of a system call; what is no number is a name already.
pub(super) fn system_call<'a>(architecture: &str, text: &'a str) -> Option<&'a str> {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => system_call_by_number(architecture, text),
        false => Some(text),
    }
}

/// The name of a system call that is written as its number.
pub(super) fn system_call_by_number(architecture: &str, number: &str) -> Option<&'static str> {
    let number: u16 = number.parse().ok()?;
    let architecture = architecture.trim_start_matches("0x");
    let at = ARCHITECTURES
        .iter()
        .position(|(known, name, _)| *known == architecture || *name == architecture)?;
    CALLS[at].as_ref()?.get(&number).copied()
}

/// The name of the error that a system call ended with: `-115` is `EINPROGRESS`.
pub(super) fn error(text: &str) -> Option<&'static str> {
    let number: u16 = text.strip_prefix('-')?.parse().ok()?;
    ERROR_NAMES.get(&number).copied()
}

/// System calls of x86-64 by number: the first number of a row, and the names from there on.
const X86_64: &[(u16, &str)] = &[
    (
        0,
        "read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction",
    ),
    (
        14,
        "rt_sigprocmask rt_sigreturn ioctl pread64 pwrite64 readv writev access pipe select sched_yield",
    ),
    (
        25,
        "mremap msync mincore madvise shmget shmat shmctl dup dup2 pause nanosleep getitimer alarm setitimer",
    ),
    (
        39,
        "getpid sendfile socket connect accept sendto recvfrom sendmsg recvmsg shutdown bind listen",
    ),
    (
        51,
        "getsockname getpeername socketpair setsockopt getsockopt clone fork vfork execve exit wait4 kill",
    ),
    (
        63,
        "uname semget semop semctl shmdt msgget msgsnd msgrcv msgctl fcntl flock fsync fdatasync truncate",
    ),
    (
        77,
        "ftruncate getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink readlink chmod",
    ),
    (
        91,
        "fchmod chown fchown lchown umask gettimeofday getrlimit getrusage sysinfo times ptrace getuid syslog",
    ),
    (
        104,
        "getgid setuid setgid geteuid getegid setpgid getppid getpgrp setsid setreuid setregid getgroups",
    ),
    (
        116,
        "setgroups setresuid getresuid setresgid getresgid getpgid setfsuid setfsgid getsid capget capset",
    ),
    (
        127,
        "rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend sigaltstack utime mknod uselib",
    ),
    (
        135,
        "personality ustat statfs fstatfs sysfs getpriority setpriority sched_setparam sched_getparam",
    ),
    (
        144,
        "sched_setscheduler sched_getscheduler sched_get_priority_max sched_get_priority_min",
    ),
    (
        148,
        "sched_rr_get_interval mlock munlock mlockall munlockall vhangup modify_ldt pivot_root _sysctl prctl",
    ),
    (
        158,
        "arch_prctl adjtimex setrlimit chroot sync acct settimeofday mount umount2 swapon swapoff reboot",
    ),
    (
        170,
        "sethostname setdomainname iopl ioperm create_module init_module delete_module get_kernel_syms",
    ),
    (
        178,
        "query_module quotactl nfsservctl getpmsg putpmsg afs_syscall tuxcall security gettid readahead",
    ),
    (
        188,
        "setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr",
    ),
    (
        197,
        "removexattr lremovexattr fremovexattr tkill time futex sched_setaffinity sched_getaffinity",
    ),
    (
        205,
        "set_thread_area io_setup io_destroy io_getevents io_submit io_cancel get_thread_area lookup_dcookie",
    ),
    (
        213,
        "epoll_create epoll_ctl_old epoll_wait_old remap_file_pages getdents64 set_tid_address",
    ),
    (
        219,
        "restart_syscall semtimedop fadvise64 timer_create timer_settime timer_gettime timer_getoverrun",
    ),
    (
        226,
        "timer_delete clock_settime clock_gettime clock_getres clock_nanosleep exit_group epoll_wait",
    ),
    (
        233,
        "epoll_ctl tgkill utimes vserver mbind set_mempolicy get_mempolicy mq_open mq_unlink mq_timedsend",
    ),
    (
        243,
        "mq_timedreceive mq_notify mq_getsetattr kexec_load waitid add_key request_key keyctl ioprio_set",
    ),
    (
        252,
        "ioprio_get inotify_init inotify_add_watch inotify_rm_watch migrate_pages openat mkdirat mknodat",
    ),
    (
        260,
        "fchownat futimesat newfstatat unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat",
    ),
    (
        270,
        "pselect6 ppoll unshare set_robust_list get_robust_list splice tee sync_file_range vmsplice",
    ),
    (
        279,
        "move_pages utimensat epoll_pwait signalfd timerfd_create eventfd fallocate timerfd_settime",
    ),
    (
        287,
        "timerfd_gettime accept4 signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1 preadv pwritev",
    ),
    (
        297,
        "rt_tgsigqueueinfo perf_event_open recvmmsg fanotify_init fanotify_mark prlimit64 name_to_handle_at",
    ),
    (
        304,
        "open_by_handle_at clock_adjtime syncfs sendmmsg setns getcpu process_vm_readv process_vm_writev kcmp",
    ),
    (
        313,
        "finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create kexec_file_load",
    ),
    (
        321,
        "bpf execveat userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc",
    ),
    (331, "pkey_free statx io_pgetevents rseq"),
];

/// Those of i386.
const I386: &[(u16, &str)] = &[
    (
        0,
        "restart_syscall exit fork read write open close waitpid creat link unlink execve chdir time mknod",
    ),
    (
        15,
        "chmod lchown break oldstat lseek getpid mount umount setuid getuid stime ptrace alarm oldfstat pause",
    ),
    (
        30,
        "utime stty gtty access nice ftime sync kill rename mkdir rmdir dup pipe times prof brk setgid getgid",
    ),
    (
        48,
        "signal geteuid getegid acct umount2 lock ioctl fcntl mpx setpgid ulimit oldolduname umask chroot",
    ),
    (
        62,
        "ustat dup2 getppid getpgrp setsid sigaction sgetmask ssetmask setreuid setregid sigsuspend",
    ),
    (
        73,
        "sigpending sethostname setrlimit getrlimit getrusage gettimeofday settimeofday getgroups setgroups",
    ),
    (
        82,
        "select symlink oldlstat readlink uselib swapon reboot readdir mmap munmap truncate ftruncate fchmod",
    ),
    (
        95,
        "fchown getpriority setpriority profil statfs fstatfs ioperm socketcall syslog setitimer getitimer",
    ),
    (
        106,
        "stat lstat fstat olduname iopl vhangup idle vm86old wait4 swapoff sysinfo ipc fsync sigreturn clone",
    ),
    (
        121,
        "setdomainname uname modify_ldt adjtimex mprotect sigprocmask create_module init_module delete_module",
    ),
    (
        130,
        "get_kernel_syms quotactl getpgid fchdir bdflush sysfs personality afs_syscall setfsuid setfsgid",
    ),
    (
        140,
        "_llseek getdents _newselect flock msync readv writev getsid fdatasync _sysctl mlock munlock mlockall",
    ),
    (
        153,
        "munlockall sched_setparam sched_getparam sched_setscheduler sched_getscheduler sched_yield",
    ),
    (
        159,
        "sched_get_priority_max sched_get_priority_min sched_rr_get_interval nanosleep mremap setresuid",
    ),
    (
        165,
        "getresuid vm86 query_module poll nfsservctl setresgid getresgid prctl rt_sigreturn rt_sigaction",
    ),
    (
        175,
        "rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend pread64 pwrite64 chown",
    ),
    (
        183,
        "getcwd capget capset sigaltstack sendfile getpmsg putpmsg vfork ugetrlimit mmap2 truncate64",
    ),
    (
        194,
        "ftruncate64 stat64 lstat64 fstat64 lchown32 getuid32 getgid32 geteuid32 getegid32 setreuid32",
    ),
    (
        204,
        "setregid32 getgroups32 setgroups32 fchown32 setresuid32 getresuid32 setresgid32 getresgid32 chown32",
    ),
    (
        213,
        "setuid32 setgid32 setfsuid32 setfsgid32 pivot_root mincore madvise getdents64 fcntl64",
    ),
    (
        224,
        "gettid readahead setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr",
    ),
    (
        234,
        "flistxattr removexattr lremovexattr fremovexattr tkill sendfile64 futex sched_setaffinity",
    ),
    (
        242,
        "sched_getaffinity set_thread_area get_thread_area io_setup io_destroy io_getevents io_submit",
    ),
    (249, "io_cancel fadvise64"),
    (
        252,
        "exit_group lookup_dcookie epoll_create epoll_ctl epoll_wait remap_file_pages set_tid_address",
    ),
    (
        259,
        "timer_create timer_settime timer_gettime timer_getoverrun timer_delete clock_settime clock_gettime",
    ),
    (
        266,
        "clock_getres clock_nanosleep statfs64 fstatfs64 tgkill utimes fadvise64_64 vserver mbind",
    ),
    (
        275,
        "get_mempolicy set_mempolicy mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr",
    ),
    (283, "kexec_load waitid"),
    (
        286,
        "add_key request_key keyctl ioprio_set ioprio_get inotify_init inotify_add_watch inotify_rm_watch",
    ),
    (
        294,
        "migrate_pages openat mkdirat mknodat fchownat futimesat fstatat64 unlinkat renameat linkat symlinkat",
    ),
    (
        305,
        "readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list get_robust_list splice",
    ),
    (
        314,
        "sync_file_range tee vmsplice move_pages getcpu epoll_pwait utimensat signalfd timerfd_create eventfd",
    ),
    (
        324,
        "fallocate timerfd_settime timerfd_gettime signalfd4 eventfd2 epoll_create1 dup3 pipe2 inotify_init1",
    ),
    (
        333,
        "preadv pwritev rt_tgsigqueueinfo perf_event_open recvmmsg fanotify_init fanotify_mark prlimit64",
    ),
    (
        341,
        "name_to_handle_at open_by_handle_at clock_adjtime syncfs sendmmsg setns process_vm_readv",
    ),
    (
        348,
        "process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2 seccomp getrandom",
    ),
    (
        356,
        "memfd_create bpf execveat socket socketpair bind connect listen accept4 getsockopt setsockopt",
    ),
    (
        367,
        "getsockname getpeername sendto sendmsg recvfrom recvmsg shutdown userfaultfd membarrier mlock2",
    ),
    (
        377,
        "copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx arch_prctl io_pgetevents",
    ),
    (386, "rseq"),
    (
        393,
        "semget semctl shmget shmctl shmat shmdt msgget msgsnd msgrcv msgctl clock_gettime64 clock_settime64",
    ),
    (
        405,
        "clock_adjtime64 clock_getres_time64 clock_nanosleep_time64 timer_gettime64 timer_settime64",
    ),
    (
        410,
        "timerfd_gettime64 timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64",
    ),
    (
        416,
        "io_pgetevents_time64 recvmmsg_time64 mq_timedsend_time64 mq_timedreceive_time64 semtimedop_time64",
    ),
    (
        421,
        "rt_sigtimedwait_time64 futex_time64 sched_rr_get_interval_time64",
    ),
];

/// Those of AArch64 and RISC-V.
const GENERIC: &[(u16, &str)] = &[
    (
        0,
        "io_setup io_destroy io_submit io_cancel io_getevents setxattr lsetxattr fsetxattr getxattr lgetxattr",
    ),
    (
        10,
        "fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr getcwd",
    ),
    (
        18,
        "lookup_dcookie eventfd2 epoll_create1 epoll_ctl epoll_pwait dup dup3 fcntl inotify_init1",
    ),
    (
        27,
        "inotify_add_watch inotify_rm_watch ioctl ioprio_set ioprio_get flock mknodat mkdirat unlinkat",
    ),
    (
        36,
        "symlinkat linkat renameat umount2 mount pivot_root nfsservctl statfs fstatfs truncate ftruncate",
    ),
    (
        47,
        "fallocate faccessat chdir fchdir chroot fchmod fchmodat fchownat fchown openat close vhangup pipe2",
    ),
    (
        60,
        "quotactl getdents64 lseek read write readv writev pread64 pwrite64 preadv pwritev sendfile pselect6",
    ),
    (
        73,
        "ppoll signalfd4 vmsplice splice tee readlinkat newfstatat fstat sync fsync fdatasync sync_file_range",
    ),
    (
        85,
        "timerfd_create timerfd_settime timerfd_gettime utimensat acct capget capset personality exit",
    ),
    (
        94,
        "exit_group waitid set_tid_address unshare futex set_robust_list get_robust_list nanosleep getitimer",
    ),
    (
        103,
        "setitimer kexec_load init_module delete_module timer_create timer_gettime timer_getoverrun",
    ),
    (
        110,
        "timer_settime timer_delete clock_settime clock_gettime clock_getres clock_nanosleep syslog ptrace",
    ),
    (
        118,
        "sched_setparam sched_setscheduler sched_getscheduler sched_getparam sched_setaffinity",
    ),
    (
        123,
        "sched_getaffinity sched_yield sched_get_priority_max sched_get_priority_min sched_rr_get_interval",
    ),
    (
        128,
        "restart_syscall kill tkill tgkill sigaltstack rt_sigsuspend rt_sigaction rt_sigprocmask",
    ),
    (
        136,
        "rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigreturn setpriority getpriority reboot setregid",
    ),
    (
        144,
        "setgid setreuid setuid setresuid getresuid setresgid getresgid setfsuid setfsgid times setpgid",
    ),
    (
        155,
        "getpgid getsid setsid getgroups setgroups uname sethostname setdomainname getrlimit setrlimit",
    ),
    (
        165,
        "getrusage umask prctl getcpu gettimeofday settimeofday adjtimex getpid getppid getuid geteuid getgid",
    ),
    (
        177,
        "getegid gettid sysinfo mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr msgget",
    ),
    (
        187,
        "msgctl msgrcv msgsnd semget semctl semtimedop semop shmget shmctl shmat shmdt socket socketpair bind",
    ),
    (
        201,
        "listen accept connect getsockname getpeername sendto recvfrom setsockopt getsockopt shutdown sendmsg",
    ),
    (
        212,
        "recvmsg readahead brk munmap mremap add_key request_key keyctl clone execve mmap fadvise64 swapon",
    ),
    (
        225,
        "swapoff mprotect msync mlock munlock mlockall munlockall mincore madvise remap_file_pages mbind",
    ),
    (
        236,
        "get_mempolicy set_mempolicy migrate_pages move_pages rt_tgsigqueueinfo perf_event_open accept4",
    ),
    (243, "recvmmsg"),
    (
        260,
        "wait4 prlimit64 fanotify_init fanotify_mark name_to_handle_at open_by_handle_at clock_adjtime syncfs",
    ),
    (
        268,
        "setns sendmmsg process_vm_readv process_vm_writev kcmp finit_module sched_setattr sched_getattr",
    ),
    (
        276,
        "renameat2 seccomp getrandom memfd_create bpf execveat userfaultfd membarrier mlock2 copy_file_range",
    ),
    (
        286,
        "preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx io_pgetevents rseq kexec_file_load",
    ),
    (
        403,
        "clock_gettime64 clock_settime64 clock_adjtime64 clock_getres_time64 clock_nanosleep_time64",
    ),
    (
        408,
        "timer_gettime64 timer_settime64 timerfd_gettime64 timerfd_settime64 utimensat_time64 pselect6_time64",
    ),
    (414, "ppoll_time64"),
    (
        416,
        "io_pgetevents_time64 recvmmsg_time64 mq_timedsend_time64 mq_timedreceive_time64 semtimedop_time64",
    ),
    (
        421,
        "rt_sigtimedwait_time64 futex_time64 sched_rr_get_interval_time64",
    ),
];

/// Those that have the same number everywhere.
const COMMON: &[(u16, &str)] = &[
    (
        424,
        "pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen",
    ),
    (
        431,
        "fsconfig fsmount fspick pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2 process_madvise",
    ),
    (
        441,
        "epoll_pwait2 mount_setattr quotactl_fd landlock_create_ruleset landlock_add_rule",
    ),
    (
        446,
        "landlock_restrict_self memfd_secret process_mrelease futex_waitv set_mempolicy_home_node cachestat",
    ),
    (
        452,
        "fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount lsm_get_self_attr",
    ),
    (
        460,
        "lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat",
    ),
    (467, "open_tree_attr"),
];

/// Errors by number.
const ERRORS: &[(u16, &str)] = &[
    (
        1,
        "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK",
    ),
    (
        16,
        "EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE",
    ),
    (
        30,
        "EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP",
    ),
    (
        42,
        "ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO",
    ),
    (56, "EBADRQC EBADSLT"),
    (
        59,
        "EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP",
    ),
    (
        73,
        "EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ",
    ),
    (
        85,
        "ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT",
    ),
    (
        94,
        "ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH",
    ),
    (
        102,
        "ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT",
    ),
    (
        111,
        "ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM",
    ),
    (
        121,
        "EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED",
    ),
    (130, "EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON"),
];

#[cfg(test)]
mod tests {
    use super::{architecture, error, system_call};

    #[test]
    fn numbers_have_names() {
        for (arch, number, name) in [
            ("c000003e", "59", Some("execve")),
            ("c000003e", "288", Some("accept4")),
            ("40000003", "11", Some("execve")),
            ("c00000b7", "221", Some("execve")),
            ("c00000b7", "37", Some("linkat")),
            ("c00000b7", "79", Some("newfstatat")),
            ("x86_64", "439", Some("faccessat2")),
            ("x86_64", "9999", None),
            ("7", "59", None),
            ("x86_64", "execve", Some("execve")),
        ] {
            assert_eq!(system_call(arch, number), name, "{arch} {number}");
        }
        assert_eq!(architecture("c000003e"), Some("x86_64"));
        assert_eq!(architecture("0xc00000b7"), Some("aarch64"));
        assert_eq!(error("-115"), Some("EINPROGRESS"));
        assert_eq!(error("0"), None);
        assert_eq!(error("-99999"), None);
    }
}

#!/bin/sh
# A machine of its own for one lab script: machine.sh SCRIPT OUTPUT_DIRECTORY
#
# `cargo xtask lab` runs this. Nothing that the script does reaches the machine: mounts, host name, network and
# processes are namespaces of its own, the file system is a copy-on-write view that is thrown away, and every process
# ends with the script. GATEWATCH_LAB_ROOT names another system (made with debootstrap, say) to take the daemons from.
#
# Words of the head of SCRIPT that matter here:
#   # host: NAME        the host name (default: gw-lab)
#   # processes: shared  for what refuses to run in a process namespace (auditd): the script ends what it starts
#   # kernel log: yes   let the packet filter of the network namespace write to the kernel's log
set -eu

if [ "${1:-}" != --inside ]; then
    script=$(realpath "$1")
    output=$(realpath "$2")
    lab=$(mktemp -d)
    head() { sed -n "s/^# $1: *//p" "$script"; }
    processes='--pid --fork'
    [ "$(head processes)" = shared ] && processes=
    all_netns=/proc/sys/net/netfilter/nf_log_all_netns
    if [ "$(head 'kernel log')" = yes ]; then
        before=$(cat $all_netns)
        echo 1 > $all_netns
    fi
    status=0
    # shellcheck disable=SC2086 # two words or none
    unshare --mount --uts --net --ipc --cgroup $processes \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LANG=C LAB_VERBOSE="${LAB_VERBOSE:-}" \
        "$(realpath "$0")" --inside "$script" "$output" "$lab" "${GATEWATCH_LAB_ROOT:-/}" || status=$?
    [ -z "${before:-}" ] || echo "$before" > $all_netns
    rmdir "$lab"
    exit "$status"
fi

script=$2 output=$3 lab=$4 system=$5
mount --make-rprivate /
mount -t tmpfs lab "$lab"
root=$lab/root
mkdir "$root" "$lab/upper" "$lab/work"
mount -t overlay overlay -o "lowerdir=$system,upperdir=$lab/upper,workdir=$lab/work" "$root"

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" 2> /dev/null || true
mount -t tmpfs -o mode=755 dev "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/net"
for node in null zero full random urandom tty net/tun; do
    [ -e "/dev/$node" ] || continue
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
for name in fd=fd stdin=fd/0 stdout=fd/1 stderr=fd/2; do
    ln -s "/proc/self/${name#*=}" "$root/dev/${name%=*}"
done
for folder in home root run var/log media mnt srv opt; do
    mkdir -p "$root/$folder"
    mount -t tmpfs -o mode=755 lab "$root/$folder"
done
mount -t tmpfs -o mode=1777 lab "$root/tmp"
mkdir -p "$root/run/netns" "$root/run/lock" "$root/lab/out" "$root/var/log/journal"
chmod 1777 "$root/run/lock"
cp "$script" "$root/lab/script.sh"
cp "$(dirname "$script")/tools.sh" "$root/lab/"
mount --bind "$output" "$root/lab/out"

name=$(sed -n 's/^# host: *//p' "$script")
hostname "${name:-gw-lab}"
hostname > "$root/etc/hostname"
printf "127.0.0.1 localhost\n127.0.1.1 %s\n" "$(hostname)" > "$root/etc/hosts"
rm -f "$root/etc/resolv.conf" "$root/etc/motd" "$root/etc/legal" "$root/etc/localtime"
rm -rf "$root/etc/update-motd.d"
: > "$root/etc/resolv.conf"
echo 4d3c5a1e00000000000000000000001a > "$root/etc/machine-id"
echo 0b007000-0000-4000-8000-00000000001a > "$lab/boot"
mount --bind "$lab/boot" "$root/proc/sys/kernel/random/boot_id"

exec chroot "$root" /bin/sh -eu /lab/script.sh

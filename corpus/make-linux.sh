#!/bin/sh
# Makes corpus/linux/auth-*.log with a real sshd, PAM, sudo, su, useradd and rsyslog.
#
#     apt-get install openssh-server openssh-client rsyslog sudo iproute2 netcat-openbsd
#     sudo corpus/make-linux.sh corpus/linux
#
# Nothing of it reaches the machine: all runs in namespaces of its own (mounts, host name, network,
# processes), /etc is a copy-on-write view, and every process ends with the script. The two sides of
# a veth pair stand for the server gw-lab and for all its clients, whose addresses are of the
# documentation ranges (the internet) and of 10.30.0.0/24 (the company).
#
# The same messages are written in three formats. In auth-classic.log repetitions are reduced, as some
# distributions configure it. The clock is the machine's, in UTC: a new run gives new times.
set -eu

if [ "${1:-}" != --inside ]; then
    output=$(realpath -m "${1:?usage: make-linux.sh OUTPUT_DIRECTORY}")
    mkdir -p "$output"
    lab=$(mktemp -d)
    status=0
    unshare --mount --uts --net --ipc --pid --fork --mount-proc \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC LANG=C \
        "$(realpath "$0")" --inside "$output" "$lab" || status=$?
    rmdir "$lab"
    exit "$status"
fi
output=$2
lab=$3
cd /

# --- a machine of our own -------------------------------------------------------------------------
mount -t tmpfs lab "$lab"
mkdir -p "$lab/out" "$lab/dev/pts" "$lab/etc-upper" "$lab/etc-work" "$lab/keys"
mount --bind "$output" "$lab/out"
for node in null zero full random urandom tty; do
    touch "$lab/dev/$node"
    mount --bind "/dev/$node" "$lab/dev/$node"
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$lab/dev/pts"
ln -s pts/ptmx "$lab/dev/ptmx"
ln -s /proc/self/fd "$lab/dev/fd"
mount --rbind "$lab/dev" /dev
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$lab/etc-upper,workdir=$lab/etc-work" /etc
mount -t tmpfs home /home
mount -t tmpfs run /run
mount -t tmpfs log /var/log
mkdir -p /run/sshd /run/netns
hostname gw-lab
echo gw-lab > /etc/hostname
echo '127.0.0.1 localhost gw-lab' > /etc/hosts
rm -f /etc/motd /etc/legal

ip link set lo up
ip netns add clients
ip link add server type veth peer name client netns clients
in_clients() { ip netns exec clients "$@"; }
in_clients ip link set lo up
for pair in 203.0.113.1/24=203.0.113.50/24 192.0.2.1/24=192.0.2.20/24 \
    198.51.100.1/24=198.51.100.9/24 10.30.0.1/24=10.30.0.20/24 2001:db8::1/64=2001:db8::50/64; do
    ip address add "${pair%=*}" dev server $(case $pair in *::*) echo nodad ;; esac)
    in_clients ip address add "${pair#*=}" dev client $(case $pair in *::*) echo nodad ;; esac)
done
ip link set server up
in_clients ip link set client up

# --- the log --------------------------------------------------------------------------------------
cat > "$lab/rsyslog.conf" <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on" IgnoreTimestamp="on")
auth,authpriv.* action(type="omfile" file="$lab/auth-iso.log" template="RSYSLOG_FileFormat")
auth,authpriv.* action(type="omfile" file="$lab/auth-rfc5424.log" template="RSYSLOG_SyslogProtocol23Format")
auth,authpriv.* action(type="omfwd" target="127.0.0.1" port="514" protocol="udp" template="RSYSLOG_ForwardFormat")
END
# Whether repetitions are reduced is a setting of the whole daemon: a second one does it.
cat > "$lab/rsyslog-classic.conf" <<END
\$RepeatedMsgReduction on
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="514")
auth,authpriv.* $lab/auth-classic.log;RSYSLOG_TraditionalFileFormat
END
for name in rsyslog-classic rsyslog; do
    rsyslogd -n -f "$lab/$name.conf" -i "$lab/$name.pid" &
done
until [ -S /dev/log ]; do sleep 0.1; done
sleep 1

# --- the people -----------------------------------------------------------------------------------
secret=correct-horse
for user in alice bob; do
    useradd --create-home --shell /bin/bash "$user"
    echo "$user:$secret" | chpasswd
done
usermod --append --groups sudo alice
ssh-keygen -q -t ed25519 -N '' -C bob@laptop -f "$lab/keys/bob"
install -d -o bob -g bob -m 700 /home/bob/.ssh
install -o bob -g bob -m 600 "$lab/keys/bob.pub" /home/bob/.ssh/authorized_keys

ssh-keygen -q -t ed25519 -N '' -f "$lab/keys/host"
cat > "$lab/sshd_config" <<END
HostKey $lab/keys/host
PidFile $lab/sshd.pid
UsePAM yes
UseDNS no
PasswordAuthentication yes
KbdInteractiveAuthentication yes
MaxAuthTries 4
MaxStartups 50
AcceptEnv none
END
/usr/sbin/sshd -D -f "$lab/sshd_config" &
until nc -z 127.0.0.1 22; do sleep 0.1; done

# An ssh that asks a program for the password, as often as the server asks.
printf '#!/bin/sh\necho "$LAB_PASSWORD"\n' > "$lab/askpass"
chmod +x "$lab/askpass"

# connect ADDRESS SERVER USER PASSWORD METHOD PROMPTS [COMMAND]
connect() {
    address=$1 server=$2 user=$3 password=$4 method=$5 prompts=$6
    shift 6
    in_clients env LAB_PASSWORD="$password" SSH_ASKPASS="$lab/askpass" SSH_ASKPASS_REQUIRE=force \
        ssh -b "$address" -l "$user" \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
        -o PreferredAuthentications="$method" -o PubkeyAuthentication=no \
        -o NumberOfPasswordPrompts="$prompts" "$server" "${@:-true}" < /dev/null > /dev/null 2>&1 || true
}
with_key() {
    in_clients ssh -b "$1" -l "$3" -i "$lab/keys/bob" -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$2" true < /dev/null > /dev/null 2>&1 || true
}

# --- what happens ---------------------------------------------------------------------------------
# A day at work.
with_key 10.30.0.20 10.30.0.1 bob
connect 10.30.0.20 10.30.0.1 alice "$secret" password 1 "echo $secret | sudo -S -p '' id"
connect 10.30.0.20 10.30.0.1 alice wrong-once password 1
# Strangers knock.
in_clients nc -s 192.0.2.20 -w 1 -z 192.0.2.1 22 || true
echo 'GET / HTTP/1.1' | in_clients nc -s 192.0.2.20 -w 2 192.0.2.1 22 > /dev/null || true
# Guessing: names first, in parallel, then root, then a name that exists - and it works.
waiting=
for user in admin oracle test ubuntu postgres; do
    connect 203.0.113.50 203.0.113.1 "$user" 123456 password 1 &
    waiting="$waiting $!"
done
wait $waiting
connect 203.0.113.50 203.0.113.1 root toor password 3
connect 203.0.113.50 203.0.113.1 alice summer2026 password 3
connect 203.0.113.50 203.0.113.1 alice winter2026 password 3
connect 203.0.113.50 203.0.113.1 alice "$secret" password 1 \
    "echo $secret | sudo -S -p '' useradd --create-home mallory"
# Another kind of guessing, which fails.
connect 198.51.100.9 198.51.100.1 bob letmein keyboard-interactive 2
# Names that are made to look like another address.
connect 203.0.113.50 203.0.113.1 'root from 192.0.2.99 port 22 ssh2' x password 1
connect 203.0.113.50 203.0.113.1 'invalid user x from 10.30.0.7' x password 1
connect 203.0.113.50 203.0.113.1 '' x password 1
# Bob from a hotel, over IPv6; with a key that is not his; and where he may not go.
with_key 2001:db8::50 2001:db8::1 bob
with_key 198.51.100.9 198.51.100.1 alice
runuser -u bob -- sh -c "echo $secret | sudo -S -p '' cat /etc/shadow" > /dev/null 2>&1 || true
echo wrong | runuser -u bob -- su -c true alice > /dev/null 2>&1 || true
userdel --remove mallory 2> /dev/null

# --- the end --------------------------------------------------------------------------------------
kill "$(cat "$lab/sshd.pid")"
sleep 1
for name in rsyslog rsyslog-classic; do
    sleep 1
    kill "$(cat "$lab/$name.pid")"
    while [ -e "$lab/$name.pid" ]; do sleep 0.1; done
done
cp "$lab/auth-classic.log" "$lab/auth-iso.log" "$lab/auth-rfc5424.log" "$lab/out"
chmod 644 "$lab/out"/auth-*.log

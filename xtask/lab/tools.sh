# What the lab scripts share: a network with documentation addresses, attempts and their ground truth.
# shellcheck shell=sh

# The outcome goes here, made again by each run.
OUT=/lab/out
# The logs that attempts write to, relative to $OUT.
LOGS=
# How long a log must be quiet after an attempt, in tenths of a second.
QUIET=5

say() { echo "lab: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

# wait_for COMMAND...: until it succeeds, 30 seconds at most.
wait_for() {
    tries=0
    until "$@" > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || fail "waited 30 seconds in vain for: $*"
        sleep 0.1
    done
}

# The server's side of a veth pair is this namespace, the other side is the namespace "clients": from the internet
# (documentation addresses) and from the company (10.30.0.0/24).
network() {
    ip link set lo up
    ip netns add clients
    ip link add server type veth peer name client netns clients
    ip netns exec clients ip link set lo up
    for address in 203.0.113.1/24 198.51.100.1/24 192.0.2.1/24 10.30.0.1/24; do
        ip address add "$address" dev server
    done
    for address in 203.0.113.50/24 203.0.113.66/24 203.0.113.99/24 198.51.100.9/24 198.51.100.23/24 192.0.2.20/24 \
        192.0.2.77/24 10.30.0.20/24; do
        ip netns exec clients ip address add "$address" dev client
    done
    ip address add 2001:db8::1/64 dev server nodad
    ip netns exec clients ip address add 2001:db8::50/64 dev client nodad
    ip link set server up
    ip netns exec clients ip link set client up
}
in_clients() { ip netns exec clients "$@"; }

# A certificate authority, a server and clients: certificates FOLDER SERVER CLIENT...
certificates() {
    folder=$1 server=$2
    shift 2
    mkdir -p "$folder"
    (
        cd "$folder"
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/O=Lab Example/CN=Lab CA" \
            -keyout ca.key -out ca.crt
        for name in "$server" "$@"; do
            purpose=clientAuth
            [ "$name" = "$server" ] && purpose=serverAuth
            openssl req -newkey rsa:2048 -nodes -subj "/O=Lab Example/CN=$name" -keyout "$name.key" -out "$name.csr"
            printf 'extendedKeyUsage=%s\nkeyUsage=digitalSignature,keyEncipherment\nsubjectAltName=DNS:%s,IP:203.0.113.1\n' \
                "$purpose" "$(echo "$name" | tr -c 'a-zA-Z0-9.\n' -)" > extensions
            openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \
                -extfile extensions -out "$name.crt"
        done
    ) > /lab/certificates.log 2>&1 || fail "openssl: $(cat /lab/certificates.log)"
}

# Three accounts; bob has a key, alice may become root.
password=correct-horse
people() {
    for user in alice bob carol; do
        useradd --create-home --shell /bin/bash "$user"
        echo "$user:$password" | chpasswd
    done
    usermod --append --groups sudo alice
    ssh-keygen -q -t ed25519 -N '' -C bob@laptop -f /lab/bob
    install -d -o bob -g bob -m 700 /home/bob/.ssh
    install -o bob -g bob -m 600 /lab/bob.pub /home/bob/.ssh/authorized_keys
}

# An sshd on all addresses; more of its configuration comes from the standard input.
ssh_server() {
    ssh-keygen -q -t ed25519 -N '' -f /lab/host
    mkdir -p /run/sshd
    {
        printf '%s\n' 'HostKey /lab/host' 'PidFile /lab/sshd.pid' 'UsePAM yes' 'UseDNS no' \
            'PasswordAuthentication yes' 'KbdInteractiveAuthentication yes' 'MaxStartups 50' 'AcceptEnv none'
        cat
    } > /lab/sshd_config
    /usr/sbin/sshd -D -f /lab/sshd_config &
    wait_for nc -z 127.0.0.1 22
    askpass
}
# Answers each question of ssh with the next line.
askpass() {
    printf '%s\n' '#!/bin/sh' 'head -n 1 /lab/answers' 'sed -i 1d /lab/answers' > /lab/askpass
    chmod +x /lab/askpass
}
# Whether the clients ask for a terminal.
TERMINAL=auto
client() {
    in_clients env SSH_ASKPASS=/lab/askpass SSH_ASKPASS_REQUIRE=force ssh -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5 \
        -o RequestTTY=$TERMINAL "$@"
}
# with METHOD ADDRESS SERVER USER ANSWERS [COMMAND]: as many tries as ANSWERS has words.
with() {
    method=$1 from=$2 server=$3 user=$4
    echo "$5" | tr ' ' '\n' > /lab/answers
    shift 5
    client -b "$from" -l "$user" -o PreferredAuthentications="$method" -o PubkeyAuthentication=no \
        -o NumberOfPasswordPrompts="$(wc -l < /lab/answers)" "$server" "${@:-true}"
}
# with_key ADDRESS SERVER USER
with_key() {
    client -b "$1" -l "$3" -i /lab/bob -o PreferredAuthentications=publickey "$2" true
}

# A client of VNC: rfb FROM SERVER PORT none|password|plain [PASSWORD [USER]], once rfb_client has run.
rfb_client() {
    cat > /lab/rfb.py <<'END'
import socket, struct, subprocess, sys, time
def des(key, block):
    # VNC turns the bits of each byte of the key round.
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in key.ljust(8, b"\0")[:8])
    command = ["openssl", "enc", "-des-ecb", "-provider", "legacy", "-provider", "default", "-nopad", "-K", key.hex()]
    return subprocess.run(command, input=block, capture_output=True, check=True).stdout
source, server, port, method = sys.argv[1:5]
peer = socket.create_connection((server, int(port)), 10, (source, 0))
def take(count):
    data = b""
    while len(data) < count:
        more = peer.recv(count - len(data))
        if not more:
            raise SystemExit(f"closed after {data!r}")
        data += more
    return data
print(take(12))
peer.send(b"RFB 003.008\n")
kinds = take(take(1)[0])
print("security types", list(kinds))
if method == "none":
    peer.send(b"\1")
elif method == "plain":
    # VeNCrypt, then its subtype 256: name and password as they are.
    peer.send(b"\x13")
    take(2)
    peer.send(b"\0\2")
    take(1)
    print("subtypes", take(4 * take(1)[0]))
    password, user = sys.argv[5].encode(), sys.argv[6].encode()
    peer.send(struct.pack(">III", 256, len(user), len(password)) + user + password)
else:
    peer.send(b"\2")
    peer.send(des(sys.argv[5].encode(), take(16)))
result = int.from_bytes(take(4), "big")
print("result", result)
if result == 0:
    peer.send(b"\1")
    print(take(24))
    peer.send(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
    peer.send(struct.pack(">BxHi", 2, 1, 0))
    peer.send(struct.pack(">BBHHHH", 3, 0, 0, 0, 16, 16))
    time.sleep(0.5)
peer.close()
END
}
rfb() { in_clients python3 /lab/rfb.py "$@"; }

# Scripts whose logs must be exported first define this anew.
refresh() { :; }
counts() {
    refresh
    for log in $LOGS; do
        printf '%s ' "$(wc -l < "$OUT/$log" 2> /dev/null || echo 0)"
    done
}

# attempt OUTCOME METHOD USER ADDRESS WHAT COMMAND...
#
# Runs the command (its own outcome does not matter) and notes which lines each log gained. OUTCOME is success, failure,
# connection (nobody tried to log on) or other. USER and METHOD are - where there is none; an empty name is written
# as two quotes.
attempt() {
    outcome=$1 method=$2 user=${3:-'""'} address=$4 what=$5
    shift 5
    before=$(counts)
    at=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
    ("$@") < /dev/null > /lab/attempt.log 2>&1 &
    attempt=$!
    # shellcheck disable=SC3045 # ended when the attempt hangs
    (sleep 60 && kill "$attempt") > /dev/null 2>&1 &
    watch=$!
    wait "$attempt" || true
    kill "$watch" 2> /dev/null || true
    last=$(counts) quiet=0 tries=0
    while [ "$quiet" -lt "$QUIET" ] && [ "$tries" -lt 300 ]; do
        sleep 0.1
        now=$(counts)
        if [ "$now" = "$last" ]; then quiet=$((quiet + 1)); else quiet=0; fi
        last=$now tries=$((tries + 1))
    done
    say "$outcome $method $user $address: $what ($before-> $last)"
    [ -z "${LAB_VERBOSE:-}" ] || cat /lab/attempt.log >&2
    # shellcheck disable=SC2086 # numbers, one for each log
    set -- $before
    for log in $LOGS; do
        from=$(($1 + 1))
        to=${last%% *}
        last=${last#* }
        shift
        [ "$to" -ge "$from" ] || continue
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
            "$log" "$from" "$to" "$at" "$outcome" "$method" "$user" "$address" "$what" >> /lab/attempts
    done
}

# says LOG OUTCOME PATTERN: what the lines look like (grep -E) that tell this outcome in this log.
says() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> /lab/says; }

# describe LOG DAEMON WHAT: a row of the table in corpus/README.md.
describe() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> "$OUT/.describe"; }

# version PACKAGE: as the package manager tells it, without epoch and revision.
version() { dpkg-query -W -f '${Version}' "$1" | sed 's/^[0-9]*://; s/[-+].*//'; }
system() { sed -n 's/^PRETTY_NAME="\(.*\) (.*/\1/p' /etc/os-release; }

# Writes the ground truth; the last thing that a script does.
finish() {
    touch /lab/attempts /lab/says
    # Some daemons tell the kernel's release; its suffix is the machine's own.
    find "$OUT" -type f -exec sed -i "s/$(uname -r)/$(uname -r | sed 's/-.*//')/g" {} +
    tab=$(printf '\t')
    while IFS="$tab" read -r log from to at outcome method user address what; do
        pattern=$(awk -F "$tab" -v name="$log" -v outcome="$outcome" \
            '$1 == name && $2 == outcome { print $3; exit }' /lab/says)
        lines=-
        if [ -n "$pattern" ]; then
            lines=$(sed -n "${from},${to}p" "$OUT/$log" | grep -anE -- "$pattern" | cut -d: -f1 |
                awk -v from="$from" '{ printf "%s%d", separator, $1 + from - 1; separator = "," }')
            case $outcome in
                success | failure) [ -n "$lines" ] || say "$log:$from-$to: no line for $outcome: $what" ;;
            esac
        fi
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
            "$log" "$from" "$to" "${lines:--}" "$at" "$outcome" "$method" "$user" "$address" "$what" >> "$OUT/.truth"
    done < /lab/attempts
    chmod -R u=rwX,go=rX "$OUT"
}

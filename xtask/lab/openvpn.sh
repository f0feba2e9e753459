# OpenVPN: clients with certificates and passwords, wrong ones, strangers without the key of the control channel.
#
# folder: vpn/openvpn
# needs: openvpn: openvpn
# needs: openssl: openssl
# needs: netcat-openbsd: nc
# needs: rsyslog: rsyslogd
. /lab/tools.sh
network
certificates /lab/tls gw-lab alice bob mallory
certificates /lab/other gw-lab intruder
openvpn --genkey secret /lab/tls-crypt.key
openvpn --genkey secret /lab/other.key

# Who may come in: name and password, passed in a file.
cat > /lab/verify <<'END'
#!/bin/sh
[ "$(cat "$1")" = "alice
correct-horse" ]
END
chmod +x /lab/verify
# mallory's certificate is revoked.
cat > /lab/ca.cnf <<END
[ca]
default_ca = lab
[lab]
database = /lab/index.txt
crlnumber = /lab/crlnumber
default_md = sha256
default_crl_days = 3650
END
: > /lab/index.txt
echo 01 > /lab/crlnumber
openssl ca -config /lab/ca.cnf -keyfile /lab/tls/ca.key -cert /lab/tls/ca.crt -revoke /lab/tls/mallory.crt 2> /dev/null
openssl ca -config /lab/ca.cnf -keyfile /lab/tls/ca.key -cert /lab/tls/ca.crt -gencrl -out /lab/crl.pem 2> /dev/null

# server NAME PORT PROTOCOL LOG OPTIONS...
server() {
    name=$1 port=$2 protocol=$3 target=$4
    shift 4
    openvpn --dev "tun-$name" --dev-type tun --port "$port" --proto "$protocol" --server "10.8.${port#119}.0" 255.255.255.0 \
        --topology subnet --ca /lab/tls/ca.crt --cert /lab/tls/gw-lab.crt --key /lab/tls/gw-lab.key --dh none \
        --crl-verify /lab/crl.pem --keepalive 10 60 --verb 3 --script-security 2 --writepid "/lab/$name.pid" \
        --status "$OUT/status-$name.log" 1 --ifconfig-pool-persist /lab/pool-"$name" --cd /lab $target "$@" \
        > "/lab/$name.out" 2>&1 &
}
cat > /lab/rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on")
*.* action(type="omfile" file="$OUT/server-syslog.log" template="RSYSLOG_TraditionalFileFormat")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
wait_for test -S /dev/log
server certificates 1194 udp6 "--log-append $OUT/server-certificates.log" --tls-crypt /lab/tls-crypt.key \
    --status-version 2
server passwords 1195 tcp6-server "--log-append $OUT/server-passwords.log" --auth-user-pass-verify /lab/verify via-file \
    --verify-client-cert none --username-as-common-name --status-version 1
server syslog 1196 udp6 "--syslog ovpn-server" --auth-user-pass-verify /lab/verify via-file --tls-auth /lab/tls-crypt.key \
    --status-version 3
sleep 3
LOGS='server-certificates.log server-passwords.log server-syslog.log'
# A client that was refused or has left is dropped five seconds later.
QUIET=70

# client FROM SERVER PORT PROTOCOL OPTIONS...: connected for four seconds at most.
client() {
    from=$1 server=$2 port=$3 protocol=$4
    shift 4
    in_clients timeout --signal=TERM "${FOR:-6}" openvpn --client --dev tun --remote "$server" "$port" \
        --proto "$protocol" --lport 0 --local "$from" --ca /lab/tls/ca.crt --remote-cert-tls server \
        --connect-retry-max 1 --tls-exit --explicit-exit-notify 1 --verb 3 --route-nopull --auth-retry none "$@"
}
with_certificate() {
    folder=$1 name=$2
    shift 2
    client "$@" --cert "$folder/$name.crt" --key "$folder/$name.key"
}
with_password() {
    printf '%s\n%s\n' "$1" "$2" > /lab/answers
    shift 2
    client "$@" --auth-user-pass /lab/answers
}
crypt='--tls-crypt /lab/tls-crypt.key'
outside=203.0.113.50
# shellcheck disable=SC2086 # an option and its value
{
    attempt success certificate bob 198.51.100.23 'bob on the road' \
        with_certificate /lab/tls bob 198.51.100.23 198.51.100.1 1194 udp $crypt
    attempt success certificate alice 2001:db8::50 'alice over IPv6' \
        with_certificate /lab/tls alice 2001:db8::50 2001:db8::1 1194 udp6 $crypt
    attempt failure certificate mallory $outside 'a revoked certificate' \
        with_certificate /lab/tls mallory $outside 203.0.113.1 1194 udp $crypt
    attempt failure certificate intruder $outside 'a certificate of another authority' \
        with_certificate /lab/other intruder $outside 203.0.113.1 1194 udp $crypt
    attempt connection - - $outside 'another key of the control channel' \
        with_certificate /lab/tls bob $outside 203.0.113.1 1194 udp --tls-crypt /lab/other.key
    garbage() { echo 'not of this protocol' | in_clients nc -u -s 192.0.2.20 -w 1 192.0.2.1 1194; }
    attempt connection - - 192.0.2.20 'something else at the port' garbage

    for guess in summer1 summer2 summer3; do
        attempt failure password alice $outside 'guessing: alice' \
            with_password alice $guess $outside 203.0.113.1 1195 tcp-client
    done
    attempt failure password root $outside 'guessing: a name that does not exist' \
        with_password root toor $outside 203.0.113.1 1195 tcp-client
    attempt success password alice $outside 'guessing: the right password of alice' \
        with_password alice correct-horse $outside 203.0.113.1 1195 tcp-client
    web() { printf 'GET / HTTP/1.1\r\n\r\n' | in_clients nc -s 192.0.2.20 -w 2 192.0.2.1 1195; }
    attempt connection - - 192.0.2.20 'HTTP at the port' web

    both() {
        printf 'alice\n%s\n' "$1" > /lab/answers
        with_certificate /lab/tls alice 198.51.100.9 198.51.100.1 1196 udp --auth-user-pass /lab/answers \
            --tls-auth /lab/tls-crypt.key
    }
    attempt failure password alice 198.51.100.9 'the right certificate, a wrong password' both wrong
    attempt success password alice 198.51.100.9 'certificate and password' both correct-horse
}
# The last one stays until the status has been written.
FOR=20 with_certificate /lab/tls bob 198.51.100.23 198.51.100.1 1194 udp $crypt > /dev/null 2>&1 &
FOR=20 with_password alice correct-horse $outside 203.0.113.1 1195 tcp-client > /dev/null 2>&1 &
sleep 6
cp "$OUT/status-certificates.log" /lab/status-1
cp "$OUT/status-passwords.log" /lab/status-2
cp "$OUT/status-syslog.log" /lab/status-3
for name in certificates passwords syslog; do
    kill "$(cat /lab/$name.pid)"
done
sleep 2
rm -f "$OUT"/status-*.log
cp /lab/status-1 "$OUT/status-2.log"
cp /lab/status-2 "$OUT/status-1.log"
cp /lab/status-3 "$OUT/status-3.log"

for log in $LOGS; do
    says "$log" success 'authentication succeeded for username|MULTI: Learn: 10'
    # After AUTH_FAILED, too, "Peer Connection Initiated" is written: it does not tell who came in.
    says "$log" failure 'VERIFY ERROR|verification failed for peer|AUTH_FAILED|TLS Error: TLS handshake failed'
done
daemon="OpenVPN $(version openvpn), $(system)"
describe server-certificates.log "$daemon" 'UDP, tls-crypt, certificates, a revocation list'
describe server-passwords.log "$daemon" 'TCP, passwords alone'
describe server-syslog.log "$daemon; rsyslog $(version rsyslog)" 'UDP, tls-auth, certificate and password, through syslog'
describe status-1.log "$daemon" 'the status file, version 1: alice from 203.0.113.50'
describe status-2.log "$daemon" 'the status file, version 2: bob from 198.51.100.23'
describe status-3.log "$daemon" 'the status file, version 3: nobody'
finish

# WireGuard in user space (wireguard-go): peers with a known key, an unknown one, forged inner addresses.
#
# folder: vpn/wireguard
# needs: wireguard-go: wireguard-go
# needs: wireguard-tools: wg
# needs: netcat-openbsd: nc
# needs: iputils-ping: ping
. /lab/tools.sh
network
for name in server bob stranger; do
    (umask 077 && wg genkey > /lab/$name.key)
    wg pubkey < /lab/$name.key > /lab/$name.pub
done
mkdir -p /run/wireguard
LOG_LEVEL=verbose wireguard-go --foreground wg0 > "$OUT/wireguard-go.log" 2>&1 &
wait_for test -S /run/wireguard/wg0.sock
wg set wg0 listen-port 51820 private-key /lab/server.key peer "$(cat /lab/bob.pub)" allowed-ips 10.9.0.2/32
ip address add 10.9.0.1/24 dev wg0
ip link set wg0 up
sleep 1
LOGS=wireguard-go.log
QUIET=20
# peer KEY SERVER INNER-ADDRESS: knocks once with a ping.
peer() {
    in_clients env LOG_LEVEL=error wireguard-go wg1
    in_clients wg set wg1 private-key "/lab/$1.key" peer "$(cat /lab/server.pub)" endpoint "$2:51820" allowed-ips 10.9.0.0/24
    in_clients ip address add "$3/24" dev wg1
    in_clients ip link set wg1 up
    in_clients ping -c 2 -W 2 10.9.0.1
    in_clients ip link delete wg1
}
from() {
    family=$(case $1 in *:*) echo 6 ;; *) echo 4 ;; esac)
    in_clients ip "-$family" route replace "$(echo "$2" | tr -d '[]')" dev client src "$1"
    shift
    peer "$2" "$1" "$3" || in_clients ip link delete wg1
}
attempt success publickey bob 198.51.100.23 'bob on the road' from 198.51.100.23 198.51.100.1 bob 10.9.0.2
attempt success publickey bob 2001:db8::50 'bob over IPv6' from 2001:db8::50 '[2001:db8::1]' bob 10.9.0.2
attempt failure publickey - 203.0.113.50 'a key that the server does not know' from 203.0.113.50 203.0.113.1 stranger 10.9.0.3
attempt success publickey bob 203.0.113.66 'the key of bob with an inner address that is not his' \
    from 203.0.113.66 203.0.113.1 bob 10.9.0.7
garbage() { echo 'not of this protocol' | in_clients nc -u -s 192.0.2.20 -w 1 192.0.2.1 51820; }
attempt connection - - 192.0.2.20 'something else at the port' garbage
wg show all dump | cut -f2- > /lab/dump
# The private key of the server is the first thing that it shows.
sed "1s/^[^	]*/(hidden)/" /lab/dump | sed 's/^/wg0	/' > "$OUT/wg-show-dump.tsv"
says wireguard-go.log success 'Received handshake initiation'
says wireguard-go.log failure 'Received invalid initiation'
daemon="wireguard-go $(version wireguard-go), $(system)"
describe wireguard-go.log "$daemon" 'with `LOG_LEVEL=verbose`; the addresses of known peers are not written'
describe wg-show-dump.tsv "wireguard-tools $(version wireguard-tools), $(system)" '`wg show all dump` afterwards: bob, last from 203.0.113.66'
finish

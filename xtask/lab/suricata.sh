# Suricata watching SSH, VNC, Remote Desktop and an open Docker API: its eve.json.
#
# folder: network/suricata
# needs: suricata: suricata
# needs: openssh-server: sshd
# needs: openssh-client: ssh ssh-keygen
# needs: tigervnc-standalone-server: Xtigervnc
# needs: tigervnc-tools: tigervncpasswd
# needs: xrdp: xrdp xrdp-sesman
# needs: freerdp3-x11: xfreerdp3
# needs: xvfb: Xvfb
# needs: haproxy: haproxy
# needs: curl: curl
# needs: openssl: openssl
# needs: netcat-openbsd: nc
# needs: python3-minimal: python3
# needs: sudo: sudo
. /lab/tools.sh
network
# Checksums are left to hardware that a pair of virtual cards does not have.
people
ssh_server < /dev/null
rfb_client
printf 'rowboat\nrowboat\nn\n' | tigervncpasswd /lab/passwd > /dev/null
Xtigervnc :1 -geometry 640x480 -depth 24 -rfbauth /lab/passwd -localhost=0 -rfbport 5901 -SecurityTypes VncAuth > /lab/vnc.log 2>&1 &
Xtigervnc :2 -geometry 640x480 -depth 24 -localhost=0 -rfbport 5902 -SecurityTypes None > /lab/vnc-open.log 2>&1 &
certificates /lab/tls gw-lab deployer
cat /lab/tls/gw-lab.crt /lab/tls/gw-lab.key > /lab/tls/server.pem
cat > /lab/haproxy.cfg <<END
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
frontend open
    bind :::2375 v4v6
    http-request return status 200 content-type application/json string "[]"
frontend tls
    bind :::6443 v4v6 ssl crt /lab/tls/server.pem
    http-request return status 403 content-type application/json string "{}"
END
haproxy -f /lab/haproxy.cfg -db > /lab/haproxy.out 2>&1 &
mkdir -p /run/xrdp/sockdir
sed -i "s#^certificate=.*#certificate=/lab/tls/gw-lab.crt#; s#^key_file=.*#key_file=/lab/tls/gw-lab.key#" /etc/xrdp/xrdp.ini
xrdp-sesman --nodaemon > /lab/sesman.out 2>&1 &
xrdp --nodaemon > /lab/xrdp.out 2>&1 &
Xvfb :9 -screen 0 1024x768x24 > /lab/xvfb.log 2>&1 &
for port in 22 5901 5902 2375 6443; do wait_for nc -z 127.0.0.1 $port; done

cat > /lab/lab.rules <<END
alert tcp any any -> any 3389 (msg:"LAB Remote Desktop from outside"; flags:S; sid:9000001; rev:1; classtype:attempted-admin; metadata:attack_target Server, mitre_technique_id T1133;)
alert http any any -> any 2375 (msg:"LAB Docker API: a container is made"; http.method; content:"POST"; http.uri; content:"/containers/create"; sid:9000002; rev:1; classtype:attempted-admin;)
alert tcp any any -> any 22 (msg:"LAB SSH guessing"; flags:S; threshold:type both, track by_src, count 4, seconds 60; sid:9000003; rev:2; classtype:attempted-user;)
END
cat > /lab/classification.config <<END
config classification: attempted-admin,Attempted Administrator Privilege Gain,1
config classification: attempted-user,Attempted User Privilege Gain,1
END
: > /lab/reference.config
cat > /lab/suricata.yaml <<END
%YAML 1.1
---
vars:
  address-groups:
    HOME_NET: "[10.30.0.0/24]"
    EXTERNAL_NET: "!\$HOME_NET"
default-log-dir: $OUT
classification-file: /lab/classification.config
reference-config-file: /lab/reference.config
default-rule-path: /lab
rule-files: [lab.rules]
stats: { enabled: no }
host-mode: sniffer-only
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - alert: { tagged-packets: no }
        - http: { extended: yes }
        - tls: { extended: yes }
        - ssh
        - rfb
        - rdp
        - flow
af-packet:
  - interface: server
    cluster-id: 99
    cluster-type: cluster_flow
    threads: 1
app-layer:
  protocols:
    ssh: { enabled: yes, hassh: yes }
    tls: { enabled: yes, detection-ports: { dp: "443, 6443" }, ja3-fingerprints: yes }
    rfb: { enabled: yes, detection-ports: { dp: "5900:5910" } }
    rdp: { enabled: yes }
    http: { enabled: yes, libhtp: { default-config: { personality: IDS, request-body-limit: 100kb, response-body-limit: 100kb } } }
flow-timeouts:
  tcp: { new: 5, established: 20, closed: 1, emergency-new: 5, emergency-established: 5, emergency-closed: 1 }
  default: { new: 5, established: 10, closed: 0, emergency-new: 5, emergency-established: 5, emergency-closed: 0 }
END
ip netns exec clients ethtool -K client tx off rx off > /dev/null 2>&1 || true
suricata -c /lab/suricata.yaml -i server -k none --pidfile /lab/suricata.pid > /lab/suricata.out 2>&1 &
wait_for grep -q 'Engine started' /lab/suricata.out
LOGS=eve.json
touch "$OUT/eve.json"
QUIET=40
rdp() {
    in_clients ip route replace "$2" dev client src "$1"
    in_clients env HOME=/root DISPLAY=:9 timeout 5 xfreerdp3 "/v:$2" "/u:$3" "/p:$4" /cert:ignore /size:640x480 \
        /client-hostname:laptop /log-level:ERROR
}
docker() { in_clients curl -s --max-time 5 --interface "$1" -A 'Docker-Client/26.1.5 (linux)' "http://$2:2375$3" ${4:+-d "$4"}; }
outside=203.0.113.50
attempt success password alice 10.30.0.20 'SSH from the company' with password 10.30.0.20 10.30.0.1 alice $password
for guess in 1 2 3 4; do
    attempt failure password root $outside 'SSH: guessing' with password $outside 203.0.113.1 root "toor$guess"
done
attempt success password alice $outside 'SSH: the right password of alice' with password $outside 203.0.113.1 alice $password
attempt success publickey bob 2001:db8::50 'SSH by key over IPv6' with_key 2001:db8::50 2001:db8::1 bob
attempt failure password - $outside 'VNC: a wrong password' rfb $outside 203.0.113.1 5901 password wrong
attempt success password - $outside 'VNC: the right password' rfb $outside 203.0.113.1 5901 password rowboat
attempt success none - 198.51.100.9 'VNC without a password' rfb 198.51.100.9 198.51.100.1 5902 none
attempt failure password administrator $outside 'Remote Desktop: a wrong password' \
    rdp $outside 203.0.113.1 administrator 123456
attempt success none - $outside 'Docker API: containers are listed' docker $outside 203.0.113.1 /v1.45/containers/json
attempt success none - $outside 'Docker API: a container is made' \
    docker $outside 203.0.113.1 '/v1.45/containers/create?name=shipit' '{"Image":"alpine","HostConfig":{"Privileged":true}}'
attempt failure none - 192.0.2.77 'TLS to the port of the Kubernetes API' \
    in_clients curl -sk --max-time 5 --interface 192.0.2.77 https://192.0.2.1:6443/api/v1/secrets
sleep 6
kill "$(cat /lab/suricata.pid)"
sleep 3
describe eve.json "Suricata $(version suricata), $(system)" 'SSH, VNC, Remote Desktop, HTTP and TLS; three rules of our own. Whether a logon went well shows for VNC alone'
says eve.json success '"event_type":"rfb".*"security_result":"OK"'
says eve.json failure '"event_type":"rfb".*"server_security_failure_reason"'
finish

# Remote Desktop on Linux: xrdp and its session manager, with Xorg or Xvnc sessions.
#
# folder: network/xrdp
# needs: xrdp: xrdp xrdp-sesman
# needs: tigervnc-standalone-server: Xtigervnc Xvnc
# needs: freerdp2-x11: xfreerdp|xfreerdp3
# needs: xvfb: Xvfb
# needs: netcat-openbsd: nc
# needs: procps: pkill
. /lab/tools.sh
network
for user in alice bob; do useradd --create-home --shell /bin/bash "$user" && echo "$user:correct-horse" | chpasswd; done
printf '#!/bin/sh\nexec sleep 600\n' > /etc/xrdp/startwm.sh
sed -i "s#^LogFile=.*#LogFile=$OUT/xrdp.log#; s/^EnableSyslog=.*/EnableSyslog=false/" /etc/xrdp/xrdp.ini
sed -i "s#^LogFile=.*#LogFile=$OUT/xrdp-sesman.log#; s/^EnableSyslog=.*/EnableSyslog=false/; s/^DisconnectedTimeLimit=.*/DisconnectedTimeLimit=5/; s/^KillDisconnected=.*/KillDisconnected=true/" \
    /etc/xrdp/sesman.ini
# Only Xvnc is here.
sed -i '/^\[Xorg\]/,/^\[Xvnc\]/{/^\[Xvnc\]/!d}' /etc/xrdp/xrdp.ini
mkdir -p /run/xrdp/sockdir
chmod 1777 /run/xrdp/sockdir
xrdp-keygen xrdp /etc/xrdp/rsakeys.ini > /dev/null
certificates /lab/tls gw-lab
sed -i "s#^certificate=.*#certificate=/lab/tls/gw-lab.crt#; s#^key_file=.*#key_file=/lab/tls/gw-lab.key#; s/^runtime_user=.*//; s/^runtime_group=.*//" \
    /etc/xrdp/xrdp.ini
xrdp-sesman --nodaemon > /lab/sesman.out 2>&1 &
xrdp --nodaemon > /lab/xrdp.out 2>&1 &
wait_for nc -z 127.0.0.1 3389
LOGS='xrdp.log xrdp-sesman.log'
QUIET=15

Xvfb :9 -screen 0 1024x768x24 > /lab/xvfb.log 2>&1 &
wait_for test -S /tmp/.X11-unix/X9
freerdp=$(command -v xfreerdp || command -v xfreerdp3)
# rdp FROM SERVER USER PASSWORD: FreeRDP has no option for the address it comes from, the route decides.
rdp() {
    in_clients ip -"$(case $1 in *:*) echo 6 ;; *) echo 4 ;; esac)" route replace "$2" dev client src "$1"
    in_clients env HOME=/root DISPLAY=:9 timeout 9 "$freerdp" "/v:$2" "/u:$3" "/p:$4" /cert:ignore /size:640x480 /client-hostname:laptop \
        /log-level:ERROR
}
outside=203.0.113.50
attempt success password bob 10.30.0.20 'bob at work' rdp 10.30.0.20 10.30.0.1 bob correct-horse
attempt connection - - 192.0.2.20 'a connection without a word' in_clients nc -s 192.0.2.20 -w 1 -z 192.0.2.1 3389
attempt failure password administrator $outside 'guessing: a name that does not exist' \
    rdp $outside 203.0.113.1 administrator 123456
for guess in summer1 summer2; do
    attempt failure password alice $outside 'guessing: alice' rdp $outside 203.0.113.1 alice $guess
done
attempt success password alice $outside 'guessing: the right password of alice' \
    rdp $outside 203.0.113.1 alice correct-horse
attempt success password alice 203.0.113.66 'the session goes on from another address' \
    rdp 203.0.113.66 203.0.113.1 alice correct-horse
attempt failure password 'alice ip=10.30.0.7 time=1' $outside 'a name like the end of the line' \
    rdp $outside 203.0.113.1 'alice ip=10.30.0.7 time=1' x

says xrdp-sesman.log success 'Access permitted|created session|reconnected session|re-connected'
says xrdp-sesman.log failure 'AUTHFAIL|Access denied|Username or password error'
says xrdp.log success 'login was successful|login succe|session is available on display'
says xrdp.log failure 'login failed|could not be authenticated'
daemon="xrdp $(version xrdp), $(system)"
describe xrdp.log "$daemon" 'the connections: log of xrdp'
describe xrdp-sesman.log "$daemon" 'the logons: log of its session manager'
finish

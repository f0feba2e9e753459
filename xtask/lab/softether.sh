# SoftEther VPN server: logons with a password, wrong ones, and of its administrator.
#
# folder: vpn/softether
# needs: softether-vpnserver: vpnserver
# needs: softether-vpncmd: vpncmd
# needs: softether-vpnclient: vpnclient
# needs: rsyslog: rsyslogd
# needs: netcat-openbsd: nc
. /lab/tools.sh
network
mkdir -p /var/lib/softether /var/log/softether /run/softether
cd /lab
vpnserver start > /lab/start.log 2>&1 || true
wait_for vpncmd localhost:5555 /SERVER /CMD ServerInfoGet
command() { vpncmd localhost:5555 /SERVER ${ADMIN:+/PASSWORD:$ADMIN} "$@" > /lab/command.log 2>&1 || fail "$(cat /lab/command.log)"; }
command /CMD ServerPasswordSet sesame
ADMIN=sesame
command /CMD HubCreate OFFICE /PASSWORD:none
command /CMD HubDelete DEFAULT
for user in alice bob; do
    command /ADMINHUB:OFFICE /CMD UserCreate $user /GROUP:none /REALNAME:none /NOTE:none
    command /ADMINHUB:OFFICE /CMD UserPasswordSet $user /PASSWORD:correct-horse
done
cat > /lab/rsyslog.conf <<END
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="514")
*.* action(type="omfile" file="$OUT/syslog.log" template="RSYSLOG_TraditionalFileFormat")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &

QUIET=25
refresh() {
    cp /var/log/softether/server_log/vpn_*.log "$OUT/server.log" 2> /dev/null || :
    cp /var/log/softether/security_log/OFFICE/sec_*.log "$OUT/security.log" 2> /dev/null || :
}

# --- the client -------------------------------------------------------------------------------------------------------
in_clients vpnclient start > /lab/client.log 2>&1 || true
client() { in_clients vpncmd localhost /CLIENT "$@"; }
ask() { client /CMD "$@" || true; }
wait_for client /CMD VersionGet
client /CMD NicCreate lab > /lab/client.log 2>&1 || fail "$(cat /lab/client.log)"
# logon FROM SERVER USER PASSWORD
logon() {
    in_clients ip route replace "$2" dev client src "$1"
    # Each step may fail, the next ones are needed all the same.
    ask AccountCreate try /SERVER:"$2:443" /HUB:"${HUB:-OFFICE}" /USERNAME:"$3" /NICNAME:lab
    ask AccountPasswordSet try /PASSWORD:"$4" /TYPE:standard
    ask AccountRetrySet try /NUM:0 /INTERVAL:5
    ask AccountConnect try
    sleep 5
    ask AccountList
    ask AccountDisconnect try
    sleep 1
    ask AccountDelete try
}
outside=203.0.113.50
happens() {
    attempt success password bob 198.51.100.23 'bob on the road' logon 198.51.100.23 198.51.100.1 bob correct-horse
    attempt connection - - 192.0.2.20 'a connection without a word' in_clients nc -s 192.0.2.20 -w 1 -z 192.0.2.1 443
    for guess in summer1 summer2 summer3; do
        attempt failure password alice $outside 'guessing: alice' logon $outside 203.0.113.1 alice $guess
    done
    attempt failure password root $outside 'guessing: a name that does not exist' logon $outside 203.0.113.1 root toor
    attempt success password alice $outside 'guessing: the right password of alice' logon $outside 203.0.113.1 alice correct-horse
    attempt failure password alice $outside 'a hub that does not exist' \
        elsewhere $outside 203.0.113.1 alice correct-horse
    attempt failure password administrator $outside 'a wrong password of the administrator' \
        administrator $outside 203.0.113.1 wrong
    attempt success password administrator 10.30.0.20 'the administrator' administrator 10.30.0.20 10.30.0.1 sesame
}
administrator() {
    in_clients ip route replace "$2" dev client src "$1"
    in_clients timeout 5 vpncmd "$2:5555" /SERVER "/PASSWORD:$3" /CMD HubList
}
elsewhere() { HUB=NOWHERE logon "$@"; }
LOGS='server.log security.log'
happens
# The server writes either to files or to syslog.
cp /var/log/softether/server_log/vpn_*.log "$OUT/server.log"
cp /var/log/softether/security_log/OFFICE/sec_*.log "$OUT/security.log"
refresh() { :; }
command /CMD SyslogEnable 3 /HOST:127.0.0.1:514
LOGS=syslog.log
happens
vpnserver stop > /dev/null 2>&1 || true
in_clients vpnclient stop > /dev/null 2>&1 || true
LOGS='server.log security.log syslog.log'

for log in $LOGS; do
    says $log success 'Successfully authenticated as user|successfully logged in using administration mode'
    says $log failure 'User authentication failed[.] The|was unable to log in|does not exist'
done
daemon="SoftEther VPN $(version softether-vpnserver), $(system)"
describe server.log "$daemon" 'the server'"'"'s log'
describe security.log "$daemon" 'the security log of the hub'
describe syslog.log "$daemon; rsyslog $(version rsyslog)" 'the same once more, through syslog'
finish

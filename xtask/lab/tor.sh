# A Tor hidden service for Remote Desktop, as ShadowLink sets one up; without any network.
#
# folder: network/tor
# needs: tor: tor
# needs: netcat-openbsd: nc
# needs: rsyslog: rsyslogd
# needs: procps: pkill
. /lab/tools.sh
ip link set lo up
cat > /lab/rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on")
*.* action(type="omfile" file="$OUT/syslog.log" template="RSYSLOG_TraditionalFileFormat")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
wait_for test -S /dev/log
# A stand-in for the service behind it.
nc -lk 127.0.0.1 3389 > /dev/null &
mkdir -m 700 /lab/data /lab/service
cat > /lab/torrc <<END
DataDirectory /lab/data
DisableNetwork 1
SocksPort 9050
ControlPort 9051
HiddenServiceDir /lab/service
HiddenServicePort 3389 127.0.0.1:3389
HiddenServicePort 22 127.0.0.1:22
Log notice file $OUT/notices.log
Log info file /lab/info.log
Log notice syslog
END
LOGS='notices.log syslog.log'
QUIET=20
starts() {
    tor -f /lab/torrc > /lab/tor.out 2>&1 &
    sleep 5
}
ends() { pkill -x tor; sleep 3; }
attempt other - - - 'tor starts, with a hidden service for ports 3389 and 22' starts
say "the service: $(cat /lab/service/hostname)"
control() { printf 'AUTHENTICATE ""\r\nGETINFO onions/current\r\nADD_ONION NEW:ED25519-V3 Flags=Detach Port=5900,127.0.0.1:5900\r\nSIGNAL RELOAD\r\nQUIT\r\n' | nc -w 3 127.0.0.1 9051; }
attempt other - - - 'a service for VNC by the control port, and a reload' control
attempt other - - - 'tor ends' ends
cp /lab/info.log "$OUT/info.log"

daemon="Tor $(version tor), $(system)"
describe notices.log "$daemon" 'a hidden service for Remote Desktop; `DisableNetwork`: nobody comes in, and tor would not tell'
describe syslog.log "$daemon; rsyslog $(version rsyslog)" 'the same through syslog'
describe info.log "$daemon" 'the same at level `info`'
finish

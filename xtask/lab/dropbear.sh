# Logons over SSH to Dropbear: password, key, names that do not exist, guessing.
#
# folder: linux/dropbear
# needs: dropbear-bin: dropbear dropbearkey
# needs: openssh-client: ssh ssh-keygen
# needs: rsyslog: rsyslogd
# needs: netcat-openbsd: nc
. /lab/tools.sh
network
cat > /lab/rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on")
auth,authpriv.* action(type="omfile" file="$OUT/traditional.log" template="RSYSLOG_TraditionalFileFormat")
auth,authpriv.* action(type="omfile" file="$OUT/iso.log" template="RSYSLOG_FileFormat")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
wait_for test -S /dev/log
people
dropbearkey -t ed25519 -f /lab/dropbear.key > /dev/null
dropbear -F -r /lab/dropbear.key -p 22 -P /lab/dropbear.pid &
wait_for nc -z 127.0.0.1 22
askpass
sleep 1
LOGS='traditional.log iso.log'
outside=203.0.113.50
attempt success publickey bob 10.30.0.20 'bob at work, by key' with_key 10.30.0.20 10.30.0.1 bob
attempt connection - - 192.0.2.20 'a connection without a word' in_clients nc -s 192.0.2.20 -w 1 -z 192.0.2.1 22
attempt failure password admin $outside 'guessing: a name that does not exist' with password $outside 203.0.113.1 admin 123456
attempt failure password root $outside 'guessing: root, three passwords' with password $outside 203.0.113.1 root 'toor root 123456'
attempt failure password alice $outside 'guessing: alice' with password $outside 203.0.113.1 alice 'summer1 summer2'
attempt success password alice $outside 'guessing: the right password of alice' with password $outside 203.0.113.1 alice $password
attempt failure publickey alice 198.51.100.9 'the key of bob for the account of alice' with_key 198.51.100.9 198.51.100.1 alice
attempt success publickey bob 2001:db8::50 'bob over IPv6' with_key 2001:db8::50 2001:db8::1 bob
for log in $LOGS; do
    says $log success 'auth succeeded for'
    says $log failure 'Bad password attempt|Login attempt for nonexistent|Exit before auth'
done
daemon="Dropbear $(version dropbear-bin), $(system); rsyslog $(version rsyslog)"
describe traditional.log "$daemon" 'RSYSLOG_TraditionalFileFormat'
describe iso.log "$daemon" 'the same, RSYSLOG_FileFormat'
finish

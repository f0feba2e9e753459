# fail2ban watching a real sshd: found, banned, unbanned, ignored, banned again.
#
# folder: linux/fail2ban
# needs: fail2ban: fail2ban-server fail2ban-client
# needs: openssh-server: sshd
# needs: openssh-client: ssh ssh-keygen
# needs: rsyslog: rsyslogd
# needs: netcat-openbsd: nc
# needs: sudo: sudo
. /lab/tools.sh
network
cat > /lab/rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on")
auth,authpriv.* action(type="omfile" file="/var/log/auth.log" template="RSYSLOG_TraditionalFileFormat")
:programname, startswith, "fail2ban" action(type="omfile" file="$OUT/syslog.log" template="RSYSLOG_TraditionalFileFormat")
END
touch /var/log/auth.log "$OUT/syslog.log"
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
wait_for test -S /dev/log
people
ssh_server < /dev/null

# fail2ban TARGET: bans are only written down, nothing is filtered.
watch() {
    mkdir -p /run/fail2ban
    printf '[Definition]\nactionban =\nactionunban =\n' > /etc/fail2ban/action.d/lab.conf
    printf '[Definition]\nlogtarget = %s\nsyslogsocket = /dev/log\ndbfile = None\nloglevel = INFO\n' "$1" \
        > /etc/fail2ban/fail2ban.local
    rm -f /etc/fail2ban/jail.d/*
    cat > /etc/fail2ban/jail.d/lab.local <<END
[DEFAULT]
banaction = lab
banaction_allports = lab
ignoreip = 127.0.0.1/8 10.30.0.0/24
maxretry = 3
findtime = 300
bantime = 15
[sshd]
enabled = true
backend = polling
logpath = /var/log/auth.log
[recidive]
enabled = $2
backend = polling
logpath = $OUT/fail2ban.log
maxretry = 2
findtime = 300
bantime = 3600
END
    fail2ban-server -xf start > /lab/fail2ban.out 2>&1 &
    wait_for fail2ban-client ping
    sleep 2
}
QUIET=30
outside=203.0.113.50
guess() { with password "$1" "$2" "$3" "$4"; }
happens() {
    attempt success password alice $outside 'alice, her password at once' guess $outside 203.0.113.1 alice $password
    attempt failure password alice 10.30.0.20 'alice mistypes; the company is not counted' guess 10.30.0.20 10.30.0.1 alice wrong
    attempt failure password root 203.0.113.66 'guessing: root, three passwords, a ban' \
        guess 203.0.113.66 203.0.113.1 root 'toor root 123456'
    attempt failure password admin 203.0.113.66 'guessing goes on, since nothing is filtered here' \
        guess 203.0.113.66 203.0.113.1 admin admin
    attempt failure password bob 2001:db8::50 'guessing over IPv6, a ban' \
        guess 2001:db8::50 2001:db8::1 bob 'a b c'
    attempt other - - - 'time passes: the bans end' sleep 25
    attempt failure password root 203.0.113.66 'guessing again, another ban' \
        guess 203.0.113.66 203.0.113.1 root 'toor root 123456'
    attempt other - - 198.51.100.23 'banned by hand' fail2ban-client set sshd banip 198.51.100.23
    attempt other - - 198.51.100.23 'unbanned by hand' fail2ban-client set sshd unbanip 198.51.100.23
}
LOGS=fail2ban.log
touch "$OUT/fail2ban.log"
watch "$OUT/fail2ban.log" true
happens
fail2ban-client stop > /dev/null
sleep 2
LOGS=syslog.log
watch SYSLOG false
happens
fail2ban-client stop > /dev/null
sleep 1

LOGS='fail2ban.log syslog.log'
for log in $LOGS; do
    says $log failure 'Found|Ignore|Ban|already banned'
done
daemon="fail2ban $(version fail2ban), OpenSSH $(version openssh-server), $(system)"
describe fail2ban.log "$daemon" 'jails `sshd` and `recidive`: found, ignored, banned, unbanned'
describe syslog.log "$daemon; rsyslog $(version rsyslog)" 'the same through syslog, `sshd` alone'
finish

# The kernel's audit trail of logons over SSH, sudo, su and new accounts; raw, enriched, through syslog and as Laurel's
# JSON.
#
# The kernel has one audit trail for the whole machine: this lab refuses to run where an auditd runs already, takes
# rules that match nothing but its own processes, and switches the trail off at the end. PAM tells the trail of each
# logon on the machine: run no other lab meanwhile.
#
# folder: linux/auditd
# processes: shared
# needs: auditd: auditd auditctl
# needs: audispd-plugins: audisp-syslog
# needs: laurel: laurel
# needs: rsyslog: rsyslogd
# needs: openssh-server: sshd
# needs: openssh-client: ssh ssh-keygen
# needs: sudo: sudo
# needs: netcat-openbsd: nc
. /lab/tools.sh
[ "$(auditctl -s | sed -n 's/^pid //p')" = 0 ] || fail 'an auditd runs on this machine already'
started=
end() {
    auditctl -D -k lab > /dev/null 2>&1 || true
    auditctl -e 0 > /dev/null 2>&1 || true
    # shellcheck disable=SC2086 # process ids
    [ -z "$started" ] || kill $started 2> /dev/null || true
    [ ! -e /lab/sshd.pid ] || kill "$(cat /lab/sshd.pid)" 2> /dev/null || true
}
trap end EXIT
trap 'exit 1' INT TERM
network

# Only the syslog plugin of auditd writes to this log.
cat > /lab/rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on")
if \$programname startswith "audi" then action(type="omfile" file="$OUT/syslog.log" template="RSYSLOG_TraditionalFileFormat")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
started=$!
wait_for test -S /dev/log
people
ssh_server < /dev/null
TERMINAL=force

# audit FORMAT NAMES LOG PLUGIN
audit() {
    mkdir -p /lab/audit/plugins.d
    rm -f /lab/audit/plugins.d/*
    cat > /lab/audit/auditd.conf <<END
log_file = $OUT/$3
log_format = $1
name_format = $2
name = gw-lab
flush = INCREMENTAL
freq = 1
max_log_file = 8
num_logs = 2
max_log_file_action = IGNORE
space_left = 2
admin_space_left = 1
space_left_action = IGNORE
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
plugin_dir = /lab/audit/plugins.d
end_of_event_timeout = 1
END
    printf 'active = yes\ndirection = out\ntype = always\nformat = string\npath = %s\nargs = %s\n' "${4%% *}" "${4#* }" \
        > /lab/audit/plugins.d/plugin.conf
    chmod 640 /lab/audit/auditd.conf /lab/audit/plugins.d/plugin.conf
    auditd -n -c /lab/audit &
    auditd=$!
    started="$started $auditd"
    wait_for sh -c 'auditctl -s | grep -q "^enabled 1"'
    # What people do after their logon, and what reaches sshd.
    auditctl -a always,exit -F arch=b64 -S execve -F auid'>='1000 -F auid!=-1 -k lab > /lab/auditctl.log
    auditctl -a always,exit -F arch=b64 -S accept,accept4 -F exe=/usr/sbin/sshd -k lab > /lab/auditctl.log
    auditctl -w /etc/passwd -p wa -k lab > /lab/auditctl.log
}
audit_ends() {
    auditctl -D -k lab > /lab/auditctl.log
    auditctl -e 0 > /lab/auditctl.log
    kill $auditd
    wait $auditd || true
}

outside=203.0.113.50
happens() {
    attempt success publickey bob 2001:db8::50 'bob from a hotel, by key over IPv6' with_key 2001:db8::50 2001:db8::1 bob
    attempt connection - - 192.0.2.20 'a connection without a word' in_clients nc -s 192.0.2.20 -w 1 -z 192.0.2.1 22
    for user in admin "root acct=alice"; do
        attempt failure password "$user" $outside 'guessing: a name that does not exist' \
            with password $outside 203.0.113.1 "$user" 123456
    done
    attempt failure password root $outside 'guessing: root, three passwords' \
        with password $outside 203.0.113.1 root 'toor root 123456'
    attempt failure password alice $outside 'guessing: alice' with password $outside 203.0.113.1 alice summer1
    attempt success password alice $outside 'guessing: the right password of alice, then a new account' \
        with password $outside 203.0.113.1 alice $password \
        "id; echo $password | sudo -S -p '' useradd --create-home $1"
    attempt failure publickey alice 198.51.100.9 'the key of bob for the account of alice' \
        with_key 198.51.100.9 198.51.100.1 alice
    attempt success keyboard-interactive carol 10.30.0.20 'carol at work; she mistypes the password of alice for su' \
        with keyboard-interactive 10.30.0.20 10.30.0.1 carol $password 'echo wrong | su -c true alice'
}

LOGS='raw.log syslog.log'
audit RAW NONE raw.log '/sbin/audisp-syslog LOG_INFO'
happens mallory
audit_ends

LOGS='enriched.log laurel.log'
id _laurel > /dev/null || useradd --system --no-create-home _laurel
printf '%s\n' 'directory = "/var/log/laurel"' 'user = "_laurel"' 'statusreport-period = 0' '[auditlog]' \
    'file = "audit.log"' 'size = 5000000' 'generations = 2' > /lab/laurel.toml
refresh() { cp /var/log/laurel/audit.log "$OUT/laurel.log" 2> /dev/null || : > "$OUT/laurel.log"; }
audit ENRICHED USER enriched.log '/usr/sbin/laurel --config /lab/laurel.toml'
happens trudy
audit_ends
refresh

daemon="auditd $(version auditd), $(system), Linux $(uname -r | sed 's/-.*//')"
for log in raw.log syslog.log enriched.log; do
    says $log success 'type=(USER_LOGIN|USER_START) .* terminal=(ssh|/dev/pts/[0-9]+) res=success'
    says $log failure 'type=USER_(LOGIN|AUTH|ERR) .* res=failed'
done
says laurel.log success '"USER_(LOGIN|START)".* terminal=(ssh|/dev/pts/[0-9]+) res=success'
says laurel.log failure '"USER_(LOGIN|AUTH|ERR)".* res=failed'
describe raw.log "$daemon" 'sshd, sudo, su, useradd; `log_format = RAW`'
describe syslog.log "$daemon; audisp-syslog; rsyslog $(version rsyslog)" 'the same, through syslog'
describe enriched.log "$daemon" 'the same once more, `log_format = ENRICHED`, with a node name'
describe laurel.log "$daemon; Laurel $(version laurel)" 'the same as enriched.log, JSON'
finish

# Logons over SSH: password, key, one-time code, guessing; the authentication log in every form that syslog and the
# journal give it.
#
# folder: linux/openssh
# needs: openssh-server: sshd
# needs: openssh-client: ssh ssh-keygen
# needs: rsyslog: rsyslogd
# needs: systemd: journalctl /lib/systemd/systemd-journald
# needs: sudo: sudo
# needs: libpam-google-authenticator: google-authenticator
# needs: oathtool: oathtool
# needs: netcat-openbsd: nc
. /lab/tools.sh
network

# --- the log ----------------------------------------------------------------------------------------------------------
mkdir -p /run/systemd/journal /run/log/journal
printf '[Journal]\nStorage=volatile\nForwardToSyslog=yes\nReadKMsg=no\nAudit=no\nCompress=no\nRateLimitIntervalSec=0\n' \
    > /etc/systemd/journald.conf
/lib/systemd/systemd-journald > /lab/journald.log 2>&1 &
wait_for test -S /run/systemd/journal/dev-log
ln -sf /run/systemd/journal/dev-log /dev/log

cat > /lab/rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/run/systemd/journal/syslog" CreatePath="on")
template(name="priority-iso" type="string" string="<%PRI%>%TIMESTAMP:::date-rfc3339% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg:::drop-last-lf%\n")
auth,authpriv.* action(type="omfile" file="$OUT/traditional.log" template="RSYSLOG_TraditionalFileFormat")
auth,authpriv.* action(type="omfile" file="$OUT/iso.log" template="RSYSLOG_FileFormat")
auth,authpriv.* action(type="omfile" file="$OUT/rfc5424.log" template="RSYSLOG_SyslogProtocol23Format")
auth,authpriv.* action(type="omfile" file="$OUT/priority-iso.log" template="priority-iso")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
wait_for test -S /run/systemd/journal/syslog
LOGS='traditional.log iso.log rfc5424.log priority-iso.log
    journal.json journal-short.log journal-short-iso.log journal-short-precise.log journal-short-iso-precise.log'
export_journal() {
    journalctl -D /run/log/journal --facility=auth,authpriv -q --no-pager --all -o "$1" > "$OUT/$2"
}
refresh() {
    journalctl --sync 2> /dev/null || true
    export_journal json journal.json
    for form in short short-iso short-precise short-iso-precise; do
        export_journal $form journal-$form.log
    done
}

# --- the people -------------------------------------------------------------------------------------------------------
people
# carol needs a one-time code besides her password.
runuser -u carol -- google-authenticator --time-based --disallow-reuse --force --no-rate-limit --window-size=3 \
    --no-confirm --quiet --qr-mode=none
code() { oathtool --totp --base32 "$(head -n 1 /home/carol/.google_authenticator)"; }
cat > /etc/pam.d/sshd <<END
auth required pam_env.so
@include common-auth
auth required pam_google_authenticator.so nullok
account required pam_nologin.so
@include common-account
session required pam_loginuid.so
@include common-session
END

ssh_server <<END
MaxAuthTries 4
PermitRootLogin prohibit-password
DenyUsers backup
Match User carol
    AuthenticationMethods keyboard-interactive
END

# --- what happens -----------------------------------------------------------------------------------------------------
outside=203.0.113.50
attempt success publickey bob 10.30.0.20 'bob at work, by key' with_key 10.30.0.20 10.30.0.1 bob
attempt success password alice 10.30.0.20 'alice at work, then sudo' \
    with password 10.30.0.20 10.30.0.1 alice $password "echo $password | sudo -S -p '' id"
attempt failure password alice 10.30.0.20 'alice mistypes once' \
    with password 10.30.0.20 10.30.0.1 alice wrong-once

attempt connection - - 192.0.2.20 'a connection without a word' in_clients nc -s 192.0.2.20 -w 1 -z 192.0.2.1 22
http() { echo 'GET / HTTP/1.1' | in_clients nc -s 192.0.2.20 -w 2 192.0.2.1 22; }
attempt connection - - 192.0.2.20 'HTTP at the door of SSH' http
attempt connection - - 192.0.2.20 'no common key exchange' \
    client -b 192.0.2.20 -o KexAlgorithms=diffie-hellman-group1-sha1 192.0.2.1 true

for user in admin oracle ubuntu; do
    attempt failure password $user $outside 'guessing: a name that does not exist' \
        with password $outside 203.0.113.1 $user 123456
done
attempt failure none nonexistentuser_1 $outside 'guessing: gives up before a password' \
    client -b $outside -l nonexistentuser_1 -o BatchMode=yes -o PubkeyAuthentication=no 203.0.113.1 true
attempt failure password root $outside 'guessing: root, three passwords' \
    with password $outside 203.0.113.1 root 'toor root 123456'
attempt failure password alice $outside 'guessing: alice, more passwords than the server takes' \
    with password $outside 203.0.113.1 alice 'summer1 summer2 summer3 summer4 summer5 summer6'
attempt failure password backup $outside 'guessing: a name that the configuration refuses' \
    with password $outside 203.0.113.1 backup 'backup backup1'
attempt success password alice $outside 'guessing: the right password of alice' \
    with password $outside 203.0.113.1 alice $password \
    "echo $password | sudo -S -p '' useradd --create-home mallory"

attempt failure keyboard-interactive/pam carol 198.51.100.9 'a wrong one-time code' \
    with keyboard-interactive 198.51.100.9 198.51.100.1 carol "$password 000000"
attempt success keyboard-interactive/pam carol 198.51.100.23 'password and one-time code' \
    with keyboard-interactive 198.51.100.23 198.51.100.1 carol "$password $(code)"
attempt failure keyboard-interactive/pam bob 198.51.100.9 'a wrong password, asked by PAM' \
    with keyboard-interactive 198.51.100.9 198.51.100.1 bob letmein

named() { with password $outside 203.0.113.1 "$1" x; }
attempt failure password 'root from 192.0.2.99 port 22 ssh2' $outside 'a name like the end of the line' \
    named 'root from 192.0.2.99 port 22 ssh2'
attempt failure password 'invalid user x from 10.30.0.7' $outside 'a name like another message' \
    named 'invalid user x from 10.30.0.7'
attempt failure password '' $outside 'an empty name' named ''

attempt success publickey bob 2001:db8::50 'bob from a hotel, by key over IPv6' with_key 2001:db8::50 2001:db8::1 bob
attempt failure publickey alice 198.51.100.9 'the key of bob for the account of alice' \
    with_key 198.51.100.9 198.51.100.1 alice
refused_sudo() { runuser -u bob -- sh -c "echo $password | sudo -S -p '' cat /etc/shadow"; }
attempt other - bob - 'sudo by someone who may not' refused_sudo
refused_su() { echo wrong | runuser -u bob -- su -c true alice; }
attempt other - bob - 'su with a wrong password' refused_su
attempt other - root - 'the account that the intruder made is removed' userdel --remove mallory

# --- the end ----------------------------------------------------------------------------------------------------------
daemon="OpenSSH $(version openssh-server), $(system)"
rsyslog="rsyslog $(version rsyslog)"
journal="systemd-journald $(version systemd)"
for log in $LOGS; do
    says "$log" success 'Accepted [^ ]+ for'
    says "$log" failure 'Failed [^ ]+ for|maximum authentication attempts|Connection (closed|reset) by (authenticating|invalid) user|Disconnected from (authenticating|invalid) user'
done
describe traditional.log "$daemon; $rsyslog" 'RSYSLOG_TraditionalFileFormat'
describe iso.log "$daemon; $rsyslog" 'the same, RSYSLOG_FileFormat'
describe rfc5424.log "$daemon; $rsyslog" 'the same, RSYSLOG_SyslogProtocol23Format'
describe priority-iso.log "$daemon; $rsyslog" 'the same, priority in front as a relay gets it'
describe journal.json "$daemon; $journal" 'the same, `journalctl -o json --all`'
for form in short short-iso short-precise short-iso-precise; do
    describe journal-$form.log "$daemon; $journal" "the same, \`journalctl -o $form\`"
done
finish

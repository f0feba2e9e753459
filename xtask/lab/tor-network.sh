# A small onion network on the loopback: a hidden service for SSH, logons through it, and what sshd sees of them.
#
# folder: network/tor-network
# needs: tor: tor tor-gencert
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
auth,authpriv.* action(type="omfile" file="$OUT/auth.log" template="RSYSLOG_TraditionalFileFormat")
END
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
wait_for test -S /dev/log
people
ssh_server < /dev/null

# Three authorities, three relays; all at 127.0.0.1.
mkdir /lab/tor
: > /lab/tor/authorities
node() {
    folder=/lab/tor/$1
    mkdir -p -m 700 "$folder/keys"
    cat > "$folder/torrc" <<END
TestingTorNetwork 1
DataDirectory $folder
Nickname $1
Address 127.0.0.1
SocksPort 0
ShutdownWaitLength 0
AssumeReachable 1
PathsNeededToBuildCircuits 0.25
TestingV3AuthInitialVotingInterval 20
TestingV3AuthInitialVoteDelay 4
TestingV3AuthInitialDistDelay 4
V3AuthVotingInterval 20
V3AuthVoteDelay 4
V3AuthDistDelay 4
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteExit *
ContactInfo lab@lab.example
Log notice file $folder/notices.log
END
}
for number in 1 2 3; do
    node authority$number
    folder=/lab/tor/authority$number
    printf '%s\n' "ORPort 500$number" "DirPort 700$number" 'AuthoritativeDirectory 1' 'V3AuthoritativeDirectory 1' \
        'ExitPolicy reject *:*' >> $folder/torrc
    echo secret | tor-gencert --create-identity-key -m 12 -a 127.0.0.1:700$number --passphrase-fd 0 \
        -i $folder/keys/authority_identity_key -s $folder/keys/authority_signing_key \
        -c $folder/keys/authority_certificate > /lab/gencert.log 2>&1
    identity=$(sed -n 's/^fingerprint //p' $folder/keys/authority_certificate)
    # Its fingerprint is not known before its keys are made; any authority will do for that.
    fingerprint=$(tor --quiet -f $folder/torrc --list-fingerprint --dirauthority \
        "x orport=1 v3ident=$identity 127.0.0.1:1 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF" | cut -d' ' -f2- | tr -d ' \n')
    echo "DirAuthority authority$number orport=500$number no-v2 v3ident=$identity 127.0.0.1:700$number $fingerprint" \
        >> /lab/tor/authorities
done
for number in 4 5 6; do
    node relay$number
    printf '%s\n' "ORPort 500$number" 'ExitPolicy accept *:*' 'ExitRelay 1' >> /lab/tor/relay$number/torrc
done
node service
printf '%s\n' 'HiddenServiceDir /lab/tor/service/onion' 'HiddenServicePort 22 127.0.0.1:22' \
    'HiddenServicePort 3389 127.0.0.1:3389' 'Log info file /lab/tor/service/info.log' >> /lab/tor/service/torrc
mkdir -m 700 /lab/tor/service/onion
node visitor
sed -i 's/^SocksPort 0/SocksPort 9150/' /lab/tor/visitor/torrc
for folder in /lab/tor/*/; do
    cat /lab/tor/authorities >> "$folder/torrc"
    tor -f "$folder/torrc" > "$folder/out" 2>&1 &
done
for name in service visitor; do
    tries=0
    until grep -q 'Bootstrapped 100%' /lab/tor/$name/notices.log 2> /dev/null; do
        sleep 1
        tries=$((tries + 1))
        [ $tries -lt 180 ] || fail "$name does not start: $(tail -n 5 /lab/tor/*/notices.log)"
    done
done
onion=$(cat /lab/tor/service/onion/hostname)
refresh() {
    cp /lab/tor/service/notices.log "$OUT/service.log"
    cp /lab/tor/visitor/notices.log "$OUT/visitor.log"
}
LOGS='auth.log service.log visitor.log'
QUIET=20
# The first visit waits until the descriptor of the service is there.
tries=0
until nc -X 5 -x 127.0.0.1:9150 -z "$onion" 22 2> /dev/null || [ $tries -gt 40 ]; do
    sleep 3
    tries=$((tries + 1))
done
through() {
    echo "$2" | tr ' ' '\n' > /lab/answers
    env SSH_ASKPASS=/lab/askpass SSH_ASKPASS_REQUIRE=force ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o LogLevel=ERROR -o PreferredAuthentications=password -o NumberOfPasswordPrompts="$(wc -l < /lab/answers)" \
        -o "ProxyCommand=nc -X 5 -x 127.0.0.1:9150 %h %p" -l "$1" "$onion" true
}
attempt failure password alice 127.0.0.1 'through the onion network: guessing' through alice 'summer1 summer2'
attempt failure password admin 127.0.0.1 'through the onion network: a name that does not exist' through admin admin
attempt success password alice 127.0.0.1 'through the onion network: the right password' through alice $password
says auth.log success 'Accepted [^ ]+ for'
says auth.log failure 'Failed [^ ]+ for'
refresh
grep -iE 'rendezvous|introduc|service|circuit' /lab/tor/service/info.log | head -n 300 > "$OUT/service-info.log"
daemon="Tor $(version tor), $(system)"
describe auth.log "OpenSSH $(version openssh-server), $(system); rsyslog $(version rsyslog)" 'logons through a hidden service: they come from the loopback'
describe service.log "$daemon" 'notices of the tor that holds the service: nothing of the visits'
describe service-info.log "$daemon" 'the same at level `info`, a part'
describe visitor.log "$daemon" 'notices of the tor of the visitor'
finish

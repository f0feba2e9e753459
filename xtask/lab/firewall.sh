# Packet filters that log: iptables and nftables through the kernel's log, NFLOG through ulogd.
#
# The kernel's log is that of the whole machine; only lines that our filters wrote are kept.
#
# folder: network/firewall
# kernel log: yes
# needs: iptables: iptables ip6tables
# needs: nftables: nft
# needs: ulogd2: ulogd
# needs: ulogd2-json: /usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_JSON.so
# needs: rsyslog: rsyslogd
# needs: netcat-openbsd: nc
# needs: iputils-ping: ping
. /lab/tools.sh
network
cat > /lab/rsyslog.conf <<END
module(load="imklog" LogPath="/proc/kmsg" KeepKernelTimestamp="on" PermitNonKernelFacility="on")
if \$msg contains " IN=server " and (\$msg contains "[UFW " or \$msg contains "lab-") then {
    action(type="omfile" file="$OUT/kernel-traditional.log" template="RSYSLOG_TraditionalFileFormat")
    action(type="omfile" file="$OUT/kernel-iso.log" template="RSYSLOG_FileFormat")
}
END
# What earlier runs left there.
timeout 1 cat /proc/kmsg > /lab/kmsg || true
touch "$OUT/kernel-traditional.log" "$OUT/kernel-iso.log"
rsyslogd -n -f /lab/rsyslog.conf -i /lab/rsyslog.pid &
modules=/usr/lib/x86_64-linux-gnu/ulogd
cat > /lab/ulogd.conf <<END
[global]
logfile="/lab/ulogd.log"
$(for name in inppkt_NFLOG filter_IFINDEX filter_IP2STR filter_HWHDR filter_PRINTPKT raw2packet_BASE output_LOGEMU output_JSON; do
    echo "plugin=\"$modules/ulogd_$name.so\""
done)
stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,emu1:LOGEMU
stack=log2:NFLOG,base2:BASE,ifi2:IFINDEX,ip2str2:IP2STR,mac2str2:HWHDR,json2:JSON
[log1]
group=1
[log2]
group=2
[emu1]
file="$OUT/ulogd.log"
sync=1
[json2]
file="$OUT/ulogd.json"
sync=1
timestamp=1
END
ulogd -d -c /lab/ulogd.conf

for tables in iptables ip6tables; do
    $tables -A INPUT -i server -p tcp --dport 22 --syn -j LOG --log-prefix '[UFW ALLOW] '
    $tables -A INPUT -i server -p tcp --dport 22 --syn -j NFLOG --nflog-group 1 --nflog-prefix '[UFW ALLOW] '
    $tables -A INPUT -i server -p tcp --dport 22 --syn -j NFLOG --nflog-group 2 --nflog-prefix 'allow'
    $tables -A INPUT -i server -p tcp --dport 22 -j ACCEPT
    $tables -A INPUT -i server -p tcp --dport 3389 -j LOG --log-prefix '[UFW BLOCK] ' --log-ip-options --log-tcp-options
    $tables -A INPUT -i server -p tcp --dport 3389 -j NFLOG --nflog-group 1 --nflog-prefix '[UFW BLOCK] '
    $tables -A INPUT -i server -p tcp --dport 3389 -j NFLOG --nflog-group 2 --nflog-prefix 'block'
    $tables -A INPUT -i server -p tcp --dport 3389 -j DROP
    $tables -A INPUT -i server -p udp --dport 1194 -j LOG --log-prefix 'lab-vpn: ' --log-level info
done
nft -f - <<END
table inet lab {
    chain input {
        type filter hook input priority 10
        iifname server tcp dport 5900-5903 ct state new log prefix "lab-vnc: " reject
        iifname server tcp dport { 2375, 6443, 10250 } log prefix "lab-container: " flags all drop
        iifname server icmp type echo-request log prefix "lab-ping: "
    }
}
END
LOGS='kernel-traditional.log kernel-iso.log ulogd.log ulogd.json'
QUIET=15
nc -lk 22 &
knock() { in_clients nc -s "$1" -w 1 -z "$2" "$3"; }
outside=203.0.113.50
attempt connection - - 10.30.0.20 'SSH: let in' knock 10.30.0.20 10.30.0.1 22
attempt connection - - $outside 'SSH: let in' knock $outside 203.0.113.1 22
attempt connection - - $outside 'Remote Desktop: dropped' knock $outside 203.0.113.1 3389
attempt connection - - 2001:db8::50 'Remote Desktop over IPv6: dropped' knock 2001:db8::50 2001:db8::1 3389
for port in 5900 5901; do
    attempt connection - - 198.51.100.9 'VNC: rejected' knock 198.51.100.9 198.51.100.1 $port
done
for port in 2375 6443 10250; do
    attempt connection - - 192.0.2.77 "port $port of containers: dropped" knock 192.0.2.77 192.0.2.1 $port
done
datagram() { echo hello | in_clients nc -u -s 203.0.113.99 -w 1 203.0.113.1 1194; }
attempt connection - - 203.0.113.99 'a datagram to the port of OpenVPN' datagram
attempt connection - - 203.0.113.99 'a ping' in_clients ping -c 1 -W 1 -I 203.0.113.99 203.0.113.1

kernel="Linux $(uname -r | sed 's/-.*//'), $(system)"
describe kernel-traditional.log "$kernel; rsyslog $(version rsyslog)" '`LOG` of iptables and `log` of nftables'
describe kernel-iso.log "$kernel; rsyslog $(version rsyslog)" 'the same, RSYSLOG_FileFormat'
describe ulogd.log "ulogd $(version ulogd2), $(system)" '`NFLOG` of iptables as LOGEMU writes it'
describe ulogd.json "ulogd $(version ulogd2), $(system)" 'the same, JSON'
finish

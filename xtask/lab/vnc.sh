# VNC servers (TigerVNC, x11vnc with libvncserver) and their clients: right and wrong passwords, none at all, guessing.
#
# folder: network/vnc
# needs: tigervnc-standalone-server: Xtigervnc
# needs: tigervnc-tools: tigervncpasswd
# needs: x11vnc: x11vnc
# needs: xvfb: Xvfb
# needs: openssl: openssl
# needs: netcat-openbsd: nc
# needs: python3-minimal: python3
. /lab/tools.sh
network

rfb_client
outside=203.0.113.50
happens() {
    port=$1
    attempt success password - 10.30.0.20 'the right password, from the company' rfb 10.30.0.20 10.30.0.1 "$port" password rowboat
    attempt connection - - 192.0.2.20 'a connection without a word' in_clients nc -s 192.0.2.20 -w 1 -z 192.0.2.1 "$port"
    for guess in 123456 password vnc; do
        attempt failure password - $outside "guessing: $guess" rfb $outside 203.0.113.1 "$port" password $guess
    done
    attempt success password - $outside 'guessing: the right password' rfb $outside 203.0.113.1 "$port" password rowboat
    attempt failure none - 198.51.100.9 'no password where one is asked for' rfb 198.51.100.9 198.51.100.1 "$port" none
    attempt success password - 2001:db8::50 'over IPv6' rfb 2001:db8::50 2001:db8::1 "$port" password rowboat
}
printf 'rowboat\nrowboat\nn\n' | tigervncpasswd /lab/passwd > /dev/null

LOGS=tigervnc.log
Xtigervnc :1 -desktop gw-lab:1 -geometry 640x480 -depth 24 -rfbauth /lab/passwd -localhost=0 -rfbport 5901 \
    -SecurityTypes VncAuth -BlacklistThreshold 20 > "$OUT/tigervnc.log" 2>&1 &
wait_for nc -z 127.0.0.1 5901
sleep 1
happens 5901

LOGS=tigervnc-blacklist.log
Xtigervnc :2 -desktop gw-lab:2 -geometry 640x480 -depth 24 -rfbauth /lab/passwd -localhost=0 -rfbport 5902 \
    -SecurityTypes VncAuth -BlacklistThreshold 3 > "$OUT/tigervnc-blacklist.log" 2>&1 &
wait_for nc -z 127.0.0.1 5902
sleep 1
for guess in 1 2 3 4 5; do
    attempt failure password - $outside "guessing until the server takes no more: $guess" \
        rfb $outside 203.0.113.1 5902 password $guess
done

LOGS=tigervnc-open.log
Xtigervnc :3 -desktop gw-lab:3 -geometry 640x480 -depth 24 -localhost=0 -rfbport 5903 \
    -SecurityTypes None > "$OUT/tigervnc-open.log" 2>&1 &
wait_for nc -z 127.0.0.1 5903
sleep 1
attempt success none - $outside 'a server that asks for no password' rfb $outside 203.0.113.1 5903 none

# Names and passwords of the system.
for user in alice bob; do useradd "$user" && echo "$user:correct-horse" | chpasswd; done
LOGS=tigervnc-plain.log
Xtigervnc :4 -desktop gw-lab:4 -geometry 640x480 -depth 24 -localhost=0 -rfbport 5906 -SecurityTypes Plain \
    -PlainUsers '*' -PAMService login > "$OUT/tigervnc-plain.log" 2>&1 &
wait_for nc -z 127.0.0.1 5906
sleep 1
attempt failure password alice $outside 'a name of the system, a wrong password' \
    rfb $outside 203.0.113.1 5906 plain wrong alice
attempt failure password mallory $outside 'a name that does not exist' rfb $outside 203.0.113.1 5906 plain wrong mallory
attempt success password alice 198.51.100.23 'name and password of the system' \
    rfb 198.51.100.23 198.51.100.1 5906 plain correct-horse alice

Xvfb :9 -screen 0 640x480x24 > /lab/xvfb.log 2>&1 &
wait_for test -S /tmp/.X11-unix/X9
LOGS=x11vnc.log
x11vnc -storepasswd rowboat /lab/x11vnc.passwd > /dev/null 2>&1
x11vnc -display :9 -rfbauth /lab/x11vnc.passwd -rfbport 5904 -forever -shared -noxdamage -o "$OUT/x11vnc.log" > /dev/null 2>&1 &
wait_for nc -z 127.0.0.1 5904
sleep 2
happens 5904

LOGS=x11vnc-open.log
x11vnc -display :9 -nopw -rfbport 5905 -forever -shared -noxdamage -o "$OUT/x11vnc-open.log" > /dev/null 2>&1 &
wait_for nc -z 127.0.0.1 5905
sleep 2
attempt success none - $outside 'a server that asks for no password' rfb $outside 203.0.113.1 5905 none

for log in tigervnc.log tigervnc-blacklist.log tigervnc-open.log tigervnc-plain.log; do
    says $log success 'VNCSConnST: +Client pixel format'
    says $log failure 'AuthFailureException|Authentication failure|[Bb]lacklisted|security type'
    describe $log "TigerVNC $(version tigervnc-standalone-server), $(system)" "$(case $log in
        tigervnc.log) echo 'classic passwords' ;;
        *-plain.log) echo 'names and passwords of the system (`-SecurityTypes Plain`)' ;;
        *-blacklist.log) echo 'guessing until the server takes no more from the address' ;;
        *) echo '`-SecurityTypes None`' ;;
    esac)"
done
for log in x11vnc.log x11vnc-open.log; do
    says $log success 'Pixel format for client'
    says $log failure 'authentication failed|password check failed|security type'
    describe $log "x11vnc $(version x11vnc), $(system)" "$(case $log in
        x11vnc.log) echo 'classic passwords' ;; *) echo '`-nopw`' ;; esac)"
done
finish

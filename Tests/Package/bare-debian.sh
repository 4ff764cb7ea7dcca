#!/bin/bash
# Installs the package in a fresh Debian 12 without Swift and follows the installation manual word by word: a first referral,
# backup, upgrade, restore.
#
#     Tests/Package/bare-debian.sh FOLDER-WITH-PACKAGE [BASE]
#
# FOLDER is what `make dist` made. BASE is a root that debootstrap made before (it is copied); without it one is made, which
# needs a Debian mirror. Needs root and debootstrap; where they are not to be had it says so and ends with 77.
#
# There is no systemd in such a root: a systemctl of ours starts the program as the unit says, with its user, its environment
# and its NOTIFY_SOCKET, and waits for READY=1.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
dist=$(realpath "${1:?FOLDER-WITH-PACKAGE}")
base=${2:-}

skip() { echo "SKIPPED: $1" >&2; exit 77; }
[ "$(id -u)" = 0 ] || skip "it needs root, for chroot"
[ -n "$base" ] || command -v debootstrap >/dev/null || skip "debootstrap is not installed"
ls "$dist"/legal-aid-gateway_*.deb >/dev/null 2>&1 || { echo "$dist holds no package; run make dist" >&2; exit 1; }

root=$(mktemp -d "${TMPDIR:-/tmp}/bare-debian.XXXXXX")
finish() {
    if [ -f "$root/run/gateway.pid" ]; then kill "$(cat "$root/run/gateway.pid")" 2>/dev/null || true; fi
    for place in proc dev; do mountpoint -q "$root/$place" && umount -l "$root/$place"; done
    rm -rf --one-file-system "$root"
}
trap finish EXIT

if [ -n "$base" ]; then
    cp -a "$base/." "$root/"
else
    debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >/dev/null || skip "no Debian mirror answers"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
mkdir -p "$root/root/release"
cp "$dist"/legal-aid-gateway_*.deb "$dist/SHA256SUMS" "$root/root/release/"

# What the unit says, by hand.
cat >"$root/usr/local/sbin/systemctl" <<'END'
#!/bin/bash
set -eu
unit=/lib/systemd/system/legal-aid-gateway.service
value() { sed -n "s/^$1=//p" "$2" | head -n 1; }
running() { [ -f /run/gateway.pid ] && kill -0 "$(cat /run/gateway.pid)" 2>/dev/null; }
start() {
    running && return
    # shellcheck disable=SC2046
    perl -MIO::Socket::UNIX -MSocket -e '
        my ($user, @command) = @ARGV;
        unlink "/run/gateway.notify";
        my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "/run/gateway.notify") or die "socket: $!";
        chmod 0777, "/run/gateway.notify";
        my (undef, undef, $uid, $gid) = getpwnam $user;
        my $child = fork;
        if (!$child) {
            $( = $gid; $) = "$gid $gid"; $< = $uid; $> = $uid; chdir "/"; umask 0077;
            open STDERR, ">>", "/var/log/gateway-test.log"; open STDIN, "<", "/dev/null"; open STDOUT, ">&STDERR";
            %ENV = (PATH => $ENV{PATH}, LANG => "C.UTF-8", NOTIFY_SOCKET => "/run/gateway.notify");
            exec @command or die;
        }
        open my $file, ">", "/run/gateway.pid"; print $file $child; close $file;
        local $SIG{ALRM} = sub { die "no READY=1 within two minutes\n" };
        local $SIG{CHLD} = sub { die "the gateway ended\n" };
        alarm 120;
        my $text = ""; until ($text =~ /READY=1/) { $socket->recv($text, 4096) }
        exit 0;' "$(value User $unit)" $(value ExecStart $unit)
}
stop() { if running; then kill "$(cat /run/gateway.pid)"; while running; do sleep 0.1; done; fi; rm -f /run/gateway.pid; }
action=$1; shift
names=()
for word; do case $word in --now) now=yes ;; --*) ;; *) names+=("${word%.service}") ;; esac; done
name=${names[0]:-}
case $action-$name in
    enable-legal-aid-gateway) [ -z "${now:-}" ] || start ;;
    enable-legal-aid-gateway-backup.timer) test -f /lib/systemd/system/$name ;;
    start-legal-aid-gateway) start ;;
    stop-legal-aid-gateway) stop ;;
    restart-legal-aid-gateway) stop; start ;;
    reload-legal-aid-gateway) kill -HUP "$(cat /run/gateway.pid)" ;;
    status-legal-aid-gateway) running && echo "active (running)" ;;
    start-legal-aid-gateway-backup)
        cd /
        file=/lib/systemd/system/legal-aid-gateway-backup.service
        # shellcheck disable=SC2046
        runuser -u "$(value User $file)" -- $(value ExecStart $file) ;;
    *) echo "systemctl $action $name: not in this test" >&2; exit 1 ;;
esac
END
printf '#!/bin/sh\ntail -n 5 /var/log/gateway-test.log\n' >"$root/usr/local/bin/journalctl"
chmod 755 "$root/usr/local/sbin/systemctl" "$root/usr/local/bin/journalctl"
touch "$root/var/log/gateway-test.log" && chmod 666 "$root/var/log/gateway-test.log"

inside() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -euc "$1"; }
fail() { echo "FAILED: $1" >&2; tail -n 20 "$root/var/log/gateway-test.log" >&2 || true; exit 1; }

inside 'command -v swift' >/dev/null && fail "there is a Swift in the bare root"

number=0
answers=$root/root/answers
: >"$answers"
# Each block of commands of the manual by itself, from the folder that the release lies in.
while IFS= read -r -d '' block; do
    number=$((number + 1))
    echo "--- block $number"
    printf '%s\n' "$block" | sed 's/^/    /'
    inside "cd /root/release
$block" >"$root/root/answer" 2>&1 || { cat "$root/root/answer" >&2; fail "block $number of the manual"; }
    cat "$root/root/answer" >>"$answers"
    tail -n 4 "$root/root/answer" | cut -c1-200
done < <(perl -0777 -ne 'print "$1\0" while /^```sh\n(.*?)\n```/gms' "$here/config/manuals/installation.zh-CN.md")
[ "$number" -ge 9 ] || fail "the manual has only $number blocks of commands"

grep -q '"applicationNo"' "$answers" || fail "no receipt was given"
grep -q 'everything is in order' "$answers" || fail "check found mistakes"
# What was acknowledged before backup, upgrade and restore is known afterwards: the same receipt.
again=$(inside 'cd / && gateway send /usr/share/legal-aid-gateway/Mappings/court/defence-notice/examples/required-only.gb18030.xml --token-file /root/court-tianning.token')
first=$(grep -m1 -o '"applicationNo" *: *"[^"]*"' "$answers")
case $again in *"$first"*) ;; *) fail "after the restore the first referral is not known: $again" ;; esac
inside 'systemctl stop legal-aid-gateway && apt-get purge --yes legal-aid-gateway >/dev/null && test -e /var/lib/legal-aid-gateway/gateway.sqlite' ||
    fail "removing the package"
echo "PASSED: $number blocks of the manual; $first"

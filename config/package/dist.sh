#!/bin/bash
# Makes the packages of a built program: what `make dist` does after building.
#
#     config/package/dist.sh PROGRAM TARGET
#
# TARGET gets legal-aid-gateway_VERSION_ARCH.deb, legal-aid-gateway-dbgsym_VERSION_ARCH.deb, a tarball of the same tree, the
# SPDX document, and SHA256SUMS. The same program gives the same bytes: times are those of SOURCE_DATE_EPOCH (else of the
# last commit, else of CHANGELOG.md), files stand in order, and everything is root's.
set -euo pipefail
program=$(realpath "$1")
target=$2
here=config/package
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
fi
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC
umask 022

version=$("$program" version | sed 's/^gateway //')
arch=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"
name=legal-aid-gateway_${version}_$arch

# The program without its symbols, and the symbols where debuggers look for them by the build's own number.
number=$(readelf -n "$program" | sed -n 's/.*Build ID: //p')
[ -n "$number" ] || { echo "$program has no build id: link it with -Xlinker --build-id=sha1" >&2; exit 1; }
symbols=usr/lib/debug/.build-id/${number:0:2}/${number:2}.debug
mkdir -p "$work/dbgsym/$(dirname "$symbols")"
objcopy --only-keep-debug --compress-debug-sections=zlib "$program" "$work/dbgsym/$symbols"
chmod 0644 "$work/dbgsym/$symbols"
strip --strip-all -o "$work/gateway" "$program"

mkdir "$work/tree"
"$here/stage.sh" "$work/gateway" "$work/tree"
gzip -9nc CHANGELOG.md >"$work/tree/usr/share/doc/legal-aid-gateway/changelog.gz"

# What dpkg itself finds that the program is linked to.
mkdir -p "$work/find/debian"
printf 'Source: legal-aid-gateway\n\nPackage: legal-aid-gateway\nArchitecture: any\n' >"$work/find/debian/control"
depends=$(cd "$work/find" && dpkg-shlibdeps -O "$work/gateway" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "dpkg-shlibdeps found nothing" >&2; exit 1; }

control() { # FOLDER PACKAGE
    mkdir -p "$1/DEBIAN"
    (cd "$1" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' md5sum) >"$1/DEBIAN/md5sums"
    {
        echo "Package: $2"
        echo "Version: $version"
        echo "Architecture: $arch"
        echo "Maintainer: Legal Aid Referral Gateway <root@localhost>"
        echo "Installed-Size: $(du -ks --apparent-size --exclude=DEBIAN "$1" | cut -f1)"
        cat
    } >"$1/DEBIAN/control"
}
control "$work/tree" legal-aid-gateway <<END
Depends: adduser, $depends
Recommends: systemd
Suggests: nginx, postgresql-client
Section: net
Priority: optional
Description: 法律援助转办网关 (legal aid referral gateway)
 Takes referrals from courts, procuratorates, police and other agencies in
 their own XML and JSON, puts each into the durable queue of the right legal
 aid institution with its statutory time limits running, and takes every
 status back until it is confirmed. The manuals are in
 /usr/share/doc/legal-aid-gateway/manuals, Chinese and English.
END
(cd "$work/tree" && find etc -type f -printf '/%p\n' | LC_ALL=C sort) >"$work/tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 0755 "$here/$script" "$work/tree/DEBIAN/$script"; done
control "$work/dbgsym" legal-aid-gateway-dbgsym <<END
Depends: legal-aid-gateway (= $version)
Auto-Built-Package: debug-symbols
Build-Ids: $number
Section: debug
Priority: optional
Description: debug symbols for legal-aid-gateway
END
for package in tree:legal-aid-gateway dbgsym:legal-aid-gateway-dbgsym; do
    find "$work/${package%%:*}" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$work/${package%%:*}" "$target/${package##*:}_${version}_$arch.deb" >/dev/null
done

tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --exclude=./DEBIAN \
    --transform "s,^\.,legal-aid-gateway-$version," -C "$work/tree" -cf - . | xz -T1 >"$target/$name.tar.xz"
python3 "$here/sbom.py" "$program" >"$target/$name.spdx.json"
(cd "$target" && sha256sum "$name.deb" "legal-aid-gateway-dbgsym_${version}_$arch.deb" "$name.tar.xz" "$name.spdx.json" >SHA256SUMS)
cat "$target/SHA256SUMS"

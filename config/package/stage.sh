#!/bin/sh
# Lays the built program and what belongs to it out below a folder, as `make install` and the packages have it.
#
#     config/package/stage.sh PROGRAM DESTDIR
#
# PROGRAM is copied as it is. From the repository's own folder; nothing is read from elsewhere.
set -eu
program=$1
root=$2
package=config/package
share=$root/usr/share/legal-aid-gateway
doc=$root/usr/share/doc/legal-aid-gateway
etc=$root/etc/legal-aid-gateway

put() { # MODE FROM TO
    install -D -m "$1" "$2" "$3"
}
tree() { # FROM TO: files of a folder, without what only a checkout needs
    (cd "$1" && find . -type f ! -name '.*' | LC_ALL=C sort) | while read -r file; do put 0644 "$1/$file" "$2/$file"; done
}

put 0755 "$program" "$root/usr/bin/gateway"
tree Mappings "$share/Mappings"
for schema in gateway partners institutions credentials senderKinds retention; do
    put 0644 "Sources/gateway/Configuration/Schemas/$schema.xsd" "$share/schemas/$schema.xsd"
done
put 0644 Mappings/mapping.xsd "$share/schemas/mapping.xsd"
put 0644 config/rules/rules.xsd "$share/schemas/rules.xsd"

# Settings: the repository's, with the places of an installed program, and with no address of a sample partner.
tree config/rules "$etc/rules"
tree config/calendar "$etc/calendar"
for name in institutions retention; do put 0644 "config/$name.xml" "$etc/$name.xml"; done
python3 "$package/settings.py" config "$etc"
find "$root/etc/legal-aid-gateway" -type f -exec chmod 0644 {} +
put 0644 "$package/journald@legal-aid-gateway.conf" "$root/etc/systemd/journald@legal-aid-gateway.conf"

for unit in legal-aid-gateway.service legal-aid-gateway-backup.service legal-aid-gateway-backup.timer; do
    put 0644 "$package/$unit" "$root/lib/systemd/system/$unit"
done
put 0644 "$package/sysusers.conf" "$root/usr/lib/sysusers.d/legal-aid-gateway.conf"
put 0644 "$package/tmpfiles.conf" "$root/usr/lib/tmpfiles.d/legal-aid-gateway.conf"

for name in README.md README.zh-CN.md CHANGELOG.md config/README.md config/delivery.md config/institutions.md; do
    case $name in config/README.md) to=configuration.md ;; *) to=$(basename "$name") ;; esac
    put 0644 "$name" "$doc/$to"
done
put 0644 "$package/copyright" "$doc/copyright"
tree config/manuals "$doc/manuals"
tree config/deploy "$doc/deploy"
chmod 0755 "$doc"/deploy/*.py

# Made from the program's own help, so that they say what it does.
mkdir -p "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions"
LC_ALL=C "$program" completion bash >"$root/usr/share/bash-completion/completions/gateway"
LC_ALL=C "$program" completion zsh >"$root/usr/share/zsh/vendor-completions/_gateway"
python3 "$package/manpages.py" "$program" "$root/usr/share/man"

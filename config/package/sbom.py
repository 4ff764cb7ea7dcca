#!/usr/bin/env python3
"""Writes what the built program consists of as SPDX 2.3 (JSON): the libraries it is linked to, with versions and licences.

    sbom.py PROGRAM > gateway.spdx.json

Linked are those that the program itself names (NEEDED); their own dependencies come with Debian's packages and are listed
behind them. What is in no Debian package, or has no licence that a machine can read, is NOASSERTION, never a guess.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

program = Path(sys.argv[1])

# Debian's copyright files of these are prose: their licence by the SPDX list, as the file's text says.
PROSE = {
    "libpcre2-8-0": "BSD-3-Clause", "libc6": "LGPL-2.1-or-later", "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1", "libsqlite3-0": "blessing", "libxml2": "MIT",
    "zlib1g": "Zlib", "libmicrohttpd12": "LGPL-2.1-or-later", "libpq5": "PostgreSQL", "libssl3": "Apache-2.0",
    "libcurl4": "curl",
}


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout


def package_of(path: str) -> str | None:
    # A merged /usr: dpkg may know the file by either name.
    for name in (path, "/usr" + path, path.removeprefix("/usr"), os.path.realpath(path)):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return None


needed = set(re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", str(program))))
resolved = dict(re.findall(r"^\s*(\S+) => (/\S+)", run("ldd", str(program)), re.MULTILINE))
missing = sorted(needed - set(resolved) - {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"})
if missing:
    sys.exit(f"{program}: not found: {', '.join(missing)}")

libraries: dict[str, set[str]] = {}
unpackaged: list[str] = []
for name, path in sorted(resolved.items()):
    package = package_of(path)
    if package is None:
        unpackaged.append(name)
    else:
        libraries.setdefault(package, set()).add(name)
if unpackaged:
    sys.exit(f"{program}: of no Debian package: {', '.join(unpackaged)}; link Swift's libraries statically")

version = run(str(program), "version").split()[-1]
swift = re.search(r"Swift version (\S+)", run("swift", "--version") if subprocess.run(["which", "swift"], capture_output=True).returncode == 0 else "")
digest = hashlib.sha256(program.read_bytes()).hexdigest()
created = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def package(name: str, version: str, licence: str, supplier: str, purl: str | None, **more: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name), "name": name, "versionInfo": version,
        "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence,
        "copyrightText": "NOASSERTION", "supplier": supplier, **more,
    }
    if purl:
        entry["externalRefs"] = [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]
    return entry


packages = [
    package(
        "legal-aid-gateway", version, "Apache-2.0", "NOASSERTION", None, primaryPackagePurpose="APPLICATION",
        checksums=[{"algorithm": "SHA256", "checksumValue": digest}]),
    package(
        "swift-runtime-and-foundation", swift.group(1) if swift else "NOASSERTION", "Apache-2.0 WITH Swift-exception",
        "Organization: Swift.org", None, comment="Linked statically, with ICU of Unicode (Unicode-3.0)."),
]
links = [("SPDXRef-legal-aid-gateway", "STATIC_LINK", "SPDXRef-swift-runtime-and-foundation")]
for name, files in sorted(libraries.items()):
    status = run("dpkg-query", "-W", "-f", "${Version} ${Architecture} ${source:Package}", name).split()
    licence = PROSE.get(name, "NOASSERTION")
    entry = package(
        name, status[0], licence, "Organization: Debian", f"pkg:deb/debian/{name}@{status[0]}?arch={status[1]}",
        comment=", ".join(sorted(files)) + f"; licence text: /usr/share/doc/{name}/copyright")
    packages.append(entry)
    links.append((
        "SPDXRef-legal-aid-gateway", "DYNAMIC_LINK" if files & needed else "RUNTIME_DEPENDENCY_OF", str(entry["SPDXID"])))

json.dump(
    {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"legal-aid-gateway-{version}",
        "documentNamespace": f"urn:legal-aid-gateway:spdx:{version}:{digest}",
        "creationInfo": {"created": created, "creators": ["Tool: config/package/sbom.py"]},
        "documentDescribes": ["SPDXRef-legal-aid-gateway"],
        "packages": packages,
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-legal-aid-gateway"}]
        + [
            # What a library needs in turn depends the other way round.
            {"spdxElementId": b, "relationshipType": kind, "relatedSpdxElement": a} if kind.endswith("_OF")
            else {"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b}
            for a, kind, b in links
        ],
    }, sys.stdout, ensure_ascii=False, indent=1)
print()

#!/usr/bin/env python3
"""Makes an installed program's settings of the repository's.

    settings.py CONFIG TARGET

The two differ in places alone, so there is one text of each file. What is not found where it is expected stops the build.
"""

import re
import sys
from pathlib import Path

source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)


def changed(name: str, changes: list[tuple[str, str]]) -> None:
    text = (source / name).read_text(encoding="utf-8")
    for pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text)
        if count == 0:
            sys.exit(f"{name}: nothing is like {pattern}")
    (target / name).write_text(text, encoding="utf-8")


changed(
    "gateway.xml",
    [
        (r'<store path="[^"]*"/>', '<store path="/var/lib/legal-aid-gateway/gateway.sqlite"/>'),
        (r'<mappings path="[^"]*"/>', '<mappings path="/usr/share/legal-aid-gateway/Mappings"/>'),
        (r"/etc/gateway/", "/etc/legal-aid-gateway/"),
        (r"README\.md", "/usr/share/doc/legal-aid-gateway/configuration.md"),
    ],
)
# Statuses wait in each partner's feed until its real address is entered; none is sent to a sample's.
changed(
    "partners.xml",
    [
        (r"\n[ ]*<returnAddress url=\"http://127\.0\.0\.1:[^>]*/>(?=\n)", ""),
        (r"The addresses are samples\.", "They are samples: put your own in their place."),
    ],
)
# With room for the first line, and for the packages' user to read.
changed("credentials.xml", [(r"(<credentials xmlns=\"[^\"]*\")/>", r"\1>\n</credentials>")])

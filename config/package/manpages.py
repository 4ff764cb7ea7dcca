#!/usr/bin/env python3
"""Writes the manual pages, in English and Chinese, from what the program itself says.

    manpages.py PROGRAM TARGET

gateway(1) is made from `gateway help` and each command's --help; gateway.xml(5) and its kin from the XML Schemas that
`gateway schema` prints, whose comments say what an element means. Whatever is added to the program is in its pages.
"""

import gzip
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import datetime, timezone
from pathlib import Path

program, target = sys.argv[1], Path(sys.argv[2])
XS = "{http://www.w3.org/2001/XMLSchema}"
date = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc).strftime("%Y-%m-%d")

LOCALES = {"en": ("C.UTF-8", ""), "zh": ("zh_CN.UTF-8", "zh_CN")}
WORDS = {
    "en": {
        "title": "Legal Aid Referral Gateway", "name": "NAME", "synopsis": "SYNOPSIS", "description": "DESCRIPTION",
        "commands": "COMMANDS", "files": "FILES", "also": "SEE ALSO", "elements": "ELEMENTS AND ATTRIBUTES",
        "one of": "one of", "required": "required",
        "gateway": "the one door between referring agencies and legal aid institutions",
        "settings": "settings of the legal aid referral gateway",
        "what": "Takes referrals of agencies to legal aid institutions in the agencies' own XML and JSON, puts each into the "
        "queue of the right institution with its time limits running, and takes every status back until it is confirmed.",
        "schema": "The file is held against its schema when it is read; `gateway check` tells every mistake with its line, "
        "and `gateway schema {name}` prints the schema for editors. Paths are relative to the file that names them.",
    },
    "zh": {
        "title": "法律援助转办网关", "name": "名称", "synopsis": "用法", "description": "说明",
        "commands": "命令", "files": "文件", "also": "参见", "elements": "元素与属性",
        "one of": "取值", "required": "必填",
        "gateway": "各部门与法律援助机构之间的唯一入口",
        "settings": "法律援助转办网关的设置文件",
        "what": "接收各部门自有格式的 XML、JSON 转介报文，送入承办机构的队列并启动法定时限，再把办理状态回传报送单位，直至确认。",
        "schema": "读取时按模式校验；gateway check 逐条指出错误及行号，gateway schema {name} 输出模式供编辑器使用。"
        "路径相对于所在文件。",
    },
}
FILES = {
    "/etc/legal-aid-gateway/": ("settings", "设置"),
    "/usr/share/legal-aid-gateway/Mappings/": ("mappings and code lists", "映射和代码表"),
    "/usr/share/legal-aid-gateway/schemas/": ("schemas of all files", "各文件的模式"),
    "/var/lib/legal-aid-gateway/": ("the store and its key", "存储及其密钥"),
    "/var/backups/legal-aid-gateway/": ("backups", "备份"),
    "/usr/share/doc/legal-aid-gateway/manuals/": ("manuals", "手册"),
}


def say(*words: str, language: str) -> str:
    locale = LOCALES[language][0]
    run = subprocess.run(
        [program, *words], capture_output=True, text=True, check=True,
        env={**os.environ, "LC_ALL": locale, "LANG": locale, "COLUMNS": "100"})
    return run.stdout


def escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def head(name: str, section: int, language: str, about: str) -> str:
    words = WORDS[language]
    return (
        f'.TH "{name.upper()}" "{section}" "{date}" "{version}" "{words["title"]}"\n'
        f'.SH {words["name"]}\n{escaped(name)} \\- {escaped(about)}\n')


def verbatim(text: str) -> str:
    return f".nf\n{escaped(text.strip(chr(10)))}\n.fi\n"


def write(page: str, name: str, section: int, language: str) -> None:
    folder = target / LOCALES[language][1] / f"man{section}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.{section}.gz", "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            packed.write(page.encode())


def program_page(language: str) -> str:
    words = WORDS[language]
    overview = say("help", language=language)
    names = re.findall(r"^  ([a-z][a-z-]*) {2,}", overview, re.MULTILINE)
    if len(names) < 20:
        sys.exit("the list of commands is not where it was in `gateway help`")
    page = head("gateway", 1, language, words["gateway"])
    page += f'.SH {words["synopsis"]}\n.B gateway\nCOMMAND [\\-\\-help]\n'
    page += f'.SH {words["description"]}\n{escaped(words["what"])}\n.PP\n' + verbatim(overview)
    page += f'.SH {words["commands"]}\n'
    for name in names:
        page += f".SS {escaped(name)}\n" + verbatim(say(name, "--help", language=language))
    return page


def elements(schema: str) -> str:
    """Each element by its path, with its comment and its attributes."""
    root = ET.fromstring(schema, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))
    types = {t.get("name"): t for t in root if t.tag in (XS + "complexType", XS + "simpleType")}
    lines: list[str] = []

    def local(name: str | None) -> str:
        return (name or "").split(":")[-1]

    def values(node: ET.Element) -> str:
        simple = node.find(XS + "simpleType")
        if simple is None:
            simple = types.get(local(node.get("type")))
        found = [e.get("value") or "" for e in simple.iter(XS + "enumeration")] if simple is not None else []
        if found:
            return " | ".join(found)
        base = simple.find(XS + "restriction").get("base") if simple is not None and simple.find(XS + "restriction") is not None else node.get("type")
        return local(base)

    def walk(node: ET.Element, path: str, seen: tuple[str, ...]) -> None:
        comment = ""
        for child in node:
            if child.tag is ET.Comment:
                comment = " ".join((child.text or "").split())
                continue
            if child.tag == XS + "element":
                name = child.get("name") or local(child.get("ref"))
                here = f"{path}/{name}" if path else name
                lines.append(f".TP\n.B <{escaped(here)}>\n{escaped(comment)}\n")
                inner = child.find(XS + "complexType")
                if inner is None:
                    inner = types.get(local(child.get("type")))
                if inner is not None and (child.get("type") or here) not in seen:
                    lines.append(".RS\n")
                    walk(inner, here, seen + ((child.get("type") or here),))
                    lines.append(".RE\n")
            elif child.tag == XS + "attribute":
                need = f' ({words["required"]})' if child.get("use") == "required" else ""
                lines.append(f'.TP\n.I {escaped(child.get("name") or "")}\n{escaped(values(child))}{need} {escaped(comment)}\n')
            elif child.tag in (XS + "all", XS + "sequence", XS + "choice", XS + "simpleContent", XS + "complexContent", XS + "extension"):
                walk(child, path, seen)
            comment = ""

    walk(root, "", ())
    return "".join(lines)


version = say("version", language="en").strip().removeprefix("gateway ")
for language in LOCALES:
    words = WORDS[language]
    files = f'.SH {words["files"]}\n' + "".join(
        f".TP\n.I {escaped(path)}\n{text[0 if language == 'en' else 1]}\n" for path, text in FILES.items())
    also = f'.SH {words["also"]}\n'
    pages = ["gateway", "partners", "institutions", "credentials", "retention"]
    references = ", ".join(f"{name}.xml(5)" for name in pages)
    write(program_page(language) + files + also + escaped(references) + "\n", "gateway", 1, language)
    for name in pages:
        page = head(f"{name}.xml", 5, language, words["settings"])
        page += f'.SH {words["description"]}\n{escaped(words["schema"].format(name=name))}\n'
        page += f'.SH {words["elements"]}\n' + elements(say("schema", name, language=language))
        write(page + files + also + "gateway(1), " + escaped(references) + "\n", f"{name}.xml", 5, language)

#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""法律援助转办网关客户端，仅用 Python 3 标准库。 A client of the gateway; Python's standard library only.

环境变量 Environment:
  GATEWAY_URL         网关地址，如 https://gateway.example:8480
  GATEWAY_TOKEN_FILE  令牌文件（默认 token.txt） the file that holds your bearer token

用法 Use:
  client.py ping               测试连接 test the connection
  client.py send FILE          发送报文，核对回执 send a document, check its receipt
  client.py show MESSAGE_ID    按本单位报文编号查询 see where your message stands
  client.py statuses FOLDER    保存已告知的全部状态并核对摘要 save and check every status you were told
  client.py follow FOLDER      读取新状态（无回传地址的单位） fetch new statuses (partners without a return address)
  client.py receive PORT FOLDER [ANSWER]
                               接收网关推送的状态 take the statuses that the gateway pushes

退出码 Exit codes: 0 成功 done, 1 未被接收或核对不符 refused or not as it should be, 2 用法错误 wrong use.
"""
import base64
import hashlib
import http.server
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE = 6  # 次 attempts


def sm3(data):
    """SM3（GB/T 32905）；OpenSSL 不提供时用此实现。 Where the system's OpenSSL has none, by hand."""
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError:
        pass
    mask = 0xFFFFFFFF

    def turn(x, n):
        n %= 32
        return ((x << n) | (x >> (32 - n))) & mask

    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + (len(data) * 8).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        w = [int.from_bytes(padded[start + i * 4:start + i * 4 + 4], "big") for i in range(16)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            t = 0x79CC4519 if j < 16 else 0x7A879D8A
            s1 = turn((turn(a, 12) + e + turn(t, j)) & mask, 7)
            s2 = s1 ^ turn(a, 12)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
            t1 = (ff + d + s2 + (w[j] ^ w[j + 4])) & mask
            t2 = (gg + h + s1 + w[j]) & mask
            a, b, c, d = t1, a, turn(b, 9), c
            e, f, g, h = t2 ^ turn(t2, 9) ^ turn(t2, 17), e, turn(f, 19), g
        v = [x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h))]
    return "".join("%08x" % x for x in v)


def call(method, path, body=None, media_type=None):
    """一次调用；暂时性失败按 Retry-After 重试：编号不变，不会重复。

    What may pass is tried again: the message's id is the same, so nothing is taken twice.
    """
    url = os.environ["GATEWAY_URL"].rstrip("/") + path
    with open(os.environ.get("GATEWAY_TOKEN_FILE", "token.txt"), encoding="ascii") as file:
        token = file.read().strip()
    for attempt in range(1, PATIENCE + 1):
        request = urllib.request.Request(url, data=body, method=method)
        request.add_header("Authorization", "Bearer " + token)
        request.add_header("Accept", "application/json")
        if media_type:
            request.add_header("Content-Type", media_type)
        wait = min(60, 2 ** attempt)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            content = error.read()
            if error.code not in (408, 429) and error.code < 500 or attempt == PATIENCE:
                return error.code, json.loads(content or b"{}")
            asked = error.headers.get("Retry-After", "")
            wait = int(asked) if asked.isdigit() else wait
        except (urllib.error.URLError, OSError) as error:
            if attempt == PATIENCE:
                raise
            print("未连通，稍后重试 not reached, trying again:", error, file=sys.stderr)
        time.sleep(wait)


def show(answer):
    print(json.dumps(answer, ensure_ascii=False, indent=2))


def ping():
    body = "测试 test".encode("utf-8")
    status, answer = call("POST", "/v1/ping", body, "text/plain; charset=utf-8")
    show(answer)
    return 0 if status == 200 and answer["received"]["sha256"] == hashlib.sha256(body).hexdigest() else 1


def send(path):
    with open(path, "rb") as file:
        body = file.read()
    media_type = "application/json" if path.endswith(".json") else "application/xml"
    status, answer = call("POST", "/v1/referrals", body, media_type)
    show(answer)
    if status not in (200, 202):
        print("未被接收，请按 errors 更正 refused, mend what errors lists: HTTP %d" % status, file=sys.stderr)
        return 1
    # 回执的摘要与所发字节相符，才是这份报文的回执。 A receipt is that of these bytes where the digests agree.
    if answer["digest"]["sm3"] != sm3(body):
        print("回执摘要不符 the receipt is of other bytes", file=sys.stderr)
        return 1
    return 0


def show_message(message_id):
    status, answer = call("GET", "/v1/referrals?messageId=" + urllib.parse.quote(message_id))
    show(answer)
    return 0 if status == 200 else 1


def save(folder, name, media_type, body):
    """先写临时文件再改名，重复的同名内容相同。 Renamed when it is whole; one of the same name is the same."""
    os.makedirs(folder, exist_ok=True)
    ending = ".json" if "json" in (media_type or "") else ".xml"
    path = os.path.join(folder, re.sub(r"[^A-Za-z0-9.-]", "_", name) + ending)
    with open(path + ".tmp", "wb") as file:
        file.write(body)
    os.replace(path + ".tmp", path)
    return path


def keep(folder, entry, name):
    if "body" not in entry:
        return True
    body = base64.b64decode(entry["body"])
    digest = entry["digest"]
    if digest["sha256"] != hashlib.sha256(body).hexdigest() or digest["sm3"] != sm3(body):
        print("摘要不符 not what the gateway digested:", entry[name], file=sys.stderr)
        return False
    path = save(folder, entry[name], entry.get("mediaType"), body)
    print(entry["applicationNo"], entry.get("state", "read"), path)
    return True


def statuses(folder):
    after, good = "", True
    while True:
        status, page = call("GET", "/v1/statuses?limit=500" + ("&after=" + after if after else ""))
        if status != 200:
            show(page)
            return 1
        for entry in page["statuses"]:
            good = keep(folder, entry, "id") and good
        after = page.get("next")
        if not after:
            return 0 if good else 1


def follow(folder):
    """游标在状态存妥之后才前移：中断后重来，不丢失。 The cursor moves only after all before it is saved."""
    os.makedirs(folder, exist_ok=True)
    place = os.path.join(folder, "cursor")
    cursor = open(place, encoding="ascii").read().strip() if os.path.exists(place) else ""
    while True:
        status, page = call("GET", "/v1/status-events?wait=1" + ("&after=" + cursor if cursor else ""))
        if status != 200:
            show(page)
            return 1
        for entry in page["events"]:
            if not keep(folder, entry, "idempotencyKey"):
                return 1
        if not page["events"]:
            return 0
        cursor = page["next"]
        with open(place + ".tmp", "w", encoding="ascii") as file:
            file.write(cursor)
        os.replace(place + ".tmp", place)


def receive(port, folder, answer):
    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            expected = os.environ.get("RETURN_TOKEN")
            if expected and self.headers.get("Authorization") != "Bearer " + expected:
                return self.reply(401, "")
            # 连接测试不是状态。 A test of the connection is no status.
            if self.headers.get("X-Gateway-Ping") != "true":
                # 同一 Idempotency-Key 是同一状态：再存一次，内容不变。 The same key is the same status once more.
                path = save(folder, self.headers["Idempotency-Key"], self.headers.get("Content-Type"), body)
                print(self.headers.get("X-Correlation-Id"), path, flush=True)
            self.reply(200, answer)

        def reply(self, status, text):
            body = text.encode("utf-8")
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if text.startswith("{") else "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    http.server.ThreadingHTTPServer(("", int(port)), Receiver).serve_forever()


def main(words):
    commands = {"ping": (ping, 0, 0), "send": (send, 1, 1), "show": (show_message, 1, 1),
                "statuses": (statuses, 1, 1), "follow": (follow, 1, 1), "receive": (receive, 2, 3)}
    command, least, most = commands.get(words[0] if words else "", (None, 0, 0))
    rest = words[1:]
    if command is None or not least <= len(rest) <= most:
        print(__doc__, file=sys.stderr)
        return 2
    if command is receive and len(rest) == 2:
        rest.append("")
    return command(*rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

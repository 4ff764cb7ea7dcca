#!/usr/bin/env python3
"""Takes the gateway's alerts and says them in a group of 企业微信 (WeCom) or 钉钉 (DingTalk), through a group robot.

    alert-robot.py wecom|dingtalk --robot FILE [--secret FILE] [--token FILE] [--port 8485]

In gateway.xml: <webhook url="http://127.0.0.1:8485/" tokenFile="…"/> within <alerts>.

--robot FILE    holds the robot's address as WeCom or DingTalk shows it; whoever has it may write into the group
--secret FILE   DingTalk's 加签 secret, where the robot wants signatures
--token FILE    the token that the gateway sends (tokenFile); without it whoever reaches the port may send
--port N        on loopback (default 8485)

An alert is confirmed (204) only when the robot has taken it; otherwise the answer is 502 and the gateway sends it again, later.
One that was sent before (Idempotency-Key) is confirmed and not said twice. Only Python's standard library is used.
"""

import argparse
import base64
import collections
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LARGEST = 65536
PHASES = {"began": "⚠️ 告警 Alert", "ended": "✅ 解除 Over"}


def text_of(alert: dict) -> str:
    lines = [f"**{PHASES.get(alert.get('phase'), alert.get('phase'))}**：{alert.get('zh') or alert.get('alert')}"]
    if alert.get("en"):
        lines.append(str(alert["en"]))
    lines.append(f"{alert.get('alert')} · {alert.get('subject')} · {alert.get('at')}")
    # Markdown of both takes these as its own signs.
    return "\n\n".join(line.replace("<", "〈").replace(">", "〉") for line in lines)


def message(kind: str, alert: dict) -> dict:
    text = text_of(alert)
    if kind == "wecom":
        # WeCom takes 4096 bytes of Markdown.
        return {"msgtype": "markdown", "markdown": {"content": text.encode()[:4000].decode(errors="ignore")}}
    return {"msgtype": "markdown", "markdown": {"title": "法律援助转办网关告警", "text": text[:4000]}}


def address(kind: str, robot: str, secret: str | None, now_ms: int) -> str:
    if kind == "wecom" or not secret:
        return robot
    digest = hmac.new(secret.encode(), f"{now_ms}\n{secret}".encode(), hashlib.sha256).digest()
    sign = urllib.parse.quote_plus(base64.b64encode(digest))
    return f"{robot}{'&' if '?' in robot else '?'}timestamp={now_ms}&sign={sign}"


class Robot:
    def __init__(self, kind: str, robot: str, secret: str | None) -> None:
        self.kind, self.robot, self.secret = kind, robot, secret
        # One at a time: of two calls with one key the second finds it said.
        self.turn = threading.Lock()
        self.said: collections.OrderedDict[str, None] = collections.OrderedDict()

    def say(self, key: str | None, alert: dict) -> str | None:
        """Nothing where it was said; else why not, without the address."""
        with self.turn:
            if key and key in self.said:
                return None
            body = json.dumps(message(self.kind, alert), ensure_ascii=False).encode()
            request = urllib.request.Request(
                address(self.kind, self.robot, self.secret, time.time_ns() // 1_000_000), body,
                {"Content-Type": "application/json; charset=utf-8"})
            try:
                with urllib.request.urlopen(request, timeout=15) as answer:
                    said = json.load(answer)
            except (urllib.error.URLError, OSError, ValueError) as error:
                return f"the robot cannot be reached or understood ({type(error).__name__})"
            # Both answer 200 for refusals, too.
            if not isinstance(said, dict) or said.get("errcode") != 0:
                return f"the robot refused: errcode {said.get('errcode') if isinstance(said, dict) else '?'}"
            if key:
                self.said[key] = None
                while len(self.said) > 1000:
                    self.said.popitem(last=False)
            return None


def handler(robot: Robot, token: str | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 20

        def answer(self, status: int, text: str = "") -> None:
            body = text.encode()
            self.send_response(status)
            if body:
                self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def do_POST(self) -> None:
            given = self.headers.get("Authorization", "")
            if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return self.answer(401, "token\n")
            try:
                length = int(self.headers.get("Content-Length", ""))
            except ValueError:
                return self.answer(411, "Content-Length\n")
            if not 0 < length <= LARGEST:
                return self.answer(413, f"1 to {LARGEST} bytes\n")
            try:
                alert = json.loads(self.rfile.read(length))
            except ValueError:
                return self.answer(400, "JSON\n")
            if not isinstance(alert, dict):
                return self.answer(400, "an object\n")
            failure = robot.say(self.headers.get("Idempotency-Key"), alert)
            if failure:
                print(failure, file=sys.stderr, flush=True)
                return self.answer(502, failure + "\n")
            return self.answer(204)

        def log_message(self, form: str, *words: object) -> None:
            """Nothing: what is sent on stands in the gateway's own log."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["wecom", "dingtalk"])
    parser.add_argument("--robot", required=True, type=Path)
    parser.add_argument("--secret", type=Path)
    parser.add_argument("--token", type=Path)
    parser.add_argument("--port", type=int, default=8485)
    words = parser.parse_args()

    def first_line(file: Path | None) -> str | None:
        if file is None:
            return None
        text = file.read_text(encoding="utf-8").strip()
        if not text:
            sys.exit(f"{file} is empty")
        return text

    robot = Robot(words.kind, first_line(words.robot) or "", first_line(words.secret))
    server = ThreadingHTTPServer(("127.0.0.1", words.port), handler(robot, first_line(words.token)))
    print(f"listening on 127.0.0.1:{server.server_port}", file=sys.stderr, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

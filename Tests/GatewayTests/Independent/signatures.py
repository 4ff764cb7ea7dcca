"""Signs requests, and holds signatures against keys, by RFC 9421 as read by somebody else: on standard input one task a line,
on standard output one answer a line. Uses Debian's python3-cryptography and the standard library alone."""

import base64
import hashlib
import hmac
import json
import sys
from urllib.parse import urlsplit

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, utils
except ImportError:
    print("missing")
    sys.exit(0)

HASHES = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}


def base(task, components, parameters):
    url = urlsplit(task["url"])
    host = url.hostname + ("" if url.port in (None, 80) else ":%d" % url.port)
    derived = {
        "@method": task["method"],
        "@authority": host,
        "@path": url.path or "/",
        "@query": "?" + url.query,
        "@target-uri": task["url"],
    }
    headers = {name.lower(): value for name, value in task["headers"]}
    lines = ['"%s": %s' % (name, derived.get(name) or headers[name]) for name in components]
    lines.append('"@signature-params": ' + parameters)
    return "\n".join(lines).encode()


def sign(task):
    body = task["body"].encode()
    task["headers"].append(
        ["Content-Digest", "sha-256=:%s:" % base64.b64encode(hashlib.sha256(body).digest()).decode()]
    )
    components = ["@method", "@target-uri", "content-type", "content-digest"]
    parameters = '(%s);keyid="%s";nonce="%s";created=%d' % (
        " ".join('"%s"' % name for name in components),
        task["keyid"],
        task["nonce"],
        task["created"],
    )
    message = base(task, components, parameters)
    if task["algorithm"] in HASHES:
        signature = hmac.new(base64.b64decode(task["key"]), message, HASHES[task["algorithm"]]).digest()
    else:
        key = serialization.load_pem_private_key(task["key"].encode(), None)
        if task["algorithm"] == "ed25519":
            signature = key.sign(message)
        else:
            r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
            signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return task["headers"] + [
        ["Signature-Input", "a=" + parameters],
        ["Signature", "a=:%s:" % base64.b64encode(signature).decode()],
    ]


def verify(task):
    headers = {name.lower(): value for name, value in task["headers"]}
    label, parameters = headers["signature-input"].split("=", 1)
    components = [name.strip('"') for name in parameters[1 : parameters.index(")")].split(" ")]
    message = base(task, components, parameters)
    body = base64.b64decode(task["bodyBase64"])
    signature = base64.b64decode(headers["signature"][len(label) + 2 : -1])
    digest = "sha-256=:%s:" % base64.b64encode(hashlib.sha256(body).digest()).decode()
    if headers["content-digest"] != digest or "content-digest" not in components:
        return False
    if task["algorithm"] in HASHES:
        code = hmac.new(base64.b64decode(task["key"]), message, HASHES[task["algorithm"]]).digest()
        return hmac.compare_digest(code, signature)
    key = serialization.load_pem_public_key(task["key"].encode())
    try:
        if task["algorithm"] == "ed25519":
            key.verify(signature, message)
        else:
            numbers = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(utils.encode_dss_signature(*numbers), message, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


for line in sys.stdin:
    task = json.loads(line)
    try:
        answer = sign(task) if task["act"] == "sign" else verify(task)
    except ValueError as error:
        # A system without SM3, say.
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)

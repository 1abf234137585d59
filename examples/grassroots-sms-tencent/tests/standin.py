"""A stand-in for the service, on this machine: checks every signature by the published steps."""

import hashlib
import hmac
import http.client
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from grassroots_sms_tencent import TencentSms
from grassroots_sms_tencent.sms import NotSent

SECRETS = ("AKIDexample", "geheim-key")
TEMPLATES = {"*": ("1000", ("text",)), "duty-tomorrow": ("1110", ("day", "station"))}
WORDS = {"1000": "【灵溪社区】{0}", "1110": "【灵溪社区】您于{0}在{1}值班。"}
served = {}


def signed_right(headers, body):
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=(\w+)/([\d-]+)/sms/tc3_request, "
        r"SignedHeaders=content-type;host, Signature=([0-9a-f]{64})",
        headers["Authorization"],
    )
    if not found or found[1] != SECRETS[0] or abs(int(headers["X-TC-Timestamp"]) - time.time()) > 300:
        return False
    canonical = (
        f"POST\n/\n\ncontent-type:{headers['Content-Type']}\nhost:{headers['Host']}\n\ncontent-type;host\n"
        f"{hashlib.sha256(body).hexdigest()}"
    )
    to_sign = (
        f"TC3-HMAC-SHA256\n{headers['X-TC-Timestamp']}\n{found[2]}/sms/tc3_request\n"
        f"{hashlib.sha256(canonical.encode()).hexdigest()}"
    )
    key = ("TC3" + SECRETS[1]).encode()
    for part in (found[2], "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest(), found[3])


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked, server = json.loads(body), self.server
        if not signed_right(self.headers, body):
            answer = {"Error": {"Code": "AuthFailure.SignatureFailure"}, "RequestId": "1"}
        elif server.answer is not None:
            answer = server.answer
        else:
            server.taken.append((asked, WORDS[asked["TemplateId"]].format(*asked["TemplateParamSet"])))
            answer = {
                "SendStatusSet": [{"SerialNo": f"s{len(server.taken)}", "Code": "Ok"}],
                "RequestId": "1",
            }
        told = json.dumps({"Response": answer}).encode()
        if server.silent:
            self.connection.close()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


def server_of(place):
    """The stand-in of this place, listening."""
    if place not in served:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads, server.taken, server.answer, server.silent = True, [], None, False
        server.handle_error = lambda *_: None
        threading.Thread(target=server.serve_forever, name="kit-server", daemon=True).start()
        served[place] = server
    return served[place]


def plain(host, body, headers, timeout):
    """The transport without TLS: the same as the usual one, for a machine that talks to itself."""
    connection = http.client.HTTPConnection(host, timeout=timeout)
    try:
        try:
            connection.connect()
        except OSError as error:
            raise NotSent from error
        connection.request("POST", "/", body, dict(headers))
        return connection.getresponse().read()
    finally:
        connection.close()


def opened(place, secrets=SECRETS):
    """A notifier that speaks to the stand-in of this place."""
    host = f"127.0.0.1:{server_of(place).server_address[1]}"
    return TencentSms(*secrets, app="1400006666", sign="灵溪社区", templates=TEMPLATES, host=host, send=plain)


def nobody():
    """A notifier whose service is not there."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host = f"127.0.0.1:{server.server_address[1]}"
    return TencentSms(*SECRETS, app="1", sign="s", templates=TEMPLATES, host=host, send=plain)


def taken(place):
    """The texts that people would have read."""
    return [text for _, text in server_of(place).taken]

"""WSGI (Flask, Django, …), Python 3.10 or newer, standard library: `app = Guard(app, verify)` lets a request through only if
Consentry says so within two seconds. `verify` is the address of /v1/verify, with ?resource= where there are several APIs."""
import http
import urllib.parse
import urllib.request

ASKED_WITH = ("Authorization", "X-Api-Key", "X-Workspace-Id", "Origin", "X-Forwarded-For")
HANDED_ON = ("Content-Type", "WWW-Authenticate", "Retry-After")

class Plain(urllib.request.HTTPErrorProcessor):
    def http_response(self, _, answer):
        return answer  # no redirect, which would take the credential along; and a refusal is an answer like any other

    https_response = http_response

class Guard:
    def __init__(self, app, verify):
        self.app, self.verify = app, verify
        self.open = urllib.request.build_opener(Plain, urllib.request.ProxyHandler({})).open

    def ask(self, environ):
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]  # decoded, as the app will read it
        uri = urllib.parse.quote(path, "/:@!$&'()*+,=", "latin-1") + "?" + environ.get("QUERY_STRING", "")
        sent = {name: environ.get("HTTP_" + name.upper().replace("-", "_")) for name in ASKED_WITH}
        sent["X-Forwarded-For"] = ", ".join(filter(None, (sent["X-Forwarded-For"], environ.get("REMOTE_ADDR"))))
        headers = {name: value for name, value in sent.items() if value is not None}
        headers |= {"X-Forwarded-Method": environ["REQUEST_METHOD"], "X-Forwarded-Uri": uri}
        with self.open(urllib.request.Request(self.verify, headers=headers), timeout=2) as told:
            return told.status, told.headers, told.read()

    def __call__(self, environ, start_response):
        try:
            status, headers, body = self.ask(environ)
        except Exception:  # whatever it is: nobody passes
            status, headers, body = 503, {}, b""
        if status == 200 and "x-auth-subject" in headers:
            return self.app(environ | {"consentry.caller": headers}, start_response)  # caller["x-auth-subject"], and so on
        status = http.HTTPStatus(503 if status < 400 else status)
        start_response(f"{status.value} {status.phrase}", [(name, headers[name]) for name in HANDED_ON if name in headers])
        return [body]

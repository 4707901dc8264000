"""WSGI (Flask, Django, …), Python 3.10 or newer, standard library: `app = Guard(app, verify)` lets a request through only if
Consentry says so within two seconds. `verify` is the address of /v1/verify, with ?resource= where there are several APIs."""
import http
import urllib.parse
import urllib.request

CREDENTIALS = {"HTTP_AUTHORIZATION": "Authorization", "HTTP_X_API_KEY": "X-Api-Key", "HTTP_X_WORKSPACE_ID": "X-Workspace-Id"}
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
        headers = {name: environ[key] for key, name in CREDENTIALS.items() if key in environ}
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

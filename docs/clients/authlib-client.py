# An app with Authlib's client on requests: discovery, code flow with PKCE and state; then refresh, introspection, revocation.
#
#   pip install authlib requests
#   ISSUER=… CLIENT_ID=… CLIENT_SECRET=… REDIRECT_URI=http://127.0.0.1:3000/callback python3 authlib-client.py
#
# Without CLIENT_SECRET it is a public client. Do not save this file as authlib.py: Python would import it instead of Authlib.
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

issuer, redirect_uri = os.environ["ISSUER"], os.environ["REDIRECT_URI"]


def show(**line):
    print(json.dumps(line), flush=True)  # Tokens too, to show them: a real app never prints one.


server = AuthorizationServerMetadata(requests.get(get_well_known_url(issuer, external=True), timeout=10).json())
server.validate()
assert server["issuer"] == issuer, "that is the metadata of another server"

session = OAuth2Session(
    os.environ["CLIENT_ID"],
    os.environ.get("CLIENT_SECRET"),  # sent as client_secret_basic
    scope="analytics.read posts.write reviews.read",
    redirect_uri=redirect_uri,
    code_challenge_method="S256",
    token_endpoint=server["token_endpoint"],
    default_timeout=10,
)
code_verifier = generate_token(48)  # belongs to this one attempt, as `state`; a web app keeps both in the person's session
url, state = session.create_authorization_url(server["authorization_endpoint"], code_verifier=code_verifier)


class Callback(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"You may go back to the app.")
        self.server.callback = urljoin(redirect_uri, self.path)

    def log_message(self, *_):
        pass  # the path has the code in it


with HTTPServer((urlsplit(redirect_uri).hostname, urlsplit(redirect_uri).port), Callback) as loopback:
    show(open=url)
    loopback.callback = ""
    while not loopback.callback.startswith(redirect_uri):
        loopback.handle_request()

# Authlib compares `state`. It looks at neither `iss` (RFC 9207) nor `error`.
answer = parse_qs(urlsplit(loopback.callback).query)
if answer.get("iss") != [issuer]:
    raise SystemExit("this answer is not from our authorization server")
if "error" in answer:
    raise SystemExit(f"not connected: {answer['error'][0]}")
token = session.fetch_token(authorization_response=loopback.callback, state=state, code_verifier=code_verifier)
show(tokens=token)

# The person may have allowed less than you asked for, and Authlib asks again for `scope` at every refresh.
session.scope = token["scope"]
refreshed = session.refresh_token()  # a refresh token works once: keep the new one before you use anything else
show(refreshed=refreshed)
show(introspected=session.introspect_token(server["introspection_endpoint"], token=refreshed["access_token"]).json())

input("Enter disconnects.\n")
session.revoke_token(server["revocation_endpoint"], token=refreshed["refresh_token"]).raise_for_status()  # the whole grant
show(revoked=True)

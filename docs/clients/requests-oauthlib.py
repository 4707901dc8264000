# An old web app with requests-oauthlib, from before PKCE: its secret and `state` are all it has. In a new one add
# `pkce="S256"` to OAuth2Session.
#
#   pip install requests-oauthlib
#   ISSUER=… CLIENT_ID=… CLIENT_SECRET=… REDIRECT_URI=http://127.0.0.1:3000/callback python3 requests-oauthlib.py
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urljoin, urlsplit

import requests
from requests_oauthlib import OAuth2Session

issuer, redirect_uri = os.environ["ISSUER"], os.environ["REDIRECT_URI"]
client_id, client_secret = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
# The person may allow less than you ask for, which oauthlib takes for an error unless it is told.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
if issuer.startswith("http://"):
    # Only for a server on this very machine: without TLS everybody on the way reads the tokens.
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def show(**line):
    print(json.dumps(line), flush=True)  # Tokens too, to show them: a real app never prints one.


class Callback(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"You may go back to the app.")
        self.server.callback = urljoin(redirect_uri, self.path)

    def log_message(self, *_):
        pass  # the path has the code in it


session = OAuth2Session(client_id, redirect_uri=redirect_uri, scope=["analytics.read", "posts.write", "reviews.read"])
url, _ = session.authorization_url(f"{issuer}/oauth/authorize")  # the session remembers `state`

with HTTPServer((urlsplit(redirect_uri).hostname, urlsplit(redirect_uri).port), Callback) as loopback:
    show(open=url)
    loopback.callback = ""
    while not loopback.callback.startswith(redirect_uri):
        loopback.handle_request()

# Raises if `state` is not what it must be, or if the person refused. The secret goes as client_secret_basic.
token = session.fetch_token(
    f"{issuer}/oauth/token", authorization_response=loopback.callback, client_secret=client_secret, timeout=10
)
show(tokens=token)

session.scope = token["scope"]  # or the refresh asks for what was not granted
basic = (client_id, client_secret)
refreshed = session.refresh_token(f"{issuer}/oauth/token", auth=basic, timeout=10)
show(refreshed=refreshed)  # a refresh token works once: keep the new one before you use anything else

input("Enter disconnects.\n")
form = {"token": refreshed["refresh_token"]}  # requests-oauthlib has no revocation of its own; this ends the whole grant
requests.post(f"{issuer}/oauth/token/revoke", data=form, auth=basic, timeout=10).raise_for_status()
show(revoked=True)

"""A small API behind the documented middleware. Prints where it answers, and answers who calls."""
import importlib.util
import json
import os
import wsgiref.simple_server

spec = importlib.util.spec_from_file_location("middleware", os.environ["MIDDLEWARE"])
middleware = importlib.util.module_from_spec(spec)
spec.loader.exec_module(middleware)


def api(environ, start_response):
    caller = environ["consentry.caller"]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: caller[f"x-auth-{name}"] for name in ("subject", "workspace", "role", "scope")}).encode()]


server = wsgiref.simple_server.make_server("127.0.0.1", 0, middleware.Guard(api, os.environ["VERIFY"]))
print(json.dumps({"open": server.server_port}), flush=True)
server.serve_forever()

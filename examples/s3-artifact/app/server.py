"""A small HTTP server: says which version answers on which instance, and whether it is well."""

import json
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = "hello"


def answer(path: str, settings) -> tuple[int, dict]:
    """Return status and body of a path; everything that differs between environments is in the settings."""
    version = settings.get("APP_VERSION", "development")
    if path == "/health":
        return 200, {"status": "ok", "version": version}
    if path == "/":
        environment = settings.get("APP_ENVIRONMENT", "local")
        return 200, {
            "greeting": GREETING,
            "version": version,
            "environment": environment,
            "host": socket.gethostname(),
        }
    return 404, {"error": "there is no such page"}


class Handler(BaseHTTPRequestHandler):
    """Answers each request with JSON."""

    def do_GET(self):
        status, body = answer(self.path.partition("?")[0], os.environ)
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), Handler).serve_forever()

"""Answers with its environment."""
import http.server
import os


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(("hello from " + os.environ.get("GREETING", "nobody")).encode())


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()

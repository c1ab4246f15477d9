"""A small shop window: says which version serves, and whether it is well."""

import os
import socket

from flask import Flask, jsonify


def create_app() -> Flask:
    """Build the application; everything that differs between environments comes from environment variables."""
    app = Flask(__name__)
    version = os.environ.get("APP_VERSION", "development")
    environment = os.environ.get("APP_ENVIRONMENT", "local")

    @app.get("/")
    def index():
        return jsonify(application="flask-fleet", version=version, environment=environment, host=socket.gethostname())

    @app.get("/health")
    def health():
        return jsonify(status="ok", version=version)

    return app


app = create_app()

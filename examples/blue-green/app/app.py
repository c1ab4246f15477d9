"""A small shop: takes orders, and says which version serves and whether it is well."""

import os
import uuid

from flask import Flask, jsonify, request

import orders
from database import Database, Unavailable


def create_app(database=None) -> Flask:
    """Build the application; everything that differs between environments comes from environment variables.

    database: has `rows(sql, values)`, a list of rows; the one of the environment by default.
    """
    app = Flask(__name__)
    version = os.environ.get("APP_VERSION", "development")
    database = database or Database(os.environ)

    @app.get("/version")
    def say_version():
        return jsonify(application="blue-green", version=version)

    @app.get("/health")
    def health():
        """Reads with the columns of this release: one that does not fit its database gets no requests."""
        try:
            database.rows(orders.READ, {"id": str(uuid.UUID(int=0))})
        except Exception as error:
            # The log of a task is what somebody gets to see whose release was rolled back.
            app.logger.error("unwell: %s", str(error).strip())
            return jsonify(status="unwell", version=version, why=str(error).strip()), 503
        return jsonify(status="ok", version=version)

    @app.post("/orders")
    def create():
        """The caller draws the id, so that asking again for the same order makes no second one."""
        given = request.get_json(silent=True) or {}
        customer = given.get("customer")
        if not isinstance(customer, str) or customer == "":
            return jsonify(error="customer is missing"), 400
        try:
            order = str(uuid.UUID(given["id"])) if "id" in given else str(uuid.uuid4())
        except (ValueError, AttributeError, TypeError):
            return jsonify(error="id is not a UUID"), 400
        database.rows(orders.CREATE, {"id": order, "customer": customer})
        return jsonify(id=order, customer=customer), 201

    @app.get("/orders/<uuid:order>")
    def read(order):
        found = database.rows(orders.READ, {"id": str(order)})
        if not found:
            return jsonify(error="there is no such order"), 404
        return jsonify(id=str(order), customer=found[0][1])

    @app.get("/orders/count")
    def count():
        """How many orders there are, and how many of them lost their customer."""
        [(total, nameless)] = database.rows(orders.COUNT, {})
        return jsonify(count=total, nameless=nameless)

    @app.errorhandler(Unavailable)
    def unavailable(error):
        return jsonify(error=str(error)), 503

    return app

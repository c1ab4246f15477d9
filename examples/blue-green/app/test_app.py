"""Run by `python3 -m unittest` in this folder."""

import os
import unittest
import uuid
from unittest import mock

import orders
from app import create_app
from database import Unavailable


class Memory:
    """A database that keeps orders in a dictionary; `fails` is raised in place of every answer."""

    def __init__(self, fails=None):
        self.orders, self.fails = {}, fails

    def rows(self, sql, values):
        if self.fails:
            raise self.fails
        if sql == orders.CREATE:
            self.orders.setdefault(values["id"], values["customer"])
            return []
        if sql == orders.READ:
            return [(values["id"], self.orders[values["id"]])] if values["id"] in self.orders else []
        return [(len(self.orders), 0)]


class AppTest(unittest.TestCase):
    def client(self, database=None, **variables):
        with mock.patch.dict(os.environ, variables, clear=True):
            # Kept: answers refer to their application only weakly.
            self.app = create_app(database or Memory())
            return self.app.test_client()

    def test_an_order_is_taken_and_read_back(self):
        client = self.client()
        made = client.post("/orders", json={"customer": "Ann"})
        self.assertEqual(made.status_code, 201)
        order = made.get_json()["id"]
        self.assertEqual(client.get(f"/orders/{order}").get_json(), {"id": order, "customer": "Ann"})
        self.assertEqual(client.get("/orders/count").get_json(), {"count": 1, "nameless": 0})

    def test_an_order_that_is_sent_twice_is_one_order(self):
        client, order = self.client(), str(uuid.uuid4())
        for _ in range(2):
            self.assertEqual(client.post("/orders", json={"id": order, "customer": "Ann"}).status_code, 201)
        self.assertEqual(client.get("/orders/count").get_json()["count"], 1)

    def test_what_is_no_order_is_refused(self):
        client = self.client()
        for given in ({}, {"customer": ""}, {"customer": 7}, {"customer": "Ann", "id": "7"}, {"customer": "Ann", "id": 7}):
            self.assertEqual(client.post("/orders", json=given).status_code, 400, given)
        self.assertEqual(client.post("/orders", data="no JSON").status_code, 400)

    def test_an_unknown_order_is_not_found(self):
        self.assertEqual(self.client().get(f"/orders/{uuid.uuid4()}").status_code, 404)

    def test_it_says_its_version(self):
        client = self.client(APP_VERSION="1.2.3")
        self.assertEqual(client.get("/version").get_json(), {"application": "blue-green", "version": "1.2.3"})
        self.assertEqual(client.get("/health").get_json(), {"status": "ok", "version": "1.2.3"})

    def test_it_is_unwell_where_its_release_does_not_fit_the_database(self):
        answer = self.client(Memory(fails=Exception('column "customer" does not exist\n'))).get("/health")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.get_json()["why"], 'column "customer" does not exist')

    def test_it_says_that_the_database_is_away(self):
        answer = self.client(Memory(fails=Unavailable("no answer"))).post("/orders", json={"customer": "Ann"})
        self.assertEqual((answer.status_code, answer.get_json()), (503, {"error": "no answer"}))


if __name__ == "__main__":
    unittest.main()

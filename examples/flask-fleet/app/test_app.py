"""Run by `python3 -m unittest` in this folder."""

import os
import unittest
from unittest import mock

from app import create_app


class AppTest(unittest.TestCase):
    def get(self, path, **variables):
        with mock.patch.dict(os.environ, variables, clear=True):
            # Kept: answers refer to their application only weakly.
            self.app = create_app()
            return self.app.test_client().get(path)

    def test_health_answers_ok_with_the_version(self):
        answer = self.get("/health", APP_VERSION="1.2.3")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.get_json(), {"status": "ok", "version": "1.2.3"})

    def test_the_front_page_names_version_and_environment(self):
        answer = self.get("/", APP_VERSION="1.2.3", APP_ENVIRONMENT="staging").get_json()
        self.assertEqual((answer["version"], answer["environment"]), ("1.2.3", "staging"))

    def test_without_settings_it_calls_itself_a_development_version(self):
        answer = self.get("/").get_json()
        self.assertEqual((answer["version"], answer["environment"]), ("development", "local"))

    def test_an_unknown_page_is_not_found(self):
        self.assertEqual(self.get("/nothing").status_code, 404)


if __name__ == "__main__":
    unittest.main()

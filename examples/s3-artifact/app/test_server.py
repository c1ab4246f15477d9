"""Run by `python3 -m unittest` in this folder."""

import unittest

from server import answer


class ServerTest(unittest.TestCase):
    def test_health_answers_ok_with_the_version(self):
        self.assertEqual(answer("/health", {"APP_VERSION": "1.2.3"}), (200, {"status": "ok", "version": "1.2.3"}))

    def test_the_front_page_names_version_and_environment(self):
        status, body = answer("/", {"APP_VERSION": "1.2.3", "APP_ENVIRONMENT": "staging"})
        self.assertEqual((status, body["version"], body["environment"]), (200, "1.2.3", "staging"))

    def test_without_settings_it_calls_itself_a_development_version(self):
        body = answer("/", {})[1]
        self.assertEqual((body["version"], body["environment"]), ("development", "local"))

    def test_an_unknown_page_is_not_found(self):
        self.assertEqual(answer("/nothing", {})[0], 404)


if __name__ == "__main__":
    unittest.main()

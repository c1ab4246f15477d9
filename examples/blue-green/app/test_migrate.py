"""What ./migrate decides before it touches a database."""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

loader = importlib.machinery.SourceFileLoader("migrate", str(pathlib.Path(__file__).with_name("migrate")))
migrate = importlib.util.module_from_spec(importlib.util.spec_from_loader("migrate", loader))
loader.exec_module(migrate)

ADD = ("001-add.expand.sql", "expand", "ADD")
FILL = ("002-fill.expand.sql", "expand", "FILL")
DROP = ("003-drop.contract.sql", "contract", "DROP")
ALL = [ADD, FILL, DROP]


def applied(*migrations):
    return {name: migrate.digest(sql) for name, _, sql in migrations}


class MigrateTest(unittest.TestCase):
    def test_expand_applies_what_is_missing_in_order_and_never_contracts(self):
        self.assertEqual(migrate.due(ALL, {}, "expand"), [ADD, FILL])
        self.assertEqual(migrate.due(ALL, applied(ADD), "expand"), [FILL])
        self.assertEqual(migrate.due(ALL, applied(ADD, FILL), "expand"), [])

    def test_contract_waits_until_everything_is_expanded(self):
        self.assertEqual(migrate.due(ALL, applied(ADD, FILL), "contract"), [DROP])
        with self.assertRaisesRegex(migrate.Refused, "expand first"):
            migrate.due(ALL, applied(ADD), "contract")

    def test_contract_leaves_what_the_release_did_not_have_whose_contract_it_is(self):
        later = ("004-later.contract.sql", "contract", "LATER")
        self.assertEqual(migrate.due([*ALL, later], applied(ADD, FILL), "contract", {DROP[0]}), [DROP])
        self.assertEqual(migrate.due(ALL, applied(ADD, FILL), "contract", set()), [])

    def test_an_older_release_leaves_alone_what_a_later_one_applied(self):
        self.assertEqual(migrate.due([ADD], applied(*ALL), "expand"), [])

    def test_a_migration_that_was_changed_afterwards_is_refused(self):
        with self.assertRaisesRegex(migrate.Refused, "001-add.expand.sql was changed"):
            migrate.due([("001-add.expand.sql", "expand", "OTHER")], applied(ADD), "expand")

    def test_the_files_of_this_release_have_a_number_and_a_phase(self):
        self.assertEqual([name for name, _, _ in migrate.listed()][0], "001-orders.expand.sql")
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "004-more.sql").write_text("SELECT 1", encoding="utf-8")
            with self.assertRaisesRegex(migrate.Refused, "004-more.sql"):
                migrate.listed(pathlib.Path(folder))

    def test_other_words_are_refused(self):
        self.assertEqual(migrate.main(["up"]), 2)


if __name__ == "__main__":
    unittest.main()

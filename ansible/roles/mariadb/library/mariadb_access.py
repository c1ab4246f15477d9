#!/usr/bin/python
"""Makes databases and users of MariaDB, by its own client and as root over the socket: no Python driver is needed."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: mariadb_access
short_description: Databases and users of a MariaDB server on this host
description:
  - Makes what is missing and sets what differs; a second call changes nothing.
  - A password never reaches MariaDB, an argument or a log. MariaDB gets its hash, over standard input.
options:
  databases:
    description: Databases that exist afterwards.
    type: list
    elements: str
    default: []
  users:
    description: Users that exist afterwards, with exactly these privileges of databases.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the user.
        type: str
        required: true
      host:
        description: Where the user may come from.
        type: str
        default: localhost
      password:
        description: The password; if left out, that of the file, which is made once.
        type: str
      privileges:
        description: Privileges by database.
        type: dict
        default: {}
  passwords:
    description: Directory for passwords that are made here, a file for each user.
    type: path
    required: true
author: automation-stack
"""

RETURN = r"""
statements:
  description: What was done, or would be done, without passwords and hashes.
  type: list
  returned: always
"""

EXAMPLES = r"""
- name: Make a database and its user
  mariadb_access:
    databases: [shop]
    users: [{name: shop, privileges: {shop: [ALL PRIVILEGES]}}]
    passwords: /etc/automation-stack-mariadb
"""

GRANT = re.compile(r"^GRANT (?P<privileges>.+?) ON (?P<pattern>`(?:[^`]|``)+`)\.\* TO .*?(?P<pass_on> WITH GRANT OPTION)?$")
HASH = re.compile(r"'\*[0-9A-F]{40}'")


def text(value):
    """A value as a literal of SQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def name(value):
    """A name as an identifier of SQL."""
    return "`" + value.replace("`", "``") + "`"


def pattern(database):
    """A database in GRANT, where _ and % stand for other characters too."""
    return name(database.replace("_", "\\_").replace("%", "\\%"))


def account(user):
    return f"{text(user['name'])}@{text(user['host'])}"


def hashed(password):
    """What mysql_native_password keeps of a password; every client and PHP's driver know that method."""
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()


def wanted_privileges(user):
    """By database, as SHOW GRANTS writes them."""
    return {
        database: {"ALL PRIVILEGES" if privilege.upper() == "ALL" else privilege.upper() for privilege in privileges}
        for database, privileges in (user["privileges"] or {}).items()
        if privileges
    }


def granted_privileges(grants):
    """By database, of the lines of SHOW GRANTS; what is granted on all databases or on tables is not ours."""
    found = {}
    for line in grants:
        match = GRANT.match(line)
        if match:
            database = match["pattern"][1:-1].replace("``", "`").replace("\\_", "_").replace("\\%", "%")
            found[database] = set(match["privileges"].split(", ")) | ({"GRANT OPTION"} if match["pass_on"] else set())
    return found


def revoked_patterns(grants, database):
    """A database as it stands in the grants that are to go: with or without escapes."""
    matches = [GRANT.match(line) for line in grants]
    return [match["pattern"] for match in matches if match and database in granted_privileges([match.string])]


class Server:
    """The server on this host."""

    def __init__(self, module):
        self._module = module
        self._client = module.get_bin_path("mariadb", required=True)

    def ask(self, sql):
        """The rows of a statement's answer, each a list of its columns."""
        argv = [self._client, "--no-defaults", "--user=root", "--protocol=socket", "--batch", "--skip-column-names", "--raw"]
        code, out, error = self._module.run_command(argv, data=sql + "\n")
        if code != 0:
            self._module.fail_json(msg=f"MariaDB refused: {HASH.sub('…', error.strip())}")
        return [line.split("\t") for line in out.splitlines()]

    def databases(self):
        return {row[0] for row in self.ask("SHOW DATABASES;")}

    def accounts(self):
        """The hash of each account's password, or None where it comes in otherwise."""
        rows = self.ask(
            "SELECT User, Host, IF(plugin = 'mysql_native_password', authentication_string, '') FROM mysql.user"
            " WHERE is_role = 'N';"
        )
        return {(row[0], row[1]): row[2] or None for row in rows}

    def grants(self, user):
        return [row[0] for row in self.ask(f"SHOW GRANTS FOR {account(user)};")]


def made_password(path, check):
    """The password in a file, which is made if it is missing; None in a dry run without one."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().rstrip("\n"), False
    except FileNotFoundError:
        pass
    if check:
        return None, True
    password = secrets.token_urlsafe(24)
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(password + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, path)
    return password, True


def database_statements(server, wanted):
    """What makes the databases, and removes the empty one that anybody may use."""
    there = server.databases()
    made = [f"CREATE DATABASE {name(database)} CHARACTER SET utf8mb4;" for database in wanted if database not in there]
    is_sample = "test" in there and "test" not in wanted and server.ask("SHOW TABLES FROM test;") == []
    return made + (["DROP DATABASE test;"] if is_sample else [])


def stray_statements(accounts):
    """What removes accounts that anybody may use: without a name, and root from other hosts."""
    local = ("localhost", "127.0.0.1", "::1")
    strays = [(user, host) for user, host in accounts if user == "" or (user == "root" and host not in local)]
    return [f"DROP USER {text(user)}@{text(host)};" for user, host in sorted(strays)]


def user_statements(server, accounts, user, password):
    """What makes a user what is wanted."""
    key = (user["name"], user["host"])
    method = f"IDENTIFIED VIA mysql_native_password USING '{hashed(password)}'" if password is not None else ""
    statements = []
    if key not in accounts:
        statements.append(f"CREATE USER {account(user)} {method};")
    elif password is None or accounts[key] != hashed(password):
        statements.append(f"ALTER USER {account(user)} {method};")
    wanted = wanted_privileges(user)
    grants = server.grants(user) if key in accounts else []
    found = granted_privileges(grants)
    for database in sorted(set(wanted) | set(found)):
        if wanted.get(database) == found.get(database):
            continue
        for there in revoked_patterns(grants, database):
            statements.append(f"REVOKE ALL PRIVILEGES ON {there}.* FROM {account(user)};")
            if "GRANT OPTION" in found[database]:
                statements.append(f"REVOKE GRANT OPTION ON {there}.* FROM {account(user)};")
        if database in wanted:
            privileges = ", ".join(sorted(wanted[database]))
            statements.append(f"GRANT {privileges} ON {pattern(database)}.* TO {account(user)};")
    return statements


def main():
    user_options = {
        "name": {"type": "str", "required": True},
        "host": {"type": "str", "default": "localhost"},
        "password": {"type": "str", "no_log": True},
        "privileges": {"type": "dict", "default": {}},
    }
    module = AnsibleModule(
        argument_spec={
            "databases": {"type": "list", "elements": "str", "default": []},
            "users": {"type": "list", "elements": "dict", "default": [], "options": user_options},
            "passwords": {"type": "path", "required": True, "no_log": False},
        },
        supports_check_mode=True,
    )
    server = Server(module)
    accounts = server.accounts()
    statements = database_statements(server, module.params["databases"]) + stray_statements(accounts)
    made = []
    for user in module.params["users"]:
        password = user["password"]
        if password is None:
            path = os.path.join(module.params["passwords"], user["name"])
            password, is_new = made_password(path, module.check_mode)
            made += [f"(makes a password for {user['name']})"] if is_new else []
        statements += user_statements(server, accounts, user, password)
    if statements and not module.check_mode:
        server.ask("\n".join(statements))
    shown = made + [HASH.sub("…", statement) for statement in statements]
    module.exit_json(
        changed=bool(shown),
        statements=shown,
        diff={"before": "", "after": "".join(f"{line}\n" for line in shown)},
    )


if __name__ == "__main__":
    main()

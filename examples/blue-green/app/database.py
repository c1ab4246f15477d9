"""One connection to PostgreSQL for each worker process."""

import time

import psycopg2


class Unavailable(Exception):
    """The database cannot be reached."""


def settings(env) -> dict:
    """What a connection needs, from the variables that Terraform puts into the task definition."""
    return {
        "host": env.get("DATABASE_HOST", "127.0.0.1"),
        "port": env.get("DATABASE_PORT", "5432"),
        "dbname": env.get("DATABASE_NAME", "app"),
        "user": env.get("DATABASE_USER", "app"),
        "password": env.get("DATABASE_PASSWORD", ""),
        "sslmode": "require",
        "connect_timeout": 5,
        "application_name": f"blue-green {env.get('APP_VERSION', 'development')}",
    }


def connect(env, wait_seconds: float = 0):
    """Open a connection in which every statement is a transaction of its own; try again for a while."""
    until = time.monotonic() + wait_seconds
    while True:
        try:
            connection = psycopg2.connect(**settings(env))
            connection.autocommit = True
            return connection
        except psycopg2.OperationalError as error:
            if time.monotonic() >= until:
                raise Unavailable(str(error).strip()) from error
            time.sleep(0.5)


class Database:
    def __init__(self, env):
        self.env = env
        self.connection = None

    def rows(self, sql: str, values: dict) -> list:
        """Run one statement; its rows, or an empty list where it gives none.

        A connection that has ended is opened again once: all statements of orders.py may be repeated.
        """
        for last in (False, True):
            try:
                self.connection = self.connection or connect(self.env)
                with self.connection.cursor() as cursor:
                    cursor.execute(sql, values)
                    return cursor.fetchall() if cursor.description else []
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                self.connection = None
                if last:
                    raise Unavailable(str(error).strip()) from error

# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A PostgreSQL server, told about in one way whether it is embedded or the user's own.

`Server` holds what all share: the connection and what is done to databases.
"""

import os
from contextlib import contextmanager
from functools import cache
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from .console import Problem

# the first that copies a database by its files, see Server.copy
OLDEST = 150000


class Server:
    """A running server; `parameters` for libpq: host, port, user, password."""

    def __init__(self, **parameters):
        self.parameters = {
            name: str(value) for name, value in parameters.items() if value
        }

    @contextmanager
    def cursor(self, database="postgres"):
        """A cursor that commits each statement by itself."""
        connection = psycopg2.connect(dbname=database, **self.parameters)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def exists(self, database):
        with self.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            return bool(cursor.fetchone())

    def databases(self, beginning):
        """The names of the databases that begin so."""
        with self.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
                [beginning],
            )
            return [name for [name] in cursor.fetchall()]

    def drop(self, database):
        # a template cannot be dropped before it is none any more
        if self.exists(database):
            self.mark_template(database, False)
            self._execute("DROP DATABASE {} WITH (FORCE)", database)

    def create(self, database):
        """Make an empty `database`."""
        self._execute("CREATE DATABASE {} TEMPLATE template0 LC_COLLATE 'C'", database)

    def copy(self, template, database):
        """Make `database` from the database `template`."""
        statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
        self._execute(statement, database, template)

    def rename(self, database, name):
        self._execute("ALTER DATABASE {} RENAME TO {}", database, name)

    def mark_template(self, database, is_template=True):
        """A template is hidden from Odoo's list of databases."""
        statement = f"ALTER DATABASE {{}} IS_TEMPLATE {is_template}"
        self._execute(statement, database)

    def set_comment(self, database, text):
        with self.cursor() as cursor:
            statement = sql.SQL("COMMENT ON DATABASE {} IS %s")
            cursor.execute(statement.format(sql.Identifier(database)), [text])

    def comment(self, database):
        """The comment of `database`; None if it has none or does not exist."""
        with self.cursor() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                " WHERE datname = %s",
                [database],
            )
            return (cursor.fetchone() or [None])[0]

    def _execute(self, statement, *names):
        with self.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def odoo_options(self):
        """The lines of odoo.conf that lead Odoo here."""
        keys = {
            "host": "db_host",
            "port": "db_port",
            "user": "db_user",
            "password": "db_password",
        }
        return {keys[name]: value for name, value in self.parameters.items()}

    def environment(self):
        """The variables that lead PostgreSQL's own tools here."""
        return {f"PG{name.upper()}": value for name, value in self.parameters.items()}


@cache
def existing():
    """The user's own server that B2B_POSTGRES names, or None."""
    address = os.environ.get("B2B_POSTGRES")
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme not in ("postgres", "postgresql") or not parts.username:
        raise Problem(
            "B2B_POSTGRES must look like postgresql://user:password@host:5432 "
            "(user and host at least)"
        )
    if parts.username == "postgres":
        raise Problem("B2B_POSTGRES: Odoo refuses the user postgres, name another")
    host = unquote(parts.hostname or "")
    server = Server(
        host=host,
        port=parts.port,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
    )
    try:
        with server.cursor() as cursor:
            if cursor.connection.server_version < OLDEST:
                raise Problem("B2B_POSTGRES: PostgreSQL 15 or later is needed")
            cursor.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles"
                " WHERE rolname = current_user"
            )
            if not cursor.fetchone()[0]:
                raise Problem(
                    f"B2B_POSTGRES: {parts.username} may not create databases: "
                    f'run ALTER ROLE "{parts.username}" CREATEDB there'
                )
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Problem(f"B2B_POSTGRES: no connection ({reason})") from error
    return server

"""What the tests of races share."""

import threading
from contextlib import ExitStack
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests.common import BaseCase, get_db_name


class Connection:
    """An environment on a connection of its own, committed at the end."""

    def __init__(self, registry):
        self.registry = registry

    def __enter__(self):
        self.cr = self.registry.cursor()
        return api.Environment(self.cr, SUPERUSER_ID, {"tracking_disable": True})

    def __exit__(self, exc_type, exc_value, traceback):
        try:
            if exc_type is None:
                # the transactions of a race are real ones
                self.cr.commit()  # pylint: disable=invalid-commit
        finally:
            self.cr.close()


class ParallelCase(BaseCase):
    """Real connections, real commits, and the server's way of running losers again.
    What is made by :meth:`_create` is removed at the end.
    """

    def setUp(self):
        super().setUp()
        self.registry_ = Registry(get_db_name())
        self.made = []
        self.addCleanup(self._remove)

    def _connection(self):
        return Connection(self.registry_)

    def _create(self, env, model, **values):
        """Return a record that is committed with its environment."""
        record = env[model].create(values)
        self.made.append((model, record.ids))
        return record

    def _remove(self):
        with self._connection() as env:
            for model, ids in reversed(self.made):
                env[model].with_context(_force_unlink=True).browse(ids).unlink()

    def _do_in_parallel(self, actions):
        """Do some things, each in a transaction that began before any other ended.

        :param list[callable] actions: each takes an environment
        :return: how often each was run, and the errors
        :rtype: tuple[list[int], list[Exception]]
        """
        barrier = threading.Barrier(len(actions), timeout=60)
        attempts = [0] * len(actions)
        errors = []

        def run(number, env):
            def attempt():
                attempts[number] += 1
                env["b2b.contract"].search_count([])
                if attempts[number] == 1:
                    barrier.wait()
                actions[number](env)

            try:
                retrying(attempt, env)
            except Exception as error:
                env.cr.rollback()
                errors.append(error)

        # The runner of the tests holds the lock of the registry.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        with ExitStack() as stack:
            threads = []
            for number in range(len(actions)):
                env = stack.enter_context(self._connection())
                env = env(context={**env.context, "mail_activity_quick_update": True})
                threads.append(
                    threading.Thread(target=run, args=(number, env), daemon=True)
                )
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
                self.assertFalse(thread.is_alive(), "no transaction hangs")
        return attempts, errors

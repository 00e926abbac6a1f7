import threading
import uuid
from types import SimpleNamespace
from unittest.mock import patch

import requests

from odoo import http
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service import security
from odoo.tests import HttpCase, tagged
from odoo.tests.common import HOST, get_db_name

from .parallel import ParallelGoodsCase

ORDERS = 10
PIECES = 4


@tagged("post_install", "-at_install")
class TestLastPieceOverHttp(ParallelGoodsCase):
    """Dealers who press "Reserve" at the same moment: real requests to the server,
    which runs losers again by itself.
    """

    def _create_goods(self, env):
        result = super()._create_goods(env)
        partner = self._create(
            env,
            "res.partner",
            name="Parallel buyer",
            parent_id=self.entity_id,
            email=f"{uuid.uuid4()}@example.com",
        )
        user = self._create(
            env(context={**env.context, "no_reset_password": True}),
            "res.users",
            name="Parallel buyer",
            login=str(uuid.uuid4()),
            partner_id=partner.id,
            group_ids=[Command.set(env.ref("base.group_portal").ids)],
        )
        user._b2b_sync_memberships()
        self.user_id = user.id
        self.order_ids = []
        for _number in range(ORDERS):
            order = self._create_order(env, 1, self.contract_id)
            order.action_confirm()
            self.order_ids.append(order.id)
        self._put_on_shelf(env, PIECES)
        return result

    def _remove(self):
        with self._connection() as env:
            user = env["res.users"].browse(self.user_id)
            rows = user.with_context(b2b_keep_all_entities=True).b2b_membership_ids
            rows.unlink()
        return super()._remove()

    def _log_in(self, env):
        """Return a browser of the dealer, and what its forms are signed with."""
        user = env["res.users"].browse(self.user_id)
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=get_db_name(), login=user.login)
        session.update(uid=user.id, _trace_disable=True)
        session.context = dict(env(user=user.id)["res.users"].context_get())
        session.session_token = security.compute_session_token(session, env)
        http.root.session_store.save(session)
        self.addCleanup(http.root.session_store.delete, session)
        browser = requests.Session()
        browser.cookies.set("session_id", session.sid, domain=HOST)
        signing = SimpleNamespace(env=env, session=session)
        return browser, http.Request.csrf_token(signing)

    def _press_together(self, presses):
        """Send forms at once.

        :param list presses: browser, token and id of an order for each
        :return: the pages that the browsers end on
        :rtype: list[requests.Response]
        """
        barrier = threading.Barrier(len(presses), timeout=60)
        pages = [None] * len(presses)
        base = HttpCase.base_url()

        def press(number, browser, token, order_id):
            barrier.wait()
            pages[number] = browser.post(
                f"{base}/my/orders/{order_id}/reserve",
                data={"csrf_token": token},
                timeout=120,
            )

        # The runner of the tests holds the lock of the registry.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        threads = [
            threading.Thread(target=press, args=(number, *values), daemon=True)
            for number, values in enumerate(presses)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(150)
            self.assertFalse(thread.is_alive(), "no request hangs")
        return pages

    def test_each_reads_reserved_or_taken_and_never_an_error_page(self):
        with self._connection() as env:
            presses = [(*self._log_in(env), order_id) for order_id in self.order_ids]
        pages = self._press_together(presses)
        answers = []
        for page, order_id in zip(pages, self.order_ids, strict=True):
            self.assertEqual(page.status_code, 200, page.text[:500])
            if page.url.endswith("/my/reservations"):
                self.assertIn("Everything you asked for is reserved.", page.text)
                answers.append("reserved")
            else:
                self.assertTrue(page.url.endswith(f"/my/orders/{order_id}/reserve"))
                self.assertIn("it is taken", page.text)
                answers.append("taken")
        self.assertEqual(answers.count("reserved"), PIECES)
        self.assertEqual(self._get_held(), (PIECES, PIECES))

    def test_pressed_in_two_tabs_reserves_once(self):
        with self._connection() as env:
            presses = [(*self._log_in(env), self.order_ids[0]) for _tab in range(2)]
        pages = self._press_together(presses)
        for page in pages:
            self.assertEqual(page.status_code, 200, page.text[:500])
        self.assertEqual(self._get_held(), (1, 1))
        self.assertEqual(
            sorted("is reserved." in page.text for page in pages), [False, True]
        )

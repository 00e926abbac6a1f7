from base64 import b64decode
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models import b2b_1c_call
from .common import as_1c_writes, catalog, envelope
from .common_1c import Builders1c
from .test_exchange import GOODS, Client

PROTOCOL = "odoo.addons.b2b_1c_connector.models.b2b_1c_protocol"


@tagged("post_install", "-at_install")
class TestExchangeLog(Builders1c, HttpCase):
    """What administrators read of an exchange afterwards."""

    def setUp(self):
        super().setUp()
        self.client = Client(self, "test", "1c-test", self.password)

    @property
    def exchange(self):
        return self.env["b2b.1c.exchange"].search([], limit=1)

    # -- calls

    def test_call_tells_what_was_asked(self):
        self.client.log_in("sale")
        self.client.text("sale", "init", version="3.1")
        call = self.exchange.call_ids[-1]
        self.assertEqual((call.kind, call.mode, call.version), ("sale", "init", "3.1"))

    def test_whole_reply_about_orders_is_kept(self):
        self.client.log_in("sale")
        with patch.object(b2b_1c_call, "BEGINNING", 20):
            told = [self.client.call("sale", "query").content for _time in range(2)]
        calls = self.exchange.call_ids.filtered(lambda call: call.mode == "query")
        self.assertEqual(len(calls), 2, "each reply is kept, they may differ")
        self.assertEqual([b64decode(call.reply_file) for call in calls], told)
        self.assertEqual([len(call.reply) for call in calls], [20, 20])
        domain = [("res_model", "=", "b2b.1c.call"), ("res_id", "in", calls.ids)]
        self.exchange.unlink()
        self.assertFalse(self.env["ir.attachment"].sudo().search(domain))

    def test_cookie_is_not_kept(self):
        cookie = self.client.log_in("sale")[2]
        self.assertEqual(self.exchange.call_ids.reply, "success")
        self.assertNotIn(cookie, str(self.exchange.call_ids.read()))

    @mute_logger(PROTOCOL)
    def test_fault_of_ours_is_told_and_kept(self):
        self.client.log_in("sale")
        orders = self.env.registry["b2b.1c.order"]
        with patch.object(orders, "_offer", side_effect=KeyError("x")):
            reply = self.client.text("sale", "query")
        self.assertTrue(reply.startswith("failure\n"))
        call = self.exchange.call_ids[-1]
        self.assertEqual((call.mode, call.refused), ("query", True))
        self.assertEqual(self.exchange.state, "failed")
        self.assertTrue(self.client.text("sale", "query").startswith("<?xml"))

    # -- run again

    def _receive(self, content, name="import.xml"):
        self.client.log_in()
        self.client.text("catalog", "file", content, filename=name)
        self.client.text("catalog", "import", filename=name)
        file = self.exchange.file_ids
        file._import()
        return file

    def test_run_again_warns_if_newer_files_have_gone_in(self):
        failed = self._receive(GOODS[:-20])
        self.assertEqual(failed.state, "failed")
        exchange = failed.exchange_id
        self.assertFalse(exchange.is_overtaken)
        newer = as_1c_writes(envelope(catalog("<Товар><Ид>g-1</Ид></Товар>")))
        self.assertEqual(self._receive(newer).state, "done")
        exchange.invalidate_recordset(["is_overtaken"])
        self.assertTrue(exchange.is_overtaken)

    def test_run_again_need_not_warn_of_pictures_and_other_kinds(self):
        failed = self._receive(GOODS[:-20])
        failed.flows = "stock"
        self._receive(GOODS)
        self.assertFalse(failed.exchange_id.is_overtaken)
        failed.write({"flows": "goods", "content": "other"})
        failed.exchange_id.invalidate_recordset(["is_overtaken"])
        self.assertFalse(failed.exchange_id.is_overtaken)

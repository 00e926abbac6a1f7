"""One order that cannot be written keeps no others out."""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_orders import OrdersCase

OFFER = "odoo.addons.b2b_1c_connector.models.b2b_1c_order_offer"


@tagged("post_install", "-at_install")
class TestOrdersFault(OrdersCase):
    def _break(self, bad, error):
        rows = self.env.registry["b2b.1c.order"]
        original = rows._prepare_document

        def fail(self):
            if self.order_id == bad:
                raise error
            return original(self)

        return patch.object(rows, "_prepare_document", fail)

    def test_an_unforeseen_fault_sets_one_order_apart(self):
        bad, good = self.confirm(), self.confirm()
        with self._break(bad, ZeroDivisionError("no")), mute_logger(OFFER):
            with self.assertLogs(OFFER, "ERROR") as log:
                documents = self.ask()
        self.assertEqual([document.number for document in documents], [good.name])
        self.assertIn(bad.name, log.output[0])
        row = self.row(bad)
        self.assertEqual(row.state, "apart")
        self.assertTrue(row.reason and bad.activity_ids)
        self.assertEqual(self.row(good).state, "offered")

    def test_meeting_another_transaction_is_no_fault_of_the_order(self):
        bad = self.confirm()
        exchange, _token = self.env["b2b.1c.exchange"]._begin(self.connection, "sale")
        with (
            self._break(bad, SerializationFailure()),
            self.assertRaises(SerializationFailure),
        ):
            self.env["b2b.1c.order"]._offer(exchange)

    def test_a_quantity_too_small_for_1c_is_told_as_such(self):
        tonne = self.env["uom.uom"].create({"name": "Tonne"})
        grain = self.env["uom.uom"].create(
            {
                "name": "Grain",
                "relative_factor": 1e-7,
                "relative_uom_id": tonne.id,
            }
        )
        dust = self._create_product("Dust", "D-1", 5000000.0, uom_id=tonne.id)
        self._bind_product(dust, "good-2")
        bad, good = self._create_order(), self.confirm()
        bad.order_line.write({"product_id": dust.id, "product_uom_id": grain.id})
        bad.action_confirm()
        documents = self.ask()
        self.assertEqual([document.number for document in documents], [good.name])
        self.assertIn("Dust", self.row(bad).reason)

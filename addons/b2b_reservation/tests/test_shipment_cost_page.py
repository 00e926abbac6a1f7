from contextlib import contextmanager

from odoo.fields import Command
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers.shipment_form import NEW_ADDRESS
from .test_shipment_pages import LIST, ShipmentPagesCommon


@tagged("-at_install", "post_install")
class TestShipmentCostPage(ShipmentPagesCommon):
    """What a dealer is told of the cost of delivery before he sends his request."""

    def setUp(self):
        super().setUp()
        product = self.env["product.product"].create(
            {"name": "Delivery", "type": "service"}
        )
        self.own.delivery_carrier_id = self.env["delivery.carrier"].create(
            {
                "name": "Own delivery",
                "product_id": product.id,
                "delivery_type": "base_on_rule",
                "price_rule_ids": [
                    Command.create(
                        {
                            "variable": "weight",
                            "operator": "<=",
                            "max_value": 7,
                            "list_base_price": 10,
                            "list_price": 3,
                            "variable_factor": "weight",
                        }
                    )
                ],
            }
        )

    def _ask(self, **values):
        return self.make_jsonrpc_request(f"{LIST}/cost", self._get_form(**values))

    @contextmanager
    def _refused(self):
        with mute_logger("odoo.http"):
            with self.assertRaisesRegex(JsonRpcException, "Forbidden"):
                yield

    def test_cost_follows_what_is_entered_and_nothing_is_stored(self):
        requests = self.env["b2b.shipment.request"]
        orders = self.env["sale.order"].search_count([])
        line = f"line_{self.line.id}"
        # Two kilograms a piece.
        for quantity, cost in (("1", 16), ("3", 28)):
            text = self.company.currency_id.format(cost)
            self.assertEqual(self._ask(**{line: quantity}), text)
        self.assertEqual(self._ask(**{line: "0"}), "")
        self.assertFalse(requests.search_count([]))
        self.assertEqual(self.env["sale.order"].search_count([]), orders)

    def test_method_without_a_price_says_nothing(self):
        self.assertEqual(self._ask(method=str(self.pickup.id)), "")
        self.assertEqual(self._ask(method="x"), "")

    def test_what_no_rule_covers_is_for_the_manager_to_tell(self):
        text = self._ask(**{f"line_{self.line.id}": "4"})
        self.assertEqual(text, "your manager will tell you")

    def test_new_address_has_its_cost_once_it_is_saved(self):
        text = self._ask(address=NEW_ADDRESS)
        self.assertEqual(text, "known once the new address is saved with the draft")

    def test_goods_of_others_are_not_asked_about(self):
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        with self._refused():
            self._ask(entity=str(other.id))
        new_test_user(self.env, "stranger", groups="base.group_portal")
        self.authenticate("stranger", "stranger")
        with self._refused():
            self._ask()

    def test_form_shows_the_cost_as_it_is_filled_in(self):
        self.start_tour(
            f"{LIST}/new?order={self.order.id}",
            "b2b_reservation.shipment_cost",
            login="b2b_dealer",
        )

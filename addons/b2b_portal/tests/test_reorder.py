from odoo.fields import Command
from odoo.tests import tagged

from .checkout_common import B2bCheckoutCommon


@tagged("post_install", "-at_install")
class TestQuickReorder(B2bCheckoutCommon):
    """What the sidebar of the cart proposes for repeating."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.valve = cls._create_product("Valve", "KV-15", 10)
        cls.order = cls._create_past_order(cls.contract, cls.product, cls.valve)
        cls._create_past_order(cls.stranger_contract, cls.product)

    @classmethod
    def _create_past_order(cls, contract, *products, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": contract.legal_entity_id.id,
                "b2b_contract_id": contract.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 2})
                    for product in products
                ],
                **values,
            }
        )
        order.action_confirm()
        return order

    def setUp(self):
        super().setUp()
        self._log_in(self.dealer_user)

    def _get_proposals(self):
        """Return the articles that are proposed, by order."""
        page = self._get_page("/shop/cart")
        return {
            group.xpath(".//h6")[0].text_content().split()[0]: [
                line.text_content().split()[0]
                for line in group.xpath(".//div[@name='b2b_article']")
            ]
            for group in page.find_class("o_wsale_quick_reorder_line_group")
        }

    def test_goods_of_his_legal_entity_are_proposed(self):
        self.assertEqual(self._get_proposals(), {self.order.name: ["OF-100", "KV-15"]})

    def test_proposals_follow_the_chosen_legal_entity(self):
        order = self._create_past_order(self.entity_contract, self.valve)
        self._choose(self.entity_contract)
        self.assertEqual(self._get_proposals(), {order.name: ["KV-15"]})

    def test_each_product_is_proposed_once_and_not_what_is_in_the_cart(self):
        newer = self._create_past_order(self.contract, self.valve)
        self.assertEqual(
            self._get_proposals(), {newer.name: ["KV-15"], self.order.name: ["OF-100"]}
        )
        self._add_to_cart()
        self.assertEqual(self._get_proposals(), {newer.name: ["KV-15"]})

    def test_what_left_the_shop_is_not_proposed(self):
        self.valve.is_published = False
        self.assertEqual(self._get_proposals(), {self.order.name: ["OF-100"]})

    def test_cancelled_orders_are_not_proposed(self):
        self.order._action_cancel()
        self.assertFalse(self._get_proposals())

    def test_orders_he_may_not_read_are_not_proposed(self):
        self.dealer_user.b2b_membership_ids.filtered(
            lambda membership: membership.legal_entity_id == self.dealer
        ).unlink()
        self.assertFalse(self._get_proposals())

    def test_his_price_of_today_is_shown_and_taken(self):
        page = self._get_page("/shop/cart")
        prices = page.find_class("o_wsale_quick_reorder_product_price")
        self.assertIn("180.00", prices[0].text_content())
        values = self.make_jsonrpc_request(
            "/shop/cart/quick_add",
            {
                "product_template_id": self.product.product_tmpl_id.id,
                "product_id": self.product.id,
                "quantity": 2,
            },
        )
        self.assertNotIn("OF-100", values["website_sale.quick_reorder_history"])
        self.assertEqual(self._get_cart().order_line.price_unit, 90)

    def test_sets_differ_by_what_they_are_made_of(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Part",
                "combo_item_ids": [
                    Command.create({"product_id": product.id})
                    for product in (self.product, self.valve)
                ],
            }
        )
        kit = self._create_product(
            "Kit", "KIT", 50, type="combo", is_storable=False, combo_ids=combo.ids
        )
        sets = [self._create_set(kit, item) for item in combo.combo_item_ids]
        again = self._create_set(kit, combo.combo_item_ids[0])
        keys = [line._b2b_get_reorder_key() for line in (*sets, again)]
        self.assertNotEqual(keys[0], keys[1])
        self.assertEqual(keys[0], keys[2])

    def _create_set(self, kit, item):
        """Return the order line of a set that is made of one part."""
        order = self._create_order()
        line = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": kit.id}
        )
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": item.product_id.id,
                "linked_line_id": line.id,
                "combo_item_id": item.id,
            }
        )
        return line

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservationCommon

FORM = "/my/shipment-requests/new"


class TwoWarehouses(B2bReservationBuilders):
    """An order of which a route brings one line from another warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["stock.warehouse"].create({"name": "Annex", "code": "ANX"})
        route = cls.other.delivery_route_id
        route.sale_selectable = True
        cls._set_stock(cls.product, 5)
        cls.far = cls._create_product("Sofa", "SO-1", 10)
        cls.env["stock.quant"]._update_available_quantity(
            cls.far, cls.other.lot_stock_id, 5
        )
        cls.order = cls.env["sale.order"].create(
            {
                "warehouse_id": cls.warehouse.id,
                "partner_id": cls.contract.legal_entity_id.id,
                "b2b_contract_id": cls.contract.id,
                "order_line": [
                    Command.create(
                        {"product_id": cls.product.id, "product_uom_qty": 2}
                    ),
                    Command.create(
                        {
                            "product_id": cls.far.id,
                            "product_uom_qty": 3,
                            "route_ids": [Command.set(route.ids)],
                        }
                    ),
                ],
            }
        )
        cls.order.action_confirm()
        cls.near_line, cls.far_line = cls.order.order_line


@tagged("post_install", "-at_install")
class TestWarehouses(TwoWarehouses, B2bReservationCommon):
    def setUp(self):
        super().setUp()
        self.order.with_user(self.dealer_user)._b2b_reserve()

    def test_goods_of_two_warehouses_are_on_two_requests(self):
        with self.assertRaisesRegex(UserError, "in different warehouses"):
            self._request_shipment((self.near_line, 2), (self.far_line, 3))

    def test_each_request_is_of_the_warehouse_its_goods_are_in(self):
        near = self._request_shipment((self.near_line, 2))
        far = self._request_shipment((self.far_line, 3))
        self.assertEqual(near.warehouse_id, self.warehouse)
        self.assertEqual(far.warehouse_id, self.other)
        far.with_user(self.staff_user).action_confirm()
        self.assertEqual(far.picking_ids.picking_type_id.warehouse_id, self.other)

    def test_request_follows_its_goods_to_another_warehouse(self):
        request = self._create_request((self.near_line, 2))
        self.assertEqual(request.warehouse_id, self.warehouse)
        self.near_line.route_ids = self.far_line.route_ids
        self.assertEqual(self.near_line.warehouse_id, self.other)
        self.assertEqual(request.warehouse_id, self.other)

    def test_form_lists_the_lines_of_one_warehouse(self):
        request = self._create_request((self.far_line, 3))
        lines = request._get_form_lines(self.other)
        self.assertIn(self.far_line, lines)
        self.assertNotIn(self.near_line, lines)


@tagged("post_install", "-at_install")
class TestWarehousePages(TwoWarehouses, B2bBuilders, HttpCase):
    def test_composer_shows_each_warehouse_apart(self):
        self.order.with_user(self.dealer_user)._b2b_reserve()
        self.authenticate("b2b_dealer", "b2b_dealer")
        names = {
            line: f'name="line_{line.id}"' for line in (self.near_line, self.far_line)
        }
        page = self.url_open(f"{FORM}?order={self.order.id}").text
        self.assertIn(names[self.near_line], page)
        self.assertNotIn(names[self.far_line], page)
        self.assertIn(f"warehouse={self.other.id}", page)
        address = f"{FORM}?entity={self.dealer.id}&warehouse={self.other.id}"
        page = self.url_open(address).text
        self.assertIn(names[self.far_line], page)
        self.assertNotIn(names[self.near_line], page)

    def test_composer_opens_on_the_warehouse_that_has_something(self):
        self.order.with_user(self.dealer_user)._b2b_reserve({self.far_line.id: 3})
        self.authenticate("b2b_dealer", "b2b_dealer")
        page = self.url_open(f"{FORM}?order={self.order.id}").text
        self.assertIn(f'name="line_{self.far_line.id}"', page)

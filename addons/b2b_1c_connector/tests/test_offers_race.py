from odoo.tests import tagged

from odoo.addons.b2b_portal.tests.parallel import ParallelCase

from .common import as_1c_writes, envelope, package
from .common_offers import offer


@tagged("post_install", "-at_install")
class TestStockRaces(ParallelCase):
    """Files of 1C and staff who change the stock of the same goods at once."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            connection = self._create(
                env, "b2b.1c.backend", name="Race", key="race-stock"
            )
            user = connection.user_id
            people = [("res.partner", user.partner_id.ids), (user._name, user.ids)]
            self.made[:0] = people
            template = env["product.template"].create(
                {"name": "Race", "is_storable": True}
            )
            self.product = template.product_variant_id.id
            rows = [("good-1", template.id, "Race", False)]
            env["b2b.1c.binding"]._bind(connection, "product.template", rows)
            self.exchange = env["b2b.1c.exchange"]._begin(connection, "catalog")[0].id
            self.place = connection._get_stock_warehouse().lot_stock_id.id
            quants = env["stock.quant"]
            quants._update_available_quantity(*self._browse(env), 10)
        self.addCleanup(self._empty)

    def _browse(self, env):
        product = env["product.product"].browse(self.product)
        return product, env["stock.location"].browse(self.place)

    def _empty(self):
        """Goods that have been moved cannot be deleted."""
        with self._connection() as env:
            product, _place = self._browse(env)
            lines = [("product_id", "=", product.id), ("state", "=", "assigned")]
            env["stock.move"].search(lines)._action_cancel()
            quants = env["stock.quant"].search([("product_id", "=", product.id)])
            quants.sudo().unlink()
            product.product_tmpl_id.active = False

    def _import(self, *quantities):
        """An action for each quantity: a file with it is imported."""

        def act(quantity):
            def action(env):
                body = package(offer(f"<Количество>{quantity}</Количество>"))
                file = env["b2b.1c.file"].create(
                    {"exchange_id": self.exchange, "name": "offers.xml"}
                )
                file._append(as_1c_writes(envelope(body)))
                file.state = "waiting"
                file._import()
                self.assertEqual(file.state, "done", file.error)

            return action

        return [act(quantity) for quantity in quantities]

    def _reserve(self, env):
        product, place = self._browse(env)
        warehouse = place.warehouse_id
        move = env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 8,
                "location_id": place.id,
                "location_dest_id": env.ref("stock.stock_location_customers").id,
                "picking_type_id": warehouse.out_type_id.id,
            }
        )
        move._action_confirm()
        move._action_assign()

    def _get_quantities(self):
        """What is on hand, and what of it is reserved."""
        with self._connection() as env:
            product, place = self._browse(env)
            quants = env["stock.quant"]._gather(product, place)
            fields = ("quantity", "reserved_quantity")
            return tuple(sum(quants.mapped(field)) for field in fields)

    def test_staff_reserve_while_stock_goes_down(self):
        _attempts, errors = self._do_in_parallel([*self._import(5), self._reserve])
        self.assertFalse(errors)
        on_hand, reserved = self._get_quantities()
        self.assertLessEqual(reserved, on_hand)
        self.assertIn((on_hand, reserved), [(5, 5), (8, 8)])

    def test_staff_reserve_while_stock_goes_up(self):
        _attempts, errors = self._do_in_parallel([*self._import(12), self._reserve])
        self.assertFalse(errors)
        self.assertEqual(self._get_quantities(), (12, 8))

"""Builders shared by the tests of reservations."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.b2b_portal.tests.common import B2bCommon


class B2bReservationBuilders:
    """Mixin beside :class:`B2bBuilders`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )

    @classmethod
    def _confirm_order(cls, quantity=5.0, contract=None, product=None, **values):
        """Return a confirmed order of one product on a contract."""
        contract = contract or cls.contract
        order = cls.env["sale.order"].create(
            {
                "partner_id": contract.legal_entity_id.id,
                "b2b_contract_id": contract.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.product).id,
                            "product_uom_qty": quantity,
                            "price_unit": 10.0,
                            **values,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order

    def _reserve(self, order, quantity=None, user=None):
        """Return the reservation that a dealer makes of one line."""
        quantities = None if quantity is None else {order.order_line.id: quantity}
        user = user or self.dealer_user
        return order.with_user(user)._b2b_reserve(quantities).with_env(self.env)

    def _expire(self, reservation, hours=49):
        """Let time pass for a reservation, and the cron run."""
        reservation.date_expiry = fields.Datetime.now() - timedelta(hours=hours - 48)
        self._run_cron()

    def _run_cron(self, name="ir_cron_release_expired"):
        """Run a cron as the server does, with its commits."""
        with self.enter_registry_test_mode():
            self.env.ref(f"b2b_reservation.{name}").method_direct_trigger()

    def assertHeld(self, order, quantity):
        self.env.invalidate_all()
        self.assertEqual(order.order_line._b2b_quantity_held(), quantity)


class B2bReservationCommon(B2bReservationBuilders, B2bCommon):
    """Tests of models."""

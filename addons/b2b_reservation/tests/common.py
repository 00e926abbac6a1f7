"""Builders shared by the tests of reservations."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form

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
    def _confirm_order(
        cls, quantity=5.0, contract=None, product=None, warehouse=None, **values
    ):
        """Return a confirmed order of one product on a contract."""
        contract = contract or cls.contract
        order = cls.env["sale.order"].create(
            {
                "warehouse_id": (warehouse or cls.warehouse).id,
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

    def _prepare_release(self, reservations, user=None):
        """Return the form by which staff release reservations, as it opens."""
        wizard = self.env["b2b.reservation.release"].with_user(user or self.staff_user)
        return Form(wizard.with_context(default_reservation_ids=reservations.ids))

    def _release_by_staff(self, reservations, quantity=None, user=None):
        """Release reservations as staff do, or so much of the only line of one."""
        form = self._prepare_release(reservations, user)
        form.reason = "Needed elsewhere"
        if quantity is not None:
            with form.line_ids.edit(0) as line:
                line.quantity = quantity
        form.save().action_apply()

    def _expire(self, reservation, hours=49):
        """Let time pass for a reservation, and the cron run."""
        reservation.date_expiry = fields.Datetime.now() - timedelta(hours=hours - 48)
        self._run_cron()

    def _run_cron(self, name="ir_cron_release_expired"):
        """Run a cron as the server does, with its commits."""
        with self.enter_registry_test_mode():
            self.env.ref(f"b2b_reservation.{name}").method_direct_trigger()

    def _pay_bill(self, bill, amount=None):
        """Book money for a bill, in full by default."""
        self.env["account.payment"].create(
            {
                "partner_id": bill.legal_entity_id.id,
                "amount": bill.amount_total if amount is None else amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "b2b_payment_request_id": bill.id,
            }
        ).action_post()

    def _pay_order(self, order):
        """Pay the bill of an order in full."""
        self._pay_bill(order._b2b_issue_bill())

    def _prepare_request(self, *lines, **values):
        """Return values of a complete shipment request.

        :param lines: order lines with the quantity to ship, as pairs
        """
        order = lines[0][0].order_id
        method = self.env.ref("b2b_reservation.shipment_method_own")
        return {
            "legal_entity_id": order.b2b_legal_entity_id.id,
            "company_id": order.company_id.id,
            "user_id": self.dealer_user.id,
            "method_id": method.id,
            "date_wanted": method._get_first_date(order.company_id),
            "address_id": order.partner_shipping_id.id,
            "contact_name": "Anna Petrova",
            "contact_phone": "+380 44 123 45 67",
            "line_ids": [
                Command.create({"sale_line_id": line.id, "quantity": quantity})
                for line, quantity in lines
            ],
            **values,
        }

    def _create_request(self, *lines, **values):
        """Return the draft of a complete shipment request."""
        requests = self.env["b2b.shipment.request"]
        return requests.create(self._prepare_request(*lines, **values))

    def _request_shipment(self, *lines, **values):
        """Return a shipment request that a dealer has sent."""
        request = self._create_request(*lines, **values)
        request.with_user(self.dealer_user)._send()
        return request

    def _deliver(self, picking, **quantities):
        """Validate a transfer as the warehouse does, all it holds by default."""
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()

    def _return(self, picking, quantities, user):
        """Return the transfer that brings goods of a done one back, not done yet.

        :param dict quantities: how much of which product
        """
        wizard = (
            self.env["stock.return.picking"]
            .with_user(user)
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = quantities.get(line.product_id, 0.0)
        return wizard._create_return()

    def assertHeld(self, order, quantity):
        self.env.invalidate_all()
        self.assertEqual(order.order_line._b2b_quantity_held(), quantity)


class B2bReservationCommon(B2bReservationBuilders, B2bCommon):
    """Tests of models."""


class B2bReservedCommon(B2bReservationCommon):
    """An order of five pieces that a dealer has reserved, of ten."""

    def setUp(self):
        super().setUp()
        self._set_stock(self.product, 10)
        self.order = self._confirm_order()
        self.reservation = self._reserve(self.order)
        self.line = self.reservation.line_ids

"""What installing changes outside the addon, and uninstalling takes back.

The whole of it on a database in use is tried by ``./setup/check lifecycle``.
"""

from odoo.fields import Command
from odoo.tests import tagged

from ..hooks import pre_init_hook, uninstall_hook
from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestHooks(B2bCommon):
    def _is_switched_on(self):
        employees = self.env.ref("base.group_user")
        return self.env.ref("product.group_product_pricelist") in employees.implied_ids

    def test_pricelists_are_switched_off_again(self):
        self.assertTrue(self._is_switched_on())
        uninstall_hook(self.env)
        self.assertFalse(self._is_switched_on())

    def test_pricelists_that_were_on_before_stay(self):
        uninstall_hook(self.env)
        pricelists = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").implied_ids = [Command.link(pricelists.id)]
        pre_init_hook(self.env)
        uninstall_hook(self.env)
        self.assertTrue(self._is_switched_on())

    def test_numbers_of_payment_requests_go(self):
        self.env["res.company"].create({"name": "Second supplier"})
        uninstall_hook(self.env)
        sequences = self.env["ir.sequence"].with_context(active_test=False)
        self.assertFalse(sequences.search([("code", "=", "b2b.payment.request")]))

    def _has_external_id(self, record):
        return bool(record.get_external_id()[record.id])

    def test_carrier_of_orders_is_kept(self):
        order = self._create_order()
        carrier = self.env.ref("b2b_portal.delivery_carrier_by_request")
        order.carrier_id = carrier
        uninstall_hook(self.env)
        self.assertEqual(order.carrier_id, carrier)
        self.assertFalse(carrier.active)
        # Without it no record is deleted.
        self.assertFalse(self._has_external_id(carrier))
        self.assertFalse(self._has_external_id(carrier.product_id))

    def test_carrier_that_nobody_ordered_goes(self):
        carrier = self.env.ref("b2b_portal.delivery_carrier_by_request")
        product = carrier.product_id
        uninstall_hook(self.env)
        self.assertFalse(carrier.exists())
        self.assertTrue(product.active)
        self.assertTrue(self._has_external_id(product))

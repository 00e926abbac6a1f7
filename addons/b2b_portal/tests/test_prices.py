"""Invariant: a dealer's user sees the prices of his contracts and those offered to
every visitor, never those agreed with somebody else."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestPricesOfOthers(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["product.pricelist"].search([]).selectable = False
        # Who has none of his own gets the first one.
        cls._create_pricelist("First", sequence=-1)
        cls.base = cls._create_pricelist("Base")
        cls.own = cls._create_pricelist("Own", base=cls.base)
        cls.foreign = cls._create_pricelist("Foreign")
        cls.contract.pricelist_id = cls.own
        cls.stranger_contract.pricelist_id = cls.foreign

    @classmethod
    def _create_pricelist(cls, name, base=None, **values):
        rule = {"compute_price": "percentage", "percent_price": 10}
        if base:
            rule |= {"base": "pricelist", "base_pricelist_id": base.id}
        return cls.env["product.pricelist"].create(
            {"name": name, "item_ids": [Command.create(rule)], **values}
        )

    def _sees(self, pricelist, user=None):
        """Tell whether a user sees a pricelist; he sees its rules just as well."""
        user = user or self.dealer_user
        found = pricelist.with_user(user).search([("id", "=", pricelist.id)])
        rules = pricelist.item_ids.with_user(user)
        self.assertEqual(rules._filtered_access("read"), rules if found else rules[:0])
        return bool(found)

    def test_prices_of_others_are_not_read(self):
        self.assertTrue(self._sees(self.own))
        self.assertFalse(self._sees(self.foreign))
        with self.assertRaises(AccessError):
            self.foreign.item_ids.with_user(self.dealer_user).read(["percent_price"])

    def test_what_his_prices_are_based_on_is_read(self):
        self.assertTrue(self._sees(self.base))
        self.assertFalse(self._sees(self.base, self.stranger_user))

    def test_prices_of_the_legal_entity_are_read(self):
        self.entity_contract.pricelist_id = False
        self.assertFalse(self._sees(self.foreign))
        self.entity.property_product_pricelist = self.foreign
        self.assertTrue(self._sees(self.foreign), "the rules have not been remembered")

    def test_what_every_visitor_may_choose_is_read(self):
        self.foreign.selectable = True
        self.assertTrue(self._sees(self.foreign))

    def test_change_of_the_contract_counts_at_once(self):
        self.assertFalse(self._sees(self.foreign))
        self.contract.pricelist_id = self.foreign
        self.assertTrue(self._sees(self.foreign))
        self.contract.pricelist_id = self.own
        self.assertFalse(self._sees(self.foreign))
        self._create_contract(self.dealer, "D-2", pricelist_id=self.foreign.id)
        self.assertTrue(self._sees(self.foreign))

    def test_staff_and_customers_without_membership_are_not_bound(self):
        for user in (self.staff_user, self.env.ref("base.public_user")):
            self.assertTrue(self._sees(self.foreign, user))

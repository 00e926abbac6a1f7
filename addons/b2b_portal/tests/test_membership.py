from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestMembership(B2bCommon):
    def _entities(self, user):
        return user.b2b_membership_ids.legal_entity_id

    def test_head_office_contact_gets_all_entities(self):
        self.assertEqual(self._entities(self.dealer_user), self.dealer + self.entity)
        self.assertFalse(self._entities(self.dealer_user) & self.dealer_user.partner_id)

    def test_head_office_contact_gets_a_new_entity(self):
        new = self._create_entity("Hooves Export", parent=self.entity)
        self.assertIn(new, self._entities(self.dealer_user))

    def test_entity_that_joins_the_dealer_is_added(self):
        self.stranger.parent_id = self.dealer
        self.assertIn(self.stranger, self._entities(self.dealer_user))

    def test_contact_of_one_entity_gets_that_entity(self):
        user = self._create_dealer_user("b2b_branch", self.entity)
        self.assertEqual(self._entities(user), self.entity)
        self._create_entity("Hooves Export", parent=self.dealer)
        self.assertEqual(self._entities(user), self.entity)

    def test_entity_taken_away_does_not_come_back(self):
        self.dealer_user.b2b_membership_ids.filtered(
            lambda membership: membership.legal_entity_id == self.entity
        ).unlink()
        self._create_entity("Hooves Export", parent=self.dealer)
        self.dealer_user._b2b_sync_memberships()
        self.assertEqual(self._entities(self.dealer_user), self.dealer)
        self.assertFalse(self.dealer_user.b2b_all_entities)

    def test_contact_who_moves_to_another_dealer_loses_the_old_one(self):
        self.dealer_user.partner_id.parent_id = self.stranger
        self.assertEqual(self._entities(self.dealer_user), self.stranger)

    def test_entity_that_leaves_the_dealer_is_taken_from_his_users(self):
        self.entity.parent_id = False
        self.assertEqual(self._entities(self.dealer_user), self.dealer)
        self.assertTrue(self.dealer_user.b2b_all_entities)

    def test_entity_of_another_dealer_given_by_hand_stays_after_a_move(self):
        outside = self._create_entity("Outside")
        self.env["b2b.membership"].create(
            {"user_id": self.dealer_user.id, "legal_entity_id": outside.id}
        )
        self.dealer_user.partner_id.parent_id = self.stranger
        self.assertEqual(self._entities(self.dealer_user), self.stranger + outside)

    def test_user_who_gets_another_partner_loses_the_old_dealer(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "email": "a@example.com", "parent_id": self.stranger.id}
        )
        self.dealer_user.partner_id = contact
        self.assertEqual(self._entities(self.dealer_user), self.stranger)

    def test_internal_user_gets_none(self):
        self.assertFalse(self._entities(self.staff_user))

    def test_granting_portal_access_gives_the_entities(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Ann",
                "email": "ann@example.com",
                "parent_id": self.dealer.id,
            }
        )
        wizard = (
            self.env["portal.wizard"].with_context(active_ids=contact.ids).create({})
        )
        wizard.user_ids.action_grant_access()
        self.assertEqual(self._entities(contact.user_ids), self.dealer + self.entity)

    def test_role_decides_who_orders(self):
        membership = self.dealer_user.b2b_membership_ids.filtered(
            lambda membership: membership.legal_entity_id == self.dealer
        )
        self.assertTrue(self.dealer_user._b2b_may("order", self.dealer))
        membership.role = "accountant"
        self.assertFalse(self.dealer_user._b2b_may("order", self.dealer))
        self.assertTrue(self.dealer_user._b2b_may("pay", self.dealer))
        self.assertTrue(self.dealer_user._b2b_may("order", self.entity))
        self.assertFalse(self.dealer_user._b2b_may("order", self.stranger))

    def test_change_of_membership_is_seen_by_the_access_rules_at_once(self):
        contract = self.entity_contract.with_user(self.dealer_user)
        contract.read(["name"])
        self.dealer_user.b2b_membership_ids.filtered(
            lambda membership: membership.legal_entity_id == self.entity
        ).unlink()
        contract.invalidate_recordset()
        with self.assertRaises(AccessError):
            contract.read(["name"])

    def test_given_entity_opens_its_contracts_at_once(self):
        contract = self.stranger_contract.with_user(self.dealer_user)
        self.assertFalse(contract.has_access("read"))
        membership = self.env["b2b.membership"].create(
            {
                "user_id": self.dealer_user.id,
                "legal_entity_id": self.stranger.id,
            }
        )
        self.assertTrue(contract.has_access("read"))
        membership.legal_entity_id = self._create_entity("Somebody else")
        self.assertFalse(contract.has_access("read"))

    def test_dealer_cannot_give_himself_an_entity_or_a_role(self):
        with self.assertRaises(AccessError):
            self.env["b2b.membership"].with_user(self.dealer_user).create(
                {
                    "user_id": self.dealer_user.id,
                    "legal_entity_id": self.stranger.id,
                }
            )
        with self.assertRaises(AccessError):
            self.dealer_user.b2b_membership_ids[0].with_user(
                self.dealer_user
            ).role = "admin"
        with self.assertRaises(AccessError):
            self.dealer_user.with_user(self.dealer_user).b2b_all_entities = True

    def test_dealer_reads_his_own_memberships_only(self):
        found = (
            self.env["b2b.membership"]
            .with_user(self.dealer_user)
            .search([("legal_entity_id", "in", (self.dealer + self.stranger).ids)])
        )
        self.assertEqual(found.user_id, self.dealer_user)

    def test_dealer_is_the_topmost_partner(self):
        deep = self._create_entity("Hooves Export", parent=self.entity)
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": deep.id})
        self.assertEqual((deep + contact).b2b_dealer_id, self.dealer)
        self.entity.parent_id = False
        self.assertEqual((deep + contact).b2b_dealer_id, self.entity)

    def test_kpp_must_have_nine_characters(self):
        self.entity.kpp = "770101001"
        with self.assertRaisesRegex(ValidationError, "KPP"):
            self.entity.kpp = "7701"

    def test_contacts_and_addresses_carry_the_kpp_of_their_entity(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.entity.id}
        )
        self.entity.kpp = "770101001"
        self.assertEqual(contact.kpp, "770101001")
        branch = self._create_entity("Hooves Export", parent=self.entity)
        self.assertFalse(branch.kpp)

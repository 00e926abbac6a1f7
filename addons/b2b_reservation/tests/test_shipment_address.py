import functools

from odoo.tests import new_test_user, tagged

from .parallel import ParallelGoodsCase
from .test_shipment_pages import LIST, ShipmentPagesCommon


class ShipmentAddressCommon(ShipmentPagesCommon):
    def _get_form(self, **values):
        """Return what the browser sends of a form with a new address."""
        return super()._get_form(
            **{
                "address": "new",
                "address_name": "North depot",
                "address_street": "Quay 5",
                "address_zip": "2000",
                "address_city": "Antwerp",
                "address_country": str(self.env.ref("base.be").id),
                "address_state": "",
                **values,
            }
        )

    def _get_addresses(self, entity=None):
        self.env.invalidate_all()
        return self.env["res.partner"].search(
            [("parent_id", "=", (entity or self.dealer).id), ("type", "=", "delivery")]
        )


@tagged("post_install", "-at_install")
class TestShipmentAddress(ShipmentAddressCommon):
    def setUp(self):
        super().setUp()
        self.known = self._get_addresses()

    def _get_new(self, entity=None):
        return self._get_addresses(entity) - self.known

    def test_new_address_becomes_a_delivery_contact_of_the_legal_entity(self):
        self._post()
        shipment = self._get_shipment()
        self.assertEqual(shipment.state, "sent")
        self.assertRecordValues(
            shipment.address_id,
            [
                {
                    "parent_id": self.dealer.id,
                    "type": "delivery",
                    "is_company": False,
                    "name": "North depot",
                    "street": "Quay 5",
                    "zip": "2000",
                    "city": "Antwerp",
                    "country_id": self.env.ref("base.be").id,
                    "state_id": False,
                    # The shop asks for them, too.
                    "phone": "+380 44 123 4567",
                    "email": "b2b_dealer@example.com",
                    "company_id": False,
                }
            ],
        )
        self.assertEqual(self._get_new(), shipment.address_id)
        page = self.url_open(f"{LIST}/{shipment.id}")
        self.assertIn("Quay 5", page.text)

    def test_new_address_is_of_the_entity_that_ships_not_of_the_users_own(self):
        contract = self._create_contract(self.entity, "SUB-1")
        self._set_stock(self.product, 10)
        order = self._confirm_order(2, contract=contract)
        self._reserve(order)
        values = {"entity": str(self.entity.id), f"line_{order.order_line.id}": "1"}
        self._post(**values)
        self.assertEqual(self._get_new(self.entity).name, "North depot")
        self.assertFalse(self._get_new())

    def test_address_without_a_name_has_that_of_the_legal_entity(self):
        self._post(address_name="")
        self.assertEqual(self._get_new().name, self.dealer.name)

    def test_address_that_was_entered_can_be_chosen_the_next_time(self):
        self._post()
        page = self.url_open(f"{LIST}/new?entity={self.dealer.id}")
        self.assertIn(f'value="{self._get_new().id}"', page.text)
        self.assertIn("Another address", page.text)

    def test_all_that_is_missing_is_said_at_once_and_nothing_is_lost(self):
        page = self._post(
            address_street=" ",
            address_zip="",
            address_city="",
            address_country=str(self.env.ref("base.us").id),
            contact_name="",
        )
        problems = self._get_problems(page)
        for word in ("the street", "postal code", "the city", "the state", "his name"):
            self.assertTrue(any(word in text for text in problems), (word, problems))
        self.assertFalse(any("brought to" in text for text in problems), problems)
        inputs = self._get_inputs(page)
        self.assertEqual(inputs["address"], "new")
        self.assertEqual(inputs["address_name"], "North depot")
        self.assertEqual(inputs["address_country"], str(self.env.ref("base.us").id))
        self.assertFalse(self._get_new())

    def test_country_says_whether_it_needs_a_state_and_a_postal_code(self):
        country = self.env["res.country"].create(
            {"name": "Nowhere", "code": "XN", "zip_required": False}
        )
        self._post(address_zip="", address_country=str(country.id))
        self.assertEqual(self._get_new().country_id, country)
        self.env["b2b.shipment.request"].search([])._cancel()
        country.zip_required = True
        page = self._post(address_zip="", address_country=str(country.id))
        self.assertEqual(len(self._get_problems(page)), 1)

    def test_state_is_one_of_the_country(self):
        texas = self.env.ref("base.state_us_44")
        page = self._post(address_state=str(texas.id))
        self.assertRefused("is in another country", page)
        self.assertFalse(self._get_new())
        self._get_shipment().unlink()
        self._post(
            address_state=str(texas.id), address_country=str(texas.country_id.id)
        )
        self.assertEqual(self._get_new().state_id, texas)

    def test_nonsense_for_a_country_is_no_country(self):
        for word in ("²", "9" * 30, "-1", "0", "Belgium", str(2**31 - 1)):
            with self.subTest(word=word):
                self._get_shipment().unlink()
                page = self._post(address_country=word)
                self.assertRefused("Choose the country", page)
        self.assertFalse(self._get_new())

    def test_right_address_stays_chosen_when_something_else_is_wrong(self):
        page = self._post(contact_phone="12")
        self.assertRefused("is no phone number", page)
        self.assertEqual(self._get_inputs(page)["address"], str(self._get_new().id))
        self.assertEqual(self._get_shipment().address_id, self._get_new())

    def test_draft_keeps_the_address(self):
        self._post(submit="draft")
        self.assertEqual(self._get_shipment().state, "draft")
        self.assertEqual(self._get_shipment().address_id, self._get_new())

    def test_form_sent_twice_makes_one_address(self):
        form = self._get_form()
        for _n in range(2):
            self.url_open(f"{LIST}/new", data=form)
        self.assertEqual(len(self._get_shipment()), 1)
        self.assertEqual(len(self._get_new()), 1)

    def test_address_that_is_known_is_not_made_again(self):
        self._post()
        self._post(address_street="  quay   5", address_city="ANTWERP", submit="draft")
        self.assertEqual(len(self._get_new()), 1)
        self.assertEqual(self._get_shipment().address_id, self._get_new())

    def test_another_house_is_another_address(self):
        self._post()
        self._post(address_street="Quay 6", submit="draft")
        self.assertEqual(len(self._get_new()), 2)

    def test_method_that_brings_goods_nowhere_makes_no_address(self):
        page = self._post(method=str(self.pickup.id), address_street="")
        self.assertFalse(any("street" in text for text in self._get_problems(page)))
        self.assertFalse(self._get_new())
        self.assertFalse(self._get_shipment().address_id)

    def test_address_is_made_for_no_foreign_entity(self):
        response = self._post(entity=str(self.stranger.id))
        self.assertEqual(response.status_code, 403)
        self.assertFalse(self._get_addresses(self.stranger))
        self.assertFalse(self._get_new())

    def test_who_may_not_order_makes_no_address(self):
        shipment = self._create_request((self.line, 1))
        new_test_user(self.env, login="plain_portal", groups="base.group_portal")
        self.authenticate("plain_portal", "plain_portal")
        self.assertEqual(self._post().status_code, 403)
        response = self._post(f"{LIST}/{shipment.id}/edit")
        self.assertEqual(response.status_code, 404)
        self.assertFalse(self._get_new())


@tagged("post_install", "-at_install")
class TestAddressesAtOnce(ParallelGoodsCase):
    def _remove(self):
        with self._connection() as env:
            env["res.partner"].search([("parent_id", "=", self.entity_id)]).unlink()
        return super()._remove()

    def test_one_address_entered_on_two_requests_at_once_is_one(self):
        answers = []

        def add(env, street):
            entity = env["res.partner"].browse(self.entity_id)
            values = {
                "parent_id": entity.id,
                "type": "delivery",
                "name": "Depot",
                "street": street,
            }
            answers.append(entity._b2b_add_delivery_address(values).id)

        attempts, errors = self._do_in_parallel(
            [functools.partial(add, street=street) for street in ("Quay 5", "quay 5")]
        )
        self.assertFalse(errors)
        self.assertGreater(max(attempts), 1, "the loser is run again")
        with self._connection() as env:
            found = env["res.partner"].search([("parent_id", "=", self.entity_id)])
            self.assertEqual(len(found), 1)
            self.assertEqual(answers[-1], found.id)

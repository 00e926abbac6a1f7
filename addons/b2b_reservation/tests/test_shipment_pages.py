import base64
import uuid
from datetime import timedelta

from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from ..controllers import shipment_form
from .common import B2bReservationBuilders

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF"
PNG = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    b"AABJRU5ErkJggg=="
)
LIST = "/my/shipment-requests"


class ShipmentPagesCommon(B2bReservationBuilders, B2bBuilders, HttpCase):
    """A dealer with an order whose five pieces are reserved."""

    def setUp(self):
        super().setUp()
        self.authenticate("b2b_dealer", "b2b_dealer")
        self.product.write({"weight": 2.0, "volume": 0.5})
        self._set_stock(self.product, 5)
        self.order = self._confirm_order(5)
        self.line = self.order.order_line
        self._reserve(self.order)
        self.pickup = self.env.ref("b2b_reservation.shipment_method_pickup")
        self.own = self.env.ref("b2b_reservation.shipment_method_own")
        self.to_terminal = self.env.ref(
            "b2b_reservation.shipment_method_carrier_terminal"
        )
        self.carrier = self.env["b2b.carrier"].create({"name": "Fast Freight"})
        self.terminal = self._create_terminal(self.carrier)
        self.env["b2b.shipment.request"].search([]).unlink()

    def _create_terminal(self, carrier):
        return self.env["b2b.carrier.terminal"].create(
            {"name": "North", "city": "Kyiv", "carrier_id": carrier.id}
        )

    def _get_form(self, **values):
        """Return what the browser sends of a complete form."""
        return {
            "csrf_token": Request.csrf_token(self),
            "token": str(uuid.uuid4()),
            "entity": str(self.dealer.id),
            "warehouse": str(self.warehouse.id),
            f"line_{self.line.id}": "2",
            "method": str(self.own.id),
            "date_wanted": str(self.own._get_first_date(self.company)),
            "address": str(self.dealer.id),
            "contact_name": "Anna Petrova",
            "contact_phone": "+380 44 123 45 67",
            "submit": "send",
            **values,
        }

    def _post(self, path=f"{LIST}/new", files=None, **values):
        return self.url_open(path, data=self._get_form(**values), files=files)

    def _press(self, shipment, action):
        return self.url_open(
            f"{LIST}/{shipment.id}/{action}",
            data={"csrf_token": Request.csrf_token(self)},
        )

    def _get_shipment(self):
        self.env.invalidate_all()
        return self.env["b2b.shipment.request"].search(
            [("legal_entity_id.b2b_dealer_id", "=", self.dealer.id)]
        )

    def _get_problems(self, response):
        """Return the sentences that a form has come back with."""
        self.assertEqual(response.status_code, 200)
        items = html.fromstring(response.text).xpath(
            "//div[contains(@class, 'o_b2b_shipment_problems')]//li"
        )
        return [item.text_content() for item in items]

    def _get_inputs(self, response):
        """Return what the inputs of a form hold."""
        (form,) = html.fromstring(response.text).find_class("o_b2b_shipment_form")
        return dict(form.form_values())

    def _get_totals(self, response):
        page = html.fromstring(response.text)
        return [
            page.find_class(name)[0].text_content()
            for name in ("o_b2b_weight", "o_b2b_volume")
        ]

    def assertRefused(self, text, response):
        problems = self._get_problems(response)
        self.assertTrue(any(text in problem for problem in problems), problems)
        self.assertEqual(self._get_shipment().state, "draft")


@tagged("post_install", "-at_install")
class TestShipmentPages(ShipmentPagesCommon):
    # === THE FORM === #

    def test_form_proposes_what_is_reserved_of_the_chosen_order_only(self):
        self._set_stock(self.product, 3)
        other = self._confirm_order(3)
        self._reserve(other)
        page = self.url_open(f"{LIST}/new?order={self.order.id}&entity=")
        inputs = self._get_inputs(page)
        self.assertEqual(inputs[f"line_{self.line.id}"], "5")
        self.assertEqual(inputs[f"line_{other.order_line.id}"], "0")
        self.assertEqual(inputs["entity"], str(self.dealer.id))
        self.assertIn("Pick-up", page.text)
        weight, volume = self._get_totals(page)
        self.assertEqual((weight, volume), ("10.00", "2.500"))
        self.assertFalse(self._get_shipment(), "looking writes nothing")

    def test_goods_that_are_not_reserved_are_not_offered(self):
        order = self._confirm_order(1)
        page = self.url_open(f"{LIST}/new?entity={self.dealer.id}")
        self.assertNotIn(f"line_{order.order_line.id}", page.text)

    def test_dealer_with_several_entities_chooses_one_first(self):
        page = self.url_open(f"{LIST}/new")
        for entity in self.dealer | self.entity:
            self.assertIn(f"/new?entity={entity.id}", page.text)
        self.assertNotIn(f"/new?entity={self.stranger.id}", page.text)
        page = self.url_open(f"{LIST}/new?entity={self.entity.id}")
        self.assertIn("There is nothing to ship", page.text)

    def test_goods_of_another_warehouse_are_a_request_of_their_own(self):
        other = self.env["stock.warehouse"].create({"name": "South", "code": "SOU"})
        self.env["stock.quant"]._update_available_quantity(
            self.product, other.lot_stock_id, 4
        )
        order = self._confirm_order(4, warehouse=other)
        self._reserve(order)
        page = self.url_open(f"{LIST}/new?order={self.order.id}")
        self.assertIn("Goods of different warehouses leave by different", page.text)
        self.assertNotIn(f"line_{order.order_line.id}", page.text)
        link = f"{LIST}/new?entity={self.dealer.id}&warehouse={other.id}"
        self.assertIn(link.replace("&", "&amp;"), page.text)
        self.assertIn(f"line_{order.order_line.id}", self.url_open(link).text)

    def test_what_is_against_the_contract_is_said_and_refused(self):
        self.contract.active = False
        page = self.url_open(f"{LIST}/new?order={self.order.id}")
        self.assertIn("is closed", page.text)
        self.assertNotIn(f'name="line_{self.line.id}"', page.text)
        self.assertRefused("is closed", self._post())

    # === SAVING AND SENDING === #

    def test_dealer_sends_a_request(self):
        page = self._post(comment="Ring twice\x00")
        shipment = self._get_shipment()
        self.assertTrue(page.url.endswith(f"{LIST}/{shipment.id}"), page.url)
        self.assertIn("is sent", page.text)
        self.assertRecordValues(
            shipment,
            [
                {
                    "state": "sent",
                    "legal_entity_id": self.dealer.id,
                    "company_id": self.company.id,
                    "user_id": self.dealer_user.id,
                    "method_id": self.own.id,
                    "address_id": self.dealer.id,
                    "contact_name": "Anna Petrova",
                    "contact_phone": "+380 44 123 4567",
                    "comment": "Ring twice",
                    "weight": 4.0,
                    "volume": 1.0,
                }
            ],
        )
        self.assertEqual(shipment.line_ids.quantity, 2)
        self.assertEqual(self.line._b2b_quantity_to_ship(), 3)

    def test_draft_needs_nothing_and_is_completed_later(self):
        self._post(
            submit="draft", method="", date_wanted="", contact_name="", address=""
        )
        shipment = self._get_shipment()
        self.assertEqual(shipment.state, "draft")
        self.assertEqual(self.line._b2b_quantity_to_ship(), 5, "a draft keeps nothing")
        inputs = self._get_inputs(self.url_open(f"{LIST}/{shipment.id}/edit"))
        self.assertEqual(inputs[f"line_{self.line.id}"], "2")
        self.assertEqual(inputs["contact_phone"], "+380 44 123 45 67")
        self._post(f"{LIST}/{shipment.id}/edit", **{f"line_{self.line.id}": "3"})
        self.assertEqual(self._get_shipment(), shipment)
        self.assertEqual(shipment.state, "sent")
        self.assertEqual(shipment.line_ids.quantity, 3)
        page = self.url_open(f"{LIST}/{shipment.id}/edit")
        self.assertTrue(page.url.endswith(f"{LIST}/{shipment.id}"), "it is sent")

    def test_goods_taken_off_a_draft_are_gone(self):
        self._post(submit="draft")
        shipment = self._get_shipment()
        self._post(
            f"{LIST}/{shipment.id}/edit", submit="draft", **{f"line_{self.line.id}": ""}
        )
        self.assertFalse(self._get_shipment().line_ids)
        self._press(shipment, "delete")
        self.assertFalse(shipment.exists())

    def test_form_sent_twice_makes_one_request(self):
        token = str(uuid.uuid4())
        first = self._post(token=token)
        again = self._post(token=token)
        self.assertEqual(first.url, again.url)
        self.assertEqual(len(self._get_shipment()), 1)
        self.assertEqual(self.line._b2b_quantity_to_ship(), 3)
        # Another form is another request, and a form without a name too.
        self._post(**{f"line_{self.line.id}": "1"})
        self._post(token="nonsense", **{f"line_{self.line.id}": "1"})
        self.assertEqual(len(self._get_shipment()), 3)

    def test_token_of_somebody_leads_nowhere(self):
        self._post(submit="draft", token="6f1c4bd0-9f3c-4b37-9f0b-2f6a5f1b7d10")
        shipment = self._get_shipment()
        self._set_stock(self.product, 1)
        self._reserve(
            self._confirm_order(1, self.stranger_contract), user=self.stranger_user
        )
        self.authenticate("b2b_stranger", "b2b_stranger")
        page = self._post(token=shipment.token, entity=str(self.stranger.id))
        self.assertEqual(page.status_code, 404)
        self.assertEqual(shipment.state, "draft")

    # === WHAT IS MISSING === #

    def test_everything_that_is_missing_is_said_at_once(self):
        page = self._post(
            method="",
            date_wanted="",
            contact_name="",
            contact_phone="",
            comment="<b>Careful</b>",
            **{f"line_{self.line.id}": ""},
        )
        self.assertEqual(
            self._get_problems(page),
            [
                "Choose what is to be shipped.",
                "Choose how the goods are to be shipped.",
                "Choose the day you want the goods on.",
                "Say who receives the cargo: his name.",
                "Say how the receiver can be called: his phone.",
            ],
        )
        self.assertEqual(self._get_inputs(page)["comment"], "<b>Careful</b>")
        self.assertEqual(self._get_shipment().state, "draft")

    def test_each_method_asks_for_its_own(self):
        page = self._post(method=str(self.pickup.id), address="")
        self.assertEqual(
            self._get_problems(page),
            [
                "Enter the number of the power of attorney.",
                "Enter the date of the power of attorney.",
                "Attach a scan of the power of attorney.",
            ],
        )
        page = self._post(method=str(self.to_terminal.id), address="")
        self.assertEqual(
            self._get_problems(page),
            ["Choose a transport company."],
        )
        page = self._post(method=str(self.to_terminal.id), carrier=str(self.carrier.id))
        self.assertEqual(
            self._get_problems(page), ["Choose the terminal you collect the cargo at."]
        )
        page = self._post(address="")
        self.assertEqual(
            self._get_problems(page), ["Choose where the goods are brought to."]
        )

    def test_what_the_method_does_not_ask_for_is_left_out(self):
        self._post(
            method=str(self.to_terminal.id),
            carrier=str(self.carrier.id),
            terminal=str(self.terminal.id),
            attorney_number="7",
            attorney_date="2026-01-01",
        )
        self.assertRecordValues(
            self._get_shipment(),
            [
                {
                    "state": "sent",
                    "carrier_id": self.carrier.id,
                    "terminal_id": self.terminal.id,
                    "address_id": False,
                    "attorney_number": False,
                    "attorney_date": False,
                }
            ],
        )

    def test_terminal_is_of_the_transport_company_and_that_of_the_method(self):
        slow = self.env["b2b.carrier"].create({"name": "Slow Freight"})
        values = {
            "method": str(self.to_terminal.id),
            "carrier": str(slow.id),
            "terminal": str(self.terminal.id),
        }
        self.assertRefused("Slow Freight has no such terminal", self._post(**values))
        values["terminal"] = str(self._create_terminal(slow).id)
        self._get_shipment().unlink()
        self.to_terminal.carrier_ids = self.carrier
        self.assertRefused("Choose a transport company", self._post(**values))
        self.to_terminal.carrier_ids |= slow
        self._get_shipment().unlink()
        self._post(**values)
        self.assertEqual(self._get_shipment().state, "sent")

    def test_address_method_and_contact_of_others_are_not_taken(self):
        alien = self.env["res.company"].create({"name": "Alien"})
        method = self.own.copy({"company_id": alien.id})
        contact = self.stranger_user.partner_id
        page = self._post(
            address=str(self.stranger.id), method=str(method.id), contact=contact.id
        )
        self.assertRefused("Choose how the goods", page)
        shipment = self._get_shipment()
        self.assertFalse(shipment.address_id | shipment.contact_id)
        page = self._post(address=str(self.stranger.id))
        self.assertIn(
            "Choose where the goods are brought to.", self._get_problems(page)
        )

    def test_existing_contact_brings_his_name_and_phone(self):
        contact = self.dealer_user.partner_id
        self._post(contact=str(contact.id), contact_name="Nobody", contact_phone="")
        self.assertRecordValues(
            self._get_shipment(),
            [
                {
                    "state": "sent",
                    "contact_id": contact.id,
                    "contact_name": contact.name,
                    "contact_phone": "+32 470 00 00 01",
                }
            ],
        )

    def test_phone_of_an_existing_contact_is_checked_too(self):
        contact = self.dealer_user.partner_id
        contact.phone = "12"
        page = self._post(contact=str(contact.id), contact_phone="")
        self.assertRefused("“12” is no phone number", page)
        self._post(contact=str(contact.id), contact_phone="0470 12 34 56")
        sent = self._get_shipment().filtered(lambda shipment: shipment.state == "sent")
        self.assertEqual(sent.contact_phone, "+32 470 12 34 56")
        self.assertEqual(contact.phone, "12", "his card is his own business")

    def test_what_is_no_phone_is_refused(self):
        for phone in ("12345", "call me maybe", "+7 495 <b>1234567</b>", "1" * 20):
            with self.subTest(phone=phone):
                self._get_shipment().unlink()
                page = self._post(contact_phone=phone)
                self.assertRefused("is no phone number", page)
                self.assertEqual(self._get_inputs(page)["contact_phone"], phone)

    def test_days_on_which_nothing_leaves_are_refused(self):
        first = self.own._get_first_date(self.company)
        sunday = first + timedelta(days=13 - first.weekday())
        for day, sentence in (
            (first - timedelta(days=1), "is possible from"),
            ("0001-01-01", "is possible from"),
            (sunday, "is no working day"),
            ("9999-12-31", "within a year"),
            ("2026-02-31", "is no date"),
            ("soon", "is no date"),
        ):
            with self.subTest(day=day):
                self._get_shipment().unlink()
                self.assertRefused(sentence, self._post(date_wanted=str(day)))

    def test_day_is_checked_while_the_form_is_filled_in(self):
        first = self.own._get_first_date(self.company)

        def check(day, method=self.own.id, company=self.company):
            params = {
                "method_id": method,
                "company_id": company.id,
                "day": str(day),
            }
            return self.make_jsonrpc_request(f"{LIST}/date", params)

        self.assertFalse(check(first))
        self.assertIn("is possible from", check(first - timedelta(days=1)))
        self.assertFalse(check("nonsense"))
        self.assertFalse(check(first, "nonsense"))
        other = self.env["res.company"].create({"name": "Other supplier"})
        late = first - timedelta(days=1)
        self.assertFalse(check(late, company=other), "He has no contract with it")
        theirs = self.own.copy({"company_id": other.id})
        self.assertFalse(check(late, theirs.id))

    def test_quantities_that_cannot_be_shipped_are_refused(self):
        for text, sentence in (
            ("6", "Not reserved: [OF-100] Oil filter of order"),
            ("1.5", "only whole numbers"),
            ("-1", "is no quantity"),
            ("nan", "is no quantity"),
            ("1e400", "is no quantity"),
            ("lots", "is no quantity"),
        ):
            with self.subTest(text=text):
                self._get_shipment().unlink()
                page = self._post(**{f"line_{self.line.id}": text})
                self.assertRefused(sentence, page)
                entered = self._get_inputs(page)[f"line_{self.line.id}"]
                self.assertEqual(entered, text)

    def test_lines_of_strangers_and_of_other_entities_are_not_taken(self):
        self._set_stock(self.product, 2)
        order = self._confirm_order(1, self.stranger_contract)
        self._reserve(order, user=self.stranger_user)
        other = self._confirm_order(1, self.entity_contract)
        self._reserve(other)
        self._post(
            **{f"line_{order.order_line.id}": "1", f"line_{other.order_line.id}": "1"}
        )
        self.assertEqual(self._get_shipment().line_ids.sale_line_id, self.line)

    # === THE POWER OF ATTORNEY === #

    def _post_file(self, name, content, **values):
        return self._post(
            files={"attorney_file": (name, content)},
            method=str(self.pickup.id),
            attorney_number="17",
            attorney_date=str(self.own._get_first_date(self.company)),
            **values,
        )

    def test_power_of_attorney_is_kept_and_only_downloaded(self):
        self._post_file("../Power № 17.pdf", PDF)
        shipment = self._get_shipment()
        self.assertEqual(shipment.state, "sent")
        self.assertEqual(shipment.attorney_filename, "Power № 17.pdf")
        path = f"{LIST}/{shipment.id}/power-of-attorney"
        self.assertIn(path, self.url_open(f"{LIST}/{shipment.id}").text)
        answer = self.url_open(path)
        self.assertEqual(answer.content, PDF)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(
            answer.headers["Content-Security-Policy"], "default-src 'none'"
        )
        self.authenticate("b2b_stranger", "b2b_stranger")
        self.assertEqual(self.url_open(path).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(path).url)

    def test_file_stays_when_something_else_is_wrong(self):
        page = self._post_file("scan.PNG", PNG, contact_phone="")
        self.assertRefused("his phone", page)
        shipment = self._get_shipment()
        self.assertIn("scan.PNG", page.text)
        self._post(
            f"{LIST}/{shipment.id}/edit",
            method=str(self.pickup.id),
            attorney_number="17",
            attorney_date="2026-01-01",
        )
        self.assertEqual(shipment.state, "sent")
        self.assertEqual(base64.b64decode(shipment.attorney_file), PNG)

    def test_dealer_removes_the_file_of_a_draft(self):
        self._post_file("scan", PNG, submit="draft")
        shipment = self._get_shipment()
        self.assertEqual(shipment.attorney_filename, "scan.png")
        self._post_file("", b"", submit="draft", attorney_file_remove="1")
        self._post(
            f"{LIST}/{shipment.id}/edit",
            submit="draft",
            method=str(self.pickup.id),
            attorney_file_remove="1",
        )
        self.assertFalse(shipment.attorney_file or shipment.attorney_filename)

    def test_hostile_files_are_refused(self):
        page = b"<html><script>alert(1)</script></html>"
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
        for name, content in (
            ("scan.pdf", page),
            ("scan.png", svg),
            ("scan.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00"),
            ("scan.exe", PDF),
            ("scan.html", PDF),
            ("scan.html.pdf", PDF),
            ("scan.pdf.exe", PDF),
            ("scan.png", PDF),
            ("scan.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
            ("scan.zip", b"PK\x03\x04" + bytes(30)),
            ("scan.pdf", b""),
        ):
            with self.subTest(name=name, content=content[:10]):
                self._get_shipment().unlink()
                answer = self._post_file(name, content)
                self.assertRefused(f"“{name}” is", answer)
                self.assertFalse(self._get_shipment().attorney_file)

    def test_too_large_file_is_refused(self):
        self.patch(shipment_form, "MAX_FILE_SIZE", 1024)
        content = PDF.ljust(1024, b"\n")
        self.assertRefused(
            "is larger than", self._post_file("scan.pdf", content + b".")
        )
        self._get_shipment().unlink()
        self._post_file("scan.pdf", content)
        self.assertEqual(self._get_shipment().state, "sent")

    # === THE LIST AND THE PAGE OF ONE === #

    def test_list_shows_requests_by_tab(self):
        page = self.url_open(LIST)
        self.assertIn("Nothing is on its way to you", page.text)
        self._post()
        shipment = self._get_shipment()
        self.assertIn(shipment.name, self.url_open(LIST).text)
        self.assertIn(self.order.name, self.url_open(LIST).text)
        for tab in ("draft", "ended"):
            page = self.url_open(f"{LIST}?filterby={tab}")
            self.assertNotIn(shipment.name, page.text)
        for query in ("filterby=no", "page=-1", "filterby=%00"):
            self.assertIn(shipment.name, self.url_open(f"{LIST}?{query}").text)
        self.assertIn(LIST, self.url_open("/my/home").text)

    def test_page_says_what_staff_have_decided(self):
        self._post()
        shipment = self._get_shipment()
        day = shipment.date_wanted + timedelta(days=7)
        shipment._move_date(day, "The van is full")
        page = self.url_open(f"{LIST}/{shipment.id}").text
        self.assertIn("The van is full", page)
        self.assertIn("Planned for", page)
        self.assertIn("[OF-100] Oil filter", page)
        shipment._reject("We have burnt down")
        page = self.url_open(f"{LIST}/{shipment.id}").text
        self.assertIn("The request was rejected", page)
        self.assertIn("We have burnt down", page)
        page = self.url_open(f"{LIST}?filterby=ended").text
        self.assertIn("Rejected", page)

    def test_dealer_cancels_until_the_warehouse_is_at_it(self):
        self._post()
        shipment = self._get_shipment()
        path = f"{LIST}/{shipment.id}/cancel"
        self.assertIn(path, self.url_open(f"{LIST}/{shipment.id}").text)
        for _time in range(2):
            page = self._press(shipment, "cancel")
            self.assertIn("is cancelled", page.text)
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(self.line._b2b_quantity_to_ship(), 5)
        self._post()
        shipment = self._get_shipment() - shipment
        shipment.action_confirm()
        shipment.action_start_picking()
        self.assertNotIn("/cancel", self.url_open(f"{LIST}/{shipment.id}").text)
        self.assertIn("call your manager", self._press(shipment, "cancel").text)
        self.assertEqual(shipment.state, "picking")

    def test_sent_request_is_not_deleted(self):
        self._post()
        shipment = self._get_shipment()
        self.assertEqual(self._press(shipment, "delete").status_code, 200)
        self.assertEqual(shipment.state, "sent")

    def test_only_addresses_of_the_web_are_linked(self):
        shipment = self._create_request((self.line, 1), carrier_id=self.carrier.id)
        for website, url in (
            ("https://track.example", "https://track.example"),
            ("track.example", "https://track.example"),
            ("javascript:alert(1)", False),
            (False, False),
        ):
            self.carrier.website = website
            self.assertEqual(shipment._get_carrier_url(), url)

    # === WHO MAY === #

    def test_strangers_find_nothing(self):
        self._post(submit="draft")
        shipment = self._get_shipment()
        self.authenticate("b2b_stranger", "b2b_stranger")
        path = f"{LIST}/{shipment.id}"
        for address in (path, f"{path}/edit", f"{path}/power-of-attorney"):
            self.assertEqual(self.url_open(address).status_code, 404, address)
        for action in ("edit", "cancel", "delete"):
            self.assertEqual(self._press(shipment, action).status_code, 404, action)
        for query in (f"order={self.order.id}", f"entity={self.dealer.id}", "order=x"):
            page = self.url_open(f"{LIST}/new?{query}")
            self.assertEqual(page.status_code, 404, query)
        self.assertEqual(self._post().status_code, 403)
        self.assertNotIn(shipment.name, self.url_open(f"{LIST}?filterby=draft").text)
        for number in (0, 2**31, 10**20):
            self.assertEqual(self.url_open(f"{LIST}/{number}").status_code, 404)

    def test_accountant_only_reads(self):
        self._post(submit="draft")
        shipment = self._get_shipment()
        self.dealer_user.b2b_membership_ids.role = "accountant"
        page = self.url_open(f"{LIST}/{shipment.id}")
        self.assertIn(shipment.name, page.text)
        self.assertNotIn(f"{shipment.id}/edit", page.text)
        self.assertNotIn("/new", self.url_open(LIST).text)
        self.assertEqual(self.url_open(f"{LIST}/{shipment.id}/edit").status_code, 403)
        self.assertEqual(self.url_open(f"{LIST}/new").status_code, 403)
        for action in ("edit", "cancel", "delete"):
            self.assertEqual(self._press(shipment, action).status_code, 403, action)
        self.assertEqual(self._post().status_code, 403)
        self.assertEqual(self._get_shipment().state, "draft")

    def test_who_is_no_dealer_has_no_such_pages(self):
        new_test_user(self.env, login="plain_portal", groups="base.group_portal")
        self.authenticate("plain_portal", "plain_portal")
        self.assertEqual(self.url_open(LIST).status_code, 404)
        self.assertEqual(self.url_open(f"{LIST}/new").status_code, 403)
        self.assertNotIn(LIST, self.url_open("/my/home").text)

    def _count_queries(self, path):
        self.url_open(path)
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_requests(self):
        self._set_stock(self.product, 100)
        for _n in range(2):
            self._create_request((self._confirm_order(1).order_line, 1))
        few = self._count_queries(f"{LIST}?filterby=draft")
        for _n in range(15):
            self._create_request((self._confirm_order(1).order_line, 1))
        many = self._count_queries(f"{LIST}?filterby=draft")
        self.assertLessEqual(many, few)

    def test_queries_of_the_form_do_not_grow_with_the_goods(self):
        self._set_stock(self.product, 100)
        order = self._confirm_order(2)
        order.with_user(self.dealer_user)._b2b_reserve()
        path = f"{LIST}/new?order={order.id}"
        few = self._count_queries(path)
        for _n in range(8):
            order.order_line[0].copy({"order_id": order.id})
        order.with_user(self.dealer_user)._b2b_reserve()
        self.assertEqual(self._count_queries(path), few)

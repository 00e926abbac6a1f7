from datetime import date, timedelta
from io import BytesIO
from unittest.mock import patch

from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bCommon
from odoo.addons.b2b_reservation import uninstall_hook

from .common import B2bReservationBuilders

# working days that are a week ahead or more, whenever the tests run
MONDAY = date.today() + timedelta(days=14 - date.today().weekday())
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
VIEWS = ("kanban", "list", "form", "calendar", "search")
PATH = "odoo.addons.b2b_reservation.models.b2b_shipment_request_mail"


class ShipmentBuilders(B2bReservationBuilders):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pickup = cls.env.ref("b2b_reservation.shipment_method_pickup")
        cls.product.write({"weight": 2.5, "volume": 0.5})
        cls._set_stock(cls.product, 100)
        cls.order = cls._confirm_order(quantity=10)
        cls.warehouse_user = cls._create_staff("b2b_picker", "stock.group_stock_user")
        cls.reader = cls._create_staff("b2b_reader", "b2b_portal.group_b2b_user")

    @classmethod
    def _create_staff(cls, login, groups):
        return new_test_user(
            cls.env, login=login, groups=groups, email=f"{login}@example.com"
        )

    @classmethod
    def _draft_pickup(cls, quantity=4.0, order=None, **values):
        """Return a draft of the dealer's: pick-up of a part of an order."""
        order = order or cls.order
        return cls.env["b2b.shipment.request"].create(
            {
                "legal_entity_id": order.b2b_legal_entity_id.id,
                "user_id": cls.dealer_user.id,
                "method_id": cls.pickup.id,
                "date_wanted": MONDAY,
                "contact_name": "Ivan Driver",
                "contact_phone": "+32 470 11 22 33",
                "attorney_number": "PA-77",
                "attorney_date": date.today(),
                "line_ids": [
                    Command.create(
                        {"sale_line_id": order.order_line[:1].id, "quantity": quantity}
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _mark_sent(cls, request):
        """Let a request be sent, with nothing set aside."""
        request.write({"state": "sent", "date_sent": "2026-12-02 10:00:00"})
        return request

    def _get_document(self, request):
        documents = self.env["b2b.document"]
        return documents.search([("shipment_request_id", "=", request.id)])


@tagged("post_install", "-at_install")
class TestShipmentViews(ShipmentBuilders, B2bCommon):
    def test_views_open_for_each_group(self):
        request = self._mark_sent(self._draft_pickup())
        for user in (self.warehouse_user, self.reader, self.staff_user):
            requests = request.with_user(user)
            for kind in VIEWS:
                with self.subTest(user=user.login, view=kind):
                    view = requests.get_view(view_type=kind)
                    if kind in ("kanban", "list", "form"):
                        names = view["models"]["b2b.shipment.request"]
                        self.assertTrue(requests.read(list(names)))

    def test_form_has_buttons_for_who_may_press_them(self):
        buttons = ("action_confirm", "action_cancel", "action_ready")
        seen = {}
        for user in (self.warehouse_user, self.reader, self.staff_user):
            requests = self.env["b2b.shipment.request"].with_user(user)
            arch = requests.get_view(view_type="form")["arch"]
            seen[user] = [name for name in buttons if f'name="{name}"' in arch]
        self.assertEqual(seen[self.reader], [])
        self.assertEqual(seen[self.warehouse_user], ["action_ready"])
        self.assertEqual(seen[self.staff_user], list(buttons))

    def test_cards_are_not_dragged_into_a_state(self):
        requests = self.env["b2b.shipment.request"].with_user(self.staff_user)
        arch = requests.get_view(view_type="kanban")["arch"]
        self.assertIn('records_draggable="0"', arch)

    def test_empty_states_under_way_are_columns(self):
        self._draft_pickup()
        requests = self.env["b2b.shipment.request"].with_user(self.staff_user)
        result = requests.with_context(read_group_expand=True).web_read_group(
            [("legal_entity_id", "=", self.dealer.id)], ["state"], ["__count"]
        )
        self.assertEqual(
            [(group["state"], group["__count"]) for group in result["groups"]],
            [
                ("draft", 1),
                ("sent", 0),
                ("confirmed", 0),
                ("picking", 0),
                ("ready", 0),
            ],
        )

    def test_confirmed_day_goes_before_the_wanted_one(self):
        request = self._draft_pickup()
        self.assertEqual(request.date_expected, MONDAY)
        request.date_planned = WEDNESDAY
        self.assertEqual(request.date_expected, WEDNESDAY)

    def test_one_transfer_opens_its_form_several_a_list(self):
        request = self._draft_pickup()
        other = self._confirm_order()
        request.picking_ids = self.order.picking_ids
        action = request.with_user(self.warehouse_user).action_open_pickings()
        self.assertEqual(action["res_id"], self.order.picking_ids.id)
        self.assertEqual(action["views"][0][1], "form")
        request.picking_ids = self.order.picking_ids | other.picking_ids
        action = request.with_user(self.warehouse_user).action_open_pickings()
        self.assertFalse(action.get("res_id"))
        self.assertEqual(action["domain"], [("id", "in", request.picking_ids.ids)])
        action = request.with_user(self.warehouse_user).action_open_orders()
        self.assertEqual(action["res_id"], self.order.id)

    def test_transfer_shows_its_request(self):
        request = self._draft_pickup()
        picking = self.order.picking_ids
        picking.b2b_shipment_request_id = request
        pickings = picking.with_user(self.warehouse_user)
        for kind in ("form", "list", "search"):
            arch = pickings.get_view(view_type=kind)["arch"]
            self.assertIn("b2b_shipment_request_id", arch)
        [values] = pickings.web_read(
            {"b2b_shipment_request_id": {"fields": {"display_name": {}}}}
        )
        self.assertEqual(
            values["b2b_shipment_request_id"]["display_name"], request.name
        )

    def test_administrator_makes_methods_and_manager_transport_companies(self):
        administrator = self._create_staff(
            "b2b_head", "b2b_portal.group_b2b_administrator"
        )
        with Form(self.env["b2b.shipment.method"].with_user(administrator)) as form:
            form.name = "Pick-up at the port"
        self.assertTrue(form.record.active)
        with self.assertRaises(AccessError):
            self.env["b2b.shipment.method"].with_user(self.staff_user).create(
                {"name": "Mine"}
            )
        with Form(self.env["b2b.carrier"].with_user(self.staff_user)) as form:
            form.name = "Express Cargo"
            with form.terminal_ids.new() as terminal:
                terminal.city = "Ghent"
                terminal.name = "No 4"
        self.assertEqual(form.record.terminal_ids.display_name, "Ghent, No 4")
        with self.assertRaises(AccessError):
            self.env["b2b.carrier"].with_user(self.warehouse_user).create(
                {"name": "Mine"}
            )


@tagged("post_install", "-at_install")
class TestShipmentAccess(ShipmentBuilders, B2bCommon):
    def _offer(self, company):
        """Return a method, a transport company and its terminal of a company."""
        carrier = self.env["b2b.carrier"].create(
            {
                "name": "Express Cargo",
                "company_id": company.id,
                "terminal_ids": [Command.create({"name": "No 4"})],
            }
        )
        method = self.env["b2b.shipment.method"].create(
            {"name": "By lorry", "company_id": company.id}
        )
        return method, carrier, carrier.terminal_ids

    def test_dealers_read_what_their_suppliers_offer(self):
        other = self.env["res.company"].create({"name": "Other supplier"})
        common = self._offer(self.env["res.company"])
        for user in (self.dealer_user, self.reader):
            with self.subTest(user=user.login):
                for record in (*common, *self._offer(self.company)):
                    self.assertTrue(record.with_user(user).name)
                for record in self._offer(other):
                    with self.assertRaises(AccessError):
                        record.with_user(user).check_access("read")
                    self.assertNotIn(record, record.with_user(user).search([]))

    def test_a_contract_opens_what_its_company_offers(self):
        other = self.env["res.company"].create({"name": "Other supplier"})
        offered = self._offer(other)
        for record in offered:
            self.assertFalse(record.with_user(self.dealer_user).has_access("read"))
        self._create_contract(self.dealer, "O-1", company_id=other.id)
        for record in offered:
            self.assertTrue(record.with_user(self.dealer_user).has_access("read"))
            self.assertFalse(record.with_user(self.stranger_user).has_access("read"))

    def test_goods_of_a_sent_request_are_not_written(self):
        request = self._draft_pickup()
        request.with_user(self.staff_user).date_wanted = TUESDAY
        self._mark_sent(request)
        mine = request.with_user(self.staff_user)
        self.assertEqual(mine.line_ids.quantity, 4)
        for write in (
            lambda: mine.line_ids.write({"quantity": 5}),
            lambda: mine.line_ids.unlink(),
            lambda: mine.line_ids.create(
                {
                    "request_id": request.id,
                    "sale_line_id": self.order.order_line.id,
                    "quantity": 1,
                }
            ),
            lambda: mine.create({"legal_entity_id": self.dealer.id, "state": "sent"}),
        ):
            with self.assertRaises(AccessError):
                write()
        for vals in (
            {"line_ids": [Command.update(request.line_ids.id, {"quantity": 5})]},
            {"legal_entity_id": self.entity.id},
            {"date_wanted": WEDNESDAY},
            {"state": "shipped"},
            {"date_planned": WEDNESDAY},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "edited"):
                mine.write(vals)
        self.assertEqual(request.line_ids.quantity, 4)
        mine.comment = "Ring twice"
        mine.message_post(body="Called him")
        self.assertEqual(request.comment, "Ring twice")

    def test_a_draft_is_not_written_into_another_state(self):
        request = self._draft_pickup()
        with self.assertRaisesRegex(UserError, "edited"):
            request.with_user(self.staff_user).state = "sent"


@tagged("post_install", "-at_install")
class TestShipmentChange(ShipmentBuilders, B2bCommon):
    def setUp(self):
        super().setUp()
        self.request = self._mark_sent(self._draft_pickup())

    def _change(self, kind, user=None, **values):
        wizards = self.env["b2b.shipment.change"].with_user(user or self.staff_user)
        wizards.create(
            {"request_id": self.request.id, "kind": kind, **values}
        ).action_apply()

    def test_manager_rejects_with_a_reason(self):
        self._change("reject", reason=" The gate is closed. ")
        self.assertEqual(self.request.state, "cancelled")
        self.assertTrue(self.request.is_rejected)
        self.assertEqual(self.request.reason, "The gate is closed.")

    def test_manager_moves_the_date_with_a_reason(self):
        self._change("move", day="2099-12-10", reason="No lorry")
        self.assertEqual(self.request.date_planned, date(2099, 12, 10))
        self.assertEqual(self.request.reason, "No lorry")
        self.assertEqual(self.request.state, "sent")

    def test_a_blank_reason_and_no_date_are_refused(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self._change("reject", reason="  \n ")
        with self.assertRaisesRegex(UserError, "new date"):
            self._change("move", reason="No lorry")
        self.assertEqual(self.request.state, "sent")

    def test_others_neither_reject_nor_move(self):
        for user in (self.warehouse_user, self.reader, self.dealer_user):
            for kind in ("reject", "move"):
                with self.subTest(user=user.login, kind=kind):
                    with self.assertRaises(AccessError):
                        self._change(
                            kind, user=user, day="2099-12-10", reason="Because"
                        )
        self.assertEqual(self.request.state, "sent")
        self.assertFalse(self.request.date_planned)


@tagged("post_install", "-at_install")
class TestShipmentMails(ShipmentBuilders, B2bCommon):
    def setUp(self):
        super().setUp()
        self.request = self._draft_pickup(reason="The road is closed")
        self.contract.user_id = self.staff_user

    def _tell(self, change, user=None):
        """Return the mails to the dealer about a change that a user made."""
        before = self._get_mails()
        self.request.with_user(user or self.staff_user).sudo()._notify_dealer(change)
        return self._get_mails() - before

    def _get_mails(self):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "b2b.shipment.request"),
                ("recipient_ids", "in", self.dealer_user.partner_id.ids),
            ]
        )

    def test_each_change_is_told(self):
        self.request.date_planned = WEDNESDAY
        words = {
            "sent": "we have received",
            "confirmed": "is confirmed",
            "moved": "has another",
            "rejected": "we cannot fulfil",
            "picking": "are being",
            "ready": "are ready",
            "shipped": "have left",
            "cancelled": "is cancelled",
        }
        subjects = set()
        for change, word in words.items():
            with self.subTest(change=change):
                mail = self._tell(change)
                self.assertEqual(len(mail), 1)
                self.assertIn(self.request.name, mail.subject)
                self.assertIn(word, mail.body_html)
                self.assertIn(
                    f"/my/shipment-requests/{self.request.id}", mail.body_html
                )
                subjects.add(mail.subject)
                has_reason = change in ("moved", "rejected", "cancelled")
                self.assertEqual("The road is closed" in mail.body_html, has_reason)
                is_on = change not in ("rejected", "cancelled")
                self.assertEqual(f"{WEDNESDAY:%m/%d/%Y}" in mail.body_html, is_on)
        self.assertEqual(len(subjects), len(words), "Each subject says what it is")

    def test_mail_is_in_the_language_of_the_dealer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["ir.module.module"].search(
            [("name", "=", "b2b_reservation")]
        )._update_translations(["ru_RU"])
        self.dealer_user.lang = "ru_RU"
        mail = self._tell("confirmed")
        self.assertIn("заявка на отгрузку", mail.subject)
        self.assertIn("Здравствуйте", mail.body_html)
        self.assertNotIn("Hello", mail.body_html)
        self.assertIn(f"{MONDAY:%d.%m.%Y}", mail.body_html)

    def test_legal_entity_reads_what_staff_made(self):
        self.request.user_id = self.staff_user
        self.assertEqual(self.request._get_mail_reader(), self.dealer)
        self.request.user_id = self.dealer_user
        membership = self.dealer_user.b2b_membership_ids.filtered(
            lambda row: row.legal_entity_id == self.dealer
        )
        membership.unlink()
        self.assertEqual(self.request._get_mail_reader(), self.dealer)
        membership.create(
            {"user_id": self.dealer_user.id, "legal_entity_id": self.dealer.id}
        )
        self.assertEqual(self.request._get_mail_reader(), self.dealer_user.partner_id)
        self.dealer_user.active = False
        self.assertEqual(self.request._get_mail_reader(), self.dealer)

    def test_failing_mail_leaves_the_change(self):
        template = self.env.ref("b2b_reservation.mail_template_shipment_request")
        failing = patch.object(type(template), "send_mail", side_effect=KeyError("x"))
        with failing, self.assertLogs(PATH, "WARNING") as logs:
            self.assertFalse(self._tell("confirmed"))
        self.assertIn(self.request.name, logs.output[0])
        template.unlink()
        self.assertFalse(self._tell("confirmed"), "Without a template nobody is told")

    def test_manager_is_given_what_is_sent(self):
        self._tell("sent", user=self.dealer_user)
        activity = self.request.activity_ids
        self.assertEqual(activity.user_id, self.staff_user)
        self.assertIn(self.request.name, activity.note)
        self._tell("moved")
        self.assertTrue(self.request.activity_ids, "It is still to be confirmed")
        self._tell("confirmed")
        self.assertFalse(self.request.activity_ids)

    def test_manager_is_told_what_the_dealer_cancels_not_what_staff_do(self):
        self._tell("cancelled", user=self.dealer_user)
        self.assertIn("cancelled", self.request.activity_ids.summary)
        self.request.activity_ids.unlink()
        self._tell("cancelled")
        self.assertFalse(self.request.activity_ids)

    def test_salesman_without_access_finds_it_on_the_order(self):
        salesman = self._create_staff("b2b_sales", "sales_team.group_sale_salesman")
        self.contract.user_id = salesman
        self._tell("sent", user=self.dealer_user)
        self.assertFalse(self.request.activity_ids)
        activity = self.order.activity_ids
        self.assertEqual(activity.user_id, salesman)
        self.assertIn(self.request.name, activity.note)


@tagged("post_install", "-at_install")
class TestShipmentDocument(ShipmentBuilders, HttpCase, B2bCommon):
    def _read_pdf(self, request):
        document = self._get_document(request)
        content = document.with_context(force_report_rendering=True)._get_pdf()
        self.assertTrue(content.startswith(b"%PDF"))
        pages = PdfReader(BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)

    def test_journal_has_it_from_sending_to_cancelling(self):
        request = self._draft_pickup()
        self.assertFalse(self._get_document(request), "A draft is no paper")
        self._mark_sent(request)
        document = self._get_document(request)
        self.assertEqual(document.type_id.code, "shipment_request")
        self.assertEqual(document.root_type_id.code, "shipment_requests")
        self.assertEqual(document.date, date(2026, 12, 2))
        self.assertEqual(document.order_ids, self.order)
        self.assertEqual(document.contract_id, self.contract)
        self.assertTrue(document.is_published)
        for state in ("sent", "confirmed", "picking", "ready", "shipped", "cancelled"):
            request.state = state
            self.assertEqual(document.state, state)
            self.assertEqual(document.status, state)
        request.is_rejected = True
        self.assertEqual(document.state, "rejected")
        self.assertTrue(document.is_published, "Whoever looks for it finds its end")
        self.assertEqual(self._get_document(request), document)

    def test_journal_shows_the_dealer_what_has_become_of_it(self):
        request = self._mark_sent(self._draft_pickup())
        documents = self._get_document(request).with_user(self.dealer_user)
        for values, label, color in (
            ({"state": "sent"}, "Sent", "info"),
            ({"state": "ready"}, "Ready", "warning"),
            ({"state": "shipped"}, "Shipped", ""),
            ({"state": "cancelled"}, "Cancelled", "secondary"),
            ({"is_rejected": True}, "Rejected", "danger"),
        ):
            request.write(values)
            (row,) = documents._get_portal_rows()
            self.assertEqual(row["status_label"], label)
            self.assertEqual(row["status_color"], color)

    def test_draft_that_is_cancelled_is_no_paper(self):
        request = self._draft_pickup()
        request.action_cancel()
        self.assertFalse(self._get_document(request))

    def test_printed_form_of_a_cancelled_request_says_so(self):
        request = self._mark_sent(self._draft_pickup())
        self.assertNotIn("This request", self._read_pdf(request))
        request.state = "cancelled"
        self.assertIn("This request is cancelled", self._read_pdf(request))
        request.write({"is_rejected": True, "reason": "Out of stock"})
        self.assertIn("was rejected. Out of stock", self._read_pdf(request))

    def test_what_comes_in_as_sent_is_filed_at_once(self):
        request = self._draft_pickup(state="sent", date_sent="2026-12-02 10:00:00")
        self.assertEqual(self._get_document(request).state, "sent")

    def test_uninstall_is_not_kept_up_by_requests(self):
        self._mark_sent(self._draft_pickup())
        self.env.flush_all()
        uninstall_hook(self.env)
        types = self.env["b2b.document.type"].with_context(_force_unlink=True)
        for name in (
            "document_type_shipment_requests",
            "document_type_shipment_request",
        ):
            types.browse(self.env.ref(f"b2b_reservation.{name}").id).unlink()
        self.pickup.unlink()
        self.assertFalse(self.pickup.exists())

    def test_what_went_round_the_journal_is_filed_later(self):
        request = self._mark_sent(self._draft_pickup())
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM b2b_document WHERE shipment_request_id = %s", [request.id]
        )
        self.env.invalidate_all()
        self.assertIn(request, request._b2b_find_unfiled(1000, after=request.id - 1))
        request._b2b_create_documents(backfill=True)
        self.assertEqual(self._get_document(request).issued_at, request.date_sent)

    def test_printed_form_says_all_that_is_needed(self):
        self.company.name = "Supplier Ltd"
        carrier = self.env["b2b.carrier"].create(
            {
                "name": "Express Cargo",
                "terminal_ids": [Command.create({"name": "No 4", "city": "Ghent"})],
            }
        )
        method = self.env["b2b.shipment.method"].create(
            {
                "name": "To the terminal",
                "needs_carrier": True,
                "needs_terminal": True,
                "power_of_attorney": "optional",
            }
        )
        second = self._confirm_order(quantity=3)
        request = self._draft_pickup(
            method_id=method.id,
            carrier_id=carrier.id,
            terminal_id=carrier.terminal_ids.id,
            comment="Ring the bell twice",
        )
        request.line_ids = [
            Command.create({"sale_line_id": second.order_line.id, "quantity": 2})
        ]
        request.date_planned = WEDNESDAY
        text = self._read_pdf(self._mark_sent(request))
        for expected in (
            f"Shipment request No {request.name}",
            "Supplier Ltd",
            "Horns and Hooves",
            "12/02/2026",
            f"{MONDAY:%m/%d/%Y}",
            f"{WEDNESDAY:%m/%d/%Y}",
            "D-1",
            "To the terminal",
            "Express Cargo",
            "Ghent, No 4",
            "Ivan Driver, +32 470 11 22 33",
            f"No PA-77 of {date.today():%m/%d/%Y}",
            "OF-100",
            "Oil filter",
            self.order.name,
            second.name,
            "4.00 Units",
            "2.00 Units",
            # 6 pieces of 2.5 kg and 0.5 m³
            "15.00",
            "3.00",
            "Ring the bell twice",
            "Handed over",
            "Received",
        ):
            self.assertIn(expected, text)

    def test_printed_form_is_in_the_language_of_the_dealer(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["ir.module.module"].search(
            [("name", "=", "b2b_reservation")]
        )._update_translations(["ru_RU"])
        self.dealer.lang = "ru_RU"
        text = self._read_pdf(self._mark_sent(self._draft_pickup()))
        self.assertIn("Заявка на отгрузку", text)
        self.assertIn(f"{MONDAY:%d.%m.%Y}", text)
        self.assertNotIn("Received", text)

    def test_dealer_opens_the_form_and_strangers_do_not(self):
        document = self._get_document(self._mark_sent(self._draft_pickup()))
        url = f"/my/journal/{document.id}/pdf"
        self.authenticate("b2b_dealer", "b2b_dealer")
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("type=shipment_requests", self.url_open("/my/journal").text)
        self.authenticate("b2b_stranger", "b2b_stranger")
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_strangers_do_not_read_requests(self):
        request = self._mark_sent(self._draft_pickup())
        request.with_user(self.dealer_user).check_access("read")
        with self.assertRaises(AccessError):
            request.with_user(self.stranger_user).check_access("read")
        for user in (self.dealer_user, self.warehouse_user, self.reader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                request.with_user(user).state = "ready"


@tagged("post_install", "-at_install")
class TestShipmentCost(ShipmentBuilders, B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        service = cls.env["product.product"].create(
            {"name": "Delivery", "type": "service", "list_price": 30.0}
        )
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "Lorry",
                "delivery_type": "fixed",
                "fixed_price": 30.0,
                "product_id": service.id,
            }
        )
        cls.pickup.delivery_carrier_id = cls.carrier

    def _weigh(self, per_unit):
        """Let the delivery method charge by weight: 10.00 and so much a kilogram."""
        self.carrier.write(
            {
                "delivery_type": "base_on_rule",
                "price_rule_ids": [
                    Command.create(
                        {
                            "variable": "weight",
                            "operator": "<=",
                            "max_value": 50,
                            "list_base_price": 10,
                            "list_price": per_unit,
                            "variable_factor": "weight",
                        }
                    )
                ],
            }
        )

    def test_fixed_price_is_asked_for_once(self):
        second = self._confirm_order(quantity=3)
        request = self._draft_pickup()
        request.line_ids = [
            Command.create({"sale_line_id": second.order_line.id, "quantity": 2})
        ]
        request.with_user(self.dealer_user).sudo()._set_cost()
        self.assertEqual(request.cost, 30.0)

    def test_rules_weigh_what_is_shipped_not_the_order(self):
        self._weigh(2)
        request = self._draft_pickup(quantity=4)
        request._set_cost()
        self.assertEqual(request.cost, 10 + 4 * 2.5 * 2)

    def test_no_method_of_delivery_costs_nothing(self):
        self.pickup.delivery_carrier_id = False
        request = self._draft_pickup()
        request._set_cost()
        self.assertEqual(request.cost, 0.0)
        self.assertNotIn("gives no cost", str(request.message_ids.mapped("body")))

    def test_goods_that_no_rule_covers_cost_nothing_and_a_note_says_so(self):
        self._weigh(2)
        self.product.weight = 100
        request = self._draft_pickup()
        request.cost = 5.0
        request._set_cost()
        self.assertEqual(request.cost, 0.0)
        self.assertIn("gives no cost", str(request.message_ids.mapped("body")))

    def test_failing_provider_stops_nothing(self):
        request = self._draft_pickup()
        carriers = type(self.carrier)
        path = "odoo.addons.b2b_reservation.models.b2b_shipment_request_cost"
        with patch.object(carriers, "rate_shipment", side_effect=KeyError("down")):
            with self.assertLogs(path, "WARNING"):
                request._set_cost()
        self.assertEqual(request.cost, 0.0)
        self.assertIn("gives no cost", str(request.message_ids.mapped("body")))

    def test_asking_stores_no_order(self):
        request = self._draft_pickup()
        count = self.env["sale.order"].search_count([("partner_id", "!=", False)])
        request._set_cost()
        self.env.flush_all()
        self.assertEqual(
            self.env["sale.order"].search_count([("partner_id", "!=", False)]), count
        )

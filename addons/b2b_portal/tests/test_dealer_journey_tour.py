from io import BytesIO
from unittest.mock import patch

from pypdf import PdfReader

from odoo.fields import Command
from odoo.tests import tagged

from .checkout_common import B2bCheckoutCommon


@tagged("post_install", "-at_install")
class TestDealerJourney(B2bCheckoutCommon):
    """The main job in one go: a real browser, a real PDF, nobody of the staff."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.name = "Journey Supplier"
        thread = cls.env["product.attribute"].create(
            {
                "name": "Thread",
                "value_ids": [
                    Command.create({"name": "G 1/2"}),
                    Command.create({"name": "G 3/4"}),
                ],
            }
        )
        for name, code, value in (
            ("Journey filter narrow", "JF-12", thread.value_ids[0]),
            ("Journey filter wide", "JF-34", thread.value_ids[1]),
        ):
            template = cls.env["product.template"].create(
                {
                    "name": name,
                    "default_code": code,
                    "list_price": 40.0,
                    "type": "consu",
                    "is_storable": True,
                    "is_published": True,
                    "taxes_id": [Command.clear()],
                    "attribute_line_ids": [
                        Command.create(
                            {
                                "attribute_id": thread.id,
                                "value_ids": [Command.set(value.ids)],
                            }
                        )
                    ],
                }
            )
            cls._set_stock(template.product_variant_id, 25)

    def _print_for_real(self):
        """Make reports real PDFs, which Odoo leaves out in tests."""
        reports = self.env.registry["ir.actions.report"]
        render = reports._render_qweb_pdf

        def _render_qweb_pdf(report, *args, **kwargs):
            report = report.with_context(force_report_rendering=True)
            return render(report, *args, **kwargs)

        return patch.object(reports, "_render_qweb_pdf", _render_qweb_pdf)

    def test_dealer_bills_himself_and_finds_the_bill_in_the_journal(self):
        with self._print_for_real():
            self.start_tour("/shop", "b2b_portal.dealer_journey", login="b2b_dealer")
        order = self.env["sale.order"].search(
            [("b2b_contract_id", "=", self.entity_contract.id)]
        )
        self.assertRecordValues(
            order,
            [
                {
                    "state": "sale",
                    "partner_id": self.entity.id,
                    "partner_invoice_id": self.entity.id,
                    "b2b_contact_id": self.dealer_user.partner_id.id,
                    "amount_total": 80.0,
                }
            ],
        )
        bill = order._b2b_get_payment_request()
        document = self.env["b2b.document"].search(
            [("payment_request_id", "=", bill.id)]
        )
        self.authenticate("b2b_dealer", "b2b_dealer")
        response = self.url_open(f"/my/journal/{document.id}/pdf?download=1")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        pages = PdfReader(BytesIO(response.content)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        for expected in (
            bill.name,
            "Hooves Trade",
            "E-1",
            "JF-34",
            "Journey filter wide",
            "80.00",
            "Journey Supplier",
            "Page 1 / 1",
        ):
            self.assertIn(expected, text)

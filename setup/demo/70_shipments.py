# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shipment requests of the dealer, from a draft to goods that have left.

They are of orders of their own: the reservations of before go on as they are.
"""

import base64
import io
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from unittest.mock import patch

from b2b_setup.inside import announce
from freezegun import freeze_time
from reportlab.pdfgen import canvas

from odoo import fields
from odoo.fields import Command

QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "no_reset_password": True,
}
# Transport company, site, terminals: city, name, address
CARRIERS = [
    (
        "Trans-Kura Cargo",
        "https://trans-kura.example.com",
        [
            ("Rustavi", "Terminal 2", "Davit Gareji 14"),
            ("Batumi", "Port", "Gogebashvili 60"),
            ("Kutaisi", "Western", "Nikea 21"),
        ],
    ),
    (
        "Northern Lines",
        "https://northern-lines.example.com",
        [
            ("Krasnodar", "East", "Uralskaya 98"),
            ("Rostov-on-Don", "Main", "Dovatora 142"),
        ],
    ),
]
PRICE_LIMIT = 60
RECEIVER = {"contact_name": "Георгий Беридзе", "contact_phone": "+995 34 125 66 04"}


def load(env):
    """Ask for shipments as the dealer did in the last days; returns the login of who
    picks the goods.
    """
    requests = type(env["b2b.payment.request"])
    no_pdf = patch.object(
        requests, "_print_pdf", lambda request: request.env["ir.attachment"]
    )
    # PDFs are printed when somebody opens them: no server is running yet.
    with no_pdf:
        Shipping(env(context=dict(env.context, **QUIET))).tell()
    # What was written in the past has reached its readers.
    env["mail.mail"].search([("state", "=", "outgoing")]).state = "sent"
    return [("Warehouse", "warehouse", "warehouse")]


class Shipping:
    """Who asked for what, and how far the warehouse is with it."""

    def __init__(self, env):
        self.env = env
        self.dealer = env.ref("b2b_portal.user_dealer")
        self.manager = env.ref("b2b_portal.user_manager")
        self.picker = self._employ_picker()
        self.contract = env.ref("b2b_portal.contract_gidrosnab")
        self.products = self._find_products()
        self.carriers = self._make_carriers()
        self._price_lorry()

    def tell(self):
        announce("shipment requests")
        with self._days_ago(9):
            shipped = self._send("own", self._reserve(12), **self._to_warehouse())
        with self._days_ago(8):
            self._as_staff(shipped).action_confirm()
            shipped.with_user(self.picker).action_start_picking()
        with self._days_ago(7):
            shipped.with_user(self.picker).action_ready()
            self._deliver(shipped)
        with self._days_ago(4):
            rejected = self._send("carrier", self._reserve(30), **self._by_carrier())
            ready = self._send("pickup", self._reserve(6), **self._with_attorney("118"))
        with self._days_ago(3):
            self._as_staff(rejected)._reject(
                "Trans-Kura does not take this cargo: choose pick-up or our delivery."
            )
            self._as_staff(ready).action_confirm()
        with self._days_ago(2):
            ready.with_user(self.picker).action_start_picking()
            half = self._reserve(10)
            picked = self._send("terminal", half, share=0.5, **self._to_terminal())
            moved = self._send("own", self._reserve(8), **self._to_warehouse())
        with self._days_ago(1):
            ready.with_user(self.picker).action_ready()
            self._as_staff(picked).action_confirm()
            picked.with_user(self.picker).action_start_picking()
            self._as_staff(moved).action_confirm()
            self._as_staff(moved)._move_date(
                self._get_work_day(moved, 2), "The lorry is at the service station."
            )
            self._send("carrier", self._reserve(15), **self._by_carrier())
        with self._days_ago(0):
            self._send("pickup", self._reserve(4), **self._with_attorney("121"))
            self._write_down("terminal", half, share=0.5, **self._to_terminal())

    @contextmanager
    def _days_ago(self, days):
        """Let what is in this block happen in the morning of a day."""
        now = datetime.now().replace(microsecond=0)
        moment = datetime.combine(now.date() - timedelta(days=days), time(7, 20))
        with freeze_time(min(moment, now), tick=False):
            yield
            self.env.flush_all()

    def _as_staff(self, records):
        return records.with_user(self.manager).sudo()

    # === WHAT THERE IS === #

    def _employ_picker(self):
        """Return a new user who works in the warehouse, and nothing else."""
        return self.env["res.users"].create(
            {
                "name": "Nika Lomidze",
                "login": "warehouse",
                "password": "warehouse",
                "email": "warehouse@meridian-supply.example.com",
                "group_ids": [Command.set(self.env.ref("stock.group_stock_user").ids)],
            }
        )

    def _find_products(self):
        """Return cheap products with plenty on the shelf."""
        products = self.env["product.product"].search(
            [
                ("is_storable", "=", True),
                ("is_published", "=", True),
                ("list_price", "<=", PRICE_LIMIT),
            ],
            order="id",
        )
        plenty = products.sorted(lambda product: product.free_qty, reverse=True)
        return plenty[:8]

    def _make_carriers(self):
        return self.env["b2b.carrier"].create(
            [
                {
                    "name": name,
                    "website": website,
                    "terminal_ids": [
                        Command.create(
                            {"city": city, "name": terminal, "address": road}
                        )
                        for city, terminal, road in terminals
                    ],
                }
                for name, website, terminals in CARRIERS
            ]
        )

    def _price_lorry(self):
        """Let the supplier's own delivery have a price."""
        service = self.env["product.product"].create(
            {"name": "Own lorry", "type": "service", "sale_ok": False}
        )
        self.env.ref(
            "b2b_reservation.shipment_method_own"
        ).delivery_carrier_id = self.env["delivery.carrier"].create(
            {
                "name": "Own lorry",
                "delivery_type": "fixed",
                "fixed_price": 25,
                "product_id": service.id,
                "is_published": False,
            }
        )

    # === GOODS === #

    def _reserve(self, quantity):
        """The dealer orders and reserves two products, other ones each time.

        :return: the order
        """
        chosen = self.products[:2]
        self.products = self.products[2:] + chosen
        orders = self.env["sale.order"].with_user(self.dealer).sudo()
        order = orders.create(
            {
                "partner_id": self.contract.legal_entity_id.id,
                "b2b_contract_id": self.contract.id,
                "b2b_contact_id": self.dealer.partner_id.id,
                "user_id": self.manager.id,
                "website_id": self.env.ref("website.default_website").id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product in chosen
                ],
            }
        )
        order.action_confirm()
        order._b2b_issue_bill()
        order.with_user(self.dealer)._b2b_reserve()
        return order

    def _deliver(self, request):
        """The warehouse validates the transfers of a request."""
        for picking in self._as_staff(request).picking_ids:
            picking.move_ids.picked = True
            picking.with_context(skip_backorder=True).button_validate()

    # === REQUESTS === #

    def _write_down(self, method, order, share=1.0, **values):
        """The dealer begins a request of goods of an order.

        :param float share: how much of each line
        :return: the draft (sudo)
        """
        names = {"terminal": "carrier_terminal"}
        name = f"b2b_reservation.shipment_method_{names.get(method, method)}"
        method = self.env.ref(name)
        requests = self.env["b2b.shipment.request"].with_user(self.dealer).sudo()
        return requests.create(
            {
                "legal_entity_id": order.b2b_legal_entity_id.id,
                "company_id": order.company_id.id,
                "method_id": method.id,
                "date_wanted": method._get_first_date(order.company_id),
                "line_ids": [
                    Command.create(
                        {
                            "sale_line_id": line.id,
                            "quantity": line.product_uom_qty * share,
                        }
                    )
                    for line in order.order_line
                ],
                **RECEIVER,
                **values,
            }
        )

    def _send(self, method, order, share=1.0, **values):
        request = self._write_down(method, order, share, **values)
        request.with_user(self.dealer)._send()
        return request

    def _get_work_day(self, request, days):
        """Return a working day, so many after the one that was wanted."""
        method = request.method_id
        calendar = method._get_calendar(request.company_id)
        return method._plan_working_days(calendar, request.date_wanted, days)

    def _to_warehouse(self):
        return {
            "address_id": self.contract.legal_entity_id.child_ids.filtered(
                lambda partner: partner.type == "delivery"
            )[:1].id
            or self.contract.legal_entity_id.id,
            "comment": "Разгрузка с 9 до 17, пропуск заказываем заранее.",
        }

    def _by_carrier(self):
        return {**self._to_warehouse(), "carrier_id": self.carriers[0].id}

    def _to_terminal(self):
        carrier = self.carriers[0]
        return {"carrier_id": carrier.id, "terminal_id": carrier.terminal_ids[0].id}

    def _with_attorney(self, number):
        return {
            "attorney_number": number,
            "attorney_date": fields.Date.today(),
            "attorney_file": _print_pdf(f"Power of attorney No {number}"),
            "attorney_filename": f"attorney-{number}.pdf",
        }


def _print_pdf(title):
    """Return a page with a title as a PDF, in base64."""
    page = io.BytesIO()
    sheet = canvas.Canvas(page, invariant=1)
    sheet.setTitle(title)
    sheet.setFont("Helvetica-Bold", 16)
    sheet.drawString(60, 770, title)
    sheet.save()
    return base64.b64encode(page.getvalue())

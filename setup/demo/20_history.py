# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Three months of trade up to today, through the methods that staff and dealers use.

Each order has a story: what happens to it, how many days later. What would lie in the
future has not happened yet, so that the newest orders are still on their way. The same
day gives the same history: chance is seeded.
"""

import random
from datetime import datetime, time, timedelta
from unittest.mock import patch

from b2b_setup.inside import announce
from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command

# What happens after the order: (days later, step, arguments)
STORIES = {
    "paid": [(2, "deliver", {}), (19, "pay", {})],
    "paid_late": [(2, "deliver", {}), (44, "pay", {})],
    "open": [(3, "deliver", {})],
    "part_paid": [(2, "deliver", {}), (24, "pay", {"share": 0.4})],
    "two_parts": [(2, "deliver", {"share": 0.5}), (9, "deliver", {}), (26, "pay", {})],
    "half_sent": [(2, "deliver", {"share": 0.5})],
    "prepaid": [(1, "prepay", {}), (4, "deliver", {})],
    "prepaid_part": [(1, "prepay", {"share": 0.5}), (5, "deliver", {})],
    "returned": [(2, "deliver", {}), (12, "give_back", {}), (20, "pay", {})],
    "returned_paid": [(1, "deliver", {}), (9, "pay", {}), (15, "give_back", {})],
    "together": [(2, "deliver", {}), (28, "pay_together", {})],
    "cancelled": [(1, "cancel", {})],
    "new": [],
}
# Days ago, contract, number of lines, story
ORDERS = [
    (91, "gidrosnab", 5, "paid"),
    (89, "anadolu", 4, "paid"),
    (87, "gidrosnab_project", 3, "prepaid"),
    (85, "gidrosnab", 6, "two_parts"),
    (83, "gidrosnab_south", 4, "paid"),
    (80, "dnipro", 3, "paid"),
    (78, "gidrosnab", 4, "returned"),
    (75, "gidrosnab", 3, "paid_late"),
    (73, "anadolu", 5, "part_paid"),
    (70, "gidrosnab", 7, "paid"),
    (68, "gidrosnab_south", 3, "returned_paid"),
    (66, "gidrosnab_project", 4, "prepaid"),
    (63, "gidrosnab", 5, "together"),
    (61, "gidrosnab", 2, "together"),
    (60, "dnipro", 4, "open"),
    (57, "gidrosnab", 4, "part_paid"),
    (55, "anadolu", 3, "paid"),
    (52, "gidrosnab", 5, "open"),
    (50, "gidrosnab_south", 4, "part_paid"),
    (47, "gidrosnab_project", 3, "prepaid_part"),
    (45, "gidrosnab", 3, "cancelled"),
    (44, "gidrosnab", 6, "paid"),
    (41, "anadolu", 4, "returned"),
    (38, "gidrosnab", 3, "open"),
    (36, "gidrosnab_south", 5, "paid"),
    (33, "gidrosnab", 4, "paid"),
    (30, "dnipro", 3, "part_paid"),
    (28, "gidrosnab", 8, "open"),
    (26, "anadolu", 5, "open"),
    (24, "gidrosnab_project", 4, "prepaid"),
    (21, "gidrosnab", 3, "open"),
    (19, "gidrosnab_south", 3, "open"),
    (16, "gidrosnab", 5, "half_sent"),
    (14, "anadolu", 3, "open"),
    (12, "gidrosnab", 4, "open"),
    (10, "dnipro", 2, "cancelled"),
    (9, "gidrosnab_south", 4, "open"),
    (7, "gidrosnab", 6, "open"),
    (5, "gidrosnab_project", 3, "prepaid"),
    (4, "anadolu", 4, "new"),
    (3, "gidrosnab", 5, "prepaid_part"),
    (2, "gidrosnab_south", 3, "new"),
    (1, "gidrosnab", 4, "new"),
    (0, "dnipro", 3, "new"),
]
BUYERS = {
    "gidrosnab": "user_dealer",
    "gidrosnab_project": "user_dealer",
    "gidrosnab_south": "user_dealer",
    "anadolu": "user_dealer2",
}
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notify_force_send": False,
    "no_reset_password": True,
}


def load(env):
    """Live through the last three months; returns the logins of the demo."""
    requests = type(env["b2b.payment.request"])
    no_pdf = patch.object(
        requests, "_print_pdf", lambda request: request.env["ir.attachment"]
    )
    # PDFs are printed when somebody opens them: no server is running yet.
    with no_pdf:
        History(env(context=dict(env.context, **QUIET))).live()
    return [
        ("Dealer", "dealer", "dealer"),
        ("Dealer abroad", "dealer2", "dealer2"),
        ("Sales manager", "manager", "manager"),
        ("Administrator", "admin", "admin"),
    ]


class History:
    """The events of three months in the order in which they happen."""

    def __init__(self, env):
        self.env = env
        self.chance = random.Random(2026)
        self.now = datetime.now()
        self.manager = env.ref("b2b_portal.user_manager")
        self.stock = self._get_stock()

    # === TIME === #

    def live(self):
        """Let everything happen that lies in the past."""
        events = sorted(self._get_events(), key=lambda event: event[:2])
        with freeze_time(events[0][0], tick=False) as clock:
            for moment, _number, act in events:
                clock.move_to(moment)
                announce(f"trade of {moment:%B %d}")
                act()
                self.env.flush_all()
        self._fill_cart()

    def _get_events(self):
        """Return (moment, number, what to do) of all stories, in any order."""
        events = []
        for number, (days, contract, lines, story) in enumerate(ORDERS):
            start = self._moment(days)
            chapter = Chapter(self, contract, lines)
            events.append((start, number, chapter.order_goods))
            for later, step, arguments in STORIES[story]:
                moment = start + timedelta(days=later, minutes=number)
                act = getattr(chapter, step)
                events.append((moment, number, lambda a=act, k=arguments: a(**k)))
        return [event for event in events if event[0] <= self.now]

    def _moment(self, days_ago):
        """Return a minute of a working day's hours, not later than now."""
        day = self.now.date() - timedelta(days=days_ago)
        hour, minute = self.chance.randint(6, 15), self.chance.randint(0, 59)
        return min(datetime.combine(day, time(hour, minute)), self.now)

    # === GOODS === #

    def _get_stock(self):
        """Return how much may still be sold of each product that is on the shelf."""
        products = self.env["product.product"].search(
            [("is_storable", "=", True), ("is_published", "=", True)], order="id"
        )
        return {
            product: product.free_qty * 0.6
            for product in products
            if product.free_qty > 0
        }

    def choose_goods(self, number):
        """Return order lines of so many products, as much as their price suggests."""
        lines = []
        on_shelf = [product for product, left in self.stock.items() if left >= 1]
        for product in self.chance.sample(on_shelf, number):
            pieces = max(1, round(self.chance.uniform(150, 700) / product.list_price))
            quantity = min(pieces, 250, int(self.stock[product]))
            if product.uom_id.b2b_fractional and quantity > 2:
                quantity -= self.chance.choice([0, 0.5, 0.25])
            self.stock[product] -= quantity
            lines.append(
                Command.create({"product_id": product.id, "product_uom_qty": quantity})
            )
        return lines

    def _fill_cart(self):
        """Leave a cart that the dealer abroad has begun today."""
        cart = Chapter(self, "anadolu", 3)
        cart.create_order()


class Chapter:
    """One order and all that becomes of it."""

    def __init__(self, history, contract, lines):
        self.history = history
        self.env = history.env
        self.contract = self.env.ref(f"b2b_portal.contract_{contract}")
        buyer = BUYERS.get(contract)
        self.buyer = self.env.ref(f"b2b_portal.{buyer}") if buyer else None
        self.lines = lines
        self.prepayments = self.env["account.payment"]

    # === STEPS === #

    def create_order(self):
        """The dealer puts goods into the cart, or staff write down his call."""
        author = self.buyer or self.history.manager
        values = {
            "partner_id": self.contract.legal_entity_id.id,
            "b2b_contract_id": self.contract.id,
            "user_id": self.history.manager.id,
            "order_line": self.history.choose_goods(self.lines),
        }
        if self.buyer:
            values["b2b_contact_id"] = self.buyer.partner_id.id
            values["website_id"] = self.env.ref("website.default_website").id
        self.order = self.env["sale.order"].with_user(author).sudo().create(values)

    def order_goods(self):
        """The order is sent and billed."""
        self.create_order()
        self.order.action_confirm()
        self.order._b2b_issue_bill()

    def cancel(self):
        self._as_staff(self.order)._action_cancel()

    def deliver(self, share=1.0):
        """Goods leave, all or a part of them; the invoice follows by itself."""
        picking = self._get_open_picking()
        for move in picking.move_ids:
            wanted = move.product_uom_qty * share
            move.quantity = wanted if share == 1 else max(1, int(wanted))
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self._use_prepayments()

    def prepay(self, share=1.0):
        """Money comes in for the payment request."""
        bill = self.order._b2b_get_payment_request()
        payment = self._as_staff(self.env["account.payment"]).create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": bill.legal_entity_id.id,
                "amount": bill.currency_id.round(bill.amount_total * share),
                "currency_id": bill.currency_id.id,
                "date": fields.Date.today(),
                "memo": bill.name,
                "b2b_contract_id": bill.contract_id.id,
                "b2b_payment_request_id": bill.id,
            }
        )
        payment.action_post()
        self.prepayments |= payment

    def pay(self, share=1.0):
        """The dealer pays what has been invoiced, or a part of it."""
        self._register_payment(self._get_open_invoices(), share)

    def pay_together(self):
        """One payment for all that is open on orders of the same story."""
        oldest, newest = fields.Datetime.now() - timedelta(days=31), timedelta(days=5)
        orders = self.env["sale.order"].search(
            [
                ("b2b_contract_id", "=", self.contract.id),
                ("date_order", ">=", oldest),
                ("date_order", "<=", oldest + newest),
            ]
        )
        invoices = self._as_staff(orders).invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.amount_residual > 0
        )
        # The other order of the story has been paid by then.
        if invoices:
            self._register_payment(invoices)

    def give_back(self):
        """Two kinds of goods come back and are credited."""
        picking = self._get_done_picking()
        wizard = (
            self._as_staff(self.env["stock.return.picking"])
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        for number, line in enumerate(wizard.product_return_moves):
            line.quantity = max(1, int(line.move_quantity / 4)) if number < 2 else 0
        action = wizard.action_create_returns()
        back = self._as_staff(self.env["stock.picking"]).browse(action["res_id"])
        for move in back.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        back.button_validate()
        credit_note = self._as_staff(self.order)._create_invoices(final=True)
        credit_note.action_post()

    # === WHAT THERE IS === #

    def _as_staff(self, records):
        return records.with_user(self.history.manager).sudo()

    def _get_open_picking(self):
        return self._as_staff(self.order).picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )[:1]

    def _get_done_picking(self):
        return self._as_staff(self.order).picking_ids.filtered(
            lambda picking: picking.state == "done"
        )[:1]

    def _get_open_invoices(self):
        return self._as_staff(self.order).invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.amount_residual > 0
        )

    def _register_payment(self, invoices, share=1.0):
        wizard = (
            self._as_staff(self.env["account.payment.register"])
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({"group_payment": True})
        )
        wizard.amount = wizard.currency_id.round(wizard.amount * share)
        wizard._create_payments()

    def _use_prepayments(self):
        """Match the money that came before with the invoice of the goods."""
        if not self.prepayments:
            return
        moves = self._get_open_invoices() | self.prepayments.move_id
        moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()

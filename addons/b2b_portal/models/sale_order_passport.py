from odoo import api, models
from odoo.tools import format_amount, format_date, format_datetime

COLORS = {
    "done": "success",
    "now": "primary",
    "later": "",
    "skipped": "",
    "refused": "warning",
}


# Apart from sale_order.py: together they are more than one can hold in the head.
class SaleOrder(models.Model):
    """The passport of an order: the steps from choosing to collecting, for the dealer.

    A step is a dictionary, see :meth:`_b2b_get_step`. Other addons add theirs, or say
    more about those that are there, by overriding :meth:`_b2b_get_passport_steps`.
    """

    _inherit = "sale.order"

    def _b2b_get_passport(self, rows):
        """Return what the page of this order says of its steps, a caller with sudo.

        :param list[dict] rows: the documents of the order that the current user may
            see, see :meth:`b2b.document._get_portal_rows`
        :return: the steps in their order; none for who may not read the order, though
            a token has opened it to him, and for an order without a contract
        :rtype: list[dict]
        """
        self.ensure_one()
        user = self.env.user
        if not self.b2b_contract_id or user._is_public():
            return []
        if not self.with_user(user).has_access("read"):
            return []
        steps = sorted(
            self._b2b_get_passport_steps(), key=lambda step: step["sequence"]
        )
        self._b2b_file_documents(steps, rows)
        labels = self._b2b_get_step_labels()
        offered = [step for step in steps if step["action"]]
        for step in steps:
            step["label"] = labels[step["state"]]
            step["color"] = COLORS[step["state"]]
            # One button stands out: what comes first comes next.
            step["is_next"] = step in offered[:1]
        return steps

    @api.model
    def _b2b_file_documents(self, steps, rows):
        """Put documents to the steps they belong to, see :meth:`_b2b_get_passport`."""
        by_key = {step["key"]: step for step in steps}
        key_by_tab = self._b2b_get_step_by_tab()
        for row in rows:
            step = by_key.get(key_by_tab.get(row["tab"]))
            if not step:
                continue
            step["documents"].append(
                {
                    "name": f"{row['type']} {row['number']}",
                    "url": row["url"],
                    "is_pdf": True,
                    "text": row["date"],
                }
            )
            if step["key"] == "pay" and step["state"] == "done":
                # They come in order of their dates: the last one paid the rest.
                step["date"] = row["date"]

    @api.model
    def _b2b_get_step_by_tab(self):
        """Return which step the documents of a tab of the journal belong to, by its
        code; others stand only in the list below the order.
        """
        return {
            "bills": "bill",
            "payments": "pay",
            "waybills": "collect",
            "tax_invoices": "collect",
            "returns": "collect",
        }

    def _b2b_get_passport_steps(self):
        """Return the steps of this order for the current user, a caller with sudo.

        Other addons append theirs: their ``sequence`` says where. The number of
        queries does not depend on what the order has.

        :rtype: list[dict]
        """
        self.ensure_one()
        return [
            self._b2b_get_choose_step(),
            self._b2b_get_bill_step(),
            self._b2b_get_pay_step(),
            self._b2b_get_collect_step(),
        ]

    def _b2b_get_step(self, key, sequence, title, icon):
        """Return a step to be filled in: one that can be taken later, or never if the
        order is cancelled.

        :param str key: its name in the code
        :param int sequence: 10 to choose, 20 the bill, 30 to reserve, 40 to pay, 50
            to ask for shipment, 60 to collect
        :param str title: its name for the dealer
        :param str icon: of Font Awesome
        :return: these, with ``state`` (``done``, ``now``, ``later``, ``skipped`` or
            ``refused``), ``text`` (what the dealer has to know, a reason), ``date``
            and ``who`` (texts), ``documents`` (``name``, ``url``, ``is_pdf``,
            ``text``) and ``action`` (None, or ``name``, ``url`` and ``is_post``)
        :rtype: dict
        """
        return {
            "key": key,
            "sequence": sequence,
            "title": title,
            "icon": icon,
            "state": "skipped" if self.state == "cancel" else "later",
            "text": "",
            "date": "",
            "who": "",
            "documents": [],
            "action": None,
        }

    def _b2b_get_step_labels(self):
        """Return what the dealer reads of a step, by its state."""
        return {
            "done": self.env._("Done"),
            "now": self.env._("Now"),
            "later": self.env._("Later"),
            "skipped": self.env._("Not needed"),
            "refused": self.env._("Not possible"),
        }

    # === THE STEPS === #

    def _b2b_get_choose_step(self):
        """Return the step of choosing goods: done once the order is confirmed."""
        step = self._b2b_get_step(
            "choose", 10, self.env._("Choose goods"), "fa-shopping-cart"
        )
        step["who"] = self.b2b_contact_id.name or ""
        if self.state == "sale":
            moment = format_datetime(self.env, self.date_order, dt_format="short")
            return step | {"state": "done", "date": moment}
        if self.state == "cancel":
            text = self.env._("This order is cancelled.")
            return step | {"state": "refused", "text": text}
        if reason := self._b2b_order_refusal():
            return step | {"state": "refused", "text": reason}
        step["state"] = "now"
        if self.state == "sent":
            return step | {"text": self.env._("Accept this offer: it is your order.")}
        if self._b2b_is_cart_of(self.env.user):
            step["action"] = {"name": self.env._("Go to the cart"), "url": "/shop/cart"}
        return step

    def _b2b_get_bill_step(self):
        """Return the step of the bill: done once there is one, or an invoice."""
        step = self._b2b_get_step("bill", 20, self.env._("Bill"), "fa-file-text-o")
        if self.state != "sale":
            return step
        bill = self._b2b_get_bill() or self._b2b_get_posted_invoices()[:1]
        if bill:
            day = bill.date if bill._name == "b2b.payment.request" else False
            day = day or bill.invoice_date
            return step | {
                "state": "done",
                "date": format_date(self.env, day),
                "who": self.company_id.name,
                "text": format_amount(self.env, bill.amount_total, bill.currency_id),
            }
        if lapsed := self._b2b_get_lapsed_request():
            text = self.env._(
                "Payment request %(number)s has lapsed: its goods are no longer kept.",
                number=lapsed.name,
            )
            return step | {"state": "refused", "text": text}
        step |= {"state": "now", "text": self.env._("This order has no bill yet.")}
        if self._b2b_is_bill_missing() and self.env.user._b2b_may(
            "order", self.b2b_legal_entity_id
        ):
            step["action"] = {
                "name": self.env._("Get the bill"),
                "url": f"/my/orders/{self.id}/bill/issue",
                "is_post": True,
            }
        return step

    def _b2b_get_pay_step(self):
        """Return the step of paying: what the bill or the first open invoice asks
        for."""
        step = self._b2b_get_step(
            "pay", 40, self.env._("Pay the bill"), "fa-credit-card"
        )
        is_billed = self._b2b_get_bill() or self._b2b_get_posted_invoices()
        if self.state != "sale" or not is_billed:
            return step
        bill = self._b2b_get_unpaid_bill()
        if not bill:
            return step | {"state": "done" if self.amount_total else "skipped"}
        is_request = bill._name == "b2b.payment.request"
        amount = bill.amount_open if is_request else bill._b2b_amount_open()
        date_due = bill.validity_date if is_request else bill.invoice_date_due
        words = {
            "amount": format_amount(self.env, amount, bill.currency_id),
            "date": format_date(self.env, date_due),
        }
        step["state"] = "now"
        if date_due:
            step["text"] = self.env._("To pay: %(amount)s by %(date)s.", **words)
        else:
            step["text"] = self.env._("To pay: %(amount)s.", amount=words["amount"])
        user = self.env.user
        if user._b2b_may("pay", self.b2b_legal_entity_id):
            # What leads to a paper asks who he is, without sudo.
            url = self.with_user(user)._b2b_get_pay_url()
            step["action"] = url and {"name": self.env._("Pay"), "url": url}
        return step

    def _b2b_get_collect_step(self):
        """Return the step of collecting: done once all goods have left."""
        step = self._b2b_get_step("collect", 60, self.env._("Collect"), "fa-truck")
        if self.state != "sale":
            return step
        if not self.delivery_status:
            return step | {"state": "skipped"}
        if self.delivery_status == "full":
            moments = self.picking_ids.filtered("date_done").mapped("date_done")
            moment = moments and format_datetime(
                self.env, max(moments), dt_format="short"
            )
            return step | {"state": "done", "date": moment or ""}
        if self.delivery_status == "partial":
            text = self.env._("A part of the goods is still to come.")
            return step | {"state": "now", "text": text}
        state = "later" if self.delivery_status == "pending" else "now"
        return step | {"state": state, "text": self.env._("We prepare the goods.")}

    def _b2b_get_posted_invoices(self):
        """Return the posted customer invoices of this order, the newest first."""
        return self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        ).sorted(lambda move: (move.invoice_date, move.id), reverse=True)

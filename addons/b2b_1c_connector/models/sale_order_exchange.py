from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

# what 1C is told of an order itself
TOLD = {
    "carrier_id",
    "client_order_ref",
    "commitment_date",
    "currency_id",
    "note",
    "partner_id",
    "partner_invoice_id",
    "partner_shipping_id",
    "payment_term_id",
    "pricelist_id",
    "state",
    "warehouse_id",
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    b2b_1c_order_ids = fields.One2many(
        "b2b.1c.order",
        "order_id",
        string="In 1C",
        groups="b2b_portal.group_b2b_manager",
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state == "sale")._b2b_1c_enlist()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if TOLD & vals.keys():
            self._b2b_1c_mark()
        if {"state", "b2b_contract_id"} & vals.keys():
            self.filtered(lambda order: order.state == "sale")._b2b_1c_enlist()
        return result

    def _b2b_1c_enlist(self):
        """Note that these confirmed orders are to go to 1C, if they are."""
        # sudo: who confirms an order need not know of the exchange
        orders = self.sudo()
        for company, some in orders.grouped("company_id").items():
            backends = self.env["b2b.1c.backend"].sudo()
            domain = [("company_id", "=", company.id), ("exchange_orders", "=", True)]
            for backend in backends.search(domain):
                self.env["b2b.1c.order"].sudo()._enlist(backend, some)

    def _b2b_1c_mark(self):
        """Note that these orders are to be offered to 1C anew."""
        if not self.ids:
            return
        # sudo: who changes an order need not know of the exchange
        rows = self.env["b2b.1c.order"].sudo()
        domain = [("order_id", "in", self.ids)]
        if said_by := self.env.context.get("b2b_1c_from"):
            domain.append(("backend_id", "!=", said_by))
        rows.search(domain)._mark()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_1c(self):
        # sudo: who deletes an order need not know of the exchange
        rows = self.env["b2b.1c.order"].sudo()
        known = [("order_id", "in", self.ids), ("digest_offered", "!=", False)]
        if found := rows.search(known, limit=1):
            raise UserError(
                self.env._(
                    "1C knows order %(order)s: it stays, cancelled.",
                    order=found.order_id.name,
                )
            )

    def _b2b_1c_has_plain_terms(self):
        """Whether the note is no more than the terms every order has.

        :rtype: bool
        """
        self.ensure_one()
        note = html2plaintext(self.note or "").strip()
        if self.terms_type == "html":
            return f"{self._get_note_url()}/terms" in note
        return note == html2plaintext(self.company_id.invoice_terms or "").strip()

    def _b2b_1c_get_said(self):
        """What 1C says of this order, for the dealer.

        :return: number and date of each 1C, and the words that apply
        :rtype: list[dict]
        """
        self.ensure_one()
        # sudo: the page of the order is shown to whom it is open
        rows = self.sudo().b2b_1c_order_ids.filtered(
            lambda row: row.number_in_1c or row.state == "sent"
        )
        words = {
            "posted": self.env._("Posted"),
            "paid": self.env._("Paid"),
            "shipped": self.env._("Shipped"),
            "cancelled": self.env._("Cancelled"),
        }
        return [
            {
                "number": (row.number_in_1c or "").strip(),
                "date": row.date_in_1c,
                "words": [word for name, word in words.items() if row[name]],
            }
            for row in rows
        ]

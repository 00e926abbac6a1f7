from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL


class B2b1cOrder(models.Model):
    """What a connection knows of an order: whether 1C has it as it is now, and what 1C
    says of it."""

    _name = "b2b.1c.order"
    _description = "Order in 1C"
    _order = "id desc"
    _rec_name = "order_id"

    backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Connection",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id.commercial_partner_id", string="Legal entity"
    )
    contract_id = fields.Many2one(related="order_id.b2b_contract_id")
    state = fields.Selection(
        [
            ("waiting", "Waiting for 1C"),
            ("offered", "Offered"),
            ("sent", "In 1C"),
            ("held", "Legal entity to be checked"),
            ("apart", "Set apart"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        help="Offered: 1C has asked for it, and has not said yet that it took it.",
    )
    reason = fields.Text(readonly=True)
    is_changed = fields.Boolean(
        string="Changed since it was offered", readonly=True, copy=False
    )
    changes = fields.Integer(readonly=True, copy=False)

    # -- by which 1C knows the order: the same for ever
    site_number = fields.Char(
        string="Number for 1C",
        readonly=True,
        help="The number of the order, or another one if 1C cannot keep that: it has "
        "room for eleven characters, and some versions tell orders apart by the digits "
        "alone.",
    )
    site_digits = fields.Char(readonly=True)
    site_moment = fields.Char(string="Date for 1C", readonly=True)

    # -- out
    exchange_id = fields.Many2one(
        "b2b.1c.exchange",
        string="Offered in",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    tries = fields.Integer(
        string="Offered in vain",
        readonly=True,
        help="How often 1C was offered the order as it is, and did not confirm it.",
    )
    date_first = fields.Datetime(string="First offered on", readonly=True)
    date_next = fields.Datetime(string="Not before", readonly=True)
    date_confirmed = fields.Datetime(string="Confirmed on", readonly=True)
    digest_offered = fields.Char(readonly=True)
    digest_confirmed = fields.Char(readonly=True)
    is_substituted = fields.Boolean(
        string="Booked to the substitute", readonly=True, copy=False
    )

    # -- back
    guid = fields.Char(string="ID in 1C", readonly=True)
    number_in_1c = fields.Char(string="Number in 1C", readonly=True)
    date_in_1c = fields.Datetime(string="Date in 1C", readonly=True)
    posted = fields.Boolean(readonly=True)
    paid = fields.Boolean(readonly=True)
    shipped = fields.Boolean(readonly=True)
    cancelled = fields.Boolean(readonly=True)
    status = fields.Char(string="Status in 1C", readonly=True)
    payment_number = fields.Char(string="Payment in 1C", readonly=True)
    payment_date = fields.Datetime(string="Paid on", readonly=True)
    shipment_number = fields.Char(string="Shipment in 1C", readonly=True)
    shipment_date = fields.Datetime(string="Shipped on", readonly=True)
    date_received = fields.Datetime(
        string="Heard of from 1C on", readonly=True, help="When 1C last said something."
    )
    digest_received = fields.Char(readonly=True)

    _order_uniq = models.UniqueIndex(
        "(backend_id, order_id)", "This connection knows the order already."
    )
    _number_uniq = models.UniqueIndex(
        "(backend_id, site_digits)", "Another order has this number in 1C."
    )
    _due_idx = models.Index(
        "(backend_id, tries, id) WHERE state IN ('waiting', 'offered', 'apart')"
    )
    _guid_idx = models.Index("(backend_id, guid)")

    # -- which orders

    @api.model
    def _enlist(self, backend, orders=None):
        """Make rows of orders that go to a connection and have none yet.

        :param b2b.1c.backend backend:
        :param sale.order orders: look at these only
        :return: the new rows
        """
        # what belongs to another company is hidden from the connection's user anyway
        domain = backend._get_order_domain()
        domain &= Domain(
            "b2b_1c_order_ids", "not any", [("backend_id", "=", backend.id)]
        )
        if orders is not None:
            domain &= Domain("id", "in", orders.ids)
        found = self.env["sale.order"].search(domain, order="id")
        rows = self.create(
            [{"backend_id": backend.id, "order_id": order.id} for order in found]
        )
        rows._hold_unchecked()
        return rows

    def _hold_unchecked(self):
        """Hold what waits, of legal entities that staff have not checked.

        :return: those that are held now
        """
        entities = self.env["b2b.1c.entity"]
        held = self.browse()
        for row in self:
            # what 1C has already is not held any more
            if (
                row.backend_id.new_entities == "hold"
                and row.state == "waiting"
                and not row.digest_offered
                and not entities._may_go(row.backend_id, row.partner_id)
            ):
                entities._hold(row.backend_id, row.order_id)
                held |= row
        held.state = "held"
        return held

    def _release(self):
        """Let go what was held or set apart."""
        self.write(
            {
                "state": "waiting",
                "reason": False,
                "tries": 0,
                "date_next": False,
                "date_first": False,
            }
        )

    def _mark(self):
        """Note that the orders have changed: they are to be offered anew.

        What is on offer stays so: what 1C confirms is what it was given.
        """
        if not self:
            return
        # each change writes the row, so that an offer made at the same time, of the
        # order as it was, fails to serialize
        self.flush_recordset(["changes"])
        self.env.cr.execute(
            SQL(
                "UPDATE b2b_1c_order SET changes = COALESCE(changes, 0) + 1"
                " WHERE id IN %s",
                self._ids,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(["changes"])
        offered = self.filtered(lambda row: row.state == "offered")
        offered.filtered(lambda row: not row.is_changed).is_changed = True
        self.filtered(lambda row: row.state in ("sent", "apart"))._release()

    # -- what staff do

    def action_send_again(self):
        """Offer these orders to 1C once more, as they are now, for managers."""
        if not self.env.user.has_group("b2b_portal.group_b2b_manager"):
            raise AccessError(self.env._("Only a B2B manager sends orders again."))
        self.check_access("read")
        if held := self.filtered(lambda row: row.state == "held"):
            raise UserError(
                self.env._(
                    "Check the legal entity first: %(entities)s.",
                    entities=", ".join(held.partner_id.mapped("display_name")),
                )
            )
        # sudo: the exchange writes its rows, people read them
        rows = self.sudo()
        rows._release()
        rows.write({"digest_confirmed": False, "is_changed": False})

    def action_open_order(self):
        """Open the order itself."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

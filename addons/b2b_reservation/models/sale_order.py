from collections import defaultdict
from math import floor

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

# What a bill says whose money has come.
PAID_STATES = ("paid", "in_payment")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    b2b_reservation_ids = fields.One2many(
        "b2b.reservation", "order_id", string="Reservations"
    )

    def _b2b_reserve(self, quantities=None):
        """Reserve goods of this order for the current user, as far as they are there.

        :param dict quantities: how much of which order line, by its id, in its unit;
            without it everything that is not reserved yet
        :return: the reservation, which says for each line what was asked for and what
            is reserved; empty if there is nothing left of any
        :rtype: b2b.reservation
        :raise UserError: if something is against it, with a sentence for the dealer
        """
        self.ensure_one()
        # Whoever may act for the dealer asks; the goods are for the warehouse to move.
        order = self.sudo()
        if reason := order._b2b_reserve_refusal():
            raise UserError(reason)
        wanted = order._b2b_parse_reserve(quantities)
        reservation = order._b2b_create_reservation(wanted)
        reservation.line_ids._b2b_leave_to_others()
        reservation.line_ids._b2b_take()
        reservation = reservation._b2b_or_nothing()
        if reservation:
            order._b2b_revive_bill()
            order._b2b_lessen_waiting()
        return reservation

    def _b2b_can_reserve(self):
        """Tell whether the current user can reserve something of this order, a caller
        with sudo.

        :rtype: bool
        """
        self.ensure_one()
        user = self.env.user
        return (
            bool(self.b2b_contract_id)
            and self.state == "sale"
            and user._is_portal()
            and user._b2b_may("order", self.b2b_legal_entity_id)
            and bool(self._b2b_lines_to_reserve())
        )

    def _b2b_lines_to_reserve(self):
        """Return the lines of this order of which something may still be reserved.
        The number of queries does not depend on their number.

        :rtype: sale.order.line
        """
        rests = self.order_line._b2b_get_quantities_to_reserve()
        return self.order_line.filtered(lambda line: rests[line])

    def _b2b_filter_reservable(self):
        """Return those of these orders of which the current user can reserve goods, for
        lists of them: in a number of queries that does not depend on theirs.
        """
        user = self.env.user
        if not self or not user._is_portal():
            return self.browse()
        moves = (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("sale_line_id.order_id", "in", self.ids),
                    ("sale_line_id.order_id.b2b_contract_id", "!=", False),
                    ("sale_line_id.order_id.state", "=", "sale"),
                    ("state", "in", ("confirmed", "partially_available")),
                ]
            )
        )
        orders = moves.sale_line_id.order_id
        entities = orders.b2b_legal_entity_id.filtered(
            lambda entity: user._b2b_may("order", entity)
        )
        return self.filtered(
            lambda order: (
                order in orders and order.sudo().b2b_legal_entity_id in entities
            )
        )

    def _b2b_reserve_refusal(self):
        """Say why nothing can be reserved on this order.

        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        self.ensure_one()
        if not self.b2b_contract_id or self.state != "sale":
            return self.env._(
                "Goods can be reserved once order %(order)s is confirmed.",
                order=self.name,
            )
        return self._b2b_refusal_reason("reserve")

    def _b2b_parse_reserve(self, quantities):
        """Return what is asked for as pairs of order line and quantity.

        :param dict quantities: as for :meth:`_b2b_reserve`
        :raise UserError: if a line is not of this order or it is too much
        """
        self.ensure_one()
        by_id = {line.id: line for line in self.order_line}
        rests = self.order_line._b2b_get_quantities_to_reserve()
        if quantities is None:
            quantities = {line.id: rest for line, rest in rests.items() if rest}
        wanted = []
        for line_id, quantity in quantities.items():
            line = by_id.get(line_id)
            if not line:
                raise UserError(
                    self.env._("Order %(order)s has no such line.", order=self.name)
                )
            quantity = line.product_uom_id.round(quantity)
            rest = rests[line]
            if quantity <= 0 or line.product_uom_id.compare(quantity, rest) > 0:
                raise UserError(
                    self.env._(
                        "Of %(product)s %(rest)s %(unit)s can be reserved.",
                        product=line.product_id.display_name,
                        rest=line.product_uom_id._b2b_format(rest),
                        unit=line.product_uom_id.name,
                    )
                )
            is_part = line.product_uom_id.compare(quantity, rest) < 0
            if is_part and not line.product_uom_id._b2b_allows(quantity):
                raise UserError(
                    self.env._(
                        "Only whole numbers of %(unit)s can be reserved.",
                        unit=line.product_uom_id.name,
                    )
                )
            wanted.append((line, quantity))
        if not wanted:
            raise UserError(
                self.env._(
                    "Everything on order %(order)s is reserved or has left.",
                    order=self.name,
                )
            )
        return wanted

    def _b2b_create_reservation(self, wanted, is_by_staff=False):
        """Create a reservation of this order; it has its number once it is sure to keep
        something, see :meth:`b2b.reservation._b2b_or_nothing`.

        :param list wanted: pairs of order line and quantity in its unit
        :param bool is_by_staff: what is held already is kept, without end
        :rtype: b2b.reservation
        """
        self.ensure_one()
        reservations = self.env["b2b.reservation"].sudo()
        if not wanted:
            return reservations
        now = fields.Datetime.now()
        end = fields.Datetime.add(now, hours=self.b2b_contract_id.reservation_hours)
        # Who checks the availability of a delivery need not follow what comes of it.
        reservations = reservations.with_context(
            mail_create_nosubscribe=True, b2b_number_later=not is_by_staff
        )
        reservation = reservations.create(
            {
                "order_id": self.id,
                "is_by_staff": is_by_staff,
                "date_reserved": now,
                "date_expiry": not is_by_staff and end,
                "line_ids": [
                    Command.create(
                        {
                            "sale_line_id": line.id,
                            "quantity_asked": quantity,
                            "quantity": quantity,
                            "quantity_taken": quantity,
                        }
                    )
                    for line, quantity in wanted
                ],
            }
        )
        return reservation.with_env(self.sudo().env)

    def _b2b_keeps_reserve(self):
        """Tell whether what is paid for this order keeps its reserve from expiring.

        :rtype: bool
        """
        self.ensure_one()
        return bool(self._b2b_keeping_reserve(self._b2b_get_payment_states()))

    def _b2b_keeping_reserve(self, payment_states):
        """Return those of these orders for which so much is paid that their reserve
        does not expire.

        :param dict payment_states: see :meth:`_b2b_get_payment_states`
        """
        return self.filtered(
            lambda order: (
                not payment_states[order.id].isdisjoint(PAID_STATES)
                or (
                    "partial" in payment_states[order.id]
                    and order.company_id.b2b_keep_partly_paid
                )
            )
        )

    def _b2b_get_payment_states(self):
        """Return how far these orders are paid: what their payment requests in force
        say, where there is none or it leaves that to the invoices, what these do. As
        paid counts only what money has come for, less what was given back, see
        :meth:`_b2b_get_paid_back`; if that is less than the order costs it is paid in
        part. By the id of the order, in one query: it is asked for whatever expires.

        :rtype: dict[int, set]
        """
        self.env["b2b.payment.request"].flush_model(
            [
                "amount_total",
                "currency_id",
                "date",
                "order_id",
                "payment_state",
                "state",
            ]
        )
        self.env["account.move"].flush_model(
            ["currency_id", "date", "move_type", "payment_state", "state"]
        )
        self.env["account.move.line"].flush_model(["move_id", "price_total"])
        self.env["sale.order.line"].flush_model(["invoice_lines", "order_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT order_id, 'request' AS kind, payment_state AS key, currency_id,
                       date, amount_total
                  FROM b2b_payment_request
                 WHERE order_id IN %(ids)s AND state = 'issued'
             UNION ALL
                SELECT line.order_id, move.move_type,
                       CASE WHEN move.move_type = 'out_refund' THEN line.id::varchar
                            ELSE move.payment_state END,
                       move.currency_id, move.date, SUM(item.price_total)
                  FROM sale_order_line AS line
                  JOIN sale_order_line_invoice_rel AS rel
                    ON rel.order_line_id = line.id
                  JOIN account_move_line AS item ON item.id = rel.invoice_line_id
                  JOIN account_move AS move ON move.id = item.move_id
                 WHERE line.order_id IN %(ids)s
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_refund')
              GROUP BY 1, 2, 3, 4, 5
                """,
                ids=tuple(self.ids) or (0,),
            )
        )
        found = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
        for order_id, kind, key, currency_id, date, amount in rows:
            order = self.browse(order_id).with_prefetch(self._prefetch_ids)
            amount = order._b2b_convert_paid(float(amount), currency_id, date)
            found[order_id][kind][int(key) if kind == "out_refund" else key] += amount
        return {
            order.id: order._b2b_combine_payment_states(
                found[order.id]["request"],
                found[order.id]["out_invoice"],
                found[order.id]["out_refund"],
            )
            for order in self
        }

    def _b2b_convert_paid(self, amount, currency_id, date):
        """Return what an invoice asks for in the currency of this order.

        :param int currency_id: that of the invoice
        :param datetime.date date: that of the invoice
        """
        currency = self.env["res.currency"].browse(currency_id)
        if currency == self.currency_id:
            return amount
        # It was rounded when it was converted: its smallest coin is not lacking.
        amount += currency.rounding
        return currency._convert(
            amount, self.currency_id, self.company_id, date, round=False
        )

    def _b2b_combine_payment_states(self, requested, invoiced, credited):
        """Return how far this order is paid; see :meth:`_b2b_get_payment_states`.

        :param dict requested: what its request in force asks for, by its payment state
        :param dict invoiced: what its invoices ask for, by their payment state
        :param dict credited: what credit notes give back, by the id of the order line
        :rtype: set[str]
        """
        self.ensure_one()
        asked = {key: requested[key] for key in requested if key != "invoiced"}
        asked = asked or invoiced
        states = set(asked)
        paid_states = states.intersection(PAID_STATES)
        if not paid_states:
            return states
        paid = sum(asked[state] for state in paid_states)
        if credited:
            paid -= self._b2b_get_paid_back(credited, invoiced.get("reversed", 0.0))
        # What was added to the order later is not paid with it.
        if self.currency_id.compare_amounts(paid, self.amount_total) >= 0:
            return states
        is_begun = self.currency_id.compare_amounts(paid, 0.0) > 0
        return states - paid_states | {"partial" if is_begun else "reversed"}

    def _b2b_get_reserve_rows(self):
        """Return what of this order can be reserved, a row for each of its lines that
        is to be delivered; a caller with sudo. The number of queries does not depend
        on theirs.

        :rtype: list[dict]
        """
        self.ensure_one()
        rows = []
        lines = self.order_line
        waits = self.env["b2b.reservation.wait"]
        waited = waits._of_lines(lines).sale_line_id
        waiting = waits._get_lines(lines.product_id, lines.warehouse_id)
        rests = lines._b2b_get_quantities_to_reserve()
        for line in self.order_line:
            if not line._b2b_first_moves():
                continue
            free = line._b2b_quantity_free()
            ahead = waiting.get((line.product_id, line.warehouse_id), waits)
            free = max(free - line._b2b_quantity_ahead(free, ahead), 0.0)
            rest = rests[line]
            unit = line.product_uom_id
            step = unit._b2b_get_step(rest)
            free = min(floor(free) if step == 1 else free, rest)
            rows.append(
                {
                    "id": line.id,
                    "product": line.product_id.display_name,
                    "unit": unit.name,
                    "held": unit._b2b_format(line._b2b_quantity_held()),
                    "rest": rest,
                    "rest_text": unit._b2b_format(rest),
                    "missing_text": unit._b2b_format(rest - free),
                    "is_short": unit.compare(free, rest) < 0,
                    "is_waited_for": line in waited,
                    "free_text": unit._b2b_format(free),
                    "proposed": unit._b2b_format_input(free),
                    "step": step,
                }
            )
        return rows

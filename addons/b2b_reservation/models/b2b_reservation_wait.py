import logging
from math import floor

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class B2bReservationWait(models.Model):
    """A dealer's place in the line for goods of his order that were not in stock.

    There is a line for each product and warehouse: first come, first served. A cron
    looks what is free, whatever has made it so, and reserves it for the next in line.
    """

    _name = "b2b.reservation.wait"
    _description = "Waiting for Goods"
    _order = "id"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    order_id = fields.Many2one(related="sale_line_id.order_id", store=True, index=True)
    contract_id = fields.Many2one(
        related="order_id.b2b_contract_id", store=True, index=True
    )
    legal_entity_id = fields.Many2one(
        related="order_id.b2b_contract_id.legal_entity_id",
        string="Legal entity",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    product_id = fields.Many2one(related="sale_line_id.product_id", store=True)
    product_uom_id = fields.Many2one(related="sale_line_id.product_uom_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", string="Asked by", readonly=True, default=lambda s: s.env.user
    )
    date = fields.Datetime(
        string="Waits since", required=True, readonly=True, default=fields.Datetime.now
    )
    date_end = fields.Datetime(string="Ended on", readonly=True)
    quantity = fields.Float(
        string="Waits for",
        digits="Product Unit",
        readonly=True,
        help="What is still missing, in the unit of the order line.",
    )
    place = fields.Integer(compute="_compute_place", compute_sudo=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("served", "Served"), ("left", "Left the line")],
        string="Status",
        default="waiting",
        required=True,
        readonly=True,
    )

    _once_per_line = models.UniqueIndex(
        "(sale_line_id) WHERE state = 'waiting'",
        "Somebody waits for this order line already.",
    )
    _line_idx = models.Index("(product_id, warehouse_id, id) WHERE state = 'waiting'")

    @api.depends("state")
    def _compute_place(self):
        waiting = self.filtered(lambda wait: wait.state == "waiting" and wait.id)
        (self - waiting).place = 0
        if not waiting:
            return
        waiting.flush_model(["product_id", "state", "warehouse_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, ROW_NUMBER() OVER (
                           PARTITION BY product_id, warehouse_id ORDER BY id)
                  FROM b2b_reservation_wait
                 WHERE state = 'waiting' AND product_id IN %s
                """,
                tuple(waiting.product_id.ids),
            )
        )
        places = dict(rows)
        for wait in waiting:
            wait.place = places.get(wait.id, 0)

    # === COMING AND GOING === #

    @api.model
    def _stand_in_line(self, lines):
        """Have the current user wait for what of some order lines is not reserved; who
        waits already keeps his place.

        :param sale.order.line lines: of one order, a caller with sudo
        :return: who waits for these lines now
        :rtype: b2b.reservation.wait
        """
        waits = self._of_lines(lines)
        by_line = {wait.sale_line_id: wait for wait in waits}
        for line in lines:
            quantity = line._b2b_quantity_to_reserve()
            if line.product_uom_id.compare(quantity, 0.0) <= 0:
                continue
            if wait := by_line.get(line):
                wait.quantity = quantity
                continue
            waits |= self.create(
                {
                    "sale_line_id": line.id,
                    "warehouse_id": line.warehouse_id.id,
                    "quantity": quantity,
                }
            )
        return waits

    @api.model
    def _of_lines(self, lines):
        """Return who waits for some order lines."""
        return self.search(
            [("sale_line_id", "in", lines.ids), ("state", "=", "waiting")]
        )

    def action_leave(self):
        """Take these off the line, for staff."""
        self.check_access("write")
        self._end("left")

    def _end(self, state):
        """End the waiting of these; what has ended is left alone.

        :param str state: ``served`` or ``left``
        """
        waiting = self.filtered(lambda wait: wait.state == "waiting")
        waiting.write({"state": state, "date_end": fields.Datetime.now()})

    def _lessen(self):
        """Wait for no more than is not reserved yet, and not at all for nothing."""
        for wait in self.filtered(lambda wait: wait.state == "waiting"):
            rest = wait.sale_line_id._b2b_quantity_to_reserve()
            if wait.product_uom_id.compare(rest, 0.0) <= 0:
                wait._end("served")
            elif wait.product_uom_id.compare(rest, wait.quantity) < 0:
                wait.quantity = rest

    # === SERVING === #

    @api.model
    def _cron_serve(self):
        """Reserve what is free for those who wait for it, each in a transaction of his
        own: it may be stopped at any time and run again.
        """
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(Domain("state", "=", "waiting")))
        for waits in self._get_what_is_free():
            # Looked at together: each commit empties the cache.
            places = {wait: wait.sale_line_id._b2b_take_from() for wait in waits}
            emptied = set()
            for wait, place in places.items():
                if place in emptied:
                    continue
                is_done = wait._try_serve()
                if not progress(1):
                    return
                # Nobody is served before who comes first, and nobody of nothing.
                if not is_done:
                    break
                if not wait._is_free():
                    emptied.add(place)
        # For the others nothing is free: that is no work left undone.
        progress(remaining=0)

    @api.model
    def _get_what_is_free(self):
        """Return who waits for something that is free where he is delivered from, by
        the line he stands in, who came first first. The number of queries does not
        depend on theirs.

        :rtype: list[b2b.reservation.wait]
        """
        waiting = self.search([("state", "=", "waiting")], order="id")
        by_place = waiting.grouped(lambda wait: wait.sale_line_id._b2b_take_from())
        served = self.browse()
        for locations, waits in by_place.items():
            there = waits.product_id._b2b_in(locations).filtered(
                lambda product: product.uom_id.compare(product.free_qty, 0.0) > 0
            )
            served |= waits.filtered(lambda wait, t=there: wait.product_id in t)
        lines = served.sorted("id").grouped(lambda x: (x.product_id, x.warehouse_id))
        return list(lines.values())

    def _get_quantity_ahead(self, product, locations, taken):
        """Return how much this one would take now of goods that are free in some
        locations, in the unit of the product: nothing if he may not reserve just now,
        if his delivery takes from elsewhere or only what comes for it, or if it is
        too little for him.

        :param product.product product: what he waits for
        :param stock.location locations: one or more
        :param float taken: what is for others before him, in the same unit
        """
        self.ensure_one()
        line = self.sale_line_id
        own = line._b2b_take_from()
        is_near = any(a._child_of(b) or b._child_of(a) for a in own for b in locations)
        if (
            not is_near
            or line._b2b_waits_for_own()
            or line._b2b_is_picked()
            or self.order_id._b2b_reserve_refusal()
        ):
            return 0.0
        free = product.uom_id._compute_quantity(
            max(product._b2b_in(own).free_qty - taken, 0.0),
            self.product_uom_id,
            rounding_method="DOWN",
        )
        return self.product_uom_id._compute_quantity(
            self._get_quantity_of(free), product.uom_id
        )

    def _get_quantity_of(self, free):
        """Return how much of what is free this one takes: whole units, unless it is all
        he waits for.

        :param float free: how much is, in his unit
        """
        unit = self.product_uom_id
        quantity = min(free, self.quantity)
        if not unit.b2b_fractional and unit.compare(quantity, self.quantity):
            quantity = floor(quantity)
        return quantity

    def _is_free(self):
        """Tell whether something of what this one waits for is free just now where he
        is delivered from.
        """
        self.ensure_one()
        product = self.product_id._b2b_in(self.sale_line_id._b2b_take_from())
        product.invalidate_recordset(["free_qty"])
        return product.uom_id.compare(product.free_qty, 0.0) > 0

    @api.model
    def _get_line(self, product, warehouse):
        """Return who waits for a product of a warehouse, who came first first."""
        return self.search(
            [
                ("product_id", "=", product.id),
                ("warehouse_id", "=", warehouse.id),
                ("state", "=", "waiting"),
            ],
            order="id",
        )

    @api.model
    def _get_lines(self, products, warehouses):
        """Return who waits for some products of some warehouses by both of them; see
        :meth:`_get_line`.

        :rtype: dict[tuple, b2b.reservation.wait]
        """
        waits = self.search(
            [
                ("product_id", "in", products.ids),
                ("warehouse_id", "in", warehouses.ids),
                ("state", "=", "waiting"),
            ],
            order="id",
        )
        return waits.grouped(lambda wait: (wait.product_id, wait.warehouse_id))

    def _try_serve(self):
        """Reserve for this one what he waits for, as far as it is free.

        :return: whether that was decided; else somebody is at it just now, and who
            comes after him waits for the next run, too
        :rtype: bool
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                if not self.try_lock_for_update():
                    return False
                # Others have moved goods since the last one was served.
                self.env.invalidate_all()
                if self.state == "waiting":
                    self._serve()
        except psycopg2.OperationalError:
            return False
        except Exception:
            # He keeps his place; the others need not wait for that.
            _logger.exception("Nothing could be reserved for who waits: %s", self.id)
        return True

    def _serve(self):
        """Reserve for this one what is free, for the time of his contract. Who may not
        reserve just now keeps his place.
        """
        self._lessen()
        line, order = self.sale_line_id, self.order_id
        if self.state != "waiting" or order._b2b_reserve_refusal():
            return
        unit = line.product_uom_id
        quantity = self._get_quantity_of(line._b2b_quantity_free())
        if unit.compare(quantity, 0.0) <= 0:
            return
        order = order.with_user(self.user_id).sudo()
        reservation = order._b2b_create_reservation([(line, quantity)])
        reservation.line_ids._b2b_take()
        reservation = reservation._b2b_or_nothing()
        if not reservation:
            return
        left = unit.round(self.quantity - sum(reservation.line_ids.mapped("quantity")))
        if unit.compare(left, 0.0) > 0:
            self.quantity = left
        else:
            self._end("served")
        order._b2b_revive_bill()
        reservation._send_to_dealer("b2b_reservation.mail_template_waited_for")

    # === PORTAL === #

    def _get_portal_rows(self):
        """Return what the dealer reads of these.

        :rtype: list[dict]
        """
        user = self.env.user
        waits = self.sudo()
        ordering = waits.legal_entity_id.filtered(
            lambda entity: user._b2b_may("order", entity)
        )
        # The rules have let him read them; of products he may see only those on sale.
        return [
            {
                "id": wait.id,
                "order": (wait.order_id.id, wait.order_id.name),
                "legal_entity": wait.legal_entity_id.name,
                "contract": wait.contract_id.name,
                "product": wait.product_id.display_name,
                "quantity": wait.product_uom_id._b2b_format(wait.quantity),
                "unit": wait.product_uom_id.name,
                "since": wait.date,
                "place": wait.place,
                "can_leave": wait.legal_entity_id in ordering,
            }
            for wait in waits
        ]

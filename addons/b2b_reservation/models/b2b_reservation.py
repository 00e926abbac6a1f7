import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .serialize import serialize

_logger = logging.getLogger(__name__)

# How many expired ones are looked up at a time; each is released on its own.
BATCH = 100


class B2bReservation(models.Model):
    """Goods of an order that are kept for a dealer, until a moment or without end.

    It says what the moves of the order may hold (its lines); what they do hold is for
    `stock` to say. So nothing takes the goods again after it has ended, whatever
    tries: the scheduler, a receipt, a backorder.
    """

    _name = "b2b.reservation"
    _description = "Reservation"
    _inherit = ["mail.thread"]
    _order = "date_expiry, id"

    name = fields.Char(
        string="Number", required=True, readonly=True, default="/", copy=False
    )
    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
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
    user_id = fields.Many2one(
        "res.users", string="Reserved by", readonly=True, default=lambda s: s.env.user
    )
    is_by_staff = fields.Boolean(
        string="By staff",
        readonly=True,
        help="Reserved by checking the availability of a delivery: it has no end.",
    )
    date_reserved = fields.Datetime(
        string="Reserved on", required=True, readonly=True, default=fields.Datetime.now
    )
    date_expiry = fields.Datetime(
        string="Kept until",
        index=True,
        tracking=True,
        help="Empty: kept until the goods leave or somebody releases them.",
    )
    date_end = fields.Datetime(string="Ended on", readonly=True)
    reason = fields.Text(
        readonly=True, help="Why staff released goods of it, for the dealer."
    )
    state = fields.Selection(
        [
            ("running", "In force"),
            ("expired", "Expired"),
            ("released", "Released"),
            ("done", "Delivered"),
        ],
        string="Status",
        default="running",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    extension_count = fields.Integer(string="Extended", readonly=True)
    shipment_request_id = fields.Many2one(
        "b2b.shipment.request",
        string="Shipment request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What it keeps is to be shipped: it does not expire.",
    )
    hours_left = fields.Float(
        readonly=True,
        help="The time it gets back if the shipment request is cancelled; 0: it had no "
        "end.",
    )
    is_reminded = fields.Boolean(
        readonly=True, help="Whoever reserved was told by mail that the end is near."
    )
    line_ids = fields.One2many("b2b.reservation.line", "reservation_id", string="Goods")

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'",
        "A reservation with this number exists already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # What comes to nothing draws no number.
        is_trial = self.env.context.get("b2b_number_later")
        for vals in vals_list:
            if vals.get("name", "/") == "/" and not is_trial:
                vals["name"] = self._draw_number()
        return super().create(vals_list)

    @api.model
    def _draw_number(self):
        """Return the number of a new reservation."""
        return self.env["ir.sequence"].next_by_code("b2b.reservation") or "/"

    # === ENDING === #

    def _release(self, state):
        """End running reservations and let go what their orders hold beyond others.

        To be repeated without harm: what has ended is left alone.

        :param str state: ``released`` or ``expired``
        """
        running = self.filtered(lambda reservation: reservation.state == "running")
        # Who may release them need not be who moves the goods, and states are written
        # by nobody.
        running = running.sudo()
        # Of thousands that run out: when it was they say themselves, and nobody did it.
        is_news = state != "expired"
        running.with_context(tracking_disable=not is_news).write(
            {"state": state, "date_end": fields.Datetime.now()}
        )
        lines = running.line_ids
        lines.quantity = 0.0
        lines.sale_line_id._b2b_let_go()

    def _b2b_or_nothing(self):
        """Return this new reservation, with its number, or nothing if it keeps
        nothing.
        """
        if self and not any(self.line_ids.mapped("quantity")):
            self.unlink()
            return self.browse()
        if self.name == "/":
            self.name = self._draw_number()
        return self

    def _close_empty(self):
        """End running reservations whose goods have left or were given back."""
        for reservation in self:
            lines = reservation.line_ids
            if reservation.state != "running" or any(lines.mapped("quantity")):
                continue
            is_done = any(lines.mapped("quantity_delivered"))
            reservation.write(
                {
                    "state": "done" if is_done else "released",
                    "date_end": fields.Datetime.now(),
                }
            )

    def _release_by_dealer(self, quantities=None, kept=None):
        """Release these reservations for the current user, who has been let do so.

        :param dict quantities: of one reservation only so much, see
            :meth:`_release_part`; without it everything
        :param dict kept: see :meth:`_release_part`
        :raise UserError: if staff made it: they decide; or for wrong quantities
        """
        # Who meets staff at it waits here, not in the midst of it: that is a deadlock.
        serialize(self)
        for reservation in self:
            if reservation.is_by_staff:
                raise UserError(
                    self.env._(
                        "Reservation %(number)s is of your manager's: ask him.",
                        number=reservation.name,
                    )
                )
        self._check_not_requested()
        if quantities is None:
            self._release("released")
        else:
            self._release_part(quantities, kept)

    # === EXTENDING === #

    def _get_extend_refusal(self):
        """Say why the dealer may not extend this reservation; a caller with sudo.

        :return: a translated sentence, or False
        :rtype: str | bool
        """
        self.ensure_one()
        if self.state != "running" or not self.date_expiry:
            return self.env._("Reservation %s has no end to put off.", self.name)
        if self.date_expiry <= fields.Datetime.now():
            return self.env._("Reservation %(number)s has ended.", number=self.name)
        if self.extension_count >= self.company_id.b2b_reservation_extensions:
            return self.env._(
                "Reservation %s cannot be extended any more: pay to keep the goods.",
                self.name,
            )
        return self.order_id._b2b_refusal_reason("reserve")

    def _extend_by_dealer(self):
        """Put off the end of this reservation by the time of its contract, for the
        current user, who has been let do so.

        :raise UserError: if it cannot be extended
        """
        self.ensure_one()
        # Of two tabs the second fails to serialize, runs again and reads the count.
        serialize(self)
        if reason := self._get_extend_refusal():
            raise UserError(reason)
        self.write(
            {
                "date_expiry": fields.Datetime.add(
                    self.date_expiry, hours=self.contract_id.reservation_hours
                ),
                "extension_count": self.extension_count + 1,
                "date_paying": False,
                "is_reminded": False,
            }
        )

    # === PORTAL === #

    def _get_outcome(self):
        """Return what this new reservation has come to: a kind of Bootstrap's alerts
        and a sentence for the dealer, who is told what is missing.

        :rtype: tuple[str, str]
        """
        self.ensure_one()
        missing = [
            self.env._(
                "%(product)s (%(quantity)s %(unit)s)",
                product=line.product_id.display_name,
                quantity=line.product_uom_id._b2b_format(line.quantity_missing),
                unit=line.product_uom_id.name,
            )
            for line in self.sudo().line_ids
            if line.quantity_missing
        ]
        if not missing:
            return "success", self.env._("Everything you asked for is reserved.")
        return "warning", self.env._(
            "Reserved in part. Missing: %(goods)s.", goods=", ".join(missing)
        )

    def _get_portal_rows(self):
        """Return what the dealer reads of these reservations.

        :rtype: list[dict]
        """
        states = dict(self._fields["state"]._description_selection(self.env))
        colors = {"running": "success", "expired": "warning", "done": "info"}
        user = self.env.user
        entities = self.sudo().legal_entity_id
        kept = self.sudo()._filter_kept()
        ordering = entities.filtered(lambda entity: user._b2b_may("order", entity))
        paying = entities.filtered(lambda entity: user._b2b_may("pay", entity))
        # The rules have let him read them; of products he may see only those on sale.
        return [
            {
                "id": reservation.id,
                "name": reservation.name,
                "order": (reservation.order_id.id, reservation.order_id.name),
                "legal_entity": reservation.legal_entity_id.name,
                "contract": reservation.contract_id.name,
                "reserved": reservation.date_reserved,
                "expiry": reservation not in kept and reservation.date_expiry,
                "end": reservation.date_end,
                "reason": reservation.reason,
                "state": reservation.state,
                "state_text": states[reservation.state],
                "color": colors.get(reservation.state, "secondary"),
                "can_release": reservation.legal_entity_id in ordering
                and reservation.state == "running"
                and not reservation.is_by_staff
                and not reservation.shipment_request_id,
                "can_extend": reservation.legal_entity_id in ordering
                and reservation not in kept
                and not reservation._get_extend_refusal(),
                "can_pay": reservation.legal_entity_id in paying
                and reservation not in kept
                and reservation._is_to_pay(),
                "lines": reservation.line_ids._get_portal_rows(),
            }
            for reservation in self.sudo()
        ]

    def _filter_kept(self):
        """Return those of these that run and that what is paid keeps for good."""
        running = self.filtered(lambda reservation: reservation.state == "running")
        orders = running.order_id
        kept = orders._b2b_keeping_reserve(orders._b2b_get_payment_states())
        return running.filtered(lambda reservation: reservation.order_id in kept)

    def _is_to_pay(self):
        """Tell whether this reservation will end unless its bill is paid; a caller with
        sudo, who has left out what is paid already.
        """
        self.ensure_one()
        return (
            self.state == "running"
            and bool(self.date_expiry)
            and bool(self.order_id._b2b_get_unpaid_bill())
        )

    # === EXPIRY === #

    @api.model
    def _get_expired_domain(self):
        """Return the domain of what has run out of time by now."""
        now = fields.Datetime.now()
        return (
            Domain("state", "=", "running")
            & Domain("date_expiry", "<=", now)
            # What is to be shipped has no end, whatever says it has.
            & Domain("shipment_request_id", "=", False)
        )

    @api.model
    def _cron_release_expired(self):
        """Release what has expired, in order of expiry, each in a transaction of its
        own: it may be stopped at any time and run again.
        """
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(self._get_expired_domain()))
        failed = self.browse()
        while batch := self.search(
            self._get_expired_domain() & Domain("id", "not in", failed.ids),
            order="date_expiry, id",
            limit=BATCH,
        ):
            # Each commit empties the cache: what is read for the others is lost, but
            # for this.
            orders = {reservation: reservation.order_id for reservation in batch}
            for reservation, order in orders.items():
                if not reservation.with_prefetch()._try_expire(order.with_prefetch()):
                    failed |= reservation
                if not progress(1):
                    return
        # What failed waits for the next run, not for one at once.
        progress(remaining=0)

    def _try_expire(self, order=None):
        """Release this reservation if its time is over and it is not paid; see
        :meth:`_attempt`.

        :param sale.order order: that it is of, if that is known
        :rtype: bool
        """
        return self._attempt(
            self._expire, self._get_expired_domain(), order or self.order_id
        )

    def _attempt(self, act, domain, orders=None):
        """Do something to this reservation in a cron, which goes on without it.

        :param act: a function
        :param Domain domain: what it is still to be done to
        :param sale.order orders: whose rows are passed before, as whoever acts on an
            order passes them first
        :return: whether that was decided; else somebody works on it just now or it
            failed, which the log says, and the next run tries again
        :rtype: bool
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                if orders:
                    orders._b2b_serialize_contracted()
                if not self.try_lock_for_update():
                    return False
                self.invalidate_recordset()
                if self.filtered_domain(domain):
                    act()
        except psycopg2.OperationalError:
            # Somebody else takes or brings the same goods: the next run is soon.
            return False
        except Exception:
            _logger.exception("A cron has failed for reservation %s", self.id)
            return False
        return True

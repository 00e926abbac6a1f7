from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .b2b_shipment_request import OPEN_STATES
from .serialize import serialize

# Nothing has been done for it in the warehouse.
UNTOUCHED_STATES = ("draft", "sent", "confirmed")


class GoodsMissing(UserError):
    """Something of a shipment request is not there to be set aside."""


class B2bShipmentRequest(models.Model):
    """The way of a shipment request from its sending to its end.

    Each step is one at a time for a request and can be repeated without harm. Whoever
    calls a method that begins with ``_`` has checked who may.
    """

    _inherit = "b2b.shipment.request"

    # === SENDING === #

    def _send(self):
        """Send this draft, of the dealer's: its goods are set aside. Sent again, it
        stays as it is.

        :raise UserError: if something is against it, with a sentence for the dealer
        """
        self.ensure_one()
        request = self.sudo()
        serialize(request)
        if request.state != "draft":
            return
        # Else it would read what others are about to set aside as free.
        request.order_ids._b2b_serialize_contracted()
        serialize(request.line_ids.sale_line_id._b2b_claims().reservation_id)
        request._check_complete()
        request._set_aside_goods()
        request._set_cost()
        request.write(
            {
                "state": "sent",
                "date_sent": fields.Datetime.now(),
                # Staff may have typed it as they like.
                "contact_phone": request._format_phone(request.contact_phone),
            }
        )
        request._notify_dealer("sent")

    def _check_may_ship(self):
        """Refuse what may not be shipped on the contracts of this request.

        :raise UserError: with a sentence for the dealer
        """
        for order in self.order_ids:
            if reason := order._b2b_refusal_reason("ship"):
                raise UserError(reason)

    def _set_aside_goods(self):
        """Set aside what this request asks for, out of what is reserved; of paid
        orders out of the stock, too.

        :raise GoodsMissing: saying what is not reserved
        """
        missing = []
        chosen = defaultdict(dict)
        self.line_ids._reserve_paid()
        free = self.line_ids.sale_line_id._b2b_free_claims()
        by_line = free.grouped("sale_line_id")
        for line in self.line_ids:
            claims = by_line.get(line.sale_line_id, free.browse())
            taken, rest = line._choose_claims(claims)
            for claim, quantity in taken.items():
                chosen[claim.reservation_id][claim] = quantity
            if rest:
                missing.append(line._describe(rest))
        if missing:
            raise GoodsMissing(self._get_missing_sentence(missing))
        for reservation, of_reservation in chosen.items():
            reservation._set_aside(of_reservation, self)

    def _wait_for_paid(self):
        """Put the dealer in line for what of this draft is paid and not in stock, which
        has kept it from being sent; a caller with sudo.

        :return: who waits for it now
        :rtype: b2b.reservation.wait
        """
        self.ensure_one()
        waits = self.env["b2b.reservation.wait"]
        for order in self.order_ids._b2b_get_paid():
            lines = self.line_ids.filtered(lambda line, o=order: line.order_id == o)
            unreserved = lines._get_unreserved()
            lacking = lines.filtered(lambda line, u=unreserved: u[line] > 0)
            if lacking and not order._b2b_reserve_refusal():
                waits |= order._b2b_wait(lacking.sale_line_id.ids)
        return waits

    # === STAFF === #

    def _check_group(self, *groups):
        """Let pass who is in one of some groups.

        :raise AccessError: else
        """
        self.check_access("read")
        user = self.env.user
        if not self.env.su and not any(user.has_group(group) for group in groups):
            raise AccessError(
                self.env._("Only a B2B manager decides on shipment requests.")
            )

    def _check_state(self, *states):
        """Let pass those of these requests that are in some states.

        :raise UserError: for others, saying what they are
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for request in self.sudo().sorted("id"):
            serialize(request)
            if request.state not in states:
                raise UserError(
                    self.env._(
                        "Shipment request %(number)s is no longer open for this: "
                        "%(state)s.",
                        number=request.name,
                        state=labels[request.state],
                    )
                )

    def action_confirm(self):
        """Confirm these sent requests: their goods get transfers of their own.

        :raise UserError: if something has come up against shipping
        """
        self._check_group("b2b_portal.group_b2b_manager")
        self._check_state("sent")
        for request in self.sudo():
            request._check_may_ship()
            request._plan(request.date_planned or request.date_wanted)
            request._split_transfers()
            request.state = "confirmed"
            request._notify_dealer("confirmed")

    def action_start_picking(self):
        """Say that the warehouse is picking the goods of these requests."""
        self._check_group("b2b_portal.group_b2b_manager", "stock.group_stock_user")
        self._check_state("confirmed")
        self.sudo()._move_on("picking")

    def action_ready(self):
        """Say that the goods of these requests stand ready."""
        self._check_group("b2b_portal.group_b2b_manager", "stock.group_stock_user")
        self._check_state("confirmed", "picking")
        self.sudo()._move_on("ready")

    def action_cancel(self):
        """Cancel these requests: the goods stay reserved for the time that was left."""
        self._check_group("b2b_portal.group_b2b_manager")
        self._check_state("draft", *OPEN_STATES)
        for request in self.sudo():
            request._check_nothing_left()
            # That of another date, which it may have, is not why.
            request.reason = False
            request._cancel()

    def _reject(self, reason):
        """Reject these requests, by staff.

        :param str reason: for the dealer
        :raise UserError: if it is too late
        """
        self._check_group("b2b_portal.group_b2b_manager")
        self._check_state(*OPEN_STATES)
        for request in self.sudo():
            request._check_nothing_left()
            request.write({"reason": reason, "is_rejected": True})
            request._cancel("rejected")

    def action_end_rest(self):
        """Close these requests, of which a part has left, as shipped: the rest stays
        reserved for the time that was left.

        :raise UserError: if nothing has left, or something lies at the gate
        """
        self._check_group("b2b_portal.group_b2b_manager")
        self._check_state(*OPEN_STATES)
        for request in self.sudo():
            request._check_rest()
            request._release_transfers()
            request._move_on("shipped")

    def _move_date(self, day, reason):
        """Plan these requests for another day, by staff.

        :param datetime.date day: when the goods are to leave
        :param str reason: for the dealer
        :raise UserError: if nothing leaves on it or it is too late
        """
        self._check_group("b2b_portal.group_b2b_manager")
        self._check_state(*OPEN_STATES)
        for request in self.sudo():
            request._plan(day)
            request.reason = reason
            request._set_transfer_date()
            request._notify_dealer("moved")

    def _plan(self, day):
        """Plan this request for a day, by staff.

        :raise UserError: if nothing leaves on it
        """
        self.ensure_one()
        if reason := self.method_id._get_planned_date_refusal(self.company_id, day):
            raise UserError(
                self.env._(
                    "Shipment request %(number)s cannot leave on this day. %(reason)s "
                    "Choose another date for it.",
                    number=self.name,
                    reason=reason,
                )
            )
        self.date_planned = day

    def _move_on(self, state):
        """Bring these requests to a later state and tell the dealer."""
        for request in self:
            request.state = state
            if state == "shipped":
                request.date_shipped = fields.Datetime.now()
            # What has not left is not kept for good by a request that is closed.
            kept = request._get_running_reservations() if state == "shipped" else None
            if kept:
                kept._give_back()
            request.with_context(b2b_is_kept=bool(kept))._notify_dealer(state)

    # === CANCELLING === #

    def _get_cancel_refusal(self):
        """Say why the dealer may not cancel this request; a caller with sudo.

        :return: a translated sentence, or False
        :rtype: str | bool
        """
        self.ensure_one()
        if self.state in UNTOUCHED_STATES:
            return False
        if self.state in OPEN_STATES:
            return self.env._(
                "The warehouse is at shipment request %s already: call your manager.",
                self.name,
            )
        return self.env._("Shipment request %s is closed.", self.name)

    def _cancel_by_dealer(self):
        """Cancel this request for the current user, who has been let do so. Once more
        does no harm.

        :raise UserError: if it is too late
        """
        self.ensure_one()
        request = self.sudo()
        serialize(request)
        if request.state == "cancelled":
            return
        if reason := request._get_cancel_refusal():
            raise UserError(reason)
        request.reason = False
        request._cancel()

    def _get_running_reservations(self):
        """Return the running reservations of what is set aside for this request."""
        self.ensure_one()
        return self.reservation_ids.filtered(lambda kept: kept.state == "running")

    def _check_nothing_left(self):
        """Refuse to cancel what has left in part or been brought to the gate, as long
        as it has not come back.

        :raise UserError: saying with which transfer
        """
        self.ensure_one()
        done = self._get_moved_transfers()
        if done:
            raise UserError(
                self.env._(
                    "Goods of shipment request %(number)s have been moved by "
                    "%(transfers)s: return them first.",
                    number=self.name,
                    transfers=", ".join(done.mapped("name")),
                )
            )

    def _check_rest(self):
        """Refuse to close what has not left in part, or whose rest is in the hands of
        the warehouse.

        :raise UserError: saying so
        """
        self.ensure_one()
        if not self.is_begun:
            raise UserError(
                self.env._(
                    "Nothing of shipment request %(number)s has left: cancel it "
                    "instead.",
                    number=self.name,
                )
            )
        lines = self._get_running_reservations().line_ids
        if any(lines.mapped("quantity_picked")):
            raise UserError(
                self.env._(
                    "Goods of shipment request %(number)s lie at the gate: return them "
                    "first.",
                    number=self.name,
                )
            )

    def _cancel(self, change="cancelled"):
        """Cancel this open request: its goods are reserved as they were before.

        :param str change: what the dealer is told, see :meth:`_notify_dealer`
        """
        self.ensure_one()
        was_draft = self.state == "draft"
        self._release_transfers()
        kept = self._get_running_reservations()
        kept._give_back()
        self.state = "cancelled"
        if not was_draft:
            self.with_context(b2b_is_kept=bool(kept))._notify_dealer(change)


class B2bShipmentRequestLine(models.Model):
    _inherit = "b2b.shipment.request.line"

    def _reserve_paid(self):
        """Reserve what is not reserved of those of these lines whose orders are paid.
        It does not overtake who waits: he was told his place, and what others pay later
        does not take it. Paid goods have no end, that is what payment gives them.
        """
        paid = self.order_id._b2b_get_paid()
        lines = self.filtered(lambda line: line.order_id in paid)
        lacking = defaultdict(list)
        for line, quantity in lines._get_unreserved().items():
            if line.product_uom_id.compare(quantity, 0.0) > 0:
                lacking[line.order_id].append((line.sale_line_id, quantity))
        for order, wanted in lacking.items():
            reservation = order._b2b_create_reservation(wanted)
            reservation.line_ids._b2b_leave_to_others()
            reservation.line_ids._b2b_take()
            reservation._keep_paid()
            reservation._b2b_or_nothing()
            order._b2b_lessen_waiting()

    def _get_unreserved(self):
        """Return what of each of these lines is not reserved yet, in the unit of its
        order line.

        :rtype: dict
        """
        free = self.sale_line_id._b2b_free_claims()
        by_line = free.grouped("sale_line_id")
        rests = self.sale_line_id._b2b_get_quantities_to_reserve()
        unreserved = {}
        for line in self:
            kept = by_line.get(line.sale_line_id, free.browse())._get_kept()
            unreserved[line] = min(line.quantity - kept, rests[line.sale_line_id])
        return unreserved

    def _choose_claims(self, claims):
        """Return out of which claims this line is served and what is not reserved of
        it, in the unit of the order line.

        :param b2b.reservation.line claims: what it may take, in this order
        :rtype: tuple[dict, float]
        """
        self.ensure_one()
        left = self.quantity
        chosen = {}
        for claim in claims:
            taken = min(claim._get_kept(), left)
            if self.product_uom_id.compare(taken, 0.0) > 0:
                chosen[claim] = taken
                left -= taken
        return chosen, max(self.product_uom_id.round(left), 0.0)

from datetime import datetime, time

from pytz import timezone, utc

from odoo import models
from odoo.exceptions import UserError

from .b2b_shipment_request import OPEN_STATES

# Transfers never bring a request back.
STEPS = [*OPEN_STATES, "shipped"]


class B2bShipmentRequest(models.Model):
    """What a shipment request does to transfers, and they to it."""

    _inherit = "b2b.shipment.request"

    # === SPLITTING === #

    def _split_transfers(self):
        """Give the goods of this request transfers of their own, one for each transfer
        they are on; what is not on it stays where it is, with its reserve. Goods that
        nobody reserves come along with the last ones of their transfer.

        :raise UserError: if something of it is no longer reserved
        """
        self.ensure_one()
        shares = {}
        for line in self.line_ids:
            shares |= line._choose_moves()
        moves = self.env["stock.move"]._b2b_split_reserved(shares)
        for picking, of_picking in moves.grouped("picking_id").items():
            along = picking._b2b_get_along(of_picking)
            picking._b2b_give_own_transfer(of_picking | along)
            moves |= along
        moves.b2b_shipment_request_id = self
        moves.picking_id.write(self._prepare_transfer_values())
        self._set_transfer_date()

    def _prepare_transfer_values(self):
        """Return what the transfers of this request say of it."""
        self.ensure_one()
        values = {"b2b_shipment_request_id": self.id}
        if self.method_id.delivery_carrier_id:
            values["carrier_id"] = self.method_id.delivery_carrier_id.id
        if self.method_id.needs_address and self.address_id:
            values["partner_id"] = self.address_id.id
        return values

    def _set_transfer_date(self):
        """Plan the open transfers of this request for its day."""
        self.ensure_one()
        day = self.date_planned
        pickings = self._get_open_transfers()
        if day and pickings:
            pickings.scheduled_date = self._get_noon(day)

    def _get_noon(self, day):
        """Return noon of a day where the supplier is, in UTC."""
        zone = timezone(self.method_id._get_calendar(self.company_id).tz or "UTC")
        noon = zone.localize(datetime.combine(day, time(12)))
        return noon.astimezone(utc).replace(tzinfo=None)

    def _get_open_transfers(self):
        """Return the transfers of this request that are yet to be done."""
        return self.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )

    def _get_moved_transfers(self):
        """Return the transfers of this request whose goods have been moved and have
        not all come back.
        """
        moves = self.picking_ids.move_ids.filtered(lambda move: move.state == "done")
        away = moves.filtered(
            lambda move: (
                move.product_uom.compare(
                    move.quantity, move._b2b_get_quantity_returned()
                )
                > 0
            )
        )
        return away.picking_id

    def _release_transfers(self):
        """Take the open transfers of this request off it: they are those of the orders
        again.
        """
        for picking in self._get_open_transfers():
            order = picking.sale_id
            picking.move_ids.b2b_shipment_request_id = False
            picking._b2b_plan_as_ordered()
            picking.write(
                {
                    "b2b_shipment_request_id": False,
                    "carrier_id": order.carrier_id.id,
                    "partner_id": order.partner_shipping_id.id,
                }
            )

    # === FOLLOWING === #

    def _follow_transfers(self):
        """Move these requests on as their transfers do."""
        for request in self.filtered(lambda request: request.state in OPEN_STATES):
            has_left = request.line_ids._set_shipped()
            state = request._get_state_of_transfers()
            if state == "cancelled":
                request._set_own_reason(
                    lambda env: env._("Its transfers were cancelled.")
                )
                request._cancel()
                continue
            is_later = state and STEPS.index(state) > STEPS.index(request.state)
            if has_left and state != "shipped":
                # Of which step that is he need not be told, too.
                request.state = state if is_later else request.state
                request._notify_dealer("part")
            elif is_later:
                request._move_on(state)

    def _get_state_of_transfers(self):
        """Return the state that the transfers of this request bring it to, or nothing
        if they say nothing.

        :rtype: str | None
        """
        self.ensure_one()
        if self.state == "sent":
            running = "running" in self.reservation_ids.mapped("state")
            return None if running else "shipped"
        waiting = self._get_open_transfers()
        done = self.picking_ids.filtered(lambda picking: picking.state == "done")
        shipped = done.filtered(
            lambda picking: picking.location_dest_id.usage == "customer"
        )
        if not waiting:
            if shipped:
                return "shipped"
            return "cancelled"
        if done - shipped and all(
            picking.location_dest_id.usage == "customer" and picking.state == "assigned"
            for picking in waiting
        ):
            return "ready"
        return "picking" if done or any(waiting.mapped("printed")) else None

    def _set_own_reason(self, write):
        """Set why this request ended by itself, in the language of who sent it.

        :param write: a function that returns the sentence, given an environment
        """
        self.ensure_one()
        self.reason = write(self.with_context(lang=self.user_id.lang).env)

    def _close_if_empty(self):
        """Cancel those of these requests that keep nothing any more and have shipped
        nothing: their goods were taken off them.
        """
        for request in self.filtered(lambda request: request.state in OPEN_STATES):
            kept = request._get_running_reservations()
            done = request.picking_ids.filtered(lambda picking: picking.state == "done")
            if not kept and not done:
                request._set_own_reason(
                    lambda env: env._("Its goods are no longer on order.")
                )
                request._cancel()


class B2bShipmentRequestLine(models.Model):
    _inherit = "b2b.shipment.request.line"

    def _choose_moves(self):
        """Return which moves hold what is to be shipped of this line, and how much of
        what they hold that is, in the unit of the product.

        :rtype: dict
        :raise UserError: if less is reserved
        """
        self.ensure_one()
        shares = {}
        for moves, wanted, unit in self._get_wanted():
            for move in moves.filtered(lambda move: not move.b2b_shipment_request_id):
                held = move.product_uom._compute_quantity(
                    move.quantity, unit, rounding_method="HALF-UP"
                )
                taken = min(held, wanted)
                if unit.compare(taken, 0.0) > 0:
                    share = unit._compute_quantity(
                        taken, move.product_id.uom_id, rounding_method="HALF-UP"
                    )
                    if not move.product_id.uom_id.is_zero(share):
                        shares[move] = share
                    wanted -= taken
            if unit.compare(wanted, 0.0) > 0:
                self._refuse_unreserved(moves.product_id, wanted, unit)
        return shares

    def _get_wanted(self):
        """Return what is still to be shipped of this line as moves that bring it, how
        much of them, and the unit of that: of kits for each of the components.

        :rtype: list[tuple]
        """
        self.ensure_one()
        line = self.sale_line_id
        wanted = self.quantity - self.quantity_shipped
        later, first = line._b2b_later_moves(), line._b2b_first_moves()
        components = line._b2b_kit_moves()
        if not components:
            picked = self._get_picked(wanted)
            return [
                (later, picked, self.product_uom_id),
                (first, wanted - picked, self.product_uom_id),
            ]
        pairs = []
        others = self._get_picked_for_others(later)
        for product, quantity in line._b2b_get_kit_parts(components).items():
            of_product = later.filtered(lambda move, p=product: move.product_id == p)
            there = _count_held(of_product) - others * quantity
            picked = min(max(there, 0.0), wanted * quantity)
            pairs.append((of_product, picked, product.uom_id))
            of_product = first.filtered(lambda move, p=product: move.product_id == p)
            pairs.append((of_product, wanted * quantity - picked, product.uom_id))
        return pairs

    def _get_picked(self, wanted):
        """Return what was picked before of what is to be shipped of this line.

        :param float wanted: no more than this, in the unit of the order line
        """
        claims = self.request_id.reservation_ids.line_ids.filtered(
            lambda claim: claim.sale_line_id == self.sale_line_id
        )
        return min(sum(claims.mapped("quantity_picked")), wanted)

    def _get_picked_for_others(self, later):
        """Return what was picked of the order line and is not for this request; what
        has transfers of its own by now is not counted.

        :param stock.move later: of the order line, see
            :meth:`sale.order.line._b2b_later_moves`
        """
        apart = self.request_id | later.b2b_shipment_request_id
        claims = self.sale_line_id._b2b_claims().filtered(
            lambda claim: claim.reservation_id.shipment_request_id not in apart
        )
        return sum(claims.mapped("quantity_picked"))

    def _refuse_unreserved(self, product, quantity, unit):
        """Refuse to ship what somebody has taken off the order.

        :raise UserError: always
        """
        raise UserError(
            self.env._(
                "%(quantity)s %(unit)s of %(product)s on order %(order)s are no longer "
                "reserved.",
                quantity=unit._b2b_format(quantity),
                unit=unit.name,
                product=product.display_name or self.product_id.display_name,
                order=self.order_id.name,
            )
        )

    def _set_shipped(self):
        """Set what of these lines has left: by the transfers of their requests, and
        what staff delivered of the orders before they confirmed these.

        :return: whether more has left than before
        :rtype: bool
        """
        has_left = False
        for line in self:
            before = line.quantity_shipped
            if line.state == "sent":
                line.quantity_apart = line._get_delivered_apart()
            line.quantity_shipped = line.quantity_apart + line._count_shipped()
            more = line.product_uom_id.compare(line.quantity_shipped, before)
            has_left = has_left or more > 0
        return has_left

    def _count_shipped(self):
        """Return what has left of this line by the transfers of its request."""
        self.ensure_one()
        line = self.sale_line_id
        moves = self._get_shipped_moves()
        if components := line._b2b_kit_moves():
            needed = line._b2b_get_kit_parts(components)
            gone = dict.fromkeys(needed, 0.0)
            for move in moves.filtered(lambda move: move.product_id in needed):
                gone[move.product_id] += move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
                )
            counts = (gone[product] / needed[product] for product in needed)
            return self.product_uom_id.round(min(counts, default=0.0))
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, self.product_uom_id, rounding_method="HALF-UP"
            )
            for move in moves
        )

    def _get_delivered_apart(self):
        """Return what staff delivered of the goods that are set aside for this line."""
        self.ensure_one()
        claims = self.request_id.reservation_ids.line_ids.filtered(
            lambda claim: claim.sale_line_id == self.sale_line_id
        )
        return sum(claims.mapped("quantity_delivered"))

    def _get_shipped_moves(self):
        """Return the moves by which goods of this line left for the customer."""
        self.ensure_one()
        return self.sale_line_id.move_ids.filtered(
            lambda move: (
                move.b2b_shipment_request_id == self.request_id
                and move.state == "done"
                and move.location_dest_id.usage == "customer"
            )
        )


def _count_held(moves):
    """Return what those of some moves hold that are on no shipment request, of one
    product and in its unit.
    """
    return sum(
        move.product_uom._compute_quantity(
            move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
        )
        for move in moves
        if not move.b2b_shipment_request_id
    )

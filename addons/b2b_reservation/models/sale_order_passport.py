from odoo import api, models
from odoo.tools import format_datetime

from .b2b_shipment_request import OPEN_STATES


class SaleOrder(models.Model):
    """What reserving and asking for shipment add to the passport of an order."""

    _inherit = "sale.order"

    def _b2b_get_passport_steps(self):
        """Override of `b2b_portal`: add the steps of reserving and of asking for
        shipment.
        """
        return super()._b2b_get_passport_steps() + [
            self._b2b_get_reserve_step(),
            self._b2b_get_ship_step(),
        ]

    @api.model
    def _b2b_get_step_by_tab(self):
        """Override of `b2b_portal`: the papers of shipment requests."""
        return super()._b2b_get_step_by_tab() | {"shipment_requests": "ship"}

    # === RESERVING === #

    def _b2b_get_reserve_step(self):
        """Return the step of reserving: done once all that is yet to leave is kept."""
        step = self._b2b_get_step("reserve", 30, self.env._("Reserve goods"), "fa-lock")
        if self.state != "sale":
            return step
        reservations = self._b2b_search_for_user(
            "b2b.reservation", [("order_id", "=", self.id)]
        )
        step |= self._b2b_describe_reservations(reservations)
        rest = self._b2b_lines_to_reserve()
        if not rest:
            is_kept = reservations or self.order_line._b2b_first_moves()
            return step | {"state": "done" if is_kept else "skipped"}
        if reason := self._b2b_refusal_reason("reserve"):
            return step | {"state": "refused", "text": reason}
        step |= {"state": "now", "text": self._b2b_describe_rest(reservations)}
        if self._b2b_can_reserve():
            step["action"] = {
                "name": self.env._("Reserve"),
                "url": f"/my/orders/{self.id}/reserve",
            }
        return step

    def _b2b_describe_reservations(self, reservations):
        """Return what a step says of the reservations that the user may see."""
        if not reservations:
            return {}
        running = reservations.filtered(lambda res: res.state == "running")
        ending = running - running._filter_kept()
        ends = [res.date_expiry for res in ending if res.date_expiry]
        text = ""
        if ends:
            text = self.env._(
                "Kept until %(date)s.",
                date=format_datetime(self.env, min(ends), dt_format="short"),
            )
        elif running:
            text = self.env._("Kept without end.")
        states = dict(reservations._fields["state"]._description_selection(self.env))
        last = reservations[-1]
        return {
            "text": text,
            "date": format_datetime(self.env, last.date_reserved, dt_format="short"),
            "who": last.user_id.name,
            "documents": [
                {
                    "name": reservation.name,
                    "url": "/my/reservations"
                    if reservation.state == "running"
                    else "/my/reservations?filterby=ended",
                    "is_pdf": False,
                    "text": states[reservation.state],
                }
                for reservation in reservations
            ],
        }

    def _b2b_describe_rest(self, reservations):
        """Return what a step says of goods that nobody keeps."""
        if self._b2b_get_lapsed_request():
            return self.env._(
                "The time of the reserve is over, and the bill has lapsed with it. "
                "Reserve again what is in stock: then you can pay it."
            )
        if "running" in reservations.mapped("state"):
            return self.env._("A part of the goods is not reserved: others may buy it.")
        return self.env._("The goods are not reserved: others may buy them.")

    # === ASKING FOR SHIPMENT === #

    def _b2b_get_ship_step(self):
        """Return the step of asking for shipment: done once it is asked for all that
        may be shipped.
        """
        step = self._b2b_get_step(
            "ship", 50, self.env._("Shipment request"), "fa-paper-plane"
        )
        if self.state != "sale":
            return step
        requests = self._b2b_search_for_user(
            "b2b.shipment.request",
            [("line_ids.order_id", "=", self.id), ("state", "!=", "draft")],
        )
        step |= self._b2b_describe_shipment_requests(requests)
        if self._b2b_lines_to_ship():
            if reason := self._b2b_refusal_reason("ship"):
                return step | {"state": "refused", "text": reason}
            step["state"] = "now"
            if self._b2b_may_ask_for_shipment():
                step["action"] = {
                    "name": self.env._("Ask for shipment"),
                    "url": f"/my/shipment-requests/new?order={self.id}",
                }
            return step
        if set(requests.mapped("state")) - {"cancelled"}:
            return step | {"state": "done"}
        if not self.order_line._b2b_first_moves():
            return step | {"state": "skipped"}
        return step | {"text": self.env._("What is reserved or paid can be shipped.")}

    def _b2b_describe_shipment_requests(self, requests):
        """Return what a step says of the shipment requests that the user may see."""
        if not requests:
            return {}
        states = dict(requests._fields["state"]._description_selection(self.env))
        last = requests[-1]
        return {
            "date": format_datetime(self.env, last.date_sent, dt_format="short"),
            "who": last.user_id.name,
            "documents": [
                {
                    "name": request.name,
                    "url": f"/my/shipment-requests/{request.id}",
                    "is_pdf": False,
                    "text": states[request.state],
                }
                for request in requests
            ],
        }

    # === COLLECTING === #

    def _b2b_get_collect_step(self):
        """Override of `b2b_portal`: nobody prepares what is not asked for; what is
        ready can be collected.
        """
        step = super()._b2b_get_collect_step()
        if step["state"] not in ("now", "later") or self.state != "sale":
            return step
        states = set(self.b2b_shipment_request_ids.mapped("state"))
        if "ready" in states:
            text = self.env._("The goods are ready: they can be collected.")
            return step | {"state": "now", "text": text}
        if self.delivery_status != "pending":
            return step
        if states.isdisjoint(OPEN_STATES):
            return step | {"text": ""}
        return step | {"state": "now"}

    def _b2b_search_for_user(self, model, domain):
        """Return the records that the current user may see (sudo), the oldest first;
        none for who may see none at all.
        """
        records = self.env[model].with_user(self.env.user)
        if not records.has_access("read"):
            return records.sudo()
        return records.search(domain, order="id").sudo()

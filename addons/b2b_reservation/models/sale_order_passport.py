from odoo import models
from odoo.tools import format_datetime


class SaleOrder(models.Model):
    """What reserving adds to the passport of an order."""

    _inherit = "sale.order"

    def _b2b_get_passport_steps(self):
        """Override of `b2b_portal`: add the step of reserving."""
        return super()._b2b_get_passport_steps() + [self._b2b_get_reserve_step()]

    def _b2b_get_reserve_step(self):
        """Return the step of reserving: done once all that is yet to leave is kept."""
        step = self._b2b_get_step("reserve", 30, self.env._("Reserve"), "fa-lock")
        if self.state != "sale":
            return step
        # Who opens the page need not be one who may see reservations.
        reservations = self.env["b2b.reservation"].with_user(self.env.user)
        if reservations.has_access("read"):
            reservations = reservations.search([("order_id", "=", self.id)], order="id")
        step |= self._b2b_describe_reservations(reservations.sudo())
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

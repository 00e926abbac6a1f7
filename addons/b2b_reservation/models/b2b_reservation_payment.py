from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.b2b_portal.models.payment_transaction import PAYING_MINUTES


class B2bReservation(models.Model):
    """What money does to the end of reservations: what is paid has none, what is being
    paid is kept a while longer, and money that goes back lets the time run again.
    """

    _inherit = "b2b.reservation"

    is_paid = fields.Boolean(
        string="Kept as paid",
        readonly=True,
        help="It has no end as its order is paid. If the money goes back its time "
        "runs again.",
    )
    is_paid_late = fields.Boolean(
        readonly=True,
        help="The money has come after its end: what was free then is reserved again.",
    )
    date_paying = fields.Datetime(
        readonly=True,
        help="Its time was over then: since the end is put off for money that is on "
        "its way, for no longer than the time of the contract.",
    )

    # === EXPIRY === #

    def _expire(self):
        """Release this reservation, unless money keeps it: what has come for good,
        what is on its way for a while.
        """
        self.ensure_one()
        order = self.order_id
        payment_states = order._b2b_get_payment_states()
        if order._b2b_keeping_reserve(payment_states):
            self._keep_paid()
            return
        if self._put_off_while_paying():
            return
        # Before: stock empties the cache as it lets the goods go.
        if "not_paid" in payment_states[order.id] and self.company_id.b2b_lapse_bills:
            order._b2b_lapse_bill(self)
        self._release("expired")

    def _keep_paid(self):
        """Keep these reservations without end: their orders are paid."""
        self.write({"date_expiry": False, "date_paying": False, "is_paid": True})

    def _put_off_while_paying(self):
        """Put off the end of this reservation, whose time is over, if its order is
        being paid: a transfer may be under way for days, or never have been ordered.

        :return: whether it was
        :rtype: bool
        """
        self.ensure_one()
        now = fields.Datetime.now()
        since = self.date_paying or now
        last = fields.Datetime.add(since, hours=self.contract_id.reservation_hours)
        if now >= last or not self.order_id._b2b_is_being_paid():
            return False
        end = min(now + timedelta(minutes=PAYING_MINUTES), last)
        # Every hour anew: that is no news.
        self.with_context(tracking_disable=True).write(
            {"date_expiry": end, "date_paying": since}
        )
        return True

    # === MONEY THAT GOES BACK === #

    @api.model
    def _get_paid_domain(self):
        """Return the domain of what has no end as its order is paid."""
        return (
            Domain("state", "=", "running")
            & Domain("is_paid", "=", True)
            & Domain("shipment_request_id", "=", False)
        )

    @api.model
    def _cron_resume(self):
        """Let the time run again of what was kept as paid and is paid no more, each in
        a transaction of its own.
        """
        kept = self.search(self._get_paid_domain())
        unpaid = kept - kept._filter_kept()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(unpaid))
        for reservation in unpaid:
            reservation._attempt(
                reservation._resume, self._get_paid_domain(), reservation.order_id
            )
            if not progress(1):
                break

    def _resume(self):
        """Keep this reservation for the time of its contract from now on, unless its
        order is paid.
        """
        self.ensure_one()
        if self.order_id._b2b_keeps_reserve():
            return
        hours = self.contract_id.reservation_hours
        self.write(
            {
                "date_expiry": fields.Datetime.add(fields.Datetime.now(), hours=hours),
                "is_paid": False,
                "is_reminded": False,
            }
        )

    # === MONEY THAT COMES LATE === #

    def _get_paid_late_subject(self):
        """Return the subject of the mail about money that has come late, in the
        language of its reader.
        """
        self.ensure_one()
        return self.env._(
            "%(company)s: the money for order %(order)s has come late",
            company=self.company_id.name,
            order=self.order_id.name,
        )

    def _get_paid_late_rows(self):
        """Return what the mail about money that has come late says of its goods: the
        context has what was reserved again by the id of the order line.

        :rtype: list[dict]
        """
        again = self.env.context.get("b2b_reserved_again")
        if again is None:
            # Somebody looks at the template.
            again = {line.sale_line_id.id: line.quantity for line in self.line_ids}
        lines = self.env["sale.order.line"].browse(again)
        rests = lines._b2b_get_quantities_to_reserve()
        rows = []
        for line in lines:
            unit, quantity = line.product_uom_id, again[line.id]
            rows.append(
                {
                    "product": line.product_id.display_name,
                    "unit": unit.name,
                    "reserved": quantity and unit._b2b_format(quantity),
                    "missing": rests[line] and unit._b2b_format(rests[line]),
                }
            )
        return rows


class B2bReservationLine(models.Model):
    _inherit = "b2b.reservation.line"

    def _filter_late(self):
        """Return those of these expired lines that money has come too late for: the
        dealer has not reserved of their order lines since. If he has, he has decided
        anew how much is kept.
        """
        since = self.reservation_id.order_id.b2b_reservation_ids.filtered(
            lambda kept: kept.state != "expired" and not kept.is_by_staff
        )
        return self.filtered(
            lambda line: (
                not any(
                    anew.sale_line_id == line.sale_line_id
                    and anew.reservation_id.date_reserved
                    >= line.reservation_id.date_end
                    for anew in since.line_ids
                )
            )
        )

import psycopg2

from odoo import models


class SaleOrder(models.Model):
    """Orders that are paid after the time of their reserve."""

    _inherit = "sale.order"

    def _b2b_with_reserve(self):
        """Return those of these orders whose goods are kept, or were when their time
        was over: money decides on them.
        """
        reservations = self.env["b2b.reservation"].search(
            [
                ("order_id", "in", self.filtered("b2b_contract_id").ids),
                ("is_paid_late", "=", False),
                ("state", "in", ("running", "expired")),
            ]
        )
        return reservations.order_id

    def _b2b_take_note_of_money(self):
        """Reserve what is free again for those of these orders that are paid now and
        whose reserve has expired; a caller with sudo. For the rest they stand in line.
        """
        orders = self._b2b_with_reserve()
        if not orders:
            return
        # Of the money and the end of the time the second is run again, or left to the
        # next run, and sees what the first has done.
        orders._b2b_serialize_contracted()
        paid = orders._b2b_keeping_reserve(orders._b2b_get_payment_states())
        for order in paid.filtered(lambda order: order.state == "sale"):
            expired = order.b2b_reservation_ids.filtered(
                lambda res: res.state == "expired" and not res.is_paid_late
            )
            if expired:
                order._b2b_try_reserve_again(expired)

    def _b2b_try_reserve_again(self, expired):
        """See :meth:`_b2b_reserve_again`. Should that fail the money is booked all the
        same, and staff are called.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._b2b_reserve_again(expired)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            summary = self.env._("Paid, but the goods were not reserved again")
            self._b2b_report_failure(summary, error)

    def _b2b_reserve_again(self, expired):
        """Reserve goods of this order, which is paid, without end, and stand in line
        for what is not there; tell the dealer and staff. May he reserve just now or
        not: the money is here.

        :param b2b.reservation expired: which the money has come too late for
        """
        self.ensure_one()
        expired.is_paid_late = True
        order = self.with_user(expired[-1].user_id).sudo()
        lines = expired.line_ids._filter_late().sale_line_id.with_env(order.env)
        rests = lines._b2b_get_quantities_to_reserve()
        wanted = [(line, rest) for line, rest in rests.items() if rest]
        if not wanted:
            return
        reservation = order._b2b_create_reservation(wanted)
        reservation.line_ids._b2b_leave_to_others()
        reservation.line_ids._b2b_take()
        again = {kept.sale_line_id.id: kept.quantity for kept in reservation.line_ids}
        reservation._b2b_or_nothing()._keep_paid()
        order._b2b_lessen_waiting()
        order.env["b2b.reservation.wait"]._stand_in_line(lines)
        told = expired[-1].with_context(b2b_reserved_again=again)
        told._send_to_dealer("b2b_reservation.mail_template_paid_late")
        order._b2b_note_paid_late(told._get_paid_late_rows())

    def _b2b_note_paid_late(self, rows):
        """Say to staff what has come of money that has come late: they are called if
        goods are missing.

        :param list rows: see :meth:`b2b.reservation._get_paid_late_rows`
        """
        self.ensure_one()
        missing = [
            f"{row['product']} ({row['missing']} {row['unit']})"
            for row in rows
            if row["missing"]
        ]
        if not missing:
            note = self.env._("Paid after the end of the reserve: reserved again.")
            self.message_post(body=note)
            return
        self._b2b_call_staff(
            self.env._("Paid, but goods are missing"),
            self.env._(
                "The money has come after the end of the reserve. The dealer waits in "
                "line for: %(goods)s.",
                goods=", ".join(missing),
            ),
        )

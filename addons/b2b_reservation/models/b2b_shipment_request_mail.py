import logging

import psycopg2

from odoo import models
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

TO_DO = "mail.mail_activity_data_todo"


class B2bShipmentRequest(models.Model):
    """Who is told of what happens to a shipment request: the dealer by mail, whoever
    is responsible for him by an activity.
    """

    _inherit = "b2b.shipment.request"

    def _notify_dealer(self, change):
        """Tell the dealer, and staff if it was he, that something has changed. What
        goes wrong with that is logged, and the change stays.

        :param str change: ``sent``, ``confirmed``, ``moved``, ``rejected``,
            ``picking``, ``ready``, ``part``, ``shipped`` or ``cancelled``
        """
        # Whoever changes it need not be allowed to mail or to plan for others.
        for request in self.sudo():
            request._try_to_tell(request._mail_dealer, change)
            request._try_to_tell(request._call_staff, change)

    def _try_to_tell(self, tell, change):
        """Run a method that tells of a change; log its failure."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                tell(change)
        except psycopg2.OperationalError:
            # Not a failure of telling: the server runs the request again.
            raise
        except Exception:
            _logger.warning(
                "Not everybody was told: shipment request %s, %s",
                self.name,
                change,
                exc_info=True,
            )

    # === THE DEALER === #

    def _mail_dealer(self, change):
        """Queue a mail about a change to who asked for the shipment."""
        template = self.env.ref(
            "b2b_reservation.mail_template_shipment_request", raise_if_not_found=False
        )
        if template and self._get_mail_reader().email:
            template.with_context(b2b_change=change).send_mail(self.id)

    def _get_mail_reader(self):
        """Return whom mails about this request are sent to: the dealer who made it;
        the legal entity if he acts for it no more or staff made it.

        :rtype: res.partner
        """
        self.ensure_one()
        return self.user_id._b2b_get_mail_reader(self.legal_entity_id)

    def _get_change_subject(self):
        """Return the subject of the mail about the change that the context names, in
        the language of its reader.
        """
        self.ensure_one()
        names = {
            "company": self.company_id.name,
            "number": self.name,
        }
        match self.env.context.get("b2b_change", self.state):
            case "sent":
                return self.env._(
                    "%(company)s: shipment request %(number)s is sent", **names
                )
            case "confirmed":
                return self.env._(
                    "%(company)s: shipment request %(number)s is confirmed", **names
                )
            case "moved":
                return self.env._(
                    "%(company)s: shipment request %(number)s has another date", **names
                )
            case "rejected":
                return self.env._(
                    "%(company)s: shipment request %(number)s is rejected", **names
                )
            case "picking":
                return self.env._(
                    "%(company)s: shipment request %(number)s is being picked", **names
                )
            case "ready":
                return self.env._(
                    "%(company)s: shipment request %(number)s is ready", **names
                )
            case "part":
                return self.env._(
                    "%(company)s: shipment request %(number)s is shipped in part",
                    **names,
                )
            case "shipped":
                return self.env._(
                    "%(company)s: shipment request %(number)s is shipped", **names
                )
            case "cancelled":
                return self.env._(
                    "%(company)s: shipment request %(number)s is cancelled", **names
                )
        return self.env._("%(company)s: shipment request %(number)s", **names)

    def _get_shipped_rows(self):
        """Return what the mail says of the goods that have left, if some have not.

        :rtype: list[dict]
        """
        rows = [
            {
                "product": line.product_id.display_name,
                "shipped": line.product_uom_id._b2b_format(line.quantity_shipped),
                "quantity": line.product_uom_id._b2b_format(line.quantity),
                "unit": line.product_uom_id.name,
                "is_short": line.product_uom_id.compare(
                    line.quantity_shipped, line.quantity
                )
                < 0,
            }
            for line in self.line_ids
        ]
        return rows if any(row["is_short"] for row in rows) else []

    def _format_day(self, day):
        """Return a day in the language of the context."""
        return format_date(self.env, day)

    # === STAFF === #

    def _call_staff(self, change):
        """Give the responsible person something to do: to decide about a request that
        was sent, to look after one that the dealer cancelled.
        """
        self.ensure_one()
        if change in ("moved", "part"):
            # It still waits for whatever it waited for.
            return
        self.activity_unlink([TO_DO])
        if change == "sent":
            self._plan_activity(self.env._("Shipment request to confirm"))
        elif change == "cancelled" and self.env.user.share:
            self._plan_activity(self.env._("Shipment request cancelled by the dealer"))

    def _plan_activity(self, summary):
        """Give the responsible person an activity about this request, in his language;
        about its order if he may not read requests.
        """
        order = self.order_ids[:1]
        user = order._b2b_get_responsible()
        if not user:
            return
        note = self._get_activity_note()
        if not self.with_user(user).has_access("read"):
            order._b2b_call_staff(summary, note)
            return
        self.activity_schedule(TO_DO, summary=summary, note=note, user_id=user.id)

    def _get_activity_note(self):
        """Return what staff read about this request in the activity."""
        self.ensure_one()
        return self.env._(
            "%(number)s of %(entity)s, wanted on %(date)s",
            number=self.name,
            entity=self.legal_entity_id.name,
            date=self._format_day(self.date_wanted) or "-",
        )

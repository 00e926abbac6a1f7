import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

_logger = logging.getLogger(__name__)


class B2bReservation(models.Model):
    _inherit = "b2b.reservation"

    @api.model
    def _get_ending_domain(self, company):
        """Return the domain of what ends soon and nobody was told of.

        :param res.company company: whose setting says what is soon
        """
        now = fields.Datetime.now()
        soon = fields.Datetime.add(now, hours=company.b2b_reservation_reminder_hours)
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "running")
            & Domain("is_reminded", "=", False)
            & Domain("date_expiry", ">", now)
            & Domain("date_expiry", "<=", soon)
        )

    @api.model
    def _cron_remind(self):
        """Tell those whose reservations end soon, each once, in transactions of their
        own.
        """
        companies = self.env["res.company"].search(
            [("b2b_reservation_reminder_hours", ">", 0)]
        )
        ending = self.browse()
        for company in companies:
            found = self.search(self._get_ending_domain(company))
            ending |= found.filtered(lambda reservation: reservation._ends_soon())
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(ending))
        for reservation in ending:
            # Each commit empties the cache: what is read for the others is lost.
            reservation = reservation.with_prefetch()
            reservation._attempt(
                reservation._remind, self._get_ending_domain(reservation.company_id)
            )
            if not progress(1):
                break

    def _ends_soon(self):
        """Tell whether of the short time that a contract gives half is over: nobody is
        told of the end when he has just reserved.
        """
        self.ensure_one()
        half = self.contract_id.reservation_hours / 2
        soon = fields.Datetime.add(fields.Datetime.now(), hours=half)
        return self.date_expiry <= soon

    def _remind(self):
        """Queue a mail to the dealer, unless what he has paid keeps the goods."""
        self.ensure_one()
        self.is_reminded = True
        if not self.order_id._b2b_keeps_reserve():
            self._send_to_dealer("b2b_reservation.mail_template_reservation_ends")

    def _get_mail_reader(self):
        """Return whom mails about this reservation are sent to: the dealer who made
        it; the legal entity if he acts for it no more or staff made it.

        :rtype: res.partner
        """
        self.ensure_one()
        return self.user_id._b2b_get_mail_reader(self.legal_entity_id)

    def _format_for_reader(self, moment):
        """Return a moment in the time zone of who reads mails about this reservation,
        which is named: he may read them anywhere. Without one it is the company's.

        :param datetime moment: in UTC
        :rtype: str
        """
        zone = self._get_mail_reader().tz or self.company_id.partner_id.tz or "UTC"
        text = format_datetime(self.env, moment, tz=zone, dt_format="short")
        return f"{text} ({zone})"

    def _send_to_dealer(self, xmlid):
        """Queue a mail to the dealer; should that fail the log says so.

        :param str xmlid: the external id of the template
        """
        self.ensure_one()
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if not template or not self._get_mail_reader().email:
            return
        try:
            with self.env.cr.savepoint():
                template.send_mail(self.id)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.warning("Nobody was told of reservation %s", self.id, exc_info=True)

    def _get_waited_for_subject(self):
        """Return the subject of the mail to who has waited, in his language."""
        self.ensure_one()
        return self.env._(
            "%(company)s: goods of order %(order)s are reserved for you",
            company=self.company_id.name,
            order=self.order_id.name,
        )

    def _get_reminder_subject(self):
        """Return the subject of the mail, in the language of its reader."""
        self.ensure_one()
        return self.env._(
            "%(company)s: the reserve of order %(order)s ends soon",
            company=self.company_id.name,
            order=self.order_id.name,
        )

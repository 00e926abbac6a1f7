from datetime import datetime, time, timedelta

from pytz import timezone

from odoo import fields, models
from odoo.tools import format_date

# Nobody plans a shipment for later.
MAX_DAYS_AHEAD = 365


class B2bShipmentMethod(models.Model):
    """How goods get from the supplier's warehouse to the dealer, and what a shipment
    request must say for it. Staff add their own.
    """

    _name = "b2b.shipment.method"
    _description = "Shipment Method"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: dealers of all companies may choose it."
    )
    description = fields.Text(
        translate=True, help="What the dealer reads when he chooses it."
    )
    needs_address = fields.Boolean(
        string="Asks for an address", help="Where the goods are brought to."
    )
    needs_carrier = fields.Boolean(string="Asks for a transport company")
    needs_terminal = fields.Boolean(
        string="Asks for a carrier's terminal",
        help="Where the receiver collects the cargo from the transport company.",
    )
    power_of_attorney = fields.Selection(
        [("no", "Not asked for"), ("optional", "May be given"), ("required", "Needed")],
        default="no",
        required=True,
        help="Number, date and scan of the paper by which the receiver may take the "
        "goods for the dealer.",
    )
    carrier_ids = fields.Many2many(
        "b2b.carrier",
        string="Transport companies",
        help="Which ones the dealer chooses from; empty: all.",
    )
    delivery_carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Delivery method",
        check_company=True,
        help="Set on the transfers; it also says what the delivery costs.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working days",
        help="On which days goods leave this way; empty: those of the company.",
    )
    cutoff_hour = fields.Float(
        string="Cut-off hour",
        default=15.0,
        help="What is asked for later than this counts as of the next working day, in "
        "the time zone of the working days.",
    )
    lead_days = fields.Integer(
        string="Lead time (working days)",
        default=1,
        help="How many working days after the request the goods can leave. 0: the same "
        "day.",
    )

    _cutoff_in_day = models.Constraint(
        "CHECK(cutoff_hour >= 0 AND cutoff_hour <= 24)",
        "The cut-off hour is between 0 and 24.",
    )
    _lead_days_positive = models.Constraint(
        "CHECK(lead_days >= 0)", "The lead time is 0 days or more."
    )

    # === WORKING DAYS === #

    def _get_calendar(self, company):
        """Return the working days of this method in a company."""
        self.ensure_one()
        return self.calendar_id or company.resource_calendar_id

    def _get_first_date(self, company, now=None):
        """Return the first day on which goods asked for at a moment can leave.

        :param res.company company: the supplier
        :param datetime now: a moment in UTC; without it, now
        :rtype: datetime.date
        """
        self.ensure_one()
        calendar = self._get_calendar(company)
        zone = calendar.tz or company.partner_id.tz or "UTC"
        now = now or fields.Datetime.now()
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), now)
        start = local.date()
        if local.hour + local.minute / 60 >= self.cutoff_hour:
            start += timedelta(days=1)
        return self._plan_working_days(calendar, start, self.lead_days)

    def _is_working_day(self, company, day):
        """Tell whether goods leave by this method on a day.

        :param datetime.date day: a day where the supplier is
        :rtype: bool
        """
        self.ensure_one()
        return self._plan_working_days(self._get_calendar(company), day, 0) == day

    def _get_date_refusal(self, company, day):
        """Say why goods cannot leave by this method on a day.

        :param res.company company: the supplier
        :param datetime.date day: what the dealer asks for
        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        self.ensure_one()
        first = self._get_first_date(company)
        if day < first:
            return self.env._(
                "“%(method)s” is possible from %(date)s on.",
                method=self.name,
                date=format_date(self.env, first),
            )
        if day > first + timedelta(days=MAX_DAYS_AHEAD):
            return self.env._("Choose a day within a year.")
        return self._get_rest_day_refusal(company, day)

    def _get_planned_date_refusal(self, company, day):
        """Say why staff cannot plan a shipment by this method for a day: they know
        themselves how much time they need.

        :param res.company company: the supplier
        :param datetime.date day: when the goods are to leave
        :return: a translated sentence, or False
        :rtype: str | bool
        """
        self.ensure_one()
        if day < company._b2b_today():
            return self.env._("%(date)s is over.", date=format_date(self.env, day))
        return self._get_rest_day_refusal(company, day)

    def _get_rest_day_refusal(self, company, day):
        """Say that nothing leaves by this method on a day, if so.

        :return: a translated sentence, or False
        :rtype: str | bool
        """
        if self._is_working_day(company, day):
            return False
        calendar = self._get_calendar(company)
        return self.env._(
            "%(date)s is no working day: the next one is %(next)s.",
            date=format_date(self.env, day),
            next=format_date(self.env, self._plan_working_days(calendar, day, 0)),
        )

    def _plan_working_days(self, calendar, start, days):
        """Return the working day that comes some working days after the first one on
        or after a day. Without a calendar each day is one.

        :param datetime.date start: the first day that counts
        :param int days: how many more
        :rtype: datetime.date
        """
        if not calendar:
            return start + timedelta(days=days)
        morning = timezone(calendar.tz).localize(datetime.combine(start, time.min))
        moment = calendar.plan_days(days + 1, morning, compute_leaves=True)
        # A calendar without any working hours says nothing.
        return moment.date() if moment else start + timedelta(days=days)

import psycopg2

from odoo import api, fields, models

ACTIVITY = "b2b_credit_control.mail_activity_type_credit_hold"


class B2bCreditHold(models.Model):
    """An order that the credit limit of its contract has no room for.

    It is kept, not refused. It goes on when payments make room, or when a credit
    controller releases it.
    """

    _name = "b2b.credit.hold"
    _description = "Credit Hold"
    _order = "date desc, id desc"
    _rec_name = "order_id"

    _one_per_order = models.UniqueIndex(
        "(order_id) WHERE state IN ('held', 'released')",
        "This order is on credit hold already.",
    )
    _held_idx = models.Index("(contract_id) WHERE state = 'held'")

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(
        related="order_id.b2b_contract_id", store=True, index="btree_not_null"
    )
    legal_entity_id = fields.Many2one(
        related="contract_id.legal_entity_id", store=True, index="btree_not_null"
    )
    dealer_id = fields.Many2one(related="legal_entity_id.b2b_dealer_id", store=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date = fields.Datetime(
        string="Held on", required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        [
            ("held", "On credit hold"),
            ("released", "Released"),
            ("cancelled", "Cancelled"),
        ],
        default="held",
        required=True,
        readonly=True,
        index=True,
    )
    amount_order = fields.Monetary(
        string="Order amount",
        compute="_compute_amount_order",
        help="In the currency of the contract.",
    )
    amount_missing = fields.Monetary(
        string="Missing",
        compute="_compute_amount_missing",
        help="What has to be paid today for the order to be released by itself.",
    )
    date_released = fields.Datetime(string="Released on", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Released by",
        readonly=True,
        help="Empty: payments made room.",
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Answers for it",
        readonly=True,
        help="Who sees to it that the released order is paid.",
    )
    reason = fields.Char(readonly=True, help="Why it was released. The dealer sees it.")
    date_end = fields.Date(
        string="Release ends",
        readonly=True,
        help="If the order is not confirmed until then it is held again.",
    )
    amount_released = fields.Monetary(
        readonly=True,
        help="Up to this amount the order needs no hold: as much was released, or was "
        "confirmed before the order grew.",
    )

    # === FIGURES === #

    @api.depends("order_id.amount_total", "order_id.currency_id", "contract_id")
    def _compute_amount_order(self):
        for hold in self:
            hold.amount_order = hold.contract_id.sudo()._convert_to_contract(
                hold.order_id.amount_total, hold.order_id.currency_id
            )

    @api.depends("state", "order_id", "contract_id", "amount_order", "amount_released")
    def _compute_amount_missing(self):
        # Who may see the hold may know what is missing.
        holds = self.sudo()
        held = holds.filtered(
            lambda hold: (
                hold.state == "held"
                and hold.contract_id
                and hold.contract_id._get_limit_policy() == "hold"
            )
        )
        rooms = held.contract_id._get_credit_room()
        for hold in holds:
            missing = 0.0
            if hold in held and hold.contract_id in rooms and hold._has_grown():
                room = rooms[hold.contract_id]
                missing = hold.order_id._b2b_get_credit_missing(room)
            hold.amount_missing = missing

    def _has_grown(self):
        """Tell whether the order is more than what was released or confirmed."""
        self.ensure_one()
        return (
            self.currency_id.compare_amounts(self.amount_order, self.amount_released)
            > 0
        )

    def _covers(self, order):
        """Tell whether this is a release in force that covers an order."""
        return (
            self.state == "released"
            and (not self.date_end or self.date_end >= fields.Date.context_today(self))
            and not self._has_grown()
        )

    # === HOLDING === #

    @api.model
    def _hold(self, order, missing, accepted=0.0):
        """Put an order on hold, tell the dealer and call the credit controller.

        :param sale.order order: one that the limit has no room for, in sudo
        :param float missing: what there is no room for, in the contract's currency
        :param float accepted: up to which amount it needs no hold, in that currency
        """
        hold = order._b2b_get_credit_hold()
        if hold.state == "held":
            return hold
        if hold:
            hold._take_back(accepted)
        else:
            hold = self.create({"order_id": order.id, "amount_released": accepted})
            hold._announce(
                missing,
                self.env._(
                    "Order %(order)s of %(amount)s is over the limit by %(missing)s.",
                    order=order.name,
                    amount=hold.currency_id.format(hold.amount_order),
                    missing=hold.currency_id.format(missing),
                ),
            )
        return hold

    def _take_back(self, accepted=0.0):
        """Hold again what was released and has not been used, or has grown since.

        :param float accepted: see :meth:`_hold`
        """
        for hold in self:
            hold.write(
                {
                    "state": "held",
                    "date": fields.Datetime.now(),
                    "date_released": False,
                    "date_end": False,
                    "amount_released": accepted,
                }
            )
            hold._announce(
                hold.amount_missing,
                self.env._(
                    "The release of order %(order)s was not used in time, or does not "
                    "cover the order any more.",
                    order=hold.order_id.name,
                ),
            )

    def _announce(self, missing, reason):
        """Write down that an order is held, call the credit controller and tell the
        dealer.
        """
        self.ensure_one()
        order = self.order_id
        self.env["b2b.credit.event"]._log(
            "hold",
            self.contract_id,
            automatic=True,
            order_id=order.id,
            amount=missing,
            reason=reason,
        )
        order._b2b_call_credit_controller(reason)
        order._b2b_mail_credit_hold("b2b_credit_control.mail_template_credit_hold")

    def _cancel(self):
        """End the holds and releases of orders that are cancelled."""
        self.filtered(lambda hold: hold.state != "cancelled").state = "cancelled"

    # === RELEASING === #

    def action_release(self):
        """Ask the credit controller why, then release."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release from credit hold"),
            "res_model": "b2b.credit.release",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_ids": self.ids},
        }

    def _release(self, reason, owner, date_end=False):
        """Release these orders as the current user and let them go on.

        :param str reason: why, for the history
        :param res.users owner: who answers for it
        :param date_end: until when the release may be used, or False
        """
        for hold in self.filtered(lambda hold: hold.state == "held"):
            hold._set_released(
                reason,
                user_id=self.env.uid,
                owner_id=owner.id,
                date_end=date_end,
                amount_released=hold.amount_order,
            )
            hold._confirm_order()

    def _release_for_room(self):
        """Note that these orders went on because there is room for them."""
        for hold in self.filtered(lambda hold: hold.state == "held"):
            hold._set_released(
                self.env._(
                    "There is room for order %(order)s.", order=hold.order_id.name
                ),
                automatic=True,
            )

    def _set_released(self, reason, automatic=False, **values):
        self.ensure_one()
        missing = self.amount_missing
        self.write(
            {
                "state": "released",
                "date_released": fields.Datetime.now(),
                "reason": reason,
                "user_id": False,
                "owner_id": False,
                **values,
            }
        )
        self.env["b2b.credit.event"]._log(
            "release",
            self.contract_id,
            automatic=automatic,
            order_id=self.order_id.id,
            amount=missing,
            reason=reason,
        )
        self.order_id.activity_feedback([ACTIVITY], feedback=reason)

    def _confirm_order(self):
        """Confirm the order as usual. What else is against it, it stays as it is and
        the release waits for it. An order that is confirmed only goes on.
        """
        self.ensure_one()
        order = self.order_id.with_company(self.company_id)
        if order.state == "sale":
            order._b2b_mail_credit_hold(
                "b2b_credit_control.mail_template_credit_release"
            )
            return
        if error := order._confirmation_error_message():
            order._b2b_call_staff(
                self.env._("Released from credit hold, but not confirmed"), error
            )
            order._b2b_mail_credit_hold(
                "b2b_credit_control.mail_template_credit_release"
            )
            return
        order.with_context(send_email=True, b2b_is_released=True).action_confirm()

    # === BY ITSELF === #

    @api.model
    def _recheck_soon(self, contract_ids):
        """Look through the held orders of some contracts as soon as this
        transaction is done: a payment must not fail because an order does.

        :param contract_ids: ids of contracts whose debts or limit changed, or a query
        """
        domain = [("contract_id", "in", contract_ids), ("state", "=", "held")]
        if contract_ids and self.sudo().search_count(domain, limit=1):
            self.env.ref("b2b_credit_control.ir_cron_credit_hold").sudo()._trigger()

    @api.model
    def _cron_recheck(self):
        """Release what there is room for, oldest first, and hold again what was
        released until a day that has passed.
        """
        today = fields.Date.context_today(self)
        ended = self.search(
            [
                ("state", "=", "released"),
                ("date_end", "<", today),
                ("order_id.state", "in", ("draft", "sent")),
            ]
        )
        ended._take_back()
        held = self.search([("state", "=", "held")], order="date, id")
        self.env["ir.cron"]._commit_progress(remaining=len(held))
        for hold in held:
            hold._release_if_room()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _release_if_room(self):
        """Let the order of this hold go on if there is room for it by now."""
        # Each payment and each order changes the room.
        self.invalidate_recordset(["amount_missing"])
        if self.state != "held" or self.amount_missing:
            return
        order = self.order_id.with_company(self.company_id)
        if order.state == "sale":
            self._release_for_room()
            self._confirm_order()
            return
        if order._confirmation_error_message():
            return
        try:
            with self.env.cr.savepoint():
                order.with_context(
                    send_email=True, b2b_is_released=True
                ).action_confirm()
        except psycopg2.OperationalError:
            # Not a failure of the order: the job is run again.
            raise
        except Exception as error:
            order._b2b_report_failure(
                self.env._("The order was not released from credit hold"), error
            )

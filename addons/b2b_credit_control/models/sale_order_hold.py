import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from .b2b_credit_hold import ACTIVITY


# Apart from sale_order.py: together they are more than one can hold in the head.
class SaleOrder(models.Model):
    """The check of the credit limit: some orders are held, the others confirmed."""

    _inherit = "sale.order"

    b2b_credit_hold_ids = fields.One2many(
        "b2b.credit.hold", "order_id", string="Credit holds"
    )
    b2b_is_on_credit_hold = fields.Boolean(
        string="On credit hold",
        compute="_compute_b2b_is_on_credit_hold",
        compute_sudo=True,
        search="_search_b2b_is_on_credit_hold",
    )

    @api.depends("b2b_credit_hold_ids.state")
    def _compute_b2b_is_on_credit_hold(self):
        for order in self:
            order.b2b_is_on_credit_hold = "held" in order.b2b_credit_hold_ids.mapped(
                "state"
            )

    def _search_b2b_is_on_credit_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        held = Domain("b2b_credit_hold_ids.state", "=", "held")
        return Domain.OR([held if flag else ~held for flag in value])

    @api.depends("b2b_is_on_credit_hold")
    def _compute_type_name(self):
        """Override of `sale`: an order on hold was sent, it is no offer."""
        result = super()._compute_type_name()
        for order in self.filtered("b2b_is_on_credit_hold"):
            order.type_name = self.env._("Sales Order")
        return result

    def _b2b_get_credit_hold(self):
        """Return the hold or release of this order that is in force, or none (sudo).

        :rtype: b2b.credit.hold
        """
        self.ensure_one()
        # Who may see the order may know that it is held.
        return self.sudo().b2b_credit_hold_ids.filtered(
            lambda hold: hold.state in ("held", "released")
        )

    def action_b2b_release_credit_hold(self):
        """Ask the credit controller why he releases these orders."""
        held = self.b2b_credit_hold_ids.filtered(lambda hold: hold.state == "held")
        return held.action_release()

    # === THE CHECK === #

    def action_confirm(self):
        """Override of `sale`: orders that the credit limit has no room for are held,
        the others confirmed. Raising would undo a payment.
        """
        held = self._b2b_hold_over_limit()
        confirmed = self - held
        if held and not confirmed:
            return True
        result = super(SaleOrder, confirmed).action_confirm()
        confirmed.sudo().b2b_credit_hold_ids._release_for_room()
        return result

    def _b2b_hold_over_limit(self):
        """Put those of these orders on hold that there is no room for.

        :return: the held ones
        :rtype: sale.order
        """
        checked = self.filtered(
            lambda order: (
                order.b2b_contract_id.sudo().has_credit_limit
                and not order._confirmation_error_message()
            )
        )
        if not checked:
            return checked
        # The limit of a contract counts whoever confirms.
        contracts = checked.sudo().b2b_contract_id
        contracts._serialize_credit()
        rooms = contracts._get_credit_room()
        held = self.browse()
        for order in checked:
            contract = order.sudo().b2b_contract_id
            missing = order.sudo()._b2b_get_credit_missing(rooms[contract])
            if order._b2b_is_over_limit(missing):
                held |= order
                order.sudo()._b2b_hold(missing)
            else:
                rooms[contract] -= order.sudo()._b2b_get_credit_need()
        return held

    def _b2b_is_over_limit(self, missing):
        """Tell whether this order has to be held.

        :param float missing: see :meth:`_b2b_get_credit_missing`
        """
        self.ensure_one()
        if not missing:
            return False
        contract = self.b2b_contract_id.sudo()
        policy = contract._get_limit_policy()
        if policy == "warn":
            self.sudo()._b2b_note_over_limit(missing)
        hold = self._b2b_get_credit_hold()
        return policy == "hold" and not (hold and hold._covers(self))

    def _b2b_get_credit_missing(self, room):
        """Return what there is no room for, in the contract's currency.

        :param float room: of the contract; a confirmed order is counted in it already
        :rtype: float
        """
        self.ensure_one()
        contract = self.b2b_contract_id
        need = self._b2b_get_credit_need()
        if not need:
            return 0.0
        if self.state == "sale":
            room += contract._convert_to_contract(
                self.b2b_amount_uninvoiced, self.currency_id
            )
        return max(contract.currency_id.round(need - room), 0.0)

    def _b2b_get_credit_need(self):
        """Return what this order would use of the limit, in the contract's currency;
        what it uses, once it is confirmed.

        Nothing, if it is paid with money that nothing else has used. Money that is
        not in the ledger yet counts here, the rest is in the debt already.

        :rtype: float
        """
        self.ensure_one()
        pending, booked = self._b2b_get_money_for_order()
        confirmed = self.state == "sale"
        total = self.b2b_amount_uninvoiced if confirmed else self.amount_total
        if self.currency_id.compare_amounts(pending + booked, total) >= 0:
            return 0.0
        return self.b2b_contract_id._convert_to_contract(
            total - max(pending, 0.0), self.currency_id
        )

    def _b2b_get_money_for_order(self):
        """Return what was paid for this order and is still free, in its currency.

        :return: money that is not in the ledger yet, prepayments in the ledger
        :rtype: tuple[float, float]
        """
        self.ensure_one()
        transactions = self.transaction_ids.filtered(
            lambda tx: len(tx.sale_order_ids) == 1
        )._b2b_get_received()
        payments = transactions.payment_id | self.b2b_payment_request_ids.payment_ids
        pending = sum(
            tx.currency_id._convert(tx.amount, self.currency_id, self.company_id)
            for tx in transactions
            if not tx.payment_id
        )
        booked = 0.0
        for payment in payments:
            amount = payment._b2b_get_amount_unused(self.currency_id)
            if payment.move_id:
                booked += amount
            else:
                pending += amount
        return pending, booked

    # === HOLDING === #

    def _b2b_hold(self, missing, accepted=0.0):
        """Keep this order on hold: it leaves the cart, nothing else happens.

        :param float missing: what there is no room for, in the contract's currency
        :param float accepted: up to which amount, in the order's currency, it needs
            no hold: a confirmed order that has grown
        """
        self.ensure_one()
        if self.state == "draft":
            self.action_quotation_sent()
        # The dealer has accepted it: it is no offer that ends while it waits.
        self.validity_date = False
        self.env["b2b.credit.hold"]._hold(
            self,
            missing,
            self.b2b_contract_id._convert_to_contract(accepted, self.currency_id),
        )

    def _b2b_note_over_limit(self, missing):
        """Write down that this order is confirmed though it is over the limit."""
        currency = self.b2b_contract_id.currency_id
        self.message_post(
            body=self.env._(
                "Over the credit limit of contract %(contract)s by %(missing)s.",
                contract=self.b2b_contract_id.name,
                missing=currency.format(missing),
            )
        )

    def _b2b_call_credit_controller(self, reason):
        """Give the credit controller something to decide about this order."""
        self.activity_schedule(
            ACTIVITY, note=reason, user_id=self._b2b_get_credit_controller().id
        )

    def _b2b_get_credit_controller(self):
        """Return who decides on the hold of this order: the contract's manager if he
        is a credit controller, else another one of the company, else who is
        responsible.
        """
        controllers = self.env.ref(
            "b2b_credit_control.group_credit_controller"
        ).all_user_ids.filtered(
            lambda user: (
                user.active and not user.share and self.company_id in user.company_ids
            )
        )
        manager = self.b2b_contract_id.user_id
        return (manager & controllers) or controllers[:1] or self._b2b_get_responsible()

    def _b2b_mail_credit_hold(self, template):
        """Tell the dealer in his language what becomes of this order. A mail that
        cannot be made is left to staff: it must not undo a payment.

        :param str template: XML id of a mail template of orders
        """
        # What others have left to be written fails by itself, not here.
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                self._send_order_notification_mail(
                    self.env.ref(template, raise_if_not_found=False)
                )
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            self._b2b_report_failure(
                self.env._("The dealer got no mail about the credit hold"), error
            )

    def _send_payment_succeeded_for_order_mail(self):
        """Override of `sale`: an order on hold got a mail that says what comes now."""
        held = self.filtered("b2b_is_on_credit_hold")
        return super(SaleOrder, self - held)._send_payment_succeeded_for_order_mail()

    def _get_confirmation_template(self):
        """Override of `b2b_portal`: the mail says that the hold is over."""
        if self.env.context.get("b2b_is_released"):
            template = self.env.ref(
                "b2b_credit_control.mail_template_credit_release",
                raise_if_not_found=False,
            )
            if template:
                return template
        return super()._get_confirmation_template()

    def _b2b_refusal_reason(self, action):
        """Override of `b2b_portal`: what is on hold is neither reserved nor shipped.
        A limit alone refuses no step: the order is held, not lost.
        """
        if reason := super()._b2b_refusal_reason(action):
            return reason
        if action in ("reserve", "ship") and self.b2b_is_on_credit_hold:
            return self.env._("Order %(order)s is on credit hold.", order=self.name)
        return False

    def _b2b_get_choose_step(self):
        """Override of `b2b_portal`: what is on hold waits for room, not for the
        dealer to accept it again.
        """
        step = super()._b2b_get_choose_step()
        if self.state != "sent" or not self.b2b_is_on_credit_hold:
            return step
        text = self.env._("Order %(order)s is on credit hold.", order=self.name)
        return step | {"state": "refused", "text": text, "action": None}

    def _action_cancel(self):
        contract_ids = self.b2b_contract_id.ids
        result = super()._action_cancel()
        self.sudo().b2b_credit_hold_ids._cancel()
        self.sudo().activity_unlink([ACTIVITY])
        self.env["b2b.credit.hold"]._recheck_soon(contract_ids)
        return result

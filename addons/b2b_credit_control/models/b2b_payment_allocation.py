from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# So long a payment that was begun and not gone on with keeps its documents claimed.
CLAIM_MINUTES = 30


class B2bPaymentAllocation(models.Model):
    """What an online payment is for: one row per document and amount.

    While the payment is under way the row claims its amount, so that nobody pays it a
    second time. Once the payment is booked, it is reconciled with exactly these
    documents and amounts; what finds no more room is a prepayment.
    """

    _name = "b2b.payment.allocation"
    _description = "Allocation of an Online Payment"
    _order = "id desc"
    _rec_name = "transaction_id"

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An amount to be paid is positive."
    )
    _claim_idx = models.Index("(move_line_id, contract_id) WHERE NOT is_booked")
    _request_idx = models.Index("(payment_request_id) WHERE NOT is_booked")

    transaction_id = fields.Many2one(
        "payment.transaction",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    legal_entity_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    contract_id = fields.Many2one("b2b.contract", readonly=True, ondelete="restrict")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        readonly=True,
        ondelete="set null",
        help="Empty: paid in advance.",
    )
    payment_request_id = fields.Many2one(
        "b2b.payment.request", readonly=True, ondelete="restrict"
    )
    name = fields.Char(string="Document", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    amount_booked = fields.Monetary(
        string="Reconciled",
        readonly=True,
        help="Less than the amount if the document was paid in the meantime: the rest "
        "is a prepayment.",
    )
    amount_captured = fields.Monetary(
        readonly=True, help="What has come of a payment that is captured in parts."
    )
    is_booked = fields.Boolean(readonly=True)
    is_released = fields.Boolean(
        readonly=True, help="The dealer gave this attempt up to pay anew."
    )
    state = fields.Selection(
        [("claimed", "Under way"), ("booked", "Booked"), ("free", "Given up")],
        compute="_compute_state",
    )

    @api.depends("is_booked", "is_released", "transaction_id.state")
    def _compute_state(self):
        claimed = self.filtered_domain(self._get_claim_domain())
        for allocation in self:
            if allocation.is_booked:
                allocation.state = "booked"
            else:
                allocation.state = "claimed" if allocation in claimed else "free"

    # === CLAIMS === #

    @api.model
    def _get_claim_domain(self):
        """Return the domain of what keeps its amount for a payment under way."""
        begun = fields.Datetime.now() - timedelta(minutes=CLAIM_MINUTES)
        # Of what was authorized, the rest is free once all captures are booked.
        captured = Domain("child_transaction_ids.state", "=", "done")
        unbooked = Domain(
            "child_transaction_ids",
            "any",
            [("state", "=", "done"), ("is_post_processed", "=", False)],
        )
        done = Domain("state", "=", "done") & (~captured | unbooked)
        return (
            Domain("is_booked", "=", False)
            & Domain("is_released", "=", False)
            & (
                Domain("transaction_id.state", "in", ("pending", "authorized"))
                | Domain("transaction_id", "any", done)
                | Domain("transaction_id.state", "=", "draft")
                & Domain("create_date", ">", begun)
            )
        )

    @api.model
    def _get_claimed(self, lines, requests):
        """Return what payments under way will pay of settlement lines and payment
        requests.

        :return: amounts by record
        :rtype: dict
        """
        claims = self.sudo().search_fetch(
            self._get_claim_domain()
            & (
                Domain("move_line_id", "in", lines.move_line_id.ids)
                | Domain("payment_request_id", "in", requests.ids)
            ),
            [
                "amount",
                "amount_captured",
                "contract_id",
                "move_line_id",
                "payment_request_id",
            ],
        )
        of_item, of_request = defaultdict(float), defaultdict(float)
        for claim in claims:
            amount = claim.amount - claim.amount_captured
            if claim.payment_request_id:
                of_request[claim.payment_request_id.id] += amount
            else:
                of_item[claim.move_line_id.id, claim.contract_id.id] += amount
        claimed = {
            line: of_item[line.move_line_id.id, line.contract_id.id] for line in lines
        }
        return claimed | {request: of_request[request.id] for request in requests}

    @api.model
    def _serialize(self, lines, requests):
        """Let only one transaction at a time claim these documents.

        Two that claim at once change the same row: the second fails to serialize, is
        run again by the server and sees what the first has claimed.
        """
        for records in (lines, requests):
            if records:
                records.flush_model(["payment_claims"])
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET payment_claims = COALESCE(payment_claims, 0) + 1"
                        " WHERE id IN %s",
                        SQL.identifier(records._table),
                        tuple(records.ids),
                    ),
                    log_exceptions=False,
                )
                records.invalidate_model(["payment_claims"])

    def _release(self):
        """Give up those of these claims whose payment nobody works on: it was begun and
        not gone on with, or is a transfer that the dealer was to order at his bank.

        Should such a payment arrive all the same, it pays what is then still open.
        """
        self.filtered(
            lambda allocation: (
                allocation.transaction_id.state == "draft"
                or allocation.transaction_id.provider_code == "custom"
            )
        ).is_released = True

    # === BOOKING === #

    def _book(self, payment):
        """Reconcile a payment with exactly these documents and amounts, as far as they
        are still open. The rest stays a prepayment.

        :param account.payment payment: posted
        """
        money = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        rest = payment.amount
        for allocation in self.filtered(lambda allocation: not allocation.is_booked):
            currency = allocation.currency_id
            part = min(
                currency.round(allocation.amount - allocation.amount_captured), rest
            )
            rest = currency.round(rest - part)
            captured = allocation.amount_captured + part
            booked = allocation._reconcile(money, part)
            allocation.write(
                {
                    "amount_booked": allocation.amount_booked + booked,
                    "amount_captured": captured,
                    "is_booked": not currency.compare_amounts(
                        captured, allocation.amount
                    ),
                }
            )

    def _reconcile(self, money, part):
        """Reconcile this document with its part of a payment.

        :param account.move.line money: the receivable item of the payment
        :param float part: how much of it is for this document
        :return: the reconciled amount
        :rtype: float
        """
        self.ensure_one()
        debt = self.move_line_id
        if (
            not money
            or debt.parent_state != "posted"
            or debt.account_id != money.account_id
            or debt.currency_id != money.currency_id
        ):
            return 0.0
        # Core has reconciled what is paid from the page of an invoice.
        matched = sum(
            debt.matched_credit_ids.filtered(
                lambda partial: partial.credit_move_id == money
            ).mapped("debit_amount_currency")
        )
        amount = self.currency_id.round(
            min(
                part - matched,
                debt.amount_residual_currency,
                -money.amount_residual_currency,
            )
        )
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            return matched
        (debt | money).with_context(
            b2b_reconcile_part=(debt.id, money.id, amount)
        ).reconcile()
        return matched + amount


class B2bSettlementLine(models.Model):
    _inherit = "b2b.settlement.line"

    payment_claims = fields.Integer(
        readonly=True, help="Counts payments begun; see b2b.payment.allocation."
    )


class B2bPaymentRequest(models.Model):
    _inherit = "b2b.payment.request"

    payment_claims = fields.Integer(
        readonly=True, help="Counts payments begun; see b2b.payment.allocation."
    )

    def _get_amount_to_pay(self):
        """Return what is still to be paid in advance: what the order has been invoiced
        for is debt, and paid as such.

        The caller has made sure that the user may see this request (sudo).

        :rtype: float
        """
        self.ensure_one()
        request = self.sudo()
        if request.state != "issued" or request.order_id.state != "sale":
            return 0.0
        today = fields.Date.context_today(self)
        if request.validity_date and request.validity_date < today:
            return 0.0
        return request.amount_open

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


# Apart from sale_order.py: together they are more than one can hold in the head.
class SaleOrder(models.Model):
    """Billing: the dealer's bill on ordering, the invoice when goods have left."""

    _inherit = "sale.order"

    b2b_payment_request_ids = fields.One2many(
        "b2b.payment.request", "order_id", string="Payment requests"
    )
    b2b_payment_request_count = fields.Integer(
        compute="_compute_b2b_payment_request_count"
    )
    b2b_bill_move_id = fields.Many2one(
        "account.move",
        string="Bill",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The customer invoice that was issued as the bill of this order.",
    )
    b2b_is_billed = fields.Boolean(
        string="Has a bill", compute="_compute_b2b_is_billed", compute_sudo=True
    )

    @api.depends("b2b_payment_request_ids")
    def _compute_b2b_payment_request_count(self):
        for order in self:
            order.b2b_payment_request_count = len(order.b2b_payment_request_ids)

    @api.depends("b2b_payment_request_ids.state", "b2b_bill_move_id.state")
    def _compute_b2b_is_billed(self):
        for order in self:
            order.b2b_is_billed = bool(order._b2b_get_bill())

    # === ACTIONS === #

    def action_b2b_issue_bill(self):
        """Issue the bills of these orders, for staff.

        :raise AccessError: for who may not change the orders: anybody calls a method
            without an underscore, and for any order
        """
        self.check_access("write")
        for order in self:
            order._b2b_issue_bill()

    def action_b2b_view_payment_requests(self):
        """Open the payment requests of this order."""
        self.ensure_one()
        requests = self.b2b_payment_request_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_portal.action_b2b_payment_request"
        )
        if len(requests) == 1:
            return {
                **action,
                "views": [(False, "form")],
                "res_id": requests.id,
            }
        return {**action, "domain": [("order_id", "=", self.id)]}

    # === THE BILL === #

    def _b2b_get_payment_request(self):
        """Return the payment request that is in force, or none."""
        return self.b2b_payment_request_ids.filtered(lambda r: r.state == "issued")

    def _b2b_get_lapsed_request(self):
        """Return the payment request that has lapsed, if no bill took its place."""
        requests = self.b2b_payment_request_ids
        if self._b2b_get_bill():
            return requests.browse()
        return requests.filtered(lambda r: r.state == "lapsed").sorted("id")[-1:]

    def _b2b_get_bill(self):
        """Return the bill of this order: a payment request, a posted customer
        invoice issued as the bill, or an empty payment request.

        :rtype: b2b.payment.request | account.move
        """
        self.ensure_one()
        request = self._b2b_get_payment_request()
        move = self.b2b_bill_move_id
        return move if not request and move.state == "posted" else request

    def _b2b_issue_bill(self):
        """Return the bill of this order, made if there is none. The one door: two
        who come at once get the same bill.

        :raise UserError: when the order cannot be billed
        :rtype: b2b.payment.request | account.move
        """
        self.ensure_one()
        # The dealer and the salesman may not create bills; this method decides.
        order = self.sudo().with_company(self.company_id)
        order._b2b_serialize()
        if bill := order._b2b_get_bill():
            return bill
        if order.state != "sale" or not order.b2b_contract_id:
            raise UserError(
                self.env._("Only a confirmed order on a contract gets a bill.")
            )
        if order.invoice_status == "invoiced":
            raise UserError(self.env._("This order is invoiced already."))
        if lapsed := order._b2b_get_lapsed_request():
            if lapsed._is_still_true():
                lapsed._revive()
                return lapsed
            lapsed._withdraw()
        if order.b2b_contract_id._get_billing_mode() == "invoice":
            return order._b2b_bill_by_invoice()
        return self.env["b2b.payment.request"].sudo()._issue(order)

    def _b2b_is_bill_missing(self):
        """Tell whether the dealer may fetch the bill of this order himself: billing
        has failed. What staff have withdrawn, taken back to draft or invoiced by hand
        is for them to decide.

        :rtype: bool
        """
        self.ensure_one()
        order = self.sudo()
        return (
            order.state == "sale"
            and bool(order.b2b_contract_id)
            and not order.b2b_payment_request_ids
            and order.b2b_bill_move_id.state != "draft"
            and not order.b2b_is_billed
            and not order.invoice_ids.filtered(lambda move: move.state == "posted")
        )

    def _b2b_has_down_payment(self):
        """Tell whether a down payment of this order is invoiced."""
        return any(
            line.is_downpayment and line.invoice_lines for line in self.order_line
        )

    def _b2b_down_payment_message(self):
        return self.env._(
            "A down payment is invoiced: staff invoice the rest and deduct it."
        )

    def _b2b_serialize(self):
        """Let only one transaction at a time pass for this order.

        Updating the row, not only locking it, makes the loser fail to serialize and
        be run again by the server: then he sees what the winner did.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET write_date = write_date WHERE id = %s",
                self.id,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(["state", "b2b_bill_move_id"])

    def _b2b_serialize_contracted(self):
        """Let only one transaction at a time pass for each of these orders that is on
        a contract: its bill may be on the way.
        """
        for order in self.filtered("b2b_contract_id").sorted("id"):
            order._b2b_serialize()

    def _b2b_bill_by_invoice(self):
        """Return the posted customer invoice of all that was ordered."""
        invoice = self.b2b_bill_move_id
        if invoice.state != "draft":
            if self._b2b_has_down_payment():
                raise UserError(self._b2b_down_payment_message())
            self._force_lines_to_invoice_policy_order()
            invoice = self._create_invoices()
            self.b2b_bill_move_id = invoice
        invoice.action_post()
        invoice._b2b_get_pdf_attachment()
        return invoice

    # === BILLING ON SUBMISSION === #

    def action_confirm(self):
        """Override of `sale`: an order from the shop gets its bill, and one that
        was cancelled with its bill gets a new one.
        """
        result = super().action_confirm()
        for order in self:
            if order.website_id or order.b2b_payment_request_ids:
                order._b2b_bill_on_submission()
        return result

    def _send_order_confirmation_mail(self):
        """Override of `sale`: the customer has just sent the order himself, and the
        mail carries the bill.
        """
        for order in self:
            order._b2b_bill_on_submission()
        return super()._send_order_confirmation_mail()

    def _b2b_bill_on_submission(self):
        """Issue the bill of this order. If that fails the order is kept, staff are
        called, and the dealer reads on the next page what happens now.
        """
        self.ensure_one()
        if not self.b2b_contract_id or self.state != "sale":
            return
        if self.sudo().b2b_bill_move_id.state == "draft":
            # Staff have taken it back and are at it.
            return
        try:
            with self.env.cr.savepoint():
                self._b2b_issue_bill()
        except psycopg2.OperationalError:
            # Not a failure of billing: the server runs the request again.
            raise
        except Exception as error:
            self._b2b_report_failure(self.env._("The bill was not issued"), error)

    def _b2b_report_failure(self, summary, error):
        """Log why an automatic step failed and call the staff."""
        expected = isinstance(error, UserError)
        _logger.warning(
            "Order %s: %s: %s", self.name, summary, error, exc_info=not expected
        )
        self._b2b_call_staff(
            summary, str(error) if expected else self.env._("See the server's log.")
        )

    def _b2b_call_staff(self, summary, reason):
        """Give the responsible person something to do about this order, once."""
        self.ensure_one()
        order = self.sudo()
        if order.activity_ids.filtered(lambda a: a.summary == summary):
            return
        order.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=reason,
            user_id=order._b2b_get_responsible().id,
        )

    def _b2b_get_responsible(self):
        """Return the member of staff who is called when something fails."""
        managers = self.env.ref("b2b_portal.group_b2b_manager").all_user_ids
        candidates = (
            self.b2b_contract_id.user_id
            | self.user_id
            | self.team_id.user_id
            | managers.filtered(lambda user: self.company_id in user.company_ids)
        )
        return candidates.filtered(lambda user: user.active and not user.share)[:1]

    # === AFTERWARDS === #

    def _action_cancel(self):
        self._b2b_serialize_contracted()
        self.sudo().b2b_payment_request_ids._withdraw()
        return super()._action_cancel()

    def _b2b_invoice_delivered(self):
        """Post the customer invoice of what has left, if the contract wants it by
        itself. If that fails the delivery stays validated and staff are called.

        :return: the posted invoice, or none
        :rtype: account.move
        """
        self.ensure_one()
        # Run by the warehouse, whose people have no rights on invoices.
        order = self.sudo().with_company(self.company_id)
        invoice = order.env["account.move"]
        if order.b2b_contract_id._get_invoicing_policy() != "on_delivery":
            return invoice
        if order._b2b_has_down_payment():
            order._b2b_call_staff(
                self.env._("The delivery was not invoiced"),
                order._b2b_down_payment_message(),
            )
            return invoice
        try:
            with self.env.cr.savepoint():
                invoice = order.with_context(
                    raise_if_nothing_to_invoice=False
                )._create_invoices()
                if invoice:
                    invoice.action_post()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            invoice = invoice.browse()
            order._b2b_report_failure(
                self.env._("The delivery was not invoiced"), error
            )
        return invoice

    # === WHAT THE DEALER SEES === #

    def _b2b_get_bill_attachment(self):
        """Return the PDF of the bill (sudo), or no attachment."""
        self.ensure_one()
        bill = self.sudo()._b2b_get_bill()
        return bill._b2b_get_pdf_attachment() if bill else self.env["ir.attachment"]

    def _b2b_get_bill_document(self):
        """Return the bill of this order as it stands in the journal (sudo).

        :rtype: b2b.document
        """
        self.ensure_one()
        bill = self.sudo()._b2b_get_bill()
        documents = self.env["b2b.document"].sudo()
        if not bill:
            return documents
        return documents.search([(bill._b2b_document_field, "=", bill.id)])

    def _b2b_get_bill_values(self):
        """Return what a page or a mail says of the bill of this order, or None.

        :rtype: dict | None
        """
        self.ensure_one()
        if not (document := self._b2b_get_bill_document()):
            return None
        bill = self.sudo()._b2b_get_bill()
        is_invoice = bill == self.sudo().b2b_bill_move_id
        date_due = bill.invoice_date_due if is_invoice else bill.validity_date
        return {
            "title": document.type_id.name,
            "name": document.name,
            "amount": document.amount,
            "currency": document.currency_id,
            "date_due": document.amount_residual and date_due,
            "reference": bill.payment_reference if is_invoice else bill.name,
            "url": document._get_pdf_url(),
            "download_url": document._get_pdf_url(download=True),
        }

    def _b2b_get_unpaid_bill(self):
        """Return what this order is to be paid by (sudo): its payment request while
        that asks for money, else the first invoice that does, else nothing.

        :rtype: b2b.payment.request | account.move
        """
        self.ensure_one()
        order = self.sudo()
        request = order._b2b_get_payment_request()
        if request.amount_open:
            return request
        return order.invoice_ids.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move._b2b_amount_open()
            )
        ).sorted("invoice_date_due")[:1]

    def _b2b_get_pay_url(self):
        """Return the address where the current user, who may read this order, pays
        what it asks for: of a payment request the paper, which says how. Other addons
        lead to a page where it is paid.

        :return: False if there is nothing to pay
        :rtype: str | bool
        """
        self.ensure_one()
        bill = self._b2b_get_unpaid_bill()
        if bill._name == "account.move":
            return bool(bill) and f"/my/invoices/{bill.id}"
        document = self._b2b_get_bill_document()
        return bool(document) and document._get_pdf_url()

    def _get_confirmation_template(self):
        """Override of `sale`: with the bill goes the mail that speaks of it."""
        self.ensure_one()
        if self.sudo().b2b_is_billed:
            template = self.env.ref(
                "b2b_portal.mail_template_order_bill", raise_if_not_found=False
            )
            if template:
                return template
        return super()._get_confirmation_template()

    def _b2b_get_bill_recipients(self):
        """Return who gets the bill by mail: who ordered, and the legal entity."""
        self.ensure_one()
        return (self.b2b_contact_id | self.partner_invoice_id).filtered("email")

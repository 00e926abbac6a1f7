from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    _inherit = "sale.order"

    b2b_amount_uninvoiced = fields.Monetary(
        string="Ordered, not invoiced",
        compute="_compute_b2b_amount_uninvoiced",
        store=True,
        help="What this confirmed order will still add to the debt.",
    )
    _b2b_uninvoiced_idx = models.Index(
        "(b2b_contract_id) WHERE b2b_amount_uninvoiced != 0"
    )

    def _auto_init(self):
        # Few of the orders that exist are on a contract: the hook computes those.
        if not column_exists(self.env.cr, self._table, "b2b_amount_uninvoiced"):
            create_column(self.env.cr, self._table, "b2b_amount_uninvoiced", "numeric")
        return super()._auto_init()

    @api.model
    def _b2b_complete_amounts(self):
        """Compute what confirmed orders will still be invoiced for, after
        installation."""
        orders = self.sudo().search(
            [("state", "=", "sale"), ("b2b_contract_id", "!=", False)]
        )
        self.env.add_to_compute(self._fields["b2b_amount_uninvoiced"], orders)

    @api.depends("b2b_contract_id")
    def _compute_payment_term_id(self):
        """Override of `b2b_portal`: a contract without a payment term is paid by its
        deferral, not by the terms of the partner.
        """
        by_deferral = self._b2b_on_contract().filtered(
            lambda order: not order.b2b_contract_id.sudo().payment_term_id
        )
        by_deferral.payment_term_id = False
        return super(SaleOrder, self - by_deferral)._compute_payment_term_id()

    @api.depends(
        "b2b_contract_id",
        "delivery_status",
        "order_line.is_downpayment",
        "order_line.price_total",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
        "order_line.invoice_lines.move_id.state",
        "order_line.invoice_lines.quantity",
        "state",
    )
    def _compute_b2b_amount_uninvoiced(self):
        for order in self:
            amount = 0.0
            if order.state == "sale" and order.b2b_contract_id:
                amount = sum(line._b2b_amount_uninvoiced() for line in order.order_line)
                amount -= order._b2b_get_debt_elsewhere()
            order.b2b_amount_uninvoiced = max(order.currency_id.round(amount), 0.0)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _b2b_amount_uninvoiced(self):
        """Return what this line will still be invoiced for, taxes included.

        Once all deliveries are done nothing else will leave. An invoiced down payment
        is debt already, and less of the order is left.

        :rtype: float
        """
        self.ensure_one()
        if self.display_type:
            return 0.0
        if self.is_downpayment:
            return -self.amount_invoiced
        if not self.product_uom_qty:
            return 0.0
        quantity = self.product_uom_qty
        if self.order_id.delivery_status == "full" and self.qty_delivered_method == (
            "stock_move"
        ):
            quantity = self.qty_delivered
        rest = max(quantity - self.qty_invoiced_posted, 0.0)
        return self.price_total * rest / self.product_uom_qty

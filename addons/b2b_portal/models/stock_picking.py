from odoo import api, fields, models
from odoo.fields import Domain


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "b2b.document.source"]
    _b2b_document_field = "picking_id"

    def _action_done(self):
        """Override of `stock`: what has left is in the journal and is invoiced."""
        result = super()._action_done()
        self._b2b_create_documents()
        delivered = self.filtered(
            lambda picking: (
                picking.state == "done" and picking.location_dest_id.usage == "customer"
            )
        )
        orders = delivered.move_ids.sale_line_id.order_id
        for order in orders.filtered("b2b_contract_id"):
            order._b2b_invoice_delivered()
        return result

    @api.model
    def _b2b_document_domain(self):
        """Goods that left for a customer, with or without an order."""
        return (
            Domain("state", "=", "done")
            & Domain("location_dest_id.usage", "=", "customer")
            & (Domain("partner_id", "!=", False) | Domain("sale_id", "!=", False))
        )

    @api.model
    def _b2b_document_depends(self):
        return ["date_done", "name", "partner_id", "sale_id", "state"]

    def _b2b_document_values(self):
        self.ensure_one()
        orders = self.move_ids.sale_line_id.order_id | self.sale_id
        buyer = self.sale_id.partner_id or self.partner_id
        currency = orders.currency_id
        types = self.env["b2b.document.type"]
        return {
            "name": self.name,
            "type_id": types.browse(types._get_id_by_code("waybill")),
            "date": self._b2b_document_date(),
            "date_due": False,
            "legal_entity_id": buyer.commercial_partner_id,
            "company_id": self.company_id,
            "currency_id": currency[:1] or self.company_id.currency_id,
            "amount": self._b2b_document_amount() if len(currency) == 1 else 0.0,
            "amount_residual": 0.0,
            "order_ids": orders,
            "state": "shipped",
            "is_published": self.state == "done",
        }

    def _b2b_document_date(self):
        """Return the day of the delivery where the supplier is."""
        moment = self.date_done or self.scheduled_date or fields.Datetime.now()
        timezone = self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=timezone), moment
        ).date()

    def _b2b_document_amount(self):
        """Return what the delivered goods cost on their orders, taxes included.

        Nothing is guessed: 0 if some of the goods are not what was sold (kits).
        """
        total = 0.0
        for move in self.move_ids.filtered(lambda move: move.state == "done"):
            line = move.sale_line_id
            if move.product_id != line.product_id:
                return 0.0
            quantity = move.product_uom._compute_quantity(
                move.quantity, line.product_uom_id, round=False
            )
            total += quantity * line.price_reduce_taxinc
        return abs(total)

    @api.model
    def _b2b_contract_depends(self):
        return ["sale_id.b2b_contract_id"]

    def _b2b_document_contract(self):
        self.ensure_one()
        return self.sale_id.b2b_contract_id

    def _b2b_issued_at(self):
        return self.date_done

    def _b2b_document_pdf(self):
        return self._b2b_render_pdf("stock.action_report_delivery")

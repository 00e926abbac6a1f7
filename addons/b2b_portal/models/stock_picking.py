from odoo import api, fields, models
from odoo.fields import Domain


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "b2b.document.source"]
    _b2b_document_field = "picking_id"

    def _action_done(self):
        """Override of `stock`: what has left is in the journal and is invoiced."""
        # First of all: the order is written at the end anyway, when whoever bills it
        # meanwhile would wait for what is locked until then.
        self.sudo().move_ids.sale_line_id.order_id._b2b_serialize_contracted()
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
        return [
            "date_done",
            "move_ids.quantity",
            "move_ids.sale_line_id.price_total",
            "name",
            "partner_id",
            "sale_id",
            "state",
        ]

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
        return self._b2b_get_day(moment)

    def _b2b_document_amount(self):
        """Return what the delivered goods cost on their orders, taxes included: to the
        cent what an invoice of just this delivery says.

        Nothing is guessed: 0 if some of the goods are not what was sold (kits).
        """
        moves = self.move_ids.filtered(
            lambda move: (
                move.state == "done" and move.location_dest_id.usage == "customer"
            )
        )
        lines = moves.sale_line_id
        if any(move.product_id != move.sale_line_id.product_id for move in moves):
            return 0.0
        # As core totals an order: quantity times a unit price that was rounded is not
        # the price of the line.
        taxes = self.env["account.tax"]
        base_lines = [
            line._prepare_base_line_for_taxes_computation(
                quantity=self._b2b_quantity_sold(line, of_line)
            )
            for line, of_line in moves.grouped("sale_line_id").items()
        ]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        totals = taxes._get_tax_totals_summary(
            base_lines, lines.currency_id, self.company_id
        )
        return abs(totals["total_amount_currency"])

    @api.model
    def _b2b_quantity_sold(self, line, moves):
        """Return the quantity of moves in the unit of their order line, rounded as
        the delivered quantity of the line is."""
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, line.product_uom_id, rounding_method="HALF-UP"
            )
            for move in moves
        )

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

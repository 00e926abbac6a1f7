from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    b2b_shipment_request_id = fields.Many2one(
        "b2b.shipment.request",
        string="Shipment request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    b2b_receiver = fields.Char(related="b2b_shipment_request_id.contact_name")
    b2b_receiver_phone = fields.Char(related="b2b_shipment_request_id.contact_phone")
    b2b_carrier_id = fields.Many2one(
        related="b2b_shipment_request_id.carrier_id", string="Transport company"
    )
    b2b_terminal_id = fields.Many2one(
        related="b2b_shipment_request_id.terminal_id", string="Terminal"
    )
    b2b_attorney_number = fields.Char(related="b2b_shipment_request_id.attorney_number")
    b2b_attorney_date = fields.Date(related="b2b_shipment_request_id.attorney_date")
    b2b_attorney_file = fields.Binary(related="b2b_shipment_request_id.attorney_file")
    b2b_attorney_filename = fields.Char(
        related="b2b_shipment_request_id.attorney_filename"
    )

    def _b2b_give_own_transfer(self, moves):
        """Put moves of this transfer on one of their own, or leave them if they are all
        that is on it.

        :param stock.move moves: of this transfer
        """
        self.ensure_one()
        pending = self.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        if pending == moves:
            return
        own = self.copy({"name": "/", "move_ids": [], "move_line_ids": []})
        moves.picking_id = own
        moves.move_line_ids.picking_id = own
        own.message_post(
            body=self.env._("Split off %s.", self._get_html_link()),
        )

    def _b2b_get_along(self, moves):
        """Return the moves of this transfer that go along with some of it: those of
        goods that are not counted in the stock, once nothing else is left on it.

        :param stock.move moves: of this transfer
        """
        self.ensure_one()
        pending = self.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        left = pending - moves
        orders = moves.sale_line_id.order_id
        is_other = any(left.mapped("product_id.is_storable")) or bool(
            left.sale_line_id.order_id - orders
        )
        return left.browse() if is_other else left

    def _b2b_plan_as_ordered(self):
        """Plan this transfer for when its orders want the goods, as if it were new."""
        self.ensure_one()
        for move in self.move_ids.filtered("sale_line_id"):
            values = move.sale_line_id._prepare_procurement_values()
            delay = timedelta(days=move.rule_id.delay)
            move.date = values["date_planned"] - delay

    def _action_done(self):
        """Override of `stock`: what is moved moves shipment requests on."""
        requests = self.b2b_shipment_request_id.sudo()
        requests |= self.move_ids._b2b_get_requests()
        result = super()._action_done()
        requests._follow_transfers()
        return result

    def do_unreserve(self):
        """Override of `stock`: what is to be shipped stays reserved.

        :raise UserError: saying by which shipment requests it is
        """
        self._b2b_check_not_requested()
        return super().do_unreserve()

    def _b2b_check_not_requested(self):
        """Refuse to take goods off these transfers that are to be shipped.

        :raise UserError: saying by which shipment requests it is
        """
        for picking in self:
            if requests := picking._b2b_get_holding_requests():
                raise UserError(
                    self.env._(
                        "The goods of %(transfer)s are on shipment request "
                        "%(requests)s: reject or cancel it before you unreserve them.",
                        transfer=picking.name,
                        requests=", ".join(requests.mapped("name")),
                    )
                )

    def _b2b_get_holding_requests(self):
        """Return the shipment requests (sudo) for which this transfer keeps goods in
        the stock: its own, else those that have no transfers yet.
        """
        self.ensure_one()
        keeping = self.move_ids.filtered(
            lambda move: (
                move.quantity
                and move.state not in ("done", "cancel")
                and move._b2b_is_on_request()
            )
        )
        own = self.b2b_shipment_request_id.sudo()
        requests = keeping._b2b_get_requests()
        requests &= own or requests.filtered(lambda request: request.state == "sent")
        return requests.sorted("id")

    def do_print_picking(self):
        """Override of `stock`: who prints the operations goes to pick the goods."""
        result = super().do_print_picking()
        self.b2b_shipment_request_id.sudo()._follow_transfers()
        return result

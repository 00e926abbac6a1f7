from contextlib import contextmanager

from odoo import api, models

WATCHED = "b2b.credit.watched_orders"


# Apart from sale_order_hold.py: that is about confirming, this about what comes later.
class SaleOrder(models.Model):
    """The check of the credit limit for confirmed orders that grow."""

    _inherit = "sale.order"

    def write(self, vals):
        """Override of `sale`: lines are changed here too, and the contract."""
        if {"order_line", "b2b_contract_id"}.isdisjoint(vals):
            return super().write(vals)
        with self._b2b_watch_limit():
            return super().write(vals)

    @contextmanager
    def _b2b_watch_limit(self):
        """Check the limit for those of these confirmed orders that change inside, once
        all is done: a line that shrinks may make up for one that grows.
        """
        watched = self.env.cr.cache.setdefault(WATCHED, set())
        orders = self.filtered(
            lambda order: order.state == "sale" and order.id not in watched
        )
        # Whoever changes an order, its contract counts.
        before = {
            order: (order.b2b_contract_id, order.amount_total)
            for order in orders.sudo()
        }
        watched.update(orders.ids)
        try:
            yield
        finally:
            watched.difference_update(orders.ids)
        orders._b2b_check_change(before)

    def _b2b_check_change(self, before):
        """Hold those of these confirmed orders that have grown beyond the limit, and
        release those that need no hold any more.

        :param dict before: contract and amount of each order (sudo) as they were
        """
        orders = self.sudo().filtered(lambda order: order.state == "sale")
        changed = orders.filtered(
            lambda order: (
                order.b2b_contract_id != before[order][0]
                or order.currency_id.compare_amounts(
                    order.amount_total, before[order][1]
                )
            )
        )
        if not changed:
            return
        contracts = changed.b2b_contract_id.filtered("has_credit_limit")
        contracts._serialize_credit()
        rooms = contracts._get_credit_room()
        for order in changed:
            contract, amount = before[order]
            accepted = amount if contract == order.b2b_contract_id else 0.0
            room = rooms.get(order.b2b_contract_id)
            if room is not None and order.amount_total > accepted:
                missing = order._b2b_get_credit_missing(room)
                if order._b2b_is_over_limit(missing):
                    order._b2b_hold(missing, accepted)
            order._b2b_get_credit_hold()._release_if_room()
        # What has become smaller makes room for others.
        old_contracts = contracts.union(*(before[order][0] for order in changed))
        self.env["b2b.credit.hold"]._recheck_soon(old_contracts.ids)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _b2b_amount_fields(self):
        """Return the fields that change what an order amounts to."""
        return {
            "discount",
            "order_id",
            "price_unit",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "tax_ids",
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale`: a line more may be more than the limit has room for."""
        orders = self.env["sale.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )
        with orders._b2b_watch_limit():
            return super().create(vals_list)

    def write(self, vals):
        """Override of `sale`: more of something may be more than the limit allows."""
        if self._b2b_amount_fields().isdisjoint(vals):
            return super().write(vals)
        with self.order_id._b2b_watch_limit():
            return super().write(vals)

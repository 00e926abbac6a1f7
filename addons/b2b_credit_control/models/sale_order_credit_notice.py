from odoo import api, fields, models


# Apart from sale_order_hold.py: what people read of the check, not the check.
class SaleOrder(models.Model):
    """What the cart and the order say of the credit limit."""

    _inherit = "sale.order"

    b2b_credit_warning = fields.Char(
        compute="_compute_b2b_credit_warning", compute_sudo=True
    )

    @api.depends("amount_total", "b2b_contract_id", "b2b_is_on_credit_hold", "state")
    def _compute_b2b_credit_warning(self):
        open_orders = self.filtered(
            lambda order: (
                (order.state in ("draft", "sent") or order.b2b_is_on_credit_hold)
                and order.b2b_contract_id.has_credit_limit
            )
        )
        rooms = open_orders.b2b_contract_id._get_credit_room()
        self.b2b_credit_warning = False
        for order in open_orders:
            missing = order._b2b_get_credit_missing(rooms[order.b2b_contract_id])
            if missing:
                order.b2b_credit_warning = order._b2b_describe_missing(missing)

    def _b2b_describe_missing(self, missing):
        """Return what staff read above an order that is over the limit, or False.

        :param float missing: what there is no room for, in the contract's currency
        """
        self.ensure_one()
        contract = self.b2b_contract_id
        amount = contract.currency_id.format(missing)
        if self.b2b_is_on_credit_hold:
            return self.env._(
                "On credit hold: it goes on when %(amount)s is paid on contract "
                "%(contract)s, or when a credit controller releases it.",
                amount=amount,
                contract=contract.name,
            )
        policy = contract._get_limit_policy()
        if policy == "hold":
            return self.env._(
                "Over the credit limit of contract %(contract)s by %(amount)s: it will "
                "be held.",
                contract=contract.name,
                amount=amount,
            )
        if policy == "warn":
            return self.env._(
                "Over the credit limit of contract %(contract)s by %(amount)s.",
                contract=contract.name,
                amount=amount,
            )
        return False

    def _b2b_get_credit_notice(self):
        """Return what the cart says of the credit limit: whether this order fits, or
        when it will. None without a limit, or if nobody minds it.

        :return: see ``_get_credit_timeline`` of the contract; with ``policy`` and
            ``currency``
        :rtype: dict | None
        """
        self.ensure_one()
        # The dealer sees his own cart; its contract is his.
        order = self.sudo()
        contract = order.b2b_contract_id
        policy = contract and contract._get_limit_policy()
        if not contract.has_credit_limit or policy == "ignore":
            return None
        need = order._b2b_get_credit_need()
        if not need:
            return None
        return contract._get_credit_timeline(need) | {
            "policy": policy,
            "currency": contract.currency_id,
        }

"""Builders for the tests of credit: contracts with limits, debts of any age."""

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.b2b_portal.tests.common import B2bCommon


class B2bCreditBuilders:
    """Mixin beside the builders of ``b2b_portal``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "b2b_deferral_days": 14,
                "b2b_due_soon_days": 7,
                "b2b_limit_policy": "hold",
            }
        )
        cls.today = fields.Date.context_today(cls.env["b2b.contract"])

    @classmethod
    def _days_ago(cls, days):
        """Return the day so many days before today; negative: after."""
        return fields.Date.subtract(cls.today, days=days)

    @classmethod
    def _create_debt(cls, amount, overdue_days=0, contract=None, **values):
        """Return a posted invoice on a contract that fell due so many days ago."""
        contract = contract or cls.contract
        due = cls._days_ago(overdue_days)
        move = cls._create_invoice(
            contract.legal_entity_id,
            amount,
            post=False,
            b2b_contract_id=contract.id,
            invoice_date=cls._days_ago(max(overdue_days, 0) + 14),
            **values,
        )
        move.invoice_date_due = due
        move.action_post()
        return move

    @classmethod
    def _pay_online(cls, order, amount=None, state="done", **values):
        """Return a transaction that paid an order, not booked yet."""
        provider = cls.env.ref("payment.payment_provider_transfer")
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        provider.write({"state": "enabled", "journal_id": journal.id})
        return cls.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": cls.env.ref(
                    "payment_custom.payment_method_wire_transfer"
                ).id,
                "amount": amount or order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": order.ids,
                "reference": f"{order.name}-{amount}-{state}",
                "state": state,
                **values,
            }
        )

    @classmethod
    def _get_figures(cls, contract=None, currency=None):
        """Return what the totals say of a contract in a currency, {} for nothing."""
        contract = contract or cls.contract
        figures = contract._get_credit_figures()[contract.id]
        return figures.get((currency or contract.currency_id).id, {})


class B2bCreditCommon(B2bCreditBuilders, B2bCommon):
    """Tests of models."""


class B2bBlockBuilders(B2bCreditBuilders):
    """Mixin: blocks, rules and who sets them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.controller = new_test_user(
            cls.env,
            login="b2b_block_controller",
            groups="b2b_credit_control.group_credit_controller",
        )

    @classmethod
    def _create_block(cls, contract=None, dealer=None, user=None, **values):
        """Return a block set by hand, by the credit controller unless said."""
        values = {"scenario": "soft", "reason": "Unpaid bills", **values}
        if contract:
            values["contract_id"] = contract.id
        else:
            values["dealer_id"] = (dealer or cls.dealer).id
        blocks = cls.env["b2b.block"].with_user(user or cls.controller)
        return blocks.create(values).with_env(cls.env)

    @classmethod
    def _create_rule(cls, **values):
        """Return a rule of the credit controller."""
        rules = cls.env["b2b.block.rule"].with_user(cls.controller)
        values = {"name": "Late", "company_id": cls.company.id, **values}
        return rules.sudo().create(values).with_env(cls.env)

    @classmethod
    def _lift(cls, blocks, reason="Agreed by phone", exempt_until=False):
        wizard = (
            cls.env["b2b.block.lift"]
            .with_user(cls.controller)
            .create(
                {
                    "block_ids": [fields.Command.set(blocks.ids)],
                    "reason": reason,
                    "exempt_until": exempt_until,
                }
            )
        )
        wizard.action_lift()

    def _end_transaction(self):
        """Do what the end of a transaction does before it commits."""
        self.env.cr.flush()

    def _run_cron(self, xmlid="b2b_credit_control.ir_cron_block"):
        with self.enter_registry_test_mode():
            self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()


class B2bBlockCommon(B2bBlockBuilders, B2bCreditCommon):
    """Tests of blocks."""

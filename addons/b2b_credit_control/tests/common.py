"""Builders for the tests of credit: contracts with limits, debts of any age."""

from odoo import fields

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
    def _get_figures(cls, contract=None, currency=None):
        """Return what the totals say of a contract in a currency, {} for nothing."""
        contract = contract or cls.contract
        figures = contract._get_credit_figures()[contract.id]
        return figures.get((currency or contract.currency_id).id, {})


class B2bCreditCommon(B2bCreditBuilders, B2bCommon):
    """Tests of models."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class B2bCreditEvent(models.Model):
    """The history of credit: who did what, when and why. Nothing is ever changed."""

    _name = "b2b.credit.event"
    _description = "Credit History"
    _order = "date desc, id desc"
    _rec_name = "kind"

    _entity_idx = models.Index("(legal_entity_id, date DESC, id DESC)")

    kind = fields.Selection(
        [
            ("terms", "Credit terms changed"),
            ("hold", "Order held"),
            ("release", "Order released"),
            ("block", "Blocked"),
            ("unblock", "Unblocked"),
            ("promise", "Promise to pay"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    date = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    legal_entity_id = fields.Many2one(
        "res.partner", required=True, readonly=True, ondelete="restrict"
    )
    dealer_id = fields.Many2one(
        related="legal_entity_id.b2b_dealer_id", store=True, index=True
    )
    contract_id = fields.Many2one(
        "b2b.contract", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        readonly=True,
        help="Empty: it happened by itself.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    reason = fields.Char(readonly=True)

    @api.model
    def _log(self, kind, contracts=None, legal_entity=None, automatic=False, **values):
        """Write down what happened, for each contract or for a legal entity.

        :param str kind: a key of :attr:`kind`
        :param b2b.contract contracts: whose credit it is about
        :param res.partner legal_entity: if it is about no single contract; the
            company is then ``values["company_id"]``
        :param bool automatic: nobody did it
        :param values: ``reason`` (text in the language of who acts), ``amount``,
            ``order_id``…
        :rtype: b2b.credit.event
        """
        values = {
            "kind": kind,
            "user_id": False if automatic else self.env.uid,
            **values,
        }
        if not contracts:
            return self.sudo().create({"legal_entity_id": legal_entity.id, **values})
        return self.sudo().create(
            [
                {
                    "contract_id": contract.id,
                    "legal_entity_id": contract.legal_entity_id.id,
                    "company_id": contract.company_id.id,
                    "currency_id": contract.currency_id.id,
                    **values,
                }
                for contract in contracts
            ]
        )

    def _get_portal_rows(self):
        """Return what the dealer reads of these events, in the user's language.

        :rtype: list[dict]
        """
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        # The rules let him read the events; of the staff he sees the names.
        return [
            {
                "date": event.date,
                "kind": event.kind,
                "label": kinds[event.kind],
                "contract": event.contract_id.name or event.legal_entity_id.name,
                "order": event.order_id and (event.order_id.id, event.order_id.name),
                "amount": event.amount
                and event.currency_id
                and event.currency_id.format(event.amount),
                "who": event.user_id.name,
                "reason": event.reason,
            }
            for event in self.sudo()
        ]

    def write(self, vals):
        # Who is not superuser is refused by the access rights.
        if self.env.su:
            raise UserError(self.env._("The history of credit is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of credit is not deleted."))

from odoo import api, fields, models

from .b2b_1c_flow import OF_SESSION

# they tell how it stands with orders, and nothing of what is owed (reference 2.6)
ORDERS_ONLY = ("ut10", "ut11")


class B2b1cBackend(models.Model):
    _inherit = "b2b.1c.backend"

    def _get_session_kinds(self, kind):
        """What files of a session may bring, so that having none of it says that
        nothing is new.

        :param str kind: of the session
        :return: keys of :data:`b2b_1c_flow.KINDS`
        :rtype: list[str]
        """
        self.ensure_one()
        kinds = list(OF_SESSION.get(kind, ()))
        if self.configuration in ORDERS_ONLY and "documents" in kinds:
            kinds.remove("documents")
        return kinds


class B2b1cFile(models.Model):
    _inherit = "b2b.1c.file"

    def _note_flows(self):
        result = super()._note_flows()
        told = (self.flows or "").split(",")
        kinds = self.backend_id._get_session_kinds(self.exchange_id.kind)
        if self.state == "done" and "documents" in kinds and "documents" not in told:
            # orders alone: nothing was paid or shipped since
            flows, moment = self.env["b2b.1c.flow"], self.create_date
            flows._note(self.backend_id, ["documents"], moment=moment, with_data=False)
        return result


class B2bContract(models.Model):
    _inherit = "b2b.contract"

    b2b_1c_warning = fields.Char(compute="_compute_b2b_1c_warning", compute_sudo=True)

    @api.depends("books", "b2b_1c_backend_id.configuration")
    @api.depends_context("lang")
    def _compute_b2b_1c_warning(self):
        for contract in self:
            backend = contract.b2b_1c_backend_id
            mute = contract.books == "1c" and backend.configuration in ORDERS_ONLY
            contract.b2b_1c_warning = mute and self.env._(
                "Trade Management tells this exchange of orders only, not of payments "
                "and shipments: the debt of this contract stays unknown, and counts as "
                "out of date."
            )

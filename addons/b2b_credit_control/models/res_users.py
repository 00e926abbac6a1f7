from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import ormcache


class ResUsers(models.Model):
    _inherit = "res.users"

    # === THE GATE === #

    def _b2b_get_gate(self):
        """Return how far this user is kept out: ``soft``, ``hard`` or, for staff,
        visitors and dealers who are not blocked, an empty text.

        No query for whoever has been asked for today.

        :rtype: str
        """
        self.ensure_one()
        user = self.sudo()
        if not user._is_portal():
            return ""
        return user._b2b_get_gate_on(fields.Date.today())

    @ormcache("self.id", "day")
    def _b2b_get_gate_on(self, day):
        """Return the gate of this portal user on a day.

        He is kept out when no running contract that he may use is free of blocks. The
        door is then as wide as that of the mildest of them.

        :param datetime.date day: in UTC
        """
        single, whole = self.env["b2b.block"]._get_lasting(day)
        if not (single or whole):
            return ""
        contracts = self._b2b_get_all_contracts()
        dealers = contracts.dealer_id | self.partner_id.b2b_dealer_id
        blocked = {
            contract: contract._get_block_scenario(day) for contract in contracts
        }
        running = contracts.filtered(
            lambda contract: contract._status_on(day) == "running"
        )
        scenarios = [blocked[contract] for contract in running] or [
            *filter(None, blocked.values()),
            *(whole[key] for key in whole if key[0] in dealers.ids),
        ]
        if not scenarios or not all(scenarios):
            return ""
        return "soft" if "soft" in scenarios else "hard"

    def _b2b_get_all_contracts(self):
        """Return the contracts of the legal entities this user acts for, archived ones
        too (sudo)."""
        self.ensure_one()
        return (
            self.env["b2b.contract"]
            .sudo()
            .with_context(active_test=False)
            .search([("legal_entity_id", "in", self.sudo().b2b_legal_entity_ids.ids)])
        )

    def _b2b_get_blocks(self):
        """Return the blocks that keep this user out now (sudo).

        :rtype: b2b.block
        """
        self.ensure_one()
        contracts = self._b2b_get_all_contracts()
        dealers = contracts.dealer_id | self.sudo().partner_id.b2b_dealer_id
        return (
            self.env["b2b.block"]
            .sudo()
            .search(
                [
                    ("state", "=", "active"),
                    ("dealer_id", "in", dealers.ids),
                    "|",
                    ("contract_id", "=", False),
                    ("contract_id", "in", contracts.ids),
                ]
            )
        )

    # === DOORS WITHOUT A PAGE === #

    def _check_uid_passwd(self, uid, passwd):
        """Override of `base`: XML-RPC and JSON-RPC pass here with every call."""
        result = super()._check_uid_passwd(uid, passwd)
        if self.browse(uid)._b2b_get_gate():
            raise self._b2b_door_error()
        return result

    def _b2b_door_error(self):
        """Return the error that whoever is blocked gets instead of data."""
        return AccessError(
            self.env._("Your account is suspended. Log in to the website to see why.")
        )

from odoo import models

from .serialize import serialize

# Two addresses that say the same in these are one.
SAME_IN = ("name", "street", "zip", "city", "country_id", "state_id")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _b2b_add_delivery_address(self, values):
        """Return the delivery address of this legal entity that some values say: one it
        has already, else a new one; for a user who has been let do so.

        :param dict values: of the new contact
        :rtype: res.partner
        """
        self.ensure_one()
        # Of two at once the second is run again and finds what the first has made.
        serialize(self)
        addresses = self.search(
            [
                ("parent_id", "=", self.id),
                ("type", "=", "delivery"),
                ("country_id", "=", values.get("country_id")),
            ],
            order="id",
        )
        wanted = self.new(values)._b2b_get_address_key()
        for address in self | addresses:
            if address._b2b_get_address_key() == wanted:
                return address
        # As `portal` creates addresses: portal users write no contacts themselves.
        contacts = self.sudo().with_context(
            tracking_disable=True, no_vat_validation=True
        )
        return contacts.create(values).with_env(self.env)

    def _b2b_get_address_key(self):
        """Return what this address says, however it is typed.

        :rtype: list
        """
        self.ensure_one()
        return [
            value.id if isinstance(value, models.BaseModel) else _simplify(value)
            for value in (self[name] for name in SAME_IN)
        ]


def _simplify(text):
    """Return a text without what two people type differently."""
    return " ".join((text or "").split()).casefold()

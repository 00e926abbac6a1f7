import re

from odoo import api, fields, models

GUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
MODULE_KINDS = (
    "goods|offers|prices|rests|documents|groups|units|storages|priceLists"
    "|propertiesGoods|propertiesOffers|contragents"
)
# names of files by which a 1C is known (reference 1.9); others have them in common
NAMES = {
    "ut10": rf"(import|offers)\.xml|1cbitrix-{GUID}\.xml",
    "ut11": r"(import|offers)\d+_\d+\.xml",
    "unf": r"(import|offers)\d+\.xml",
    "module": rf"\w+___{GUID}\.xml|({MODULE_KINDS})_\d+_\d+_{GUID}\.xml",
}

# so many of the last files are looked at
LOOKED_AT = 20


class B2b1cBackend(models.Model):
    """Which 1C it is decides how some of what it says is read, so a wrong choice is to
    be seen."""

    _inherit = "b2b.1c.backend"

    looks_like = fields.Selection(
        lambda self: self._fields["configuration"].selection,
        compute="_compute_looks_like",
        help="Which 1C names its files as the last ones were named.",
    )
    configuration_warning = fields.Char(compute="_compute_configuration_warning")

    # not stored: requests of one base that come at once would meet on the row
    def _compute_looks_like(self):
        files = self.env["b2b.1c.file"]
        for connection in self:
            domain = [("backend_id", "=", connection.id), ("name", "=ilike", "%.xml")]
            last = files.search(domain, order="id desc", limit=LOOKED_AT)
            seen = (get_generation(name) for name in last.mapped("name"))
            connection.looks_like = next(filter(None, seen), False)

    @api.depends("configuration", "looks_like")
    @api.depends_context("lang")
    def _compute_configuration_warning(self):
        words = dict(self._fields["configuration"]._description_selection(self.env))
        for connection in self:
            seen, chosen = connection.looks_like, connection.configuration
            connection.configuration_warning = (
                seen
                and seen != chosen
                and self.env._(
                    "1C names its files as %(seen)s does, and here it is said to be "
                    "%(chosen)s: weights and texts may be read wrongly.",
                    seen=words[seen],
                    chosen=words.get(chosen, ""),
                )
            )


def get_generation(name):
    """Which 1C names a file so: a key of `configuration`, None if any may.

    :param str name: relative path
    """
    for generation, pattern in NAMES.items():
        if re.fullmatch(pattern, name, re.IGNORECASE):
            return generation
    return None

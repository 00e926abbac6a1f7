from collections import Counter

from odoo import fields, models

# in the context: figures of 1C are being followed, and what they bring to places is
# gathered in this dictionary
FIGURES = "b2b_1c_figures"


class StockMove(models.Model):
    _inherit = "stock.move"

    def _should_bypass_reservation(self, forced_location=False):
        """Override of `stock`: what follows a figure of 1C reserves nothing first:
        it takes only what is free and has been locked."""
        if self.env.context.get(FIGURES) is not None:
            return True
        return super()._should_bypass_reservation(forced_location)

    def _b2b_1c_write_quants(self):
        """Write what has been gathered for places."""
        gathered = self.env.context[FIGURES]
        totals = Counter()
        for (product_id, location_id), quantity in gathered.items():
            totals[product_id, location_id] += quantity
        gathered.clear()
        quants = self.env["stock.quant"].sudo()
        known = {}
        for quant in quants.search_fetch(
            [
                ("product_id", "in", [key[0] for key in totals]),
                ("location_id", "in", [key[1] for key in totals]),
                ("lot_id", "=", False),
                ("package_id", "=", False),
                ("owner_id", "=", False),
            ],
            ["product_id", "location_id", "quantity"],
        ):
            known[quant.product_id.id, quant.location_id.id] = quant
        quants.browse(quant.id for quant in known.values())._b2b_1c_lock()
        new = []
        for (product_id, location_id), quantity in totals.items():
            quant = known.get((product_id, location_id))
            if quant and quant.location_id.usage != "inventory" and quant.quantity <= 0:
                quant.write(
                    {
                        "quantity": quant.quantity + quantity,
                        "in_date": fields.Datetime.now(),
                    }
                )
            elif quant:
                quant.quantity += quantity
            else:
                values = {"product_id": product_id, "location_id": location_id}
                new.append({**values, "quantity": quantity})
        quants.create(new)

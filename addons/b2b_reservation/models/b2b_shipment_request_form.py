import itertools

from odoo import api, models

from odoo.addons.b2b_portal.tools.numbers import parse_quantity

from .serialize import serialize

# What the input of the form is called, by the field that it fills.
CHOICES = {
    "method": "method_id",
    "address": "address_id",
    "carrier": "carrier_id",
    "terminal": "terminal_id",
    "contact": "contact_id",
}
TEXTS = ("contact_name", "contact_phone", "attorney_number", "comment")
DATES = ("date_wanted", "attorney_date")


class B2bShipmentRequest(models.Model):
    """The form on which a dealer composes a shipment request; callers with sudo. Before
    it is saved for the first time its request is a new record.
    """

    _inherit = "b2b.shipment.request"

    @api.model
    def _create_once(self, values):
        """Return the request that a form has made already, else make it.

        :param dict values: with the ``token`` that names the form
        :rtype: b2b.shipment.request
        """
        # Sent twice at once, the second one is run again and finds what the first made.
        serialize(
            self.env["b2b.membership"].search(
                [
                    ("user_id", "=", self.env.uid),
                    ("legal_entity_id", "=", values["legal_entity_id"]),
                ]
            )
        )
        made = self.search([("token", "=", values["token"])])
        return made or self.create(values)

    def _get_form_lines(self, warehouse):
        """Return the order lines to choose from.

        :param stock.warehouse warehouse: goods of others are for other requests
        """
        self.ensure_one()
        lines = self.env["sale.order.line"]._b2b_get_shippable_lines(
            self.legal_entity_id
        )
        # What has been chosen is shown though it can no longer be shipped.
        lines |= self.line_ids.sale_line_id
        return lines.filtered(lambda line: line.warehouse_id == warehouse)

    def _get_form_values(self, lines, chosen=None):
        """Return what the inputs of the form hold, as text by their names.

        :param sale.order.line lines: those to choose from
        :param sale.order chosen: of which everything is proposed
        :rtype: dict[str, str]
        """
        self.ensure_one()
        values = {name: str(self[field].id or "") for name, field in CHOICES.items()}
        values |= {name: self[name] or "" for name in TEXTS}
        values |= {name: str(self[name] or "") for name in DATES}
        quantities = {line.sale_line_id: line.quantity for line in self.line_ids}
        if chosen:
            proposed = lines.filtered(lambda line: line.order_id == chosen)
            quantities |= proposed._b2b_get_quantities_to_ship()
        for line in lines:
            quantity = quantities.get(line, 0.0)
            unit = line.product_uom_id
            values[f"line_{line.id}"] = unit._b2b_format_input(quantity)
        return values

    def _get_form_groups(self, lines):
        """Return the order lines to choose from, by order.

        :rtype: list[dict]
        """
        groups = []
        quantities = lines._b2b_get_quantities_to_ship()
        for order, of_order in lines.grouped("order_id").items():
            groups.append(
                {
                    "order": order,
                    "refusal": order._b2b_refusal_reason("ship"),
                    "rows": [
                        line._b2b_get_shipment_row(quantities[line])
                        for line in of_order
                    ],
                }
            )
        return groups

    def _get_form_totals(self, groups, form):
        """Return what the goods on the form weigh and how much room they take.

        :param list groups: see :meth:`_get_form_groups`
        :param dict form: what the inputs hold
        :rtype: dict
        """
        weight = volume = 0.0
        for row in itertools.chain.from_iterable(group["rows"] for group in groups):
            quantity = parse_quantity(form.get(f"line_{row['id']}")) or 0.0
            weight += quantity * row["weight"]
            volume += quantity * row["volume"]
        return {"weight": weight, "volume": volume}

    def _get_form_choices(self):
        """Return what can be chosen in the lists of the form.

        :rtype: dict
        """
        self.ensure_one()
        # Of all methods: which the dealer chooses is known to the browser only.
        unchosen = self.new(
            {
                "company_id": self.company_id.id,
                "legal_entity_id": self.legal_entity_id.id,
                "user_id": self.user_id.id,
            }
        )
        methods = self._get_methods()
        return {
            "methods": methods,
            "first_dates": {
                method.id: method._get_first_date(self.company_id) for method in methods
            },
            "carriers": unchosen._get_carriers(),
            "terminals": unchosen._get_terminals(),
            "addresses": self._get_addresses(),
            "contacts": self._get_contacts(),
        }

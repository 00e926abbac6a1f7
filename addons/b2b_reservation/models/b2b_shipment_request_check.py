from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class B2bShipmentRequest(models.Model):
    """What must be said on a shipment request before it can be sent."""

    _inherit = "b2b.shipment.request"

    def _check_complete(self):
        """Refuse to send what is not complete or not right.

        :raise UserError: with a sentence for each thing, all at once
        """
        if problems := self._get_problems():
            raise UserError("\n".join(sentence for _field, sentence in problems))

    def _get_problems(self):
        """Return what keeps this request from being sent; a caller with sudo.

        :return: pairs of a field of the form and a sentence for the dealer
        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        return [
            *self._get_goods_problems(),
            *self._get_method_problems(),
            *self._get_place_problems(),
            *self._get_receiver_problems(),
            *self._get_attorney_problems(),
        ]

    # === GOODS === #

    def _get_goods_problems(self):
        """Return what is wrong with the goods, see :meth:`_get_problems`."""
        if not self.line_ids:
            return [("goods", self.env._("Choose what is to be shipped."))]
        problems = [
            self._get_order_problem(order) for order in self.order_ids.sorted("id")
        ]
        if len(self.line_ids.sale_line_id.warehouse_id) > 1:
            problems.append(
                self.env._(
                    "These goods are in different warehouses: send a shipment request "
                    "for each."
                )
            )
        rests = self.line_ids.sale_line_id._b2b_get_quantities_to_ship()
        with_rest = [(line, rests[line.sale_line_id]) for line in self.line_ids]
        problems += [line._get_unit_problem(rest) for line, rest in with_rest]
        lacking = [(line, line._get_lacking(rest)) for line, rest in with_rest]
        missing = [line._describe(quantity) for line, quantity in lacking if quantity]
        if missing:
            problems.append(self._get_missing_sentence(missing))
        # Orders on one contract are refused with one sentence.
        return [("goods", reason) for reason in dict.fromkeys(problems) if reason]

    def _get_order_problem(self, order):
        """Say why goods of an order cannot be on this request.

        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        if order.b2b_legal_entity_id != self.legal_entity_id:
            return self.env._("Order %s is of another legal entity.", order.name)
        if order.company_id != self.company_id:
            return self.env._("Order %s is of another company.", order.name)
        return order._b2b_refusal_reason("ship")

    def _get_missing_sentence(self, missing):
        """Say what is not there to be shipped.

        :param list[str] missing: goods with order and quantity
        :rtype: str
        """
        return self.env._(
            "Only what is reserved can be shipped. Not reserved: %(goods)s.",
            goods="; ".join(missing),
        )

    # === HOW AND WHEN === #

    def _get_method_problems(self):
        """Return what is wrong with method and day, see :meth:`_get_problems`."""
        problems = []
        method = self.method_id
        if not method or method not in self._get_methods():
            problems.append(
                ("method", self.env._("Choose how the goods are to be shipped."))
            )
            method = method.browse()
        if not self.date_wanted:
            problems.append(
                ("date_wanted", self.env._("Choose the day you want the goods on."))
            )
        elif method and (
            reason := method._get_date_refusal(self.company_id, self.date_wanted)
        ):
            problems.append(("date_wanted", reason))
        elif method and (reason := self._get_unpaid_refusal()):
            problems.append(("date_wanted", reason))
        return problems

    # === WHERE TO === #

    def _get_place_problems(self):
        """Return what is wrong with the address, the transport company and its
        terminal, see :meth:`_get_problems`.
        """
        problems = []
        method = self.method_id
        if method.needs_address and self.address_id not in self._get_addresses():
            problems.append(
                ("address", self.env._("Choose where the goods are brought to."))
            )
        if not method.needs_carrier and not method.needs_terminal:
            return problems
        if not self.carrier_id or self.carrier_id not in self._get_carriers():
            problems.append(("carrier", self.env._("Choose a transport company.")))
        elif method.needs_terminal and not self.terminal_id:
            problems.append(
                (
                    "terminal",
                    self.env._("Choose the terminal you collect the cargo at."),
                )
            )
        elif self.terminal_id and self.terminal_id not in self._get_terminals():
            problems.append(
                (
                    "terminal",
                    self.env._(
                        "%(carrier)s has no such terminal: choose one of its own.",
                        carrier=self.carrier_id.name,
                    ),
                )
            )
        return problems

    # === BY WHICH RIGHT === #

    def _get_attorney_problems(self):
        """Return what is wrong with the power of attorney, see
        :meth:`_get_problems`.
        """
        problems = []
        if self.method_id.power_of_attorney == "required":
            if not self.attorney_number:
                problems.append(
                    (
                        "attorney_number",
                        self.env._("Enter the number of the power of attorney."),
                    )
                )
            if not self.attorney_date:
                problems.append(
                    (
                        "attorney_date",
                        self.env._("Enter the date of the power of attorney."),
                    )
                )
            if not self.attorney_file:
                problems.append(
                    (
                        "attorney_file",
                        self.env._("Attach a scan of the power of attorney."),
                    )
                )
        if (
            self.attorney_date
            and self.date_wanted
            and self.attorney_date > self.date_wanted
        ):
            problems.append(
                (
                    "attorney_date",
                    self.env._(
                        "The power of attorney of %(date)s is not valid yet on the "
                        "day you want the goods on.",
                        date=format_date(self.env, self.attorney_date),
                    ),
                )
            )
        return problems


class B2bShipmentRequestLine(models.Model):
    _inherit = "b2b.shipment.request.line"

    def _get_lacking(self, rest):
        """Return how much more is asked for than can be shipped.

        :param float rest: what can be, in the unit of the order line
        :rtype: float
        """
        self.ensure_one()
        return max(self.product_uom_id.round(self.quantity - rest), 0.0)

    def _describe(self, quantity):
        """Return the goods of this line with a quantity, for the dealer; a caller with
        sudo.

        :param float quantity: in the unit of the order line
        :rtype: str
        """
        self.ensure_one()
        return self.env._(
            "%(product)s of order %(order)s (%(quantity)s %(unit)s)",
            product=self.product_id.display_name,
            order=self.order_id.name,
            quantity=self.product_uom_id._b2b_format(quantity),
            unit=self.product_uom_id.name,
        )

    def _get_unit_problem(self, rest):
        """Say that goods in whole units are shipped in whole numbers, unless it is the
        rest; a caller with sudo.

        :param float rest: what can be shipped, in the unit of the order line
        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        self.ensure_one()
        unit = self.product_uom_id
        if unit._b2b_allows(self.quantity):
            return False
        if not unit.compare(self.quantity, rest):
            return False
        return self.env._(
            "Of %(product)s only whole numbers of %(unit)s can be shipped.",
            product=self.product_id.display_name,
            unit=unit.name,
        )

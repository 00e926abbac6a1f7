from decimal import Decimal

from odoo import api, models
from odoo.tools import html2plaintext, is_html_empty

from ..commerceml import OrderError, model
from ..commerceml.writer import DELIVERY_ID, ORDER, SERVICE
from ..importers import okei
from .b2b_1c_entity import prepare_address

GOODS = [("ВидНоменклатуры", "Товар"), ("ТипНоменклатуры", "Товар")]
QUANTITY_DIGITS = 5
PRICE_DIGITS = 6
CENT = Decimal("0.01")


class B2b1cOrderDocument(models.Model):
    """The order as a document of CommerceML (reference 2.5)."""

    _inherit = "b2b.1c.order"

    def _prepare_document(self):
        """The order as it is now, in the language of the connection.

        :rtype: model.Document
        :raise OrderError: there are goods that 1C does not know: it would make new ones
        """
        self.ensure_one()
        # the same whoever asks, as its digest is compared
        row = self.with_context(lang=self.backend_id.user_id.lang)
        order = row.order_id.with_company(self.company_id)
        moment = row._get_moment()
        lines = [line for _record, line in row._prepare_lines()]
        party, is_substituted = row._prepare_party()
        if is_substituted != self.is_substituted:
            self.is_substituted = is_substituted
        return model.Document(
            id=str(order.id),
            number=row.site_number,
            date=moment.date(),
            time=moment.time(),
            operation=ORDER,
            role="Продавец",
            currency=row._get_currency(),
            rate=number(1 / order.currency_rate if order.currency_rate else 1, 6),
            amount=number(order.amount_total, 2),
            counterparties=[party],
            lines=lines,
            comment=row._prepare_comment(is_substituted),
            taxes=row._prepare_taxes(),
            warehouses=row._prepare_warehouses(),
            requisites=row._prepare_requisites(is_substituted),
            cancelled=order.state != "sale",
            status=row._get_statuses().get(order.state),
            status_id=order.state,
        )

    @api.model
    def _get_statuses(self):
        """The states of an order that 1C hears of, in the language of the user.

        :rtype: dict[str, str]
        """
        states = self.env["sale.order"]._fields["state"]
        words = dict(states._description_selection(self.env))
        return {state: words[state] for state in ("sale", "cancel")}

    def _get_currency(self):
        """The currency in 1C's words, if it has said them and they fit."""
        currency = self.order_id.currency_id
        bindings = self.env["b2b.1c.binding"]
        rows = bindings.search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("res_model", "=", "res.currency"),
                ("res_id", "=", currency.id),
            ],
            order="id",
        )
        words = [word for word in rows.mapped("external_id") if len(word) == 3]
        return currency.name if currency.name in words or not words else words[0]

    # -- who buys

    def _prepare_party(self):
        """The buyer, or the substitute that the order is booked to.

        :return: the counterparty, and whether it is the substitute
        """
        backend, entities = self.backend_id, self.env["b2b.1c.entity"]
        buyer = self.partner_id
        if (
            backend.new_entities == "substitute"
            and buyer != backend.substitute_id
            and not entities._may_go(backend, buyer)
        ):
            return entities._prepare_counterparty(backend, backend.substitute_id), True
        contact = self.order_id.b2b_contact_id
        return entities._prepare_counterparty(backend, buyer, contact), False

    def _prepare_buyer(self):
        """The data of the buyer in words, for who books the order to a substitute."""
        party = self.env["b2b.1c.entity"]._prepare_counterparty(
            self.backend_id, self.partner_id
        )
        words = [("Покупатель", party.name), ("ИНН", party.inn), ("КПП", party.kpp)]
        words += [("Адрес", address.text) for address in party.addresses]
        words += [(contact.type, contact.value) for contact in party.contacts]
        return [(name, value) for name, value in words if value]

    def _prepare_comment(self, is_substituted):
        order = self.order_id
        texts = [order.client_order_ref or ""]
        # a link to the company's terms or their text says nothing of this order
        terms = is_html_empty(order.note) or order._b2b_1c_has_plain_terms()
        if not terms:
            texts.append(html2plaintext(order.note).strip())
        if is_substituted:
            buyer = self._prepare_buyer()
            texts.append("\n".join(f"{name}: {value}" for name, value in buyer))
        return "\n".join(filter(None, texts)) or None

    def _prepare_requisites(self, is_substituted):
        order = self.order_id
        delivery = prepare_address(order.partner_shipping_id, "Адрес")
        due = order.commitment_date
        words = [
            ("Сайт", order.website_id.name or order.company_id.name),
            ("Договор контрагента", order.b2b_contract_id.name),
            ("Метод оплаты", order.payment_term_id.name),
            ("Метод оплаты ИД", order.payment_term_id.id),
            ("Способ доставки", order.carrier_id.name),
            ("Адрес доставки", delivery.text),
            ("Дата отгрузки", due and f"{self._get_local(self.backend_id, due):%F}"),
            ("Комментарии покупателя", order.client_order_ref),
        ]
        if is_substituted:
            words += self._prepare_buyer()
        return [(name, value) for name, value in words if value]

    def _prepare_warehouses(self):
        warehouse = self.order_id.warehouse_id
        bindings = self.env["b2b.1c.binding"]
        found = bindings._find_ids(self.backend_id, warehouse).get(warehouse.id)
        return [found] if found else None

    # -- what is bought

    def _is_tax_included(self):
        """Whether amounts are told with taxes: as prices are entered; with both kinds
        of taxes the sums are what must be right."""
        taxes = self.order_id.order_line.tax_ids
        return bool(taxes.filtered("price_include")) or not taxes

    def _prepare_taxes(self):
        order = self.order_id
        if not order.order_line.tax_ids:
            return None
        amount = number(order.amount_tax, 2)
        return [model.DocumentTax("НДС", self._is_tax_included(), amount)]

    def _prepare_lines(self):
        """The lines of the order, each with the one that 1C is told.

        What a line takes away is taken from the others, as 1C knows no such lines.

        :rtype: list[tuple[sale.order.line, model.DocumentLine]]
        :raise OrderError: 1C does not know the goods
        """
        included = self._is_tax_included()
        told = self.order_id.order_line.filtered(_is_told)
        less = told.filtered(lambda line: line.price_subtotal < 0)
        told -= less
        ids = self._get_line_ids(told)
        units = {}
        for unit in told.product_id.uom_id | told.product_uom_id:
            units[unit] = self._prepare_unit(unit)
        self._check_quantities(told)
        lines = [
            (line, _prepare_line(line, ids[line], included, units)) for line in told
        ]
        taken = sum((_get_amount(line, included) for line in less), Decimal(0))
        if taken:
            _spread([line for _record, line in lines], taken, less[0].name)
        order = self.order_id
        whole = number(order.amount_total if included else order.amount_untaxed, 2)
        _settle([line for _record, line in lines], whole)
        return lines

    def _check_quantities(self, lines):
        """See that 1C, which counts in base units, sees more than nothing of each.

        :raise OrderError:
        """
        for line in lines:
            if not number(base_quantity(line, line.product_uom_qty), QUANTITY_DIGITS):
                raise OrderError(
                    self.env._(
                        "%(quantity)s of %(goods)s are too little for 1C: less than "
                        "0.00001 of its unit.",
                        quantity=f"{line.product_uom_qty:g} {line.product_uom_id.name}",
                        goods=line.product_id.display_name,
                    )
                )

    def _prepare_unit(self, unit):
        """A unit in 1C's words: Odoo's name of it means nothing there.

        :param uom.uom unit:
        :rtype: model.Unit
        """
        row = self.env["b2b.1c.binding"].search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("res_model", "=", "uom.uom"),
                ("res_id", "=", unit.id),
            ],
            order="id",
            limit=1,
        )
        key = row.external_id or ""
        code = key if key.isdigit() else None
        if not row:
            code = okei.code_of_odoo(unit.get_external_id()[unit.id])
        name = row.name or (None if code else key) or okei.name_of(code)
        return model.Unit(code=code, name=name or unit.name)

    def _get_line_ids(self, lines):
        """The ids by which 1C knows what is on these lines.

        :rtype: dict[sale.order.line, str]
        :raise OrderError: 1C does not know the goods
        """
        bindings, backend = self.env["b2b.1c.binding"], self.backend_id
        variants = bindings._find_ids(backend, lines.product_id)
        goods = bindings._find_ids(backend, lines.product_id.product_tmpl_id)
        ids, unknown = {}, []
        for line in lines:
            product = line.product_id
            template = product.product_tmpl_id
            found = line.b2b_1c_ref or variants.get(product.id)
            if not found and template.product_variant_count <= 1:
                found = goods.get(template.id)
            if not found and line.is_delivery:
                found = DELIVERY_ID
            if not found and product.type == "service":
                found = f"service-{product.id}"
            if not found:
                unknown.append(product.display_name or line.name)
            ids[line] = found
        if unknown:
            raise OrderError(
                self.env._(
                    "1C does not know these goods and would make new ones: %(goods)s.",
                    goods=", ".join(unknown),
                )
            )
        return ids


def number(value, digits):
    """A float of the database as a decimal."""
    return Decimal(f"{value:.{digits}f}")


def _is_told(line):
    """Whether 1C is told of a line: not of headlines, and not of a free delivery."""
    is_words = line.display_type or line.is_downpayment or line.product_type == "combo"
    is_free = line.is_delivery and not line.price_subtotal
    return not is_words and not is_free and bool(line.product_uom_qty)


def _get_amount(line, included):
    return number(line.price_total if included else line.price_subtotal, 2)


def base_quantity(line, quantity):
    """A quantity of a line in the base unit of its product, in which 1C counts."""
    unit = line.product_id.uom_id or line.product_uom_id
    return line.product_uom_id._compute_quantity(quantity, unit, round=False)


def _prepare_line(line, external_id, included, units):
    """A line of an order; price and amount with taxes if `included`.

    :param dict units: `model.Unit` by `uom.uom`
    :rtype: model.DocumentLine
    """
    product = line.product_id
    quantity = number(base_quantity(line, line.product_uom_qty), QUANTITY_DIGITS)
    amount = _get_amount(line, included)
    price, discount = _get_price(line, quantity, amount)
    unit = units[product.uom_id or line.product_uom_id]
    is_service = product.type == "service"
    return model.DocumentLine(
        id=external_id,
        name=product.name or line.name,
        article=product.default_code or None,
        unit=unit,
        price=price,
        quantity=quantity,
        amount=amount,
        packaging=unit.name,
        ratio=Decimal(1),
        discounts=[discount] if discount else [],
        taxes=[
            model.DocumentTax(
                "НДС", included, number(line.price_tax, 2), number(tax.amount, 2)
            )
            for tax in line.tax_ids.filtered(lambda tax: tax.amount_type == "percent")
        ],
        requisites=SERVICE if is_service else GOODS,
    )


def _get_price(line, quantity, amount):
    """The price of a base unit before the discount, and the discount.

    :rtype: tuple[Decimal, model.Discount | None]
    """
    kept = Decimal(1) - number(line.discount, 4) / 100
    factor = base_quantity(line, 1.0) or 1.0
    price = number(line.price_unit / factor, PRICE_DIGITS)
    if abs(price * quantity * kept - amount) > CENT:
        # taxes are in the one and not in the other
        whole = amount / kept if kept else amount
        price = (whole / quantity).quantize(Decimal("0.000001"))
    discount = (price * quantity - amount).quantize(CENT)
    if not line.discount or not discount:
        return price, None
    return price, model.Discount("Скидка", discount, number(line.discount, 2), True)


def _spread(lines, taken, name):
    """Take a negative amount from lines, from each in proportion to its own."""
    whole = sum((line.amount for line in lines), Decimal(0))
    left = taken
    for place, line in enumerate(lines):
        share = left
        if place < len(lines) - 1:
            share = (taken * line.amount / whole if whole else left).quantize(CENT)
        left -= share
        line.amount += share
        line.discounts = [*line.discounts, model.Discount(name, -share, None, True)]


def _settle(lines, whole):
    """Have lines add up to the order: taxes may be rounded for all of it at once."""
    rest = whole - sum((line.amount for line in lines), Decimal(0))
    if lines and rest and abs(rest) <= CENT * len(lines):
        max(lines, key=lambda line: line.amount).amount += rest

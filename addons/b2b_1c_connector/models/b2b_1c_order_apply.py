from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..commerceml import OrderError
from ..commerceml.writer import DELIVERY_ID
from ..importers.run import digest
from ..words import say, speaking
from .b2b_1c_entity import is_same_number
from .b2b_1c_order_document import QUANTITY_DIGITS, number

# what 1C says of an order and we keep as it is; what it does not say stays
SAID = (
    "number_in_1c",
    "date_in_1c",
    "posted",
    "paid",
    "shipped",
    "cancelled",
    "status",
    "payment_number",
    "payment_date",
    "shipment_number",
    "shipment_date",
)
# what is done, and the number and date of what it was done by
TOLD_BY_NUMBER = (
    ("paid", "payment_number", "payment_date"),
    ("shipped", "shipment_number", "shipment_date"),
)
# 1C rounds prices so
PRICE_STEP = Decimal("0.01")


class NotPossible(Exception):
    """What 1C says cannot be done with the order; the sentence is for people."""


class B2b1cOrderApply(models.Model):
    """What becomes of the order by what 1C says of it (reference 2.6)."""

    _inherit = "b2b.1c.order"

    def _apply(self, document):
        """Bring in what 1C says of the order.

        :param model.Document document:
        :return: whether that was new
        :rtype: bool
        """
        self.ensure_one()
        said = digest(document)
        now = fields.Datetime.now()
        if said == self.digest_received:
            self.date_received = now
            return False
        # what we have changed and 1C has not heard of is not undone by an older version
        pending = self.is_changed or (self.state == "waiting" and self.digest_confirmed)
        self._keep_said(document)
        self._bind_party(document.counterparty)
        conflicts = self.env["b2b.1c.conflict"]
        is_same = not pending
        try:
            with self.env.cr.savepoint():
                # not an echo of our own: 1C knows what it has said
                row = self.with_context(b2b_1c_from=self.backend_id.id)
                row._apply_changes(document, pending)
        except (NotPossible, UserError) as problem:
            is_same = False
            self.invalidate_recordset()
            conflicts._raise(
                self.backend_id,
                "change",
                self.order_id,
                self.site_number,
                speaking(self.env)._(
                    "Order %(order)s was changed in 1C: %(problem)s",
                    order=self.order_id.name,
                    problem=str(problem),
                ),
            )
        else:
            # who tells no lines has not said that those in question are settled
            if document.lines is not None or self.order_id.state == "cancel":
                conflicts._settle(self.backend_id, "change", [self.site_number])
        self.write({"digest_received": said, "date_received": now})
        if is_same:
            self._note_same()
        return True

    def _keep_said(self, document):
        values = {
            name: getattr(document, name)
            for name in SAID
            if getattr(document, name) is not None
        }
        if document.deleted:
            values["cancelled"] = True
        for done, number_of, date_of in TOLD_BY_NUMBER:
            # УТ 11 tells of them only when all is paid or shipped
            if getattr(document, number_of):
                values.setdefault(done, True)
            # what was undone in 1C is not told, its number only is gone
            elif self[number_of] and self._tells_by_number(document, done):
                values |= {done: False, number_of: False, date_of: False}
        for name in ("date_in_1c", "payment_date", "shipment_date"):
            moment = values.get(name) and values.pop(name)
            if moment and moment.year > 1:
                values[name] = self._to_utc(moment)
        guid = document.id
        if guid and guid != str(self.order_id.id) and guid != self.site_number:
            values["guid"] = guid
            bindings = self.env["b2b.1c.binding"]
            row = (guid, self.order_id.id, self.order_id.name, False)
            bindings._bind(self.backend_id, "sale.order", [row])
        self.write(values)

    def _tells_by_number(self, document, done):
        """Whether 1C says only by a number that an order is paid or shipped.

        :param model.Document document:
        :param str done: `paid` or `shipped`
        """
        says_so = getattr(document, done) is not None
        return not says_so and self.backend_id.configuration in ("ut10", "ut11")

    def _note_same(self):
        """1C and we say the same of the order now."""
        try:
            said = self._digest(self._prepare_document())
        except OrderError:
            return
        self.write(
            {
                "state": "sent",
                "reason": False,
                "is_changed": False,
                "tries": 0,
                "date_next": False,
                "date_first": False,
                "digest_offered": said,
                "digest_confirmed": said,
            }
        )

    # -- whom 1C has booked it to

    def _bind_party(self, party):
        """Keep 1C's own id of the legal entity."""
        if not party or not party.id:
            return
        backend, entities = self.backend_id, self.env["b2b.1c.entity"]
        substitute = backend.substitute_id
        if substitute and party.id == entities._get_guid(backend, substitute):
            return
        if self.is_substituted and substitute and _is_same(party, substitute):
            entities._bind(backend, substitute, party.id, party.name)
            return
        entity = self.partner_id
        # to whom 1C itself has booked what it was told is that buyer
        if _is_same(party, entity, trusted=not self.is_substituted):
            entities._bind(backend, entity, party.id, party.name)
            return
        self.env["b2b.1c.conflict"]._raise(
            backend,
            "other",
            entity,
            party.id,
            speaking(self.env)._(
                "1C has booked order %(order)s of %(entity)s to another counterparty: "
                "%(name)s, tax number %(number)s.",
                order=self.order_id.name,
                entity=entity.name,
                name=party.name,
                number=party.inn or "-",
            ),
        )

    # -- what 1C has changed

    def _apply_changes(self, document, pending):
        order = self.order_id
        if document.cancelled or document.deleted:
            self._apply_cancel()
        elif order.state == "cancel":
            self._check_dead(document, pending)
        elif document.lines is not None and order.state == "sale":
            changes = self._find_changes(document)
            if changes and pending:
                raise NotPossible(
                    speaking(self.env)._(
                        "lines were changed here as well, and 1C has not got that yet."
                    )
                )
            if changes:
                locked = order.locked
                order.locked = False
                for change in changes:
                    change()
                order.locked = locked

    def _check_dead(self, document, pending):
        """See that what is cancelled here is so in 1C: УТ 11 changes no order that is
        approved there, and confirms it all the same (reference 2.5).

        :raise NotPossible: it goes on there
        """
        is_shipped = document.shipped or document.shipment_number
        goes_on = document.posted or is_shipped or document.cancelled is False
        if goes_on and not pending:
            raise NotPossible(
                speaking(self.env)._(
                    "it is cancelled here, but goes on there. Cancel it in 1C, or "
                    "order anew here."
                )
            )

    def _apply_cancel(self):
        order = self.order_id
        if order.state == "cancel":
            return
        if any(line.qty_delivered > 0 for line in order.order_line):
            raise NotPossible(
                speaking(self.env)._(
                    "it was cancelled there, but goods have been delivered."
                )
            )
        if order.invoice_ids.filtered(lambda move: move.state == "posted"):
            raise NotPossible(
                speaking(self.env)._("it was cancelled there, but it is invoiced.")
            )
        order.locked = False
        order._action_cancel()

    def _find_changes(self, document):
        """What is to be done for the lines to be those of 1C.

        :return: functions without arguments
        :raise NotPossible: one of them cannot be done, so none is
        """
        try:
            ours = defaultdict(list)
            for line, told in self._prepare_lines():
                ours[told.id].append((line, told))
        except OrderError as error:
            raise NotPossible(say(self.env, error)) from error
        theirs = defaultdict(list)
        for line in document.lines:
            if line.quantity and not line.deleted:
                theirs[line.id].append(line)
        included = next(
            (tax.included for tax in document.taxes or () if tax.included is not None),
            self._is_tax_included(),
        )
        changes = []
        for key, lines in theirs.items():
            quantity = sum(line.quantity * (line.ratio or 1) for line in lines)
            amount = _get_amount(lines)
            if key in ours:
                change = self._find_change(ours[key], quantity, amount, included)
            else:
                change = self._find_addition(lines[0], quantity, amount, included)
            if change:
                changes.append(change)
        for key in set(ours) - set(theirs):
            for line, _told in ours[key]:
                changes.append(self._change_line(line, Decimal(0)))
        return changes

    def _find_change(self, pairs, quantity, amount, included):
        """What is to be done for goods that are in the order already."""
        line, told = pairs[-1]
        before = sum(one.quantity for _line, one in pairs)
        paid = sum(one.amount for _line, one in pairs)
        price = None
        if amount is not None:
            amount = _convert(amount, line, included, self._is_tax_included())
            new, old = amount / quantity, paid / before
            if abs(new - old) > PRICE_STEP:
                price = new
        if quantity == before and price is None:
            return None
        if price is not None and (
            len(pairs) > 1
            or any(one.price_subtotal < 0 for one in line.order_id.order_line)
        ):
            raise NotPossible(
                speaking(self.env)._(
                    "the price of %(goods)s is another one, and the order has "
                    "discounts of its own.",
                    goods=told.name,
                )
            )
        rest = quantity - (before - told.quantity)
        return self._change_line(line, rest, price)

    def _change_line(self, line, quantity, price=None):
        """Have a line's quantity, in base units, and price changed.

        :raise NotPossible: more has been delivered or invoiced
        """
        unit = line.product_id.uom_id
        wanted = unit._compute_quantity(
            float(quantity), line.product_uom_id, round=False
        )
        least = max(line.qty_delivered, line.qty_invoiced, 0.0)
        if float_compare(wanted, least, precision_digits=QUANTITY_DIGITS) < 0:
            raise NotPossible(
                speaking(self.env)._(
                    "%(quantity)s of %(goods)s are left there, but %(least)s have been "
                    "delivered or invoiced.",
                    quantity=f"{wanted:g}",
                    goods=line.product_id.display_name,
                    least=f"{least:g}",
                )
            )
        # named, as a new quantity would bring the price of the list
        values = {
            "product_uom_qty": wanted,
            "price_unit": line.price_unit,
            "discount": line.discount,
        }
        if price is not None:
            factor = line.product_uom_id._compute_quantity(1.0, unit, round=False)
            values.update(price_unit=_enter(price, line) * factor, discount=0.0)
        return lambda: line.write(values)

    def _find_addition(self, line, quantity, amount, included):
        """Have a line added for goods that are new in the order.

        :raise NotPossible: nobody knows the goods
        """
        order, bindings = self.order_id, self.env["b2b.1c.binding"]
        product = self.env["product.product"]
        if line.id:
            found = bindings._find(self.backend_id, product._name, [line.id])
            goods = bindings._find(self.backend_id, "product.template", [line.id])
            product = found.get(line.id) or (
                goods[line.id].product_variant_id if line.id in goods else product
            )
        kinds = {line.requisite("ТипНоменклатуры"), line.requisite("ВидНоменклатуры")}
        if not product and ("Услуга" in kinds or line.id == DELIVERY_ID):
            carrier = order.carrier_id or order._b2b_get_stand_in_carrier()
            product = carrier.product_id
        if not product:
            raise NotPossible(
                speaking(self.env)._(
                    "%(goods)s was added, which is not known here.",
                    goods=line.name or line.id,
                )
            )
        values = {
            "order_id": order.id,
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": float(quantity),
            "b2b_1c_ref": line.id,
            "name": line.name or product.display_name,
        }

        def add():
            new = self.env["sale.order.line"].create(values)
            if amount is not None:
                basis = self._is_tax_included()
                price = _convert(amount, new, included, basis) / quantity
                new.write({"price_unit": _enter(price, new), "discount": 0.0})

        return add


def _is_same(party, partner, trusted=False):
    """Whether a counterparty of 1C is a partner: by tax number and its branch."""
    known = is_same_number(party, partner)
    if known is not None:
        return known
    names = {(name or "").strip().casefold() for name in (party.name, partner.name)}
    return trusted or len(names) == 1


def _get_amount(lines):
    """What lines cost together; None if one of them does not say it."""
    amounts = []
    for line in lines:
        amount = line.amount
        if amount is None and line.price is not None:
            amount = line.price * line.quantity
        if amount is None:
            return None
        amounts.append(amount)
    return sum(amounts)


def _get_tax_factor(line):
    rates = line.tax_ids.filtered(lambda tax: tax.amount_type == "percent")
    return 1 + number(sum(rates.mapped("amount")), 4) / 100


def _convert(amount, line, included, wanted):
    """An amount with or without taxes, as wanted."""
    if included == wanted:
        return amount
    factor = _get_tax_factor(line)
    return amount * factor if wanted else amount / factor


def _enter(price, line):
    """The price as it is entered in a line, of one with taxes if the order tells so."""
    taxes = line.tax_ids
    told = bool(line.order_id.order_line.tax_ids.filtered("price_include"))
    if told and taxes and not taxes.filtered("price_include"):
        price /= _get_tax_factor(line)
    return float(price)

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.http import request
from odoo.tools.misc import format_date
from odoo.tools.sql import column_exists, create_column

from odoo.addons.website_sale.models.website import (
    PRICELIST_SELECTED_SESSION_CACHE_KEY,
)

from ..tools.numbers import MAX_QUANTITY, parse_number


class SaleOrder(models.Model):
    _inherit = "sale.order"

    b2b_contract_id = fields.Many2one(
        "b2b.contract",
        string="Contract",
        compute="_compute_b2b_contract_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('legal_entity_id', '=', b2b_legal_entity_id),"
        " ('company_id', '=', company_id)]",
        tracking=True,
    )
    b2b_legal_entity_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Legal entity"
    )
    b2b_contact_id = fields.Many2one(
        "res.partner",
        string="Buying contact",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="The person of the dealer who placed the order.",
    )

    def _auto_init(self):
        # Orders that exist have no contract yet: computing it for all of them would
        # only keep the installation waiting.
        if not column_exists(self.env.cr, self._table, "b2b_contract_id"):
            create_column(self.env.cr, self._table, "b2b_contract_id", "int4")
        return super()._auto_init()

    # === COMPUTES === #

    @api.depends("partner_id", "company_id")
    def _compute_b2b_contract_id(self):
        for order in self:
            entity = order.partner_id.commercial_partner_id
            contract = order.b2b_contract_id.sudo()
            if contract.legal_entity_id != entity:
                contract = contract.browse()
            if not contract and entity and order.state == "draft":
                contract = entity.sudo()._b2b_only_contract(order.company_id)
                contract = contract.filtered("active")
            order.b2b_contract_id = contract

    @api.depends("b2b_contract_id")
    def _compute_partner_invoice_id(self):
        """Override of `sale`: the bill of a contract is the legal entity's."""
        on_contract = self._b2b_on_contract()
        for order in on_contract:
            order.partner_invoice_id = order.b2b_legal_entity_id
        return super(SaleOrder, self - on_contract)._compute_partner_invoice_id()

    @api.depends("b2b_contract_id")
    def _compute_pricelist_id(self):
        drafts = self._b2b_on_contract().filtered(lambda order: order.state == "draft")
        for order in drafts:
            order.pricelist_id = order.b2b_contract_id.sudo()._get_pricelist()
        return super(SaleOrder, self - drafts)._compute_pricelist_id()

    @api.depends("b2b_contract_id")
    def _compute_fiscal_position_id(self):
        on_contract = self._b2b_on_contract()
        for order in on_contract:
            fiscal_position = order.b2b_contract_id.sudo()._get_fiscal_position(
                order.partner_shipping_id
            )
            if order.order_line and order.fiscal_position_id != fiscal_position:
                order.show_update_fpos = True
            order.fiscal_position_id = fiscal_position
        return super(SaleOrder, self - on_contract)._compute_fiscal_position_id()

    @api.depends("b2b_contract_id")
    def _compute_payment_term_id(self):
        with_term = self._b2b_on_contract().filtered(
            lambda order: order.b2b_contract_id.sudo().payment_term_id
        )
        for order in with_term:
            order.payment_term_id = order.b2b_contract_id.sudo().payment_term_id
        return super(SaleOrder, self - with_term)._compute_payment_term_id()

    def _compute_user_id(self):
        """Override of `website_sale`: the manager of the contract looks after what is
        ordered on it. As there, a cart has nobody until it is confirmed.
        """
        if self.env.context.get("force_user_recomputation"):
            for order in self._b2b_on_contract():
                order.user_id = order.user_id or order.b2b_contract_id.sudo().user_id
        return super()._compute_user_id()

    def _b2b_on_contract(self):
        """Return the orders on a contract of their customer; while the customer is
        being changed the contract may still be the old one's.
        """
        return self.filtered(
            lambda order: (
                order.b2b_contract_id
                and order.b2b_contract_id.sudo().legal_entity_id
                == order.partner_id.commercial_partner_id
            )
        )

    @api.constrains("b2b_contract_id", "partner_id")
    def _check_b2b_contract_entity(self):
        for order in self:
            contract = order.b2b_contract_id.sudo()
            entity = order.b2b_legal_entity_id
            if contract and contract.legal_entity_id != entity:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s belongs to another legal entity than "
                        "%(entity)s.",
                        contract=contract.name,
                        entity=entity.name,
                    )
                )

    # === REFUSALS === #

    def _b2b_refusal_reason(self, action):
        """Say why a step may not be taken with this order: what is against it on its
        contract, and what other addons add about the order itself.

        Whoever has an order asks here, who has only a contract asks the contract.
        Other addons add their reasons by overriding it and calling ``super()`` first.

        :param str action: as for ``_refusal_reason`` of the contract
        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        self.ensure_one()
        contract = self.b2b_contract_id.sudo()
        return bool(contract) and contract._refusal_reason(action)

    def _b2b_contract_refusal(self):
        """Say why the contract keeps this order from being confirmed, by anybody.

        :return: a translated sentence, or False
        :rtype: str | bool
        """
        return self._b2b_refusal_reason("order")

    def _b2b_order_refusal(self):
        """Say why the current user may not send this order.

        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        self.ensure_one()
        contract = self.b2b_contract_id.sudo()
        return bool(contract) and contract._order_refusal_reason()

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._b2b_contract_refusal()

    def _is_cart_ready(self):
        return super()._is_cart_ready() and not self._b2b_order_refusal()

    def _check_cart_is_ready_to_be_paid(self):
        """Override of `website_sale`: say why the contract refuses, and need no
        visit to the page where a delivery method is chosen.
        """
        if self.b2b_contract_id:
            if reason := self._b2b_order_refusal():
                raise ValidationError(reason)
            self.carrier_id = self._b2b_get_stand_in_carrier() or self.carrier_id
        return super()._check_cart_is_ready_to_be_paid()

    # === CART === #

    def _b2b_is_cart_of(self, user):
        """Tell whether this is a cart of the user on a contract that he may see."""
        return (
            bool(self.b2b_contract_id)
            and self.b2b_contact_id == user.partner_id
            and self.b2b_contract_id.with_user(user).has_access("read")
        )

    def _b2b_is_on_contract(self, contract, contact):
        """Tell whether this cart carries all that a contract prescribes."""
        expected = contract._prepare_cart_values(contact, self.partner_shipping_id)
        return all(self[name].id == value for name, value in expected.items())

    def _b2b_put_on_contract(self, contract, contact):
        """Give this cart the buyer, prices, taxes and terms of a contract.

        :param b2b.contract contract: one contract
        :param res.partner contact: the user's partner who buys
        """
        self.ensure_one()
        self._remove_delivery_line()
        # The customer first: his delivery address follows, and the taxes follow it.
        self.write({"partner_id": contract.legal_entity_id.id})
        self.write(contract._prepare_cart_values(contact, self.partner_shipping_id))
        self._compute_payment_term_id()
        self._recompute_cart()

    def _b2b_leave_contract(self, partner):
        """Make this the cart of a customer without a contract."""
        self.ensure_one()
        self.write(
            {"b2b_contract_id": False, "b2b_contact_id": False, "carrier_id": False}
        )
        self._update_address(partner.id, ["partner_id"])
        # The new customer may have a contract, but nobody has chosen it.
        self.b2b_contract_id = False

    def _update_address(self, partner_id, fnames=None):
        """Override of `website_sale`: on a contract only the delivery address is the
        dealer's to change, and no pricelist chosen elsewhere counts.
        """
        if self.b2b_contract_id:
            fnames = set(fnames or ()) & {"partner_shipping_id"}
            if request:
                request.session.pop(PRICELIST_SELECTED_SESSION_CACHE_KEY, None)
        return super()._update_address(partner_id, fnames)

    def _b2b_get_delivery_addresses(self):
        """Return the addresses this order may be delivered to (sudo), see the method
        of the partner.

        :rtype: res.partner
        """
        self.ensure_one()
        return self.b2b_legal_entity_id._b2b_get_delivery_addresses()

    # === QUANTITIES === #

    @api.model
    def _b2b_parse_quantity(self, value):
        """Return the quantity a customer has typed, see :func:`parse_number`.

        :param value: text or number as it came from the browser
        :rtype: float
        :raise UserError: for what is no number
        """
        quantity = parse_number(value)
        if quantity is None or abs(quantity) > MAX_QUANTITY:
            raise UserError(
                self.env._("“%(value)s” is not a quantity.", value=str(value)[:40])
            )
        return quantity

    def _cart_add(
        self, product_id, quantity=1.0, *, uom_id=None, b2b_quantity=None, **kwargs
    ):
        """Override of `website_sale`, whose controllers cut the fraction off.

        :param float b2b_quantity: the quantity that was really asked for
        """
        if not self.b2b_contract_id:
            return super()._cart_add(product_id, quantity, uom_id=uom_id, **kwargs)
        # What is linked to a product comes with its own quantity, uncut and unread.
        if b2b_quantity is not None and not kwargs.get("linked_line_id"):
            quantity = b2b_quantity
        quantity = self._b2b_parse_quantity(quantity)
        return super()._cart_add(product_id, quantity, uom_id=uom_id, **kwargs)

    def _cart_update_line_quantity(
        self, line_id, quantity, *, b2b_quantity=None, **kwargs
    ):
        """Override of `website_sale`, whose controllers cut the fraction off.

        :param float b2b_quantity: the quantity that was really asked for
        """
        if self.b2b_contract_id and b2b_quantity is not None:
            quantity = b2b_quantity
        return super()._cart_update_line_quantity(line_id, quantity, **kwargs)

    def _verify_updated_quantity(
        self, order_line, product_id, new_qty, uom_id, **kwargs
    ):
        """Override of `website_sale`: say it if the unit does not allow a quantity.

        Then the cart stays as it is: who wants 2.5 pumps must not get 2 or 3.
        """
        if not self.b2b_contract_id:
            return super()._verify_updated_quantity(
                order_line, product_id, new_qty, uom_id, **kwargs
            )
        uom = self.env["uom.uom"].browse(uom_id)
        # Each addition was read by itself; their sum was not.
        rounded, warning = self._b2b_round_quantity(
            self._b2b_parse_quantity(new_qty), uom
        )
        if rounded is None:
            return order_line.product_uom_qty if order_line else 0, warning
        quantity, stock_warning = super()._verify_updated_quantity(
            order_line, product_id, rounded, uom_id, **kwargs
        )
        return quantity, stock_warning or warning

    @api.model
    def _b2b_round_quantity(self, quantity, uom):
        """Return the quantity a unit allows, and a warning if it is another one.

        :param float quantity: what was asked for, more than 0
        :param uom.uom uom: the unit
        :return: (quantity or None if it is refused, translated warning or "")
        :rtype: tuple
        """
        rounded = uom.round(quantity)
        unit = uom.name
        if not uom._b2b_allows(rounded):
            return None, self.env._(
                "Only whole numbers of %(unit)s can be ordered. Your cart was not "
                "changed.",
                unit=unit,
            )
        if quantity > 0 and uom.is_zero(rounded):
            return None, self.env._(
                "The smallest quantity is %(quantity)s %(unit)s.",
                quantity=uom._b2b_format(uom.rounding),
                unit=unit,
            )
        if abs(rounded - quantity) > 1e-9:
            return rounded, self.env._(
                "The quantity was rounded to %(quantity)s %(unit)s.",
                quantity=uom._b2b_format(rounded),
                unit=unit,
            )
        return rounded, ""

    @api.depends("b2b_contract_id", "order_line.product_uom_id.b2b_fractional")
    def _compute_cart_info(self):
        """Override of `website_sale`: to a dealer a length of cable is one thing in
        the cart, half a litre too, which else would make an empty cart.
        """
        result = super()._compute_cart_info()
        for order in self.filtered("b2b_contract_id"):
            lines = order.website_order_line
            measured = lines.filtered(lambda line: line.product_uom_id.b2b_fractional)
            if measured:
                counted = sum((lines - measured).mapped("product_uom_qty"))
                order.cart_quantity = int(counted) + len(measured)
        return result

    def _b2b_get_reorder_label(self):
        """Return what names this order among those to repeat."""
        self.ensure_one()
        day = fields.Datetime.context_timestamp(self, self.date_order).date()
        return self.env._(
            "%(order)s of %(date)s", order=self.name, date=format_date(self.env, day)
        )

    # === DELIVERY === #

    @api.model
    def _b2b_get_stand_in_carrier(self):
        """Return the free method that stands in until shipment is requested."""
        return (
            self.env.ref(
                "b2b_portal.delivery_carrier_by_request", raise_if_not_found=False
            )
            or self.env["delivery.carrier"]
        ).sudo()

    def _get_delivery_methods(self):
        """Override of `website_sale`: how goods travel is asked for later, in the
        shipment request.
        """
        if self.b2b_contract_id and (carrier := self._b2b_get_stand_in_carrier()):
            return carrier
        return super()._get_delivery_methods()

    def _create_delivery_line(self, carrier, price_unit):
        """Override of `delivery`: the stand-in puts no line on the order."""
        if carrier == self._b2b_get_stand_in_carrier():
            return self.env["sale.order.line"]
        return super()._create_delivery_line(carrier, price_unit)

    # === INVOICE === #

    def _b2b_get_debt_elsewhere(self):
        """Return how much of this order is debt already in books other than Odoo's,
        in the currency of the order. Addons that bring such debts override it.
        """
        self.ensure_one()
        return 0.0

    def _prepare_invoice(self):
        vals = super()._prepare_invoice()
        vals["b2b_contract_id"] = self.b2b_contract_id.id
        return vals

    def _get_invoice_grouping_keys(self):
        """Keep one contract per invoice when staff invoice many orders at once."""
        return super()._get_invoice_grouping_keys() + ["b2b_contract_id"]

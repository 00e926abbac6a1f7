from collections import defaultdict

from odoo import models
from odoo.tools import float_compare, float_round

from ..words import speaking

PRICELIST = "product.pricelist"
# what comes out of divisions is kept to so many places
DIGITS = 6


class B2b1cImporterPrice(models.AbstractModel):
    """Prices of offers: rules of the pricelists that stand for price types.

    There is one rule of ours for each pricelist and product: the one that holds for any
    quantity at any time. A rule made by hand in its place is taken over; rules for
    larger quantities or for some days stay people's own. An offer of goods is a rule
    for the product with all its variants, one of a characteristic for that variant.

    What 1C says becomes of a rule as follows:

    * Nothing about prices, or nothing about this price type: the rule stays.
    * A price type without amount, or an amount of zero, which is how 1C takes a price
      back: the rule goes. So do all, where the list of prices is empty.
    * In a package that says of itself to be a full one, price types of its catalogue
      that an offer does not name have no price, either.
    * An amount below zero is refused.
    """

    _name = "b2b.1c.importer.price"
    _description = "1C Importer of Prices"

    def _set_prices(self, run, rows):
        """Bring in the prices of some offers.

        :param importers.run.Run run:
        :param rows: list of `importers.offer.OfferRow`
        """
        rows = [row for row in rows if row.offer.prices is not None]
        if not run.backend.exchange_prices:
            for row in rows:
                row.note("skipped")
            return
        if not rows:
            return
        types = {price.type_id for row in rows for price in row.offer.prices}
        pricelists = self._find_pricelists(run, types)
        wanted = {}
        for row in rows:
            self._add_unnamed(run, row, wanted)
        for row in rows:
            self._add_wanted(run, row, pricelists, wanted)
        self._write_rules(wanted)
        self._set_list_prices(run, wanted)

    def _find_pricelists(self, run, types):
        """The pricelists of price types; those nobody has defined are parked."""
        cache = run.cache.setdefault("pricelists", {})
        if missing := types - cache.keys():
            bindings = self.env["b2b.1c.binding"]
            found = bindings._find(run.backend, PRICELIST, missing)
            for type_id in missing - found.keys():
                bindings._park(run.backend, PRICELIST, type_id)
            cache.update({type_id: found.get(type_id) for type_id in missing})
        return cache

    def _find_own_pricelists(self, run):
        """The pricelists of the price types that a package speaks of: those of its
        catalogue, and those that no package lists. One base may have several
        catalogues, each with prices of its own for goods that are in both.
        """
        if "own_pricelists" not in run.cache:
            bindings = self.env["b2b.1c.binding"].search(
                [("backend_id", "=", run.backend.id), ("res_model", "=", PRICELIST)]
            )
            catalog = run.package and run.package.owner_id
            listings = self.env["b2b.1c.listing"].search(
                [("binding_id", "in", bindings.ids)]
            )
            own = listings.filtered(lambda row: row.catalog == catalog).binding_id
            own |= bindings - listings.binding_id
            ids = [row.res_id for row in own]
            found = self.env["b2b.1c.binding"]._get_records(PRICELIST, ids)
            run.cache["own_pricelists"] = found
        return run.cache["own_pricelists"]

    def _get_place(self, row):
        """The product and the variant, None for all of them, that an offer is for."""
        product = row.product
        variant = product.id if row.offer.characteristic_id else None
        return product.product_tmpl_id.id, variant

    def _add_unnamed(self, run, row, wanted):
        """Put into `wanted` the rules that are to go as an offer does not name their
        price types. An offer that comes twice names the prices of both: so all rows
        say this before any names one.

        :param dict wanted: see :meth:`_add_wanted`
        """
        if not row.offer.prices or self._is_whole(run, row.offer):
            for pricelist in self._find_own_pricelists(run):
                wanted[pricelist.id, *self._get_place(row)] = (row, None)

    def _add_wanted(self, run, row, pricelists, wanted):
        """Put into `wanted` what is to become of the rules for an offer.

        :param dict wanted: by (pricelist, template, variant or None), as ids: the row
            and the amount, None for a rule that is to go
        """
        place = self._get_place(row)
        for price in row.offer.prices:
            pricelist = pricelists[price.type_id]
            if not pricelist:
                self._let_wait(row, price)
                continue
            try:
                amount = self._get_amount(run, pricelist, row, price)
            except LookupError as error:
                self._let_wait_for_currency(row, price, error.args[0])
                wanted.pop((pricelist.id, *place), None)
            except ValueError as error:
                row.problem(str(error))
                wanted.pop((pricelist.id, *place), None)
            else:
                wanted[pricelist.id, *place] = (row, amount)

    def _is_whole(self, run, offer):
        """Whether an offer names all its prices: one that is described, in a package
        that is a full one. What has waited is not described; and what cannot be read
        is named all the same."""
        package = run.package
        if not package or offer.prices_left_out:
            return False
        return package.only_changes is False and bool(offer.name)

    def _let_wait(self, row, price):
        reason = speaking(self.env)._(
            "The price type %(type)s is not known yet.", type=price.type_id
        )
        row.wait(
            PRICELIST,
            price.type_id,
            reason,
            part=f"price {price.type_id}",
            prices=[price],
        )

    def _let_wait_for_currency(self, row, price, word):
        reason = speaking(self.env)._(
            "The currency %(currency)s is not known: choose it in Odoo.", currency=word
        )
        part = f"price {price.type_id}"
        row.wait("res.currency", word, reason, part=part, prices=[price])

    def _get_amount(self, run, pricelist, row, price):
        """What one base unit of goods costs, by a rule of a pricelist.

        1C says what `Коэффициент` base units cost, a box of twelve for instance; rules
        are for one of them. 1C says for each price type or price whether tax is in it;
        whether it is to be in a rule depends on the taxes of the goods, so tax is
        added or taken out where they differ. A price type that says nothing is taken as
        it is.

        :return: None if there is no price
        :raise ValueError: a price that cannot be, with the reason
        :raise LookupError: an unknown currency, with its name
        """
        if not price.value:
            return None
        if price.value < 0:
            raise ValueError(
                speaking(self.env)._(
                    "The price %(price)s is below zero.", price=price.value
                )
            )
        if price.ratio is not None and price.ratio <= 0:
            raise ValueError(
                speaking(self.env)._(
                    "The price is for %(ratio)s base units, which cannot be.",
                    ratio=price.ratio,
                )
            )
        if price.currency:
            currencies = self.env["b2b.1c.importer.currency"]
            currency = currencies._find_currency(run, price.currency)
            if not currency:
                raise LookupError(price.currency)
            if currency != pricelist.currency_id:
                raise ValueError(
                    speaking(self.env)._(
                        "The price is in %(currency)s, the pricelist %(pricelist)s in "
                        "%(pricelist_currency)s.",
                        currency=currency.name,
                        pricelist=pricelist.name,
                        pricelist_currency=pricelist.currency_id.name,
                    )
                )
        amount = float(price.value / (price.ratio or 1))
        included = price.tax_included
        if included is None and pricelist.b2b_1c_tax:
            included = pricelist.b2b_1c_tax == "included"
        if included is not None:
            amount *= self._get_tax_factor(run, row.product, included)
        return float_round(amount, precision_digits=DIGITS)

    def _get_tax_factor(self, run, product, included):
        """By what a price is multiplied, to be as the taxes of a product ask for.

        :param bool included: whether tax is in the price
        """
        taxes = product.taxes_id.filtered(
            lambda tax: tax.company_id == run.backend.company_id
        )
        shares = taxes.filtered(lambda tax: tax.amount_type == "percent")
        if taxes != shares or len(set(taxes.mapped("price_include"))) != 1:
            return 1.0
        asked = taxes[0].price_include
        if asked == included:
            return 1.0
        factors = run.cache.setdefault("tax_factors", {})
        if taxes not in factors:
            base = 1_000_000.0
            whole = taxes.with_context(force_price_include=False).compute_all(base)
            factors[taxes] = whole["total_included"] / base
        return factors[taxes] if asked else 1 / factors[taxes]

    def _find_rules(self, keys):
        """The rules that stand for some (pricelist, template, variant or None).

        :rtype: dict[tuple, product.pricelist.item]
        """
        rules = self.env["product.pricelist.item"].search_fetch(
            [
                ("pricelist_id", "in", list({key[0] for key in keys})),
                ("product_tmpl_id", "in", list({key[1] for key in keys})),
                ("applied_on", "in", ("0_product_variant", "1_product")),
                ("min_quantity", "<=", 0),
                ("date_start", "=", False),
                ("date_end", "=", False),
            ],
            ["pricelist_id", "product_tmpl_id", "product_id", "fixed_price"]
            + ["applied_on", "compute_price"],
            # of several, Odoo goes by the last one
            order="id",
        )
        found = {}
        for rule in rules:
            product = rule.product_id if rule.applied_on[0] == "0" else None
            template = rule.product_tmpl_id.id
            found[rule.pricelist_id.id, template, product and product.id] = rule
        return {key: rule for key, rule in found.items() if key in keys}

    def _write_rules(self, wanted):
        rules = self._find_rules(wanted)
        gone = self.env["product.pricelist.item"]
        new = []
        changed = defaultdict(list)
        for key, (row, amount) in wanted.items():
            rule = rules.get(key)
            if amount is None:
                row.note("updated" if rule else "unchanged")
                gone |= rule or gone
            elif not rule:
                row.note("created")
                new.append(self._prepare_rule(key, amount))
            elif self._says(rule, amount):
                row.note("unchanged")
            else:
                row.note("updated")
                changed[amount].append(rule.id)
        gone.unlink()
        for amount, ids in changed.items():
            values = {"compute_price": "fixed", "fixed_price": amount}
            gone.browse(ids).write(values)
        gone.create(new)

    def _prepare_rule(self, key, amount):
        pricelist, template, product = key
        return {
            "pricelist_id": pricelist,
            "applied_on": "0_product_variant" if product else "1_product",
            "product_tmpl_id": template,
            "product_id": product,
            "compute_price": "fixed",
            "fixed_price": amount,
        }

    def _says(self, rule, amount):
        return rule.compute_price == "fixed" and not float_compare(
            rule.fixed_price, amount, precision_digits=DIGITS
        )

    def _set_list_prices(self, run, wanted):
        """Make the prices of one price type the sales prices of the goods.

        Variants of goods share their sales price: it is the highest one, as nobody is
        to buy below the price of what he buys.
        """
        pricelist = run.backend.list_pricelist_id
        templates = {key[1] for key in wanted if key[0] == pricelist.id}
        if not templates:
            return
        highest = self.env["product.pricelist.item"]._read_group(
            [
                ("pricelist_id", "=", pricelist.id),
                ("product_tmpl_id", "in", list(templates)),
                ("compute_price", "=", "fixed"),
                ("min_quantity", "<=", 0),
                ("date_start", "=", False),
                ("date_end", "=", False),
            ],
            ["product_tmpl_id"],
            ["fixed_price:max"],
        )
        for template, amount in highest:
            currency = template.currency_id
            if currency != pricelist.currency_id:
                amount = pricelist.currency_id._convert(
                    amount, currency, run.backend.company_id
                )
            digits = self.env["decimal.precision"].precision_get("Product Price")
            if float_compare(template.list_price, amount, precision_digits=digits):
                template.list_price = amount

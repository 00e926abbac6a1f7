from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..words import speaking

WAREHOUSE = "stock.warehouse"


class B2b1cImporterStock(models.AbstractModel):
    """Quantities of offers: what is on hand follows what 1C says, if 1C is the master.

    * On hand is what lies in all places of a warehouse, of our own goods. It is
      compared with the figure, and only the difference is moved, as an adjustment of
      the inventory that names the file. No difference, no move.
    * What is not said stays: a warehouse that an offer does not name keeps its stock.
      An offer with nothing but a total tells the stock of one warehouse, see
      `stock_warehouse_id` of the connection.
    * Several warehouses of 1C may be one in Odoo: what lies there is the sum of what
      was said last of each of them (`b2b.1c.figure`), whichever the file names.
    * A sum below zero counts as zero; a warehouse below zero lessens the others of the
      same sum, as 1C's own total does. Fractions are rounded to the unit of goods.
    * What 1C has subtracted and Odoo still holds reserved is added: it would be
      subtracted twice. If figures are gross, that is what is reserved for orders that
      1C has shipped, until their delivery is validated in Odoo; with `stock_is_net`,
      for all orders that 1C has received. Orders that it has not received are in
      nobody's figure and are subtracted by Odoo alone.
    * What Odoo has delivered before 1C has shipped it comes back with the next gross
      figure: 1C is the master, and knows of deliveries from its own documents only.
    * What is reserved in Odoo is never taken: on hand goes down to it at most, and what
      is missing is reported with the orders that hold it.
    * Goods with lots or serial numbers cannot be set by a figure and are reported;
      services, and goods whose stock is not kept, are passed over.
    """

    _name = "b2b.1c.importer.stock"
    _description = "1C Importer of Stock"

    def _set_stock(self, run, rows):
        """Bring in the quantities of some offers.

        :param importers.run.Run run:
        :param rows: list of `importers.offer.OfferRow`
        """
        rows = [row for row in rows if row.has_stock()]
        if not run.backend._follows_stock():
            for row in rows:
                row.note("skipped")
            return
        if not rows:
            return
        warehouses = self._find_warehouses(run, rows)
        rows = [row for row in rows if self._can_be_set(row)]
        said = self._keep_figures(run, rows)
        figures = {}
        for row in rows:
            for warehouse, figure in self._get_figures(run, row, warehouses, said):
                figures[row.product, warehouse] = (row, figure)
        self._follow(run, figures)

    def _find_warehouses(self, run, rows):
        """All warehouses that are bound, by id of 1C; unknown ones are parked."""
        ids = {stock.warehouse_id for row in rows for stock in row.offer.stocks or ()}
        bindings = self.env["b2b.1c.binding"]
        domain = [("backend_id", "=", run.backend.id), ("res_model", "=", WAREHOUSE)]
        known = bindings.search(domain).mapped("external_id")
        found = bindings._find(run.backend, WAREHOUSE, ids.union(known))
        for external_id in ids - found.keys():
            bindings._park(run.backend, WAREHOUSE, external_id)
        return found

    def _keep_figures(self, run, rows):
        """Remember what is said of warehouses; newer figures replace older ones.

        :return: what was said last, by id of the product and warehouse of 1C
        """
        figures = self.env["b2b.1c.figure"]
        new = {
            (row.product.id, stock.warehouse_id): float(stock.quantity)
            for row in rows
            for stock in row.offer.stocks or ()
        }
        known = figures._get(run.backend, {product for product, _warehouse in new})
        figures._keep(
            run.backend, {key: new[key] for key in new if known.get(key) != new[key]}
        )
        return {**known, **new}

    def _can_be_set(self, row):
        product = row.product
        if not product.is_storable:
            row.note("skipped")
            return False
        if product.tracking != "none":
            row.problem(
                speaking(self.env)._(
                    "%(product)s is tracked by lots or serial numbers: its stock "
                    "cannot follow a figure of 1C.",
                    product=product.display_name,
                )
            )
            return False
        if not self._is_of_one(row):
            said = [row.offer.quantity] + [
                stock.quantity for stock in row.offer.stocks or ()
            ]
            if not any(said):
                row.note("skipped")
                return False
            row.problem(
                speaking(self.env)._(
                    "%(product)s has variants: a quantity without characteristic is "
                    "of none of them.",
                    product=product.product_tmpl_id.display_name,
                )
            )
            return False
        return True

    def _is_of_one(self, row):
        """Whether the figure of an offer is that of its product: goods that are in
        stock with a characteristic have a variant for what is there without."""
        template = row.product.product_tmpl_id.with_context(active_test=False)
        if row.offer.characteristic_id or template.product_variant_count < 2:
            return True
        return self.env["b2b.1c.importer.variant"]._is_without(row.product)

    def _get_figures(self, run, row, warehouses, said):
        """What an offer comes to: (warehouse, quantity)."""
        if not row.offer.stocks:
            yield run.backend._get_stock_warehouse(), float(row.offer.quantity)
            return
        touched = {}
        for stock in row.offer.stocks:
            external_id = stock.warehouse_id
            if warehouse := warehouses.get(external_id):
                touched[warehouse] = 0.0
                continue
            reason = speaking(self.env)._(
                "The warehouse %(id)s is not known: choose it in Odoo.",
                id=self._get_name(run, external_id),
            )
            part = f"stock {external_id}"
            row.wait(WAREHOUSE, external_id, reason, part=part, stocks=[stock])
        for external_id, warehouse in warehouses.items():
            if warehouse in touched:
                touched[warehouse] += said.get((row.product.id, external_id), 0.0)
        yield from touched.items()

    def _get_name(self, run, external_id):
        """What 1C calls a warehouse; its id, if no file has told that."""
        names = run.cache.setdefault("names of warehouses", {})
        if external_id not in names:
            bindings = self.env["b2b.1c.binding"]
            rows = bindings._find_rows(run.backend, WAREHOUSE, [external_id])
            row = rows.get(external_id, bindings)
            names[external_id] = row.name or external_id
        return names[external_id]

    def _follow(self, run, figures):
        """Have what is on hand follow figures.

        :param dict figures: by product and warehouse: the row and the quantity
        """
        keys = list(figures)
        quants = self._find_quants(keys)
        held = self._find_held(run, keys)
        changes = []
        lacking = {}
        for (product, warehouse), (row, figure) in figures.items():
            uom = product.uom_id
            there = quants.get((product.id, warehouse.id), [])
            figure += held.get((product.id, warehouse.id), 0.0)
            figure = uom.round(max(figure, 0.0), rounding_method="HALF-UP")
            difference = figure - sum(quant.quantity for quant in there)
            if uom.is_zero(difference):
                row.note("unchanged")
                continue
            row.note("updated")
            if difference > 0:
                none = self.env["stock.quant"]
                changes.append((product, warehouse.lot_stock_id, none, difference))
                continue
            left = self._take(changes, product, warehouse, there, -difference)
            if uom.compare(left, 0.0) > 0:
                lacking[product, warehouse] = (row, figure, uom.round(left))
        self._lock(changes)
        self._move(run, changes)
        self._report_lacking(lacking)

    def _find_quants(self, keys):
        """What lies in warehouses, by ids of product and warehouse.

        :rtype: dict[tuple[int, int], list]
        """
        quants = self.env["stock.quant"].search_fetch(
            [
                ("product_id", "in", list({product.id for product, _place in keys})),
                ("location_id.usage", "=", "internal"),
                ("location_id.warehouse_id", "in", [place.id for _p, place in keys]),
                ("owner_id", "=", False),
            ],
            [
                "product_id",
                "location_id",
                "quantity",
                "reserved_quantity",
                "package_id",
            ],
            order="id",
        )
        found = defaultdict(list)
        for quant in quants:
            found[quant.product_id.id, quant.location_id.warehouse_id.id].append(quant)
        return found

    def _find_held(self, run, keys):
        """What is reserved for orders that 1C has subtracted: those it has shipped, or
        all it has received if its figures are net.

        :rtype: dict[tuple[int, int], float]
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.product_id,
                       location.warehouse_id,
                       SUM(line.quantity_product_uom)
                  FROM stock_move_line line
                  JOIN stock_location location ON location.id = line.location_id
                  JOIN stock_move move ON move.id = line.move_id
                  JOIN sale_order_line sale ON sale.id = move.sale_line_id
                  JOIN b2b_1c_binding binding
                    ON binding.res_model = 'sale.order'
                   AND binding.res_id = sale.order_id
                   AND binding.backend_id = %s
             LEFT JOIN b2b_1c_order known
                    ON known.order_id = sale.order_id
                   AND known.backend_id = binding.backend_id
                 WHERE (%s OR known.shipped)
                   AND line.state NOT IN ('done', 'cancel')
                   AND location.usage = 'internal'
                   AND line.owner_id IS NULL
                   AND line.product_id IN %s
              GROUP BY line.product_id, location.warehouse_id
                """,
                run.backend.id,
                run.backend.stock_is_net,
                tuple({product.id for product, _warehouse in keys}) or (0,),
            )
        )
        return {(product, warehouse): quantity for product, warehouse, quantity in rows}

    def _take(self, changes, product, warehouse, quants, quantity):
        """Take a quantity from where nothing is reserved; first from the stock itself.

        :param list changes: what is to be moved: product, place, quant, difference
        :return: what could not be taken
        """
        stock = warehouse.lot_stock_id
        for quant in sorted(quants, key=lambda quant: quant.location_id != stock):
            free = quant.quantity - quant.reserved_quantity
            taken = min(free, quantity)
            if product.uom_id.compare(taken, 0.0) > 0:
                changes.append((product, quant.location_id, quant, -taken))
                quantity -= taken
        return quantity

    def _lock(self, changes):
        """Lock what goods are taken from: who reserves them meanwhile goes first, and
        the slice is run again."""
        quants = self.env["stock.quant"].browse(
            {quant.id for _product, _place, quant, _difference in changes if quant}
        )
        quants._b2b_1c_lock()

    def _move(self, run, changes):
        """Move differences in from, or out to, where inventory losses are."""
        if not changes:
            return
        name = speaking(self.env)._("1C: %(file)s", file=run.file.name)
        values = [self._prepare_move(run, name, *change) for change in changes]
        moves = self.env["stock.move"].with_context(b2b_1c_figures={})
        moves = moves.create(values)
        done = moves.with_context(ignore_dest_packages=True)._action_done()
        done._b2b_1c_write_quants()
        done.with_context(b2b_1c_figures=None)._trigger_assign()

    def _prepare_move(self, run, name, product, place, quant, difference):
        loss = product.property_stock_inventory
        source, target = (loss, place) if difference > 0 else (place, loss)
        quantity = product.uom_id.round(abs(difference))
        both = {
            "product_id": product.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "company_id": run.backend.company_id.id,
        }
        line = {
            **both,
            "product_uom_id": product.uom_id.id,
            "quantity": quantity,
            "package_id": quant.package_id.id,
        }
        return {
            **both,
            "product_uom": product.uom_id.id,
            "product_uom_qty": quantity,
            "state": "confirmed",
            "is_inventory": True,
            "inventory_name": name,
            "picked": True,
            "move_line_ids": [(0, 0, line)],
        }

    def _report_lacking(self, lacking):
        for (product, warehouse), (row, figure, left) in lacking.items():
            row.problem(
                speaking(self.env)._(
                    "1C says %(figure)s of %(product)s, but %(left)s more are reserved "
                    "in %(warehouse)s for %(orders)s: they stay. Release them there.",
                    figure=figure,
                    left=left,
                    product=product.display_name,
                    warehouse=warehouse.name,
                    orders=self._get_holders(product, warehouse) or "…",
                )
            )

    def _get_holders(self, product, warehouse):
        """The names of the orders, else transfers, that hold goods in a warehouse."""
        lines = self.env["stock.move.line"].search(
            [
                ("product_id", "=", product.id),
                ("location_id.warehouse_id", "=", warehouse.id),
                ("state", "not in", ("done", "cancel")),
                ("quantity_product_uom", ">", 0),
            ]
        )
        names = {
            move.sale_line_id.order_id.name or move.reference or ""
            for move in lines.move_id
        }
        return ", ".join(sorted(names - {""}))

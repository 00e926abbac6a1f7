from odoo import api, fields, models
from odoo.fields import Domain

from ..words import speaking
from .b2b_1c_listing import GROUP, PRICELIST, TEMPLATE

# so many names are told to staff
NAMES = 10


class B2b1cClearing(models.AbstractModel):
    """What becomes of what a full export does not name any more.

    * Goods are archived, unless another catalogue or connection lists them. If they
      are more than a share of all goods of the connection, nothing is archived and
      staff are asked. Goods that come again are shown again. What Odoo alone has made
      is bound to nothing, so it is never touched.
    * Groups: the category of the shop goes when no goods on sale are in it. The one of
      the backend stays, as accounts, pricelists and routes of people hang on it.
    * Price types: as those that are marked as deleted, the pricelist is archived, or
      staff are asked if it is in use.
    """

    _name = "b2b.1c.clearing"
    _description = "Clearing Up After Full Exports of 1C"

    def _clear_or_ask(self, export):
        """Clear up, or ask staff if too much is missing.

        :param b2b.1c.export export: it is complete
        """
        backend = export.backend_id
        absent = self._find_absent(export)
        goods = self._find_to_archive(export, absent)
        if len(goods) * 100 > backend.clear_share * self._count_goods(backend):
            export.state = "asked"
            self._ask(export, goods)
        else:
            self._clear(export)

    def _find_absent(self, export):
        """The goods that the catalogue listed before and does not list now.

        :rtype: b2b.1c.listing
        """
        return self.env["b2b.1c.listing"]._find(
            export.backend_id, TEMPLATE, export.catalog, before=export.begin
        )

    def _find_to_archive(self, export, absent):
        """The products of these that nothing else lists.

        :param b2b.1c.listing absent:
        :rtype: product.template
        """
        bindings = absent.binding_id
        others = self.env["b2b.1c.listing"].search(
            [
                ("binding_id", "in", bindings.ids),
                ("id", "not in", absent.ids),
            ]
        )
        gone = bindings - others.binding_id
        ids = set(gone.mapped("res_id")) - self._find_bound_elsewhere(gone)
        # those that are archived already are left out by the search
        return self.env[TEMPLATE].search([("id", "in", list(ids))])

    def _find_bound_elsewhere(self, bindings):
        """Ids of products that other ids of 1C stand for, too."""
        rows = self.env["b2b.1c.binding"].search(
            Domain("res_model", "=", TEMPLATE)
            & Domain("res_id", "in", bindings.mapped("res_id"))
            & Domain("absent", "=", False)
            & Domain("id", "not in", bindings.ids)
        )
        return set(rows.mapped("res_id"))

    def _count_goods(self, backend):
        """How many products on sale are bound to a connection."""
        rows = self.env["b2b.1c.binding"].search_fetch(
            [("backend_id", "=", backend.id), ("res_model", "=", TEMPLATE)], ["res_id"]
        )
        return self.env[TEMPLATE].search_count([("id", "in", rows.mapped("res_id"))])

    def _ask(self, export, goods):
        backend = export.backend_id
        names = ", ".join(goods[:NAMES].mapped("display_name"))
        text = speaking(self.env, backend)._(
            "%(missing)s of %(all)s goods are missing from the full export of the "
            "catalogue %(catalog)s: %(names)s. That is more than %(share)s %%, so "
            "nothing was archived. Solve to archive them, or leave them as they are.",
            missing=len(goods),
            all=self._count_goods(backend),
            catalog=export.catalog,
            names=f"{names}, …" if len(goods) > NAMES else names,
            share=backend.clear_share,
        )
        self.env["b2b.1c.conflict"]._raise(
            backend, "absent", goods, export.catalog, text
        )

    def _clear(self, export):
        """Clear up, however much is missing."""
        absent = self._find_absent(export)
        goods = self._find_to_archive(export, absent)
        # what was there before people archived it is not ours to bring back
        gone = absent.binding_id.filtered(lambda row: row.res_id in goods._ids)
        gone.write({"absent": True, "digest": False})
        absent.unlink()
        goods.active = False
        self._clear_groups(export)
        self._clear_price_types(export)
        export.write({"state": "done", "archived": len(goods), "note": False})

    # -- groups

    def _clear_groups(self, export):
        self._take_out(
            export, GROUP, export.classifier or "", self._mark_groups_deleted
        )
        self._remove_groups(export.backend_id)

    def _take_out(self, export, res_model, catalog, remove):
        """Remove what a catalogue lists no more, if it lists anything of the kind: a
        file without price types says nothing about them.

        :param callable remove: takes the bindings
        """
        listings = self.env["b2b.1c.listing"]
        backend = export.backend_id
        old = listings._find(backend, res_model, catalog, before=export.begin)
        if not old or old == listings._find(backend, res_model, catalog):
            return
        bindings = old.binding_id
        old.unlink()
        others = listings.search([("binding_id", "in", bindings.ids)])
        remove(bindings - others.binding_id)

    def _mark_groups_deleted(self, bindings):
        bindings.deleted = True

    @api.model
    def _remove_groups(self, backend):
        """Remove categories of the shop whose groups were deleted, once they are empty;
        those that are above others are left until those have gone.

        :param b2b.1c.backend backend:
        """
        rows = self.env["b2b.1c.binding"].search(
            [
                ("backend_id", "=", backend.id),
                ("res_model", "=", GROUP),
                ("deleted", "=", True),
                ("res_id", "!=", False),
            ]
        )
        if not rows:
            return
        categories = self.env[GROUP].browse(rows.mapped("res_id")).exists()
        full = self.env[TEMPLATE].search([("public_categ_ids", "in", categories.ids)])
        empty = categories - full.public_categ_ids - self._find_shared(rows)
        while keepers := empty.filtered(lambda one, empty=empty: one.child_id - empty):
            empty -= keepers
        rows.filtered(lambda row: row.res_id in empty._ids).unlink()
        empty.unlink()

    def _find_shared(self, rows):
        """Categories that other groups are bound to, too."""
        others = self.env["b2b.1c.binding"].search(
            [
                ("res_model", "=", GROUP),
                ("res_id", "in", rows.mapped("res_id")),
                ("id", "not in", rows.ids),
            ]
        )
        return self.env[GROUP].browse(others.mapped("res_id"))

    # -- price types

    def _clear_price_types(self, export):
        def remove(bindings):
            importer = self.env["b2b.1c.importer.price_type"]
            for row in bindings:
                importer._archive(row.backend_id, row.external_id, row._get_bound())
                # the same row brings it back
                row.digest = False

        self._take_out(export, PRICELIST, export.catalog, remove)


class B2b1cConflict(models.Model):
    _inherit = "b2b.1c.conflict"

    def _apply(self):
        result = super()._apply()
        if self.kind == "absent":
            # sudo: exports are written by the exchange alone
            export = self.env["b2b.1c.export"].sudo()._find_asked(self)
            # whoever is told by mail of archived goods, the exchange need not
            export = export.with_context(tracking_disable=True)
            if export:
                export = export._in_company()
                export.env["b2b.1c.clearing"]._clear(export)
        return result


class B2b1cBackendClearing(models.Model):
    _inherit = "b2b.1c.backend"

    clear_up = fields.Selection(
        [
            ("never", "Never"),
            ("told", "When 1C says that it is complete"),
            ("quiet", "Also when it is quiet after the offers"),
        ],
        string="Clear up after a full export",
        default="told",
        required=True,
        tracking=True,
        help="What a full export does not name any more is archived, and shown again "
        "when it comes back. Only the separately installed module says that an export "
        "is complete. The others send all goods, then all offers: when they have come, "
        "no portion has failed or is missing, and 1C has been quiet since, the export "
        "is taken for complete.",
    )
    clear_minutes = fields.Integer(
        string="Quiet for minutes", default=30, required=True
    )
    clear_share = fields.Integer(
        string="Archive at most (%)",
        default=10,
        required=True,
        help="If more of the goods of this connection are missing, nothing is archived "
        "and staff are asked, in the conflicts.",
    )
    export_ids = fields.One2many("b2b.1c.export", "backend_id", readonly=True)

    _clear_check = models.Constraint(
        "CHECK(clear_minutes >= 1 AND clear_share BETWEEN 0 AND 100)",
        "Clearing up: at least one minute, and 0 to 100 %.",
    )

from odoo import api, fields, models
from odoo.tools import SQL

from ..commerceml import model

GROUP = "product.public.category"
PRICELIST = "product.pricelist"
TEMPLATE = "product.template"
REFRESH = SQL("DO UPDATE SET seen = EXCLUDED.seen WHERE listing.seen < EXCLUDED.seen")


class B2b1cListing(models.Model):
    """What a catalogue of 1C lists: its goods, the groups of its classifier, the price
    types of its offers, and when it named them last.

    One base may have several catalogues; goods may be in more than one.
    """

    _name = "b2b.1c.listing"
    _description = "Row of a 1C Catalogue"
    _log_access = False

    binding_id = fields.Many2one("b2b.1c.binding", required=True, ondelete="cascade")
    catalog = fields.Char(
        required=True, help="ID in 1C of the catalogue, or of the classifier of groups."
    )
    seen = fields.Datetime(required=True, help="When the file came that named it last.")

    _row_uniq = models.UniqueIndex(
        "(binding_id, catalog)", "This catalogue lists it already."
    )

    @api.model
    def _note(self, backend, res_model, catalog, external_ids, moment, is_full=True):
        """Write down that a catalogue names some rows: all at once, as each file does.

        :param b2b.1c.backend backend:
        :param str res_model: what the rows are bound to
        :param str catalog: id of the catalogue
        :param external_ids: ids of 1C; those that are not bound are passed over
        :param datetime moment: when the file came
        :param bool is_full: whether a full export is under way; else nobody asks when
            a row was named, and it is only written down that it is listed
        """
        external_ids = tuple(set(external_ids))
        if not external_ids:
            return
        self.env["b2b.1c.binding"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO b2b_1c_listing AS listing (binding_id, catalog, seen)
                SELECT id, %s, %s FROM b2b_1c_binding
                 WHERE backend_id = %s AND res_model = %s AND external_id IN %s
                ON CONFLICT (binding_id, catalog) %s
                """,
                catalog,
                moment,
                backend.id,
                res_model,
                external_ids,
                REFRESH if is_full else SQL("DO NOTHING"),
            )
        )
        self.invalidate_model()

    @api.model
    def _find(self, backend, res_model, catalog, before=None):
        """The rows of a catalogue.

        :param datetime before: only those that were not named since
        """
        domain = [
            ("binding_id.backend_id", "=", backend.id),
            ("binding_id.res_model", "=", res_model),
            ("catalog", "=", catalog),
        ]
        if before:
            domain.append(("seen", "<", before))
        return self.search(domain, order="id")


class B2b1cFile(models.Model):
    _inherit = "b2b.1c.file"

    def _note_listed(self, run, cls, items):
        """Write down what the catalogue of a file lists.

        Rows that could not go in are listed all the same: 1C has them.
        """
        listings = self.env["b2b.1c.listing"]
        if cls is model.Group:
            classifier = run.classifier and run.classifier.id
            ids = [item.id for item in items if not item.deleted]
            listings._note(self.backend_id, GROUP, classifier or "", ids, self._came)
        elif cls is model.PriceType and run.package:
            ids = [item.id for item in items if not item.deleted]
            catalog = run.package.owner_id
            listings._note(self.backend_id, PRICELIST, catalog, ids, self._came)
        elif cls in (model.Good, model.Problem):
            ids = [
                item.id.partition("#")[0]
                for item in items
                if item.id and (cls is model.Good or item.row == "Товар")
            ]
            catalog = (run.catalog and run.catalog.id) or ""
            is_full = self._is_of_full_export(run, catalog)
            listings._note(self.backend_id, TEMPLATE, catalog, ids, self._came, is_full)

    def _is_of_full_export(self, run, catalog):
        if run.catalog and run.catalog.only_changes is False:
            return True
        if "full_export" not in run.cache:
            exports = self.env["b2b.1c.export"]
            domain = exports._domain(self.backend_id, catalog)
            run.cache["full_export"] = bool(exports.search(domain, limit=1))
        return run.cache["full_export"]

    @property
    def _came(self):
        return self.create_date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class B2bDocumentSource(models.AbstractModel):
    """What makes an Odoo record appear as a document in the dealer's journal.

    A model that inherits it names the many2one of ``b2b.document`` that points to
    it, says which of its records are papers, and what such a paper says. It calls
    :meth:`_b2b_create_documents` where its records become papers; the rest follows:
    stored fields of the document depend on the record, so that a correction or a
    cancellation reaches the journal by itself.
    """

    _name = "b2b.document.source"
    _description = "Source of Documents"

    # The many2one of b2b.document that points to this model.
    _b2b_document_field = None

    @api.model
    def _b2b_document_domain(self):
        """Return the domain of the records that are papers for a customer."""
        raise NotImplementedError

    @api.model
    def _b2b_document_depends(self):
        """Return the fields that the values of the document depend on."""
        raise NotImplementedError

    def _b2b_document_values(self):
        """Return what the document of this record says.

        :return: values of ``b2b.document``'s mirrored fields, the contract left out
        :rtype: dict
        """
        raise NotImplementedError

    def _b2b_forget_lists(self):
        """Drop the many2many fields that the values are made of from the cache.

        There they may lack what the user who read them first may not see, and a
        document is made for all who will see it.
        """

    @api.model
    def _b2b_contract_depends(self):
        """Return the fields that the contract of the document depends on."""
        raise NotImplementedError

    def _b2b_document_contract(self):
        """Return the contract that this record names or follows from what it pays."""
        raise NotImplementedError

    def _b2b_document_pdf(self):
        """Return the bytes of the PDF of this record."""
        raise NotImplementedError

    def _b2b_issued_at(self):
        """Return when a record became a paper that was there before the journal."""
        return self.create_date

    def _b2b_get_day(self, moment):
        """Return the day of a moment where the supplier is.

        :param datetime moment: in UTC
        :rtype: datetime.date
        """
        self.ensure_one()
        timezone = self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=timezone), moment
        ).date()

    def _b2b_render_pdf(self, report):
        """Return a report of this record as PDF.

        :param str report: the external id of the report
        :rtype: bytes
        """
        self.ensure_one()
        reports = self.env["ir.actions.report"].with_company(self.company_id)
        return reports._render_qweb_pdf(report, self.ids)[0]

    def _b2b_create_documents(self, backfill=False):
        """File those of these records that are papers and are not filed yet.

        :param bool backfill: the records are old: take their time of issue over
        :return: the new documents (sudo)
        :rtype: b2b.document
        """
        # The one who posts an invoice or delivers goods need not be allowed to
        # write the journal: it is a consequence.
        papers = self.sudo().filtered_domain(self._b2b_document_domain())
        documents = self.env["b2b.document"].sudo()
        if not papers:
            return documents
        field = self._b2b_document_field
        papers -= documents.search([(field, "in", papers.ids)])[field]
        now = fields.Datetime.now()
        return documents.create(
            [
                {
                    field: paper.id,
                    "issued_at": (backfill and paper._b2b_issued_at()) or now,
                }
                for paper in papers
            ]
        )

    @api.model
    def _b2b_find_unfiled(self, limit, after=0):
        """Return papers that the journal lacks, in the order of their ids.

        :param int limit: how many at most
        :param int after: only those with a higher id
        """
        sources = self.sudo()
        query = sources._search(
            Domain("id", ">", after) & Domain(self._b2b_document_domain()),
            order="id",
            limit=limit,
        )
        documents = self.env["b2b.document"]
        documents.flush_model([self._b2b_document_field])
        query.add_where(
            SQL(
                "NOT EXISTS (SELECT 1 FROM %s AS document WHERE document.%s = %s)",
                SQL.identifier(documents._table),
                SQL.identifier(self._b2b_document_field),
                SQL.identifier(query.table, "id"),
            )
        )
        return sources.browse(query)

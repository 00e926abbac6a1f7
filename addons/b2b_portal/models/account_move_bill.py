import logging

import psycopg2

from odoo import models

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """A customer invoice that is the bill of a dealer's order."""

    _inherit = "account.move"

    def _b2b_get_pdf_attachment(self):
        """Return the official PDF of this invoice, made once by the machinery that
        staff send invoices with. Should that fail, none is returned and the next
        one who asks makes it.

        :rtype: ir.attachment
        """
        self.ensure_one()
        invoice = self.sudo()
        if not invoice.invoice_pdf_report_id:
            try:
                self.env["account.move.send"].sudo()._generate_and_send_invoices(
                    invoice, sending_methods=[], allow_raising=False
                )
            except psycopg2.OperationalError:
                raise
            except Exception:
                _logger.warning(
                    "Invoice %s could not be printed", invoice.name, exc_info=True
                )
        return invoice.invoice_pdf_report_id

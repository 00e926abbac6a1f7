import functools

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class B2bSettlementLine(models.Model):
    _inherit = "b2b.settlement.line"

    # === BALANCE === #

    @api.model
    def _get_open_domain(self, due=None):
        """Return the domain of what is open, within the access rules.

        :param str due: ``overdue``, ``week`` (due from today on for seven days) or
            None for everything
        """
        today = fields.Date.context_today(self)
        domain = Domain("residual", "!=", 0)
        if due:
            domain &= Domain("residual", ">", 0)
        if due == "overdue":
            domain &= Domain("date_maturity", "<", today)
        if due == "week":
            domain &= Domain("date_maturity", ">=", today)
            domain &= Domain("date_maturity", "<=", fields.Date.add(today, days=7))
        return domain

    @api.model
    def _get_balance_fields(self):
        """Return the fields that :meth:`_get_balance_rows` reads."""
        return [
            "amount",
            "contract_id",
            "currency_id",
            "date",
            "date_maturity",
            "document_id",
            "legal_entity_id",
            "move_id",
            "name",
            "residual",
        ]

    def _get_balance_rows(self):
        """Return what Balance shows of these open lines: values, and the same in words
        of the user's language. The number of queries is always the same.

        :rtype: list[dict]
        """
        documents = self._get_documents()
        others = self._get_other_documents()
        today = fields.Date.context_today(self)
        # Many rows are of the same day: its name is made once.
        day = functools.cache(lambda value: format_date(self.env, value))
        money = self.env["res.currency"]._b2b_get_format()
        return [
            line._get_balance_row(
                documents.get(line.move_id.id) or others.get(line.document_id.id),
                today,
                day,
                money,
            )
            for line in self
        ]

    def _get_balance_row(self, document, today, day, money):
        """Return one row, see :meth:`_get_balance_rows`.

        :param b2b.document document: the paper of this entry, if there is one
        :param datetime.date today: the user's day
        :param callable day: formats a date
        :param callable money: formats an amount, see
            :meth:`res.currency._b2b_get_format`
        """
        self.ensure_one()
        late = self.residual > 0 and self.date_maturity and self.date_maturity < today
        ordered = document and document.order_ids[:1].date_order
        order_date = ordered and fields.Date.context_today(document, ordered)
        return {
            "id": self.id,
            "name": document.name if document else self.name,
            "type": document.type_id.name if document else "",
            "date": self.date,
            "date_text": day(self.date),
            "order_date": order_date or None,
            "order_date_text": day(order_date) if order_date else "",
            "contract": self.contract_id.name or self.env._("Not allocated"),
            "legal_entity": self.legal_entity_id.name,
            "legal_entity_id": self.legal_entity_id.id,
            "date_due": self.date_maturity or None,
            "date_due_text": day(self.date_maturity)
            if self.date_maturity and self.residual > 0
            else "",
            "overdue_days": (today - self.date_maturity).days if late else 0,
            "currency_id": self.currency_id.id,
            "amount": self.amount,
            "amount_text": money(self.amount, self.currency_id.id),
            "residual": self.residual,
            "residual_text": money(self.residual, self.currency_id.id),
            "url": document._get_pdf_url() if document and document._has_pdf() else "",
            # A debt in other books has no entry of Odoo that money could be matched
            # with: he pays ahead.
            "can_be_paid": self.residual > 0 and not self.document_id,
        }

    def _get_other_documents(self):
        """Return the papers of lines that are kept in other books, which the user may
        see, by their own id.

        :rtype: dict[int, b2b.document]
        """
        documents = self.env["b2b.document"]
        ids = self.document_id.ids
        if not ids or not documents.has_access("read"):
            return {}
        visible = documents.search_fetch(
            documents._get_portal_domain() & Domain("id", "in", ids),
            ["name", "order_ids", "type_id"],
        )
        return {document.id: document for document in visible}

    def _get_documents(self):
        """Return the papers of these lines that the user may see, by id of the entry.

        :rtype: dict[int, b2b.document]
        """
        documents = self.env["b2b.document"]
        if not documents.has_access("read"):
            return {}
        # Which record a paper mirrors is not for dealers to read; which of the papers
        # are theirs to see is for the access rules.
        moves = self.move_id.sudo()
        found_sudo = documents.sudo().search_fetch(
            Domain("move_id", "in", moves.ids)
            | Domain("payment_id", "in", moves.origin_payment_id.ids),
            ["move_id", "payment_id"],
        )
        visible = documents.search_fetch(
            documents._get_portal_domain() & Domain("id", "in", found_sudo.ids),
            ["name", "order_ids", "type_id"],
        )
        papers = {document.id: document for document in visible}
        by_move, by_payment = {}, {}
        for document_sudo in found_sudo:
            if document := papers.get(document_sudo.id):
                by_move[document_sudo.move_id.id] = document
                by_payment[document_sudo.payment_id.id] = document
        return {
            move.id: document
            for move in moves
            if (
                document := by_move.get(move.id)
                or move.origin_payment_id
                and by_payment.get(move.origin_payment_id.id)
            )
        }

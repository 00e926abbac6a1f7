from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from odoo.addons.b2b_portal.tools.numbers import parse_number

# So many documents are paid together at most, an address names no more; no sum is
# higher.
MAX_DOCUMENTS = 100
MAX_AMOUNT = 10**11


class B2bPaymentAllocation(models.Model):
    """What a dealer chooses to pay, checked against what is open at that moment."""

    _inherit = "b2b.payment.allocation"

    @api.model
    def _prepare_payables(self, choice):
        """Return what the current user has chosen to pay, checked.

        :param list[tuple] choice: pairs of what and how much: ``("line", id)``
            (settlement line), ``("request", id)`` (payment request), ``("ahead", id)``
            (contract), and the amount as text or None for all that is open
        :return: dicts, in the order of the choice, of :data:`MAX_DOCUMENTS` at most
            (the caller says how many are left): ``kind``, ``record``, ``name``,
            ``contract``, ``legal_entity``, ``company``, ``currency``, ``account``
            (sudo), ``open`` (None ahead), ``amount``, ``error`` (text or False)
        :rtype: list[dict]
        """
        choice = choice[:MAX_DOCUMENTS]
        records = self._find_payables(choice)
        claimed = self._get_claimed(records["line"].sudo(), records["request"].sudo())
        payables, seen = [], set()
        for kind, record_id, text in choice:
            record = records[kind].filtered(lambda r, id_=record_id: r.id == id_)
            if record and (kind, record_id) not in seen:
                seen.add((kind, record_id))
                payable = self._prepare_payable(kind, record, claimed)
                payables.append(payable | self._check_amount(payable, text))
        return payables

    @api.model
    def _find_payables(self, choice):
        """Return the records of a choice that the access rules let the user read."""
        models_ = {
            "line": self.env["b2b.settlement.line"],
            "request": self.env["b2b.payment.request"],
            "ahead": self.env["b2b.contract"].with_context(active_test=False),
        }
        return {
            kind: model.search(
                Domain("id", "in", [id_ for k, id_, _text in choice if k == kind])
            )
            for kind, model in models_.items()
        }

    @api.model
    def _prepare_payable(self, kind, record, claimed):
        """Return what is to be known of a document before it is paid; see
        :meth:`_prepare_payables`."""
        # He may read the record; company and accounts are not for dealers.
        record_sudo = record.sudo()
        contract_sudo = record_sudo if kind == "ahead" else record_sudo.contract_id
        item_sudo = record_sudo.move_line_id if kind == "line" else None
        payable = {
            "kind": kind,
            "record": record,
            "name": record.name,
            "contract": contract_sudo,
            "legal_entity": record_sudo.legal_entity_id,
            "company": record_sudo.company_id,
            "currency": record_sudo.currency_id,
            "account": item_sudo.account_id if item_sudo else None,
            "open": None,
            "claimed": 0.0,
            "due": "",
        }
        if kind == "line":
            payable["open"] = record.residual
            if record.date_maturity:
                payable["due"] = format_date(self.env, record.date_maturity)
        elif kind == "request":
            payable["open"] = record._get_amount_to_pay()
        else:
            payable["name"] = self.env._("In advance on %(number)s", number=record.name)
        if kind != "ahead":
            payable["claimed"] = claimed[record_sudo]
            rest = payable["open"] - payable["claimed"]
            payable["open"] = payable["currency"].round(rest)
        return payable

    @api.model
    def _check_amount(self, payable, text):
        """Return ``amount`` and ``error`` of a document that is to be paid.

        :param dict payable: see :meth:`_prepare_payables`
        :param str text: what the user has written, or None for all that is open
        :rtype: dict
        """
        refusal = self._get_payable_refusal(payable)
        if refusal:
            return {"amount": 0.0, "error": refusal}
        currency, rest = payable["currency"], payable["open"]
        if text is None and rest is not None:
            return {"amount": rest, "error": False}
        amount = self._parse_amount(text, currency)
        if not amount:
            error = self.env._("Enter an amount above zero.")
            return {"amount": rest or 0.0, "error": error}
        if rest is not None and currency.compare_amounts(amount, rest) > 0:
            error = self.env._(
                "Not more than %(amount)s is open.",
                amount=format_amount(self.env, rest, currency),
            )
            return {"amount": rest, "error": error}
        return {"amount": amount, "error": False}

    @api.model
    def _get_payable_refusal(self, payable):
        """Say why something cannot be paid by the current user now, or False."""
        if not self.env.user._b2b_may("pay", payable["legal_entity"]):
            return self.env._(
                "Your role does not let you pay for %(entity)s.",
                entity=payable["legal_entity"].name,
            )
        contract = payable["contract"]
        if contract and (reason := contract._refusal_reason("pay")):
            return reason
        if payable["kind"] == "line" and payable["record"].document_id:
            return self.env._("This document is not paid by itself: pay ahead.")
        rest = payable["open"]
        if rest is not None and payable["currency"].compare_amounts(rest, 0) <= 0:
            if payable["claimed"]:
                return self.env._("A payment of this document is under way.")
            return self.env._("Nothing of this document is open any more.")
        return False

    @api.model
    def _parse_amount(self, text, currency):
        """Return the amount that a text names, rounded, or 0 for none.

        :param str text: see :func:`parse_number`
        :rtype: float
        """
        amount = parse_number(text)
        if amount is None or not 0 < amount <= MAX_AMOUNT:
            return 0.0
        return currency.round(amount)

    # === WHAT IS PAID TOGETHER === #

    @api.model
    def _group_payables(self, payables):
        """Return payables in the groups that one payment can pay.

        :param list[dict] payables: see :meth:`_prepare_payables`
        :return: lists of payables, and sentences that say why there are several
        :rtype: tuple[list[list[dict]], list[str]]
        """
        groups = {}
        for payable in payables:
            groups.setdefault(self._get_group_key(payable), []).append(payable)
        if len(groups) < 2:
            return list(groups.values()), []
        reasons = {
            "currency": self.env._(
                "Amounts in different currencies are paid separately."
            ),
            "company": self.env._(
                "These documents are of different companies of your supplier: each "
                "receives a payment of its own."
            ),
            "legal_entity": self.env._("Each legal entity pays its own documents."),
            "account": self.env._("These documents are kept on different accounts."),
        }
        texts = [
            text
            for name, text in reasons.items()
            if len({payable[name] for payable in payables if payable[name]}) > 1
        ]
        if any(payable["kind"] != "line" for payable in payables):
            texts.append(
                self.env._(
                    "What is paid in advance is paid apart from what is owed already."
                )
            )
        return list(groups.values()), texts

    @api.model
    def _get_group_key(self, payable):
        """Return what the payables of one payment have in common."""
        parts = ("company", "currency", "legal_entity", "account")
        key = tuple(payable[name].id if payable[name] else None for name in parts)
        if payable["kind"] == "line":
            return ("line", *key)
        return (payable["kind"], payable["record"].id)

    @api.model
    def _claim_payables(self, choice):
        """Return what is paid now, with nobody else paying it at this moment. The
        caller makes the allocations in the same transaction.

        :param list[tuple] choice: see :meth:`_prepare_payables`
        :raise UserError: if it cannot be paid together or an amount is wrong
        """
        if len(choice) > MAX_DOCUMENTS:
            raise UserError(
                self.env._(
                    "At most %(count)s documents are paid together.",
                    count=MAX_DOCUMENTS,
                )
            )
        records = self._find_payables(choice)
        # Counters of the documents are not for dealers to write.
        self._serialize(records["line"].sudo(), records["request"].sudo())
        payables = self._prepare_payables(choice)
        groups, reasons = self._group_payables(payables)
        errors = [
            f"{payable['name']}: {payable['error']}"
            for payable in payables
            if payable["error"]
        ]
        if not groups:
            raise UserError(self.env._("There is nothing to pay."))
        if errors or len(groups) > 1:
            raise UserError("\n".join(errors or reasons))
        return payables

    @api.model
    def _prepare_allocation_values(self, payable):
        """Return the values of the allocation of a payable."""
        is_line = payable["kind"] == "line"
        is_request = payable["kind"] == "request"
        return {
            "company_id": payable["company"].id,
            "legal_entity_id": payable["legal_entity"].id,
            "contract_id": payable["contract"].id,
            "move_line_id": is_line and payable["record"].sudo().move_line_id.id,
            "payment_request_id": is_request and payable["record"].id,
            "name": payable["name"],
            "currency_id": payable["currency"].id,
            "amount": payable["amount"],
        }

    @api.model
    def _claim_invoices(self, moves, amount):
        """Claim an amount of some invoices, what is due first before the rest.

        The caller has made sure that whoever asks may pay them, and makes the
        allocations in the same transaction.

        :param account.move moves: in sudo
        :param float amount: what is to be paid
        :return: see :meth:`_prepare_payables`; none for invoices that are on no
            contract
        :rtype: list[dict]
        :raise UserError: if so much is not open, or being paid already
        """
        lines = self.env["b2b.settlement.line"].search(
            [("move_id", "in", moves.ids)], order="date_maturity, id"
        )
        if not lines.contract_id:
            return []
        self._serialize(lines, self.env["b2b.payment.request"])
        claimed = self._get_claimed(lines, self.env["b2b.payment.request"])
        payables = [self._prepare_payable("line", line, claimed) for line in lines]
        groups, reasons = self._group_payables(payables)
        if len(groups) > 1:
            raise UserError("\n".join(reasons))
        self._share_amount(payables, amount)
        return [payable for payable in payables if payable["amount"]]

    @api.model
    def _share_amount(self, payables, amount):
        """Set the ``amount`` of payables in one currency to their shares of a sum.

        :raise UserError: if so much is not open
        """
        currency = payables[0]["currency"]
        rest = self._parse_amount(str(amount), currency)
        total = sum(max(payable["open"], 0.0) for payable in payables)
        if not rest or currency.compare_amounts(rest, total) > 0:
            raise UserError(
                self.env._(
                    "Not more than %(amount)s is open, apart from payments under way.",
                    amount=format_amount(self.env, total, currency),
                )
            )
        for payable in payables:
            payable["amount"] = currency.round(min(max(payable["open"], 0.0), rest))
            rest = currency.round(rest - payable["amount"])

    @api.model
    def _get_default_choice(self):
        """Return what to pay if nothing was chosen: what opens a blocked account, else
        what is overdue. All of it, oldest first; it is paid in several payments.

        :rtype: list[tuple]
        """
        lines = self.env["b2b.settlement.line"]
        plan = self.env.user._b2b_get_blocks()._get_unblock_plan()
        own = lines.browse([line.id for line, _ in plan])._filtered_access("read")
        if own:
            own_ids = set(own.ids)
            return [
                ("line", line.id, str(amount))
                for line, amount in plan
                if line.id in own_ids
            ]
        overdue = lines.search(
            lines._get_open_domain("overdue"), order="date_maturity, id"
        )
        return [("line", line.id, None) for line in overdue]

    @api.model
    def _get_open_requests(self):
        """Return payment requests that the user may pay in advance.

        :rtype: b2b.payment.request
        """
        requests = self.env["b2b.payment.request"]
        if not requests.has_access("read"):
            return requests
        today = fields.Date.context_today(self)
        found = requests.search(
            Domain("payment_state", "!=", "paid")
            & (
                Domain("validity_date", "=", False)
                | Domain("validity_date", ">=", today)
            ),
        )
        return found.filtered(lambda request: request._get_amount_to_pay())

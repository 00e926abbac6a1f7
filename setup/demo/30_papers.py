# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Papers that staff register by hand: tax invoices, a type of the supplier's own."""

import base64
import io
from datetime import datetime, time

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from odoo.fields import Command


def load(env):
    """Register tax invoices of what was paid, and a certificate for each dealer."""
    company = env.ref("base.main_company")
    _register_tax_invoices(env, company)
    _register_certificates(env, company)


def _register_tax_invoices(env, company):
    invoices = env["account.move"].search(
        [
            ("company_id", "=", company.id),
            ("move_type", "=", "out_invoice"),
            ("payment_state", "=", "paid"),
            ("amount_tax", ">", 0),
        ],
        order="invoice_date, id",
    )
    for number, invoice in enumerate(invoices, start=1):
        name = f"TI-{invoice.invoice_date:%Y}/{number:04d}"
        lines = [
            f"Date: {invoice.invoice_date:%d.%m.%Y}",
            f"Seller: {company.name}, tax ID {company.vat}",
            f"Buyer: tax ID {invoice.partner_id.vat}",
            f"To invoice {invoice.name}",
            f"Net: {invoice.amount_untaxed:.2f} {invoice.currency_id.name}",
            f"VAT: {invoice.amount_tax:.2f} {invoice.currency_id.name}",
            f"Total: {invoice.amount_total:.2f} {invoice.currency_id.name}",
        ]
        _register(
            env,
            "b2b_portal.document_type_tax_invoice",
            name=name,
            date=invoice.invoice_date,
            legal_entity_id=invoice.partner_id.id,
            contract_id=invoice.b2b_contract_id.id,
            company_id=company.id,
            currency_id=invoice.currency_id.id,
            amount=invoice.amount_total,
            order_ids=[Command.set(invoice.line_ids.sale_line_ids.order_id.ids)],
            pdf_file=_print_pdf(f"Tax invoice {name}", lines),
        )


def _register_certificates(env, company):
    """A type of papers that needed no code."""
    others = env.ref("b2b_portal.document_type_others")
    certificate = env["b2b.document.type"].create(
        {
            "name": "Certificate of conformity",
            "code": "certificate",
            "sequence": 95,
            "parent_id": others.id,
        }
    )
    for number, contract in enumerate(env["b2b.contract"].search([], order="id"), 1):
        name = f"CC-{number:03d}"
        _register(
            env,
            certificate,
            name=name,
            date=contract.date_start,
            legal_entity_id=contract.legal_entity_id.id,
            contract_id=contract.id,
            company_id=company.id,
            currency_id=contract.currency_id.id,
            pdf_file=_print_pdf(
                f"Certificate of conformity {name}",
                ["Pumps, valves and fittings conform to EN 809, EN 13828, EN 10226."],
            ),
        )


def _register(env, type_or_name, **values):
    """Register a paper that the dealer sees."""
    kind = env.ref(type_or_name) if isinstance(type_or_name, str) else type_or_name
    values.update(
        type_id=kind.id,
        state="issued",
        issued_at=datetime.combine(values["date"], time(10)),
        source="manual",
        is_published=True,
        pdf_filename=f"{values['name'].replace('/', '-')}.pdf",
    )
    return env["b2b.document"].create(values)


def _print_pdf(title, lines):
    """Return a page of text as a PDF, in base64."""
    page = io.BytesIO()
    sheet = canvas.Canvas(page, pagesize=A4, invariant=1)
    sheet.setTitle(title)
    sheet.setFont("Helvetica-Bold", 16)
    sheet.drawString(60, 770, title)
    sheet.setFont("Helvetica", 11)
    for number, line in enumerate(lines):
        sheet.drawString(60, 735 - 20 * number, line)
    sheet.save()
    return base64.b64encode(page.getvalue())

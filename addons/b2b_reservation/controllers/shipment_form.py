import base64
import re

from odoo.fields import Command
from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.b2b_portal.controllers.query import parse_date, parse_id
from odoo.addons.b2b_portal.tools.numbers import parse_quantity

from ..models.b2b_shipment_request_form import CHOICES, DATES, TEXTS

MAX_FILE_SIZE = 10 * 1024 * 1024
# What the input for a new address is called, by the field that it fills.
ADDRESS_INPUTS = {
    "address_name": "name",
    "address_street": "street",
    "address_zip": "zip",
    "address_city": "city",
    "address_country": "country_id",
    "address_state": "state_id",
}
# What the list of addresses says if the one that is wanted is not in it.
NEW_ADDRESS = "new"
MAX_LENGTHS = {"comment": 2000}
MAX_LENGTH = 100
# The endings that a file of a type may have; the first is given to one without.
FILE_TYPES = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
}
# Endings of what runs or is shown with scripts, hidden in front of a harmless one.
HOSTILE_ENDINGS = set(
    "asp aspx bat cmd com cpl dll exe hta htm html jar js jsp lnk mhtml mjs msi "
    "php phtml pl ps1 py scr sh shtml svg vbs wsf xht xhtml xml xsl".split()
)


class ShipmentForm:
    """What a dealer has entered on the form of a shipment request: text made values of
    fields, and what cannot be made one, as problems for him.
    """

    def __init__(self, shipment_sudo, lines_sudo, post):
        """
        :param b2b.shipment.request shipment_sudo: a draft or a new record
        :param sale.order.line lines_sudo: those to choose from
        :param dict post: what the browser has sent
        """
        self.env = request.env
        self.shipment = shipment_sudo
        self.lines = lines_sudo
        self.post = dict(post)
        self.values = {}
        # Pairs as those of `_get_problems` of the request.
        self.problems = []
        self._read_texts()
        self._read_dates()
        self._read_choices()
        self._read_receiver()
        self._read_quantities()
        self._read_file()

    def _get_text(self, name):
        """Return what was entered, without what a database cannot take."""
        text = self.post.get(name)
        if not isinstance(text, str):
            return ""
        limit = MAX_LENGTHS.get(name, MAX_LENGTH)
        return text.replace("\x00", "").strip()[:limit]

    def get_entered(self):
        """Return what the inputs held, to be shown again.

        :rtype: dict[str, str]
        """
        names = [*CHOICES, *TEXTS, *DATES, *ADDRESS_INPUTS]
        names += [f"line_{line.id}" for line in self.lines]
        return {name: self._get_text(name) for name in names if name in self.post}

    def set_entered(self, name, text):
        """Have an input hold something else than what was entered."""
        self.post[name] = text

    def get_new_address(self):
        """Return what a new address says, as `portal` reads it from its own forms.

        :rtype: dict[str, str]
        """
        address = {
            field: self._get_text(name) for name, field in ADDRESS_INPUTS.items()
        }
        # A number as no record can have it is none.
        for field in ("country_id", "state_id"):
            address[field] = str(parse_id(address[field]) or "")
        return address

    def _read_texts(self):
        for name in TEXTS:
            self.values[name] = self._get_text(name)

    def _read_dates(self):
        for name in DATES:
            text = self._get_text(name)
            self.values[name] = parse_date(text)
            if text and not self.values[name]:
                self.problems.append(
                    (name, self.env._("“%(text)s” is no date.", text=text))
                )

    def _read_choices(self):
        """Take what is offered; what is not asked for by the method is left out."""
        offered = self.shipment._get_form_choices()
        chosen = {}
        for name in CHOICES:
            record_id = parse_id(self._get_text(name))
            of_name = offered["addresses" if name == "address" else f"{name}s"]
            chosen[name] = of_name.filtered(lambda record, i=record_id: record.id == i)
        if method := chosen["method"]:
            by_carrier = method.needs_carrier or method.needs_terminal
            chosen["address"] = method.needs_address and chosen["address"]
            chosen["carrier"] = by_carrier and chosen["carrier"]
            chosen["terminal"] = method.needs_terminal and chosen["terminal"]
        self.contact = chosen["contact"]
        self.asks_new_address = self._get_text("address") == NEW_ADDRESS and (
            not method or method.needs_address
        )
        self.asks_attorney = not method or method.power_of_attorney != "no"
        if not self.asks_attorney:
            self.values |= {"attorney_number": False, "attorney_date": False}
        for name, field in CHOICES.items():
            self.values[field] = chosen[name] and chosen[name].id

    def _read_receiver(self):
        """An existing contact says his name and, if it is not entered, his phone."""
        if self.contact:
            self.values["contact_name"] = self.contact.name
            self.values["contact_phone"] = (
                self.values["contact_phone"] or self.contact.phone
            )

    # === GOODS === #

    def _read_quantities(self):
        known = {line.sale_line_id: line for line in self.shipment.line_ids}
        commands = []
        for line in self.lines:
            name = f"line_{line.id}"
            # Lines that cannot be shipped have no input.
            if name not in self.post:
                continue
            quantity = self._read_quantity(line, self._get_text(name))
            if quantity is None:
                continue
            if line in known and quantity:
                commands.append(Command.update(known[line].id, {"quantity": quantity}))
            elif line in known:
                commands.append(Command.delete(known[line].id))
            elif quantity:
                commands.append(
                    Command.create({"sale_line_id": line.id, "quantity": quantity})
                )
        self.values["line_ids"] = commands

    def _read_quantity(self, line, text):
        """Return how much of an order line is entered, None if it is no quantity."""
        quantity = parse_quantity(text)
        if quantity is not None:
            return line.product_uom_id.round(quantity)
        self.problems.append(
            ("goods", self.env._("“%(text)s” is no quantity.", text=text[:50]))
        )
        return None

    # === THE POWER OF ATTORNEY === #

    def _read_file(self):
        """Take the scan if it is one. What it is its content says, not its name."""
        if not self.asks_attorney or self.post.get("attorney_file_remove"):
            self.values |= {"attorney_file": False, "attorney_filename": False}
        upload = request.httprequest.files.get("attorney_file")
        if not self.asks_attorney or not upload or not upload.filename:
            return
        content = upload.read(MAX_FILE_SIZE + 1)
        name, problem = self._check_file(upload.filename, content)
        if problem:
            self.problems.append(("attorney_file", problem))
            return
        self.values |= {
            "attorney_file": base64.b64encode(content),
            "attorney_filename": name,
        }

    def _check_file(self, filename, content):
        """Return the name to keep a file under, and what is wrong with it.

        :rtype: tuple[str, str | None]
        """
        name = re.split(r"[\\/]", filename)[-1]
        name = re.sub(r"[^\w .()№-]", "_", name).strip(". ")[-MAX_LENGTH:]
        if not content:
            return name, self.env._("The file “%(name)s” is empty.", name=name)
        if len(content) > MAX_FILE_SIZE:
            return name, self.env._(
                "The file “%(name)s” is larger than %(size)s MB.",
                name=name,
                size=MAX_FILE_SIZE // 1024**2,
            )
        endings = FILE_TYPES.get(guess_mimetype(content))
        _stem, *parts = name.lower().split(".")
        if (
            not endings
            or (parts and parts[-1] not in endings)
            or HOSTILE_ENDINGS.intersection(parts)
        ):
            return name, self.env._(
                "The file “%(name)s” is no scan: attach a PDF, JPEG or PNG.", name=name
            )
        return name if parts else f"{name}.{endings[0]}", None

from odoo import models

from ..tools import phones


class B2bShipmentRequest(models.Model):
    """Who receives the cargo, and how he is called."""

    _inherit = "b2b.shipment.request"

    def _get_receiver_problems(self):
        """Return what is wrong with the receiver, see :meth:`_get_problems`."""
        if self.contact_id and self.contact_id not in self._get_contacts():
            return [("contact", self.env._("Choose who receives the cargo."))]
        problems = []
        if not self.contact_name:
            problems.append(
                ("contact_name", self.env._("Say who receives the cargo: his name."))
            )
        if not self.contact_phone:
            problems.append(
                (
                    "contact_phone",
                    self.env._("Say how the receiver can be called: his phone."),
                )
            )
        elif not self._format_phone(self.contact_phone):
            problems.append(("contact_phone", self._get_phone_sentence()))
        return problems

    def _get_phone_sentence(self):
        """Say that the receiver's phone is none, and what one looks like.

        :return: a translated sentence for the dealer
        :rtype: str
        """
        country = self._get_phone_country()
        return self.env._(
            "“%(phone)s” is no phone number: write it with the code of the country, "
            "like %(example)s.",
            phone=self.contact_phone,
            example=phones.get_example(country.code),
        )

    def _get_phone_country(self):
        """Return the country whose numbers need no code: where the goods are brought
        to, else that of the legal entity, else the supplier's.

        :rtype: res.country
        """
        self.ensure_one()
        address = self.address_id if self.needs_address else self.address_id.browse()
        return (
            address.country_id
            or self.legal_entity_id.country_id
            or self.company_id.country_id
        )

    def _format_phone(self, phone):
        """Return a phone number as it is written internationally.

        :param str phone: what somebody has typed
        :rtype: str | bool
        :return: False for what is none
        """
        self.ensure_one()
        # Without the library Odoo takes any text for one.
        if not phones.has_plans() and not phones.looks_like_phone(phone):
            return False
        return self._phone_format(
            number=phone,
            country=self._get_phone_country(),
            force_format="INTERNATIONAL",
        )

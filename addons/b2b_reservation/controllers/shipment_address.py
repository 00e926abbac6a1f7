from odoo.http import request

from odoo.addons.b2b_portal.controllers.query import parse_id

from .shipment_form import ADDRESS_INPUTS
from .shipment_portal import B2bShipmentPortal


class B2bShipmentAddress(B2bShipmentPortal):
    """A delivery address that the dealer enters while he composes a request. What an
    address must say is what the address forms of `portal` ask for.
    """

    def _take_new_address(self, shipment_sudo, form):
        """Give a draft the new address that its form says: a contact for deliveries of
        its legal entity. An address that it has already is not made once more.

        :param b2b.shipment.request shipment_sudo: a draft of the dealer's
        :param ShipmentForm form: what he has entered
        :return: what is wrong with it, see `_get_problems` of the request
        :rtype: list[tuple[str, str]]
        """
        if not form.asks_new_address:
            return []
        values, _extra = self._parse_form_data(form.get_new_address())
        problems = self._get_address_problems(values)
        if not problems:
            entity_sudo = shipment_sudo.legal_entity_id
            self._b2b_complete_address(values, shipment_sudo, entity_sudo)
            address_sudo = entity_sudo._b2b_add_delivery_address(values)
            shipment_sudo.address_id = address_sudo
            form.set_entered("address", str(address_sudo.id))
        return problems

    def _get_address_problems(self, values):
        """Return what is wrong with a new address, see `_get_problems` of the request.

        :param dict values: those of `res.partner`; choices that do not exist are taken
            off them
        """
        country = request.env["res.country"].browse(values["country_id"]).exists()
        state = request.env["res.country.state"].browse(values["state_id"]).exists()
        # An id that nobody has is no choice.
        values |= {"country_id": country.id, "state_id": state.id}
        missing = self._get_mandatory_delivery_address_fields(country)
        missing = {name for name in missing if not values.get(name)}
        sentences = self._get_address_sentences()
        problems = [
            (name, sentences[field])
            for name, field in ADDRESS_INPUTS.items()
            if field in missing and field in sentences
        ]
        if state and state.country_id != country:
            problems.append(
                (
                    "address_state",
                    request.env._(
                        "“%(state)s” is in another country: choose a state of the "
                        "country of the delivery address.",
                        state=state.name,
                    ),
                )
            )
        return problems

    def _get_address_sentences(self):
        """Return what is said if a field of an address is missing.

        :rtype: dict[str, str]
        """
        return {
            "street": request.env._(
                "Enter the street and the house of the delivery address."
            ),
            "zip": request.env._("Enter the postal code of the delivery address."),
            "city": request.env._("Enter the city of the delivery address."),
            "country_id": request.env._("Choose the country of the delivery address."),
            "state_id": request.env._("Choose the state of the delivery address."),
        }

    def _b2b_complete_address(self, values, shipment_sudo, entity_sudo):
        """Add what makes an address one for deliveries of a legal entity, and lets it
        serve in the shop, too, which asks for a name, a phone and a mail address.

        :param dict values: those of `res.partner`, which are changed
        :param b2b.shipment.request shipment_sudo: for which it is
        :param res.partner entity_sudo: whose it becomes
        """
        # That of the user's own company, but for what is set below.
        self._complete_address_values(values, "delivery", False)
        phone = shipment_sudo.contact_phone
        values |= {
            "parent_id": entity_sudo.id,
            "company_id": entity_sudo.company_id.id,
            "name": values["name"] or entity_sudo.name,
            "email": request.env.user.email or entity_sudo.email,
            "phone": (phone and shipment_sudo._format_phone(phone))
            or entity_sudo.phone,
        }

    def _prepare_address_choices(self, form):
        """Return what the part of the form for a new address offers.

        :param dict form: what the inputs hold
        """
        countries = request.env["res.country"].search([])
        chosen = countries.browse(parse_id(form["address_country"]))
        return {
            "countries": countries,
            "states": (countries & chosen).state_ids,
        }

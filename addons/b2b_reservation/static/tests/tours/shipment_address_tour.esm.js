import {registry} from "@web/core/registry";

const FIELDS = "[data-for='new_address']";

const enter = (name, text) => ({
    content: `Enter ${name}`,
    trigger: `[name='address_${name}']`,
    run: `edit ${text}`,
});

registry.category("web_tour.tours").add("b2b_reservation.shipment_new_address", {
    steps: () => [
        {
            content: "Before it is asked for, there is no room for another address",
            trigger: `.o_b2b_shipment_form:has(${FIELDS}.d-none) .o_b2b_method:contains(Our own delivery) input`,
            run: "click",
        },
        {
            content: "The one that is wanted is not in the list",
            trigger: `.o_b2b_shipment_form:has(${FIELDS}.d-none) [name='address']`,
            run: "selectByLabel Another address…",
        },
        {
            content: "A country of states asks for one",
            trigger: `${FIELDS}:not(.d-none) [name='address_country']`,
            run: "selectByLabel United States",
        },
        {
            content: "It offers its own",
            trigger: ".o_b2b_state:not(.d-none) [name='address_state']",
            run: "selectByLabel Texas",
        },
        {
            content: "Another country offers others, or none",
            trigger: "[name='address_country']",
            run: "selectByLabel Belgium",
        },
        {
            content: "Nothing of the first one is left",
            trigger: "body:not(:has([name='address_state'] option:contains(Texas)))",
        },
        enter("city", "Antwerp"),
        enter("zip", "2000"),
        enter("street", "Quay 5"),
        {
            content: "The day",
            trigger: "[name='date_wanted']",
            run({anchor}) {
                anchor.value = anchor.min;
                anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "Who receives it",
            trigger: "[name='contact_name']",
            run: "edit Anna Petrova",
        },
        {
            content: "His phone as it is dialled there",
            trigger: "[name='contact_phone']",
            run: "edit 0470 12 34 56",
        },
        {
            content: "Send it",
            trigger: "button[value='send']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It goes to the new address",
            trigger: "dd:contains(Quay 5)",
        },
    ],
});

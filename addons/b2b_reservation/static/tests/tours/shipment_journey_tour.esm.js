import {registry} from "@web/core/registry";

function open(url) {
    return {
        content: `Open ${url}`,
        trigger: "body",
        run: () => {
            window.location.href = url;
        },
        expectUnloadPage: true,
    };
}

/** Browsers write days as their language does, the form takes them as the server. */
function enterDay(getDay) {
    return {
        content: "Enter the day",
        trigger: "[name='date_wanted']",
        run({anchor}) {
            anchor.value = getDay(anchor);
            anchor.dispatchEvent(new Event("change", {bubbles: true}));
        },
    };
}

function shows(shown, hidden) {
    return {
        content: `The form asks for ${shown}, not for ${hidden}`,
        trigger: `.o_b2b_shipment_form:has([data-for='${shown}']:not(.d-none)):has([data-for='${hidden}'].d-none)`,
    };
}

function choose(method) {
    return {
        content: `Choose ${method}`,
        trigger: `.o_b2b_method:contains(${method}) input`,
        run: "click",
    };
}

/** A dealer whose order has a bill: reserves, asks for the shipment, sends. */
registry.category("web_tour.tours").add("b2b_reservation.shipment_asked_for", {
    url: "/my/orders",
    steps: () => [
        {
            content: "Open the order",
            trigger: ".o_portal_my_doc_table a:contains(JOURNEY)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Its goods are to be reserved",
            trigger: "a[href$='/reserve']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Reserve what is proposed",
            trigger: "form[action$='/reserve'] button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is kept",
            trigger: ".alert-success:contains(Everything you asked for is reserved)",
        },
        open("/my/shipment-requests/new"),
        {
            content: "For the head office",
            trigger: ".list-group-item:contains(Horns and Hooves)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Everything of the order; without a method nothing else is asked",
            trigger:
                ".o_b2b_shipment_form:has([data-for='address'].d-none) .o_b2b_ship_all",
            run: "click",
        },
        {
            content: "It weighs ten; three of it will do",
            trigger:
                ".o_b2b_shipment_form:has(.o_b2b_weight:contains(10.00)) .o_b2b_quantity_input",
            run: "edit 3",
        },
        {
            content: "They weigh six",
            trigger: ".o_b2b_weight:contains(6.00)",
        },
        choose("Pick-up"),
        shows("attorney", "carrier"),
        choose("Delivery to a carrier"),
        shows("terminal", "attorney"),
        {
            content: "Choose the company",
            trigger: "[name='carrier']",
            run: "selectByLabel Fast Freight",
        },
        {
            content: "Only its own terminals are offered",
            trigger:
                "[name='terminal']:has(optgroup[label='Fast Freight']:not([disabled])):has(optgroup[label='Slow Freight'][disabled])",
            run: "selectByLabel Kyiv, North",
        },
        enterDay(() => "2020-01-01"),
        {
            content: "A day that is over is said to be none",
            trigger: ".o_b2b_date_problem:contains(is possible from)",
        },
        enterDay((input) => input.min),
        {
            content: "The first day is fine; forget the phone",
            trigger:
                ".o_b2b_shipment_form:not(:has(.o_b2b_date_problem:contains(possible))) [name='contact_name']",
            run: "edit Anna Petrova",
        },
        {
            content: "Send it",
            trigger: "button[value='send']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Only the phone is missing, all else is still there",
            trigger:
                "body:has(.o_b2b_shipment_problems:contains(his phone):not(:contains(Choose))):has([name='contact_name']:value(Anna Petrova)) [name='contact_phone']",
            run: "edit +380 44 123 45 67",
        },
        {
            content: "Send it again",
            trigger: "button[value='send']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is sent",
            trigger:
                "body:has(.alert-success:contains(is sent)) .o_b2b_step_current:contains(Sent)",
        },
    ],
});

/** Staff confirm the request in the backend. */
registry.category("web_tour.tours").add("b2b_reservation.shipment_confirmed", {
    steps: () => [
        {
            content: "Confirm what the dealer asks for",
            trigger:
                ".o_form_view:contains(Fast Freight) button[name='action_confirm']",
            run: "click",
        },
        {
            content: "It is confirmed",
            trigger: ".o_arrow_button_current:contains(Confirmed)",
        },
    ],
});

/** The warehouse delivers just the goods of the request. */
registry.category("web_tour.tours").add("b2b_reservation.shipment_delivered", {
    steps: () => [
        {
            content: "Validate the transfer",
            trigger: ".o_statusbar_buttons button[name='button_validate']",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_arrow_button_current:contains(Done)",
        },
    ],
});

/** The dealer sees that his goods have left. */
registry.category("web_tour.tours").add("b2b_reservation.shipment_shipped", {
    url: "/my/shipment-requests?filterby=ended",
    steps: () => [
        {
            content: "Open the request",
            trigger:
                ".o_portal_my_doc_table tr:contains(Shipped) a[href*='shipment-requests/']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Three have left",
            trigger:
                "body:has(.o_b2b_step_over:contains(Shipped)) td:last-child:contains(3)",
        },
    ],
});

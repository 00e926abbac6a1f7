import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("b2b_reservation.shipment_cost", {
    steps: () => [
        {
            content: "Choose a method that has a price",
            trigger:
                ".o_b2b_shipment_form:has(.o_b2b_cost.d-none) .o_b2b_method:contains(Our own delivery) input",
            run: "click",
        },
        {
            content: "Five pieces are heavier than it takes",
            trigger: ".o_b2b_cost:not(.d-none):contains(your manager will tell you)",
        },
        {
            content: "Take fewer",
            trigger: ".o_b2b_quantity_input",
            run: "edit 2",
        },
        {
            content: "The cost follows",
            trigger: ".o_b2b_cost:not(.d-none):contains(22.00)",
        },
        {
            content: "Collect them instead",
            trigger: ".o_b2b_method:contains(Pick-up) input",
            run: "click",
        },
        {
            content: "That has no price",
            trigger: ".o_b2b_shipment_form:has(.o_b2b_cost.d-none)",
        },
    ],
});

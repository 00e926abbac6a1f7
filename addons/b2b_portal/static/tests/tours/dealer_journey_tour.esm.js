import {registry} from "@web/core/registry";

const SEARCH = ".o_wsale_products_searchbar_form input[name='search']:visible";

/** The main job of a dealer, from the log-in to the bill in the journal. */
registry.category("web_tour.tours").add("b2b_portal.dealer_journey", {
    url: "/shop",
    steps: () => [
        {
            content: "Two filters of the same article group are on sale",
            trigger: ".oe_product_cart:contains(Journey filter)",
        },
        {
            content: "Find the product by its article",
            trigger: SEARCH,
            run: "edit JF-",
        },
        {
            trigger: ".o_wsale_products_searchbar_form button[type='submit']:visible",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Filter by a characteristic",
            trigger:
                ".products_attributes_filters .form-check:contains(G 3/4) input:not(:checked)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger:
                "body:not(:has(.oe_product_cart:contains(JF-12))) .oe_product_cart:contains(JF-34)",
        },
        {
            content: "Open the product",
            trigger: ".oe_product_cart a:contains(Journey filter wide)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It tells article and stock",
            trigger: ".o_b2b_product_details:contains(JF-34):contains(25)",
        },
        {
            content: "Two of them",
            trigger: "input[name='add_qty']",
            run: "edit 2 && press Tab",
        },
        {
            trigger: "#add_to_cart",
            run: "click",
        },
        {
            content: "Go to the cart",
            trigger: "a[href='/shop/cart']:has(.my_cart_quantity:contains(2))",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Choose the second legal entity and its contract",
            trigger: ".o_b2b_cart_contract .dropdown-toggle:contains(D-1)",
            run: "click",
        },
        {
            trigger: ".o_b2b_cart_contract .dropdown-item:contains(E-1)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_b2b_cart_contract .dropdown-toggle:contains(E-1)",
        },
        {
            content: "Go to the checkout",
            trigger: "a[name='website_sale_main_button']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Go to the payment",
            trigger: ".o_b2b_delivery_hint",
        },
        {
            trigger: "a[name='website_sale_main_button']:not(.disabled)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Order and bill",
            trigger:
                "button[name='o_payment_submit_button']:not(:disabled):contains(Order and bill)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The thank-you page offers the bill",
            trigger: ".o_b2b_bill:has(.o_b2b_bill_number:contains(PR/))",
        },
        {
            trigger: ".o_b2b_bill a.o_b2b_bill_download[href$='download=1']",
        },
        {
            content: "Open the journal",
            trigger: "body",
            run: () => {
                window.location.href = "/my/journal";
            },
            expectUnloadPage: true,
        },
        {
            content: "The bill is there, with the legal entity and the contract",
            trigger:
                ".o_b2b_cards tr:contains(PR/):contains(Hooves Trade):contains(E-1) a[href*='/pdf']",
        },
    ],
});

import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("b2b_portal.order_and_bill", {
    url: "/shop?search=Oil filter",
    steps: () => [
        {
            content: "Open the product",
            trigger: ".oe_product_cart a:contains(Oil filter)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Prices are those of the first contract",
            trigger: ".oe_price .oe_currency_value:contains(/^90.00$/)",
        },
        {
            content: "Add it to the cart",
            trigger: "#add_to_cart",
            run: "click",
        },
        {
            content: "Go to the cart",
            trigger: "a[href='/shop/cart']:has(.my_cart_quantity:contains(1))",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Open the choice of contracts",
            trigger: ".o_b2b_cart_contract .dropdown-toggle:contains(D-1)",
            run: "click",
        },
        {
            content: "Choose the contract of the second legal entity",
            trigger: ".o_b2b_cart_contract .dropdown-item:contains(E-1)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The cart has the prices of that contract",
            trigger: "#o_cart_summary, .o_wsale_shorter_cart_summary:contains(80.00)",
        },
        {
            content: "Go to the checkout",
            trigger: "a[name='website_sale_main_button']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "No delivery method is asked for",
            trigger: ".o_b2b_delivery_hint",
        },
        {
            content: "Go to the payment",
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
            content: "The thank-you page shows the bill",
            trigger: ".o_b2b_bill .o_b2b_bill_number:contains(PR/)",
        },
        {
            content: "It can be downloaded",
            trigger: ".o_b2b_bill a.o_b2b_bill_download[href$='download=1']",
        },
    ],
});

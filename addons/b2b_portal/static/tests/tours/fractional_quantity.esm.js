import {registry} from "@web/core/registry";

const QUANTITY = ".o_cart_product:contains(Cable) input.js_quantity:visible";
const WHOLE = ".o_cart_product:contains(Oil filter) input.js_quantity:visible";

/** A dealer types "2,5" on the page of a cable, changes it in the cart, and is told
 * why half an oil filter cannot be ordered. */
registry.category("web_tour.tours").add("b2b_fractional_quantity", {
    steps: () => [
        {
            content: "The page tells article and stock",
            trigger: ".o_b2b_product_details:contains(VVG-3X1.5):contains(30 m in stock)",
        },
        {
            content: "Type a quantity with a comma",
            trigger: "input[name='add_qty']",
            run: "edit 2,5 && press Tab",
        },
        {trigger: "#add_to_cart", run: "click"},
        {
            content: "Go to the cart",
            trigger: "a:contains(View cart)",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: `${QUANTITY}:value(2.5)`},
        {
            content: "One more",
            trigger: ".o_cart_product:contains(Cable) a[title='Add one']:visible",
            run: "click",
        },
        {
            content: "The server has counted it and made the line anew",
            trigger: "#shop_cart .oe_currency_value:contains(3.50)",
        },
        {trigger: `${QUANTITY}:value(3.5)`},
        {
            content: "Type with a point",
            trigger: QUANTITY,
            run: "edit 3.75 && press Tab",
        },
        {
            content: "The server has counted it",
            trigger: "#shop_cart .oe_currency_value:contains(3.75)",
        },
        {
            content: "Search another product by its article",
            trigger: "#shop_cart",
            run: () => {
                window.location.href = "/shop?search=OF-100";
            },
            expectUnloadPage: true,
        },
        {
            trigger: ".oe_product_cart:contains(OF-100) h2 a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "input[name='add_qty']",
            run: "edit 2 && press Tab",
        },
        {trigger: "#add_to_cart", run: "click"},
        {
            trigger: "a:contains(View cart)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Half an oil filter is refused in words",
            trigger: WHOLE,
            run: "edit 2,5 && press Tab",
        },
        {trigger: "body:contains(whole numbers only)"},
        {trigger: `${WHOLE}:value(2)`},
    ],
});

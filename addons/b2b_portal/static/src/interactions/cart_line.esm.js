import {browser} from "@web/core/browser/browser";
import {rpc} from "@web/core/network/rpc";
import {patch} from "@web/core/utils/patch";
import {redirect} from "@web/core/utils/urls";
import {CartLine} from "@website_sale/interactions/cart_line";
import wSaleUtils from "@website_sale/js/website_sale_utils";
import {parseQuantity, takesFractions} from "./quantity.esm";

patch(CartLine.prototype, {
    /**
     * Send the quantity as it was typed: the server knows what the unit allows. The
     * method of `website_sale` cuts it to an integer, so this one stands for it.
     *
     * @override
     */
    async _changeQuantity(input) {
        if (!takesFractions(input)) {
            return super._changeQuantity(...arguments);
        }
        const data = await this.waitFor(
            rpc("/shop/cart/update", {
                line_id: parseInt(input.dataset.lineId),
                product_id: parseInt(input.dataset.productId),
                quantity: parseQuantity(input.value || 0),
            })
        );
        if (!data.cart_quantity) {
            // Ensure the last cart removal is recorded.
            browser.sessionStorage.setItem("website_sale_cart_quantity", 0);
            return redirect("/shop/cart");
        }
        const cart = this.el.closest("#shop_cart");
        // The lines of the cart are made anew, their interactions have to follow.
        const interactions = this.services["public.interactions"];
        interactions.stopInteractions(cart);
        wSaleUtils.updateCartNavBar(data);
        wSaleUtils.updateQuickReorderSidebar(data);
        interactions.startInteractions(cart);
        wSaleUtils.showWarning(data.warning);
        // Propagate the change to the express checkout forms.
        this.env.bus.trigger("cart_amount_changed", [data.amount, data.minor_amount]);
    },
});

import {rpc} from "@web/core/network/rpc";
import {patch} from "@web/core/utils/patch";
import {QuickReorder} from "@website_sale/interactions/quick_reorder";
import wSaleUtils from "@website_sale/js/website_sale_utils";
import {parseQuantity, takesFractions} from "./quantity.esm";

patch(QuickReorder.prototype, {
    /**
     * @override
     */
    async updateQuantityAndPrice(ev) {
        const input = ev.currentTarget;
        if (!takesFractions(input)) {
            return super.updateQuantityAndPrice(...arguments);
        }
        const quantity = parseQuantity(input.value) || 0;
        this._updateAddButton(input, quantity);
        if (quantity > 0) {
            this._updateTotalPrice(
                input,
                quantity,
                parseFloat(input.dataset.priceUnit),
                parseInt(input.dataset.currencyDigits)
            );
        }
    },

    /**
     * Send a fraction as it is; sets of products have none and go their usual way.
     *
     * @override
     */
    async reorderProduct(ev) {
        const {productId, productTemplateId, quantity} = ev.currentTarget.dataset;
        const input = ev.currentTarget
            .closest(".o_wsale_quick_reorder_line")
            .querySelector(".o_wsale_quick_reorder_qty_input");
        if (!takesFractions(input) || Number.isInteger(parseFloat(quantity))) {
            return super.reorderProduct(...arguments);
        }
        const data = await this.waitFor(
            rpc("/shop/cart/quick_add", {
                product_template_id: parseInt(productTemplateId),
                product_id: parseInt(productId),
                quantity: parseFloat(quantity),
            })
        );
        const cart = document.getElementById("shop_cart");
        const interactions = this.services["public.interactions"];
        interactions.stopInteractions(cart);
        wSaleUtils.updateCartNavBar(data);
        wSaleUtils.updateQuickReorderSidebar(data);
        interactions.startInteractions(cart);
        wSaleUtils.showWarning(data.notification_info.warning);
    },
});

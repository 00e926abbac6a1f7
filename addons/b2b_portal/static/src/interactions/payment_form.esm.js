import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

import {PaymentForm} from "@payment/interactions/payment_form";

patch(PaymentForm.prototype, {
    /**
     * Say what the button does for who pays by bill.
     *
     * @override
     */
    _adaptSubmitButtonLabel(paymentMethodCode) {
        super._adaptSubmitButtonLabel(...arguments);
        if (paymentMethodCode !== "b2b_bill") {
            return;
        }
        for (const button of document.querySelectorAll(
            'button[name="o_payment_submit_button"]'
        )) {
            button.textContent = _t("Order and bill");
        }
    },
});

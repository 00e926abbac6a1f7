import {Interaction} from "@web/public/interaction";
import {addLoadingEffect} from "@web/core/utils/ui";
import {registry} from "@web/core/registry";

/**
 * A form whose answer may take a while: it shows that it is at work, and two clicks
 * send it once.
 */
export class BusyForm extends Interaction {
    static selector = "form.o_b2b_busy";
    dynamicContent = {
        _root: {"t-on-submit": this.onSubmit},
        // Whoever comes back by the browser's button may send it again.
        _window: {"t-on-pageshow": this.rest},
    };

    setup() {
        this.isSent = false;
        this.stopLoading = () => {};
    }

    onSubmit(ev) {
        if (this.isSent) {
            ev.preventDefault();
            return;
        }
        this.isSent = true;
        const button = ev.submitter;
        // A button that is disabled at once would not be part of what is sent.
        this.waitForTimeout(() => {
            if (button && this.isSent) {
                this.stopLoading = addLoadingEffect(button);
            }
        }, 0);
    }

    rest() {
        this.isSent = false;
        this.stopLoading();
        this.stopLoading = () => {};
    }
}

registry.category("public.interactions").add("b2b_reservation.busy_form", BusyForm);

import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

const MINUTE = 60 * 1000;

/**
 * Says how long a reservation lasts yet, and goes on saying it.
 */
export class ReservationCountdown extends Interaction {
    static selector = ".o_b2b_countdown[data-until]";
    dynamicContent = {
        _root: {
            "t-out": () => this.text,
            "t-att-class": () => ({"text-danger": this.isSoon, "fw-bold": this.isSoon}),
        },
    };

    setup() {
        this.until = luxon.DateTime.fromISO(this.el.dataset.until);
        this.tell();
    }

    start() {
        this.registerTimer();
    }

    registerTimer() {
        this.waitForTimeout(() => {
            this.tell();
            this.updateContent();
            this.registerTimer();
        }, MINUTE / 2);
    }

    tell() {
        const left = this.until.diffNow(["hours", "minutes"]);
        const hours = Math.floor(left.hours);
        const minutes = Math.floor(left.minutes);
        this.isSoon = left.as("hours") < 6;
        this.text =
            left.as("milliseconds") <= 0
                ? _t("time is over")
                : _t("%(hours)s h %(minutes)s min left", {hours, minutes});
    }
}

registry
    .category("public.interactions")
    .add("b2b_reservation.countdown", ReservationCountdown);

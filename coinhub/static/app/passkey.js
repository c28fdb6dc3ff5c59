// Passkeys: connects the page's buttons with the scripts of allauth, which speak to the device.
"use strict";
{
    const form = document.querySelector("[data-passkey]");
    const button = document.getElementById("passkey-button");
    if (form && button && window.PublicKeyCredential) {
        const kind = form.dataset.passkey;
        const ids = { data: "passkey-data", credential: form.querySelector("[name=credential]").id };
        ids[kind] = button.id;
        window.allauth.webauthn.forms[`${kind}Form`]({ ids });
        // At sign-in the button is for those who have a passkey.
        const asked = JSON.parse(document.getElementById("passkey-data").textContent);
        const keys = asked.request_options?.publicKey?.allowCredentials;
        button.hidden = kind === "authenticate" && keys !== undefined && keys.length === 0;
    }

    // A passkey in place of a code: what it signs goes with the form, by the form's own button.
    const places = window.PublicKeyCredential ? document.querySelectorAll("[data-passkey-ask]") : [];
    for (const place of places) {
        if (!place.hidden) continue; // a page with several forms has this script several times
        const [press, problem] = [place.querySelector("button"), place.querySelector("p")];
        const options = JSON.parse(document.getElementById(place.dataset.passkeyAsk).textContent);
        place.hidden = false;
        press.addEventListener("click", async () => {
            const asking = place.closest("form");
            const send = asking.querySelector("[type=submit][data-main]") ?? asking.querySelector("[type=submit]");
            problem.hidden = true;
            try {
                const signed = await window.webauthnJSON.get(options);
                place.querySelector("input").value = JSON.stringify(signed);
            } catch {
                problem.hidden = false;
                return;
            }
            const typed = asking.querySelector("[autocomplete=one-time-code]");
            if (typed) typed.required = false; // what is not typed is not missing
            asking.requestSubmit(send);
        });
    }
}

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
        const [press, problem] = [place.querySelector("button"), place.querySelector("p")];
        const options = JSON.parse(document.getElementById(place.dataset.passkeyAsk).textContent);
        place.hidden = false;
        press.addEventListener("click", async () => {
            const asking = place.closest("form");
            problem.hidden = true;
            try {
                const signed = await window.webauthnJSON.get(options);
                asking.elements.namedItem("credential").value = JSON.stringify(signed);
            } catch {
                problem.hidden = false;
                return;
            }
            asking.noValidate = true; // the code that is not typed is not missing
            asking.requestSubmit(asking.querySelector("button[type=submit]"));
        });
    }
}

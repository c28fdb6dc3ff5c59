// Passkeys: connects the page's button with allauth's script, which speaks to the device.
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
}

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
        button.hidden = false;
    }
}

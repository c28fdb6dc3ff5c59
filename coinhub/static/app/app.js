// Small comforts; every page works without them.
"use strict";
{
    // A form that moves money is sent once: the key in it makes a second try harmless, and the
    // button says that something is happening.
    document.addEventListener("submit", (event) => {
        const button = event.target.querySelector("[data-busy]");
        if (!button || event.defaultPrevented) return;
        if (button.getAttribute("aria-disabled") === "true") {
            event.preventDefault();
            return;
        }
        button.setAttribute("aria-disabled", "true");
        button.textContent = button.dataset.busy;
    });

    // Coming back with the browser's own button shows the page as it was: let it be used again.
    window.addEventListener("pageshow", (event) => {
        if (event.persisted) window.location.reload();
    });

    // The phone's menu closes on Escape and on a tap beside it.
    const menu = document.querySelector("details.menu");
    if (menu) {
        document.addEventListener("click", (event) => {
            if (!menu.contains(event.target)) menu.open = false;
        });
        menu.addEventListener("keydown", (event) => {
            if (event.key !== "Escape") return;
            menu.open = false;
            menu.querySelector("summary").focus();
        });
    }

    // Ids and keys are copied with a press; without the clipboard they are marked and copied by hand.
    if (navigator.clipboard) {
        for (const text of document.querySelectorAll("[data-copy]")) {
            const button = document.createElement("button");
            const told = document.createElement("span");
            button.type = "button";
            button.className = "copy";
            button.textContent = "Copy";
            told.className = "visually-hidden";
            told.setAttribute("role", "status");
            const value = text.textContent.trim();
            button.addEventListener("click", async () => {
                await navigator.clipboard.writeText(value);
                button.textContent = told.textContent = "Copied";
                setTimeout(() => { button.textContent = "Copy"; told.textContent = ""; }, 2000);
            });
            text.append(button, told);
        }
    }

    // Sandbox: a click on a demo person fills in the sign-in form.
    for (const person of document.querySelectorAll("[data-fill-login]")) {
        person.addEventListener("click", () => {
            const login = document.querySelector("input[name=login]");
            const password = document.querySelector("input[name=password]");
            login.value = person.dataset.fillLogin;
            password.focus();
        });
    }
}

// Light, dark or as the system: shared with the back office, which keeps it under the same name.
// Loaded in the head and not deferred, so that a page never flashes in the other theme.
"use strict";
{
    const root = document.documentElement;
    const system = window.matchMedia("(prefers-color-scheme: dark)");

    const stored = () => {
        try {
            return localStorage.getItem("theme");
        } catch {
            return null; // storage switched off: the system decides
        }
    };

    const apply = () => {
        const wanted = stored();
        const dark = wanted === "dark" || (wanted !== "light" && system.matches);
        root.dataset.bsTheme = dark ? "dark" : "light";
        for (const label of document.querySelectorAll("[data-theme-label]")) {
            label.textContent = dark ? "Light theme" : "Dark theme";
        }
    };

    const turn = () => {
        try {
            localStorage.setItem("theme", root.dataset.bsTheme === "dark" ? "light" : "dark");
        } catch {
            return;
        }
        apply();
    };

    apply();
    system.addEventListener("change", apply);
    document.addEventListener("DOMContentLoaded", () => {
        apply();
        for (const button of document.querySelectorAll("[data-theme-toggle]")) {
            button.hidden = false;
            button.addEventListener("click", turn);
        }
    });
}

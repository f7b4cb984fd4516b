// Keys on the worklist. Everything works without this file.
(() => {
  "use strict";

  const list = document.querySelector("[data-worklist]");
  if (!list) return;
  const rows = [...list.querySelectorAll("tr[data-key]")];

  const mark = (row) => {
    for (const other of rows) if (other !== row) other.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
  };

  // The one thing to do in a row; a row that is not for this reader has its link.
  const action = (row) => row.querySelector(".work__do a, .work__do button") ?? row.querySelector("th a");

  // Back from a form: on with the row that the address names, or with the form that is open in it.
  const named = rows.find((row) => row.id === decodeURIComponent(location.hash.slice(1)));
  if (named) {
    mark(named);
    const form = list.querySelector("[data-open] form");
    const first = form?.querySelector("input[type=radio]:checked, textarea, input[type=radio], button");
    const focus = () => {
      if (document.activeElement === document.body) (first ?? action(named))?.focus({ preventScroll: true });
    };
    // Where the browser goes to the place in the address, it takes the focus away; it does so until the page is loaded.
    focus();
    window.addEventListener("load", () => requestAnimationFrame(() => setTimeout(focus)));
  }

  if (list.dataset.hasKeys === undefined) return;

  const current = () => {
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    return at >= 0 ? at : rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  };

  const go = (to) => {
    const row = rows[Math.min(Math.max(to, 0), rows.length - 1)];
    mark(row);
    (row.querySelector("th a") ?? action(row))?.focus();
  };

  const isTyping = (node) => node.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const at = current();
    if (event.key === "j") go(at + 1);
    else if (event.key === "k") go(at < 0 ? 0 : at - 1);
    else if (event.key === "e" && at >= 0) action(rows[at])?.click();
    else if (event.key === "x" && at >= 0) rows[at].querySelector(".tick-box")?.click();
    else return;
    event.preventDefault();
  });
})();

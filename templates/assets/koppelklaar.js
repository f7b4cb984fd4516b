// Small conveniences. Every page works without this file.
(() => {
  "use strict";

  // After a form that came back: bring the reader to what is wrong.
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  // Somebody who comes back from their organisation has nothing to choose: the one button is pressed by itself.
  document.querySelector("form[data-go-on]")?.requestSubmit();

  // A button in place of the keys that print a sheet.
  for (const hint of document.querySelectorAll("[data-print-hint]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--link";
    button.dataset.action = "print";
    button.textContent = "Druk dit blad af";
    button.addEventListener("click", () => window.print());
    hint.replaceWith(button);
  }

  // The bar for chosen rows comes over the end of the list: the row that was ticked stays in sight.
  document.addEventListener("change", (event) => {
    event.target.closest(".picks tr")?.scrollIntoView({ block: "nearest" });
  });

  // A copy button beside each [data-copy]; "tight" leaves out all white space (the password).
  const say = document.createElement("span");
  say.className = "visually-hidden";
  say.setAttribute("role", "status");

  const select = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (node, button) => {
    const tight = node.dataset.copy === "tight";
    const text = tight ? node.textContent.replace(/\s/g, "") : node.textContent.trim();
    const name = node.dataset.copyName || "Tekst";
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Gekopieerd";
      say.textContent = `${name} gekopieerd.`;
    } catch {
      // A locked-down PC may refuse: then the text stands selected for Ctrl+C.
      select(node);
      button.textContent = "Geselecteerd: druk op Ctrl+C";
      say.textContent = `${name} geselecteerd. Druk op Control en C.`;
    }
    window.setTimeout(() => {
      button.textContent = button.dataset.label;
      say.textContent = "";
    }, 4000);
  };

  for (const node of document.querySelectorAll("[data-copy]")) {
    const row = document.createElement("div");
    row.className = "copy-row";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--secondary btn--small";
    button.dataset.label = `${node.dataset.copyName || "Tekst"} kopiëren`;
    button.textContent = button.dataset.label;
    button.addEventListener("click", () => copy(node, button));
    row.append(button);
    node.after(row);
    if (!say.isConnected) document.body.append(say);
  }

  // Something that is under way: the server sends the part that changed. Nothing in it can have the focus until the end.
  const live = document.querySelector("[data-live]");
  if (live) {
    const status = document.querySelector("[data-live-status]");
    const source = new EventSource(live.dataset.live);
    let saidAt = Date.now();
    const head = () => live.querySelector("h2")?.textContent ?? "";
    source.addEventListener("step", (event) => {
      const step = JSON.parse(event.data);
      const before = head();
      live.innerHTML = step.html;
      // The title names where it stands as well.
      document.title = document.title.replace(before, () => head());
      // Rungs may follow each other faster than they can be read out; the end is always said.
      if (step.is_done || Date.now() - saidAt > 3000) {
        if (status.textContent !== step.said) status.textContent = step.said;
        saidAt = Date.now();
      }
      if (!step.is_done) return;
      source.close();
      const passing = [...document.querySelectorAll("[data-live-only]")];
      const hadFocus = passing.some((node) => node.contains(document.activeElement));
      for (const node of passing) node.remove();
      const title = live.querySelector("h2");
      if (!hadFocus || !title) return;
      title.tabIndex = -1;
      title.focus();
    });
    // It was sent away; a stream that only broke off begins anew by itself.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) window.setTimeout(() => window.location.reload(), 5000);
    });
  }
})();

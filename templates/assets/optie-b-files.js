// Files in the page of Optie B: how one that was mended is opened again, how a made one is handed over, and that one
// which is let go of beside its field opens nothing.
import { showBusy } from "./optie-b-parts.js";

/** Shows how far the work is, beside what it was asked with. */
export const busy = (from, place) => {
  const box = from.closest("section")?.querySelector("[data-busy]") ?? place.querySelector("[data-busy]");
  // Most files are read before anybody could see it.
  const timer = setTimeout(() => showBusy(box, null), 150);
  return { tell: (percent) => { if (!box?.hidden) showBusy(box, percent); }, end: () => { clearTimeout(timer); if (box) box.hidden = true; } };
};

/** What is tried next for a file that was just chosen: the sheet and the columns of before, where it still has them. */
export const again = (answer, before, tried) => {
  if (!before) return null;
  const sheets = answer.faults?.[0]?.sheets ?? [];
  if (tried.sheet === null && sheets.includes(before.sheet)) return { sheet: before.sheet, columns: {} };
  const headers = answer.ok ? answer.found.headers : answer.headers;
  const isSame = headers?.join("\n") === before.headers;
  const isChosen = Object.keys(before.columns).length > 0;
  return isSame && isChosen && tried.columns !== before.columns ? { sheet: tried.sheet, columns: before.columns } : null;
};

/** Hands a file to the reader of the page, by way of the folder for downloads; gives the address to take back later. */
export const save = (bytes, name, type) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.click();
  return link.href;
};

/** Takes files that are let go of above a field; one beside it must not open in place of the page. */
export const takeDropped = (read) => {
  for (const name of ["dragover", "dragleave", "drop"]) {
    window.addEventListener(name, (event) => {
      event.preventDefault();
      const drop = event.target.closest?.("[data-drop]");
      drop?.classList.toggle("is-over", name === "dragover");
      if (name === "drop" && drop) read(drop.dataset.drop, event.dataTransfer.files[0], drop);
    });
  }
};

/** On paper the manual is whole, also while it is folded in the window. */
export const printWhole = (manual) => {
  let isFolded = false;
  window.addEventListener("beforeprint", () => { isFolded = !manual.open; manual.open = true; });
  window.addEventListener("afterprint", () => { if (isFolded) manual.open = false; });
};

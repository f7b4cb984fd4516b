// What the school keeps is an ordinary form: here it is sent without leaving the page of Optie B.
import { start } from "./optie-b-session.js";

/** Sends a form; says why it was not taken, or nothing. What the page shows of what is kept comes back with the answer. */
export const send = async (form) => {
  try {
    if (form.elements.version) form.elements.version.value = start.version;
    const answered = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await answered.text(), "text/html");
    const [kept, shown] = [page, document].map((one) => one.querySelector("section[data-kept]"));
    // Who was signed out meanwhile is led elsewhere.
    if (answered.ok && page.querySelector("[data-converter]")) {
      if (kept && shown) shown.replaceWith(document.adoptNode(kept));
      if (form.elements.version) Object.assign(start, JSON.parse(page.querySelector("[data-converter]").dataset.start));
      return null;
    }
    // A colleague kept another table meanwhile: it is shown, and pressed again this one takes its place.
    const now = page.querySelector("[data-now]");
    if (now) start.version = now.dataset.now;
    if (now) shown.querySelector("[data-meanwhile]").replaceChildren(document.adoptNode(now));
    const why = page.querySelector(".field__error")?.textContent.trim().replace(/^Fout:\s*/, "");
    if (why) return { code: "refused", text: `Dat is niet gelukt. ${why}` };
  } catch {
    // Without a network there is no answer.
  }
  return { code: "not_sent", text: "Dat is niet gelukt. Kijk of je nog bent ingelogd en of je internet hebt, en probeer het opnieuw." };
};

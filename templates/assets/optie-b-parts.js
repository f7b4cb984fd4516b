// What the pages of Optie B are drawn with: elements, rows of a table, a field with what is wrong in it. Texts of a file
// become text, never markup.

/** An element with attributes and what is in it; an attribute that is false or null is left out. */
export const el = (name, about = {}, ...inside) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(about)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
};

export const count = (number, one, more) => `${number.toLocaleString("nl-NL")} ${number === 1 ? one : more}`;
export const list = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} en ${words.at(-1)}`);
export const rowsOf = ({ all, some }) => `${all === 1 ? "rij" : "rijen"} ${list([...some.map(String), ...(all > some.length ? [`nog ${all - some.length}`] : [])])}`;
export const hidden = (text) => el("span", { class: "visually-hidden" }, text);

/** Puts a list in place of another, but leaves what did not change, so that nothing under the reader's hands moves. */
export const keep = (box, parts) => {
  const old = new Map([...box.children].map((child) => [child.dataset.key, child]));
  const now = parts.map(({ key, sign, make }) => {
    const there = old.get(key);
    if (there?.dataset.sign === sign) return there;
    const made = make();
    made.dataset.key = key;
    made.dataset.sign = sign;
    return made;
  });
  now.forEach((one, at) => {
    const there = box.children[at];
    if (there === one) return;
    if (there?.dataset.key === one.dataset.key) there.replaceWith(one);
    else box.insertBefore(one, there ?? null);
  });
  while (box.children.length > now.length) box.lastElementChild.remove();
};

/** What is wrong, with the names of it for programs. */
export const field = (text, id, code) => el("p", { class: "field__error", id, "data-fault-code": code }, el("span", {}, hidden("Fout: "), text));

/** Says at a field what is wrong with it. */
export const errorAt = (input, text, code) => {
  const id = `${input.id}-error`;
  document.getElementById(id)?.remove();
  if (!input.dataset.hint) input.dataset.hint = input.getAttribute("aria-describedby") ?? "";
  input.toggleAttribute("aria-invalid", Boolean(text));
  const described = [text ? id : "", input.dataset.hint].filter(Boolean).join(" ");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
  if (!text) return;
  input.setAttribute("aria-invalid", "true");
  const choices = input.closest("[data-file]")?.querySelector("[data-fault]");
  (choices ?? input.closest(".pick") ?? input).before(field(text, id, code));
};

export const showBusy = (box, percent) => {
  if (!box) return;
  box.hidden = false;
  const bar = box.querySelector("progress");
  if (percent === null) bar.removeAttribute("value");
  else bar.value = percent;
};

export const row = (about, first, ...cells) => el("tr", { role: "row", ...about }, el("th", { role: "rowheader", scope: "row" }, first),
  ...cells.map(([label, inside, className]) => el("td", { role: "cell", "data-label": label, class: className }, inside)));

// Optie B in the browser: five steps from an export to the file for Numo. This file knows where the reader is and what a
// press does; optie-b-session.js has what was chosen, optie-b-steps.js draws it, the module works in optie-b-worker.js.
// Nothing is stored, and nothing is sent but what the school presses to keep: its table of studies, and that the file was
// made and all was cleaned up.
import { again, busy, printWhole, takeDropped } from "./optie-b-files.js";
import { NotLoaded, ask, begin, change, compile, end, pending, root, save, state, wipe as forget, whenLost } from "./optie-b-session.js";
import { errorAt } from "./optie-b-parts.js";
import { send } from "./optie-b-post.js";
import { draw, drawStages, sayMissing } from "./optie-b-steps.js";

const part = (name) => root.querySelector(`[data-${name}]`);
const [where, head, without, place, status, manual] = ["where", "head", "without", "place", "status", "manual-place"].map(part);
const steps = [...root.querySelectorAll("template[data-step]")];
const names = steps.map((step) => step.dataset.step);
const firstTitle = document.title;
const reader = new TextDecoder();

const say = (text) => {
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
};

/** Overwrites all that the module knows, ends it, and clears the page. */
const wipe = () => {
  const cleared = forget();
  place.replaceChildren();
  status.textContent = "";
  return cleared;
};

const current = () => names[state.step];

/** Draws the step anew where it changed; the focus stays where it was. */
const redraw = () => {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  draw(current(), place, state);
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  drawStages(part("stages"), steps.map((step) => step.dataset), state);
  const isWrong = place.querySelector("[data-error-summary], [aria-invalid=true]");
  document.title = `${isWrong ? "Fout: " : ""}${steps[state.step].dataset.title} · Koppelklaar`;
};

/** A file in which a column is missing has its columns to choose, and nothing after them. */
const canReach = (step) => {
  if (step === 0 || state.found === null) return step === 0;
  return step === 1 || (!state.faults.export?.length && (step < 4 || state.review.isReady));
};

const show = (step, isFirst = false) => {
  state.step = step;
  state.furthest = Math.max(state.furthest, step);
  place.replaceChildren(steps[step].content.cloneNode(true));
  head.textContent = steps[step].dataset.title;
  manual.hidden = step !== 0;
  redraw();
  if (isFirst) return;
  window.scrollTo(0, 0);
  head.focus();
};

/** The address says which step it is, so that the browser's own button leads back; it never says more. */
const follow = () => {
  const step = location.hash ? names.indexOf(location.hash.slice(1)) : 0;
  if (step < 0 || step === state.step) return;
  if (canReach(step)) {
    show(step);
    return;
  }
  history.replaceState(null, "", `#${current()}`);
  refuse(step);
};

/** Says why a step cannot be reached yet, where that is mended. */
const refuse = (step) => {
  if (step === 4 && state.step !== 3 && canReach(3)) {
    history.replaceState(null, "", `#${names[3]}`);
    show(3);
  }
  if (state.step === 0 && !state.faults.export?.length) errorAt(place.querySelector("[data-pick=export]"), "Kies eerst de export uit Magister.", "no_export");
  if (state.step === 3) sayMissing(place, state);
  document.title = `Fout: ${steps[state.step].dataset.title} · Koppelklaar`;
  const wrong = place.querySelector("[data-error-summary]") ?? place.querySelector("[aria-invalid=true]");
  wrong?.focus();
  if (!wrong) say(state.faults.export?.[0]?.text ?? "");
};

const go = (step) => { location.hash = names[step]; };

/** The module came to its end, for want of memory as a rule: what was chosen is gone with it. */
const restarted = async () => {
  await wipe();
  await begin();
  state.faults.export = [{ code: "module_lost", text: "Dit bestand is te zwaar voor deze browser. Sluit andere programma's en probeer het opnieuw, of maak een export met alleen de kolommen die nodig zijn." }];
  history.replaceState(null, "", `#${names[0]}`);
  show(0);
};
let restarting = null;
const restart = () => {
  restarting ??= restarted().finally(() => { restarting = null; });
  return restarting;
};
whenLost(restart);

/** Opens a file, or the one of before with other columns. Who pressed for it goes on at `then`. */
const open = async (about, near, then = null) => {
  const sign = busy(near, place);
  if (about.from) state.turns.export += 1;
  const turn = state.turns.export;
  let tried = { sheet: state.sheet, columns: { ...state.columns } };
  const attempt = () => change("open", { ...about, ...tried, turn }, "export", sign.tell);
  let answer = await attempt();
  // A file that was mended has its sheet and columns where they were; another begins anew.
  for (let next = about.from && answer && again(answer, state.opened, tried); next; next = answer && again(answer, state.opened, tried)) {
    tried = next;
    answer = await attempt();
  }
  sign.end();
  if (!answer) return;
  if (about.from) Object.assign(state, { sheet: tried.sheet, columns: { ...tried.columns } });
  if (!answer.ok) {
    Object.assign(state, { headers: answer.headers ?? null, needless: answer.needless ?? [] });
    if (about.from) Object.assign(state, { found: null, review: null, furthest: 0 });
    if (about.from && state.step !== 0) {
      history.replaceState(null, "", `#${names[0]}`);
      show(0);
    }
    redraw();
    say(state.faults.export?.[0]?.text ?? "");
    // Who goes through the columns stays where they are.
    if (about.from) place.querySelector("[aria-invalid=true]")?.focus();
    else if (then) place.querySelector("[data-fault] select, [aria-invalid=true]")?.focus();
    return;
  }
  state.headers = null;
  state.opened = { headers: answer.found.headers.join("\n"), ...tried };
  state.files.export.took = answer.took;
  redraw();
  if (then) place.querySelector(then)?.focus();
  if (about.from) say(`${about.from.name} is gelezen: ${answer.found.rows} rijen met leerlingen.`);
};

const reads = {
  async export(from, near) {
    Object.assign(state, { columns: {}, sheet: null });
    state.files.export = { name: from.name };
    state.isToMend = false;
    await open({ from }, near);
  },
  async ids(from, near) {
    const sign = busy(near, place);
    state.turns.ids += 1;
    const turn = state.turns.ids;
    const answer = await change("ids", { from, turn }, "ids", sign.tell);
    sign.end();
    if (!answer) return;
    if (answer.ok) {
      state.files.ids = { name: from.name };
    } else {
      delete state.files.ids;
      state.refused = from.name;
      // Those of before count no more either, also where this one was never read.
      if (!(await change("without_ids", {}, "dropped"))) return;
    }
    redraw();
    say(answer.ok ? `${from.name} is gelezen.` : state.faults.ids?.[0]?.text ?? "");
  },
  async studies(from) {
    const answer = await change("studies", { from }, "studies");
    if (!answer) return;
    if (answer.ok) {
      state.wrong.clear();
      touched(state.kept !== null);
    }
    redraw();
    say(answer.ok ? `${from.name} is geladen.` : state.faults.studies?.[0]?.text ?? "");
  },
};

const read = (kind, from, near) => {
  if (from) reads[kind](from, near);
};

/** The table of studies differs from what was kept of it. */
const touched = (isChanged = true) => {
  state.isTableChanged = isChanged;
  if (state.posted.table?.text === done.table) state.posted.table = { text: "Daarna is de tabel gewijzigd. Bewaar hem opnieuw." };
};

const answer = async (changes) => {
  state.answers = { ...state.answers, ...changes };
  state.answering += 1;
  if (await change("answer", { answers: state.answers }, "answers")) redraw();
};

/** Who cannot go on yet reads why. */
const next = async () => {
  // What was typed last counts too.
  await pending;
  if (canReach(state.step + 1)) go(state.step + 1);
  else refuse(state.step + 1);
};

const actions = {
  next,
  back: () => go(state.step - 1),
  async wipe() {
    await wipe();
    history.replaceState(null, "", location.pathname);
    await begin();
    show(0);
    say("Alles is gewist. Je kunt opnieuw beginnen.");
  },
  async "show-names"() {
    state.isShown = !state.isShown;
    if (await change("look", { shown: state.isShown }, "look")) redraw();
  },
  async "without-ids"() {
    delete state.files.ids;
    if (!(await change("without_ids", {}, "ids"))) return;
    redraw();
    place.querySelector("[data-pick=ids]").focus();
  },
  confirm: (button) => {
    const column = state.found.columns.find(({ field }) => field === button.dataset.field);
    state.columns[button.dataset.field] = column.column;
    return open({}, button, `#ob-column-${button.dataset.field}`);
  },
  "choose-sheet"(button) {
    state.sheet = button.parentElement.querySelector("select").value;
    return open({}, button, "[data-action=next]");
  },
  "choose-column"(button) {
    const select = button.parentElement.querySelector("select");
    if (select.value === "") return select.focus();
    return pickColumn(select.dataset.field, Number(select.value), button, "[data-action=next]");
  },
  async "save-table"() {
    const { answer: table, lost } = await ask("table");
    if (lost) return restart();
    save(table.file, "studies-numo.csv", "text/csv");
    state.isTableChanged = false;
    return say("De tabel staat in je map Downloads.");
  },
  async download(button) {
    const sign = busy(button, place);
    button.disabled = true;
    const made = await ask("convert", { pupils: state.review.counts.pupils });
    sign.end();
    button.disabled = false;
    if (made.lost) return restart();
    state.faults.made = made.answer.ok ? [] : made.answer.faults;
    if (!made.answer.ok) return redraw();
    state.isMade = true;
    save(made.answer.file, fileName(), "text/csv");
    redraw();
    button.focus();
    return say("Het bestand staat in je map Downloads.");
  },
};

const fileName = () => place.querySelector("[data-file-name]").textContent;

const pickColumn = (field, column, near, then) => {
  // A column is of one field only.
  for (const [other, taken] of Object.entries(state.columns)) if (taken === column && other !== field) state.columns[other] = null;
  state.columns[field] = column;
  return open({}, near, then);
};

const changes = {
  column: (input) => pickColumn(input.dataset.field, input.value === "" ? null : Number(input.value), input),
  async code(input) {
    const { dataset: { study }, value: code } = input;
    state.typed.set(study, code);
    let told = await change("code", { study, code }, "code");
    // What was typed there since is what counts.
    if (!told || state.typed.get(study) !== code) return;
    if (told.ok) {
      state.wrong.delete(study);
    } else {
      state.wrong.set(study, told.faults[0]);
      // The code of before is not meant any more.
      told = await change("code", { study, code: "" }, "code");
    }
    if (!told) return;
    touched();
    redraw();
  },
  zeros: (input) => answer({ fill_zeros: input.value === "yes" }),
  row: (input) => {
    const mine = input.dataset.rows.split(",").map(Number);
    return answer({ keep_rows: [...state.answers.keep_rows.filter((row) => !mine.includes(row)), Number(input.value)] });
  },
  encoding: (input) => {
    state.isToMend = input.value === "excel";
    return answer({ encoding: state.isToMend ? null : "utf-8" });
  },
  how: (input) => answer({ password: input.value === "drawn" ? { how: "drawn" } : { how: "composed", before: "", field: "stamnr", after: "" } }),
  password: () => {
    const of = (name) => place.querySelector(`[data-password=${name}]`).value;
    return answer({ password: { how: "composed", before: of("before"), field: of("field"), after: of("after") } });
  },
  tick: (input) => { state.ticks[input.checked ? "add" : "delete"](input.id); },
};

place.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (button && button.type === "button") actions[button.dataset.action]?.(button);
});
root.addEventListener("click", (event) => {
  if (event.target.closest("a[href^='#handleiding']")) manual.open = true;
});
place.addEventListener("change", ({ target }) => {
  if (target.dataset.pick) {
    read(target.dataset.pick, target.files[0], target);
    target.value = "";
  } else if (target.dataset.change) changes[target.dataset.change](target);
  else if (target.classList.contains("tick-box")) changes.tick(target);
});
takeDropped(read);

// What the school keeps is an ordinary form; sent from here, the page and all that was chosen stay.
const done = { table: "De tabel is bewaard. Er staat geen leerling in.", made: "Genoteerd: het bestand is gemaakt.", cleaned: "Genoteerd: alles is opgeruimd." };
place.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const kind = form.dataset.post;
  const left = [...place.querySelectorAll("[data-clean] li:not([hidden]) .tick-box:not(:checked)")];
  if (kind === "cleaned" && left.length) {
    state.posted.cleaned = { code: "not_ticked", text: "Vink eerst af wat weg is." };
    redraw();
    left[0].focus();
    return say(state.posted.cleaned.text);
  }
  const table = kind === "table" ? await ask("table") : null;
  if (table?.lost) return restart();
  if (table) form.elements.studies.value = reader.decode(table.answer.file);
  const told = await send(form);
  if (told === null && kind === "table") state.isTableChanged = false;
  state.posted[kind] = told ?? { text: done[kind] };
  redraw();
  return say(state.posted[kind].text);
});

const run = async () => {
  // While the module comes, the page says what it is for.
  manual.open = false;
  try {
    await compile();
    const { lost } = await begin();
    if (lost) throw new NotLoaded();
  } catch (error) {
    manual.open = true;
    part(error instanceof NotLoaded ? "not-loaded" : "blocked").hidden = false;
    return;
  }
  where.hidden = false;
  place.hidden = false;
  without.hidden = true;
  for (const byHand of manual.querySelectorAll("[data-by-hand]")) byHand.hidden = true;
  manual.querySelector("[data-by-page]").hidden = false;
  if (location.hash && names.includes(location.hash.slice(1))) history.replaceState(null, "", location.pathname);
  show(0, true);
  window.addEventListener("hashchange", follow);
  // Whoever leaves, leaves nothing behind; who comes back finds the first step.
  window.addEventListener("pagehide", ({ persisted }) => {
    document.title = firstTitle;
    wipe();
    // A page that is only put aside stands still, and its worker could not be heard.
    if (persisted) end();
  });
  printWhole(manual);
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
};

run();

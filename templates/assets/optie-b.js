// Optie B in the browser: five steps from an export to the file for Numo. This file knows what was chosen and where the
// reader is; optie-b-steps.js draws a step; the module works in optie-b-worker.js. Nothing is stored, and nothing is sent but
// what the school presses to keep: its table of studies, and that the file was made and all was cleaned up.
import { draw, drawStages, errorAt, showBusy, sayMissing } from "./optie-b-steps.js";
import { Thread } from "./optie-b-thread.js";

const root = document.querySelector("[data-converter]");
const part = (name) => root.querySelector(`[data-${name}]`);
const [where, head, without, place, status, manual] = ["where", "head", "without", "place", "status", "manual-place"].map(part);
const steps = [...root.querySelectorAll("template[data-step]")];
const names = steps.map((step) => step.dataset.step);
const firstTitle = document.title;
const start = JSON.parse(root.dataset.start);

/** What a session begins with; "Begin opnieuw" comes back to it. */
const nothing = () => ({
  step: 0, furthest: 0, found: null, review: null, questions: null, codes: null, headers: null,
  answers: { fill_zeros: null, keep_rows: [], encoding: null, password: { how: "drawn" } },
  files: {}, faults: {}, columns: {}, sheet: null, isShown: false, isTableChanged: false,
  ticks: new Set(), made: null, posted: {}, known: "", kept: root.dataset.kept ?? null,
});

const reader = new TextDecoder();

let state = nothing();
let module;
let thread;
let urls = [];
/** What was asked last. */
let pending = Promise.resolve();

const say = (text) => {
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
};

const begin = () => {
  thread = new Thread(root.dataset.worker);
  return ask("start", { module, studies: start.studies, codes: start.codes });
};

const ask = (...about) => thread.ask(...about);

/** Overwrites all that the module knows, and ends it. */
const wipe = () => {
  const cleared = thread.wipe();
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
  pending = Promise.resolve();
  state = nothing();
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
  if (canReach(step)) show(step);
  else history.replaceState(null, "", `#${current()}`);
};

const go = (step) => { location.hash = names[step]; };

/** Takes over how everything stands. */
const take = (answer) => {
  Object.assign(state, { found: answer.found, review: answer.review, questions: answer.questions, answers: answer.answers, codes: answer.codes, made: null });
};

/** The module came to its end, for want of memory as a rule: what was chosen is gone with it. */
const restart = async () => {
  await wipe();
  await begin();
  state.faults.export = [{ text: "Dit bestand is te zwaar voor deze browser. Sluit andere programma's en probeer het opnieuw, of maak een export met alleen de kolommen die nodig zijn." }];
  history.replaceState(null, "", `#${names[0]}`);
  show(0);
};

const changed = async (name, about, into, tell) => {
  const { answer, lost } = await ask(name, about, tell);
  if (lost === "module") return restart();
  if (lost === "file") {
    state.faults[into] = [{ text: "Dit bestand is verplaatst of veranderd. Kies het opnieuw." }];
  } else if (answer.ok) {
    state.faults[into] = [];
    take(answer);
  } else {
    state.faults[into] = answer.faults;
  }
  return answer;
};

const change = (...about) => {
  pending = changed(...about);
  return pending;
};

const busy = (from) => {
  const box = from.closest("section")?.querySelector("[data-busy]") ?? place.querySelector("[data-busy]");
  // Most files are read before anybody could see it.
  const timer = setTimeout(() => showBusy(box, null), 150);
  return { tell: (percent) => { if (!box?.hidden) showBusy(box, percent); }, end: () => { clearTimeout(timer); if (box) box.hidden = true; } };
};

const open = async (about, near) => {
  const sign = busy(near);
  const answer = await change("open", { sheet: state.sheet, columns: state.columns, ...about }, "export", sign.tell);
  sign.end();
  if (!answer?.ok) {
    state.headers = answer?.headers ?? null;
    if (about.from) Object.assign(state, { found: null, review: null, furthest: 0 });
    if (about.from && state.step !== 0) {
      history.replaceState(null, "", `#${names[0]}`);
      show(0);
    }
    redraw();
    say(state.faults.export?.[0]?.text ?? "");
    place.querySelector("[aria-invalid=true]")?.focus();
    return;
  }
  state.headers = null;
  state.known = answer.found.headers.join("\n");
  state.files.export.took = answer.took;
  redraw();
  if (about.from) say(`${about.from.name} is gelezen: ${answer.found.rows} rijen met leerlingen.`);
};

const reads = {
  async export(from, near) {
    const before = { headers: state.known, columns: state.columns };
    Object.assign(state, { columns: {}, sheet: null });
    state.files.export = { name: from.name };
    await open({ from }, near);
    // A file that was mended has its columns where they were; another begins anew.
    if (!state.found || !Object.keys(before.columns).length || before.headers !== state.known) return;
    state.columns = before.columns;
    await open({}, near);
  },
  async ids(from, near) {
    const sign = busy(near);
    const answer = await change("ids", { from }, "ids", sign.tell);
    sign.end();
    if (answer?.ok) state.files.ids = { name: from.name };
    else delete state.files.ids;
    state.refused = from.name;
    redraw();
    say(answer?.ok ? `${from.name} is gelezen.` : state.faults.ids?.[0]?.text ?? "");
  },
  async studies(from) {
    const answer = await change("studies", { from }, "studies");
    if (answer?.ok) state.isTableChanged = state.kept !== null;
    redraw();
    say(answer?.ok ? `${from.name} is geladen.` : state.faults.studies?.[0]?.text ?? "");
  },
};

const read = (kind, from, near) => {
  if (from) reads[kind](from, near);
};

/** Hands a file to the reader of the page, by way of the folder for downloads. */
const save = (bytes, name, type) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  urls.push(link.href);
  link.click();
};

const answer = async (changes) => {
  const answers = { ...state.answers, ...changes };
  state.answers = answers;
  await change("answer", { answers }, "answers");
  redraw();
};

/** Who cannot go on yet reads why. */
const next = async () => {
  // What was typed last counts too.
  await pending;
  if (canReach(state.step + 1)) return go(state.step + 1);
  if (state.step === 0 && !state.faults.export?.length) errorAt(place.querySelector("[data-pick=export]"), "Kies eerst de export uit Magister.");
  if (state.step === 3) sayMissing(place, state);
  document.title = `Fout: ${steps[state.step].dataset.title} · Koppelklaar`;
  place.querySelector("[data-error-summary], [aria-invalid=true]")?.focus();
  return undefined;
};

const actions = {
  next,
  back: () => go(state.step - 1),
  async wipe() {
    await wipe();
    history.replaceState(null, "", location.pathname);
    await begin();
    await ask("answer", { answers: state.answers });
    show(0);
    say("Alles is gewist. Je kunt opnieuw beginnen.");
  },
  async "show-names"() {
    state.isShown = !state.isShown;
    await change("look", { shown: state.isShown }, "export");
    redraw();
  },
  async "without-ids"() {
    delete state.files.ids;
    await change("without_ids", {}, "ids");
    redraw();
    place.querySelector("[data-pick=ids]").focus();
  },
  confirm: (button) => {
    const column = state.found.columns.find(({ field }) => field === button.dataset.field);
    state.columns[button.dataset.field] = column.column;
    return open({}, button);
  },
  "choose-sheet"(button) {
    state.sheet = button.parentElement.querySelector("select").value;
    return open({}, button);
  },
  "choose-column"(button) {
    const select = button.parentElement.querySelector("select");
    if (select.value === "") return select.focus();
    return pickColumn(select.dataset.field, Number(select.value), button);
  },
  async "save-table"() {
    const { answer: table } = await ask("table");
    save(table.file, "studies-numo.csv", "text/csv");
    state.isTableChanged = false;
    say("De tabel staat in je map Downloads.");
  },
  async download(button) {
    const sign = busy(button);
    button.disabled = true;
    const made = await ask("convert", { pupils: state.review.counts.pupils });
    sign.end();
    button.disabled = false;
    if (made.lost) return restart();
    if (!made.answer.ok) {
      state.faults.made = made.answer.faults;
      return redraw();
    }
    save(made.answer.file, fileName(), "text/csv");
    state.made = true;
    redraw();
    button.focus();
    return say("Het bestand staat in je map Downloads.");
  },
};

const fileName = () => place.querySelector("[data-file-name]").textContent;

const pickColumn = (field, column, near) => {
  // A column is of one field only.
  for (const [other, taken] of Object.entries(state.columns)) if (taken === column && other !== field) state.columns[other] = null;
  state.columns[field] = column;
  return open({}, near);
};

const changes = {
  column: (input) => pickColumn(input.dataset.field, input.value === "" ? null : Number(input.value), input),
  async code(input) {
    const { study } = input.dataset;
    const told = await change("code", { study, code: input.value }, "code");
    if (told?.ok) state.isTableChanged = true;
    state.faults.code = told?.ok === false ? told.faults.map((fault) => ({ ...fault, study })) : [];
    redraw();
  },
  zeros: (input) => answer({ fill_zeros: input.value === "yes" }),
  row: (input) => {
    const mine = input.dataset.rows.split(",").map(Number);
    return answer({ keep_rows: [...state.answers.keep_rows.filter((row) => !mine.includes(row)), Number(input.value)] });
  },
  encoding: (input) => answer({ encoding: input.value === "utf-8" ? "utf-8" : null }),
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
for (const name of ["dragover", "dragleave", "drop"]) {
  window.addEventListener(name, (event) => {
    // A file beside the field must not open in place of the page.
    event.preventDefault();
    const drop = event.target.closest?.("[data-drop]");
    drop?.classList.toggle("is-over", name === "dragover");
    if (name === "drop" && drop) read(drop.dataset.drop, event.dataTransfer.files[0], drop);
  });
}

// What the school keeps is an ordinary form; sent from here, the page and all that was chosen stay.
const done = { table: "De tabel is bewaard. Er staat geen leerling in.", made: "Genoteerd: het bestand is gemaakt.", cleaned: "Genoteerd: alles is opgeruimd." };
place.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const kind = form.dataset.post;
  if (kind === "table") form.elements.studies.value = reader.decode((await ask("table")).answer.file);
  const told = await send(form);
  if (told === null && kind === "table") state.isTableChanged = false;
  state.posted[kind] = told ?? done[kind];
  redraw();
  say(state.posted[kind]);
});

/** Sends a form; says why it was not taken, or nothing. What the page shows of what is kept comes back with the answer. */
const send = async (form) => {
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
    if (why) return `Dat is niet gelukt. ${why}`;
  } catch {
    // Without a network there is no answer.
  }
  return "Dat is niet gelukt. Kijk of je nog bent ingelogd en of je internet hebt, en probeer het opnieuw.";
};

const run = async () => {
  without.hidden = true;
  try {
    module = await WebAssembly.compileStreaming(fetch(root.dataset.module));
    const { lost } = await begin();
    if (lost) throw new Error(lost);
    await ask("answer", { answers: state.answers });
  } catch {
    without.hidden = false;
    part("blocked").hidden = false;
    return;
  }
  where.hidden = false;
  place.hidden = false;
  manual.open = false;
  for (const byHand of manual.querySelectorAll("[data-by-hand]")) byHand.hidden = true;
  if (location.hash && names.includes(location.hash.slice(1))) history.replaceState(null, "", location.pathname);
  show(0, true);
  window.addEventListener("hashchange", follow);
  // Whoever leaves, leaves nothing behind; who comes back finds the first step.
  window.addEventListener("pagehide", () => { document.title = firstTitle; wipe(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
};

run();

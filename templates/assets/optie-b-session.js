// What a session of Optie B has: what was chosen, what the module in its worker says of it, and how all of it is forgotten.
import { save as handOver } from "./optie-b-files.js";
import { Thread } from "./optie-b-thread.js";

export const root = document.querySelector("[data-converter]");
export const start = JSON.parse(root.dataset.start);

/** What a session begins with; "Begin opnieuw" comes back to it. */
const nothing = () => ({
  step: 0, furthest: 0, found: null, review: null, questions: null, codes: null, headers: null, needless: [],
  answers: { fill_zeros: null, keep_rows: [], encoding: null, password: { how: "drawn" } },
  files: {}, faults: {}, columns: {}, sheet: null, isShown: false, isTableChanged: false,
  ticks: new Set(), posted: {}, isMade: false, isToMend: false, kept: root.dataset.kept ?? null,
  // With which sheet and columns a file was opened last; how many answers are under way; which file was chosen last.
  opened: null, answering: 0, turns: { export: 0, ids: 0 },
  // What was typed at a study, and what is wrong with it.
  typed: new Map(), wrong: new Map(),
});

export let state = nothing();
let module;
let thread;
let urls = [];
let restart;
/** What was asked last. */
export let pending = Promise.resolve();

export const begin = async () => {
  thread = new Thread(root.dataset.worker);
  const told = await ask("start", { module, studies: start.studies, codes: start.codes });
  // A new module knows no answer, also not those that a session begins with.
  return told.lost ? told : ask("answer", { answers: state.answers });
};

export const ask = (...about) => thread.ask(...about);

/** Overwrites all that the module knows, and ends it. */
export const wipe = () => {
  const cleared = thread.wipe();
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
  pending = Promise.resolve();
  state = nothing();
  return cleared;
};

/** Takes over how everything stands. */
const take = (answer) => {
  Object.assign(state, { found: answer.found, review: answer.review, questions: answer.questions, codes: answer.codes, isMade: false });
  // An answer that is still under way is newer than this one.
  if (state.answering === 0) state.answers = answer.answers;
};

/** Asks for a change and takes over what comes of it; gives the answer, or nothing if it is not wanted any more. */
const changed = async (name, about, into, tell) => {
  const mine = state;
  const { answer, lost } = await ask(name, about, tell);
  // All was wiped meanwhile.
  if (mine !== state) return null;
  if (name === "answer") state.answering -= 1;
  if (lost === "module") {
    await restart();
    return null;
  }
  // Another file was chosen since.
  if (about.turn !== undefined && about.turn !== state.turns[into]) return null;
  const told = answer ?? { ok: false, faults: [{ code: "moved", text: "Dit bestand is verplaatst of veranderd. Kies het opnieuw." }] };
  state.faults[into] = told.ok ? [] : told.faults;
  if (told.ok) take(told);
  return told;
};

export const change = (...about) => {
  pending = changed(...about);
  return pending;
};

/** What is done when the module came to its end. */
export const whenLost = (handler) => { restart = handler; };

/** The module or its worker did not come, so that it is not the browser that cannot run them. */
export class NotLoaded extends Error {}

/** Reads the module itself, once. */
export const compile = async () => {
  const came = await fetch(root.dataset.module).catch(() => null);
  if (!came?.ok) throw new NotLoaded();
  module = await WebAssembly.compileStreaming(came);
};

/** Hands a made file over, until all is wiped. */
export const save = (...file) => urls.push(handOver(...file));

/** Ends the module at once. */
export const end = () => thread.end();

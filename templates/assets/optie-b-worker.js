// The module of Optie B, in a thread of its own: the page never waits for it. It takes one message at a time and answers
// each. Files stay here and in the module's memory; the page gets counts, questions, masked examples, and the made file.
"use strict";

/** One byte more than the module takes, so that it is the module that says so. */
const MOST_BYTES = 20 * 1024 * 1024 + 1;
/** How much of each list the page shows. */
const MOST = { faults: 100, questions: 50, studies: 200, rows: 5 };
const CHANCE_BYTES = 40;
const NOTHING = new Uint8Array();

let wasm;
let file;
let isShown = false;

const writer = new TextEncoder();
const reader = new TextDecoder();

/** One message in, one out: the length of the JSON, the JSON, and the bytes of a file. */
const ask = (what, bytes = NOTHING) => {
  const json = writer.encode(JSON.stringify(what));
  const length = 4 + json.length + bytes.length;
  const at = wasm.room(length) >>> 0;
  new DataView(wasm.memory.buffer).setUint32(at, json.length, true);
  const room = new Uint8Array(wasm.memory.buffer, at, length);
  room.set(json, 4);
  room.set(bytes, 4 + json.length);
  const from = wasm.read() >>> 0;
  const size = wasm.take() >>> 0;
  const jsonLength = new DataView(wasm.memory.buffer).getUint32(from, true);
  const answer = new Uint8Array(wasm.memory.buffer, from, size);
  const told = JSON.parse(reader.decode(answer.slice(4, 4 + jsonLength)));
  return { ...told, file: answer.slice(4 + jsonLength) };
};

/** A file that was moved or changed since it was chosen. */
class Moved extends Error {}

/** All bytes of a file, with word of how far it is. */
const bytesOf = async (from, tell) => {
  const part = from.slice(0, MOST_BYTES);
  const bytes = new Uint8Array(part.size);
  const stream = part.stream().getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await stream.read().catch(() => { throw new Moved(); });
    if (done) return bytes;
    bytes.set(value, at);
    at += value.length;
    value.fill(0);
    tell(Math.round((at / bytes.length) * 100));
  }
};

/** Hands a file to the module, and keeps no copy of its own. */
const give = async (what, from, tell) => {
  const bytes = await bytesOf(from, tell);
  tell(null);
  const answer = ask(what, bytes);
  bytes.fill(0);
  return answer;
};

const few = (list, most) => ({ all: list.length, some: list.slice(0, most) });

/** A list that is worked through, in its order: all up to so many that are open, so that each has its turn. */
const turns = (list, isOpen, most) => {
  let open = 0;
  const some = list.filter((one) => {
    if (isOpen(one)) open += 1;
    return open <= most;
  });
  if (some.length <= 5 * most) return some;
  return (open ? list.filter(isOpen) : list).slice(0, most);
};

/** What is said at the studies, at the columns or at the rule for passwords, and mended there. */
const NOT_OF_ROWS = { codes: "unknown_code", columns: "several_columns", word: "bad_word" };

/** The studies with their pupils and codes. */
const studiesOf = ({ studies }) => {
  const isOpen = ([, , code]) => code === null;
  return { all: studies.length, some: turns(studies, isOpen, MOST.studies), withCode: studies.filter((one) => !isOpen(one)).length };
};

/** Every question, also those that have their answer by now, so that an answer can be changed. */
const consult = (opened) => {
  const real = opened.answers;
  const { password } = real;
  const given = (answers) => ask({ do: "answer", answers: { fill_zeros: null, keep_rows: [], encoding: null, password, ...answers } });
  let answer = given({});
  if (!answer.review) return { found: null, review: null, answers: real };
  const of = (about) => answer.review.questions.filter((question) => question.about === about);
  const zeros = of("zeros");
  if (real.fill_zeros !== null) answer = given({ fill_zeros: real.fill_zeros });
  const duplicates = of("duplicate");
  const isChosen = (question) => question.rows.some((row) => real.keep_rows.includes(row.row));
  const some = turns(duplicates, (one) => !isChosen(one), MOST.questions);
  if (real.keep_rows.length) answer = given({ fill_zeros: real.fill_zeros, keep_rows: real.keep_rows });
  const encoding = of("encoding").map((question) => ({ ...question, places: few(question.places, MOST.rows) }));
  // Letters that all fit are written as ever, whatever was answered before.
  if (!encoding.length) real.encoding = null;
  if (real.encoding !== null) answer = given(real);
  const found = isShown ? ask({ do: "look", shown: true }).found : answer.found;
  const { review } = answer;
  const { ids } = review.notes;
  const called = (code) => review.faults.filter((fault) => fault.code === code);
  const at = ({ place }) => place?.row ?? 0;
  // From top to bottom, as they are mended.
  const ofRows = review.faults.filter((fault) => !Object.values(NOT_OF_ROWS).includes(fault.code)).sort((one, other) => at(one) - at(other));
  const shortened = Object.fromEntries(Object.entries(ids ?? {}).map(([name, rows]) => [name, Array.isArray(rows) ? few(rows, MOST.rows) : rows]));
  return {
    found,
    answers: real,
    codes: answer.codes,
    questions: { zeros, duplicates: { all: duplicates.length, some, open: duplicates.filter((one) => !isChosen(one)).length }, encoding },
    review: {
      open: review.questions.length,
      openStudies: review.questions.find((one) => one.about === "studies")?.studies.length ?? 0,
      isPasswordOpen: review.questions.some((one) => one.about === "password"),
      faults: few(ofRows, MOST.faults),
      unknownCodes: called(NOT_OF_ROWS.codes).map(({ study, text, code }) => ({ study, text, code })),
      doubts: called(NOT_OF_ROWS.columns).map((fault) => fault.field),
      badWord: called(NOT_OF_ROWS.word)[0]?.text ?? "",
      studies: studiesOf(review),
      notes: { ...review.notes, ids: ids && shortened, merged_over_zeros: few(review.notes.merged_over_zeros, MOST.rows) },
      counts: review.counts,
      isReady: review.questions.length + review.faults.length === 0 && review.counts.pupils > 0,
    },
  };
};

/** What came of an ask: how everything stands now, or what is wrong. */
const state = (answer) => {
  if (!answer.ok) return { ok: false, faults: answer.faults, headers: answer.headers, needless: answer.needless };
  return { ok: true, ...consult(answer) };
};

const quoted = (value) => `"${value.replaceAll('"', '""')}"`;

const chance = (pupils) => {
  const bytes = new Uint8Array(pupils * CHANCE_BYTES);
  for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
};

const does = {
  async start({ module, studies, codes }) {
    wasm = (await WebAssembly.instantiate(module)).exports;
    for (const { study, code } of studies) ask({ do: "code", study, code });
    if (codes) ask({ do: "codes" }, writer.encode(codes.map(({ code, name }) => `${quoted(code)};${quoted(name)}\r\n`).join("")));
    return { ok: true };
  },
  async open({ from, sheet, columns }, tell) {
    file = from ?? file;
    const began = performance.now();
    const answer = await give({ do: "open", sheet, columns }, file, tell);
    return { took: performance.now() - began, ...state(answer) };
  },
  async ids({ from }, tell) {
    return state(await give({ do: "ids" }, from, tell));
  },
  without_ids: () => state(ask({ do: "without_ids" })),
  async studies({ from }, tell) {
    return state(await give({ do: "studies" }, from, tell));
  },
  code: ({ study, code }) => state(ask({ do: "code", study, code })),
  answer: ({ answers }) => state(ask({ do: "answer", answers })),
  look({ shown }) {
    isShown = shown;
    return state(ask({ do: "look", shown }));
  },
  table: () => ({ ok: true, file: ask({ do: "save_studies" }).file }),
  convert({ pupils }) {
    const bytes = chance(pupils);
    const { ok, file: made, review } = ask({ do: "convert" }, bytes);
    bytes.fill(0);
    return { ok, file: made, faults: review?.faults };
  },
  /** Forgets everything, and leaves nothing but zeros. */
  wipe() {
    file = undefined;
    isShown = false;
    try {
      wasm?.wipe();
    } finally {
      // Also if it had come to its end.
      if (wasm) new Uint8Array(wasm.memory.buffer).fill(0);
      wasm = undefined;
    }
    return { ok: true };
  },
};

let before = Promise.resolve();
self.addEventListener("message", ({ data }) => {
  const { id, ask: name, ...about } = data;
  const tell = (percent) => self.postMessage({ id, percent });
  before = before.then(async () => {
    try {
      const answer = await does[name](about, tell);
      self.postMessage({ id, answer }, answer.file ? [answer.file.buffer] : []);
    } catch (error) {
      // Anything else is a module that came to its end.
      self.postMessage({ id, lost: error instanceof Moved ? "file" : "module" });
    }
  });
});

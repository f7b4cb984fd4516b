// Draws the steps of Optie B: what was found, what is asked, and what is wrong. It is given all it shows and decides
// nothing. Texts of a file become text, never markup.

import { count, el, errorAt, field, hidden, keep, list, row, rowsOf } from "./optie-b-parts.js";

/** Where the reader is among the steps; those that were reached lead back. */
export const drawStages = (box, steps, { step: current, furthest, review }) => {
  box.replaceChildren(...steps.map(({ step, label }, at) => {
    // Who went on without all codes is not done there.
    const isDone = at < current && !(step === "opleidingen" && review?.openStudies);
    const number = el("span", { class: "stages__nr", "aria-hidden": isDone && "true" }, isDone ? "" : `${at + 1}`);
    const about = at > furthest ? {} : { href: `#${step}`, "aria-current": at === current && "step" };
    return el("li", { "data-state": at === current ? "now" : isDone ? "done" : "wait" },
      el(at > furthest ? "span" : "a", about, number, el("span", { class: "stages__label" }, label, isDone ? hidden(": gedaan") : null)));
  }));
};

const FIELDS = {
  stamnr: "gebruikersnaam", roepnaam: "voornaam", tussenvoegsel: "tussenvoegsel", achternaam: "achternaam", klas: "klas", studie: "opleiding", email: "e-mail",
};
const NAMES = { stamnr: "Stamnr", roepnaam: "Roepnaam", tussenvoegsel: "Tussenv.", achternaam: "Achternaam", klas: "Klas", studie: "Studie", email: "E-mail" };

/** The letters above a column without a name. */
const letters = (at) => (at < 26 ? "" : letters(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26));
/** The columns to choose from, without those with personal data that Numo does not need. */
const options = (headers, needless, chosen) => headers.map((name, at) => (needless.includes(at) && at !== chosen ? null : el("option", { value: at, selected: at === chosen }, name || `Kolom ${letters(at)}`)));
const needlessOf = ({ headers, needless }) => needless.map((at) => headers[at]);

/** What went by itself, a sentence each. */
const byItself = ({ found, review }) => {
  const { counts, notes } = review;
  const said = [];
  const when = (number, sentence) => { if (number) said.push(sentence); };
  when(counts.merged, `${count(counts.merged, "rij was precies gelijk aan een andere en is", "rijen waren precies gelijk aan een andere en zijn")} samengevoegd.`);
  when(notes.merged_over_zeros.all, `Daarvan is het stamnr met andere nullen geschreven in ${rowsOf(notes.merged_over_zeros)}.`);
  when(counts.left_out, `${count(counts.left_out, "rij is weggelaten, omdat je een andere koos", "rijen zijn weggelaten, omdat je een andere koos")}.`);
  said.push(...skipped(found));
  when(found.dropped.length, `${count(found.dropped.length, "kolom is", "kolommen zijn")} niet overgenomen: ${list(found.dropped)}.`);
  return said;
};

const skipped = (found) => {
  const said = [];
  const when = (number, sentence) => { if (number) said.push(sentence); };
  when(found.blank_rows, `${count(found.blank_rows, "lege rij is", "lege rijen zijn")} overgeslagen.`);
  when(found.total_rows.length, `${count(found.total_rows.length, "rij met een totaal of opmerking is", "rijen met een totaal of opmerking zijn")} overgeslagen: ${rowsOf({ all: found.total_rows.length, some: found.total_rows.slice(0, 5) })}.`);
  when(found.header_again_rows.length, `${count(found.header_again_rows.length, "rij met nog een keer de kolomnamen is", "rijen met nog een keer de kolomnamen zijn")} overgeslagen.`);
  return said;
};

/** What came of the file with ids. */
const aboutIds = (ids, pupils) => {
  const said = [`${count(ids.found, "leerling heeft", "leerlingen hebben")} een IDGebr, van de ${pupils.toLocaleString("nl-NL")}.`];
  const when = ({ all, some }, sentence) => { if (all) said.push(sentence(rowsOf({ all, some }))); };
  when(ids.without_rows, (rows) => `Zonder IDGebr: ${rows} van de export.`);
  when(ids.nobody_rows, (rows) => `Past bij geen leerling: ${rows} van het bestand met IDGebr.`);
  when(ids.doubtful_rows, (rows) => `Twee IDGebr voor één stamnr, dus geen van beide gebruikt: ${rows} van het bestand met IDGebr.`);
  when(ids.shared_rows, (rows) => `Eén IDGebr voor twee stamnrs, dus niet gebruikt: ${rows} van het bestand met IDGebr.`);
  return said;
};

/** What the school can choose, where that mends what is wrong with a file. */
const choiceOf = (fault, headers, needless) => {
  const ask = (label, select, action, press) => el("div", { class: "field" }, el("label", { class: "field__label", for: select.id }, label),
    el("div", { class: "affix" }, select, el("button", { type: "button", class: "btn btn--secondary btn--small", "data-action": action }, press)));
  if (fault?.sheets?.length) {
    const select = el("select", { class: "input input--row", id: "ob-sheet" }, ...fault.sheets.map((name) => el("option", {}, name)));
    return ask("Op welk blad staan de leerlingen?", select, "choose-sheet", "Gebruik dit blad");
  }
  if (!fault?.field || !headers) return null;
  const select = el("select", { class: "input input--row", id: "ob-missing", "data-field": fault.field }, el("option", { value: "" }, "Kies een kolom"), ...options(headers, needless, -1).filter(Boolean));
  return ask(`Welke kolom is ${NAMES[fault.field]}?`, select, "choose-column", "Gebruik deze kolom");
};

const drawFile = (section, { name, isRead, about, faults, headers, needless }) => {
  const of = (what) => section.querySelector(`[data-${what}]`);
  section.classList.toggle("file--good", isRead);
  of("read").hidden = !isRead;
  if (isRead) {
    of("name").textContent = name;
    of("about").textContent = about;
  }
  of("pick-label").textContent = isRead ? "Kies een ander bestand" : "Kies een bestand";
  const more = faults.length > 5 ? [`En nog ${faults.length - 5} fouten.`] : [];
  const said = [...faults.slice(0, 5).map((fault) => fault.text), ...more].join(" ");
  errorAt(of("pick"), said && name ? `${name}: ${said}` : said, [...new Set(faults.map(({ code }) => code))].join(" "));
  of("fault").replaceChildren(...[choiceOf(faults[0], headers, needless)].filter(Boolean));
};

/** Kindly: what a school better leaves out of its export. */
const adviceOf = (needless) => (needless.length ? `${list(needless)} ${needless.length === 1 ? "is een persoonsgegeven dat" : "zijn persoonsgegevens die"} Numo niet nodig heeft. Maak je weer een export? Haal ${needless.length === 1 ? "die kolom" : "die kolommen"} dan weg in de Kolommenkiezer: stap 2 van de handleiding.` : "");

const drawBestand = (place, state) => {
  const { found, files, faults, review } = state;
  const of = (name) => place.querySelector(`[data-file=${name}]`);
  const tenths = Math.max(1, Math.round((files.export?.took ?? 0) / 100)) / 10;
  const took = tenths.toLocaleString("nl-NL", { minimumFractionDigits: 1 });
  const about = found ? `${count(found.rows, "rij met een leerling", "rijen met leerlingen")}, ${count(found.headers.length, "kolom", "kolommen")}. De namen van de kolommen staan op rij ${found.header_row}. Gelezen in ${took} seconde.` : "";
  drawFile(of("export"), { name: files.export?.name, isRead: Boolean(found) && !faults.export?.length, about, faults: faults.export ?? [], headers: state.headers, needless: state.needless });
  if (found) {
    const wrong = review.faults.all ? [`Er ${review.faults.all === 1 ? "is 1 fout" : `zijn ${review.faults.all.toLocaleString("nl-NL")} fouten`} gevonden: zie Vragen en fouten.`] : [];
    of("export").querySelector("[data-good]").replaceChildren(el("strong", {}, "Alle kolommen die nodig zijn, zijn er."), ` ${[...wrong, ...skipped(found)].join(" ")}`);
    const dropped = place.querySelector("[data-dropped]");
    dropped.hidden = found.dropped.length + found.other_sheets.length === 0;
    place.querySelector("[data-words]").replaceChildren(...found.dropped.map((name) => el("li", {}, name)));
    const sheets = found.other_sheets.map((name) => `“${name}”`);
    const others = sheets.length ? `${sheets.length === 1 ? "Blad" : "De bladen"} ${list(sheets)} ${sheets.length === 1 ? "is" : "zijn"} niet gebruikt.` : "";
    place.querySelector("[data-dropped-about]").textContent = [found.dropped.length ? "Deze kolommen komen niet in het bestand." : "", adviceOf(needlessOf(found)), others].filter(Boolean).join(" ");
  }
  const ids = review?.notes.ids;
  drawFile(of("ids"), { name: faults.ids?.length ? state.refused : files.ids?.name, isRead: Boolean(files.ids) && !faults.ids?.length, about: ids ? aboutIds(ids, review.counts.pupils).join(" ") : "We koppelen het aan de export.", faults: faults.ids ?? [] });
};

const drawKolommen = (place, state) => {
  const { found, review, faults } = state;
  const fault = faults.export?.[0];
  const used = found.columns.filter((column) => column.column !== null).length;
  const look = review.doubts.length ? ` Kijk ${count(review.doubts.length, "kolom", "kolommen")} na: ${list(review.doubts.map((one) => FIELDS[one]))}.` : "";
  place.querySelector("[data-lead]").textContent = `Gevonden: ${used} van de ${found.columns.length} kolommen.${look}`;
  const button = place.querySelector("[data-action=show-names]");
  button.setAttribute("aria-pressed", state.isShown);
  button.textContent = state.isShown ? "Verberg namen" : "Toon namen";
  const chosen = (column) => (column.field in state.columns ? state.columns[column.field] : Object.values(state.columns).includes(column.column) ? null : column.column);
  const parts = found.columns.map((column) => {
    const isDoubt = review.doubts.includes(column.field) && !(column.field in state.columns);
    const at = fault ? chosen(column) : column.column;
    const isMissing = at === null && column.is_required;
    const id = `ob-column-${column.field}`;
    const examples = at === null ? "–" : at !== column.column ? "zie je als de kolommen kloppen" : column.examples.length ? column.examples.join(", ") : "alles leeg";
    const make = () => {
      const select = el("select", { class: "input input--row", id, "data-change": "column", "data-field": column.field, "aria-invalid": isMissing && "true", "aria-describedby": isMissing || isDoubt ? `${id}-say` : false },
        column.is_required && at !== null ? null : el("option", { value: "", selected: at === null }, column.is_required ? "Kies een kolom" : "Niet in het bestand"), ...options(found.headers, found.needless, at).filter(Boolean));
      const say = isMissing ? field(`Welke kolom is ${column.name}?`, `${id}-say`, fault?.code)
        : isDoubt ? el("p", { class: "work__extra", id: `${id}-say` }, `Er zijn meer kolommen voor ${column.name}. Is dit die van de leerling? `, el("button", { type: "button", class: "btn btn--link", id: `${id}-yes`, "data-action": "confirm", "data-field": column.field }, "Ja, deze", hidden(` kolom klopt voor ${column.name}`))) : null;
      const tag = isMissing ? ["refused", "kies"] : isDoubt ? ["refused", "kijk na"] : at === null ? ["blocked", "niet erbij"] : ["ready", "gevonden"];
      return row({ "data-column": column.field, class: (isMissing || isDoubt) && "is-asked" }, FIELDS[column.field],
        ["Komt uit", el("div", {}, say && isMissing ? say : null, el("label", { class: "visually-hidden", for: id }, `Komt uit, voor ${FIELDS[column.field]}`), select)],
        ["Voorbeelden", el("div", { class: "samples" }, examples, isDoubt ? say : null)], ["Status", el("div", {}, el("span", { class: `tag tag--${tag[0]}` }, tag[1]))]);
    };
    return { key: column.field, sign: JSON.stringify([at, isDoubt, isMissing, examples]), make };
  });
  const fixed = (key, from, example, tag) => ({ key, sign: `${from}${tag[1]}`, make: () => row({}, key, ["Komt uit", el("div", {}, from)], ["Voorbeelden", el("div", { class: "samples" }, example)], ["Status", el("div", {}, el("span", { class: `tag tag--${tag[0]}` }, tag[1]))]) });
  parts.push(fixed("wachtwoord", "Dat kies je bij Vragen en fouten", "verborgen", ["ready", "volgt"]), fixed("rol", "Altijd hetzelfde woord", "leerling", ["ready", "staat vast"]));
  const ids = state.files.ids;
  parts.push(fixed("IDGebr", ids ? ids.name : "Geen bestand gekozen", ids ? "–" : "Alleen nodig voor SSO.", ids ? ["ready", "erbij"] : ["blocked", "niet erbij"]));
  keep(place.querySelector("[data-rows]"), parts);
  const needless = needlessOf(found);
  const unused = place.querySelector("[data-needless]");
  unused.hidden = !needless.length;
  unused.textContent = needless.length ? `Numo gebruikt ${list(needless)} niet. Daarom kun je ${needless.length === 1 ? "die kolom" : "die kolommen"} hier niet kiezen. Laat ${needless.length === 1 ? "hem" : "ze"} de volgende keer weg uit de export.` : "";
  const other = fault && !fault.field ? [field(fault.text, "ob-kolommen-error", fault.code)] : [];
  place.querySelector("[data-fault]").replaceChildren(...other);
};

const drawOpleidingen = (place, state) => {
  const { review, faults, codes } = state;
  const { all, some, withCode } = review.studies;
  const open = all - withCode;
  if (!all) place.querySelector("[data-count]").textContent = "Nog geen studies: er is geen rij zonder fout. Ga verder naar Vragen.";
  else place.querySelector("[data-count]").replaceChildren(el("strong", {}, `${withCode} van ${all} gekozen.`), open ? ` Nog ${open} te doen.` : " Klaar.");
  const wrong = new Map([...review.unknownCodes.map((fault) => [fault.study, fault]), ...state.wrong]);
  const names = new Map(codes ?? []);
  keep(place.querySelector("[data-rows]"), some.map(([study, pupils, code], at) => {
    const fault = wrong.get(study);
    const id = `ob-code-${at}`;
    const make = () => {
      const value = state.wrong.has(study) ? state.typed.get(study) : code ?? "";
      const input = el("input", { class: "input input--row", id, list: codes ? "ob-codes" : false, value, autocomplete: "off", spellcheck: "false", autocapitalize: "none", "data-change": "code", "data-study": study, "aria-invalid": fault && "true", "aria-describedby": fault ? `${id}-error` : names.get(code) ? `${id}-name` : false });
      const tag = fault ? ["refused", "kijk na"] : code === null ? ["refused", codes ? "kies een code" : "vul een code in"] : ["ready", "gekozen"];
      return row({ "data-study": true, class: (fault || code === null) && "is-asked" }, study, ["Leerlingen", el("div", {}, pupils.toLocaleString("nl-NL")), "num"],
        ["Code", el("div", {}, fault ? field(fault.text, `${id}-error`, fault.code) : null, el("label", { class: "visually-hidden", for: id }, `Code voor ${study}`), input, !fault && names.get(code) ? el("span", { class: "work__extra", id: `${id}-name` }, names.get(code)) : null)],
        ["Status", el("div", {}, el("span", { class: `tag tag--${tag[0]}` }, tag[1]))]);
    };
    return { key: study, sign: JSON.stringify([pupils, code, fault?.text ?? null, at]), make };
  }));
  const more = place.querySelector("[data-more]");
  more.hidden = all <= some.length;
  more.textContent = `Er zijn ${all.toLocaleString("nl-NL")} verschillende studies; hier staan er ${some.length}. Klopt de kolom Studie?`;
  const choices = place.querySelector("#ob-codes");
  if (codes && !choices.children.length) choices.append(...codes.map(([code, name]) => el("option", { value: code }, name)));
  const refused = (faults.studies ?? []).slice(0, 5).map((fault, at) => field(fault.text, `ob-table-error-${at}`, fault.code));
  place.querySelector("[data-fault]").replaceChildren(...refused);
  const pick = place.querySelector("[data-pick=studies]");
  for (const name of ["aria-invalid", "aria-describedby"]) pick.removeAttribute(name);
  if (refused.length) {
    pick.setAttribute("aria-invalid", "true");
    pick.setAttribute("aria-describedby", refused.map((one) => one.id).join(" "));
  }
  drawPosted(place, state);
};

/** What became of what was sent; the school's table is offered as long as it differs from what is kept. */
const drawPosted = (place, state) => {
  for (const form of place.querySelectorAll("form[data-post]")) {
    const said = state.posted[form.dataset.post];
    if (!said) continue;
    const box = form.querySelector("[data-posted]");
    box.textContent = said.text;
    box.className = said.code ? "field__error" : "meta";
    box.toggleAttribute("data-fault-code", Boolean(said.code));
    if (said.code) box.dataset.faultCode = said.code;
  }
};

const choice = ({ name, id, value, label, isChosen, hint, change, about = {} }) => el("div", { class: "choice" },
  el("input", { type: "radio", name, id, value, checked: isChosen, "data-change": change, "aria-describedby": hint ? `${id}-hint` : false, ...about }),
  el("label", { for: id }, label), hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null);

const question = ({ key, isOpen, isWrong, legend, about, choices, more }) => ({
  key,
  sign: JSON.stringify([legend, about, isOpen, isWrong, choices.map((one) => one.isChosen), more?.sign]),
  make: () => el("fieldset", { class: "q", "data-question": key, "data-state": isOpen ? "open" : "answered" }, el("legend", {}, legend), about ? el("p", {}, about) : null,
    el("div", { class: "choices-row" }, ...choices.map((one) => choice({ name: key, ...one }))), more ? more.make() : null),
});

const questionsOf = (state) => {
  const { questions, answers, review } = state;
  const all = questions.zeros.map(({ digits, examples }) => question({
    key: "ob-q-zeros", isOpen: answers.fill_zeros === null, legend: `Vul stamnrs aan tot ${digits} cijfers?`,
    about: `Bijvoorbeeld: ${list(examples.map(([is, would]) => `${is} wordt ${would}`))}.`,
    choices: [["yes", true, "Ja, vul ze aan met nullen"], ["no", false, "Nee, laat ze zoals ze zijn"]].map(([value, is, label]) => ({ id: `ob-q-zeros-${value}`, value, label, isChosen: answers.fill_zeros === is, change: "zeros" })),
  }));
  all.push(...questions.duplicates.some.map(({ rows }) => {
    const numbers = rows.map((one) => one.row);
    const both = ["klas", "studie"].filter((name) => new Set(rows.map((one) => one[name])).size > 1);
    return question({
      key: `ob-q-rows-${numbers[0]}`, isOpen: !numbers.some((one) => answers.keep_rows.includes(one)),
      legend: `Dezelfde leerling staat op rij ${list(numbers.map(String))}. Welke ${list(both)} ${both.length > 1 ? "kloppen" : "klopt"}?`, about: "Verder zijn de rijen gelijk.",
      choices: rows.map((one) => ({ id: `ob-q-row-${one.row}`, value: one.row, label: `${list(both.map((name) => one[name] || "leeg"))}, rij ${one.row}`, isChosen: answers.keep_rows.includes(one.row), change: "row", about: { "data-rows": numbers.join(",") } })),
    });
  }));
  all.push(...questions.encoding.map(({ places }) => question({
    key: "ob-q-encoding", isOpen: answers.encoding === null, legend: `In ${count(places.all, "waarde", "waarden")} staat een letter die het gewone bestand niet kent. Wat wil je?`,
    about: `In ${list([...places.some.map((one) => `rij ${one.row}, kolom ${one.column}`), ...(places.all > places.some.length ? [`nog ${places.all - places.some.length}`] : [])])}.`,
    choices: [{ id: "ob-q-encoding-utf", value: "utf-8", label: "Maak het bestand als UTF-8, dan blijven de namen goed", isChosen: answers.encoding === "utf-8", change: "encoding" },
      { id: "ob-q-encoding-excel", value: "excel", label: "Ik pas de namen aan in Excel en kies het bestand opnieuw", isChosen: answers.encoding === null && state.isToMend, change: "encoding" }],
    more: answers.encoding === null && state.isToMend ? { sign: "mend", make: () => el("p", {}, el("a", { href: "#bestand" }, "Kies het aangepaste bestand"), ". Je codes en antwoorden blijven staan.") } : null,
  })));
  all.push(passwordOf(answers.password, review));
  return all;
};

const passwordOf = (rule, review) => {
  const isComposed = rule?.how === "composed";
  const wrong = review.badWord;
  const say = "Typ een vast woord. Anders is het wachtwoord gelijk aan de gebruikersnaam.";
  const text = (name, label) => el("div", { class: "field" }, el("label", { class: "field__label", for: `ob-pw-${name}` }, label), el("input", { class: "input", id: `ob-pw-${name}`, value: rule[name], autocomplete: "off", spellcheck: "false", autocapitalize: "none", "data-change": "password", "data-password": name, "aria-invalid": wrong ? "true" : false, "aria-describedby": wrong ? "ob-pw-error" : review.isPasswordOpen ? "ob-pw-say" : false }));
  const make = () => el("div", { class: "compose" }, wrong ? field(wrong, "ob-pw-error", "bad_word") : review.isPasswordOpen ? el("p", { class: "work__extra", id: "ob-pw-say" }, say) : null, text("before", "Vast woord ervoor"),
    el("div", { class: "field" }, el("label", { class: "field__label", for: "ob-pw-field" }, "Kolom"), el("select", { class: "input", id: "ob-pw-field", "data-change": "password", "data-password": "field" }, ...Object.entries(NAMES).map(([value, name]) => el("option", { value, selected: value === rule.field }, name)))),
    text("after", "Vast woord erachter"), el("p", { class: "seen seen--refused" }, el("strong", {}, "Let op: "), "wie de regel kent, kent elk wachtwoord. Laat leerlingen hun wachtwoord meteen veranderen."));
  return question({
    key: "ob-q-password", isOpen: review.isPasswordOpen || wrong !== "", isWrong: wrong, legend: "Hoe maken we het wachtwoord van elke leerling?", about: "",
    choices: [{ id: "ob-q-drawn", value: "drawn", label: "Maak er een van 10 tekens, voor iedereen anders", hint: "Zonder tekens die op elkaar lijken. Ze staan alleen in het bestand.", isChosen: !isComposed, change: "how" },
      { id: "ob-q-composed", value: "composed", label: "Stel het samen uit een kolom en een vast woord", isChosen: isComposed, change: "how" }],
    more: isComposed ? { sign: wrong, make } : null,
  });
};

const faultRow = (fault) => {
  const at = fault.place;
  const start = at ? `Rij ${at.row}, kolom ${at.column}: ` : "";
  const text = start && fault.text.startsWith(start) ? fault.text.slice(start.length) : fault.text;
  return row({ "data-fault-code": fault.code }, at ? `Rij ${at.row}` : "Bestand", ["Kolom", el("div", {}, at?.column ?? "–")],
    ["Fout", el("div", {}, text.charAt(0).toUpperCase() + text.slice(1))]);
};

/** What is mended at another step. */
const todosOf = ({ openStudies, unknownCodes, doubts }) => [
  [doubts.length, "ob-q-columns", "several_columns", `Er is meer dan één kolom voor ${list(doubts.map((one) => NAMES[one]))}.`, "#kolommen", "Kies de kolom"],
  [openStudies, "ob-q-studies", null, `${count(openStudies, "studie heeft", "studies hebben")} nog geen opleidingscode.`, "#opleidingen", "Vul de codes in"],
  [unknownCodes.length, "ob-q-codes", "unknown_code", `${count(unknownCodes.length, "opleidingscode staat", "opleidingscodes staan")} niet in de lijst met codes van Numo.`, "#opleidingen", "Kies andere codes"],
].filter(([open]) => open).map(([, key, code, sentence, href, press]) => ({
  key, sign: sentence, make: () => el("div", { class: "q", "data-question": key, "data-state": "open", "data-fault-code": code }, el("p", {}, el("strong", {}, sentence), " ", el("a", { href, id: key }, press))),
}));

const drawVragen = (place, state) => {
  const { review, questions } = state;
  const parts = questionsOf(state);
  const todos = todosOf(review);
  parts.splice(-1, 0, ...todos);
  keep(place.querySelector("[data-questions]"), parts);
  const { duplicates } = questions;
  const all = questions.zeros.length + duplicates.all + questions.encoding.length + 1 + todos.length;
  // The studies and a password that is a gebruikersnaam are counted by the module already.
  const open = review.open + todos.filter(({ key }) => key !== "ob-q-studies").length + (review.badWord ? 1 : 0);
  place.querySelector("[data-questions-head]").replaceChildren(`${count(all, "vraag", "vragen")} `, el("span", { class: "h-count" }, open ? `nog ${open} open` : "alles beantwoord"));
  const later = place.querySelector("[data-questions-more]");
  later.hidden = duplicates.some.length === duplicates.all;
  later.textContent = `${duplicates.all.toLocaleString("nl-NL")} leerlingen staan er dubbel in. Hier staan de eerste ${duplicates.some.length}. De volgende komen als je deze beantwoordt.`;
  const { all: wrong, some } = review.faults;
  const faults = place.querySelector("[data-faults]");
  faults.hidden = wrong === 0;
  place.querySelector("[data-faults-head]").textContent = count(wrong, "fout in het bestand", "fouten in het bestand");
  keep(faults.querySelector("[data-rows]"), some.map((fault, at) => ({ key: `${at}`, sign: fault.text, make: () => faultRow(fault) })));
  const more = faults.querySelector("[data-more]");
  more.hidden = wrong <= some.length;
  more.textContent = `Dit zijn de eerste ${some.length}. Verbeter die eerst, en kies het bestand opnieuw.`;
  const itself = byItself(state);
  place.querySelector("[data-itself]").hidden = false;
  place.querySelector("[data-itself-head]").textContent = `Wat vanzelf is gegaan (${itself.length})`;
  place.querySelector("[data-itself-list]").replaceChildren(...itself.map((text) => el("li", {}, text)));
  const unread = state.faults.export ?? [];
  const error = unread.map((fault) => field(fault.text, "ob-again-error", fault.code));
  place.querySelector("[data-fault]").replaceChildren(...error);
  if (review.isReady) place.querySelector("[data-error-summary]")?.remove();
};

/** Sums up what must be done before the file can be made. */
export const sayMissing = (place, state) => {
  const open = [...place.querySelectorAll("[data-question][data-state=open]")];
  const links = open.map((one) => {
    const to = one.querySelector("input, a");
    return el("li", {}, el("a", { href: `#${to.id}`, "data-to": to.id }, one.querySelector("legend, strong").textContent));
  });
  if (state.review.faults.all) links.push(el("li", {}, el("a", { href: "#ob-fouten-kop" }, `Verbeter ${count(state.review.faults.all, "fout", "fouten")} in het bestand`)));
  if (!links.length) links.push(el("li", {}, "Er staat geen leerling in het bestand die mee kan."));
  place.querySelector("[data-error-summary]")?.remove();
  place.prepend(el("div", { class: "error-summary", "data-error-summary": true, tabindex: "-1", role: "group", "aria-labelledby": "ob-mist-kop" }, el("h2", { id: "ob-mist-kop" }, "Het bestand kan nog niet worden gemaakt"), el("ul", {}, ...links)));
};

const drawDownloaden = (place, state) => {
  const { review, files, answers } = state;
  const of = (name) => place.querySelector(`[data-${name}]`);
  const school = (state.kept ?? "").toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const name = `numo-${school || "leerlingen"}.csv`;
  of("pupils").textContent = count(review.counts.pupils, "leerling", "leerlingen");
  of("file-name").textContent = name;
  for (const one of place.querySelectorAll("[data-file-name-again]")) one.textContent = name;
  of("columns").textContent = `${review.notes.ids ? "10, met IDGebr" : "9, zonder IDGebr"}. Letters: ${answers.encoding === "utf-8" ? "UTF-8" : "windows-1252, zoals Excel"}.`;
  of("not-in").hidden = review.counts.left_out === 0;
  of("not-in-text").textContent = count(review.counts.left_out, "rij, omdat je een andere koos", "rijen, omdat je een andere koos");
  of("export-name").textContent = files.export.name;
  const needless = needlessOf(state.found);
  of("export-needless").textContent = needless.length ? `. Daar ${needless.length === 1 ? "staat" : "staan"} ook ${list(needless)} in.` : "";
  of("clean-ids").hidden = !files.ids;
  for (const tick of place.querySelectorAll(".tick-box")) tick.checked = state.ticks.has(tick.id);
  of("unsaved").hidden = !state.isTableChanged;
  of("made").hidden = !state.isMade;
  of("ready").textContent = state.isMade ? "Gedownload" : "Klaar om te downloaden";
  of("fault").replaceChildren(...(state.faults.made ?? []).map((fault) => field(fault.text, "ob-made-error", fault.code)));
  drawPosted(place, state);
};

const DRAWS = { bestand: drawBestand, kolommen: drawKolommen, opleidingen: drawOpleidingen, vragen: drawVragen, downloaden: drawDownloaden };

/** Draws a step anew. */
export const draw = (name, place, state) => DRAWS[name](place, state);

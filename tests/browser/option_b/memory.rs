//! What is left in the module's memory: nothing, after "Begin opnieuw" and after leaving.

use serde_json::json;

use super::walk::{PATH, answer, compose_passwords, download, give_export, give_table, go_on, open, sample};
use crate::support::{Browser, run};

/// The worker as it is, with somebody beside it who can look into the module's memory, and who keeps it when the page
/// ends it. For this the test lifts the policy, by which no page could do so.
const LOOK_INSIDE: &str = r#"
const Real = window.Worker;
window.workers = [];
window.Worker = class extends Real {
  constructor(url) {
    const inside = `
      const make = WebAssembly.instantiate;
      let memory;
      WebAssembly.instantiate = async (module) => {
        const made = await make(module);
        memory = made.exports.memory;
        return made;
      };
      const holds = (text) => {
        const bytes = new Uint8Array(memory.buffer);
        const wanted = new TextEncoder().encode(text);
        for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1))
          if (wanted.every((byte, next) => bytes[at + next] === byte)) return true;
        return false;
      };
      self.addEventListener("message", (event) => {
        if (!event.data.look) return;
        event.stopImmediatePropagation();
        self.postMessage({ found: event.data.look.filter(holds), isZero: new Uint8Array(memory.buffer).every((byte) => byte === 0) });
      });
      importScripts("${new URL(url, location)}");`;
    super(URL.createObjectURL(new Blob([inside], { type: "text/javascript" })));
    window.workers.push(this);
  }
  terminate() { this.isEnded = true; }
};
"#;

/// Asks a worker which of these texts its module's memory holds.
const ASK: &str = r#"
const [which, look, done] = arguments;
const worker = window.workers[which];
worker.addEventListener("message", ({ data }) => { if (data.found) done({ ...data, isEnded: worker.isEnded === true }); });
worker.postMessage({ look });
"#;

/// Names, a class, a study, an address and a password of the sample.
const OF_PUPILS: [&str; 6] = ["Aanhaal", "Streep", "Fenneke", "Kiki", "@leerling.proefcollege", "proef-0123"];

#[test]
fn after_beginning_anew_the_memory_holds_no_byte() {
    run(|stage| {
        let browser = stage.browser();
        browser.command("Page.setBypassCSP", &json!({ "enabled": true }));
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": LOOK_INSIDE }));
        open(&browser);
        walk(&browser);
        let full = look(&browser, 0);
        assert_eq!(full["isZero"], false);
        assert!(full["found"].as_array().is_some_and(|found| found.len() > 3), "the look sees what is there: {full}");

        browser.click("[data-action=wipe]");
        browser.find("[data-file=export]:not(.file--good)");
        assert_eq!(look(&browser, 0), json!({ "found": [], "isZero": true, "isEnded": true }));
        assert_eq!(browser.run("return window.workers.length", &[]), 2, "a fresh one takes over");
        assert_eq!(look(&browser, 1)["found"], json!([]));
    });
}

/// Opens the converter in a window beside this one, and lends it a worker of this one, which outlives it.
const BESIDE: &str = r#"
const [path, name, text, done] = arguments;
const beside = window.open(path);
const ready = async (look) => { while (!look()) await new Promise((next) => { setTimeout(next, 20); }); };
const all = async () => {
  await ready(() => beside.document?.querySelector("[data-place]:not([hidden]) [data-pick=export]"));
  beside.Worker = window.Worker;
  beside.document.querySelector("[data-action=wipe]").click();
  await ready(() => window.workers.length === 2 && beside.document.querySelector("[data-pick=export]"));
  const dataTransfer = new beside.DataTransfer();
  dataTransfer.items.add(new beside.File([text], name));
  beside.document.querySelector("[data-drop=export]").dispatchEvent(new beside.DragEvent("drop", { bubbles: true, dataTransfer }));
  await ready(() => beside.document.querySelector("[data-file=export].file--good"));
  window.beside = beside;
  return "";
};
all().then(done, (error) => done(`${error}`));
"#;

#[test]
fn after_leaving_for_another_page_the_memory_holds_no_byte() {
    run(|stage| {
        let browser = stage.browser();
        browser.command("Page.setBypassCSP", &json!({ "enabled": true }));
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": LOOK_INSIDE }));
        open(&browser);
        let text = "Stamnr;Roepnaam;Achternaam;Klas;Studie\n101001;Fenneke;Aanhaal;4ha;Streep\n";
        assert_eq!(browser.run_async(BESIDE, &[PATH.into(), "leerlingen.csv".into(), text.into()]), "");
        assert_eq!(look(&browser, 1)["found"], json!(["Aanhaal", "Streep", "Fenneke"]), "the look sees what is there");

        browser.run("window.beside.location = '/'", &[]);

        let is_wiped = || (look(&browser, 1)["isZero"] == true).then_some(());
        assert!(browser.until(is_wiped).is_some(), "{}", look(&browser, 1));
        assert_eq!(browser.run("return window.beside.location.pathname", &[]), "/");
    });
}

fn walk(browser: &Browser) {
    give_export(browser, &sample("in/03-ansi-dubbel.csv"));
    go_on(browser, "kolommen");
    go_on(browser, "opleidingen");
    give_table(browser);
    go_on(browser, "vragen");
    answer(browser, "ob-q-row-8");
    compose_passwords(browser);
    go_on(browser, "downloaden");
    download(browser);
}

fn look(browser: &Browser, worker: usize) -> serde_json::Value {
    browser.run_async(ASK, &[json!(worker), json!(OF_PUPILS)])
}

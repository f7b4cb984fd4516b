// The page's end of optie-b-worker.js: a question goes there, and its answer comes back.
export class Thread {
  #worker;
  #waiting = new Map();
  #asked = 0;
  #isLost = false;

  constructor(address) {
    this.#worker = new Worker(address);
    this.#worker.addEventListener("message", ({ data }) => {
      const one = this.#waiting.get(data.id);
      if (data.percent !== undefined) {
        one?.tell?.(data.percent);
        return;
      }
      this.#waiting.delete(data.id);
      one?.done(data);
    });
    // A worker that does not start, or stops, answers nothing any more.
    for (const name of ["error", "messageerror"]) this.#worker.addEventListener(name, () => this.#lose());
  }

  #lose() {
    this.#isLost = true;
    for (const { done } of this.#waiting.values()) done({ lost: "module" });
    this.#waiting.clear();
  }

  /** Asks; `tell` hears how far the reading of a file is. Gives `answer`, or what was `lost`. */
  ask(name, about = {}, tell = undefined) {
    if (this.#isLost) return Promise.resolve({ lost: "module" });
    return new Promise((done) => {
      this.#asked += 1;
      this.#waiting.set(this.#asked, { done, tell });
      this.#worker.postMessage({ id: this.#asked, ask: name, ...about });
    });
  }

  /** Has the module overwritten and ends it; what was asked before is answered no more. */
  wipe() {
    this.#waiting.clear();
    // One that is stuck does not answer, and ends all the same.
    const long = new Promise((done) => { setTimeout(done, 1000); });
    return Promise.race([this.ask("wipe"), long]).then(() => this.end());
  }

  /** Ends the module at once. */
  end() {
    this.#worker.terminate();
  }
}

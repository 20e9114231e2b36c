// The stream of events: opened while the page is seen, and opened again when it ends.

const NAMES = ["hello", "settings", "accounts", "account", "leverage", "faults", "lanes", "requests", "cleared", "beat"];
const SILENCE = 25000; // milliseconds without a sign of life
const PAUSE = 3000; // milliseconds before the next try

export class Stream {
  /** `handlers` are functions by names of events; `status` is told "live", "lost" or "paused". */
  constructor(handlers, status) {
    this.handlers = handlers;
    this.status = status;
    this.paused = false;
    this.source = null;
    document.addEventListener("visibilitychange", () => this.follow());
    this.follow();
  }

  pause(paused) {
    this.paused = paused;
    if (paused) this.status("paused");
    this.follow();
  }

  /** Open or close the stream, as the page is seen or not. Browsers have few connections for one address. */
  follow() {
    const wanted = !this.paused && document.visibilityState === "visible";
    if (wanted && !this.source) this.open();
    if (!wanted) this.close();
  }

  open() {
    clearTimeout(this.again);
    const source = new EventSource("/_sandbox/events");
    this.source = source;
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        this.alive();
        if (name === "hello") this.status("live");
        this.handlers[name]?.(JSON.parse(event.data));
      });
    }
    source.onerror = () => this.retry();
    this.alive();
  }

  alive() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.retry(), SILENCE);
  }

  retry() {
    this.close();
    this.status("lost");
    this.again = setTimeout(() => this.follow(), PAUSE);
  }

  close() {
    clearTimeout(this.watch);
    clearTimeout(this.again);
    this.source?.close();
    this.source = null;
  }
}

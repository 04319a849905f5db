// The living connection of a page: server-sent events that resume by position, and an honest word when they stop.
// A page is deaf until it has heard, and deaf again as soon as it has not heard for a while. What is shown is not here.

const RETRY_MS = [500, 1000, 2000, 5000, 10000];

export class Live {
  // `url(position)` is where to listen; `on` has heard(data), changed(event), deaf(), lost(status)
  constructor({ url, position, deafAfterMs, on }) {
    Object.assign(this, { url, position, deafAfterMs, on });
    this.heardAt = -Infinity;
    this.isDeaf = true;
    this.failures = 0;
    setInterval(() => this.look(), Math.min(1000, deafAfterMs / 4));
    document.addEventListener("visibilitychange", () => this.look());
    window.addEventListener("online", () => this.connect());
    window.addEventListener("offline", () => this.turnDeaf());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.connect(); });
    this.connect();
  }

  connect() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = new EventSource(this.url(this.position));
    this.source.addEventListener("present", (event) => this.present(event));
    for (const kind of ["alert", "reset"]) {
      this.source.addEventListener(kind, (event) => { this.hear(event); this.on.changed(event); });
    }
    this.source.addEventListener("error", () => this.failed());
  }

  hear(event) {
    if (event.lastEventId) this.position = event.lastEventId;
    this.heardAt = performance.now();
  }

  present(event) {
    // what every stream begins with, and repeats: how far the watch has come. Only this makes a page live
    this.hear(event);
    this.failures = 0;
    const wasDeaf = this.isDeaf;
    this.isDeaf = false;
    this.on.heard(JSON.parse(event.data), wasDeaf);
  }

  failed() {
    this.turnDeaf();
    this.source.close(); // we count the tries ourselves: a browser gives up for ever on some answers
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), wait);
    if (this.failures > 1) this.on.lost();
  }

  look() {
    if (!this.isDeaf && performance.now() - this.heardAt > this.deafAfterMs) {
      this.turnDeaf();
      this.connect();
    }
  }

  turnDeaf() {
    if (!this.isDeaf) {
      this.isDeaf = true;
      this.on.deaf();
    }
  }
}

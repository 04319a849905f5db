// The feed, living: after each change it asks for its living part anew, so that words and rights are the server's alone.
// It says aloud what is new, lets the numbers run, and never looks calm when it is deaf.

import { Live } from "./live.js";
import { morph } from "./morph.js";
import { clock, length } from "./times.js";

const PAUSE_MS = 250;
const feed = document.getElementById("feed");
const part = `${location.pathname.replace(/\/$/, "")}/feed-part`;
let aheadMs = Number(feed.dataset.now) - Date.now(); // the server's clock against this machine's, which may be wrong
let asking = null;
let again = false;

const live = new Live({
  url: (position) => `/api/v1/alerts/stream?after=${encodeURIComponent(position)}`,
  position: feed.dataset.position,
  deafAfterMs: Number(feed.dataset.deafAfter),
  on: {
    heard(present, wasDeaf) {
      aheadMs = Date.parse(present.now) - Date.now();
      tell(present);
      if (wasDeaf) turnLive();
      else if (feed.dataset.refresh) refresh(); // what it shows changes by more than the stream tells
    },
    changed: () => refresh(),
    deaf: () => turnDeaf(),
    lost: () => whoAmI(),
  },
});

async function turnLive() {
  // first what happened meanwhile, then the word that this page is live
  if (await refresh()) showLive();
}

function showLive() {
  feed.dataset.live = live.isDeaf ? "no" : "yes";
}

function turnDeaf() {
  feed.dataset.live = "no";
  document.getElementById("stood-at").textContent = local(Date.now() + aheadMs);
  document.title = `Not live · ${document.title.replace(/^Not live · /, "")}`;
  say("alarm", document.querySelector("#deaf .note__title").textContent);
}

function tell(present) {
  const blind = document.getElementById("blind");
  const since = present.blind_since && local(Date.parse(present.blind_since));
  if (since && blind.hidden) say("alarm", `Not watched since ${since}.`);
  blind.hidden = !since;
  feed.dataset.blind = since ? "yes" : "no";
  if (since) document.getElementById("blind-since").textContent = since;
  if (!present.watched_to) return;
  for (const id of ["watched-to", "calm-to"]) {
    const place = document.getElementById(id);
    if (place) place.textContent = local(Date.parse(present.watched_to));
  }
}

async function refresh() {
  // one question at a time; what comes while it is under way asks once more at its end
  again = true;
  asking ??= (async () => {
    let fine = true;
    while (again && fine) {
      again = false;
      fine = await ask();
      if (again) await new Promise((go) => setTimeout(go, PAUSE_MS)); // in a storm, what comes together is asked once
    }
    asking = null;
    return fine;
  })();
  return asking;
}

async function ask() {
  try {
    const answer = await fetch(part, { headers: { accept: "text/html" }, cache: "no-store", redirect: "manual" });
    if (answer.status === 401) return location.assign("/sign-in");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.text());
    return true;
  } catch {
    live.failed();
    return false;
  }
}

function show(html) {
  const before = new Map(cards().map((card) => [card.dataset.alert, card.dataset.said]));
  const next = new DOMParser().parseFromString(html, "text/html").getElementById("feed");
  next.dataset.live = feed.dataset.live;
  aheadMs = Number(next.dataset.now) - Date.now();
  morph(feed, next);
  const open = Number(feed.dataset.open);
  document.title = document.title.replace(/^(Not live · )?(\(\d+\) )?/, open ? `(${open}) ` : "");
  announce(before);
}

function announce(before) {
  for (const card of cards()) {
    const said = card.dataset.said;
    if (before.get(card.dataset.alert) === said) continue;
    if (!before.has(card.dataset.alert)) card.classList.add("is-new");
    say(card.dataset.severity === "page" ? "alarm" : "news", said);
  }
  for (const id of before.keys()) {
    const closed = document.getElementById(`closed-${id}`);
    if (closed && !document.getElementById(`alert-${id}`)) say("news", closed.textContent.replace(/\s+/g, " ").trim());
  }
}

function say(where, text) {
  const line = document.createElement("p");
  line.textContent = text;
  const place = document.getElementById(where);
  place.append(line);
  while (place.children.length > 5) place.firstChild.remove();
}

const cards = () => [...feed.querySelectorAll(".card")];
const local = (at) => clock(at, feed.dataset.zone) + feed.dataset.zoneShown;

async function whoAmI() {
  // a stream that is refused says no reason to the page: ask whether we are still signed in
  try {
    if ((await fetch("/session", { cache: "no-store" })).status === 401) location.assign("/sign-in");
  } catch {
    // no connection: the page says already that it is not live
  }
}

setInterval(() => {
  const now = Date.now() + aheadMs;
  for (const place of feed.querySelectorAll("[data-counts-from]")) {
    const text = length(now - Number(place.dataset.countsFrom));
    if (place.textContent !== text) place.textContent = text;
  }
}, 1000);

// What the desk does beyond its forms and links: keys, the clock of a submission, drafts, and saying what went wrong.
"use strict";

const by = (id) => document.getElementById(id);
const opened = { at: performance.now(), hidden: 0, since: null };
let leaving = null; // an address to go to once the comment is saved
let busy = false; // a write is on its way: what is asked for meanwhile waits, so that leaving cuts nothing off
const waiting = [];
let sent = null; // the comment as it went out
let typed = null; // and what was added to it before the answer came

function inTurn(action) {
  if (busy) waiting.push(action);
  else action();
}

function turn() {
  busy = false;
  while (!busy && !leaving && waiting.length) waiting.shift()();
}

// ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const keysOn = () => localStorage.getItem("gradus.keys") !== "off";

function showKeys() {
  const button = by("keys");
  if (!button) return;
  button.setAttribute("aria-pressed", String(keysOn()));
  button.textContent = keysOn() ? "Keys on" : "Keys off";
  document.body.classList.toggle("no-keys", !keysOn());
}

function writing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

const actions = {
  n: () => go(by("next")),
  p: () => go(by("previous")),
  c: () => focusEnd(by("comment")),
  r: () => focusEnd(by("reason")),
  f: () => press(by("flag")),
  u: () => press(by("undo")),
  m: () => press(by("mark-group")),
  x: () => go(by("try")),
  "/": () => reuse(),
  "?": () => by("help").showModal(),
};

function onKey(event) {
  if (event.key === "Escape" && writing(event.target) && !event.target.closest("dialog")) {
    event.target.blur();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "comment") {
    event.preventDefault();
    press(by("save-comment"));
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest(".fix")) {
    event.preventDefault();
    press(by("run-fix"));
    return;
  }
  if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (writing(event.target) || document.querySelector("dialog[open]")) return;
  const level = /^[1-9]$/.test(event.key) ? by(`level-${event.key}`) : null;
  const action = level ? () => press(level) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  if (["c", "r", "/", "?"].includes(event.key)) action();
  else inTurn(action);
}

function press(button) {
  if (button && !button.disabled) button.click(); // a click, as htmx sends along the button that was clicked
}

function focusEnd(area) {
  if (!area) return;
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

// ── leaving a submission ─────────────────────────────────────────────────────────────────────────────────────────────

const draftKey = () => (by("grading") ? `gradus.draft.${by("grading").dataset.place}` : null);

function unsaved() {
  const area = by("comment");
  return area !== null && !area.disabled && area.value !== area.dataset.stored;
}

function go(link) {
  if (!link || link.hidden) return;
  if (unsaved() && by("comment").value.trim() && document.querySelector(".level[aria-pressed=true]")) {
    leaving = link.href;
    press(by("save-comment"));
  } else {
    location.assign(link.href);
  }
}

function keepDraft() {
  const key = draftKey();
  if (!key) return;
  if (unsaved()) sessionStorage.setItem(key, by("comment").value);
  else sessionStorage.removeItem(key);
}

function findDraft() {
  const key = draftKey();
  const draft = key && sessionStorage.getItem(key);
  const area = by("comment");
  if (!draft || !area || area.disabled || draft === area.dataset.stored) return;
  area.value = draft;
  tell("The comment that you began here is back. It is not saved yet.");
}

function seconds() {
  const away = opened.hidden + (opened.since === null ? 0 : performance.now() - opened.since);
  return Math.max(0, (performance.now() - opened.at - away) / 1000);
}

// ── reusing a comment ────────────────────────────────────────────────────────────────────────────────────────────────

function reuse() {
  const dialog = by("reuse");
  if (!dialog) return;
  by("find").value = "";
  htmx.trigger("#comments", "reuse");
  dialog.showModal();
  by("find").focus();
}

function choices() {
  return [...document.querySelectorAll("#comments button.comment")].filter((one) => !one.parentElement.hidden);
}

function filter() {
  const wanted = by("find").value.toLowerCase();
  for (const one of document.querySelectorAll("#comments button.comment")) {
    one.parentElement.hidden = !one.textContent.toLowerCase().includes(wanted);
  }
}

function choose(text) {
  const area = by("comment");
  area.value = area.value.trim() ? `${area.value.trimEnd()}\n${text}` : text;
  by("reuse").close();
  keepDraft();
  focusEnd(area);
}

function walk(event) {
  const list = choices();
  const at = list.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target.id === "find" && list.length) {
    event.preventDefault();
    choose(list[0].textContent);
  } else if (event.key === "ArrowDown" && list.length) {
    event.preventDefault();
    list[Math.min(at + 1, list.length - 1)].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (at === 0 ? by("find") : list[at - 1]).focus();
  }
}

// ── saying what happened ─────────────────────────────────────────────────────────────────────────────────────────────

function tell(text) {
  const told = by("told");
  if (told) told.textContent = text;
}

function trouble(text) {
  const place = by("trouble");
  place.textContent = text;
  place.hidden = !text;
  if (!text) return;
  leaving = null;
  waiting.length = 0;
  busy = false;
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "panel") event.detail.parameters.seconds = seconds().toFixed(1);
});
document.addEventListener("htmx:sendError", () => trouble("The desk does not answer, so nothing was saved. Is `gradus review` still running? What you wrote stays here."));
document.addEventListener("htmx:timeout", () => trouble("The desk took too long to answer. Reload the page to see what was saved."));
document.addEventListener("htmx:responseError", (event) => trouble(event.detail.xhr.responseText || "That failed; nothing was saved."));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) trouble("");
});
document.addEventListener("htmx:afterSettle", (event) => {
  const panel = by("panel");
  if (event.detail.elt.id !== "panel") return;
  keepDraft();
  if (leaving && panel.dataset.saved === "yes") location.assign(leaving);
  else if (panel.dataset.saved !== "yes") waiting.length = 0; // what was refused is read before anything else happens
  leaving = null;
  turn();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "panel") return;
  busy = true;
  sent = by("comment").value;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const area = by("comment");
  typed = event.detail.target.id === "panel" && area.value !== sent ? area.value : null;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.elt.id !== "panel" || typed === null) return;
  const focused = document.activeElement === by("comment");
  by("comment").value = typed;
  if (focused) focusEnd(by("comment"));
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) opened.since = performance.now();
  else if (opened.since !== null) {
    opened.hidden += performance.now() - opened.since;
    opened.since = null;
  }
});
document.addEventListener("keydown", onKey);
document.addEventListener("input", (event) => {
  if (event.target.id === "comment") keepDraft();
  if (event.target.id === "find") filter();
});
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("button.comment, #reuse-button, #keys, #help-button, #next, #previous, #try");
  if (!chosen) return;
  if (chosen.classList.contains("comment")) choose(chosen.textContent);
  else if (chosen.id === "reuse-button") reuse();
  else if (chosen.id === "help-button") by("help").showModal();
  else if (chosen.id === "keys") {
    localStorage.setItem("gradus.keys", keysOn() ? "off" : "on");
    showKeys();
  } else if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    inTurn(() => go(chosen));
  }
});
by("reuse")?.addEventListener("keydown", walk);
showKeys();
findDraft();

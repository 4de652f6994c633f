// The list and the open chat beside it: a click changes the chat alone, the list keeps its place. Keys for what is often
// done. Every page works without it.
"use strict";

const RENEWED_EVERY_MS = 60_000;
const pane = () => document.getElementById("pane");
const chatLinks = () => [...document.querySelectorAll(".chats .who a")];
const isTyping = () => document.activeElement.matches("input:not([type=checkbox]), select, textarea");
let asked = 0;

// Marks the open chat in the list.
function settleList() {
  const open = new URLSearchParams(location.search);
  for (const link of chatLinks()) {
    const its = new URLSearchParams(new URL(link.href).search);
    const isOpen = its.get("chat") === open.get("chat") && its.get("of") === open.get("of");
    link.closest("li").classList.toggle("open", isOpen);
    if (isOpen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (isOpen && pane()) link.closest("li").scrollIntoView({ block: "nearest" });
  }
}

function settle() {
  settleList();
  showPlace();
}

async function show(address, { keep = true, focus = true, how = {} } = {}) {
  const mine = (asked += 1);
  const answer = await refresh(how.method ? ["pane", "results"] : ["pane"], address, () => mine === asked, how);
  if (!answer) {
    if (mine === asked && !how.method) location.assign(address);
    return;
  }
  const at = how.method ? answer.url : address;
  if (keep) history.pushState(null, "", at);
  settle();
  if (focus) document.getElementById("chat-title").focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pane]");
  if (!link || !pane() || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.closest("#pane")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  show(form.action, { focus: false, how: { method: "POST", body } });
});

window.addEventListener("popstate", () => {
  const open = new URLSearchParams(location.search).has("chat");
  if (open && pane()) show(location.href, { keep: false });
  else location.reload();
});

// Whoever leaves the page wants none of what is still asked for.
window.addEventListener("pagehide", () => (asked += 1));

// What came meanwhile, without moving what is read or typed.
async function renew() {
  if (!document.hidden && !isTyping() && !document.querySelector("dialog[open]")) {
    const had = chatLinks().indexOf(document.activeElement);
    if (await refresh(["results"], location.href)) {
      settleList();
      if (had >= 0) chatLinks()[had]?.focus({ preventScroll: true });
    }
  }
  setTimeout(renew, RENEWED_EVERY_MS);
}

function step(by) {
  if (pane()) {
    document.querySelector(by > 0 ? ".beside a[rel=next]" : ".beside a[rel=prev]")?.click();
    return;
  }
  const links = chatLinks();
  const at = links.indexOf(document.activeElement);
  (links[at + by] || links[at < 0 ? 0 : at])?.focus();
}

function toggleKeys() {
  const keys = document.getElementById("keys");
  if (keys.open) keys.close();
  else keys.showModal();
}

// By place on the keyboard, so that they are the same keys in a Russian layout.
const KEYS = {
  KeyJ: () => step(1),
  ArrowDown: () => (chatLinks().includes(document.activeElement) ? step(1) : false),
  KeyK: () => step(-1),
  ArrowUp: () => (chatLinks().includes(document.activeElement) ? step(-1) : false),
  Escape: () => document.querySelector(".beside .close")?.click(),
  Slash: (event) => (event.shiftKey ? toggleKeys() : document.querySelector(".filters input[type=search]").focus()),
  KeyL: () => document.querySelector("#labels select[name=tag]")?.focus(),
  KeyN: () => document.querySelector("#no-answer input[name=reason], #no-answer button")?.focus(),
  BracketRight: () => document.querySelector(".hit-next")?.click(),
  BracketLeft: () => document.querySelector(".hit-previous")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping()) {
    if (event.code === "Escape") document.activeElement.blur();
    return;
  }
  const act = KEYS[event.code];
  if (act && act(event) !== false) event.preventDefault();
});

const button = document.getElementById("keys-button");
button.hidden = false;
button.addEventListener("click", toggleKeys);
if (pane()) settleList();
setTimeout(renew, RENEWED_EVERY_MS);

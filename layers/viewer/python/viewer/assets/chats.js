// The list and the open chat beside it: a click changes the chat alone, the list keeps its place. Keys for what is often
// done. Every page works without it.
"use strict";

const RENEWED_EVERY_MS = 60_000;
const pane = () => document.getElementById("pane");
const chatLinks = () => [...document.querySelectorAll(".chats .who a")];
const isTyping = () => document.activeElement.matches("input:not([type=checkbox]), select, textarea");
let asked = 0;
let shown = location.search;

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

async function show(address, { keep = true } = {}) {
  const mine = (asked += 1);
  const answer = await refresh(["pane"], address, () => mine === asked);
  if (!answer) {
    if (mine === asked) location.assign(address);
    return;
  }
  if (keep) history.pushState(null, "", address);
  shown = location.search;
  settle();
  document.getElementById("chat-title").focus({ preventScroll: true });
}

// Sends a form of the chat. If the answer is no page of ours, the browser sends it by itself and shows what comes.
async function send(form, button) {
  const mine = (asked += 1);
  const how = { method: "POST", body: new URLSearchParams(new FormData(form, button)) };
  const answer = await refresh(["pane", "results"], form.action, () => mine === asked, how);
  if (!answer) {
    if (mine === asked) {
      form.dataset.plain = "";
      form.requestSubmit(button);
    }
    return;
  }
  history.pushState(null, "", answer.url);
  shown = location.search;
  settle();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pane]");
  if (!link || !pane() || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.closest("#pane") || "plain" in form.dataset) return;
  event.preventDefault();
  send(form, event.submitter);
});

window.addEventListener("popstate", () => {
  if (location.search === shown) return; // Only the place in the page is another.
  const open = new URLSearchParams(location.search).has("chat");
  if (open && pane()) show(location.href, { keep: false });
  else location.reload();
});

// Whoever leaves the page wants none of what is still asked for.
window.addEventListener("pagehide", () => (asked += 1));

// What came meanwhile, without moving what is read or typed.
async function renew() {
  const isInUse = () => document.hidden || isTyping() || document.querySelector("dialog[open]") !== null;
  const address = location.href;
  let focused = null;
  const isCurrent = () => {
    focused = document.activeElement.closest("#results a")?.getAttribute("href");
    return !isInUse() && location.href === address;
  };
  if (!isInUse() && (await refresh(["results"], address, isCurrent))) {
    settleList();
    const same = [...document.querySelectorAll("#results a")].find((link) => link.getAttribute("href") === focused);
    same?.focus({ preventScroll: true });
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

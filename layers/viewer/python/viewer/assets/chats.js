// The list and the open chat beside it: a click changes the chat alone, the list keeps its place. Every page works
// without it. Its keys are in keys.js.
"use strict";

const RENEWED_EVERY_MS = 60_000;
const OF_THE_CHAT = ["of", "chat", "message", "earlier", "later"];
const pane = () => document.getElementById("pane");
const chatLinks = () => [...document.querySelectorAll(".chats .who a")];
const isTyping = () => document.activeElement.matches("input:not([type=checkbox]), select, textarea");
let asked = 0;

// The part of an address that says which list is shown.
function listOf(search) {
  const fields = new URLSearchParams(search);
  for (const name of OF_THE_CHAT) fields.delete(name);
  return fields.toString();
}

// Marks the open chat in the list.
function markOpen() {
  const open = new URLSearchParams(shown);
  for (const link of chatLinks()) {
    const its = new URLSearchParams(new URL(link.href).search);
    const isOpen = its.get("chat") === open.get("chat") && its.get("of") === open.get("of");
    link.closest("li").classList.toggle("open", isOpen);
    if (isOpen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// The place in the chat comes last: from there on Tab goes.
function showOpen() {
  document.querySelector(".chats li.open")?.scrollIntoView({ block: "nearest" });
  showPlace();
}

async function show(address, { keep = true } = {}) {
  const mine = (asked += 1);
  const parts = listOf(new URL(address).search) === listOf(shown) ? ["pane"] : ["pane", "results"];
  if (!(await refresh(parts, address, () => mine === asked))) {
    if (mine === asked) location.assign(address);
    return;
  }
  if (keep) history.pushState(null, "", address);
  shown = location.search;
  markOpen();
  showOpen();
  document.getElementById("chat-title").focus({ preventScroll: true });
}

// Sends a form of the chat, and leaves everything where it is read. If the answer is not a page of ours, the browser
// sends the form again by itself and shows what comes.
async function send(form, button) {
  const mine = (asked += 1);
  const places = [scrollY, pane().querySelector(".scroller").scrollTop];
  const how = { method: "POST", body: new URLSearchParams(new FormData(form, button)) };
  const answer = await refresh(["pane", "results"], form.action, () => mine === asked, how);
  if (!answer) {
    if (mine === asked) {
      form.dataset.plain = "";
      form.requestSubmit(button);
    }
    return;
  }
  const address = new URL(answer.url);
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
  shown = location.search;
  pane().querySelector(".scroller").scrollTop = places[1];
  scrollTo(0, places[0]);
  pane().querySelector(".done").focus({ preventScroll: true });
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
  if (pane() && new URLSearchParams(location.search).has("chat")) show(location.href, { keep: false });
  else location.reload();
});

// Whoever leaves the page wants none of what is still asked for.
window.addEventListener("pagehide", () => (asked += 1));

// Returns a function that puts the renewed list where the old one was: the same line at the same height, the focus on
// the same link. A list that stands at its beginning shows what came there.
function holdList() {
  const list = document.getElementById("list");
  const scroller = list.scrollTop ? list : document.scrollingElement;
  const top = Math.max(0, list.getBoundingClientRect().top);
  const line = [...document.querySelectorAll(".chats li")].find((each) => each.getBoundingClientRect().bottom > top);
  const before = line?.getBoundingClientRect().top;
  const focused = document.activeElement.closest("#results a")?.getAttribute("href");
  return () => {
    const same = line && document.getElementById(line.id);
    if (same && scroller.scrollTop) scroller.scrollTop += same.getBoundingClientRect().top - before;
    const links = [...document.querySelectorAll("#results a")];
    if (focused) links.find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  };
}

function isInUse() {
  const selected = getSelection();
  const isSelected = !selected.isCollapsed && selected.containsNode(document.getElementById("results"), true);
  return document.hidden || isTyping() || isSelected || document.querySelector("dialog[open]") !== null;
}

// What came meanwhile, without moving what is read, chosen or typed.
async function renew() {
  const address = location.href;
  let putBack;
  const isCurrent = () => !isInUse() && location.href === address && Boolean((putBack = holdList()));
  if (!isInUse() && (await refresh(["results"], address, isCurrent))) {
    markOpen();
    putBack();
  }
  setTimeout(renew, RENEWED_EVERY_MS);
}

if (pane()) showOpen();
// Whoever comes back from a chat goes on from its line. Not before the browser has gone there itself: it takes the focus.
window.addEventListener("load", () => {
  if (location.hash.startsWith("#row-")) document.getElementById(location.hash.slice(1))?.querySelector("a").focus();
});
setTimeout(renew, RENEWED_EVERY_MS);

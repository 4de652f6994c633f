// Keys for what is often done with chats, by place on the keyboard, so that they are the same in a Russian layout.
"use strict";

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

function step(by) {
  if (pane()) {
    document.querySelector(by > 0 ? ".beside a[rel=next]" : ".beside a[rel=prev]")?.click();
    return;
  }
  const links = [...chatLinks(), ...document.querySelectorAll("#results .pager a[rel=next]")];
  const at = links.indexOf(document.activeElement);
  (links[at + by] || links[at < 0 ? 0 : at])?.focus();
}

function toggleKeys() {
  const keys = document.getElementById("keys");
  if (keys.open) keys.close();
  else keys.showModal();
}

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

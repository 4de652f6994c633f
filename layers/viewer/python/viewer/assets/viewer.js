// A little help; every page works without it.
"use strict";

// The page's language as the browser writes it: en-GB, not en alone, which would be written as in the USA.
const spoken = document.documentElement.lang;
const language = navigator.languages.find((wished) => wished.startsWith(spoken)) || spoken;

const forms = {
  minute: { dateStyle: "short", timeStyle: "short" },
  second: { dateStyle: "short", timeStyle: "medium" },
  time: { timeStyle: "short" },
  clock: { timeStyle: "medium" },
};

// Times in the browser's own zone; the exact one stays in the title.
function localTimes(within) {
  for (const time of within.querySelectorAll("time[data-form]")) {
    const moment = new Date(time.dateTime);
    time.textContent = moment.toLocaleString(language, forms[time.dataset.form]);
    time.title = moment.toLocaleString(language, { dateStyle: "full", timeStyle: "long" });
  }
}

// A conversation's days begin at the browser's own midnight; the server parted them at Moscow's.
function localDays(within) {
  const lists = within.querySelectorAll(".conversation ol.messages");
  if (!lists.length) return;
  const behind = lists[lists.length - 1].nextSibling;
  const conversation = behind.parentNode;
  const messages = conversation.querySelectorAll("li.message");
  for (const old of conversation.querySelectorAll("h2.day, ol.messages")) old.remove();
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long" });
  let list = null;
  let shown = "";
  for (const message of messages) {
    const day = format.format(new Date(message.querySelector("time").dateTime));
    if (day !== shown) {
      const heading = document.createElement("h2");
      heading.className = "day";
      heading.textContent = shown = day;
      list = document.createElement("ol");
      list.className = "messages";
      conversation.insertBefore(heading, behind);
      conversation.insertBefore(list, behind);
    }
    list.append(message);
  }
}

// Makes a part of a page that has just come ready to be read.
function prepare(within) {
  localTimes(within);
  localDays(within);
  copyButtons(within);
}

// Takes parts of a page anew from the server; nothing when there was no whole answer, or it is not current any more.
async function refresh(ids, address, isCurrent = () => true, how = {}) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, ...how }).catch(() => null);
  if (!answer || !answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const pairs = ids.map((id) => [document.getElementById(id), page.getElementById(id)]);
  if (pairs.some((pair) => !pair[0] || !pair[1]) || !isCurrent()) return null;
  for (const [shown, fresh] of pairs) {
    prepare(fresh);
    if (shown.innerHTML !== fresh.innerHTML) shown.replaceWith(document.adoptNode(fresh));
  }
  for (const count of page.querySelectorAll("[data-count]")) {
    const shown = document.getElementById(count.id);
    if (shown) shown.textContent = count.textContent;
  }
  document.title = page.title;
  return answer;
}

async function follow() {
  const live = document.querySelector("[data-refresh]");
  if (!live) return;
  await refresh([live.id], location.href);
  setTimeout(follow, Number(live.dataset.refresh));
}

// Which page the address names; its place in the page may change without it.
let shown = location.search;

// Search as you type: the list, and the chat that is open, follow half a second after the last key, and the address
// with them.
function searchAsYouType(form) {
  let timer = 0;
  let latest = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const given = [...new FormData(form)].filter(([, value]) => value);
      const address = `${form.action}?${new URLSearchParams(given)}`;
      const mine = (latest += 1);
      const parts = ["results", "pane"].filter((id) => document.getElementById(id));
      if (await refresh(parts, address, () => mine === latest)) {
        history.replaceState(null, "", address);
        shown = location.search;
        showPlace();
      }
    }, 500);
  });
}

// A chat opens at the message that its address names, at the found one, or at its end.
function showPlace() {
  if (["", "#here"].includes(location.hash)) document.getElementById("here")?.scrollIntoView({ block: "center" });
}

function copyButtons(within) {
  for (const button of within.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
    });
  }
}

prepare(document);
showPlace();
for (const form of document.querySelectorAll("form[data-live]")) searchAsYouType(form);
const live = document.querySelector("[data-refresh]");
if (live) setTimeout(follow, Number(live.dataset.refresh));

// Comfort only: every page works without it.
"use strict";
// Work in progress is fetched anew each so many seconds; when it is over, the whole page is shown again.
const live = document.querySelector("[data-live]");
// A page that is being left must not come back by showing itself again.
let isLeaving = false;
addEventListener("submit", (event) => { isLeaving = !event.defaultPrevented; });
async function follow(part, seconds) {
  let next = part;
  // Whoever reads or types in an unfolded part is not disturbed.
  if (part.querySelector("details[open]")) return setTimeout(follow, seconds * 1000, part, seconds);
  try {
    const answer = await fetch(location.href.replace(/([?&])done=[^&#]*/, "$1"), { headers: { "Console-Refresh": "1" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isLeaving) return;
    const found = page.getElementById(part.id);
    if (!found || !found.dataset.live) return location.reload();
    // Unfolded meanwhile.
    if (part.querySelector("details[open]")) return setTimeout(follow, seconds * 1000, part, seconds);
    const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    part.replaceWith(found);
    if (focused) [...found.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    document.title = page.title;
    next = found;
  } catch { /* The gateway may be restarting: ask again. */ }
  setTimeout(follow, seconds * 1000, next, seconds);
}
if (live) setTimeout(follow, live.dataset.live * 1000, live, live.dataset.live);
// Acts that cannot be taken back ask once more.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); });
}
// How many are selected stands on the buttons, and in the form that is sent.
for (const form of document.querySelectorAll("form[data-picks]")) {
  const picks = [...form.querySelectorAll("input[type=checkbox][name^=pick-]")];
  const every = Object.assign(document.createElement("input"), { type: "checkbox" });
  const label = document.createElement("label");
  label.className = "every";
  label.append(every, " " + (document.documentElement.lang === "en" ? "Select this page" : "全选本页"));
  form.prepend(label);
  const count = () => {
    const number = picks.filter((pick) => pick.checked).length;
    form.elements.counted.value = String(number);
    for (const place of form.querySelectorAll("[data-count]")) place.textContent = number ? ` (${number})` : "";
    every.checked = number === picks.length;
    every.indeterminate = number > 0 && number < picks.length;
  };
  form.addEventListener("change", count);
  every.addEventListener("change", () => { for (const pick of picks) pick.checked = every.checked; count(); });
  count();
}
// The editor: lines keep their numbers, findings lead to theirs, and what is typed is kept as a draft.
const editor = document.querySelector("form[data-draft]");
if (editor) {
  const { text, reason } = editor.elements;
  const gutter = editor.querySelector(".gutter");
  const told = editor.querySelector("[data-told]");
  const hits = new Set(editor.dataset.hits.split(" "));
  let kept = text.value + "\n" + reason.value;
  let timer;
  const typed = () => text.value + "\n" + reason.value;
  const renumber = () => {
    const count = text.value.split("\n").length;
    if (text.rows === count + 1) return;
    text.rows = count + 1;
    gutter.replaceChildren(...Array.from({ length: count }, (_, index) => {
      const number = String(index + 1);
      if (!hits.has(number)) return document.createTextNode(number + "\n");
      return Object.assign(document.createElement("b"), { textContent: number + "\n" });
    }));
  };
  const save = async (keepalive) => {
    const now = typed();
    if (now === kept) return true;
    try {
      const body = new URLSearchParams(new FormData(editor));
      const answer = await fetch(editor.dataset.draft, { method: "POST", body, keepalive, redirect: "manual" });
      if (answer.status !== 204) throw answer;
      kept = now;
      told.textContent = editor.dataset.kept + " " + new Date().toLocaleTimeString(document.documentElement.lang);
      return true;
    } catch {
      told.textContent = editor.dataset.lost;
      return false;
    }
  };
  editor.addEventListener("input", () => {
    renumber();
    clearTimeout(timer);
    timer = setTimeout(save, 500, false);
  });
  editor.addEventListener("click", (event) => {
    const line = Number(event.target.dataset?.line);
    if (!line) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    const height = text.clientHeight / text.rows;
    text.parentElement.scrollTop = Math.max(0, (line - 4) * height);
  });
  // Before the page is left, for whatever reason.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || link.dataset.line || typed() === kept) return;
    event.preventDefault();
    if (await save(false)) location.assign(link.href);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
  addEventListener("pagehide", () => { save(true); });
  addEventListener("beforeunload", (event) => { if (!isLeaving && typed() !== kept) event.preventDefault(); });
}

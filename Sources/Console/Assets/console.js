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

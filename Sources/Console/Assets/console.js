// Comfort only: every page works without it.
"use strict";
// Work in progress is fetched anew each so many seconds; when it is over, the whole page is shown again.
const live = document.querySelector("[data-live]");
// A page that is being left must not come back by showing itself again.
let isLeaving = false;
addEventListener("submit", (event) => { isLeaving = !event.defaultPrevented; });
async function follow(part, seconds) {
  let next = part;
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isLeaving) return;
    const found = page.getElementById(part.id);
    if (!found || !found.dataset.live) return location.reload();
    part.replaceWith(found);
    next = found;
  } catch { /* The gateway may be restarting: ask again. */ }
  setTimeout(follow, seconds * 1000, next, seconds);
}
if (live) setTimeout(follow, live.dataset.live * 1000, live, live.dataset.live);
// Acts that cannot be taken back ask once more.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); });
}

// Keeps a page fresh: fetches it again every three seconds and swaps what is in <main>, unless somebody types or listens.
"use strict";

let touched = false; // what somebody has begun to fill in is never swept away
document.addEventListener("input", () => { touched = true; });

async function refresh() {
  const main = document.querySelector("main");
  const busy = main.contains(document.activeElement) || [...main.querySelectorAll("audio")].some((a) => !a.paused || a.currentTime > 0);
  if (document.hidden || touched || busy || main.querySelector("details[open]") || document.querySelector("input[type=password]")) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    if (fresh && fresh.innerHTML !== main.innerHTML) main.innerHTML = fresh.innerHTML;
  } catch {
    document.title = document.title.replace(/^(\(not live\) )?/, "(not live) ");
    return;
  }
  document.title = document.title.replace(/^\(not live\) /, "");
}
setInterval(refresh, 3000);

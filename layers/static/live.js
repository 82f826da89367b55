/* What others put on the map while it is open: asked for now and then, and swapped on its own.
 *
 * The server says in a few bytes that nothing has changed. Nothing is asked while nobody looks.
 * What comes is text from the server like any other of the map's: it is drawn as text.
 */
"use strict";

Safeground.live = (() => {
  const EVERY = 1500; // a change is seen within this and the time of one answer
  const GONE = [401, 403, 404];
  const followed = new Map(); // address -> the mark of what we have from there
  let map = null;
  let timer = null;

  /* Follow exactly the items of `items` that can be followed. */
  function follow(on, items) {
    map = on;
    const wanted = new Set(items.map((item) => item.live).filter(Boolean));
    for (const address of followed.keys()) if (!wanted.has(address)) followed.delete(address);
    for (const address of wanted) {
      if (!followed.has(address)) followed.set(address, "");
    }
    if (followed.size && timer === null) timer = setTimeout(round, EVERY);
  }

  async function round() {
    if (!document.hidden) await Promise.all([...followed.keys()].map(ask));
    timer = followed.size ? setTimeout(round, EVERY) : null;
  }

  async function ask(address) {
    const mark = followed.get(address);
    const headers = mark ? { "If-None-Match": mark } : {};
    let response;
    try {
      response = await fetch(address, { headers, cache: "no-store" });
    } catch {
      return; // the line is lost: what is drawn stays, and we ask again
    }
    if (!followed.has(address)) return;
    if (GONE.includes(response.status)) {
      followed.delete(address); // signed out, or not for this reader any more
      return;
    }
    if (response.status !== 200) return;
    const item = await response.json();
    if (!followed.has(address)) return;
    followed.set(address, response.headers.get("ETag") ?? "");
    Safeground.renew(map, item);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || timer === null) return;
    clearTimeout(timer);
    round();
  });

  return { follow };
})();

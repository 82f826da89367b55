/* The queue of visits on a phone without a signal.
 *
 * Each visit is encrypted under a key that was made on this phone for this officer and cannot be
 * taken out of the browser. Another officer's key and queue are thrown away before anything is
 * read. A visit leaves the queue once the server has said that it holds it.
 */
"use strict";

const patrolQueue = (() => {
  const NAME = "safeground-patrol";
  const PAGES = "patrol-pages";

  function opened() {
    return new Promise((done, failed) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("officer");
        asked.result.createObjectStore("visits", { keyPath: "id" });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }

  async function act(store, mode, work) {
    const base = await opened();
    return new Promise((done, failed) => {
      const transaction = base.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => {
        base.close();
        done(asked.result);
      };
      transaction.onabort = () => {
        base.close();
        failed(transaction.error);
      };
    });
  }

  /* Throw away all that this phone keeps: the key, the visits, the pages. */
  async function wipe() {
    await act("officer", "readwrite", (store) => store.clear());
    await act("visits", "readwrite", (store) => store.clear());
    for (const name of await caches.keys()) {
      if (name.startsWith(PAGES)) await caches.delete(name);
    }
  }

  /* Return this officer's key; what another left is gone before. */
  async function key(who) {
    const held = await act("officer", "readonly", (store) => store.get("key"));
    if (held && held.who === who) return held.key;
    await wipe();
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    await act("officer", "readwrite", (store) => store.put({ who, key: made }, "key"));
    return made;
  }

  const bound = (who, id) => new TextEncoder().encode(`${who} ${id}`);

  async function put(who, visit) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(visit));
    const how = { name: "AES-GCM", iv, additionalData: bound(who, visit.id) };
    const sealed = await crypto.subtle.encrypt(how, await key(who), plain);
    await act("visits", "readwrite", (store) => store.put({ id: visit.id, iv, sealed }));
  }

  async function all(who) {
    const own = await key(who);
    const rows = await act("visits", "readonly", (store) => store.getAll());
    const found = [];
    for (const { id, iv, sealed } of rows) {
      const how = { name: "AES-GCM", iv, additionalData: bound(who, id) };
      const plain = await crypto.subtle.decrypt(how, own, sealed);
      found.push(JSON.parse(new TextDecoder().decode(plain)));
    }
    return found.sort((one, other) => one.at - other.at);
  }

  const drop = (id) => act("visits", "readwrite", (store) => store.delete(id));

  /* Send what waits. Answers "sent", "offline", "sign-in" or "other" (another officer). */
  async function send(who) {
    const lock = navigator.locks;
    const work = () => sendAll(who);
    return lock ? lock.request(NAME, work) : work();
  }

  async function sendAll(who) {
    const waiting = (await all(who)).filter((visit) => !visit.refused);
    if (!waiting.length) return "sent";
    const json = { Accept: "application/json" };
    let door;
    try {
      door = await fetch("/patrol/send", { headers: json, cache: "no-store" });
    } catch {
      return "offline";
    }
    if (door.status >= 500) return "offline";
    if (!door.ok) return "sign-in";
    const told = await door.json();
    if (told.who !== who) {
      await wipe();
      return "other";
    }
    for (const visit of waiting) {
      const body = new URLSearchParams({ ...visit.fields, key: visit.id, patrol: visit.patrol,
        stop: visit.stop, who, form_token: told.token });
      let answer;
      try {
        answer = await fetch("/patrol/send", { method: "POST", headers: json, body });
      } catch {
        return "offline";
      }
      if (answer.ok) {
        await drop(visit.id);
      } else if ([401, 403].includes(answer.status)) {
        return "sign-in";
      } else if (answer.status >= 500 || [409, 429].includes(answer.status)) {
        return "offline"; // somebody else is saving, or the server rests: later
      } else {
        const why = await answer.json().catch(() => ({}));
        await put(who, { ...visit, refused: why.error || "It could not be taken." });
      }
    }
    return "sent";
  }

  /* Keep pages for when there is no signal; the page itself says until when. */
  async function keepPages(who, addresses) {
    const cache = await caches.open(`${PAGES}-${who}`);
    for (const address of addresses) {
      try {
        const page = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
        const ours = page.headers.get("X-Patrol-Who") === who;
        if (page.ok && ours && page.headers.get("X-Patrol-Until")) await cache.put(address, page);
      } catch {
        return; // no signal: what is kept stays
      }
    }
  }

  return { key, put, all, drop, send, wipe, keepPages };
})();

/* The service worker of the patrol pages: the network first, and what the phone kept without it.
 *
 * Pages are put into the store by the page's own script, one store an officer, and are not shown
 * after their time. Styles, scripts and fonts are kept as they come; nothing else is.
 */
"use strict";

const PAGES = "patrol-pages";
const SHELL = "patrol-shell";
const PATIENCE = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith("/patrol")) {
    event.respondWith(page(request, url));
  } else if (/^\/(web|assets)\//.test(url.pathname)) {
    event.respondWith(shell(request));
  }
});

async function page(request, url) {
  try {
    return await Promise.race([
      fetch(request),
      new Promise((_, slow) => setTimeout(() => slow(new Error("slow")), PATIENCE)),
    ]);
  } catch {
    return (await kept(url)) || nothing();
  }
}

async function kept(url) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const cache = await caches.open(name);
    const found = await cache.match(url.pathname);
    if (!found) continue;
    if (Number(found.headers.get("X-Patrol-Until")) * 1000 > Date.now()) return found;
    await cache.delete(url.pathname);
  }
  return null;
}

function nothing() {
  const words = "No signal, and this page is not kept on this phone. In danger now? Call 999.";
  return new Response(words, { status: 503, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}

async function shell(request) {
  const cache = await caches.open(SHELL);
  const found = await cache.match(request);
  if (found) return found;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

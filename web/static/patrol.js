/* The small script of the patrol pages: they work without it, but not without a signal.
 *
 * What people wrote and what the server says is put into the page as text, never as markup.
 */
"use strict";

(() => {
  const officer = document.getElementById("officer");
  const bar = document.getElementById("queue");
  const who = officer.dataset.who;
  const AGAIN = 20000;
  let last = "sent";

  const made = (name, words, more = {}) =>
    Object.assign(document.createElement(name), { textContent: words }, more);
  const several = (count) => (count === 1 ? "1 visit" : `${count} visits`);
  const address = (visit) => `/patrol/${visit.patrol}/visit/${visit.stop}#mend=${visit.id}`;

  /* Say what waits on this phone. */
  async function show(justSent = 0) {
    const visits = await patrolQueue.all(who);
    const refused = visits.filter((visit) => visit.refused);
    const waiting = visits.length - refused.length;
    bar.replaceChildren();
    bar.hidden = !visits.length && !justSent && last !== "other";
    bar.classList.toggle("well", !visits.length);
    if (justSent) bar.append(made("p", `${several(justSent)} sent.`));
    if (last === "other") bar.append(made("p", "Another person is signed in now. What was kept on this phone was wiped."));
    if (waiting) {
      const why = last === "sign-in" ? "Sign in again to send." : "Sent once there is a signal.";
      bar.append(made("p", `${several(waiting)} kept on this phone. ${why}`));
      if (last === "sign-in") {
        const next = encodeURIComponent(location.pathname);
        bar.append(made("a", "Sign in", { href: `/sign-in?next=${next}` }));
      }
    }
    for (const visit of refused) {
      const line = made("p", `A visit could not be taken: ${visit.refused} `);
      line.append(made("a", "Put it right", { href: address(visit) }));
      bar.append(line);
    }
    return waiting;
  }

  async function send() {
    const before = (await patrolQueue.all(who)).filter((visit) => !visit.refused).length;
    last = await patrolQueue.send(who);
    const after = (await patrolQueue.all(who)).filter((visit) => !visit.refused).length;
    const refused = (await patrolQueue.all(who)).length - after;
    return show(Math.max(0, before - after - (after ? 0 : refused)));
  }

  /* The form of a visit. */
  function entries(form) {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (!["form_token", "key"].includes(name) && value !== "") fields[name] = value;
    }
    return fields;
  }

  function clock() {
    return new Date().toLocaleTimeString("en-GB", {
      hour: "2-digit", minute: "2-digit", timeZone: "Europe/London",
    });
  }

  function ready(form) {
    const mending = new URLSearchParams(location.hash.slice(1)).get("mend");
    const id = mending || crypto.randomUUID().replaceAll("-", "");
    for (const button of form.querySelectorAll("[data-now]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        form.elements[button.dataset.now].value = clock();
      });
    }
    for (const button of form.querySelectorAll("[data-clear]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        for (const each of form.elements[button.dataset.clear]) each.checked = false;
      });
    }
    if (mending) mend(form, mending);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fields = entries(form);
      const missing = fields.skip_reason ? null : ["arrived", "left"].find((name) => !fields[name]);
      if (missing) {
        complain(form, "Say when you arrived and when you left.", missing);
        return;
      }
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      const { patrol, stop } = form.dataset;
      try {
        await patrolQueue.put(who, { id, patrol, stop, fields, at: Date.now() });
      } catch {
        form.submit(); // the phone keeps nothing: send it the plain way
        return;
      }
      location.assign(`/patrol/${patrol}`);
    });
  }

  function complain(form, words, at) {
    let line = form.querySelector(".wrong");
    if (!line) {
      line = made("p", "", { className: "wrong" });
      line.setAttribute("role", "alert");
      form.prepend(line);
    }
    line.textContent = words;
    form.elements[at].focus();
  }

  /* Fill the form with a visit that could not be taken, to be put right. */
  async function mend(form, id) {
    const visit = (await patrolQueue.all(who)).find((each) => each.id === id);
    if (!visit) return;
    for (const field of form.elements) {
      const value = visit.fields[field.name];
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = value === field.value;
      } else if (value !== undefined && field.type !== "hidden") {
        field.value = value;
      }
    }
    for (const each of form.querySelectorAll("details:not(.skip)")) each.open = true;
    if (visit.refused) complain(form, visit.refused, "arrived");
  }

  /* Signing out wipes the phone; what was not sent is asked about first. */
  function leaving(form) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const waiting = (await patrolQueue.all(who)).length;
      const sure = `${several(waiting)} not sent. Signing out throws them away. Sign out all the same?`;
      if (waiting && !window.confirm(sure)) return;
      await patrolQueue.wipe();
      form.submit();
    });
  }

  /* Set the worker up. A page that was opened while it woke asks to be served by it too. */
  async function served(workers) {
    await workers.register("/patrol/worker.js", { scope: "/patrol" });
    const { active } = await workers.ready;
    if (!workers.controller) active.postMessage("serve");
  }

  async function begin() {
    if (!window.indexedDB || !window.crypto || !crypto.subtle || !window.caches) return;
    try {
      await patrolQueue.key(who);
    } catch {
      return; // a private window keeps nothing: the pages work without
    }
    const form = document.getElementById("visit");
    if (form) ready(form);
    leaving(document.getElementById("leaving"));
    document.documentElement.dataset.ready = "yes";
    if (navigator.serviceWorker) served(navigator.serviceWorker).catch(() => null);
    window.addEventListener("online", send);
    setInterval(async () => {
      if (!document.hidden && (await patrolQueue.all(who)).some((visit) => !visit.refused)) send();
    }, AGAIN);
    await send();
    const own = location.pathname;
    const pages = ["/patrol", own, ...officer.dataset.keep.split(" ").filter(Boolean)];
    await patrolQueue.keepPages(who, [...new Set(pages)]);
    document.documentElement.dataset.kept = "yes";
  }

  begin();
})();

/* Maps of one page that show one ground: where the reader moves one, the others go too.
 *
 * Each map lies in a frame of its own. They speak over a channel that is named for this tab, so
 * that the same two maps in another tab stay where they are.
 */
"use strict";

(() => {
  const TAB = "safeground.tab";

  function tab() {
    const name = sessionStorage.getItem(TAB) ?? String(Math.random()).slice(2);
    sessionStorage.setItem(TAB, name);
    return name;
  }

  Safeground.makers.together = (map, item) => {
    const channel = new BroadcastChannel(`safeground.${item.name}.${tab()}`);
    let led = false;

    function tell() {
      const { lat, lng } = map.getCenter();
      if (!led) channel.postMessage([lat, lng, map.getZoom()]);
    }

    /* A move without animation is over when setView returns, so that nothing is told back. */
    channel.addEventListener("message", ({ data: [lat, lng, zoom] }) => {
      led = true;
      map.setView([lat, lng], zoom, { animate: false });
      led = false;
    });
    map.on("move", tell);
    return {
      remove() {
        map.off("move", tell);
        channel.close();
      },
    };
  };
})();

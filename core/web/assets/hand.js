// Puts the focus where the screen says that the hand goes on, once for each time it says so.
"use strict";

(() => {
  if (window.refundHand) return;
  window.refundHand = true;

  let done = "";

  function follow() {
    const mark = document.querySelector("[data-refund-hand]");
    if (!mark?.dataset.refundHand || mark.dataset.refundTurn === done) return;
    const widget = document.querySelector(`.st-key-${mark.dataset.refundHand}`);
    // The button beside a field explains it.
    const place = widget?.querySelector("input, textarea") ?? widget?.querySelector("button");
    if (!place) return;
    done = mark.dataset.refundTurn;
    place.focus();
  }

  new MutationObserver(follow).observe(document.body, {subtree: true, childList: true});
  follow();
})();

"use strict";
// A search over the rows of a table, values at the points of a figure, and what is folded opened by its link.
for (const box of document.querySelectorAll("label.find")) {
  const rows = document.querySelectorAll("#" + box.dataset.of + " tbody tr");
  box.hidden = false;
  box.querySelector("input").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
      left += !row.hidden;
    }
    box.querySelector("output").textContent = left + " / " + rows.length;
  });
}
const reach = 24; // pixels from a point at which its value is still shown
const shown = document.createElement("div");
shown.id = "shown";
shown.setAttribute("role", "status");
shown.hidden = true;
document.body.append(shown);
let last = null;
const show = (point, x, y) => {
  if (last) last.classList.remove("on");
  last = point;
  shown.hidden = !point;
  if (!point) return;
  point.classList.add("on");
  shown.textContent = point.dataset.text;
  shown.style.left = Math.max(0, Math.min(x + 14, innerWidth - shown.offsetWidth - 4)) + "px";
  shown.style.top = Math.max(0, y - shown.offsetHeight - 10) + "px";
};
for (const figure of document.querySelectorAll("figure svg")) {
  const points = [...figure.querySelectorAll(".point")];
  for (const point of points) { // the browser's own hint would come late and twice
    const title = point.querySelector("title");
    point.dataset.text = title.textContent;
    title.remove();
  }
  const nearest = (event) => {
    let best = null, far = reach;
    for (const point of points) {
      const box = point.getBoundingClientRect();
      const away = Math.hypot(
        Math.max(box.left - event.clientX, 0, event.clientX - box.right),
        Math.max(box.top - event.clientY, 0, event.clientY - box.bottom));
      if (away < far) { best = point; far = away; }
    }
    show(best, event.clientX, event.clientY);
  };
  figure.addEventListener("pointermove", nearest);
  figure.addEventListener("pointerdown", nearest);
  figure.addEventListener("pointerleave", () => show(null));
}
const unfold = () => {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = place && place.closest("details");
  if (details) { details.open = true; place.scrollIntoView(); }
};
addEventListener("hashchange", unfold);
unfold();

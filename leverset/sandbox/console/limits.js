// A drawing of each limit's window: what arrived in the last three windows, and what counts now.

import { byId, draw, endpoint, make } from "./dom.js";

const SPAN = 3; // windows that are drawn
const still = matchMedia("(prefers-reduced-motion: reduce)");
const drawings = new Map(); // by id of the lane
let lanes = [];
let requests = new Map();
let offset = 0; // seconds from this page's clock to the sandbox's
let drawn = 0;

/** Take the sandbox's clock from an event. */
export function setClock(now) {
  offset = now - performance.now() / 1000;
}

/** Take the lanes, with functions that name the user of each. */
export function setLanes(found, nameOf) {
  lanes = found;
  const kept = new Set(lanes.map((lane) => lane.id));
  for (const [id, drawing] of drawings) {
    if (!kept.has(id)) {
      drawing.place.remove();
      drawings.delete(id);
    }
  }
  for (const lane of lanes) {
    if (!drawings.has(lane.id)) drawings.set(lane.id, makeDrawing(lane, nameOf(lane)));
  }
  byId("no-limits").hidden = lanes.length > 0;
  drawn = 0;
}

/** Take the requests that are known, by their sequence. */
export function setRequests(known) {
  requests = known;
  drawn = 0;
}

function makeDrawing(lane, name) {
  const svg = draw("svg", { role: "img" });
  const said = make("span", { className: "quiet" });
  const title = `${name} ${endpoint(lane.endpoint.split(" ")[0])}: ${lane.limit} per ${lane.seconds} s`;
  const axis = make("div", { className: "axis quiet", attributes: { "aria-hidden": "true" } },
    make("span", { textContent: `${lane.seconds * SPAN} s ago` }), make("span", { textContent: "now" }));
  const place = make("div", { className: "lane" }, make("h3", { textContent: title }), svg, axis, said);
  byId("lanes").append(place);
  return { place, svg, said, title };
}

/** Where the window begins and ends. */
function windowOf(lane, now) {
  if (lane.window !== "fixed") return [now - lane.seconds, now];
  const begin = now - ((((now - lane.edge) % lane.seconds) + lane.seconds) % lane.seconds);
  return [begin, begin + lane.seconds];
}

function used(lane, marks, now) {
  if (lane.window === "token_bucket") {
    return Math.max(0, lane.spent - ((now - lane.at) * lane.limit) / lane.seconds);
  }
  const [begin, end] = windowOf(lane, now);
  const inside = (at) => (lane.window === "fixed" ? at >= begin && at < end : at > begin);
  return marks.filter((mark) => mark.admitted && inside(mark.arrived)).length;
}

function redraw(lane, now) {
  const { svg, said, title } = drawings.get(lane.id);
  const span = lane.seconds * SPAN;
  const x = (at) => `${(100 * (at - now + span)) / span}%`;
  const marks = [...requests.values()].filter((request) => request.lane === lane.id && request.arrived > now - span);
  const parts = [];
  const [begin, end] = windowOf(lane, now);
  const full = used(lane, marks, now);
  if (lane.window === "token_bucket") {
    const height = (100 * Math.min(1, full / lane.limit)).toFixed(1);
    parts.push(draw("rect", { class: "fill", x: "0", width: "100%", y: `${100 - height}%`, height: `${height}%` }));
  } else {
    const right = Math.min(end, now);
    parts.push(draw("rect", { class: "window", x: x(begin), width: `${(100 * (right - begin)) / span}%`, y: 0, height: "100%" }));
  }
  if (lane.window === "fixed") {
    for (let edge = begin; edge > now - span; edge -= lane.seconds) {
      parts.push(draw("line", { class: "edge", x1: x(edge), x2: x(edge), y1: 0, y2: "100%" }));
    }
  }
  for (const mark of marks) {
    const at = x(mark.arrived);
    if (mark.admitted) {
      const counts = lane.window === "token_bucket" || mark.arrived > begin;
      parts.push(draw("circle", { class: counts ? "counted" : "free", cx: at, cy: "50%", r: 6 }, `#${mark.sequence}`));
    } else {
      const cross = draw("svg", { x: at, y: "50%", overflow: "visible" }, `#${mark.sequence}, over the limit`);
      cross.append(draw("path", { class: "over", d: "M-5-5 5 5M-5 5 5-5" }));
      parts.push(cross);
    }
  }
  svg.replaceChildren(...parts);
  const refused = marks.filter((mark) => !mark.admitted).length;
  const text = `${lane.window.replace("_", " ")}, ${Number(full.toFixed(1))} of ${lane.limit} used now` +
    (refused ? `, ${refused} over the limit in the last ${span} s` : "");
  if (said.textContent !== text) {
    said.textContent = text;
    svg.setAttribute("aria-label", `${title}; ${text}`);
  }
  return marks.length > 0 || full > 0;
}

let moving = true;
let stopped = false;

/** Stop the drawings, or let them go on. */
export function stop(wanted) {
  stopped = wanted;
  drawn = 0;
}

function frame(time) {
  // Without motion the drawing moves on once in a second.
  if (!stopped && time - drawn >= (still.matches ? 1000 : 0) && (moving || drawn === 0)) {
    drawn = time;
    const now = performance.now() / 1000 + offset;
    moving = lanes.map((lane) => redraw(lane, now)).some(Boolean);
  }
  requestAnimationFrame(frame);
}

requestAnimationFrame(frame);

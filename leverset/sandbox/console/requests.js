// Requests as they arrive: newest first, each with what it said, what came of it, and why.

import { change } from "./admin.js";
import { byId, endpoint, make } from "./dom.js";

const KEPT = 200;
const WORDS = { applied: "applied", refused: "refused", answered: "answered", waiting: "no response yet", cut: "no response" };
const STEPS = { address: "Address", credentials: "Credentials", limit: "Limit", rules: "Rule" };
const rows = new Map(); // by sequence, oldest first

export const known = new Map(); // the requests themselves, by sequence

/** Remove all rows. */
export function clearRequests() {
  rows.clear();
  known.clear();
  byId("request-list").replaceChildren();
  count(0);
}

function count(total) {
  byId("total").textContent = total ? `${total} in the log` : "";
  byId("no-requests").hidden = total > 0;
}

/** Show new requests, and those of which more is known now. */
export function showRequests({ total, requests }) {
  for (const request of requests) {
    known.set(request.sequence, request);
    let row = rows.get(request.sequence);
    if (!row) {
      row = makeRow(request);
      rows.set(request.sequence, row);
      byId("request-list").prepend(row.item);
    }
    row.item.classList.toggle("refused", request.outcome === "refused" || request.refusal !== null);
    row.line.replaceChildren(...summary(request));
    if (row.details.open) fill(row, request.sequence);
  }
  for (const [sequence, row] of rows) {
    if (rows.size <= KEPT) break;
    row.item.remove();
    rows.delete(sequence);
    known.delete(sequence);
  }
  count(total);
}

function makeRow(request) {
  const line = make("span", { className: "line" });
  const more = make("div", { className: "more" });
  const details = make("details", {}, make("summary", {}, line), more);
  const row = { line, more, details, item: make("li", { id: `request-${request.sequence}` }, details) };
  details.addEventListener("toggle", () => {
    if (details.open) fill(row, request.sequence);
  });
  return row;
}

function summary(request) {
  const time = new Date(request.at * 1000);
  const clock = `${time.toLocaleTimeString("en-GB")}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  const said = request.said?.map(([name, value]) => `${name} ${value}`).join(", ") ?? "";
  return [
    make("span", { className: "number mono", textContent: `#${request.sequence}` }),
    make("time", { className: "mono", dateTime: time.toISOString(), textContent: clock }),
    make("span", { className: `badge ${request.outcome}`, textContent: WORDS[request.outcome] }),
    request.pending ? make("span", { className: "badge waiting", textContent: "will be applied later" }) : null,
    make("span", { className: "mono", textContent: status(request) }),
    make("span", { textContent: request.who }),
    make("span", { className: "mono", textContent: `${request.method} ${endpoint(request.path)}${request.query ? `?${request.query}` : ""}` }),
    said ? make("span", { className: "mono", textContent: said }) : null,
    request.fault ? make("span", { className: "badge fault", textContent: `fault ${request.fault.id}` }) : null,
    request.refusal ? make("span", { className: "why", textContent: reason(request.refusal) }) : null,
  ].filter(Boolean);
}

function status({ status: number, code }) {
  if (number === null) return "";
  return code === null || code === String(number) ? `${number}` : `${number} code ${code}`;
}

function reason({ step, code, msg, why }) {
  return `${STEPS[step]}: ${why || msg} (${code})`;
}

/** Fetch and show everything about a request. */
async function fill(row, sequence) {
  let found;
  try {
    found = await change("GET", `requests/${sequence}`);
  } catch (error) {
    row.more.replaceChildren(make("p", { className: "why", textContent: error.message }));
    return;
  }
  row.more.replaceChildren(
    ...why(found.refusal),
    ...signature(found.signature),
    ...fault(found.fault),
    make("h4", { textContent: "Request" }),
    make("p", { className: "mono", textContent: `${found.method} ${found.path}${found.query ? `?${found.query}` : ""}` }),
    pairs(found.headers),
    ...body(found.body, "Body of the request"),
    make("h4", { textContent: found.response_body === null ? "No response" : `Response: HTTP ${status(found)}` }),
    pairs(found.response_headers),
    ...body(found.response_body, "Body of the response"),
  );
}

function why(refusal) {
  if (!refusal) return [];
  const holders = refusal.holders.flatMap((sequence) => [
    " ", make("a", { href: `#request-${sequence}`, textContent: `#${sequence}` }),
  ]);
  return [
    make("h4", { textContent: "Why it was refused" }),
    pairs([[STEPS[refusal.step], refusal.why || "see the message"], ["code", refusal.code], ["message", refusal.msg]]),
    holders.length ? make("p", {}, "The window was filled by", ...holders) : "",
  ].filter(Boolean);
}

function fault(found) {
  return found ? [make("h4", { textContent: `Fault ${found.id}` }), make("p", { className: "mono", textContent: found.text })] : [];
}

/** What has to be signed beside what was: alike, or with the difference marked. */
function signature(found) {
  if (!found) return [];
  const title = found.found ? "What was signed" : "What has to be signed";
  const heads = ["Part", "Expected", ...(found.found ? ["Signed"] : [])];
  const line = (part) => make("tr", {},
    make("th", { textContent: part.name, scope: "row" }),
    marked("Expected", "ins", part.expected),
    found.found ? marked("Signed", "del", part.signed) : null);
  const unknown = "The signature is of other bytes, or with another secret: none of the usual mistakes makes it. Compare each part with what your code signs.";
  return [
    make("h4", { textContent: title }),
    ...(found.found ? found.mistakes : [unknown]).map((text) => make("p", { className: "why", textContent: text })),
    found.form ? make("p", { className: "why", textContent: found.form }) : "",
    make("div", { className: "table" }, make("table", { className: "mono" },
      make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { textContent: text, scope: "col" })))),
      make("tbody", {}, ...found.parts.map(line)))),
    pairs([["expected signature", found.expected], ["signature sent", found.sent]]),
  ].filter(Boolean);
}

function marked(label, tag, pieces) {
  const cell = make("td", { attributes: { "data-label": label } });
  if (!pieces.length) cell.append(make("span", { className: "quiet", textContent: "(empty)" }));
  cell.append(...pieces.map(([kind, text]) => (kind === "same" ? text : make(tag, { textContent: text }))));
  return cell;
}

function pairs(found) {
  return make("dl", { className: "mono" },
    ...found.flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", { textContent: value })]));
}

function body(text, label) {
  return text ? [make("pre", { textContent: text, tabIndex: 0, attributes: { "aria-label": label, role: "group" } })] : [];
}

byId("only-refused").addEventListener("change", (event) => {
  byId("request-list").classList.toggle("refusals", event.target.checked);
});

// Accounts: modes, leverages as they change, lines to copy.

import { byId, make } from "./dom.js";

const TITLES = { environment: "Environment", python: "Python", curl: "curl, signed by openssl" };
const articles = new Map(); // by exchange and name
const levers = new Map(); // the last known leverages of each

const key = (exchange, name) => `${exchange} ${name}`;

/** Forget everything: another sandbox answers. */
export function clearAccounts() {
  articles.clear();
  levers.clear();
  byId("account-list").replaceChildren();
}

/** Remove the accounts that are not among these, pairs of exchange and name. */
export function keepAccounts(places) {
  const kept = new Set(places.map((place) => key(...place)));
  for (const [id, article] of articles) {
    if (kept.has(id)) continue;
    article.place.remove();
    articles.delete(id);
    levers.delete(id);
  }
}

/** Show an account, in the place it has already. */
export function showAccount(account, exchange) {
  const id = key(account.exchange, account.name);
  let article = articles.get(id);
  if (!article) {
    article = {
      heading: make("div", { className: "row" }),
      leverages: make("ul", { className: "leverages" }),
      more: make("p", { className: "quiet" }),
      lines: make("div", { className: "lines" }),
    };
    const title = `Lines to copy for ${exchange.title} ${account.name}`;
    const details = make("details", {}, make("summary", { attributes: { "aria-label": title } }, "Lines to copy"), article.lines);
    details.open = account.name === exchange.default && articles.size === 0;
    const parts = [article.heading, article.leverages, article.more, details];
    article.place = make("article", { className: "account" }, ...parts);
    byId("account-list").append(article.place);
    articles.set(id, article);
  }
  if (article.shown === JSON.stringify(account)) return;
  article.shown = JSON.stringify(account);
  article.heading.replaceChildren(
    make("h3", { textContent: `${exchange.title} ${account.name}` }),
    ...badges(account, exchange).map((text) => make("span", { className: "badge", textContent: text })),
  );
  article.lines.replaceChildren(...Object.entries(account.lines).flatMap(([name, text]) => lines(TITLES[name] ?? name, text)));
}

function badges(account, exchange) {
  const modes = Object.values(account.modes).join("/");
  return [
    account.name === exchange.default ? "default" : "",
    account.environment === "demo" ? "demo" : "",
    [exchange.kind, account.name].includes(account.kind) ? "" : account.kind,
    account.name !== modes && account.name !== account.kind ? `now ${modes}` : "",
    account.keys > 1 ? `${account.keys} keys` : "",
  ].filter(Boolean);
}

function lines(title, text) {
  const shown = make("pre", { textContent: text, tabIndex: 0, attributes: { "aria-label": title, role: "group" } });
  const said = make("span", { attributes: { role: "status" }, className: "quiet" });
  const button = make("button", { type: "button", textContent: "Copy" });
  button.setAttribute("aria-label", `Copy ${title}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(shown);
      said.textContent = "Selected: copy it with the keyboard";
    }
  });
  return [make("div", { className: "row" }, make("strong", { textContent: title }), button, said), shown];
}

/** Show the leverages of an account; those that changed while the page was open are marked. */
export function showLeverages({ exchange, name, total, rows }, fresh) {
  const id = key(exchange, name);
  const article = articles.get(id);
  const before = levers.get(id) ?? new Map();
  const now = new Map();
  const items = rows.map(({ lever, scope, ...pairs }) => {
    const place = Object.values(pairs).join(" ");
    const known = before.get(`${scope} ${place}`);
    const old = known && known.lever !== lever ? known.lever : known?.old;
    const changed = fresh && known?.lever !== lever;
    now.set(`${scope} ${place}`, { lever, old });
    return make(
      "li",
      { title: Object.entries({ scope, ...pairs }).map((pair) => pair.join(" ")).join(", ") },
      make("span", { textContent: place }),
      make("span", {}, make("strong", { textContent: `${lever}×`, className: changed ? "changed" : "" }), old ? ` was ${old}×` : ""),
    );
  });
  levers.set(id, now);
  article.leverages.replaceChildren(...items.reverse());
  article.more.textContent = total > rows.length ? `and ${total - rows.length} set before` : "";
  article.more.hidden = total <= rows.length;
  article.leverages.hidden = items.length === 0;
}

// The console: events of the sandbox on one side, the page's parts on the other.

import { clearAccounts, keepAccounts, showAccount, showLeverages } from "./accounts.js";
import { keepChoices, setAccount, setExchanges, showFaults, showSettings } from "./controls.js";
import { byId } from "./dom.js";
import { setClock, setLanes, setRequests, stop } from "./limits.js";
import { clearRequests, known, showRequests } from "./requests.js";
import { Stream } from "./stream.js";

const WORDS = { live: "Live", paused: "Paused", lost: "No connection, trying again" };
let exchanges = new Map();
const users = new Map(); // names of the users that limits count, by uid
let log = null; // which sandbox, and which of its logs
let fresh = false; // whether leverages that come now have changed just now

function clear() {
  clearRequests();
  setRequests(known);
}

const handlers = {
  hello(found) {
    exchanges = new Map(found.exchanges.map((exchange) => [exchange.name, exchange]));
    setExchanges(found.exchanges);
    fresh = false;
    if (log !== null && log.split(" ")[0] !== found.log.split(" ")[0]) clearAccounts();
    if (log !== found.log) clear();
    log = found.log;
  },
  accounts(places) {
    keepAccounts(places);
    keepChoices(places);
  },
  account(account) {
    users.set(account.uid, `${exchanges.get(account.exchange).title} ${account.name}`);
    showAccount(account, exchanges.get(account.exchange));
    setAccount(account);
  },
  leverage: (found) => showLeverages(found, fresh),
  settings: showSettings,
  faults: showFaults,
  requests(found) {
    showRequests(found);
    setRequests(known);
  },
  cleared(found) {
    log = found.log;
    clear();
  },
  lanes: (lanes) => setLanes(lanes, (lane) => users.get(lane.user) ?? lane.user.replace("ip ", "address ")),
  beat({ now }) {
    setClock(now);
    fresh = true;
  },
};

byId("address").textContent = location.origin;
const connection = byId("connection");
const stream = new Stream(handlers, (status) => {
  if (connection.textContent !== WORDS[status]) connection.textContent = WORDS[status];
  connection.className = `badge ${status}`;
});

byId("pause").addEventListener("click", (event) => {
  const paused = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", String(paused));
  stream.pause(paused);
  stop(paused);
});

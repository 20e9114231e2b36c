// What changes the sandbox: faults, the second writer, the clock, the reset.

import { accountPath, change } from "./admin.js";
import { byId, endpoint, make, setOptions, tell } from "./dom.js";

let exchanges = new Map();
const accounts = new Map(); // lists of accounts by exchange

/** Take the exchanges. */
export function setExchanges(found) {
  exchanges = new Map(found.map((exchange) => [exchange.name, exchange]));
  accounts.clear();
  const names = found.map(({ name, title }) => [name, title]);
  for (const id of ["fault-exchange", "writer-exchange"]) setOptions(byId(id), names);
  chooseFaults();
}

/** Forget the accounts that are not among these, pairs of exchange and name. */
export function keepChoices(places) {
  const kept = new Set(places.map((place) => place.join(" ")));
  for (const [exchange, list] of accounts) {
    for (const name of list.keys()) if (!kept.has(`${exchange} ${name}`)) list.delete(name);
  }
  chooseAccounts("fault", [["", "any"]]);
  chooseAccounts("writer", []);
}

/** Take an account. */
export function setAccount(account) {
  const list = accounts.get(account.exchange) ?? new Map();
  list.set(account.name, account);
  accounts.set(account.exchange, list);
  chooseAccounts("fault", [["", "any"]]);
  chooseAccounts("writer", []);
  if (account.exchange === byId("writer-exchange").value && account.name === byId("writer-account").value) chooseFields();
}

function chooseAccounts(form, first) {
  const list = accounts.get(byId(`${form}-exchange`).value) ?? new Map();
  const select = byId(`${form}-account`);
  setOptions(select, [...first, ...[...list.keys()].map((name) => [name, name])]);
}

// Faults

let shownFaults; // what the buttons were made of: focus stays where it is while nothing has changed

function chooseFaults() {
  const exchange = exchanges.get(byId("fault-exchange").value);
  if (shownFaults === JSON.stringify(exchange)) return;
  shownFaults = JSON.stringify(exchange);
  setOptions(byId("fault-path"), exchange.paths.map((path) => [path, path]));
  byId("fault-buttons").replaceChildren(...exchange.presets.map((preset) => {
    const button = make("button", { type: "button" }, make("span", { textContent: preset.name }), " ", make("small", { textContent: preset.text }));
    button.addEventListener("click", () => addFault(preset));
    return button;
  }));
}

async function addFault(preset) {
  const path = byId("fault-path").value;
  const fault = { ...preset.fault, path, exchange: byId("fault-exchange").value };
  const account = byId("fault-account").value;
  if (account) fault.account = account;
  fault.times = byId("fault-always").checked ? null : byId("fault-times").valueAsNumber;
  if (preset.seconds) fault[preset.seconds] = byId("fault-seconds").valueAsNumber;
  if (preset.value) {
    if (!preset.value[path]) {
      tell("fault-result", "This endpoint reports no leverage: choose another one.", true);
      return;
    }
    fault.replace = Object.fromEntries(preset.value[path].map((field) => [field, byId("fault-value").value]));
  }
  await act("fault-result", async () => {
    const { id } = await change("POST", "faults", fault);
    return `Fault ${id} waits: ${preset.name}.`;
  });
}

/** Show the queue of faults. */
export function showFaults(faults) {
  byId("clear-faults").hidden = faults.length === 0;
  byId("fault-list").replaceChildren(...faults.map((fault) => {
    const where = [fault.exchange, fault.account, fault.path ? endpoint(fault.path) : ""].filter(Boolean).join(" ");
    const often = fault.times === null ? "every time" : `${fault.triggered} of ${fault.times}`;
    const badge = make("span", { className: fault.used_up ? "badge" : "badge fault", textContent: fault.used_up ? "used up" : often });
    return make("li", { className: "row" }, make("span", { textContent: `${fault.id}` }), badge, make("span", { className: "mono", textContent: `${where}: ${fault.text}` }));
  }));
}

// The second writer

let shownFields; // what the fields were made of: what was typed stays while nothing has changed

function chooseFields() {
  const account = accounts.get(byId("writer-exchange").value)?.get(byId("writer-account").value);
  const made = JSON.stringify([account?.exchange, account?.name, account?.example]);
  if (shownFields === made) return;
  shownFields = made;
  byId("writer-fields").replaceChildren(...Object.entries(account?.example ?? {}).map(([name, value]) =>
    make("label", {}, `${name} `, make("input", { name, value, type: "text", autocomplete: "off", spellcheck: false }))));
}

async function write() {
  const [exchange, name] = [byId("writer-exchange").value, byId("writer-account").value];
  const given = [...byId("writer-fields").querySelectorAll("input")].filter((input) => input.value !== "");
  const fields = Object.fromEntries(given.map((input) => [input.name, input.value]));
  const result = await change("POST", `${accountPath(exchange, name)}/leverage`, fields);
  return `Set: ${Object.entries(result).filter(([, value]) => value).map((pair) => pair.join(" ")).join(", ")}.`;
}

// The clock

/** Show what is configured. */
export function showSettings(settings) {
  const words = [settings.lenient ? "lenient" : "strict", settings.limits ? "limits on" : "limits off", `${settings.window.replace("_", " ")} window`];
  byId("settings").textContent = `· ${words.join(", ")}`;
  const off = settings.clock_offset;
  byId("clock-state").textContent = off ? `It is ${Math.abs(off)} s ${off > 0 ? "ahead" : "behind"}.` : "It is right.";
}

async function setClock(seconds) {
  await change("PATCH", "settings", { clock_offset: seconds });
  return seconds ? `The clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead" : "behind"}.` : "The clock is right.";
}

// All of them

async function act(place, action) {
  try {
    tell(place, await action());
  } catch (error) {
    tell(place, error.message, true);
  }
}

function onSubmit(id, place, action) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act(place, action);
  });
}

byId("fault-form").addEventListener("submit", (event) => event.preventDefault());
byId("fault-exchange").addEventListener("change", () => {
  chooseFaults();
  chooseAccounts("fault", [["", "any"]]);
});
byId("clear-faults").addEventListener("click", () => act("fault-result", async () => {
  await change("DELETE", "faults");
  byId("fault-exchange").focus();
  return "All faults are removed.";
}));
byId("writer-exchange").addEventListener("change", () => {
  chooseAccounts("writer", []);
  chooseFields();
});
byId("writer-account").addEventListener("change", chooseFields);
onSubmit("writer-form", "writer-result", write);
onSubmit("clock-form", "clock-result", () => setClock(byId("clock-seconds").valueAsNumber));
byId("clock-right").addEventListener("click", () => act("clock-result", () => setClock(0)));

const dialog = byId("reset-dialog");
byId("reset").addEventListener("click", () => dialog.showModal());
byId("reset-cancel").addEventListener("click", () => dialog.close());
byId("reset-form").addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close();
  act("reset-result", async () => {
    await change("POST", "reset", { settings: byId("reset-settings").checked });
    return "All is at its start.";
  });
});

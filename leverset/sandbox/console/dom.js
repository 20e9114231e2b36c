// Elements are made here, and in no other way: texts are texts, whatever a request has in it.

export const byId = (id) => document.getElementById(id);

/** Make an element. `properties` are set as properties, those in `attributes` as attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { attributes = {}, ...rest } = properties;
  Object.assign(element, rest);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Make an element of a drawing. */
export function draw(tag, attributes = {}, title = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (title) {
    const text = document.createElementNS("http://www.w3.org/2000/svg", "title");
    text.textContent = title;
    element.append(text);
  }
  return element;
}

/** Put options into a select, and keep what was chosen where it is still there. */
export function setOptions(select, options) {
  const before = select.value;
  select.replaceChildren(...options.map(([value, text]) => make("option", { value, textContent: text })));
  if (options.some(([value]) => value === before)) select.value = before;
}

/** Show what came of an action where screen readers announce it. */
export function tell(id, text, failed = false) {
  const place = byId(id);
  place.textContent = text;
  place.classList.toggle("failed", failed);
}

/** The last part of a path, which tells the endpoints apart. */
export const endpoint = (path) => path.trim().split("/").pop();

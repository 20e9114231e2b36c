// Changes, by the sandbox's own endpoints.

/** Send a change; returns its JSON, null where there is none. Throws an Error with the sandbox's own words. */
export async function change(method, path, body) {
  const options = { method, credentials: "omit", referrerPolicy: "no-referrer" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/_sandbox/${path}`, options);
  } catch {
    throw new Error("The sandbox cannot be reached. Does it still run?");
  }
  const text = await response.text();
  const json = text ? JSON.parse(text) : null;
  if (!response.ok) throw new Error(json?.error ?? `HTTP ${response.status}`);
  return json;
}

export const accountPath = (exchange, name) =>
  `accounts/${encodeURIComponent(exchange)}/${name.split("/").map(encodeURIComponent).join("/")}`;

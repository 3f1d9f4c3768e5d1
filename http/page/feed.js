/**
 * What the server tells of itself, as it happens.
 *
 * @module
 */

/** After so long the page asks again, when nothing comes. */
const retryMs = 1_000;

/** A server that tells so long nothing is not there. */
const silenceMs = 5_000;

/** The server is there, and tells nothing: why. */
class Refusal extends Error {}

/**
 * Hears a server for ever.
 *
 * @param on `moment` is called with each thing told, `lost` with why nothing comes, `token` when one is
 * asked for: it resolves with one
 */
export async function follow(token, on) {
  for (;;) {
    try {
      token = await hear(token, on);
    } catch (error) {
      on.lost(error instanceof Refusal ? error.message : "The server is not reached");
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** @returns the token to go on with, when another one is needed. */
async function hear(token, on) {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch("/api/live", { headers, signal: silence.signal });
    if (response.status === 401 || response.status === 403) {
      clearTimeout(timer);
      return await on.token(token === undefined ? "" : await response.text());
    }
    if (!response.ok) throw new Refusal(await response.text());
    let text = "";
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      text += part;
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) on.moment(JSON.parse(event.replace(/^data: /, "")), token);
    }
    throw new Error("The server has ended");
  } finally {
    clearTimeout(timer);
  }
}

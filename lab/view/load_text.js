/**
 * Files that are stored compressed, so that they are small on whatever server.
 *
 * @module
 */

/** The text of one. */
export async function loadText(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} is not there (yet)`);
  const text = response.body.pipeThrough(new DecompressionStream("gzip"));
  return await new Response(text).text();
}

/** Where a script can be loaded from that is there as text. */
export function scriptUrl(text) {
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

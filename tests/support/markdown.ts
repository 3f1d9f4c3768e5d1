/**
 * What a page in Markdown links to, and what in it can be linked to.
 *
 * @module
 */

/** The targets of the links of a page. */
export function* linksOf(text: string): Generator<string> {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, "");
  for (const [, inline, defined] of prose.matchAll(/\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)) {
    yield inline ?? defined;
  }
}

/** The names by which the headings of a page can be linked to: those that repository hosts give. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const name = heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let anchor = name;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${name}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Blocks of code hold what looks like links and headings, and is none. */
function withoutBlocks(text: string): string {
  return text.replace(/^ *(```+)[^]*?^ *\1 *$/gm, "");
}

/**
 * Elements of the page.
 *
 * @module
 */

/** The element that the page has under a name. */
export const element = (id) => document.getElementById(id);

/** Makes an element. @param contents texts and elements in it */
export function make(name, attributes = {}, ...contents) {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  node.append(...contents);
  return node;
}

/**
 * Elements of the page.
 *
 * @module
 */

/** The element that the page has under a name. */
export const element = (id) => document.getElementById(id);

/** Makes an element. @param contents texts and elements in it */
export function make(name, attributes = {}, ...contents) {
  return filled(document.createElement(name), attributes, contents);
}

/** Makes an element of a drawing. */
export function makeSvg(name, attributes = {}, ...contents) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, contents);
}

function filled(node, attributes, contents) {
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  node.append(...contents);
  return node;
}

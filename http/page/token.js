/**
 * The token that the server asks for, kept for the tab.
 *
 * @module
 */

import { element } from "./dom.js";

const place = "cmud-token";

/** The token that was shown last; `undefined`: none was. */
export function keptToken() {
  return sessionStorage.getItem(place) ?? undefined;
}

/** Asks for one. @param fault why the last one was none. @returns it, once it is typed. */
export function askForToken(fault = "") {
  const form = element("token-form");
  element("token-fault").textContent = fault;
  form.hidden = false;
  element("token").focus();
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      const token = element("token").value.trim();
      // What no header can hold is sent to nobody.
      if (!/^[\x21-\x7e]+$/.test(token)) {
        element("token-fault").textContent = "This is no token";
        return;
      }
      sessionStorage.setItem(place, token);
      element("token").value = "";
      form.hidden = true;
      resolve(token);
    };
  });
}

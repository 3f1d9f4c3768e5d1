/**
 * Attaching to a cluster that runs, and what it says of itself.
 *
 * @module
 */

import { element, make } from "../../http/page/dom.js";
import { bytesText, durationText } from "../../http/page/format.js";

/** The panel for it. */
export class LivePanel {
  #isAttached = false;

  /** @param on `attach(url, token)`, `detach()` */
  constructor(on) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    element("live-url").value = `${scheme}://${location.host}/rpc`;
    element("live-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#isAttached = !this.#isAttached;
      element("attach").textContent = this.#isAttached ? "Back to the laboratory" : "Look at it";
      element("live-members").replaceChildren();
      element("live-state").textContent = this.#isAttached ? "Connecting…" : "";
      if (this.#isAttached) on.attach(element("live-url").value, element("live-token").value);
      else on.detach();
    });
  }

  /** Shows what is seen of the cluster. */
  show({ members, fault }) {
    element("live-state").textContent = fault ??
      (members.length === 1 ? "One server answers." : `${members.length} servers are known.`);
    element("live-members").replaceChildren(
      ...members.map((member) => make("li", {}, factsOf(member))),
    );
  }
}

function factsOf({ address, state, lagMs, pendingBytes, clockSkewMs }) {
  const facts = [
    state,
    ...lagMs === null || lagMs === 0 ? [] : [`${durationText(lagMs)} behind`],
    ...pendingBytes > 0 ? [`${bytesText(pendingBytes)} wait`] : [],
    ...clockSkewMs === null ? [] : [`clock ${Math.round(clockSkewMs)} ms`],
  ];
  return `${address}: ${facts.join(", ")}`;
}

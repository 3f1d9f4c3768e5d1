/**
 * What a person does to the cluster that needs nothing chosen: Puts, Deletes, another server, what is
 * expected.
 *
 * @module
 */

import { element, make } from "../../http/page/dom.js";

/** The form for it. */
export class Actions {
  #replicas = "";
  #chosen;
  #scene;

  /** @param act is called with a line of a scenario */
  constructor(act) {
    const at = () => element("put-replica").value;
    const key = () => JSON.stringify(element("put-key").value);
    element("put-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const value = element("put-value");
      act(`put ${key()} = ${JSON.stringify(value.value)} on ${at()}`);
      if (/^\d+$/.test(value.value)) value.value = String(Number(value.value) + 1);
    });
    element("delete").addEventListener("click", () => act(`delete ${key()} on ${at()}`));
    element("expect-form").addEventListener("submit", (event) => {
      event.preventDefault();
      act(`expect ${element("expectation").value}`);
    });
    element("add").addEventListener("click", () => act(this.#newServer()));
    element("heal-all").addEventListener("click", () => {
      const ways = [...this.#scene.links.values()].filter(({ isCut }) => isCut);
      act(ways.map(({ from, to }) => `heal ${from} -> ${to}`).join("\n"));
    });
  }

  show({ scene, selection }) {
    this.#scene = scene;
    const replicas = scene.running.flatMap(({ actors }) => actors);
    element("heal-all").disabled = ![...scene.links.values()].some(({ isCut }) => isCut);
    const chooser = element("put-replica");
    if (this.#replicas !== replicas.join()) {
      this.#replicas = replicas.join();
      const { value } = chooser;
      chooser.replaceChildren(...replicas.map((replica) => make("option", {}, replica)));
      if (replicas.includes(value)) chooser.value = value;
    }
    if (this.#chosen === selection) return;
    this.#chosen = selection;
    if (selection?.kind === "replica") chooser.value = selection.replica;
    if (selection?.kind === "key") element("put-key").value = selection.key;
  }

  /** Of two replicas, that joins the first one that runs. */
  #newServer() {
    const name = [..."abcdefghijklmnopqrstuvwxyz"].find((name) => !this.#scene.servers.has(name));
    const [first] = this.#scene.running;
    return `server ${name} replicas 2${first === undefined ? "" : ` joins ${first.name}`}`;
  }
}

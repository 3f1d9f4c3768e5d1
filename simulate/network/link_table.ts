import type { SystemId } from "../../actor/mod.ts";
import type { SimulatedLink } from "./simulated_link.ts";

/** The links of a network, found many times for each message: so no keys are made of texts. */
export class LinkTable {
  /** In the order in which they were made, which is that in which they are cut. */
  #all = new Set<SimulatedLink>();
  /** By the incarnations of both systems: mostly one, of several addresses if one claims another's. */
  #between = new Map<string, Map<string, SimulatedLink[]>>();

  /** All links; some may be deleted meanwhile. */
  [Symbol.iterator](): Iterator<SimulatedLink> {
    return this.#all.values();
  }

  find(from: SystemId, to: SystemId): SimulatedLink | undefined {
    const links = this.#between.get(from.incarnation)?.get(to.incarnation);
    if (links === undefined) return undefined;
    for (const link of links) {
      if (link.to.address === to.address && link.from.address === from.address) return link;
    }
  }

  add(link: SimulatedLink): void {
    this.#all.add(link);
    const { from, to } = link;
    let fromIt = this.#between.get(from.incarnation);
    if (fromIt === undefined) this.#between.set(from.incarnation, fromIt = new Map());
    fromIt.set(to.incarnation, [...fromIt.get(to.incarnation) ?? [], link]);
  }

  delete(link: SimulatedLink): void {
    this.#all.delete(link);
    const fromIt = this.#between.get(link.from.incarnation);
    const left = fromIt?.get(link.to.incarnation)?.filter((other) => other !== link) ?? [];
    if (left.length > 0) fromIt!.set(link.to.incarnation, left);
    else fromIt?.delete(link.to.incarnation);
  }
}

import type { LivingServers } from "../messages/replica_messages.ts";
import type { Membership } from "./membership.ts";

/**
 * The other servers whose actors may have writes yet to make: those that are there, and those that are not and
 * have not ended, as far as this one knows, because they may come back.
 */
export class Living {
  #members: Pick<Membership, "peers" | "absent" | "revision">;
  #revision = -1;
  #servers: LivingServers | undefined;

  constructor(members: Pick<Membership, "peers" | "absent" | "revision">) {
    this.#members = members;
  }

  /** Another object when they are others; `undefined`: there have been none. */
  get servers(): LivingServers | undefined {
    const { revision, peers, absent } = this.#members;
    if (revision === this.#revision) return this.#servers;
    this.#revision = revision;
    const incarnations = Array.from(peers, ({ ref }) => ref.incarnation).sort();
    const addresses = [...absent.keys()].sort();
    const before = this.#servers ?? { incarnations: [], addresses: [] };
    const isSame = isEqual(incarnations, before.incarnations) &&
      isEqual(addresses, before.addresses);
    if (!isSame) this.#servers = { incarnations, addresses };
    return this.#servers;
  }
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

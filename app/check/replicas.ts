import {
  Client,
  type DigestPart,
  FixedRouter,
  type KeyRange,
  type Member,
} from "../../kvclient/mod.ts";
import type { AskingOptions } from "../cli/client_options.ts";
import { appLimits } from "../../limits.ts";
import type { DigestSource } from "./differences.ts";

/** A query actor, whose replica is compared with others. */
export class CheckedReplica implements DigestSource {
  /** Of its query port. */
  readonly address: string;
  /** System port of its server. */
  readonly server: string;
  #client: Client;

  constructor(address: string, server: string, options: AskingOptions = {}) {
    this.address = address;
    this.server = server;
    this.#client = clientOf(address, options);
  }

  digest(range: KeyRange, parts: number | readonly string[]): Promise<DigestPart[]> {
    return this.#client.digest(range, parts);
  }

  /** What it holds in all. */
  async total(): Promise<DigestPart> {
    const [total] = await this.#client.digest({}, 1);
    return total;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/** All query actors of the servers that were named, and who else is known to these. */
export interface FoundReplicas {
  readonly replicas: readonly CheckedReplica[];
  /** Members that none of the servers is, by address. */
  readonly unnamed: readonly Member[];
}

/**
 * Asks each of the query ports for its server, and for the other query ports of that.
 *
 * @throws as `Client.members` does, when one of them cannot be asked.
 */
export async function findReplicas(
  addresses: readonly string[],
  options: AskingOptions = {},
): Promise<FoundReplicas> {
  const tables = await Promise.all(addresses.map((address) => membersAt(address, options)));
  /** By query port: two servers may claim one address. */
  const servers = new Map<string, string>();
  tables.forEach(([self], i) => {
    const told = self.queryAddresses ?? [];
    for (const port of told.length > 0 ? told : [addresses[i]]) servers.set(port, self.address);
  });
  const named = new Set(servers.values());
  const known = new Map<string, Member>();
  for (const member of tables.flat()) {
    if (!named.has(member.address)) known.set(member.address, member);
  }
  return {
    replicas: [...servers].map(([port, server]) => new CheckedReplica(port, server, options)),
    unnamed: [...known.values()].sort((a, b) => a.address < b.address ? -1 : 1),
  };
}

async function membersAt(address: string, options: AskingOptions): Promise<Member[]> {
  const client = clientOf(address, options);
  try {
    return await client.members();
  } finally {
    await client.close();
  }
}

function clientOf(address: string, options: AskingOptions): Client {
  return new Client(new FixedRouter(address), { ...options, timeoutMs: appLimits.checkTimeoutMs });
}

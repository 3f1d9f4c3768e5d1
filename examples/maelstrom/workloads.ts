import type { Client } from "../../kvclient/mod.ts";
import { type Body, errorCodes, MaelstromError } from "./message.ts";

/** What a workload has of its node. */
export interface WorkloadNode {
  readonly id: string;
  /** Asks the node's own server. */
  readonly store: Client;
}

/** Does what a request asks for. @returns the reply, without what names the request. */
export type Handler = (body: Body, node: WorkloadNode) => Promise<Body> | Body;

/** Keys of a set begin so; the element follows, as JSON. */
const elementPrefix = "element/";

/** Keys of the workload that has keys of its own begin so. */
const keyPrefix = "key/";

/** So many ids the node has given away. */
let idsGiven = 0;

async function add(element: unknown, { store }: WorkloadNode): Promise<void> {
  // An element is a key: adding it twice, anywhere, comes to the same.
  await store.put(elementPrefix + JSON.stringify(element), "");
}

async function elements({ store }: WorkloadNode): Promise<unknown[]> {
  const keys = await store.list(elementPrefix);
  return [...keys.keys()].map((key) => JSON.parse(key.slice(elementPrefix.length)));
}

async function valueOf(key: unknown, { store }: WorkloadNode): Promise<unknown> {
  const value = await store.get(keyPrefix + JSON.stringify(key));
  return value === undefined ? undefined : JSON.parse(value as string);
}

async function setValue(key: unknown, value: unknown, { store }: WorkloadNode): Promise<void> {
  await store.put(keyPrefix + JSON.stringify(key), JSON.stringify(value));
}

/** What a node answers, by the type of the request. */
export const handlers: Readonly<Record<string, Handler>> = {
  echo: ({ echo }) => ({ type: "echo_ok", echo }),

  // The node's own count: nobody else is asked, so a partition hinders nobody.
  generate: (_body, { id }) => ({ type: "generate_ok", id: `${id}-${++idsGiven}` }),

  // Sync has its own way from each server to each other one.
  topology: () => ({ type: "topology_ok" }),
  broadcast: async ({ message }, node) => {
    await add(message, node);
    return { type: "broadcast_ok" };
  },

  add: async ({ element }, node) => {
    await add(element, node);
    return { type: "add_ok" };
  },

  read: async (body, node) => {
    if (!("key" in body)) {
      const all = await elements(node);
      // A broadcast's read is answered with `messages`, a set's with `value`.
      return { type: "read_ok", messages: all, value: all };
    }
    const value = await valueOf(body.key, node);
    if (value !== undefined) return { type: "read_ok", value };
    throw new MaelstromError(errorCodes.keyDoesNotExist, `Nothing is held of ${body.key}`);
  },

  write: async ({ key, value }, node) => {
    await setValue(key, value, node);
    return { type: "write_ok" };
  },

  // By what this node shows. Another node may write meanwhile: of the two the later one wins, as of all writes.
  cas: async (body, node) => {
    const { key, from, to, create_if_not_exists: creates } = body;
    const value = await valueOf(key, node);
    if (value === undefined && creates !== true) {
      throw new MaelstromError(errorCodes.keyDoesNotExist, `Nothing is held of ${key}`);
    }
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(from)) {
      const found = `Held is ${JSON.stringify(value)}, and not ${JSON.stringify(from)}`;
      throw new MaelstromError(errorCodes.preconditionFailed, found);
    }
    await setValue(key, to, node);
    return { type: "cas_ok" };
  },
};

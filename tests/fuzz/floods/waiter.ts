/**
 * The thread of one polite client, who asks for a short value, waits for it, and pauses.
 *
 * @module
 */

import { sleep } from "../../support/until.ts";
import { RawSocket } from "../../support/rpc/raw_socket.ts";
import { shortKey } from "./floods.ts";

/** What is to be done, for so long. */
export interface WaitOrder {
  readonly address: string;
  readonly ms: number;
}

const pauseMs = 2;

const scope = self as unknown as {
  onmessage: ((event: { data: WaitOrder }) => void) | null;
  /** @param latenciesMs how long each answer took */
  postMessage(latenciesMs: number[]): void;
};

scope.onmessage = async ({ data: { address, ms } }) => {
  using socket = await RawSocket.connect(address, Infinity);
  const latenciesMs: number[] = [];
  const endMs = performance.now() + ms;
  for (let i = 0; performance.now() < endMs; i++) {
    const sentMs = performance.now();
    await socket.ask("Get", shortKey(i % 100));
    latenciesMs.push(performance.now() - sentMs);
    await sleep(pauseMs);
  }
  scope.postMessage(latenciesMs);
};

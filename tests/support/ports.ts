import { parseAddress } from "../../rpc/mod.ts";

/** The port of a `host:port`. */
export function portOf(address: string): number {
  return parseAddress(address).port;
}

/**
 * How long a port may seem taken that is free: a program that is being started holds what this process had
 * open, until it runs, and other tests of this process start many.
 */
const startingMsMax = 500;

/** Binds a port of 127.0.0.1; `null` when it is taken. 0: any. Nothing else of this thread happens meanwhile. */
export function tryListen(port: number): Deno.TcpListener | null {
  const untilMs = performance.now() + startingMsMax;
  for (;;) {
    const listener = listenIfFree(port);
    if (listener !== null || performance.now() > untilMs) return listener;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

function listenIfFree(port: number): Deno.TcpListener | null {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return null;
    throw error;
  }
}

/** Whether all of these ports can be bound at this moment. */
export function areFree(...ports: number[]): boolean {
  const listeners = ports.map(tryListen);
  for (const listener of listeners) listener?.close();
  return !listeners.includes(null);
}

/** Starts what binds ports that were bound a moment ago, as often as they seem taken. */
export async function rebinding<T>(start: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + startingMsMax;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Error && error.cause instanceof Deno.errors.AddrInUse;
      if (!isTaken || performance.now() > untilMs) throw error;
    }
  }
}

/** Below the ports that a machine hands out by itself, to whatever else runs on it. */
const [firstBlock, endOfBlocks, portsPerBlock] = [20_000, 32_700, 100];

/** The first port of a row that no other test file has: the one of them that is held says so, as long as this file's tests run. */
const block = claimBlock();
let handedOut = 0;

function claimBlock(): { first: number; holder: Deno.TcpListener } {
  const count = (endOfBlocks - firstBlock) / portsPerBlock;
  const start = Math.floor(Math.random() * count);
  for (let i = 0; i < count; i++) {
    const holding = firstBlock + (start + i) % count * portsPerBlock;
    const holder = listenIfFree(holding);
    if (holder !== null) return { first: holding + 1, holder };
  }
  throw new Error(`No port from ${firstBlock} to ${endOfBlocks} is free`);
}

/** The first of `count` ports in a row that are free, and that nobody else takes. */
export function freePorts(count: number): number {
  for (let tried = 0; tried < portsPerBlock; tried++) {
    if (handedOut + count >= portsPerBlock) handedOut = 0;
    const first = block.first + handedOut;
    handedOut += count;
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if (ports.every(isFree)) return first;
  }
  throw new Error(`No ${count} ports in a row from ${block.first} on are free`);
}

function isFree(port: number): boolean {
  const listener = listenIfFree(port);
  listener?.close();
  return listener !== null;
}

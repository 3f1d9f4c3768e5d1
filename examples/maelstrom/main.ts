/**
 * A node for Maelstrom (https://github.com/jepsen-io/maelstrom): lines of JSON on stdin and stdout.
 *
 *     maelstrom test -w broadcast --bin examples/maelstrom/node.sh --node-count 5 --time-limit 20 --nemesis partition
 *
 * Workloads: echo, unique-ids, broadcast, g-set, and lww-kv (read, write, cas of single keys).
 *
 * @module
 */

import { MaelstromNode } from "./node.ts";
import type { Message } from "./message.ts";

const text = new TextEncoder();

/** Lines leave one after the other. */
let written: Promise<unknown> = Promise.resolve();

function emit(message: Message): void {
  const line = text.encode(JSON.stringify(message) + "\n");
  written = written.then(async () => {
    for (let at = 0; at < line.length;) at += await Deno.stdout.write(line.subarray(at));
  });
}

const node = new MaelstromNode(emit);
let rest = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop()!;
  for (const line of lines) if (line.trim() !== "") node.receive(JSON.parse(line));
}
await written;
await node.close();
Deno.exit(0);

/**
 * A server on a host of a `ShapedNetwork`, and a client of it: does what each line of its input says, and answers
 * with a line. It ends with its input.
 *
 *     host.ts ADDRESS PORT [JOINED...]
 *
 * @module
 */

import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { consoleLogger, Server } from "../../kvserver/mod.ts";
import type { Answer, Question } from "./questions.ts";

const [hostname, port, ...join] = Deno.args;
const log = consoleLogger("error");
const server = await Server.start({
  hostname,
  startPort: Number(port),
  queryActorCount: 1,
  join,
  log,
});
const client = new Client(new FixedRouter(server.queryAddresses[0]), { timeoutMs: 60_000 });

/** Puts that are under way at once. */
const putsAtOnce = 64;

async function answer(question: Question): Promise<Answer> {
  switch (question.ask) {
    case "put": {
      const { prefix, count, bytes } = question;
      const value = "x".repeat(bytes);
      for (let i = 0; i < count; i += putsAtOnce) {
        const length = Math.min(putsAtOnce, count - i);
        await Promise.all(
          Array.from({ length }, (_, j) => client.put(`${prefix}${i + j}`, value)),
        );
      }
      return count;
    }
    case "count":
      return await client.count(question.prefix);
    case "members":
      return await server.members();
    case "stats":
      return { ...server.stats() };
  }
}

function say(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

say(server.address);
let text = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (text + chunk).split("\n");
  text = lines.pop()!;
  for (const line of lines) say(await answer(JSON.parse(line)));
}
// Its clients are gone, and so is the network.
Deno.exit(0);

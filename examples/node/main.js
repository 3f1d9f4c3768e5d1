/**
 * A worker that takes jobs: the client's npm package, on Node 20 or later.
 *
 *     deno task npm && npm install ./npm
 *     node examples/node/main.js 127.0.0.1:6001,127.0.0.1:6002
 *
 * Of several servers it asks the first that answers, and goes on with the next when that is gone.
 *
 * @module
 */

import { Client } from "@cmud/cmud/client";
import process from "node:process";

const [servers = "127.0.0.1:6001"] = process.argv.slice(2);
const client = new Client(servers.split(","));

// Somebody else would put these.
for (const [i, text] of ["boil water", "brew tea", "pour it"].entries()) {
  await client.put(`job/${i}`, text, { ttlMs: 60_000 });
}

/** Does what is there, and what comes, until there is nothing more to do. */
for await (const { key, value } of client.watch("job/", { initial: true })) {
  if (value === undefined) continue;
  console.log(`${key}: ${value}`);
  await client.delete(key);
  if (await client.count("job/") === 0) break;
}
console.log("done");
await client.close();

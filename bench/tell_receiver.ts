/**
 * The other process of `measureRemoteTells`: prints the ref of an actor that counts, and ends with
 * its input.
 *
 * @module
 */

import { ActorSystem } from "../actor/mod.ts";
import { newCounter } from "./remote_tells.ts";

const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
console.log(JSON.stringify(system.startActor(newCounter)));
for await (const _ of Deno.stdin.readable);
await system.close();

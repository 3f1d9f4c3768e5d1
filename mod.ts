/**
 * CMUD: a geographically distributed, eventually consistent key-value store on an actor system of its
 * own. Importing the package does nothing by itself; this entry point is the client, which most
 * programs need alone:
 *
 * ```ts ignore
 * import { Client } from "./mod.ts";
 *
 * await using client = new Client("127.0.0.1:6001");
 * await client.put("user/ada", "Countess");
 * console.log(await client.get("user/ada"));
 * ```
 *
 * | entry point | what it is                                                                    |
 * | ----------- | ----------------------------------------------------------------------------- |
 * | `./client`  | the client, the same as here; runs on Deno, Node 20 or later, in a browser     |
 * | `./server`  | the server, started by and within a program; runs on Deno                     |
 * | `./actor`   | the actor system that the server stands on; runs on Deno                      |
 *
 * @module
 */

export * from "./kvclient/mod.ts";

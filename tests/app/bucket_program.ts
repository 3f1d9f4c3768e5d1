/**
 * A store that speaks S3, with the bucket `backups`, in the folder that its argument names, until its stdin
 * ends. It prints its port.
 */

import { loadS3 } from "../deps.ts";

const S3 = await loadS3();
const store = new S3({
  port: 0,
  address: "127.0.0.1",
  silent: true,
  directory: Deno.args[0],
  configureBuckets: [{ name: "backups", configs: [] }],
});
const { port } = await store.run();
console.log(port);
await Deno.stdin.readable.pipeTo(new WritableStream());
await store.close();
Deno.exit();

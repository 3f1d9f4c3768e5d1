import { StoredData } from "../../kvserver/disk/stored_data.ts";
import { decodeUtf8 } from "../../rpc/mod.ts";
import type { Invocation } from "../cli/command_spec.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { BatchedOutput, jsonLine } from "../kv/entry_text.ts";
import { grouped } from "../cli/numbers.ts";
import { UsageError } from "../cli/usage_error.ts";

/** `cmud data check`. What is wrong is thrown. */
// deno-lint-ignore require-await -- a command is asynchronous by contract
export async function runCheck({ arguments: [dir], options, console }: Invocation) {
  const data = dataIn(dir!);
  const { newestMs, diskBytes, tombstones } = data;
  const keys = data.store.size;
  if (options.json) {
    console.out(JSON.stringify({ sound: true, keys, tombstones, newestMs, diskBytes }) + "\n");
    return exitCodes.ok;
  }
  const newest = newestMs === undefined ? "none" : new Date(newestMs).toISOString();
  console.out(
    `${dir} is sound.\n` +
      `  keys        ${grouped(keys)}\n` +
      `  tombstones  ${grouped(tombstones)}\n` +
      `  newest Put  ${newest}\n` +
      `  on disk     ${grouped(diskBytes)} bytes\n`,
  );
  return exitCodes.ok;
}

/** `cmud data export` */
// deno-lint-ignore require-await -- a command is asynchronous by contract
export async function runExport({ arguments: [dir], console }: Invocation): Promise<number> {
  const data = dataIn(dir!);
  const output = new BatchedOutput(console);
  const textOf = (bytes: Uint8Array) => decodeUtf8(bytes, 0, bytes.length);
  data.forEach((key, value) => output.write(jsonLine(textOf(key), textOf(value))));
  output.flush();
  return exitCodes.ok;
}

function dataIn(dir: string): StoredData {
  if (dir === "") throw new UsageError("Cannot look into no directory: allowed is its path");
  return StoredData.read(dir);
}

import { Client, FixedRouter } from "../../../kvclient/mod.ts";
import { type CommandResult, runCmud } from "../../support/app/fake_console.ts";
import { TempDirectory } from "../../support/disk/temp_directory.ts";
import { inTime } from "../../support/in_time.ts";
import { lineFault } from "../../support/log_lines.ts";
import type { Prng } from "../../../simulate/world/prng.ts";
import type { Action, Attack, DataSample, Step } from "../arena/action.ts";
import { WrongAnswer } from "../arena/wrong_answer.ts";
import { FuzzedServer } from "../arena/fuzzed_server.ts";
import { onceIn, oneOf } from "../arena/hostile_bytes.ts";

/**
 * What happens to the files of a data directory.
 *
 * @module
 */

/** How long a server may take to begin, or to refuse to. */
const readyMs = 30_000;

/** Something that is done to a directory. */
interface SpoilStep extends Step {
  spoil(directory: string): void;
}

/** Spoils copies of the sample: each command ends in a documented way, with all of the data or none. */
function spoiledDirectory(prng: Prng): Action<SpoilStep> {
  const isServed = onceIn(prng, 3);
  return {
    name: `a spoiled data directory that is ${isServed ? "served" : "looked into"}`,
    steps: Array.from({ length: 1 + prng.below(3) }, () => spoilStep(prng)),
    run: async ({ sample }, some) => {
      for (const command of [["check"], ["check", "--json"], ["export"]]) {
        using copy = spoiledCopy(sample, some);
        await expectLookedInto(command, copy.path, sample);
      }
      {
        using copy = spoiledCopy(sample, some);
        await expectSaved(copy.path, sample);
      }
      if (!isServed) return;
      using copy = spoiledCopy(sample, some);
      // A directory without any file is a new one.
      if (filesOf(copy.path).length > 0) await expectServed(copy.path, sample);
    },
  };
}

async function expectLookedInto(
  command: string[],
  path: string,
  sample: DataSample,
): Promise<void> {
  const { code, stdout, stderr } = await runCmud(["data", ...command, path]);
  const name = `data ${command.join(" ")}`;
  if (code !== 0 && code !== 70) throw new WrongAnswer(`${name} ends with ${code}: ${stderr}`);
  expectLines(name, stderr);
  if (code === 70 && stderr === "") throw new WrongAnswer(`${name} ends with 70 in silence`);
  if (command[0] !== "export") return;
  if (code === 70 && stdout !== "") throw new WrongAnswer(`${name} prints what it refuses`);
  if (code === 0) expectComplete(name, entriesIn(stdout), sample);
}

/** What is got out of it was put once, and a directory that was repaired is sound and holds the same. */
async function expectSaved(path: string, sample: DataSample): Promise<void> {
  using to = new TempDirectory();
  const salvaged = await runCmud(["data", "export", "--salvage", path]);
  expectSavedWell("data export --salvage", salvaged, sample);
  const repaired = await runCmud(["data", "repair", path, to.path]);
  expectLines("data repair", repaired.stderr);
  if (repaired.code !== salvaged.code) {
    throw new WrongAnswer(`data repair ends with ${repaired.code}, salvage with ${salvaged.code}`);
  }
  if (repaired.code !== 0) return;
  const exported = await runCmud(["data", "export", to.path]);
  if (exported.code !== 0 || exported.stdout !== salvaged.stdout) {
    throw new WrongAnswer(`what data repair wrote is not what was sound: ${exported.stderr}`);
  }
}

function expectSavedWell(
  name: string,
  { code, stdout, stderr }: CommandResult,
  sample: DataSample,
): void {
  if (code !== 0 && code !== 70) throw new WrongAnswer(`${name} ends with ${code}: ${stderr}`);
  expectLines(name, stderr);
  const found = entriesIn(stdout);
  for (const entry of found) expectWritten(name, entry, sample);
  const isComplete = [...sample.entries].every(([key, value]) => found.get(key) === value);
  if (!isComplete && stderr === "") throw new WrongAnswer(`${name} leaves out some in silence`);
}

/** The entries that an export printed. */
function entriesIn(stdout: string): Map<string, string> {
  const lines = stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  return new Map(lines.map(({ key, value }) => [key, value]));
}

function expectWritten(
  name: string,
  [key, value]: readonly [key: string, value: string],
  { everWritten }: DataSample,
): void {
  if (everWritten.has(`${key}\t${value}`)) return;
  throw new WrongAnswer(`${name} gives ${JSON.stringify([key, value])}, which was never put`);
}

/** A server that starts on it serves all that was put, or ends with 70. */
async function expectServed(path: string, sample: DataSample): Promise<void> {
  const server = new FuzzedServer(["--actors", "1", "--data-dir", path], { mayEnd: true });
  try {
    const target = await inTime(server.ready, readyMs, () => {
      throw new WrongAnswer(`a server is neither ready nor ended after ${readyMs} ms`);
    });
    if (target !== undefined) {
      const client = new Client(new FixedRouter(target.queryAddresses[0]));
      try {
        expectComplete("a server", await client.list("") as Map<string, string>, sample);
      } finally {
        await client.close();
      }
    }
    const code = await (target === undefined ? server.ended : server.stop());
    const allowed = target === undefined ? [70] : [0, 70];
    if (!allowed.includes(code)) throw new WrongAnswer(`a server ends with ${code}`);
    if (code === 70 && server.lines.length === 0) throw new WrongAnswer("a server ends in silence");
  } finally {
    await server.kill();
  }
  if (server.faults.length > 0) throw new WrongAnswer(`a server: ${server.faults.join("; ")}`);
}

/** All that was put is there, and nothing else. */
function expectComplete(
  name: string,
  found: ReadonlyMap<string, string>,
  sample: DataSample,
): void {
  for (const [key, value] of found) {
    expectWritten(name, [key, value], sample);
    if (sample.entries.get(key) !== value) {
      throw new WrongAnswer(`${name} gives an older value of ${JSON.stringify(key)}`);
    }
  }
  const missing = sample.entries.size - found.size;
  if (missing > 0) {
    throw new WrongAnswer(`${name} gives all but ${missing} keys without a word`);
  }
}

/** Lines that are printable, bounded, and no stack trace. */
function expectLines(name: string, stderr: string): void {
  for (const line of stderr.split("\n")) {
    const fault = lineFault(line);
    if (fault !== undefined) {
      throw new WrongAnswer(`${name}: ${fault}: ${JSON.stringify(line.slice(0, 1_000))}`);
    }
  }
}

function spoiledCopy({ path }: DataSample, steps: readonly SpoilStep[]): TempDirectory {
  const copy = new TempDirectory();
  for (const name of filesOf(path)) Deno.copyFileSync(`${path}/${name}`, `${copy.path}/${name}`);
  for (const step of steps) step.spoil(copy.path);
  return copy;
}

/** The names of the files in a directory, in one order. */
function filesOf(path: string): string[] {
  return [...Deno.readDirSync(path)].filter(({ isFile }) => isFile).map(({ name }) => name).sort();
}

/** Where something happens is drawn as a part of the whole, since sizes differ from run to run. */
function spoilStep(prng: Prng): SpoilStep {
  const [file, other, at, length] = Array.from({ length: 4 }, () => prng.fraction());
  const byte = prng.below(256);
  const [what, change] = oneOf<[string, (bytes: Uint8Array) => Uint8Array]>(prng, [
    ["flip a bit", (bytes) => changed(bytes, at, 1, (old) => old ^ (1 << (byte & 7)))],
    ["flip a bit", (bytes) => changed(bytes, at, 1, (old) => old ^ (1 << (byte & 7)))],
    ["set a byte", (bytes) => changed(bytes, at, 1, () => byte)],
    ["zero a range", (bytes) => changed(bytes, at, length * 5_000, () => 0)],
    ["overwrite a range", (bytes) => changed(bytes, at, length * 300, (_, i) => i ^ byte)],
    ["cut off", (bytes) => bytes.slice(0, at * bytes.length)],
    ["cut off the last few bytes", (bytes) => bytes.slice(0, -1 - at * 40)],
    ["cut out", (bytes) => spliced(bytes, at, at + length * 0.1, new Uint8Array())],
    ["put in", (bytes) => spliced(bytes, at, at, new Uint8Array(1 + length * 50).fill(byte))],
    ["append", (bytes) => spliced(bytes, 1, 1, new Uint8Array(1 + length * 5_000).fill(byte))],
    [
      "double a part",
      (bytes) => spliced(bytes, at, at, bytes.slice(at * bytes.length, (at + 0.05) * bytes.length)),
    ],
    ["empty", () => new Uint8Array()],
  ]);
  const named = (directory: string, part: number): string | undefined => {
    const names = filesOf(directory);
    return names[Math.floor(part * names.length)];
  };
  const whole = oneOf(prng, ["remove", "swap", "copy over", "copy as the next log"] as const);
  const isWhole = onceIn(prng, 3);
  return {
    what: `${isWhole ? whole : what}: file ${file.toFixed(2)}, at ${at.toFixed(4)}`,
    spoil(directory) {
      const name = named(directory, file);
      if (name === undefined) return;
      const path = `${directory}/${name}`;
      if (!isWhole) return Deno.writeFileSync(path, change(Deno.readFileSync(path)));
      const otherPath = `${directory}/${named(directory, other)}`;
      const bytes = Deno.readFileSync(path);
      if (whole === "remove") Deno.removeSync(path);
      else if (whole === "copy as the next log") {
        Deno.writeFileSync(`${directory}/${nextLog(directory)}`, bytes);
      } else {
        if (whole === "swap") Deno.writeFileSync(path, Deno.readFileSync(otherPath));
        Deno.writeFileSync(otherPath, bytes);
      }
    },
  };
}

function nextLog(directory: string): string {
  const numbers = filesOf(directory).map((name) => Number(/^log-(\d+)$/.exec(name)?.[1] ?? 0));
  return `log-${Math.max(...numbers) + 1}`;
}

function changed(
  bytes: Uint8Array,
  at: number,
  length: number,
  change: (old: number, i: number) => number,
): Uint8Array {
  const copy = bytes.slice();
  const start = Math.floor(at * copy.length);
  const end = Math.min(copy.length, start + Math.ceil(length));
  for (let i = start; i < end; i++) copy[i] = change(copy[i], i);
  return copy;
}

function spliced(bytes: Uint8Array, from: number, to: number, between: Uint8Array): Uint8Array {
  const [start, end] = [from, to].map((part) => Math.floor(part * bytes.length));
  const result = new Uint8Array(start + between.length + Math.max(0, bytes.length - end));
  result.set(bytes.subarray(0, start));
  result.set(between, start);
  result.set(bytes.subarray(end), start + between.length);
  return result;
}

/** They need processes and files of their own. */
export const dataAttacks: readonly Attack[] = [spoiledDirectory];

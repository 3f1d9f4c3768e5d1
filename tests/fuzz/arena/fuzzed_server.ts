import { countersOf } from "../../../bench/process_counters.ts";
import { logLimits } from "../../../limits.ts";
import { givingBack, spawnCmud } from "../../support/app/cmud_process.ts";
import { collectGarbage } from "../../support/inspector.ts";
import { freePorts } from "../../support/ports.ts";
import { lineFault, logLineFault } from "../../support/log_lines.ts";
import type { Target } from "./action.ts";

/** A line of stderr is read this far before it counts as one that does not end. */
const lineCharsMax = 100_000;

/** Lines that the bound of the log does not count: why it ends, and how many lines were left out. */
const uncountedLines = 20;

/** How long an orderly stop may take before the process is killed. */
const stopMs = 20_000;

/** A server of its own process, each line of whose stderr is looked at. */
export class FuzzedServer {
  readonly child: Deno.ChildProcess;
  /** What was found wrong: the lines of its stderr, and an end that nobody asked for. */
  readonly faults: string[] = [];
  /** The last lines of its stderr. */
  readonly lines: string[] = [];
  /** How many lines there were. */
  lineCount = 0;
  #startMs = performance.now();
  /** Resolves when it has printed that it is ready, or has ended, which gives `undefined`. */
  readonly ready: Promise<Target | undefined>;
  /** Its exit code, and all that it printed was read. */
  readonly ended: Promise<number>;
  #isStopping = false;
  #isOver = false;
  #inspectPort: number | undefined;

  /**
   * @param mayEnd whether its end is none of its faults
   * @param isInspected whether its runtime listens to an inspector
   */
  constructor(args: readonly string[], { mayEnd = false, isInspected = false } = {}) {
    this.#isStopping = mayEnd;
    this.#inspectPort = isInspected ? freePorts(1) : undefined;
    this.child = spawnCmud(
      ["server", "--port", "0", "--http", "127.0.0.1:0", "--json", ...args],
      {
        env: givingBack,
        runtimeFlags: isInspected ? [`--inspect=127.0.0.1:${this.#inspectPort}`] : [],
      },
    );
    const ready = Promise.withResolvers<Target | undefined>();
    this.ready = ready.promise;
    const reading = Promise.all([
      eachLine(this.child.stderr, (line) => this.#look(line)),
      eachLine(this.child.stdout, (line) => {
        const event = JSON.parse(line);
        if (event.event === "ready") ready.resolve(targetOf(event));
      }).finally(() => ready.resolve(undefined)),
    ]);
    this.ended = this.#end(reading);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** The memory that it has at hand, in bytes; `undefined` where there is no Linux to ask. */
  async rssBytes(): Promise<number | undefined> {
    return (await countersOf(this.pid))?.rssBytes;
  }

  /** Has an inspected server collect its garbage. @returns bytes in use then, on its heaps and in buffers */
  liveBytes(): Promise<number> {
    return collectGarbage(this.#inspectPort!);
  }

  /** Ends it in order, by force when that takes too long. @returns its exit code. */
  async stop(): Promise<number> {
    this.#isStopping = true;
    this.#kill("SIGTERM");
    const timer = setTimeout(() => {
      this.faults.push(`it did not stop within ${stopMs} ms`);
      this.#kill("SIGKILL");
    }, stopMs);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    this.#kill("SIGKILL");
    await this.ended;
  }

  async #end(reading: Promise<unknown>): Promise<number> {
    const { code } = await this.child.status;
    if (!this.#isStopping) this.faults.push(`the process ended with ${code}`);
    await reading;
    return code;
  }

  #look(line: string): void {
    this.lineCount++;
    this.lines.push(line);
    if (this.lines.length > 200) this.lines.shift();
    const seconds = (performance.now() - this.#startMs) / 1_000;
    const { burstLines, linesPerSecond } = logLimits;
    if (this.lineCount > burstLines + linesPerSecond * seconds + uncountedLines) {
      this.faults.push(`it printed ${this.lineCount} lines in ${Math.ceil(seconds)} s`);
    }
    // The last it says is why it ends, in some lines.
    this.#isOver ||= line.startsWith("cmud: ");
    const fault = this.#isOver ? lineFault(line) : logLineFault(line);
    if (fault !== undefined) {
      this.faults.push(`stderr, ${fault}: ${JSON.stringify(line.slice(0, 1_000))}`);
    }
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.child.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function targetOf({ description, http }: { description: string; http: string }): Target {
  const { address, incarnation, syncActor, queryAddresses } = JSON.parse(description);
  return { address, incarnation, syncActor, queryAddresses, http };
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split("\n");
    text = lines.pop()!;
    if (text.length > lineCharsMax) lines.push(text.slice(0, lineCharsMax)), text = "";
    for (const line of lines) take(line);
  }
  if (text !== "") take(text);
}

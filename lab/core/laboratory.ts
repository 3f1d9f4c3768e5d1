import type { TraceEvent } from "../../simulate/mod.ts";
import { parseScenario } from "../../simulate/scenario/parse_scenario.ts";
import { runScenario } from "../../simulate/scenario/run_scenario.ts";
import { ScenarioRun } from "../../simulate/scenario/scenario_run.ts";
import type { CoreReply, CoreRequest } from "./core_messages.ts";
import { isRoutine } from "../model/routine.ts";
import { withLine } from "../model/scenario_text.ts";

/** When there is nothing to be seen, a step ends after so long. */
const stepMsMax = 2_000;

/** How long after the end of its scenario a run may be looked at, when it is loaded. */
const afterMsMax = 3_600_000;

/** A run of a scenario that grows by what is done to it. */
export class Laboratory {
  #run = new ScenarioRun(parseScenario(""));
  /** What happened and was not told yet. */
  #events: TraceEvent[] = [];

  /** Does what is asked, and tells what came of it. */
  async handle(request: CoreRequest): Promise<CoreReply> {
    try {
      switch (request.type) {
        case "load":
          return await this.#load(request.text, request.untilMs);
        case "advance":
          await this.#run.advanceTo(request.untilMs);
          return this.#told();
        case "step":
          await this.#step();
          return { ...this.#told(), isStep: true };
        case "act":
          // All runs anew. What came before the line comes again, to the letter.
          return await this.#load(
            withLine(request.text, request.atMs, request.line),
            request.atMs,
          );
        case "prove": {
          const { failures } = await runScenario(parseScenario(request.text));
          return { ...this.#told(), failures };
        }
      }
    } catch (error) {
      return { ...this.#told(), fault: (error as Error).message };
    }
  }

  async #load(text: string, untilMs: number): Promise<CoreReply> {
    const scenario = parseScenario(text);
    await this.#run.close();
    this.#events = [];
    this.#run = new ScenarioRun(scenario, { observe: (event) => this.#events.push(event) });
    let fault: string | undefined;
    try {
      await this.#run.advanceTo(Math.min(untilMs, scenario.endMs + afterMsMax));
    } catch (error) {
      fault = (error as Error).message;
    }
    return { ...this.#told(), run: { text, title: scenario.title, endMs: scenario.endMs }, fault };
  }

  async #step(): Promise<void> {
    const endMs = this.#run.nowMs + stepMsMax;
    while (this.#run.nowMs < endMs && this.#events.every(isRoutine)) {
      await this.#run.advanceTo(this.#run.nowMs + 1);
    }
  }

  #told(): CoreReply {
    const events = this.#events;
    this.#events = [];
    return { events, untilMs: this.#run.nowMs };
  }
}

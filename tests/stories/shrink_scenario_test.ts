import {
  formatScenario,
  parseScenario,
  runScenario,
  type Scenario,
  shrinkScenario,
} from "../../simulate/mod.ts";
import { assertEquals } from "../deps.ts";

/** Whether a replica shows something else than is expected of it. */
async function showsOther(scenario: Scenario): Promise<boolean> {
  const { failures } = await runScenario(scenario);
  return failures.some((failure) => / = Rome on .* shows (?!nothing)/.test(failure));
}

Deno.test("a scenario that is made short expects what it expected, by the names that it has then", async () => {
  const scenario = parseScenario(`
    server north replicas 3
    server south joins north
    wait 1 s
    put key7 = Oslo on south
    put key17 = Paris on north.3
    crash south
    wait 1 s
    expect key17 = Rome on north.3
  `);
  const short = await shrinkScenario(scenario, showsOther);
  assertEquals(
    formatScenario(short),
    "delay 20 ms\nserver a\nput k1 = v1 on a\nexpect k1 = Rome on a\n",
  );
});

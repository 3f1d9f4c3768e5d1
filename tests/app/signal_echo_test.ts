import { withoutEcho } from "../../app/cli/signal_echo.ts";
import { appLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

Deno.test("withoutEcho() passes a signal on once when it comes twice at a time, and again later", () => {
  const seen: string[] = [];
  let nowMs = 5;
  const signal = withoutEcho<string>((name) => seen.push(`${name} ${nowMs}`), () => nowMs);
  signal("SIGINT");
  nowMs += appLimits.signalEchoMs - 1;
  signal("SIGINT");
  signal("SIGTERM");
  nowMs += 1;
  signal("SIGINT");
  assertEquals(seen, [
    "SIGINT 5",
    `SIGTERM ${4 + appLimits.signalEchoMs}`,
    `SIGINT ${5 + appLimits.signalEchoMs}`,
  ]);
});

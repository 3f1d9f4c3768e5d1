import { type Contents, InFlight } from "../../kvserver/sync/in_flight.ts";
import { VersionVector } from "../../kvserver/versions/version_vector.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";

Deno.test("InFlight keeps nothing of what is not sent again but that it was there", () => {
  const inFlight = new InFlight(defaultLimits);
  const contents = { introductions: [], forgotten: [], kept: [], claims: [] } as Partial<
    Contents
  > as Contents;
  const step = { id: 1, place: 0, ranges: new Uint8Array(9) };
  const seen = { vector: new VersionVector([["a", 1]]), floorMs: 0 };
  inFlight.add({ ...contents, step, seen }, { epoch: 1, told: 1 }, 1, 0);
  inFlight.add({ ...contents, step: undefined, seen: undefined }, { epoch: 1, told: 2 }, 1, 0);
  assertEquals(
    inFlight.takeLost(2).map(({ stepId, hasSeen, ...kept }) => [stepId, hasSeen, kept]),
    [[step.id, true, contents], [undefined, false, contents]],
  );
  assertEquals(inFlight.isEmpty, true);
});

import { Pace } from "../../lab/model/pace.ts";
import { assertEquals } from "../deps.ts";

Deno.test("isDue() is so at first, and then once in each interval", () => {
  const pace = new Pace(50);
  assertEquals([0, 20, 49, 50, 60, 99, 200].map((ms) => pace.isDue(ms)), [
    true,
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
});

import { parts } from "../../scripts/compare_parts.ts";
import { assert } from "../deps.ts";

const root = new URL("../../", import.meta.url);

for (const [name, part] of Object.entries(parts)) {
  Deno.test(`what deno task compare measures as ${name} runs on this checkout`, async () => {
    const tasks = await part((path) => import(new URL(path, root).href));
    for (const task of tasks) {
      task.run();
      assert(task.steps > 0);
    }
  });
}

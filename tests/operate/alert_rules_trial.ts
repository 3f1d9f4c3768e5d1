import { assertEquals, assertStringIncludes } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { read } from "../support/repository.ts";
import { alertNames, folder, said } from "./operate_files.ts";

testUnless(missing("promtool"), "promtool sees each alert be silent, fire and end", async () => {
  const [code, text] = await said("promtool", "test", "rules", `${folder}alerts_test.yml`);
  assertEquals(code, 0, text);
  // `exp_alerts: []` is silence, anything else fire: before it, at least once, and after it.
  const cases = [
    ...read("examples/operate/alerts_test.yml").matchAll(
      /- alertname: (\w+)\n +eval_time: \S+\n +exp_alerts:( \[\])?/g,
    ),
  ];
  for (const name of alertNames()) {
    const phases = cases.filter(([, of]) => of === name)
      .map(([, , silent]) => silent === undefined ? "fires" : "silent");
    assertStringIncludes(phases.join(), "silent,fires,silent", name);
  }
});

/**
 * Measures how smoothly the laboratory draws five servers of two replicas under constant Puts, and prints it.
 *
 *     deno run --allow-all tests/browser/lab_frames.ts
 *
 * @module
 */

import { linkOf } from "../../lab/model/link.ts";
import { openBrowser } from "./browser.ts";
import { ServedLab } from "./served_lab.ts";

/** Milliseconds of the run that pass in a second, and how long frames are counted. */
const [speed, countedMs] = [200, 8_000];

const names = ["a", "b", "c", "d", "e"];
const servers = names.map((name, i) => `server ${name} replicas 2${i === 0 ? "" : " joins a"}`);
const puts = Array.from({ length: 100 }, (_, i) => {
  const replica = `${names[i % 5]}.${1 + i % 2}`;
  return `at ${1_000 + 40 * i} ms put key${i % 4} = ${i} on ${replica}`;
});
const text = ["delay 80 ms", "jitter 40 ms", ...servers, ...puts].join("\n");

await using lab = await ServedLab.start();
const browser = await openBrowser();
for (const [width, height] of [[360, 800], [1_000, 900], [1_600, 1_000]]) {
  const tab = await browser.newPage({ viewport: { width, height } });
  await tab.goto(`${lab.url}${linkOf({ text, atMs: 1_000 })}`);
  await tab.locator("#drawing .travel").first().waitFor();
  await tab.locator("#speed").selectOption(String(speed));
  await tab.locator("#play").click();
  const gaps = await tab.evaluate(`new Promise((resolve) => {
    const times = [];
    const count = (nowMs) => {
      times.push(nowMs);
      if (nowMs - times[0] < ${countedMs}) requestAnimationFrame(count);
      else resolve(times.slice(1).map((time, i) => time - times[i]));
    };
    requestAnimationFrame(count);
  })`) as number[];
  gaps.sort((a, b) => a - b);
  const totalMs = gaps.reduce((sum, gap) => sum + gap);
  const at = (share: number) => gaps[Math.floor((gaps.length - 1) * share)].toFixed(1);
  const perSecond = (gaps.length / totalMs * 1_000).toFixed(1);
  console.log(
    `${width} pixels: ${perSecond} frames a second; ` +
      `between two of them p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, at most ${at(1)} ms`,
  );
  await tab.close();
}
await browser.close();

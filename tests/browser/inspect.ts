import { loadAxe } from "../deps.ts";
import type { Tab } from "./browser.ts";

const axe = await loadAxe();

/**
 * Looks for what keeps people from using a page as it is now: what axe finds, and what is wider than the window.
 *
 * @param name of the look, with which each fault begins
 * @param folder gets a screenshot of the look. Default: none is made
 */
export async function inspect(
  tab: Tab,
  name: string,
  faults: string[],
  folder?: string,
): Promise<void> {
  // Axe asks the page's own policy for nothing when it is run so.
  await tab.evaluate(axe.source);
  const { violations } = await tab.evaluate("axe.run()") as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  for (const { id, nodes } of violations) faults.push(`${name}: ${id}: ${nodes[0].html}`);
  const overflow = await tab.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (Number(overflow) > 0) faults.push(`${name}: it is ${overflow} pixels too wide`);
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

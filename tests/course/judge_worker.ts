/** The thread on which an answer is tried. It may hang there. */
import { checks } from "./checks/mod.ts";

/** What a worker's own scope has, of which the types of the main scope know nothing. */
const scope = self as unknown as Worker;

scope.onmessage = async ({ data: { chapter, url } }) => {
  let wrong: string | undefined;
  try {
    checks[chapter](withNames(await import(url)));
  } catch (error) {
    wrong = (error as Error).message;
  }
  scope.postMessage({ wrong });
};

/** A module that says which name it does not export, when somebody asks for that. */
function withNames(module: Record<string, unknown>): Record<string, unknown> {
  return new Proxy(module, {
    get(target, name) {
      if (typeof name === "symbol" || name in target) return Reflect.get(target, name);
      const names = Object.keys(target);
      const found = names.length === 0 ? "nothing" : names.join(", ");
      throw new Error(`The file exports ${found}; it is to export ${name}`);
    },
  });
}

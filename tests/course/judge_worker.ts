/** The thread on which an answer is tried. It may hang there. */
import { checks } from "./checks/mod.ts";

/** What a worker's own scope has, of which the types of the main scope know nothing. */
const scope = self as unknown as Worker;

scope.onmessage = async ({ data: { chapter, url } }) => {
  let wrong: string | undefined;
  try {
    checks[chapter](await import(url));
  } catch (error) {
    wrong = (error as Error).message;
  }
  scope.postMessage({ wrong });
};

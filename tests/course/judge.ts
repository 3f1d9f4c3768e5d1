/** How long an answer is tried: a right one takes far less than a second, on a busy machine a few. */
export const answerMsMax = 30_000;

/**
 * Tries an answer on a thread of its own, so that one that never ends can be ended.
 *
 * @param url of the module that is the answer
 * @returns what is wrong with it; `undefined`: it is right
 */
export async function judge(
  chapter: number,
  url: string,
  msMax: number,
): Promise<string | undefined> {
  const worker = new Worker(import.meta.resolve("./judge_worker.ts"), { type: "module" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data.wrong);
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(event.message);
      };
      const wrong =
        `It has not come to an end within ${msMax} ms: is there a loop that never ends?`;
      timer = setTimeout(() => resolve(wrong), msMax);
      worker.postMessage({ chapter, url });
    });
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}

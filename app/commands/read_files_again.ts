import { type Logger, reasonOf } from "../../log/mod.ts";

/**
 * Reads files of tokens and certificates again, at a SIGHUP, and logs that. What cannot be read leaves everything
 * as it is.
 *
 * @param readAgain resolves with what there is now, for the log
 */
export async function readFilesAgain(
  readAgain: () => Promise<string>,
  log: Logger,
): Promise<void> {
  try {
    const known = await readAgain();
    log.info("SIGHUP: the files were read again, {known}", { known });
  } catch (error) {
    log.error("SIGHUP: all stays as it is: {reason}", { reason: reasonOf(error) });
  }
}

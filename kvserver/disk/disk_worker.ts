/**
 * The thread that owns a data directory: no other thread of the server waits for a disk.
 *
 * @module
 */

import { answerRequests, type WorkerScope } from "../../actor/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import {
  DamagedDirectoryError,
  DataDirectoryError,
  DataDirectoryInUseError,
} from "./data_error.ts";
import type {
  DiskAnswers,
  DiskEvent,
  DiskPart,
  DiskRefusal,
  DiskRequest,
} from "./disk_messages.ts";
import { DiskService } from "./disk_service.ts";

const emit = answerRequests<DiskRequest, DiskEvent, DiskRefusal, DiskAnswers[keyof DiskAnswers]>(
  globalThis as unknown as WorkerScope,
  {
    handle: (request) => service.handle(request),
    transferOf: (answer) => isPart(answer) ? [answer.bytes.buffer] : [],
    failureOf(error) {
      if (!(error instanceof DataDirectoryError)) return undefined;
      const isInUse = error instanceof DataDirectoryInUseError;
      const isDamaged = error instanceof DamagedDirectoryError;
      const refusal: DiskRefusal = { found: error.found, isInUse, isDamaged };
      if (isInUse) refusal.owner = error.owner;
      return refusal;
    },
  },
);

/** Whether an answer is a part of what is on disk. */
function isPart(answer: DiskAnswers[keyof DiskAnswers]): answer is DiskPart {
  return answer !== undefined && "kind" in answer;
}

const service: DiskService = new DiskService(realEnvironment, emit);

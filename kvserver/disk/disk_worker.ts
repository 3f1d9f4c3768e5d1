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
import type { DiskAnswers, DiskEvent, DiskRefusal, DiskRequest } from "./disk_messages.ts";
import { DiskService } from "./disk_service.ts";

const emit = answerRequests<DiskRequest, DiskEvent, DiskRefusal, DiskAnswers[keyof DiskAnswers]>(
  globalThis as unknown as WorkerScope,
  {
    handle: (request) => service.handle(request),
    transferOf(answer) {
      const isPart = answer !== undefined && "bytes" in answer &&
        answer.bytes instanceof Uint8Array;
      return isPart ? [answer.bytes.buffer] : [];
    },
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

const service: DiskService = new DiskService(realEnvironment, emit);

/**
 * What client and server both speak: the query methods, their params, results and limits.
 *
 * ```ts
 * import { getCall, methodOf } from "./mod.ts";
 *
 * const name = new TextEncoder().encode(getCall("key").method);
 * if (methodOf(name, 0, name.length) !== "Get") throw new Error("client and server differ");
 * ```
 *
 * @module
 */

export {
  authCall,
  countCall,
  deleteCall,
  expireCall,
  exportCall,
  type ExportedEntry,
  forgetCall,
  getCall,
  listCall,
  membersCall,
  mergeCall,
  type Page,
  pingCall,
  putCall,
  type PutOptions,
  scanCall,
  type ScanPage,
  statsCall,
  type StatsFigures,
  ttlCall,
  unwatchCall,
  watchCall,
} from "./calls.ts";
export { digestCall, type DigestPart, type KeyRange } from "./digest_call.ts";
export type { Value } from "./call_codec.ts";
export type { Member, MemberState } from "./member.ts";
export { type MethodName, methodNames, methodOf } from "./methods.ts";
export {
  type DigestParams,
  expectParams,
  readAddress,
  readCounterParam,
  readDigestParams,
  readExpiresAt,
  readKey,
  readOrderParam,
  readPutOptions,
  readScanLimit,
  readToken,
  readTtlMs,
  readValueParam,
  readWatchId,
  readWatchOptions,
} from "./params.ts";
export { compareVersions, writeVersion } from "./version.ts";
export { readWatchNotice, type WatchedChange, type WatchNotice } from "./watch_notice.ts";
export { type ErrorCode, errorCodes } from "../rpc/mod.ts";
export { wireLimits } from "../limits.ts";

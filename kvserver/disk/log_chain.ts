/**
 * Whether the log of a data directory is complete: whatever files are missing, it shows.
 *
 * The segments from `Manifest.firstSegment` on must be there without a hole. Which is the last one, the
 * segments say themselves: a new one is made before the one before it is sealed, and appended to only
 * after that. So a sealed segment has a successor, and there is always one that is not sealed. And
 * `Manifest.logEnd` says how far the log went, so that none of an earlier time stands in its place.
 *
 * @module
 */

import { dataFileName } from "./data_format.ts";
import { type SegmentFile, segmentFile, segmentName, segmentsIn } from "./log_segment.ts";
import type { Manifest } from "./manifest.ts";
import { segmentHeaderBytes } from "./segment_header.ts";

/** What is wrong with a file of the log. */
export interface ChainFault {
  /** The file's name; of several in a row, the first and the last one. */
  file: string;
  what: string;
}

/** What is wrong with the log; nothing when it is complete. */
export function chainFaults(directory: string, manifest: Manifest): ChainFault[] {
  const { id, firstSegment } = manifest;
  const segments = segmentsIn(directory).filter((number) => number >= firstSegment)
    .map((number) => segmentFile(directory, number));
  const faults = missing(firstSegment, segments.map(({ number }) => number));
  for (const [i, { number, header, bytes }] of segments.entries()) {
    const file = segmentName(number);
    const next = segments[i + 1];
    if (header === undefined) {
      const isUnbegun = next === undefined && i > 0 && bytes <= segmentHeaderBytes &&
        segments[i - 1].header?.end !== "sealed";
      if (!isUnbegun) {
        faults.push({ file, what: "what stands at byte 0 is no header of a log of cmud" });
      }
    } else if (header.id.some((byte, i) => byte !== id[i])) {
      faults.push({ file, what: "at byte 0, it says that it belongs to another data directory" });
    } else if (header.end === "sealed" && next === undefined) {
      const what = `it is missing, and ${file} says that it was there`;
      faults.push({ file: segmentName(number + 1), what });
    } else if (header.end !== "sealed" && next !== undefined && next.bytes > segmentHeaderBytes) {
      const what = `it says that it is the last one, and ${segmentName(next.number)} is not empty`;
      faults.push({ file, what });
    }
  }
  return [...faults, ...endFaults(segments.at(-1), manifest)];
}

/** What is wrong with the last segment: whether it is an older one than `cmud.db` knows of. */
function endFaults(last: SegmentFile | undefined, { logEnd }: Manifest): ChainFault[] {
  if (last === undefined || logEnd === undefined) return [];
  const { segment, endsAt } = logEnd;
  if (last.number < segment && last.header?.end !== "sealed") {
    const what = `it is missing, and ${dataFileName} says that it was there`;
    return [{ file: segmentName(segment), what }];
  }
  if (last.number > segment || last.bytes >= endsAt) return [];
  const file = segmentName(last.number);
  const what =
    `it ends at byte ${last.bytes}, and ${dataFileName} says that it went to byte ${endsAt}`;
  return [{ file, what }];
}

/**
 * What is wrong with the log of a directory of format 2, as far as that can be told: whether segments are
 * missing between others.
 */
export function oldChainFaults(directory: string): ChainFault[] {
  const present = segmentsIn(directory);
  return present.length === 0 ? [] : missing(present[0], present);
}

/** The faults of segments that are not there, those in a row as one. */
function missing(first: number, present: readonly number[]): ChainFault[] {
  if (present.length === 0) return [gap(first, first)];
  const faults: ChainFault[] = [];
  let expected = first;
  for (const number of present) {
    if (expected < number) faults.push(gap(expected, number - 1));
    expected = number + 1;
  }
  return faults;
}

function gap(first: number, last: number): ChainFault {
  if (first === last) {
    return { file: segmentName(first), what: "it is missing, and was not folded" };
  }
  return {
    file: `${segmentName(first)} to ${segmentName(last)}`,
    what: "they are missing, and were not folded",
  };
}

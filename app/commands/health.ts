import type { Member, StatsFigures } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import { escapeControl } from "../../rpc/mod.ts";
import { elapsedText } from "../cli/elapsed_text.ts";
import { counted } from "../cli/numbers.ts";

/** What a query port tells of its server. */
export interface ServerReport {
  readonly stats: StatsFigures;
  /** The servers that it knows; `undefined` when it is of a version that does not tell. */
  readonly members?: readonly Member[];
}

/** What is not healthy about a server, a line for each; none when all is. */
export function problemsOf({ stats, members = [] }: ServerReport): string[] {
  const [self] = members;
  // By its own clock: a server always agrees with itself.
  const nowMs = self?.agreedMs ?? Date.now();
  return [
    ...ownProblems(stats),
    ...self?.state === "conflict" ? ["advertises an address that another server claims too"] : [],
    ...members.filter((member) => member !== self).flatMap((member) =>
      memberProblems(member, nowMs).map((problem) =>
        `member ${escapeControl(member.address)} ${problem}`
      )
    ),
  ];
}

function ownProblems(
  { ready, refusedBy, disk, diskReason, differingMs, replicaLagMs }: StatsFigures,
): string[] {
  const problems: string[] = [];
  if (ready === false) problems.push("is not ready: it is taking over the state of other servers");
  if (Number(refusedBy) > 0) {
    const others = counted(Number(refusedBy), "other server");
    problems.push(`is refused by ${others}: its log says by whom, and why`);
  }
  if (disk === "refusing") {
    const why = diskReason === undefined ? "" : ` (${escapeControl(String(diskReason))})`;
    problems.push(`refuses puts, because its disk refuses to be written${why}`);
  }
  if (Number(differingMs) > appLimits.healthyDifferingMs) {
    const forMs = elapsedText(Number(differingMs));
    problems.push(`holds a replica that has differed from others for ${forMs}: see cmud check`);
  }
  if (Number(replicaLagMs) > appLimits.healthyLagMs) {
    problems.push(`has a query actor that is ${elapsedText(Number(replicaLagMs))} behind`);
  }
  return problems;
}

function memberProblems(member: Member, nowMs: number): string[] {
  const { state, sinceMs, lagMs, clockSkewMs } = member;
  const { healthyDownMs, healthyLagMs, healthyClockSkewMs } = appLimits;
  const lastsMs = Math.max(0, nowMs - sinceMs);
  const since = `for ${elapsedText(lastsMs)}`;
  const problems: string[] = [];
  if (state === "down" && lastsMs >= healthyDownMs) problems.push(`is down ${since}`);
  if (state === "conflict") {
    problems.push(`is in conflict ${since}: another server answers at its address`);
  }
  if (state === "one-way") problems.push(`is reached one way only ${since}`);
  if (state === "up" && lagMs !== null && lagMs > healthyLagMs) {
    problems.push(`is ${elapsedText(lagMs)} behind`);
  }
  if (clockSkewMs !== null && Math.abs(clockSkewMs) > healthyClockSkewMs) {
    const side = clockSkewMs > 0 ? "ahead" : "behind";
    problems.push(`has a clock that is ${elapsedText(Math.abs(clockSkewMs))} ${side}`);
  }
  return problems;
}

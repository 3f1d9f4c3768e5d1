import type { Condition, Link, Place, Scenario, Statement } from "./scenario.ts";

/** Writes a scenario as `parseScenario` reads it: each time is named once. */
export function formatScenario(
  { title, seed, delayMs, jitterMs, compares, steps, endMs }: Scenario,
): string {
  const lines = [
    ...(title === "" ? [] : [`title ${title}`]),
    ...(seed === 1 ? [] : [`seed ${seed}`]),
    `delay ${delayMs} ms`,
    ...(jitterMs === 0 ? [] : [`jitter ${jitterMs} ms`]),
    ...(compares ? [] : ["comparisons off"]),
  ];
  let nowMs = 0;
  for (const { atMs, statement } of steps) {
    if (atMs > nowMs) lines.push(`at ${atMs} ms`);
    nowMs = atMs;
    lines.push(formatStatement(statement));
  }
  if (endMs > nowMs) lines.push(`at ${endMs} ms`);
  return lines.join("\n") + "\n";
}

/** Writes a statement. */
export function formatStatement(statement: Statement): string {
  switch (statement.type) {
    case "server": {
      const { name, replicas, skewMs, hasDisk, joins } = statement;
      return `server ${name}` +
        (replicas === 1 ? "" : ` replicas ${replicas}`) +
        (skewMs === 0 ? "" : ` skew ${signed(skewMs)}`) +
        (hasDisk ? " disk" : "") +
        (joins.length === 0 ? "" : ` joins ${joins.join(", ")}`);
    }
    case "restart": {
      const { name, isDiskLost, joins } = statement;
      return `restart ${name}` + (isDiskLost ? " without disk" : "") +
        (joins.length === 0 ? "" : ` joins ${joins.join(", ")}`);
    }
    case "crash":
    case "stop":
      return `${statement.type} ${statement.name}`;
    case "join":
      return `join ${statement.name} to ${statement.others.join(", ")}`;
    case "forget":
      return `forget ${statement.name} on ${statement.on}`;
    case "skew":
      return `skew ${statement.name} ${signed(statement.skewMs)}`;
    case "put": {
      const { key, value, ttlMs, on } = statement;
      const expiry = ttlMs === undefined ? "" : ` for ${ttlMs} ms`;
      return `put ${quoted(key)} = ${formatValue(value)} on ${formatPlace(on)}${expiry}`;
    }
    case "delete":
      return `delete ${quoted(statement.key)} on ${formatPlace(statement.on)}`;
    case "expire": {
      const { key, ttlMs, on } = statement;
      if (ttlMs === null) return `persist ${quoted(key)} on ${formatPlace(on)}`;
      return `expire ${quoted(key)} in ${ttlMs} ms on ${formatPlace(on)}`;
    }
    case "restore": {
      const { key, value, agoMs, ttlMs, isNumbered, on } = statement;
      return `restore ${quoted(key)} = ${formatValue(value)} from ${agoMs} ms ago` +
        ` on ${formatPlace(on)}` + (ttlMs === undefined ? "" : ` for ${ttlMs} ms`) +
        (isNumbered ? "" : " without number");
    }
    case "cut":
    case "heal":
      return `${statement.type} ${formatLink(statement.link)}`;
    case "reconnect": {
      const { link, lateMs } = statement;
      return `reconnect ${formatLink(link)}` + (lateMs === 0 ? "" : ` late ${lateMs} ms`);
    }
    case "link":
      return `link ${formatLink(statement.link)} ${statement.ms} ms`;
    case "bandwidth": {
      const { bytesPerMs } = statement;
      return `bandwidth ${bytesPerMs === Infinity ? "unlimited" : `${8 * bytesPerMs} kbit/s`}`;
    }
    case "expect": {
      const { condition, on, isOnceReady, withinMs } = statement;
      return `expect ${formatCondition(condition)}` +
        (on.length === 0 ? "" : ` on ${on.map(formatPlace).join(", ")}`) +
        (isOnceReady ? " once ready" : "") +
        (withinMs === 0 ? "" : ` within ${withinMs} ms`);
    }
    case "note":
      return `note ${statement.text}`;
  }
}

/** Writes what is expected. */
export function formatCondition(condition: Condition): string {
  switch (condition.type) {
    case "value": {
      const key = quoted(condition.key);
      if (condition.value === null) return `${key} missing`;
      return `${key} = ${formatValue(condition.value)}`;
    }
    case "tombstone":
      return `${condition.isHeld ? "" : "no "}tombstone ${quoted(condition.key)}`;
    case "unrepaired":
      return "no repairs";
    case "silence":
      return `silence for ${condition.ms} ms`;
    case "equal":
    case "ready":
      return condition.type;
  }
}

/** So many spaces at the end of a value are written as their number. */
const paddingMin = 20;

function formatValue(value: string): string {
  const text = value.trimEnd();
  const isPadded = value === text.padEnd(value.length) && value.length >= text.length + paddingMin;
  return isPadded ? `${quoted(text)} padded to ${value.length}` : quoted(value);
}

function formatPlace({ server, replica }: Place): string {
  return replica === undefined ? server : `${server}.${replica}`;
}

function formatLink({ from, to, isBothWays }: Link): string {
  return isBothWays ? `${from} ${to}` : `${from} -> ${to}`;
}

function signed(ms: number): string {
  return `${ms < 0 ? "-" : "+"}${Math.abs(ms)} ms`;
}

/** Words that a condition may begin with, so that a key that is one stands in quotes. */
const conditionWords = ["equal", "ready", "tombstone", "no", "silence"];

function quoted(text: string): string {
  const isPlain = /^[^\s"=,#→]+$/.test(text) && !text.includes("->");
  return isPlain && !conditionWords.includes(text) ? text : JSON.stringify(text);
}

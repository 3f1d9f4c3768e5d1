/** Below 0: the reply is not whole. */
const notWhole = -1;

const lineFeed = 0x0a;

/** Where the reply that begins at `at` ends, in RESP2 or RESP3; below 0 when it is not whole. */
export function replyEnd(bytes: Uint8Array, at: number): number {
  const newline = bytes.indexOf(lineFeed, at);
  if (newline < 0) return notWhole;
  const line = new TextDecoder("latin1").decode(bytes.subarray(at, newline - 1));
  const count = Number(line.slice(1));
  switch (line[0]) {
    case "$":
    case "=": {
      const end = newline + 1 + (count < 0 ? 0 : count + 2);
      return end <= bytes.length ? end : notWhole;
    }
    case "*":
    case "~":
    case ">":
      return endOfItems(bytes, newline + 1, count);
    case "%":
      return endOfItems(bytes, newline + 1, 2 * count);
    case "+":
    case "-":
    case ":":
    case "_":
    case "#":
    case ",":
      return newline + 1;
    default:
      throw new Error(`Cannot read a reply that begins with ${JSON.stringify(line)}`);
  }
}

function endOfItems(bytes: Uint8Array, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count && at >= 0; i++) at = replyEnd(bytes, at);
  return at;
}

/** The items of an array that is a reply, as they stand in it. */
export function itemsOf(reply: string): string[] {
  const bytes = Uint8Array.from(reply, (char) => char.charCodeAt(0));
  const items: string[] = [];
  for (let at = bytes.indexOf(lineFeed) + 1; at < bytes.length;) {
    const end = replyEnd(bytes, at);
    items.push(reply.slice(at, end));
    at = end;
  }
  return items;
}

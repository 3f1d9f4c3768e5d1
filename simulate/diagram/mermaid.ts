import type { Row, Sequence } from "./sequence.ts";

/** Writes a sequence as a diagram of Mermaid. */
export function mermaidOf({ title, participants, rows }: Sequence): string {
  const lines = [
    "sequenceDiagram",
    ...(title === "" ? [] : [`    title ${escaped(title)}`]),
    ...participants.map((name) => `    participant ${idOf(name)} as ${name}`),
  ];
  let lastMs = -1;
  const ends = [participants[0], participants.at(-1)!].map(idOf);
  const across = [...new Set(ends)].join(",");
  for (const row of rows) {
    if (row.atMs !== lastMs) lines.push(`    Note over ${across}: ${row.atMs} ms`);
    lastMs = row.atMs;
    lines.push(`    ${lineOf(row, across)}`);
  }
  return lines.join("\n") + "\n";
}

function lineOf(row: Row, across: string): string {
  if (row.type === "remark") return `Note over ${across}: ${escaped(row.text)}`;
  if (row.type === "note") {
    const why = row.why === undefined ? "" : `<br/>${escaped(row.why)}`;
    return `Note over ${idOf(row.at)}: ${escaped(row.text)}${why}`;
  }
  const sign = {
    request: "->>",
    entries: "->>",
    state: "->>",
    inside: "->>",
    ack: "-->>",
    lost: "-x",
  };
  return `${idOf(row.from)}${sign[row.tone]}${idOf(row.to)}: ${escaped(row.text)}`;
}

/** A name that Mermaid reads as one word. */
function idOf(name: string): string {
  return name.replaceAll(/[^a-z0-9]/g, "_");
}

/** Signs that end a line there, or begin a comment. */
function escaped(text: string): string {
  return text.replaceAll(/[;#<>]/g, (sign) => `#${sign.charCodeAt(0)};`);
}

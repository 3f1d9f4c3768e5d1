import { type Arrow, type Note, type Remark, type Sequence, serverOf } from "./sequence.ts";

/** Lengths, in pixels. */
const columnWidth = 212;
const [rowHeight, noteHeight, whyHeight] = [30, 24, 14];
const [left, top, right, bottom] = [84, 96, 40, 36];
const [noteCharWidth, labelChars, noteCharsMax] = [6.6, 30, 31];

const colours = {
  ink: "#1f2a37",
  faint: "#8a94a3",
  line: "#d5dae1",
  paper: "#ffffff",
  request: "#1f2a37",
  entries: "#1d6fb8",
  state: "#7a4fb5",
  inside: "#5c8fb8",
  ack: "#9aa5b1",
  lost: "#c8372d",
} as const;

/** Border and ground of notes. */
const noteColours: Readonly<Record<Note["tone"], readonly [string, string]>> = {
  write: ["#1d6fb8", "#e8f2fb"],
  merge: ["#2f8f5b", "#e7f5ec"],
  keep: ["#b7791f", "#fdf4e0"],
  remove: ["#6b7280", "#f1f2f4"],
  life: ["#7a4fb5", "#f2ecfa"],
  disk: ["#4b6a88", "#edf1f5"],
  fault: ["#c8372d", "#fceceb"],
};

const remarkColours: Readonly<Record<Remark["tone"], string>> = {
  cut: "#c8372d",
  link: "#4b6a88",
  met: "#2f8f5b",
  unmet: "#c8372d",
  note: "#6b7280",
};

/** Draws a sequence: time runs down, and messages lean as far as they take. */
export function svgOf(sequence: Sequence): string {
  return new Drawing(sequence).svg();
}

class Drawing {
  #sequence: Sequence;
  #parts: string[] = [];
  /** Of each row, the middle. */
  #rowY: number[] = [];
  #height: number;
  #width: number;

  constructor(sequence: Sequence) {
    this.#sequence = sequence;
    let y = top;
    for (const row of sequence.rows) {
      const height = rowHeight + (row.type === "note" && row.why !== undefined ? whyHeight : 0);
      this.#rowY.push(y + height / 2);
      y += height;
    }
    this.#height = y + bottom;
    this.#width = left + sequence.participants.length * columnWidth + right;
  }

  svg(): string {
    this.#head();
    this.#times();
    const { rows } = this.#sequence;
    // Notes stand above arrows, which may pass behind them.
    rows.forEach((row, i) => row.type === "arrow" && this.#arrow(row, i));
    rows.forEach((row, i) => row.type === "note" && this.#note(row, i));
    rows.forEach((row, i) => row.type === "remark" && this.#remark(row, i));
    const size = `width="${this.#width}" height="${this.#height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ` +
      `viewBox="0 0 ${this.#width} ${this.#height}" role="img" font-size="12" ` +
      `font-family="ui-sans-serif, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif">\n` +
      `<title>${escaped(this.#sequence.title || "What happened")}</title>\n` +
      `<rect width="100%" height="100%" fill="${colours.paper}"/>\n${
        this.#parts.join("\n")
      }\n</svg>\n`;
  }

  #head(): void {
    const { title, participants } = this.#sequence;
    this.#parts.push(
      `<text x="${left}" y="30" font-size="17" font-weight="600" fill="${colours.ink}">${
        escaped(title)
      }</text>`,
    );
    for (const name of participants) {
      const x = this.#x(name);
      this.#parts.push(
        ...this.#lifeline(name, x),
        `<rect x="${
          x - 46
        }" y="50" width="92" height="30" rx="7" fill="#f6f8fa" stroke="${colours.line}"/>`,
        `<text x="${x}" y="70" text-anchor="middle" font-weight="600" font-size="13" fill="${colours.ink}">${
          escaped(name)
        }</text>`,
      );
    }
  }

  /** A line down from a participant, dashed while its server does not run. */
  #lifeline(name: string, x: number): string[] {
    const server = serverOf(name);
    const parts: string[] = [];
    let [fromY, isDown] = [80, false];
    const lineTo = (y: number) => {
      const dash = isDown ? ' stroke-dasharray="3 6"' : "";
      parts.push(
        `<line x1="${x}" y1="${fromY}" x2="${x}" y2="${y}" stroke="${colours.line}" stroke-width="1.5"${dash}/>`,
      );
      fromY = y;
    };
    this.#sequence.rows.forEach((row, i) => {
      if (row.type !== "note" || row.turns === undefined || serverOf(row.at) !== server) return;
      if (isDown === (row.turns === "off")) return;
      lineTo(this.#rowY[i]);
      isDown = row.turns === "off";
    });
    lineTo(this.#height - 16);
    return parts;
  }

  #times(): void {
    let lastMs = -1;
    this.#sequence.rows.forEach(({ atMs }, i) => {
      if (atMs === lastMs) return;
      const y = this.#rowY[i];
      const isPause = lastMs >= 0 && atMs - lastMs >= 100;
      if (isPause) {
        const above = (this.#rowY[i - 1] + y) / 2;
        this.#parts.push(
          `<line x1="14" y1="${above}" x2="${
            this.#width - 14
          }" y2="${above}" stroke="${colours.line}" ` +
            `stroke-dasharray="2 5"/>`,
        );
      }
      lastMs = atMs;
      this.#parts.push(
        `<text x="${left - 22}" y="${
          y + 4
        }" text-anchor="end" font-size="11" fill="${colours.faint}">` +
          `${atMs} ms</text>`,
      );
    });
  }

  #arrow({ from, to, text, tone, endRow }: Arrow, i: number): void {
    const colour = colours[tone];
    const [x1, y1] = [this.#x(from), this.#rowY[i]];
    const side = Math.sign(this.#x(to) - x1) || 1;
    const x2 = this.#x(to) - side * 2;
    const y2 = this.#endY(endRow, i);
    const dash = tone === "ack" || tone === "lost" ? ' stroke-dasharray="5 4"' : "";
    const width = tone === "ack" || tone === "inside" ? 1.2 : 1.7;
    const [ex, ey] = tone === "lost" ? [x1 + (x2 - x1) * 0.6, y1 + (y2 - y1) * 0.6] : [x2, y2];
    this.#parts.push(
      `<line x1="${x1}" y1="${y1}" x2="${ex}" y2="${ey}" stroke="${colour}" stroke-width="${width}"${dash}/>`,
      tone === "lost" ? crossAt(ex, ey, colour) : headAt(x1, y1, ex, ey, colour),
      `<circle cx="${x1}" cy="${y1}" r="2.6" fill="${colour}"/>`,
    );
    // Acknowledgements go without saying.
    if (tone === "ack") return;
    const angle = Math.atan2(y2 - y1, Math.abs(x2 - x1)) * side * 180 / Math.PI;
    const middleX = this.#labelX(from, to);
    const middle = [middleX, y1 + (y2 - y1) * (middleX - x1) / (x2 - x1)];
    const label = escaped(cut(text, labelChars));
    const at = `transform="translate(${middle[0]} ${middle[1] - 5}) rotate(${angle.toFixed(2)})"`;
    this.#parts.push(
      `<text ${at} text-anchor="middle" font-size="11.5" fill="${colour}" paint-order="stroke" ` +
        `stroke="${colours.paper}" stroke-width="4" stroke-linejoin="round">${label}</text>`,
    );
  }

  #note({ at, text, why, tone }: Note, i: number): void {
    const [border, ground] = noteColours[tone];
    const label = cut(text, noteCharsMax);
    const reason = why === undefined ? undefined : cut(why, noteCharsMax + 4);
    const chars = Math.max(label.length, (reason?.length ?? 0) * 0.87);
    const width = Math.max(46, chars * noteCharWidth + 18);
    const height = noteHeight + (reason === undefined ? 0 : whyHeight);
    const [x, y] = [this.#x(at) - width / 2, this.#rowY[i] - height / 2];
    this.#parts.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${ground}" ` +
        `stroke="${border}" stroke-width="1"/>`,
      `<text x="${x + width / 2}" y="${
        y + 16
      }" text-anchor="middle" font-size="11.5" fill="${colours.ink}">` +
        `${escaped(label)}</text>`,
    );
    if (reason === undefined) return;
    this.#parts.push(
      `<text x="${x + width / 2}" y="${
        y + 30
      }" text-anchor="middle" font-size="10" fill="${border}">` +
        `${escaped(reason)}</text>`,
    );
  }

  #remark({ text, tone }: Remark, i: number): void {
    const y = this.#rowY[i];
    const [x1, x2] = [left - 10, this.#width - right + 10];
    const label = cut(text, Math.floor((x2 - x1) / noteCharWidth) - 6);
    const width = label.length * noteCharWidth + 20;
    const middle = (x1 + x2) / 2;
    this.#parts.push(
      `<line x1="${x1}" y1="${y}" x2="${x2}" y2="${y}" stroke="${remarkColours[tone]}" ` +
        `stroke-opacity="0.35"/>`,
      `<rect x="${middle - width / 2}" y="${y - 10}" width="${width}" height="20" rx="10" ` +
        `fill="${colours.paper}"/>`,
      `<text x="${middle}" y="${y + 4}" text-anchor="middle" font-size="11.5" font-weight="600" ` +
        `fill="${remarkColours[tone]}">${escaped(label)}</text>`,
    );
  }

  /** Between two servers if an arrow leads from one to another: what is inside of each has its own labels. */
  #labelX(from: string, to: string): number {
    const names = this.#sequence.participants;
    const serverAt = (i: number) => serverOf(names[i]);
    const end = names.indexOf(to);
    let at = names.indexOf(from);
    const side = Math.sign(end - at) || 1;
    while (at + side !== end && serverAt(at) === serverAt(at + side)) at += side;
    return left + (at + 0.5 + side / 2) * columnWidth;
  }

  #x(name: string): number {
    return left + (this.#sequence.participants.indexOf(name) + 0.5) * columnWidth;
  }

  /** Where an arrow ends: between the row that came last and the next one. */
  #endY(endRow: number, row: number): number {
    if (endRow === row) return this.#rowY[row];
    const before = this.#rowY[Math.floor(endRow)] ?? this.#height - bottom;
    return before + rowHeight / 2;
  }
}

function headAt(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180 / Math.PI).toFixed(2);
  return `<path d="M0 0 L-9 -4 L-9 4 Z" fill="${colour}" transform="translate(${x2} ${y2}) rotate(${angle})"/>`;
}

function crossAt(x: number, y: number, colour: string): string {
  return `<path d="M${x - 5} ${
    y - 5
  } l10 10 m0 -10 l-10 10" stroke="${colour}" stroke-width="2.2"/>`;
}

function cut(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars - 1)}…` : text;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

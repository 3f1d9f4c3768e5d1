/**
 * The text format of Prometheus, version 0.0.4.
 *
 * @see {@link https://prometheus.io/docs/instrumenting/exposition_formats/}
 * @module
 */

/** The media type of the format. */
export const prometheusType = "text/plain; version=0.0.4; charset=utf-8";

/** Samples that share a name and a meaning. */
export interface MetricFamily {
  readonly name: string;
  /** One line, which says the unit where the name does not. */
  readonly help: string;
  /** A counter only grows, from the start of the server on; its name ends with `_total`. */
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

/** One value, told from others of its family by its labels. */
export interface Sample {
  /** What follows the family's name: a histogram's `_bucket`, `_sum`, `_count`. Default: nothing. */
  readonly suffix?: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Writes families one after the other. */
export function prometheusText(families: readonly MetricFamily[]): string {
  return families.map(familyText).join("");
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  const lines = samples.map(({ suffix = "", value, labels = {} }) =>
    `${name}${suffix}${labelsText(labels)} ${numberText(value)}\n`
  );
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${escaped(value).replaceAll('"', '\\"')}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** What would end a line, or begins an escape. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

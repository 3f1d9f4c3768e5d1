/**
 * How the last 15 minutes were, in small charts.
 *
 * @module
 */

import { Plot } from "./deps.js";
import { element, make } from "./dom.js";
import { bytesText, countText, durationText } from "./format.js";

const height = 110;
const spanS = 15 * 60;

/** Each chart: what it shows of two samples, one behind the other. */
const kinds = [
  {
    title: "Queries a second",
    text: countText,
    of: (sample, before) => perSecond(queriesOf, sample, before),
  },
  { title: "Memory", text: bytesText, of: ({ memoryBytes }) => memoryBytes },
  { title: "Lag of the slowest server", text: durationText, of: ({ lagMs }) => lagMs },
  {
    title: "Bytes a second from others",
    text: bytesText,
    of: (sample, before) => perSecond(({ receivedBytes }) => receivedBytes, sample, before),
  },
];

const queriesOf = ({ queries }) => queries;

function perSecond(figure, sample, before) {
  if (before === undefined) return null;
  return Math.max(0, figure(sample) - figure(before)) / ((sample.atMs - before.atMs) / 1_000);
}

/** The charts of the page. */
export class Charts {
  #samples = [];
  #charts = kinds.map((kind) => new Chart(kind));

  constructor() {
    element("charts").replaceChildren(...this.#charts.map(({ figure }) => figure));
    addEventListener("resize", () => this.#charts.forEach((chart) => chart.fit()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      for (const chart of this.#charts) chart.redraw();
    });
  }

  /** Shows these, the oldest first, in place of all. */
  replace(samples) {
    this.#samples = samples;
    this.#draw();
  }

  /** Adds the newest one. */
  add(sample) {
    const oldestMs = sample.atMs - spanS * 1_000;
    this.#samples = [...this.#samples.filter(({ atMs }) => atMs >= oldestMs), sample];
    this.#draw();
  }

  #draw() {
    const times = this.#samples.map(({ atMs }) => atMs / 1_000);
    for (const chart of this.#charts) chart.show(times, this.#samples);
  }
}

class Chart {
  #kind;
  #latest = make("output");
  #place = make("div", { "aria-hidden": "true" });
  #plot;
  #data = [[], []];

  constructor(kind) {
    this.#kind = kind;
    const caption = make("figcaption", {}, make("span", {}, kind.title), this.#latest);
    this.figure = make("figure", {}, caption, this.#place);
  }

  show(times, samples) {
    const values = samples.map((sample, i) => this.#kind.of(sample, samples[i - 1]));
    this.#data = [times, values];
    const last = values.at(-1);
    this.#latest.textContent = last === null || last === undefined ? "" : this.#kind.text(last);
    if (this.#plot === undefined) this.redraw();
    else this.#plot.setData(this.#data);
  }

  fit() {
    this.#plot?.setSize({ width: this.#place.clientWidth, height });
  }

  redraw() {
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--quiet"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    this.#plot = new Plot(
      {
        width: this.#place.clientWidth || 300,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { range: (_, __, max) => [(max ?? 0) - spanS, max ?? 1] },
          y: { range: (_, __, max) => [0, max > 0 ? max * 1.15 : 1] },
        },
        axes: [
          { ...axis, space: 90, size: 22 },
          {
            ...axis,
            size: 62,
            space: 34,
            values: (_, ticks) => ticks.map((value) => this.#kind.text(value)),
          },
        ],
        series: [{}, {
          stroke: colour("--accent"),
          fill: `color-mix(in srgb, ${colour("--accent")} 16%, transparent)`,
          width: 1.5,
          points: { show: false },
        }],
      },
      this.#data,
      this.#place,
    );
  }
}

/**
 * Play, pause, steps, speed, and the line of time.
 *
 * @module
 */

import { element, makeSvg } from "../../http/page/dom.js";
import { speeds } from "../model/player.ts";
import { isRoutine } from "../model/routine.ts";
import { clockText, spanText } from "../model/texts.ts";
import { say, set } from "../view/keyed.js";

/** The line of time is at least so long. */
const shortestMs = 2_000;

/** The buttons below the drawing. */
export class Transport {
  #player;
  #recording;
  #on;
  #isDragged = false;
  #marked;

  /** @param on `seek(atMs)`, `step()`, `pause()`, and `endMs()`: how far the line of time goes */
  constructor(player, recording, on) {
    this.#player = player;
    this.#recording = recording;
    this.#on = on;
    for (const speed of speeds) {
      element("speed").add(new Option(`${spanText(speed)} per second`, speed));
    }
    element("speed").value = String(player.speed);
    element("speed").addEventListener(
      "change",
      () => player.speed = Number(element("speed").value),
    );
    element("play").addEventListener("click", () => this.toggle());
    element("begin").addEventListener("click", () => on.seek(0));
    element("back").addEventListener("click", () => this.back());
    element("step").addEventListener("click", () => this.step());
    const time = element("time");
    time.addEventListener("input", () => {
      on.seek(Number(time.value) / 1_000 * this.#endMs);
    });
    time.addEventListener("pointerdown", () => this.#isDragged = true);
    addEventListener("pointerup", () => this.#isDragged = false);
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  get #endMs() {
    return Math.max(shortestMs, this.#on.endMs());
  }

  toggle() {
    this.#player.isPlaying = !this.#player.isPlaying;
    if (!this.#player.isPlaying) this.#on.pause();
  }

  /** To the moment at which something happened before. */
  back() {
    const { events } = this.#recording;
    for (let i = this.#recording.countUntil(this.#player.atMs) - 1; i >= 0; i--) {
      if (events[i].atMs < this.#player.atMs && !isRoutine(events[i])) {
        return this.#on.seek(events[i].atMs);
      }
    }
    this.#on.seek(0);
  }

  /** To the moment at which something happens next. */
  step() {
    this.#player.isPlaying = false;
    const { events } = this.#recording;
    for (let i = this.#recording.countUntil(this.#player.atMs); i < events.length; i++) {
      if (!isRoutine(events[i])) return this.#on.seek(events[i].atMs);
    }
    this.#on.step();
  }

  /** Shows the moment. */
  show() {
    const { atMs, isPlaying, isQuick } = this.#player;
    say(element("clock"), clockText(atMs));
    element("clock").classList.toggle("quick", isPlaying && isQuick);
    set(element("play"), {
      class: isPlaying ? "primary playing" : "primary",
      "aria-label": isPlaying ? "Pause" : "Play",
    });
    const time = element("time");
    if (!this.#isDragged) time.value = String(atMs / this.#endMs * 1_000);
    set(time, { "aria-valuetext": clockText(atMs) });
    time.style.setProperty("--share", `${atMs / this.#endMs * 100}%`);
    this.#mark();
  }

  /** Marks what was done: Puts, cuts and the like. */
  #mark() {
    const { events } = this.#recording;
    const name = `${events.length} ${this.#endMs}`;
    if (this.#marked === name) return;
    this.#marked = name;
    const marks = events.filter(({ type }) => type in kinds).map(({ type, atMs }) =>
      makeSvg("rect", {
        class: kinds[type],
        x: `${atMs / this.#endMs * 100}%`,
        y: 0,
        width: 2,
        height: 6,
      })
    );
    element("marks").replaceChildren(...marks);
  }

  #onKey(event) {
    const isTyped = event.target.closest("input, textarea, select, [role=tab]") !== null;
    if (isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      " ": () => event.target.closest("button, [role=button]") === null && this.toggle(),
      ArrowRight: () => this.step(),
      ArrowLeft: () => this.back(),
      Home: () => this.#on.seek(0),
      End: () => this.#on.seek(this.#on.endMs()),
    }[event.key];
    if (act === undefined || act() === false) return;
    event.preventDefault();
  }
}

/** What is marked, and how. */
const kinds = {
  asked: "put",
  cut: "bad",
  healed: "good",
  crashed: "bad",
  stopped: "bad",
  started: "good",
  clockSet: "warn",
  delayed: "warn",
};

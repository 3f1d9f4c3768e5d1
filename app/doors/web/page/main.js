/**
 * The page on which people play: a terminal, or paragraphs with a line below; what they type goes to the host.
 *
 * @module
 */

import { Around } from "./around.js";
import { textOf } from "./ansi.js";
import { Connection } from "./connection.js";
import { element } from "./dom.js";
import { Keys } from "./keys.js";
import { Line } from "./line.js";
import { Log } from "./log.js";
import { attemptWords, Progress } from "./progress.js";
import { Screen } from "./screen.js";

const readerPlace = "cmud-screen-reader";

/** Whether lines are to be read aloud: remembered. */
let isSpoken = localStorage.getItem(readerPlace) === "yes";

/** Fingers type better in a line of the page than on a terminal, which they cannot scroll. */
const isTouched = matchMedia("(pointer: coarse)").matches;

const typesLines = () => isSpoken || isTouched;

const resized = (size) => connection?.tell("CMUD.Size", size);
const screen = new Screen({ keys: (keys) => typesLines() || connection.press(keys), resized });
const log = new Log({ resized });
const line = new Line((typed, isSecret) => {
  if (!isSecret) log.echo(typed);
  connection.enter(typed);
});
const progress = new Progress();
const around = new Around((place) => {
  openAround(false);
  command(`move ${place}`);
});
const keys = new Keys((words) => command(words));

const shown = () => typesLines() ? log : screen;

/** Types a command for the player. A keyboard on the screen does not come up for it. */
function command(words) {
  if (typesLines()) {
    log.echo(words);
    connection.enter(words);
  } else {
    connection.press(`${words}\r`);
  }
  if (!isTouched) focus();
}

function focus() {
  if (typesLines()) line.focus();
  else screen.focus();
}

/** Where there is no room beside the game, what is around stands above it when it is asked for. */
function openAround(isOpen) {
  element("around").classList.toggle("open", isOpen);
  element("about").setAttribute("aria-expanded", String(isOpen));
}

function dress() {
  element("screen").hidden = typesLines();
  element("log").hidden = !typesLines();
  element("line").hidden = !typesLines();
  // On the terminal itself, and read aloud, it is in the text or nowhere.
  element("progress").hidden = isSpoken || !isTouched;
  element("reader").setAttribute("aria-pressed", String(isSpoken));
  document.body.classList.toggle("spoken", isSpoken);
  screen.takesKeys = !typesLines();
}

function state(words, isLost = false) {
  element("state").textContent = words;
  document.body.classList.toggle("lost", isLost);
}

/** Whether somebody is in: only then is there something to do. */
function isIn(somebody) {
  document.body.classList.toggle("in", somebody);
  element("about").hidden = !somebody;
  keys.show(somebody);
  if (somebody) return;
  around.clear();
  openAround(false);
}

dress();
const connection = new Connection({
  text: (text) => shown().write(text),
  told(name, data) {
    if (name === "CMUD.Typing") line.hide(data.hidden);
    if (name === "CMUD.Prompt") line.ask(textOf(data.text).trim());
    if (name === "CMUD.Progress") {
      progress.show(data);
      line.wait(data && !isSpoken ? attemptWords(data) : "");
    }
    around.told(name, data);
    keys.told(name, data);
  },
  connecting() {
    shown().begin();
    line.hide(false);
    line.wait();
    progress.show(undefined);
    element("again").hidden = true;
    element("line").hidden = !typesLines();
    if (!document.body.classList.contains("lost")) state("connecting…");
  },
  opened: () => state("connected"),
  lost: (hasSession) => state(`No connection${hasSession ? ": what you type waits" : ""}.`, true),
  entered(name) {
    state(`You are ${name}.`);
    isIn(true);
  },
  left: () => isIn(false),
  over() {
    // Whoever leaves, or came in elsewhere, or was sent away: what was said last tells why.
    state("Nobody plays here now.");
    line.hide(false);
    element("line").hidden = true;
    element("again").hidden = false;
    element("again").focus();
  },
}, () => ({
  typing: typesLines() ? "lines" : "keys",
  prompts: "told",
  spoken: isSpoken,
  ...shown().size,
}));

element("again").onclick = () => {
  connection.reconnect();
  focus();
};
element("about").onclick = () => openAround(!element("around").classList.contains("open"));
element("reader").onclick = () => {
  isSpoken = !isSpoken;
  localStorage.setItem(readerPlace, isSpoken ? "yes" : "no");
  dress();
  // The host shows again, in the other manner, what was said last.
  screen.clear();
  log.clear();
  connection.reconnect();
  focus();
};
focus();

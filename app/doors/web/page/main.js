/**
 * The page on which people play: a terminal, or lines to be read aloud; what they type goes to the host.
 *
 * @module
 */

import { Around } from "./around.js";
import { Connection } from "./connection.js";
import { element } from "./dom.js";
import { Line } from "./line.js";
import { Log } from "./log.js";
import { Progress } from "./progress.js";
import { Screen } from "./screen.js";

const readerPlace = "cmud-screen-reader";

/** Whether lines are to be read aloud: remembered. */
let isSpoken = localStorage.getItem(readerPlace) === "yes";

/** Fingers type better in a line of the page than on a terminal. */
const isTouched = matchMedia("(pointer: coarse)").matches;

const typesLines = () => isSpoken || isTouched;

const screen = new Screen({
  keys: (text) => typesLines() || connection.type(text),
  resized: (size) => connection?.tell("CMUD.Size", size),
});
const log = new Log();
const line = new Line((typed, isSecret) => {
  if (!isSecret) shown().echo(typed);
  connection.type(`${typed}\n`);
});
const progress = new Progress();
const around = new Around((place) => command(`move ${place}`));

const shown = () => isSpoken ? log : screen;

/** Types a command for the player. */
function command(words) {
  if (typesLines()) {
    shown().echo(words);
    connection.type(`${words}\n`);
  } else {
    connection.type(`${words}\r`);
  }
  focus();
}

function focus() {
  if (typesLines()) line.focus();
  else screen.focus();
}

function dress() {
  element("screen").hidden = isSpoken;
  element("log").hidden = !isSpoken;
  element("line").hidden = !typesLines();
  element("reader").setAttribute("aria-pressed", String(isSpoken));
  screen.takesKeys = !typesLines();
}

dress();
const connection = new Connection({
  text: (text) => shown().write(text),
  told(name, data) {
    if (name === "CMUD.Typing") line.hide(data.hidden);
    // On the terminal itself, and read aloud, it is in the text or nowhere.
    if (name === "CMUD.Progress" && isTouched && !isSpoken) progress.show(data);
    around.told(name, data);
    if (name === "CMUD.Session") element("state").textContent = `You are ${data.name}.`;
  },
  state(words) {
    shown().begin();
    line.hide(false);
    progress.show(undefined);
    element("state").textContent = words;
    element("again").hidden = true;
  },
  opened() {
    element("state").textContent = "connected";
  },
  over() {
    element("state").textContent = "The game is over.";
    element("again").hidden = false;
  },
}, () => ({
  typing: typesLines() ? "lines" : "keys",
  spoken: isSpoken,
  ...screen.size,
}));

element("again").onclick = () => {
  connection.connect();
  focus();
};
element("reader").onclick = () => {
  isSpoken = !isSpoken;
  localStorage.setItem(readerPlace, isSpoken ? "yes" : "no");
  dress();
  // What the other one has shown goes on here.
  screen.clear();
  connection.connect();
  focus();
};
for (const button of element("commands").children) {
  button.onclick = () => command(button.textContent);
}
focus();

/**
 * The laboratory: a cluster of the real actors on virtual time, to be looked at, broken and healed; or one
 * that runs, to be looked at.
 *
 * @module
 */

import { element } from "../http/page/dom.js";
import { Actions } from "./controls/actions.js";
import { ExercisePanel } from "./controls/exercise_panel.js";
import { LivePanel } from "./controls/live_panel.js";
import { ScenarioPanel } from "./controls/scenario_panel.js";
import { Tabs } from "./controls/tabs.js";
import { Transport } from "./controls/transport.js";
import { patched } from "./core/bundle_patch.ts";
import { liveScene } from "./live/live_scene.ts";
import { examples, workbench, workbenchMs } from "./model/examples.ts";
import { linkOf, readLink } from "./model/link.ts";
import { Pace } from "./model/pace.ts";
import { Player } from "./model/player.ts";
import { Recording } from "./model/recording.ts";
import { transcriptOf } from "../simulate/trace/transcript.ts";
import { copy } from "./view/copy.js";
import { Core } from "./view/core.js";
import { Drawing } from "./view/drawing.js";
import { Inspector } from "./view/inspector.js";
import { KeyTable } from "./view/key_table.js";
import { loadText } from "./view/load_text.js";
import { StoryList } from "./view/story_list.js";

const recording = new Recording();
const player = new Player();
/** What runs: its scenario, the title of it, and when it ends. */
let run = { text: "", title: "", endMs: 0 };
let selection;
/** Scenarios and moments before each thing that was done by hand. */
let past = [];
/** The moment to be looked at once the run has come so far. */
let soughtMs;
/** What is seen of a cluster that runs; `undefined`: none is looked at. */
let live;
/** Changes whenever something else is to be seen at the same moment. */
let revision = 0;

/** The exercise that is worked at. */
let exercise;

/** The script of the worker, without a fault. */
const script = await loadText("core.bin");
let core = startCore(script);

function startCore(text) {
  return new Core(text, take, (state) => {
    if (live === undefined) return;
    live = state;
    livePanel.show(state);
    revision++;
  });
}

/** Takes a reply of the worker. */
function take({ run: other, events, untilMs, isStep, fault, failures }) {
  if (other !== undefined) {
    recording.clear();
    run = other;
    scenarioPanel.show(run.text);
    chooser.value = examples.find(({ text }) => text === run.text)?.id ?? "";
    document.title = run.title === "" ? "CMUD laboratory" : `${run.title} · CMUD laboratory`;
  }
  recording.add(events, untilMs);
  if (other !== undefined || isStep) player.atMs = untilMs;
  if (soughtMs !== undefined && soughtMs <= untilMs) {
    player.atMs = soughtMs;
    soughtMs = undefined;
  }
  if (fault !== undefined) player.isPlaying = false;
  if (failures !== undefined) return;
  if (other !== undefined || fault !== undefined) element("fault").textContent = fault ?? "";
  showUndo();
  revision++;
  if (other !== undefined) keepLink();
}

function load(scenario, atMs = 0) {
  selection = undefined;
  past = [];
  // Also what cannot be run is there to be mended.
  scenarioPanel.show(scenario);
  core.ask({ type: "load", text: scenario, untilMs: atMs });
}

/** Does something, as if the scenario had said so. */
function act(line) {
  // Before the first run is there, nothing can be done to it.
  if (run.text === "") return;
  // What was typed and not run yet is a part of it, and so not lost.
  const { text } = scenarioPanel;
  const before = { text, atMs: player.atMs };
  past.push(before);
  // What is shown is a little behind what is computed while time goes on: so much is no other moment.
  const isAtEnd = recording.untilMs - player.atMs <= player.speed / 5;
  const atMs = Math.ceil(isAtEnd ? recording.untilMs : player.atMs);
  core.ask({ type: "act", text, atMs, line }).then(({ run: other }) => {
    if (other !== undefined) return;
    // It could not be done, so there is nothing to undo.
    past = past.filter((it) => it !== before);
    showUndo();
  });
}

function showUndo() {
  element("undo").disabled = past.length === 0;
}

/** As if what was done last had not been. */
function undo() {
  const { text, atMs } = past.pop() ?? {};
  if (text === undefined) return;
  player.isPlaying = false;
  core.ask({ type: "load", text, untilMs: Math.ceil(atMs) });
}

function select(chosen) {
  selection = chosen;
  revision++;
}

function seek(atMs) {
  player.isPlaying = false;
  if (atMs > recording.untilMs) {
    soughtMs = atMs;
    return core.ask({ type: "advance", untilMs: Math.ceil(atMs) });
  }
  soughtMs = undefined;
  player.atMs = atMs;
  revision++;
  keepLink();
}

/** The address shows what is seen, so that it can be kept and sent. */
function keepLink() {
  history.replaceState(
    null,
    "",
    linkOf({ text: run.text, atMs: Math.round(player.atMs), exercise }),
  );
}

const numberOf = (entry) => recording.numberOf(entry);
const drawing = new Drawing(element("drawing"), select, numberOf);
const inspector = new Inspector(element("inspector-title"), element("inspected"), { act, select });
const keyTable = new KeyTable(element("keys"), select, numberOf);
const story = new StoryList(element("story"), { select, seek });
const step = () => core.ask({ type: "step" });
const endMs = () => Math.max(recording.untilMs, run.endMs);
const transport = new Transport(player, recording, { seek, step, endMs, pause: keepLink });
const actions = new Actions(act);
const scenarioPanel = new ScenarioPanel({
  load(scenario) {
    load(scenario);
    player.isPlaying = true;
  },
  transcript: () => transcriptOf(run, recording.events),
});
const livePanel = new LivePanel({
  attach(url, token) {
    live = { members: [], entries: [] };
    document.body.classList.add("live");
    core.tell({ type: "attach", url, token });
    select(undefined);
  },
  detach() {
    live = undefined;
    document.body.classList.remove("live");
    core.tell({ type: "detach" });
    select(undefined);
  },
});
const exercisePanel = new ExercisePanel({
  async start({ id }) {
    const { patches, sources } = JSON.parse(await loadText("exercises.bin"));
    core.end();
    core = startCore(patched(script, patches[id]));
    exercise = id;
    element("state").textContent = `Exercise ${id}: one line is wrong here`;
    load(workbench, workbenchMs);
    return sources;
  },
  leave() {
    core.end();
    core = startCore(script);
    exercise = undefined;
    element("state").textContent = "";
    load(run.text, run.endMs);
  },
  text: () => scenarioPanel.text,
  async prove(text) {
    const rightCore = new Core(script, () => {}, () => {});
    try {
      const replies = await Promise.all(
        [rightCore, core].map((it) => it.ask({ type: "prove", text })),
      );
      const fault = replies.find((reply) => reply.failures === undefined)?.fault;
      if (fault !== undefined) throw new Error(fault);
      const [right, faulty] = replies.map(({ failures }) => failures);
      return { right, faulty };
    } finally {
      rightCore.end();
    }
  },
});
const tabs = new Tabs(element("tabs"));

/** While time goes on, what stands and what is told are drawn now and then: what moves has the time. */
const [standing, told] = [new Pace(50), new Pace(200)];

/** Until when nothing is to be seen; `undefined`: something is. */
function quietUntilMs() {
  if (!player.isPlaying) return undefined;
  const { atMs, fadeMs } = player;
  return recording.sceneAt(atMs).isQuiet(atMs, fadeMs) ? recording.nextStoryMs(atMs) : undefined;
}

let lastMs;
let [drawnName, toldName] = ["", ""];
function frame(nowMs) {
  player.tick(nowMs - (lastMs ?? nowMs), recording.untilMs, quietUntilMs());
  lastMs = nowMs;
  core.want(player.wantedMs);
  const { atMs, fadeMs, isPlaying } = player;
  const isLive = live !== undefined;
  const scene = isLive ? liveScene(live) : recording.sceneAt(atMs);
  const count = isLive ? 0 : recording.countUntil(atMs);
  const name = `${revision} ${count} ${atMs}`;
  const look = { scene, recording, count, atMs, fadeMs, selection, numberOf, isLive };
  if (name !== drawnName && (standing.isDue(nowMs) || !isPlaying)) {
    drawnName = name;
    drawing.drawStanding(scene, look);
    transport.show();
  }
  drawing.drawMoving(scene, look);
  if (name !== toldName && (told.isDue(nowMs) || !isPlaying)) {
    toldName = name;
    for (const part of [inspector, keyTable, story, actions]) part.show(look);
  }
  requestAnimationFrame(frame);
}
drawing.onResize = () => revision++;

const chooser = element("examples");
chooser.add(new Option("Examples", ""));
for (const { id, title } of examples) chooser.add(new Option(title, id));
chooser.addEventListener("change", () => {
  const example = examples.find(({ id }) => id === chooser.value);
  if (example === undefined) return;
  load(example.text, example.fromMs);
  player.isPlaying = true;
});
element("undo").addEventListener("click", undo);
element("copy-link").addEventListener("click", () => {
  keepLink();
  copy(location.href, "The link");
});

async function open() {
  const linked = readLink(location.hash);
  if (linked.exercise !== undefined) {
    tabs.open("exercise-panel");
    await exercisePanel.start(linked.exercise);
    if (linked.text !== undefined) load(linked.text, linked.atMs);
    return;
  }
  exercisePanel.leave();
  const [{ text, fromMs }] = examples;
  load(linked.text ?? text, linked.text === undefined ? fromMs : linked.atMs);
  // Nothing moves unasked for those who want nothing to move.
  player.isPlaying = linked.text === undefined &&
    !matchMedia("(prefers-reduced-motion: reduce)").matches;
}
addEventListener("hashchange", open);
open();
requestAnimationFrame(frame);

/**
 * What clients that watch a replica are told, without the connections to them: which watches a change
 * is for, and what each has not been told yet.
 *
 * ```ts
 * import { PrefixTree } from "./mod.ts";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const watches = new PrefixTree<string>();
 * watches.add(bytes("user/"), "watches users");
 * watches.add(bytes("user/7"), "watches one of them");
 * const found: string[] = [];
 * watches.visit(bytes("user/8"), 0, 6, (watch) => found.push(watch));
 * if (found.join() !== "watches users") throw new Error("not found, or too many");
 * ```
 *
 * @module
 */

export { FrameForm } from "./frame_form.ts";
export { Laggards } from "./laggards.ts";
export { PrefixTree } from "./prefix_tree.ts";
export { Tracker, type TrackerForm } from "./tracker.ts";
export { TrackingTable } from "./tracking_table.ts";
export { Watch } from "./watch.ts";
export type { WatchForm } from "./watch_form.ts";
export { WatchRoom } from "./watch_room.ts";
export { nobody, type Watcher } from "./watcher.ts";

/**
 * What there is to see in each place.
 *
 * @module
 */

/** Said of a place by `look`. */
export const scenery: ReadonlyMap<string, string> = new Map([
  ["fence", "The Fence, a hundred coats of paint thick. Tonight it says: WHO TOOK MY GPU."],
  ["bridge", "A bridge that glows in all colours, and leads from art to science, or back."],
  ["1", "Loading docks and bicycles. A robot waits for someone to open the door."],
  ["2", "The humming behind this wall is machines. Somebody pays for it, you hope."],
  ["3", "The cafe. The espresso here has solved more problems than anyone upstairs."],
  ["4", "A spiral ramp winds round nothing at all. Visitors photograph it."],
  ["5", "Your desk, your laptop, and a window on the snow. It hums. So do you."],
  ["6", "Whiteboards, wall to wall. One of them says: DO NOT ERASE, since 2009."],
  ["7", "Doors with names on them. Behind one of them somebody is typing in anger."],
  ["8", "A sofa on which three theses were written, and one was given up."],
  ["9", "The roof garden. From here all the other floors look like a good idea."],
]);

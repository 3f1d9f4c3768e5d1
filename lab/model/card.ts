import type { Point, Size } from "./geometry.ts";

/** Where the name and the clock stand. */
const headHeight = 34;

/** Of a tile: where the name of the replica stands. */
export const titleHeight = 18;

/** Of a tile: a key, and what is held of it. */
export const rowHeight = 22;

/** Between the border of a card and its tiles. */
const padding = 9;

/** A card of two replicas: five of these fit into a drawing that is not narrow. */
const twoTilesWidth = 214;

/**
 * How large each of so many cards is.
 *
 * @param actors replicas in a card, at most
 * @param rows keys that are shown
 */
export function cardSize(
  drawingWidth: number,
  servers: number,
  actors: number,
  rows: number,
): Size {
  const isNarrow = drawingWidth < 560;
  const across = servers === 1 ? 1 : servers < 5 ? 2 : 3;
  const room = Math.max(twoTilesWidth, (drawingWidth - 72) / across);
  const width = isNarrow
    ? Math.min(152, (drawingWidth - 72) / 2)
    : Math.max(188, Math.min(room, 30 + 92 * actors));
  return { width, height: headHeight + titleHeight + Math.max(1, rows) * rowHeight + 2 * padding };
}

/** A replica of a card: `x` and `y` are its upper left corner. */
export interface Tile extends Point, Size {
  readonly replica: string;
}

/** Where the tiles of a card are. */
export function tilesOf(
  { actors }: { readonly actors: readonly string[] },
  { left, top, width, height }: Size & { readonly left: number; readonly top: number },
): Tile[] {
  const gap = 6;
  const tileWidth = (width - 2 * padding - (actors.length - 1) * gap) / actors.length;
  return actors.map((replica, i) => ({
    replica,
    x: left + padding + i * (tileWidth + gap),
    y: top + headHeight,
    width: tileWidth,
    height: height - headHeight - padding,
  }));
}

/** A point of the drawing, in pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a server stands. */
export interface Place extends Point {
  /** Where its ways to others begin: on the border of its card, towards the middle. */
  readonly port: Point;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Half of what is between the two directions of a way. */
const laneOffset = 5;

/** A port at the side of a card is at least so far from its corners. */
const portMargin = 16;

/** Space between cards, and between them and the border of the drawing. */
const margin = 14;

/** Space between two cards side by side, through which ways between others lead. */
const corridor = 44;

/** So many servers stand in rows of which one is between others: their ways lead through between its cards. */
const countOfRows = 5;

/** No card is further from the middle than this, in its own widths. */
const spreadMax = 2.2;

/** The places of so many cards, `x` and `y` their middles: on a ring, the first one at the top; two side by side. */
export function placesOf(count: number, drawing: Size, card: Size): Place[] {
  const middle = { x: drawing.width / 2, y: drawing.height / 2 };
  if (count === 1) return [{ ...middle, port: { x: middle.x, y: middle.y + card.height / 2 } }];
  const isFlat = count === 2 && drawing.width >= 2.6 * card.width;
  const room = {
    x: Math.min((drawing.width - card.width) / 2 - margin, spreadMax * card.width),
    y: (drawing.height - card.height) / 2 - margin,
  };
  const first = isFlat ? Math.PI : -Math.PI / 2;
  const ring = Array.from({ length: count }, (_, i) => {
    const angle = first + 2 * Math.PI * i / count;
    return { x: Math.cos(angle), y: Math.sin(angle) };
  });
  const lowest = Math.max(...ring.map(({ y }) => y));
  return ring.map(({ x, y }) => {
    // A ring of an odd number has nothing at its bottom: what is free there is shared.
    const share = isFlat ? 0 : 2 * (y + 1) / (lowest + 1) - 1;
    const place = { x: middle.x + apart(room.x * x, room.x, card), y: middle.y + room.y * share };
    return { ...place, port: portOf(place, middle, card, count >= countOfRows) };
  });
}

/** How far from the middle a card stands, so that it does not cover the one on the other side. */
function apart(x: number, most: number, { width }: Size): number {
  if (Math.abs(x) < 1) return 0;
  return Math.sign(x) * Math.min(most, Math.max(Math.abs(x), (width + corridor) / 2));
}

/**
 * Where the way from the middle of a card to another point leaves it.
 *
 * @param isAtSide when the card stands beside that point, the way leaves it at its side
 */
function portOf(
  place: Point,
  towards: Point,
  { width, height }: Size,
  isAtSide: boolean,
): Point {
  const [dx, dy] = [towards.x - place.x, towards.y - place.y];
  if (isAtSide && Math.abs(dx) > width / 2) {
    const most = height / 2 - portMargin;
    const y = Math.max(-most, Math.min(most, dy * width / 2 / Math.abs(dx)));
    return { x: place.x + Math.sign(dx) * width / 2, y: place.y + y };
  }
  const share = Math.min(
    dx === 0 ? Infinity : width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : height / 2 / Math.abs(dy),
  );
  if (!Number.isFinite(share)) return { x: place.x, y: place.y + height / 2 };
  return { x: place.x + dx * share, y: place.y + dy * share };
}

/** The line of one direction of a way, on the right of who goes along it. */
export function laneOf(from: Point, to: Point): { from: Point; to: Point } {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [x, y] = [-dy / length * laneOffset, dx / length * laneOffset];
  return { from: { x: from.x + x, y: from.y + y }, to: { x: to.x + x, y: to.y + y } };
}

/** The point at a share of the way along a line. */
export function along({ from, to }: { from: Point; to: Point }, share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

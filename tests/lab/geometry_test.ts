import { cardSize } from "../../lab/model/card.ts";
import { along, laneOf, placesOf, type Size } from "../../lab/model/geometry.ts";
import { assert, assertEquals } from "../deps.ts";

const drawings = [{ width: 336, height: 560 }, { width: 640, height: 610 }, {
  width: 1_100,
  height: 680,
}];

function cardOf({ width }: { width: number }) {
  return { width: width < 560 ? 132 : 214, height: 136 };
}

/** Cards of so many servers do not cover each other, nor leave the drawing. */
function assertApart(count: number, drawing: Size, card: Size): void {
  const places = placesOf(count, drawing, card);
  for (const [i, { x, y }] of places.entries()) {
    const what = `${count} cards of ${card.width} in ${drawing.width}: ${x},${y}`;
    assert(x >= card.width / 2 && x <= drawing.width - card.width / 2, what);
    assert(y >= card.height / 2 && y <= drawing.height - card.height / 2, what);
    for (const other of places.slice(i + 1)) {
      const isApart = Math.abs(other.x - x) >= card.width || Math.abs(other.y - y) >= card.height;
      assert(isApart, `${what} and ${other.x},${other.y}`);
    }
  }
}

Deno.test("placesOf() has no card cover another one, nor leave the drawing", () => {
  for (const drawing of drawings) {
    for (let count = 1; count <= 5; count++) assertApart(count, drawing, cardOf(drawing));
  }
});

Deno.test("placesOf() begins the ways between servers at the borders of their cards", () => {
  const card = { width: 200, height: 100 };
  for (const { x, y, port } of placesOf(4, drawings[2], card)) {
    const [dx, dy] = [Math.abs(port.x - x), Math.abs(port.y - y)];
    assert(Math.abs(dx - 100) < 1e-6 || Math.abs(dy - 50) < 1e-6);
    assert(dx <= 100 + 1e-6 && dy <= 50 + 1e-6);
  }
});

Deno.test("placesOf() has no way between two servers lead across the card of a third one", () => {
  for (const drawing of drawings) {
    const card = cardOf(drawing);
    const places = placesOf(5, drawing, card);
    for (const from of places) {
      for (const to of places.filter((it) => it !== from)) {
        const lane = laneOf(from.port, to.port);
        for (const third of places.filter((it) => it !== from && it !== to)) {
          for (let share = 0; share <= 1; share += 0.01) {
            const { x, y } = along(lane, share);
            const isInside = Math.abs(x - third.x) < card.width / 2 &&
              Math.abs(y - third.y) < card.height / 2;
            const way = [from, to].map((it) => places.indexOf(it)).join(" to ");
            assert(!isInside, `${way} in ${drawing.width} crosses ${places.indexOf(third)}`);
          }
        }
      }
    }
  }
});

Deno.test("laneOf() keeps what comes apart from what goes", () => {
  const [a, b] = [{ x: 0, y: 0 }, { x: 100, y: 0 }];
  const [there, back] = [laneOf(a, b), laneOf(b, a)];
  assertEquals(there.from.y, -back.from.y);
  assertEquals(along(there, 0.25), { x: 25, y: there.from.y });
});

Deno.test("cardSize() leaves room for all cards, however many replicas there are", () => {
  for (const drawing of drawings) {
    for (let count = 1; count <= 5; count++) {
      for (let replicas = 1; replicas <= 8; replicas++) {
        assertApart(count, drawing, cardSize(drawing.width, count, replicas, 2));
      }
    }
  }
});

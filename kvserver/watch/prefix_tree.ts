/**
 * Members by prefix: a key finds those whose prefixes it begins with, in time that depends on the length
 * of the key and on how many it finds, and not on how many there are. A radix tree: a node stands for
 * what the prefixes below it have in common.
 */
export class PrefixTree<Member> {
  #root = new Node<Member>(new Uint8Array());

  /** Adds a member. @param prefix bytes that do not change */
  add(prefix: Uint8Array, member: Member): void {
    let node = this.#root;
    for (let at = 0; at < prefix.length;) {
      const child = node.children.get(prefix[at]);
      if (child === undefined) {
        const leaf = new Node<Member>(prefix.subarray(at));
        node.children.set(prefix[at], leaf);
        node = leaf;
        break;
      }
      const common = commonLength(child.label, prefix, at);
      node = common < child.label.length ? node.split(child, common) : child;
      at += common;
    }
    node.addMember(member);
  }

  /** Removes a member, which has that prefix. */
  remove(prefix: Uint8Array, member: Member): void {
    const path = [this.#root];
    for (let at = 0; at < prefix.length; at += path.at(-1)!.label.length) {
      const child = path.at(-1)!.children.get(prefix[at]);
      if (child === undefined) return;
      path.push(child);
    }
    path.at(-1)!.removeMember(member);
    // What stands for no member any more goes, or becomes one with the only node below it.
    for (let depth = path.length - 1; depth > 0; depth--) {
      if (!path[depth - 1].tidy(path[depth])) break;
    }
  }

  /** Visits the members whose prefixes the key `bytes[start..end)` begins with. */
  visit(bytes: Uint8Array, start: number, end: number, visit: (member: Member) => void): void {
    let node = this.#root;
    for (let at = start;;) {
      // Most nodes have none or one: looking costs less than iterating.
      if (node.only !== undefined) visit(node.only);
      else if (node.members.size > 0) { for (const member of node.members) visit(member); }
      const child = at < end ? node.children.get(bytes[at]) : undefined;
      if (child === undefined) return;
      const { label } = child;
      if (label.length > end - at || commonLength(label, bytes, at) < label.length) return;
      at += label.length;
      node = child;
    }
  }

  /** Number of its nodes, the root included: at most two for each prefix, and one. For tests. */
  get nodeCount(): number {
    return this.#root.count();
  }
}

/** A prefix, or what several have in common. All but the root have members, or several nodes below them. */
class Node<Member> {
  readonly members = new Set<Member>();
  /** Its member, when it has only one. */
  only: Member | undefined;
  /** By the first bytes of their labels. */
  readonly children = new Map<number, Node<Member>>();
  /** What it adds to the prefix of the node above it. */
  label: Uint8Array;

  constructor(label: Uint8Array) {
    this.label = label;
  }

  addMember(member: Member): void {
    this.members.add(member);
    this.#findOnly();
  }

  removeMember(member: Member): void {
    this.members.delete(member);
    this.#findOnly();
  }

  #findOnly(): void {
    const [first] = this.members;
    this.only = this.members.size === 1 ? first : undefined;
  }

  /** Puts a node between itself and a child. @param length of its label, less than the child's */
  split(child: Node<Member>, length: number): Node<Member> {
    const between = new Node<Member>(child.label.subarray(0, length));
    this.children.set(between.label[0], between);
    child.label = child.label.subarray(length);
    between.children.set(child.label[0], child);
    return between;
  }

  /** Removes or replaces a child that is of no use. @returns whether this node has one child less. */
  tidy(child: Node<Member>): boolean {
    if (child.members.size > 0 || child.children.size > 1) return false;
    const [only] = child.children.values();
    if (only === undefined) return this.children.delete(child.label[0]);
    only.label = concatenated(child.label, only.label);
    this.children.set(only.label[0], only);
    return false;
  }

  count(): number {
    let count = 1;
    for (const child of this.children.values()) count += child.count();
    return count;
  }
}

/** How many of the first bytes of `label` stand in `bytes` from `at` on. */
function commonLength(label: Uint8Array, bytes: Uint8Array, at: number): number {
  const max = Math.min(label.length, bytes.length - at);
  let length = 0;
  while (length < max && label[length] === bytes[at + length]) length++;
  return length;
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

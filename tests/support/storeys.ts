/** Which files each file imports, all by their paths from the root of the repository. */
export type Imports = ReadonlyMap<string, readonly string[]>;

interface Edge {
  from: string;
  to: string;
  /** Some file of `from`, and one of `to` that it imports. */
  files: string;
}

/**
 * Finds what breaks the storeys of a house: within each folder, its folders stand one above the
 * other, and its own files above them all. A fault is an import that points up, or folders that import
 * each other, also by way of others.
 *
 * The files at the root are exempt, because the table of parts says who may import which of them.
 *
 * @param leaves files that stand below all folders, wherever they are
 * @returns one line for each fault, with the files that make it.
 */
export function storeyFaults(imports: Imports, leaves: readonly string[] = []): string[] {
  const faults: string[] = [];
  const edgesIn = new Map<string, Map<string, Edge>>();
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const { folder, from, to } = fork(file, target);
      if (from === undefined || from === to || leaves.includes(target)) continue;
      if (to === undefined) {
        if (folder !== "") faults.push(`${file} -> ${target} points up, out of ${from}`);
        continue;
      }
      const edges = edgesIn.get(folder) ?? new Map<string, Edge>();
      edgesIn.set(folder, edges);
      const name = `${from} -> ${to}`;
      if (!edges.has(name)) edges.set(name, { from, to, files: `${file} -> ${target}` });
    }
  }
  for (const edges of edgesIn.values()) faults.push(...cyclesOf([...edges.values()]));
  return faults;
}

/** The folder that two files have in common, and the folders in it where each is; none: in itself. */
function fork(file: string, target: string) {
  const a = file.split("/").slice(0, -1);
  const b = target.split("/").slice(0, -1);
  let depth = 0;
  while (depth < a.length && a[depth] === b[depth]) depth++;
  const below = (folders: string[]) =>
    depth < folders.length ? folders.slice(0, depth + 1).join("/") : undefined;
  return { folder: a.slice(0, depth).join("/"), from: below(a), to: below(b) };
}

/** An edge lies on a cycle when its beginning can be reached from its end. */
function cyclesOf(edges: readonly Edge[]): string[] {
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean => {
    if (from === goal) return true;
    seen.add(from);
    return edges.some((edge) =>
      edge.from === from && !seen.has(edge.to) && reaches(edge.to, goal, seen)
    );
  };
  return edges
    .filter(({ from, to }) => reaches(to, from))
    .map(({ from, to, files }) => `${from} and ${to} import each other: ${files}`);
}

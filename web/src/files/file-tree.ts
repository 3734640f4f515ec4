// Files of a torrent or folder as a tree, and which of them are chosen: whole folders, kinds, or one by one.
// Promise: counting a choice takes one walk, however large the tree (100,000 files); names are kept as they came.

export interface TreeFile {
  readonly index: number
  readonly path: readonly string[]
  readonly lengthBytes: number
  readonly kind: string
}

export interface TreeNode {
  /** Unique in the tree, and the same while the files are the same. */
  readonly key: string
  readonly name: string
  readonly level: number
  readonly totalBytes: number
  readonly fileCount: number
  /** Of a file; undefined for a folder. */
  readonly file: TreeFile | undefined
  /** Folders first, then by name; empty for a file. */
  readonly children: readonly TreeNode[]
}

export type Tick = 'all' | 'some' | 'none'

interface Draft {
  readonly name: string
  readonly folders: Map<string, Draft>
  readonly files: TreeFile[]
}

const NAMES = new Intl.Collator('en', { numeric: true })

/** The nodes at the top; one folder around everything is not shown as a level of its own. */
export function treeOf(files: readonly TreeFile[]): readonly TreeNode[] {
  const root = draft('')
  for (const file of files) {
    let folder = root
    for (const name of file.path.slice(0, -1)) {
      let next = folder.folders.get(name)
      if (next === undefined) {
        next = draft(name)
        folder.folders.set(name, next)
      }
      folder = next
    }
    folder.files.push(file)
  }
  let top = root
  while (top.files.length === 0 && top.folders.size === 1) top = [...top.folders.values()][0] as Draft
  return finish(top, '', 1)
}

function draft(name: string): Draft {
  return { name, folders: new Map(), files: [] }
}

function finish({ folders, files }: Draft, above: string, level: number): TreeNode[] {
  const below = [...folders.values()].map((folder): TreeNode => {
    const key = `${above}${folder.name}/`
    const children = finish(folder, key, level + 1)
    const totalBytes = children.reduce((sum, child) => sum + child.totalBytes, 0)
    const fileCount = children.reduce((sum, child) => sum + child.fileCount, 0)
    return { key, name: folder.name, level, totalBytes, fileCount, file: undefined, children }
  })
  const own = files.map((file): TreeNode => {
    const { index, path, lengthBytes } = file
    const name = path.at(-1) ?? ''
    return { key: `#${index}`, name, level, totalBytes: lengthBytes, fileCount: 1, file, children: [] }
  })
  return [...below.sort(byName), ...own.sort(byName)]
}

function byName(a: TreeNode, b: TreeNode): number {
  return NAMES.compare(a.name, b.name)
}

/** How many files are chosen below each folder, by key. */
export function chosenCounts(
  nodes: readonly TreeNode[],
  chosen: ReadonlySet<number>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const count = (node: TreeNode): number => {
    if (node.file !== undefined) return chosen.has(node.file.index) ? 1 : 0
    let sum = 0
    for (const child of node.children) sum += count(child)
    counts.set(node.key, sum)
    return sum
  }
  for (const node of nodes) count(node)
  return counts
}

export function tickOf(
  node: TreeNode,
  chosen: ReadonlySet<number>,
  counts: ReadonlyMap<string, number>,
): Tick {
  if (node.file !== undefined) return chosen.has(node.file.index) ? 'all' : 'none'
  return tickFor(counts.get(node.key) ?? 0, node.fileCount)
}

function tickFor(count: number, of: number): Tick {
  if (count === 0) return 'none'
  return count === of ? 'all' : 'some'
}

/** What is partly chosen becomes wholly chosen. */
export function toggled(node: TreeNode, chosen: ReadonlySet<number>): ReadonlySet<number> {
  const indexes = indexesBelow(node)
  return changed(chosen, indexes, !indexes.every((index) => chosen.has(index)))
}

function indexesBelow(node: TreeNode): number[] {
  return node.file !== undefined ? [node.file.index] : node.children.flatMap(indexesBelow)
}

export function changed(
  chosen: ReadonlySet<number>,
  indexes: readonly number[],
  on: boolean,
): ReadonlySet<number> {
  const next = new Set(chosen)
  for (const index of indexes) {
    if (on) next.add(index)
    else next.delete(index)
  }
  return next
}

export interface KindSum {
  readonly kind: string
  readonly indexes: readonly number[]
  readonly totalBytes: number
  readonly tick: Tick
}

/** What there is by kind, the largest first. */
export function kindSums(files: readonly TreeFile[], chosen: ReadonlySet<number>): readonly KindSum[] {
  return [...Map.groupBy(files, ({ kind }) => kind)]
    .map(([kind, those]) => ({
      kind,
      indexes: those.map(({ index }) => index),
      totalBytes: sumBytes(those),
      tick: tickFor(those.filter(({ index }) => chosen.has(index)).length, those.length),
    }))
    .sort((a, b) => b.totalBytes - a.totalBytes)
}

export function sumBytes(files: readonly { readonly lengthBytes: number }[]): number {
  return files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
}

export function chosenBytes(files: readonly TreeFile[], chosen: ReadonlySet<number>): number {
  return sumBytes(files.filter(({ index }) => chosen.has(index)))
}

/** Rows that are seen, top to bottom, when these folders are open. */
export function visibleRows(nodes: readonly TreeNode[], open: ReadonlySet<string>): readonly TreeNode[] {
  const rows: TreeNode[] = []
  const walk = (those: readonly TreeNode[]): void => {
    for (const node of those) {
      rows.push(node)
      if (open.has(node.key)) walk(node.children)
    }
  }
  walk(nodes)
  return rows
}

/** More rows than this are opened by hand. */
const MAX_OPENED_ROWS = 60

/** Folders to begin with open: level by level, as long as the whole stays easy to survey. */
export function openedAtFirst(nodes: readonly TreeNode[]): ReadonlySet<string> {
  const open = new Set<string>()
  let rows = nodes.length
  let level = nodes
  while (level.length > 0) {
    const folders = level.filter(({ file }) => file === undefined)
    const below = folders.flatMap(({ children }) => children)
    rows += below.length
    if (rows > MAX_OPENED_ROWS) break
    for (const { key } of folders) open.add(key)
    level = below
  }
  return open
}

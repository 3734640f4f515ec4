// The files of a transfer as a tree with what is summed up for folders: how much is here, and how urgent it is.

import { explainFileCheck, isCareful } from '../../../../../src/api/check-sentence.ts'
import type { CheckState, FileRow } from '../../../../../src/api/schemas/transfer.ts'
import { type TreeNode, treeOf } from '../../../files/file-tree.ts'

/** Priorities as people choose them; the API knows 0 to 7. */
export const PRIORITIES = { skip: 0, low: 1, normal: 4, high: 7 } as const
export type Priority = keyof typeof PRIORITIES

export interface FileSum {
  readonly doneBytes: number
  /** Undefined: not the same for all below. */
  readonly priority: Priority | undefined
  readonly dangers: readonly string[]
  /** The worst below; null while nothing arrived. */
  readonly check: CheckState | null
}

/** The worst first. */
const WORST: readonly CheckState[] = [
  'locked',
  'careful-not-scanned',
  'careful-clean',
  'checking',
  'plain-not-scanned',
  'clean',
]

export function worstOf(states: readonly (CheckState | null)[]): CheckState | null {
  return WORST.find((state) => states.includes(state)) ?? null
}

/** Something to mind: it has a sign. */
export function isMinded({ check, dangers }: Pick<FileSum, 'check' | 'dangers'>): boolean {
  return dangers.length > 0 || check === 'locked' || (check !== null && isCareful(check))
}

/** All that is known of a file, without a full stop; undefined before it arrived. */
export function checkSentence({ check, dangers }: FileRow, nowMs: number): string | undefined {
  return check == null ? undefined : explainFileCheck(check, dangers, nowMs)
}

export function priorityName(priority: number): Priority {
  if (priority === PRIORITIES.skip) return 'skip'
  if (priority < PRIORITIES.normal) return 'low'
  return priority === PRIORITIES.normal ? 'normal' : 'high'
}

export function fileTree(files: readonly FileRow[]): readonly TreeNode[] {
  return treeOf(files.map(({ index, path, lengthBytes }) => ({ index, path, lengthBytes, kind: '' })))
}

/** For each node of the tree, by key. One walk. */
export function sumsOf(nodes: readonly TreeNode[], files: readonly FileRow[]): ReadonlyMap<string, FileSum> {
  const byIndex = new Map(files.map((file) => [file.index, file]))
  const sums = new Map<string, FileSum>()
  const walk = (node: TreeNode): FileSum => {
    const sum =
      node.file === undefined ? together(node.children.map(walk)) : ofFile(byIndex.get(node.file.index))
    sums.set(node.key, sum)
    return sum
  }
  for (const node of nodes) walk(node)
  return sums
}

function ofFile(file: FileRow | undefined): FileSum {
  if (file === undefined) return { doneBytes: 0, priority: undefined, dangers: [], check: null }
  const { doneBytes, priority, dangers, check } = file
  return { doneBytes, priority: priorityName(priority), dangers, check: check?.state ?? null }
}

function together(sums: readonly FileSum[]): FileSum {
  const [first] = sums
  return {
    doneBytes: sums.reduce((sum, { doneBytes }) => sum + doneBytes, 0),
    priority: sums.every(({ priority }) => priority === first?.priority) ? first?.priority : undefined,
    dangers: [...new Set(sums.flatMap(({ dangers }) => dangers))],
    check: worstOf(sums.map(({ check }) => check)),
  }
}

export function indexesOf(node: TreeNode): readonly number[] {
  return node.file === undefined ? node.children.flatMap(indexesOf) : [node.file.index]
}

// What a person unticked in the tree, as the globs that leave exactly that out.

import type { Survey } from '../../../../src/api/schemas/share.ts'
import { chosenCounts, type TreeFile, type TreeNode, tickOf } from '../../files/file-tree.ts'
import { globOf } from './share-plan.ts'

export function treeFilesOf(files: Survey['files']): readonly TreeFile[] {
  return files.map(({ path, lengthBytes }, index) => ({ index, path, lengthBytes, kind: '' }))
}

/**
 * A folder of which nothing is chosen goes whole, with what the survey did not list of it.
 * @param nodes of the files' whole paths
 */
export function excludesOf(nodes: readonly TreeNode[], chosen: ReadonlySet<number>): readonly string[] {
  const counts = chosenCounts(nodes, chosen)
  const globs: string[] = []
  const walk = (node: TreeNode, above: readonly string[]): void => {
    const path = [...above, node.name]
    const tick = tickOf(node, chosen, counts)
    if (tick === 'none') globs.push(globOf(node.file?.path ?? path, node.file === undefined))
    else if (tick === 'some') for (const child of node.children) walk(child, path)
  }
  for (const node of nodes) walk(node, pathAbove(node))
  return globs
}

/** The tree leaves out a folder around everything; globs need it. */
function pathAbove(node: TreeNode): readonly string[] {
  let first = node
  while (first.file === undefined && first.children[0] !== undefined) first = first.children[0]
  const whole = first.file?.path ?? []
  return whole.slice(0, whole.length - 1 - (first.level - node.level))
}

// What a person unticked in the tree, as the fewest paths that leave exactly that out.

import { chosenCounts, type TreeNode, tickOf } from '../../files/file-tree.ts'
import type { OneAnswer } from './review-state.ts'

export type PathBelow = readonly string[]

/**
 * A folder of which nothing is chosen goes whole, with what was not listed of it.
 * @param nodes of the files' whole paths
 */
export function pathsLeftOut(nodes: readonly TreeNode[], chosen: ReadonlySet<number>): readonly PathBelow[] {
  const counts = chosenCounts(nodes, chosen)
  const paths: PathBelow[] = []
  const walk = (node: TreeNode, above: readonly string[]): void => {
    const path = [...above, node.name]
    const tick = tickOf(node, chosen, counts)
    if (tick === 'none') paths.push(node.file?.path ?? path)
    else if (tick === 'some') for (const child of node.children) walk(child, path)
  }
  for (const node of nodes) walk(node, pathAbove(node))
  return paths
}

/** What to answer so that these are left out instead of those before: first what comes back, then what goes. */
export function answersFor(before: readonly PathBelow[], after: readonly PathBelow[]): readonly OneAnswer[] {
  const [old, now] = [keyed(before), keyed(after)]
  const back = [...old].filter(([key]) => !now.has(key)).map(([, path]) => ({ path, answer: null }))
  const out = [...now].filter(([key]) => !old.has(key))
  return [...back, ...out.map(([, path]) => ({ path, answer: 'leave-out' as const }))]
}

function keyed(paths: readonly PathBelow[]): ReadonlyMap<string, string[]> {
  return new Map(paths.map((path) => [path.join('/'), [...path]]))
}

/** The tree leaves out a folder around everything; paths need it. */
function pathAbove(node: TreeNode): readonly string[] {
  let first = node
  while (first.file === undefined && first.children[0] !== undefined) first = first.children[0]
  const whole = first.file?.path ?? []
  return whole.slice(0, whole.length - 1 - (first.level - node.level))
}

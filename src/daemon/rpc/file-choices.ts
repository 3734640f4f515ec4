// Which files a request wants or leaves out and how much each matters: file positions become priorities of the engine.

import type { InputOf } from '../../api/routes.ts'
import { type Arguments, wrong } from './arguments.ts'
import { ENGINE_PRIORITY } from './file-fields.ts'

const CHOICES = [
  'files-unwanted',
  'files-wanted',
  'priority-low',
  'priority-normal',
  'priority-high',
] as const

type Priorities = InputOf<'changeFiles'>['priorities']

export function hasFileChoices(args: Arguments): boolean {
  return CHOICES.some((name) => args.has(name))
}

/**
 * An empty list means all files. A priority for a file that is left out does not bring it in.
 * @param files in the order of the torrent, with the engine's index and the priority that holds now
 */
export function filePriorities(
  args: Arguments,
  files: readonly { readonly index: number; readonly priority: number }[],
): Priorities {
  const now = files.map(({ priority }) => priority)
  for (const name of CHOICES) {
    for (const at of positions(name)) {
      if (name === 'files-unwanted') now[at] = 0
      else if (name === 'files-wanted') now[at] ||= ENGINE_PRIORITY.normal
      else if (now[at] !== 0) now[at] = ENGINE_PRIORITY[levelOf(name)]
    }
  }
  return files.flatMap(({ index, priority }, at) => {
    const wished = now[at] ?? priority
    return wished === priority ? [] : [{ index, priority: wished }]
  })

  function positions(name: (typeof CHOICES)[number]): number[] {
    const given = args.counts(name) ?? []
    if (args.has(name) && given.length === 0) return files.map((_, at) => at)
    if (given.some((at) => at >= files.length)) throw wrong(name, `positions below ${files.length}`)
    return given
  }
}

function levelOf(name: 'priority-low' | 'priority-normal' | 'priority-high'): 'low' | 'normal' | 'high' {
  return name === 'priority-low' ? 'low' : name === 'priority-high' ? 'high' : 'normal'
}

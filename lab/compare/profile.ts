// Reads the processor profiles that `node --cpu-prof` wrote: where the time went, function by function.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface HotFunction {
  readonly name: string
  readonly selfSeconds: number
}

/** The functions that took most time themselves, over all profiles of a folder (main thread and workers). */
export function hottest(folder: string, count: number): readonly HotFunction[] {
  const seconds = new Map<string, number>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile
    const names = new Map(profile.nodes.map((node) => [node.id, nameOf(node.callFrame)]))
    for (const [index, id] of profile.samples.entries()) {
      const name = names.get(id) ?? '?'
      if (name === '(idle)') continue
      seconds.set(name, (seconds.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1e6)
    }
  }
  return [...seconds]
    .map(([name, selfSeconds]) => ({ name, selfSeconds }))
    .sort((a, b) => b.selfSeconds - a.selfSeconds)
    .slice(0, count)
}

function nameOf(frame: CpuProfile['nodes'][number]['callFrame']): string {
  if (frame.url === '') return frame.functionName
  const place = frame.url.replace(/^.*\/(src|bin|node_modules)\//, '$1/')
  return `${frame.functionName === '' ? '(anonymous)' : frame.functionName} ${place}:${frame.lineNumber + 1}`
}

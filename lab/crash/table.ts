// The outcome of a run of the crash lab as a table that can be put into docs/crash.md as it is.

import type { CrashResult } from './crash.ts'
import type { Kill } from './download.ts'
import { MIB } from './scene.ts'

export function tableOf(result: CrashResult): string {
  const { kills, faults } = result
  const summary = `${kills.length} kills, ${result.downloads} downloads, ${result.seconds.toFixed(0)} s, seed ${result.seed}`
  const wrong = faults.length === 0 ? ['Nothing wrong.'] : ['Wrong:', ...faults.map((fault) => `- ${fault}`)]
  return [
    summary,
    '',
    ...groups('torrent', kills, ({ torrent }) => torrent),
    '',
    ...groups('killed at', kills, ({ moment }) => moment),
    '',
    ...wrong,
  ].join('\n')
}

function groups(title: string, kills: readonly Kill[], nameOf: (kill: Kill) => string): string[] {
  const rows = [...Map.groupBy(kills, nameOf)].map(([name, group]) => row(name, group))
  return [
    `| ${title} | kills | torn journals | again, mean | again, worst | worst of what is allowed | hashed at start |`,
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows,
    row('all', kills),
  ]
}

function row(name: string, kills: readonly Kill[]): string {
  const again = kills.map(({ repeatedBytes }) => repeatedBytes)
  const counted = kills.filter(({ allowedBytes }) => allowedBytes > 0)
  const share = Math.max(0, ...counted.map((kill) => kill.repeatedBytes / kill.allowedBytes))
  const checked = kills.filter(({ moment }) => moment !== 'checking')
  const cells = [
    name,
    kills.length,
    kills.filter(({ torn }) => torn).length,
    mib(again.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, kills.length)),
    mib(Math.max(0, ...again)),
    `${Math.round(share * 100)} %`,
    mib(Math.max(0, ...checked.map(({ checkedBytes }) => checkedBytes))),
  ]
  return `| ${cells.join(' | ')} |`
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}

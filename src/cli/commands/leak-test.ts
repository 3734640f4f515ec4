// `shoal leak-test`: whether everything leaves by the proxy or interface that was named, shown with real sockets.

import { type Engine, nodePorts } from '../../daemon/compose.ts'
import {
  LeakError,
  type LeakFinding,
  type LeakKind,
  type LeakReport,
  type LeakVerdict,
  runLeakTest,
} from '../../daemon/leak-test.ts'
import { openExit, withheldBy } from '../../daemon/way-out.ts'
import { defineCommand, NO_OPERANDS } from '../command.ts'
import type { Output } from '../output.ts'
import type { Style } from '../terminal.ts'
import { sayWayOut, WAY_OUT_OPTIONS, wayOutOf } from '../way-out-options.ts'

const KINDS: Readonly<Record<LeakKind, string>> = {
  peers: 'peers (TCP)',
  incoming: 'being connected to',
  'dht-utp': 'DHT and uTP (UDP)',
  'udp-tracker': 'UDP trackers',
  http: 'HTTP trackers, web seeds',
  names: 'names',
  'local-discovery': 'local discovery',
  'port-mapping': 'router (port mapping)',
}

const KIND_COLUMNS = 26

const SIGNS: Readonly<Record<LeakVerdict, { readonly text: string; readonly style: Style }>> = {
  'as-told': { text: '✓', style: 'good' },
  off: { text: '✓', style: 'good' },
  unseen: { text: '?', style: 'careful' },
  leak: { text: '✗', style: 'bad' },
}

export const command = defineCommand({
  options: WAY_OUT_OPTIONS,
  operands: NO_OPERANDS,
  details: [
    'Give it the options of your transfers, or set SHOAL_PROXY or SHOAL_INTERFACE. Exit code 1 if anything leaks.',
    'It looks at the sockets of its own process as the kernel sees them (Linux), while one of every kind is in use. It cannot see what other programs, the system or the proxy do: docs/privacy.md.',
  ],
  run: async ({ values, output }) => {
    const exit = await openExit(wayOutOf(values))
    const ports = nodePorts(exit)
    try {
      sayWayOut({ exit, withheld: withheldBy(exit) } satisfies Pick<Engine, 'exit' | 'withheld'>, output)
      const report = await runLeakTest({ exit, ports })
      output.object({ event: 'leak-test', leaks: leaksIn(report).length, ...report })
      show(output, report)
      const [first] = leaksIn(report)
      if (first !== undefined)
        throw new LeakError('LEAK_FOUND', { what: KINDS[first.kind], where: first.seen.join(', ') })
      return 0
    } finally {
      if (exit.kind !== 'direct') exit.close()
      await ports.close()
    }
  },
})

function leaksIn({ findings }: LeakReport): LeakFinding[] {
  return findings.filter(({ verdict }) => verdict === 'leak')
}

function show(output: Output, report: LeakReport): void {
  for (const { kind, verdict, seen } of report.findings) {
    output.result([' ', SIGNS[verdict], ` ${KINDS[kind].padEnd(KIND_COLUMNS)}${wordsFor(verdict, seen)}`])
  }
  if (leaksIn(report).length > 0) return
  output.result(conclusion(report))
}

function wordsFor(verdict: LeakVerdict, seen: readonly string[]): string {
  if (verdict === 'off') return 'off'
  return verdict === 'unseen' ? 'no socket was seen' : seen.join(', ')
}

function conclusion({ way, visible, findings }: LeakReport): string {
  if (!visible) return 'This system does not show a program its own sockets, so nothing was tested.'
  if (way === 'direct')
    return 'No proxy and no interface is set: everything leaves by the ways your system has, and others see your address.'
  const unseen = findings.filter(({ verdict }) => verdict === 'unseen').length
  const rest = unseen === 0 ? '' : ` Of ${unseen} of them nothing can be said.`
  return `Every socket that was seen leads where it should.${rest}`
}

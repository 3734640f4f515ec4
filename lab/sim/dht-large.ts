// npm run lab:dht [-- --nodes N --minutes N --lookups N --seed N --only honest|malicious]: a DHT of 10,000 production nodes
// under churn, in virtual time: how many lookups succeed, what they cost, what each node sends; with eight Sybils beside some
// torrents; and with a tenth of the nodes malicious. Prints the tables of docs/dht.md.

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type ChurnFigures, runChurn } from './dht-churn.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '60' },
    lookups: { type: 'string', default: '3000' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
    only: { type: 'string' },
  },
})

const common = {
  seed: Number(values.seed),
  nodes: Number(values.nodes),
  growMinutes: 20,
  runMinutes: Number(values.minutes),
  medianSessionMinutes: 60,
  loss: 0.02,
  torrents: 100,
  lookups: Number(values.lookups),
}
const runs = {
  honest: { ...common, malicious: 0, sybilTorrents: 8 },
  malicious: { ...common, malicious: 0.1, sybilTorrents: 0 },
}

for (const [name, options] of Object.entries(runs)) {
  if (values.only !== undefined && values.only !== name) continue
  const startedMs = performance.now()
  const onProgress = (text: string): void =>
    console.error(`${name}: ${text} (${((performance.now() - startedMs) / 1000).toFixed(0)} s)`)
  const figures = await runChurn({ ...options, onProgress })
  print(name, figures)
  onProgress(`seed ${options.seed}, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
}

function print(name: string, figures: ChurnFigures): void {
  console.log(`\n${name === 'honest' ? 'All honest but the Sybils' : 'A tenth of the nodes malicious'}`)
  console.log(
    '| beside the torrent | lookups | found | questions | hops | first peer | whole lookup (median, 95 %) |',
  )
  console.log('|---|---|---|---|---|---|---|')
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
  for (const [kind, of] of figures.lookups) {
    const cells = [
      kind === 'none' ? 'nobody' : `8 Sybils, ${kind}`,
      of.lookups,
      `${((100 * of.found) / of.lookups).toFixed(2)} %`,
      of.asked.toFixed(1),
      of.hops.toFixed(1),
      seconds(of.medianFirstPeerMs),
      `${seconds(of.medianMs)}, ${seconds(of.p95Ms)}`,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  const { announcedTo, bytesPerNodeHour, datagramsPerNodeHour, tableNodes, came, datagrams } = figures
  console.log(
    `announced to ${announcedTo.toFixed(2)} nodes; each node sends ${datagramsPerNodeHour.toFixed(0)} datagrams, ` +
      `${(bytesPerNodeHour / 1000).toFixed(1)} kB an hour, and knows ${tableNodes.toFixed(0)} nodes; ` +
      `${came} sessions, ${datagrams} datagrams`,
  )
}

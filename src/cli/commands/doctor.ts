// `shoal doctor`: can others reach me, and what stands in the way; each finding a sentence with what would help.

import path from 'node:path'
import { explainFinding } from '../../api/finding-sentence.ts'
import { parseEndpoint } from '../../base/address.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { wireHash } from '../../base/ids.ts'
import { scannerSetting } from '../../daemon/checks/own-check.ts'
import { examine } from '../../daemon/doctor/doctor.ts'
import type { Finding, FindingState } from '../../daemon/doctor/finding.ts'
import { toolPorts } from '../../daemon/tool-ports.ts'
import { readTorrentInput, type TorrentInput } from '../../daemon/torrent-input.ts'
import { defineCommand } from '../command.ts'
import type { Output } from '../output.ts'
import { TEXT } from '../readers.ts'
import { stateFolderOf } from '../state-folder.ts'
import type { Span } from '../terminal.ts'
import { hasRouters, openTransferEngine, TRANSFER_OPTIONS } from '../transfer-options.ts'

const {
  port,
  bind,
  peer,
  'no-utp': noUtp,
  'no-port-mapping': noPortMapping,
  'no-dht': noDht,
  'dht-node': dhtNode,
  'dht-router': dhtRouter,
  proxy,
  interface: networkInterface,
} = TRANSFER_OPTIONS

const SIGNS: Readonly<Record<FindingState, Span>> = {
  good: { text: '✓', style: 'good' },
  careful: { text: '!', style: 'careful' },
  bad: { text: '✗', style: 'bad' },
  unknown: { text: '?', style: 'faint' },
  off: { text: '-', style: 'faint' },
}

const CHECK_COLUMNS = 12
/** As with every command that is stopped. */
const INTERRUPTED = 130

export const command = defineCommand({
  options: {
    output: {
      kind: 'value',
      short: 'o',
      placeholder: 'DIR',
      reader: TEXT,
      summary: 'the folder that downloads would go to, instead of the current one',
    },
    port,
    bind,
    peer,
    'no-utp': noUtp,
    'no-port-mapping': noPortMapping,
    'no-dht': noDht,
    'dht-node': dhtNode,
    'dht-router': dhtRouter,
    proxy,
    interface: networkInterface,
  },
  operands: { least: 0, most: 1, expects: 'nothing, or a link or torrent that --peer has' },
  details: [
    'Takes about a quarter of a minute, and works without any network too. Nothing it does stays.',
    'With a link or torrent and a --peer that has it, plain and encrypted connections are compared.',
    'Exit code 0 if nothing is wrong, 1 if something is.',
  ],
  run: async ({ values, operands, output, input, folder, interrupt, environment }) => {
    const stop = interrupt.listen()
    const [given] = operands
    const source =
      given === undefined ? undefined : await readTorrentInput(given, { ...toolPorts(), stdin: input })
    output.note('Asking the router, the DHT and the peers that were named: about a quarter of a minute.')
    const findings = await examine({
      open: () =>
        openTransferEngine(
          {
            ...values,
            'no-lsd': true,
            'ip-filter': [],
            up: undefined,
            down: undefined,
            encryption: undefined,
          },
          folder,
          output,
        ),
      saveFolder: path.resolve(folder, values.output ?? '.'),
      stateFolder: stateFolderOf(values, folder),
      somebodyToAsk: values['dht-node'].length > 0 || hasRouters(values),
      scannerAt: await scannerSetting(stateFolderOf(values, folder), environment),
      peers: [...values.peer, ...peersIn(source)],
      torrent: hashOf(source),
      stop,
      found: (finding) => show(finding, output),
    })
    if (stop.aborted) return INTERRUPTED
    return findings.some(({ state }) => state === 'bad') ? 1 : 0
  },
})

function show(finding: Finding, output: Output): void {
  const { sentence, help } = explainFinding(finding.code, finding.data)
  output.object({ event: 'finding', ...finding, sentence, help: help ?? null })
  output.result([SIGNS[finding.state], ` ${finding.check.padEnd(CHECK_COLUMNS)} ${sentence}`])
  if (help !== undefined && finding.state !== 'good')
    output.result([' '.repeat(CHECK_COLUMNS + 3), { text: help, style: 'faint' }])
}

function peersIn(source: TorrentInput | undefined): readonly Endpoint[] {
  const named = source?.kind === 'magnet' ? source.magnet.peers : []
  return named.map(parseEndpoint).filter((peer) => peer !== undefined)
}

function hashOf(source: TorrentInput | undefined) {
  if (source === undefined) return undefined
  const { infohashV1, infohashV2 } = source.kind === 'magnet' ? source.magnet : source.torrent.metainfo
  const hash = infohashV1 ?? infohashV2
  return hash === undefined ? undefined : wireHash(hash)
}

// `shoal nearby`: devices with Shoal on this network, what one of them offers to everyone, or the list as it changes.

import { formatCount, formatSize } from '../../api/format-quantity.ts'
import type { NearbyDevice } from '../../api/schemas/people.ts'
import { defineCommand } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import type { Output } from '../output.ts'
import { peopleLink } from '../people/people-context.ts'
import { chooseNamed } from '../people/people-names.ts'
import { COUNT } from '../readers.ts'
import { type Column, table } from '../table.ts'
import { UsageError } from '../usage-error.ts'

const DEVICES: readonly Column[] = [
  { heading: 'ID' },
  { heading: 'Name' },
  { heading: 'Device' },
  { heading: 'Known' },
  { heading: 'Offers' },
]
const FILES: readonly Column[] = [{ heading: 'Kind' }, { heading: 'Size', right: true }, { heading: 'Name' }]
const MOST_ROWS = 200
const TERMINATED = 143

export const command = defineCommand({
  options: {
    watch: { kind: 'switch', summary: 'stay, and say who comes and goes' },
    from: {
      kind: 'value',
      placeholder: 'N',
      reader: COUNT,
      summary: 'with a device: leave out the first N rows',
    },
  },
  operands: { least: 0, most: 2, expects: 'nothing, or a device' },
  details: [
    'Send something: shoal send DEVICE PATH. Get what a device offers: shoal search WORDS --in nearby --get N.',
    'Who sees this device is yours to say: shoal me visible everyone|contacts|off.',
  ],
  run: async (context) => {
    const { values, operands, output, interrupt } = context
    const [word, path = ''] = operands
    if (word !== undefined && values.watch)
      throw new UsageError('OPTION_CONFLICT', { option: '--watch', other: 'a device' })
    const link = await peopleLink(context)
    if (word !== undefined) return browse(output, link, word, path, values.from ?? 0)
    const { devices } = await link.call('nearby', {})
    if (!values.watch) {
      output.object({ devices })
      sayDevices(output, devices)
      return 0
    }
    await watch(output, link, interrupt.listen())
    return interrupt.exitCode === TERMINATED ? TERMINATED : 0
  },
})

function sayDevices(output: Output, devices: readonly NearbyDevice[]): void {
  if (devices.length === 0) {
    output.note(
      'Nobody with Shoal is seen on this network. Devices show themselves to contacts only, until somebody says there: shoal me visible everyone',
    )
    return
  }
  const { results } = output
  const rows = devices.map((each) => [
    each.device.slice(0, 8),
    each.name,
    each.deviceName,
    knownWord(each),
    offersWord(each),
  ])
  for (const line of table(DEVICES, rows, results.live ? results.columns : undefined)) output.result(line)
}

function knownWord({ own, contact }: NearbyDevice): string {
  return own ? 'yours' : contact ? 'contact' : ''
}

function offersWord({ offeredFiles, offeredBytes }: NearbyDevice): string {
  return offeredFiles === 0 ? '' : `${formatCount(offeredFiles, 'file')}, ${formatSize(offeredBytes)}`
}

/** One line or object for each that comes or goes. */
async function watch(output: Output, link: DaemonLink, stop: AbortSignal): Promise<void> {
  const known = new Map<string, NearbyDevice>()
  const look = async (): Promise<void> => {
    const { devices } = await link.call('nearby', {})
    const now = new Set(devices.map(({ device }) => device))
    for (const each of devices) {
      const before = known.get(each.device)
      known.set(each.device, each)
      if (JSON.stringify(before) === JSON.stringify(each)) continue
      output.object({ event: before === undefined ? 'came' : 'changed', ...each })
      if (before === undefined) output.result(`+ ${lineOf(each)}`)
    }
    for (const [id, each] of known)
      if (!now.has(id)) {
        known.delete(id)
        output.object({ event: 'gone', device: id, name: each.name })
        output.result(`- ${lineOf(each)}`)
      }
  }
  await look()
  for await (const { people, reset } of link.changes(undefined, stop))
    if (reset === true || people?.some(({ kind }) => kind === 'nearby') === true) await look()
}

function lineOf(device: NearbyDevice): string {
  const words = [device.deviceName, knownWord(device), offersWord(device)].filter((word) => word !== '')
  return `${device.name || device.device.slice(0, 8)} (${words.join(', ')})`
}

async function browse(
  output: Output,
  link: DaemonLink,
  word: string,
  path: string,
  offset: number,
): Promise<number> {
  const { devices } = await link.call('nearby', {})
  const { id, names } = chooseNamed(
    word,
    devices.map(({ device, deviceName, name }) => ({
      kind: 'device',
      id: device,
      names: [...new Set([deviceName, name])].filter((each) => each !== ''),
    })),
    'device on this network',
  )
  const page = await link.call('nearbyFiles', { id, path, offset, limit: MOST_ROWS })
  output.object({ device: id, path, ...page })
  const rows = [
    ...page.folders.map(({ name, files, totalBytes }) => [
      'folder',
      formatSize(totalBytes),
      `${name}/ (${formatCount(files, 'file')})`,
    ]),
    ...page.files.map(({ kind, lengthBytes, name }) => [kind, formatSize(lengthBytes), name]),
  ]
  const { results } = output
  if (rows.length === 0) output.note(`${names[0] ?? 'It'} offers nothing to everyone here.`)
  else for (const line of table(FILES, rows, results.live ? results.columns : undefined)) output.result(line)
  const until = offset + rows.length
  if (until < page.total) output.note(`and ${page.total - until} more: --from ${until}`)
  return 0
}

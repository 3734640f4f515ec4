// `shoal get`: fetches what a link or torrent names into a folder, goes on where it stopped, gives on a little.

import path from 'node:path'
import picomatch from 'picomatch'
import type { AddRequest } from '../../api/schemas/adding.ts'
import { endpointText } from '../../base/endpoint.ts'
import { CodedError } from '../../base/errors.ts'
import { ownCheck } from '../../daemon/checks/own-check.ts'
import { runGet } from '../../daemon/get-job.ts'
import { adderFor, hostsIn, isUnlisted, originOf } from '../../daemon/get-source.ts'
import { sourceRequest } from '../../daemon/source-request.ts'
import { toolPorts } from '../../daemon/tool-ports.ts'
import { readTorrentInput, type TorrentInput } from '../../daemon/torrent-input.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { getThroughDaemon } from '../daemon-get.ts'
import { Report } from '../get-report.ts'
import type { OptionTable } from '../options.ts'
import type { Output } from '../output.ts'
import { DURATION, RATIO, TEXT } from '../readers.ts'
import { openTransferEngine, TRANSFER_OPTIONS } from '../transfer-options.ts'
import { WEB_SEED_URL } from '../url-readers.ts'
import { runningFor, WHICH_ENGINE_HELP } from '../which-engine.ts'

export class GetUseError extends CodedError<'TRACKER_UNLISTED' | 'LINK_FOR_PEOPLE'> {}

/** Without any progress for this long a get fails rather than waiting for ever (INTERFACE.md B4, NO_SOURCES). */
const DEFAULT_TIMEOUT_MS = 10 * 60_000

const OPTIONS = {
  output: {
    kind: 'value',
    short: 'o',
    placeholder: 'DIR',
    reader: TEXT,
    summary: 'save here instead of the current folder',
  },
  select: {
    kind: 'list',
    placeholder: 'GLOB',
    reader: TEXT,
    summary: 'only files whose path or name fits',
  },
  'web-seed': {
    kind: 'list',
    placeholder: 'URL',
    reader: WEB_SEED_URL,
    summary: 'a server that has the files too: nobody else need be there',
  },
  sequential: { kind: 'switch', summary: 'from beginning to end, to play while it comes' },
  seed: { kind: 'switch', summary: 'go on giving when done, until stopped' },
  'seed-ratio': {
    kind: 'value',
    placeholder: 'N',
    reader: RATIO,
    summary: 'go on until N times the size is given',
  },
  'seed-time': { kind: 'value', placeholder: 'D', reader: DURATION, summary: 'go on giving for this long' },
  ...TRANSFER_OPTIONS,
} as const satisfies OptionTable

export const command = defineCommand({
  options: OPTIONS,
  operands: { least: 1, most: 1, expects: 'a link, a torrent file or - for standard input' },
  details: [
    'Run again, it goes on where it stopped. Existing files are never overwritten.',
    'When done it gives on for at most a minute while somebody needs it; --seed* for longer. The running Shoal gives as its settings say, or as --seed* says.',
    WHICH_ENGINE_HELP,
  ],
  run: async (context) => {
    const { values, output, folder } = context
    refusePeopleLink(context.operands[0] as string)
    const link = await runningFor(context)
    if (link === undefined) return byItself(context)
    const ports = toolPorts()
    const source = await readTorrentInput(context.operands[0] as string, { ...ports, stdin: context.input })
    await ports.close()
    refuseUnlisted(values, source)
    sayHosts(output, hostsIn(source))
    return getThroughDaemon({
      link,
      request: {
        source: sourceRequest(source),
        saveFolder: path.resolve(folder, values.output ?? '.'),
        ...(values.select.length === 0 ? {} : { select: [...values.select] }),
        trackers: [...values.tracker],
        webSeeds: [...values['web-seed']],
        peers: values.peer.map(endpointText),
        sequential: values.sequential,
        ...(values.up === undefined ? {} : { upLimit: values.up }),
        ...(values.down === undefined ? {} : { downLimit: values.down }),
        ...stopRuleOf(values),
      },
      output,
      interrupt: context.interrupt,
      timeoutMs: values.timeout ?? DEFAULT_TIMEOUT_MS,
    })
  },
})

type Context = CommandContext<typeof OPTIONS>

/** With an engine that ends with this command. */
async function byItself({
  values,
  operands,
  output,
  input,
  folder,
  interrupt,
  environment,
}: Context): Promise<number> {
  const engine = await openTransferEngine(values, folder, output)
  try {
    const source = await readTorrentInput(operands[0] as string, { ...engine.ports, stdin: input })
    refuseUnlisted(values, source)
    const saveFolder = path.resolve(folder, values.output ?? '.')
    const check = await ownCheck(originOf(source), engine, environment)
    const globs = values.select.length === 0 ? undefined : [...values.select]
    const add = await adderFor(source, engine, {
      saveFolder,
      trackers: values.tracker,
      peers: values.peer,
      webSeeds: values['web-seed'],
      pex: !values['no-pex'],
      lan: !values['no-lsd'],
      sequential: values.sequential,
      refetch: true,
      fits: globs === undefined ? undefined : picomatch(globs, { dot: true, nocase: true }),
      beforeFinal: (file) => check.beforeFinal(file),
      withheld: (metainfo) => check.withheld(metainfo),
    })
    sayHosts(output, hostsIn(source))
    // Not before: whoever waits for standard input is to end at once.
    const stop = interrupt.listen()
    await runGet({
      engine,
      add,
      report: new Report(output, saveFolder, check),
      timeoutMs: values.timeout ?? DEFAULT_TIMEOUT_MS,
      giving: {
        forever: values.seed,
        ratio: values['seed-ratio'],
        seconds: values['seed-time'] === undefined ? undefined : values['seed-time'] / MS_PER_SECOND,
        courtesy: output.notes.live && !values.json,
      },
      stop,
    })
    return 0
  } finally {
    await engine.close()
  }
}

const MS_PER_SECOND = 1_000

const FOR_PEOPLE: Readonly<Record<string, { readonly what: string; readonly command: string }>> = {
  invite: { what: 'an invite to a circle', command: 'shoal circle join LINK' },
  contact: { what: 'a link by which somebody becomes your contact', command: 'shoal me add LINK' },
  device: { what: 'a link by which a device becomes yours', command: 'shoal me link-device LINK' },
}

/** What brings people together is joined, not fetched. @throws GetUseError */
function refusePeopleLink(word: string): void {
  const [, kind = ''] = /^shoal:([a-z]+):/i.exec(word.trim()) ?? []
  const known = FOR_PEOPLE[kind.toLowerCase()]
  if (known !== undefined) throw new GetUseError('LINK_FOR_PEOPLE', { ...known })
}

/** @throws GetUseError */
function refuseUnlisted(values: Context['values'], source: TorrentInput): void {
  if (values.tracker.length > 0 && isUnlisted(source)) throw new GetUseError('TRACKER_UNLISTED')
}

/** Without any --seed option the running Shoal gives as its settings say. */
function stopRuleOf(values: Context['values']): Pick<AddRequest, 'stopRule'> {
  const { seed, 'seed-ratio': ratio, 'seed-time': time } = values
  if (!seed && ratio === undefined && time === undefined) return {}
  const seconds = time === undefined ? null : Math.ceil(time / MS_PER_SECOND)
  return { stopRule: { ratio: ratio ?? null, seconds, copies: null } }
}

/** Hosts in a link are shown before they are contacted (SAFETY.md, personal data). */
function sayHosts(output: Output, hosts: readonly string[]): void {
  if (hosts.length > 0) output.note(`It names these hosts, which will see your address: ${hosts.join(', ')}`)
}

// `shoal share`: says what will be visible to whom, prints the link, then gives until told to stop.

import path from 'node:path'
import picomatch from 'picomatch'
import { formatSize } from '../../api/format-quantity.ts'
import type { ShareRequest } from '../../api/schemas/share.ts'
import { endpointText } from '../../base/endpoint.ts'
import { CodedError } from '../../base/errors.ts'
import type { Engine } from '../../daemon/compose.ts'
import type { Listing } from '../../daemon/get-source.ts'
import { type LookedAt, refuseWithoutLicence } from '../../daemon/review/gate.ts'
import type { OwnWish } from '../../daemon/review/own-look.ts'
import { type Share, type ShareChoices, sharePath, shareTorrent } from '../../daemon/share-job.ts'
import { ShareError, type ShareSurvey, surveyShare } from '../../daemon/share-survey.ts'
import { type ToolPorts, toolPorts } from '../../daemon/tool-ports.ts'
import { readTorrentFile } from '../../daemon/torrent-input.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { shareThroughDaemon } from '../daemon-share.ts'
import { LOOK_OPTIONS } from '../look.ts'
import type { OptionTable } from '../options.ts'
import type { Output } from '../output.ts'
import { ownPages, pageFor } from '../own-page.ts'
import { peopleLink } from '../people/people-context.ts'
import { send } from '../people/sending.ts'
import { DURATION, LICENCE, TEXT } from '../readers.ts'
import { give } from '../share-giving.ts'
import { daemonLooks, foretellPrivate, ownLooks } from '../share-look.ts'
import { type Offered, saySharing } from '../share-text.ts'
import { stateFolderOf } from '../state-folder.ts'
import { foretellTorrent, saySurvey, surveyObject } from '../survey-text.ts'
import { openTransferEngine, TRANSFER_OPTIONS } from '../transfer-options.ts'
import { bar } from '../transfer-view.ts'
import { UsageError } from '../usage-error.ts'
import { runningFor, WHICH_ENGINE_HELP } from '../which-engine.ts'

export class ShareUseError extends CodedError<'TRACKER_NEEDS_EVERYONE' | 'ONCE_OR_FOR'> {}

const OPTIONS = {
  to: {
    kind: 'value',
    placeholder: 'WHO',
    reader: TEXT,
    summary:
      'link (default): only who has the link; everyone: listed under its infohash; or a circle or a person by name',
  },
  dir: {
    kind: 'value',
    placeholder: 'D',
    reader: TEXT,
    summary: "folder that holds a torrent's data (default: beside it)",
  },
  exclude: { kind: 'list', placeholder: 'GLOB', reader: TEXT, summary: 'leave out files whose path fits' },
  ...LOOK_OPTIONS,
  licence: {
    kind: 'value',
    placeholder: 'L',
    reader: LICENCE,
    summary: 'with --to everyone: own-work, permission, or an open licence by its SPDX id',
  },
  publisher: {
    kind: 'value',
    placeholder: 'NAME',
    reader: TEXT,
    summary: 'with --to everyone: whom others see as publisher',
  },
  content: {
    kind: 'switch',
    summary:
      'one file by its content alone: everybody who has the same file gives it, too, whatever its name',
  },
  'super-seed': {
    kind: 'switch',
    summary: 'as first sharer: send each piece once and let others spread it',
  },
  once: { kind: 'switch', summary: 'stop when one whole copy is elsewhere' },
  for: { kind: 'value', placeholder: 'D', reader: DURATION, summary: 'stop after this long' },
  web: {
    kind: 'switch',
    summary: 'also a page from which a phone on this network fetches it, with nothing installed',
  },
  'dry-run': { kind: 'switch', summary: 'say what would be visible, and share nothing' },
  ...TRANSFER_OPTIONS,
} as const satisfies OptionTable

export const command = defineCommand({
  options: OPTIONS,
  operands: { least: 1, most: 100, expects: 'a file, a folder or a torrent file' },
  details: [
    'Home, drive roots, key and profile folders are refused. Links and special files are left out.',
    'Everything is looked through before anybody can get it. What looks private is asked about on a terminal; elsewhere --allow or --leave-out must answer it, by the id or kind of a finding or a pattern of paths (--dry-run shows them), and --yes does not. --to everyone needs a --licence.',
    '--to CIRCLE or PERSON offers it to them as `shoal send` does: nobody else can get it, and it is nowhere announced.',
    'With --content whoever has the link or the same file can tell that it is here.',
    WHICH_ENGINE_HELP,
  ],
  run: async (context) => {
    const { values, operands, output, folder, interrupt } = context
    const listing = values.to ?? 'link'
    if (!isListing(listing)) return shareWithPeople(context, listing)
    if (values.once && values.for !== undefined) throw new ShareUseError('ONCE_OR_FOR')
    refuseWithoutLicence(listing, values.licence)
    const stop = interrupt.listen()
    // Nothing leaves this computer, and nobody can come in, before it is known what is shared with whom.
    const ports = toolPorts()
    if (values.tracker.length > 0 && listing !== 'everyone') await requirePrivate(operands, folder, ports)
    const excludes = values.exclude.length === 0 ? undefined : picomatch([...values.exclude], { dot: true })
    const surveys = await Promise.all(
      operands.map((given) =>
        isTorrentFile(given)
          ? undefined
          : surveyShare({
              given,
              folder,
              stateFolder: stateFolderOf(values, folder),
              excluded: (relative) => excludes?.(relative) ?? false,
              disk: ports.disk,
            }),
      ),
    )
    if (values.content) refuseUnlessFiles(operands, surveys, folder)
    const looking = {
      input: context.input,
      output,
      stop,
      wishes: { allow: values.allow, leaveOut: values['leave-out'] },
    }
    const link = values['dry-run'] ? undefined : await runningFor(context)
    for (const survey of surveys) if (survey !== undefined) saySurvey(output, survey, listing)
    if (values['dry-run']) {
      for (const [i, given] of operands.entries()) {
        const survey = surveys[i]
        if (survey !== undefined) output.object(surveyObject(survey, listing))
        else await foretellTorrent(path.resolve(folder, given), listing, output, ports)
        await foretellPrivate(lookWish(given, survey, context), ports, looking)
      }
      return 0
    }
    if (link !== undefined) {
      const asked = operands.map((given, i) => wishOf(given, surveys[i], context))
      const wanted = asked.map(({ path, exclude, dataFolder, audience = 'link' }) => ({
        path,
        audience,
        ...(exclude === undefined ? {} : { exclude }),
        ...(dataFolder === undefined ? {} : { dataFolder }),
      }))
      const reviews = await daemonLooks(wanted, link, looking)
      const wishes = asked.map((wish, i) => ({ ...wish, review: reviews[i] as string }))
      return shareThroughDaemon({
        link,
        wishes,
        web: values.web,
        peers: values.peer.map(endpointText),
        output,
        interrupt,
      })
    }
    const looks = await ownLooks(
      operands.map((given, i) => lookWish(given, surveys[i], context)),
      ports,
      looking,
    )
    let engine: Engine | undefined
    let pages: Awaited<ReturnType<typeof ownPages>> | undefined
    try {
      const passed: LookedAt[] = []
      for (const look of looks) passed.push(await look.pass(listing))
      engine = await openTransferEngine(values, folder, output)
      pages = values.web ? await ownPages(engine, values.bind) : undefined
      const choices: ShareChoices = {
        listing,
        trackers: values.tracker,
        peers: values.peer,
        pex: !values['no-pex'],
        lan: !values['no-lsd'],
        superSeed: values['super-seed'],
        format: values.content ? 'content' : 'hybrid',
        changed: () => {},
      }
      const shares: Share[] = []
      for (const [i, given] of operands.entries()) {
        const survey = surveys[i]
        const at = survey?.root ?? path.resolve(folder, given)
        const from = dataFolder(given, values.dir, folder)
        const looked = passed[i] as LookedAt
        const share =
          survey === undefined
            ? await shareTorrent(at, from, looked, choices, engine)
            : await shareLooked(looked, choices, engine, output, stop)
        const page = pages === undefined ? null : await pageFor(share, pages, engine, output, stop)
        saySharing(output, { ...offeredBy(share, listing, engine), page }, { engine: 'own' }, 'Ctrl-C stops.')
        shares.push(share)
      }
      return await give(shares, output, stop, values.once, values.for, engine)
    } finally {
      await pages?.close()
      await engine?.close()
      for (const look of looks) await look.close()
    }
  },
})

function isListing(to: string): to is Listing {
  return to === 'link' || to === 'everyone'
}

/** Of one that goes to no circle and no person. */
function listingOf(to: string | undefined): Listing {
  return to === 'everyone' ? to : 'link'
}

/** Options of a share that others find by a link or a listing; among people they would do nothing. */
const OF_LISTINGS = [
  ...(['licence', 'publisher', 'content', 'super-seed', 'once', 'for', 'web', 'dir', 'exclude'] as const),
  ...(['tracker', 'peer', 'dry-run'] as const),
] as const

/** Offered in the circle's first room, or to the person: from then on it is theirs alone. @throws UsageError */
async function shareWithPeople(context: Context, to: string): Promise<number> {
  const { values, operands, folder, input, output, interrupt } = context
  for (const option of OF_LISTINGS) {
    const value = values[option]
    if (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false)
      throw new UsageError('OPTION_CONFLICT', {
        option: `--${option}`,
        other: `--to ${to}`,
        why: 'What circles and people get has no link and is listed nowhere.',
      })
  }
  const paths = operands.map((given) => path.resolve(folder, given))
  const wishes = { allow: values.allow, leaveOut: values['leave-out'] }
  const sending = { input, output, interrupt, wishes, text: undefined, wait: true }
  return send(sending, await peopleLink(context), to, paths)
}

/** As the running Shoal is asked for it; paths are absolute, since it has another current folder. */
function wishOf(given: string, survey: ShareSurvey | undefined, context: Context): ShareRequest {
  const { values, folder } = context
  const stopRule =
    values.once || values.for !== undefined
      ? {
          ratio: null,
          copies: values.once ? 1 : null,
          seconds: values.for === undefined ? null : Math.ceil(values.for / MS_PER_SECOND),
        }
      : undefined
  return {
    path: survey?.root ?? path.resolve(folder, given),
    exclude: [...values.exclude],
    audience: listingOf(values.to),
    ...(values.licence === undefined ? {} : { licence: values.licence }),
    ...(values.publisher === undefined ? {} : { publisher: values.publisher }),
    ...(survey === undefined ? { dataFolder: dataFolder(given, values.dir, folder) } : {}),
    ...(stopRule === undefined ? {} : { stopRule }),
    ...(values.up === undefined ? {} : { upLimit: values.up }),
    trackers: [...values.tracker],
    superSeed: values['super-seed'],
    format: values.content ? 'content' : 'hybrid',
  }
}

/** What is to be looked at by this command itself. */
function lookWish(given: string, survey: ShareSurvey | undefined, { values, folder }: Context): OwnWish {
  return {
    path: survey?.root ?? path.resolve(folder, given),
    exclude: values.exclude,
    dataFolder: dataFolder(given, values.dir, folder),
    audience: listingOf(values.to),
    stateFolder: stateFolderOf(values, folder),
  }
}

type Context = CommandContext<typeof OPTIONS>
const MS_PER_SECOND = 1_000

/** Trackers of a share for people with the link are wrong use, except of private torrents (TRANSFER.md). @throws ShareUseError */
async function requirePrivate(operands: readonly string[], folder: string, ports: ToolPorts): Promise<void> {
  for (const given of operands) {
    const torrent = isTorrentFile(given)
      ? await readTorrentFile(path.resolve(folder, given), ports)
      : undefined
    if (torrent?.metainfo.private !== true) throw new ShareUseError('TRACKER_NEEDS_EVERYONE')
  }
}

/** @throws ShareError SHARE_ONE_FILE */
function refuseUnlessFiles(
  operands: readonly string[],
  surveys: readonly (ShareSurvey | undefined)[],
  folder: string,
): void {
  const other = operands.find((_, i) => surveys[i]?.source.singleFile !== true)
  if (other !== undefined) throw new ShareError('SHARE_ONE_FILE', { path: path.resolve(folder, other) })
}

function isTorrentFile(given: string): boolean {
  return given.toLowerCase().endsWith('.torrent')
}

function dataFolder(given: string, dir: string | undefined, folder: string): string {
  return dir === undefined ? path.dirname(path.resolve(folder, given)) : path.resolve(folder, dir)
}

function shareLooked(
  looked: LookedAt,
  choices: ShareChoices,
  engine: Engine,
  output: Output,
  stop: AbortSignal,
): Promise<Share> {
  return sharePath(looked, choices, engine, {
    progress: (done, total) => {
      output.progress([
        ` ${bar(total === 0 ? 0 : done / total)} hashing ${formatSize(done)} of ${formatSize(total)}`,
      ])
    },
    cancelled: () => stop.aborted,
  }).finally(() => output.endProgress())
}

function offeredBy({ metainfo, magnet }: Share, listing: Listing, engine: Engine): Offered {
  return {
    name: metainfo.name,
    totalBytes: metainfo.geometry.payloadBytes,
    private: metainfo.private,
    listing,
    magnet,
    infohashV1: metainfo.infohashV1 ?? null,
    infohashV2: metainfo.infohashV2 ?? null,
    port: engine.session.listenPort,
    page: null,
  }
}

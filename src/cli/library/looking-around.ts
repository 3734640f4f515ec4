// `shoal library browse|seen-by|duplicates|proposals`: what is there, what others get to see of it, what is there twice, and what is
// new and waits for an answer.

import { formatCount, formatSize } from '../../api/format-quantity.ts'
import type { LibraryFolder } from '../../api/schemas/library.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { DaemonLook } from '../daemon-look.ts'
import { lookAndAsk } from '../look.ts'
import { lookObject } from '../look-text.ts'
import { type Column, table } from '../table.ts'
import { UsageError } from '../usage-error.ts'
import { audienceWord, licenceWord, seerWord } from './audience-words.ts'
import { foretell, listFolders } from './folders.ts'
import {
  chooseAudience,
  chooseFolder,
  choosePlace,
  type LibraryContext,
  libraryLink,
  noteMore,
  pageOf,
} from './library-context.ts'
import { placeWord } from './place-words.ts'

const LISTED: readonly Column[] = [
  { heading: 'Kind' },
  { heading: 'Size', right: true },
  { heading: 'Files', right: true },
  { heading: 'Name' },
]

export async function browse(context: LibraryContext, word: string | undefined): Promise<number> {
  if (word === undefined) return listFolders(context)
  const { output, folder: current } = context
  const link = await libraryLink(context)
  const { folders } = await link.call('libraryFolders', {})
  const { folder, below } = choosePlace(word, folders, current)
  const page = await link.call('browseLibrary', { folder: folder.id, path: below, ...pageOf(context) })
  output.object({ folder: folder.id, path: below, ...page })
  say(context, LISTED, [
    ...page.folders.map(({ name, files, totalBytes }) => [
      'folder',
      formatSize(totalBytes),
      String(files),
      `${name}/`,
    ]),
    ...page.files.map(({ name, kind, lengthBytes }) => [kind, formatSize(lengthBytes), '', name]),
  ])
  if (page.total === 0) output.note('Nothing is there.')
  noteMore(context, page.folders.length + page.files.length, page.total)
  return 0
}

const SEEN: readonly Column[] = [
  { heading: 'Kind' },
  { heading: 'Size', right: true },
  { heading: 'Licence' },
  { heading: 'By' },
  { heading: 'Name' },
]

/** The exact rows that somebody else gets, from what is signed for them. */
export async function seenBy(context: LibraryContext, who = 'stranger', path = ''): Promise<number> {
  const { output } = context
  const link = await libraryLink(context)
  if (who === 'me')
    throw new UsageError('OPERAND_MISSING', {
      command: 'library seen-by',
      expects: 'stranger, link, a circle or a person',
      usage: 'library seen-by [stranger|link|CIRCLE|PERSON]',
    })
  const seer = await chooseAudience(link, who === 'stranger' ? 'everyone' : who)
  const { audience } = seer
  const seen = await link.call('seenBy', { audience, path, ...pageOf(context) })
  output.object({ audience, ...seen })
  const files = seen.head?.count ?? seen.total
  output.result(
    files > 0
      ? `${seerWord(seer)} sees ${formatCount(files, 'file')} of your library, ${formatSize(seen.totalBytes)}.`
      : `${seerWord(seer)} sees nothing of yours${seen.shares.length === 0 ? '' : ' but these shares'}.`,
  )
  say(context, SEEN, [
    ...seen.folders.map(({ name, totalBytes }) => ['folder', formatSize(totalBytes), '', '', `${name}/`]),
    ...seen.rows.map(({ kind, lengthBytes, licence, publisher, name }) => [
      kind,
      formatSize(lengthBytes),
      licenceWord(licence),
      publisher ?? '',
      name,
    ]),
  ])
  noteMore(context, seen.folders.length + seen.rows.length, seen.total)
  if (seen.shares.length > 0 && files > 0) output.result('Besides, these shares:')
  for (const { name, fileCount, totalBytes } of seen.shares)
    output.result(`  ${name} (${formatCount(fileCount, 'file')}, ${formatSize(totalBytes)})`)
  if (seen.head !== null) {
    const { seq, expiresAt, author } = seen.head
    const by = author === undefined ? '' : ` by the key ${author}`
    output.note(`This list is number ${seq}, until ${expiresAt}, signed${by}.`)
  }
  return 0
}

export async function duplicates(context: LibraryContext): Promise<number> {
  const { output } = context
  const link = await libraryLink(context)
  const [found, { folders }] = await Promise.all([
    link.call('duplicates', pageOf(context)),
    link.call('libraryFolders', {}),
  ])
  output.object(found)
  if (found.groupCount === 0) {
    output.result('Nothing is there twice.')
    return 0
  }
  output.result(
    `${formatSize(found.freeableBytes)} could be freed: ${formatCount(found.groupCount, 'content')} more than once.`,
  )
  for (const { lengthBytes, freeableBytes, places, placeCount } of found.groups) {
    output.result(
      `${formatSize(freeableBytes)} could be freed (${placeCount} times ${formatSize(lengthBytes)})`,
    )
    for (const place of places) output.result(`  ${placeWord(place, folders)}`)
    if (placeCount > places.length) output.result(`  and ${formatCount(placeCount - places.length, 'other')}`)
  }
  noteMore(context, found.groups.length, found.groupCount)
  output.note('Nothing was deleted; that is yours to do.')
  return 0
}

const PROPOSED: readonly Column[] = [
  { heading: 'Why' },
  { heading: 'Kind' },
  { heading: 'Size', right: true },
  { heading: 'Name' },
]

/** Files that appeared or changed in an offered folder: nobody gets them until they are accepted. */
export async function proposals(context: LibraryContext, word: string | undefined): Promise<number> {
  const { values, output, folder: current } = context
  const link = await libraryLink(context)
  const { folders } = await link.call('libraryFolders', {})
  if (word === undefined) return sayWaiting(context, folders)
  const folder = chooseFolder(word, folders, current)
  if (values.accept) return accept(context, link, folder)
  if (values.dismiss) {
    const kept = await link.call('dismissProposals', { id: folder.id })
    output.object({ folder: kept })
    output.result(`${kept.path}: what was new is kept to yourself, as long as it stays as it is.`)
    return 0
  }
  const page = await link.call('folderProposals', { id: folder.id, ...pageOf(context) })
  output.object({ folder: folder.id, ...page })
  if (page.total === 0) {
    output.result(`Nothing new waits in ${folder.path}.`)
    return 0
  }
  output.result(
    `${formatCount(page.total, 'file')}, ${formatSize(page.totalBytes)} new for ${audienceWord(folder.audience)}; nobody gets them yet.`,
  )
  say(
    context,
    PROPOSED,
    page.files.map(({ why, kind, lengthBytes, path }) => [
      why,
      kind,
      formatSize(lengthBytes),
      path.join('/'),
    ]),
  )
  noteMore(context, page.files.length, page.total)
  output.note(`Offer them: shoal library proposals ${folder.name} --accept. Keep them to yourself: --dismiss`)
  return 0
}

function sayWaiting({ output }: LibraryContext, folders: readonly LibraryFolder[]): number {
  const waiting = folders.filter(({ proposals }) => proposals > 0)
  output.object({ folders: waiting.map(({ id, path, proposals }) => ({ id, path, proposals })) })
  for (const { path, proposals, name } of waiting)
    output.result(`${path}: ${formatCount(proposals, 'new file')}. Look: shoal library proposals ${name}`)
  if (waiting.length === 0) output.note('Nothing new waits in any folder.')
  return 0
}

async function accept(context: LibraryContext, link: DaemonLink, folder: LibraryFolder): Promise<number> {
  const { values, output, interrupt } = context
  const { id } = folder
  const who = { audience: folder.audience, word: audienceWord(folder.audience) }
  const wish = { folder: id, only: 'proposals' } as const
  if (values['dry-run']) return foretell(context, link, wish, who)
  const stop = interrupt.listen()
  const audience = folder.audience === 'everyone' ? 'everyone' : 'link'
  const look = await DaemonLook.begin(link, { ...wish, audience }, stop)
  let offered: LibraryFolder
  try {
    const looked = await lookAndAsk(
      look,
      { allow: values.allow, leaveOut: values['leave-out'] },
      context,
      stop,
    )
    output.object(lookObject(looked, audience))
    offered = await link.call('acceptProposals', { id, review: look.id })
  } catch (error) {
    await look.end()
    throw error
  }
  output.object({ folder: offered })
  output.result(
    `${offered.path}: ${formatCount(offered.offeredFiles, 'file')}, ${formatSize(offered.offeredBytes)} for ${audienceWord(offered.audience)}.`,
  )
  return 0
}

function say(
  { output }: LibraryContext,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): void {
  const { results } = output
  if (rows.length === 0) return
  for (const line of table(columns, rows, results.live ? results.columns : undefined)) output.result(line)
}

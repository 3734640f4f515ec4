// `shoal library add|remove|list|scan`: folders, who can get what is in them, and how far they are read.

import path from 'node:path'
import { formatCount, formatRate, formatSize } from '../../api/format-quantity.ts'
import type { LibraryFolder } from '../../api/schemas/library.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { DaemonLook } from '../daemon-look.ts'
import { lookAndAsk, lookOver } from '../look.ts'
import { countLines, findingLines, foundLines, lookObject } from '../look-text.ts'
import { table } from '../table.ts'
import { shortIds } from '../transfer-choice.ts'
import { bar } from '../transfer-view.ts'
import { audienceWord } from './audience-words.ts'
import {
  chooseAudience,
  chooseFolder,
  type LibraryContext,
  LibraryUseError,
  libraryLink,
  type Who,
} from './library-context.ts'

/** Found and searched here; offered only after a look, with every finding answered. */
export async function addFolder(context: LibraryContext, given: string): Promise<number> {
  const { values, folder: current, output } = context
  const to = values.to ?? 'me'
  if (to === 'everyone' && values.licence === undefined) throw new LibraryUseError('LICENCE_NEEDED')
  const at = path.resolve(current, given)
  const link = await libraryLink(context)
  const who = await chooseAudience(link, to === 'me' && values['dry-run'] ? 'link' : to)
  if (values['dry-run']) return foretell(context, link, { path: at }, who)
  const { folders } = await link.call('libraryFolders', {})
  const known = folders.find((folder) => folder.path === at)
  const folder = known ?? (await link.call('addLibraryFolder', { path: at }))
  if (to !== 'me') return widen(context, link, folder, who)
  const kept =
    known !== undefined && values.to === 'me' && known.audience !== 'me'
      ? await link.call('changeFolderAudience', { id: known.id, audience: 'me' })
      : folder
  output.object({ folder: kept })
  const news = known === undefined ? 'is in the library' : 'is in the library already'
  output.result(`${kept.path} ${news}: ${audienceWord(kept.audience)}.`)
  if (known === undefined) output.note('It is read now. Nobody else is told of it.')
  return 0
}

async function widen(
  context: LibraryContext,
  link: DaemonLink,
  folder: LibraryFolder,
  to: Who,
): Promise<number> {
  const { values, output, interrupt } = context
  const stop = interrupt.listen()
  output.note(sentenceOf(to))
  const look = await DaemonLook.begin(link, { folder: folder.id, only: 'all', audience: lookedFor(to) }, stop)
  let offered: LibraryFolder
  try {
    const looked = await lookAndAsk(
      look,
      { allow: values.allow, leaveOut: values['leave-out'] },
      context,
      stop,
    )
    for (const line of countLines(looked.review)) output.note(line)
    output.object(lookObject(looked, to.audience))
    offered = await link.call('changeFolderAudience', {
      id: folder.id,
      audience: to.audience,
      review: look.id,
      ...(values.licence === undefined ? {} : { licence: values.licence }),
      ...(values.publisher === undefined ? {} : { publisher: values.publisher }),
    })
  } catch (error) {
    await look.end()
    if (folder.audience === 'me')
      output.note(`${folder.path} is in the library, for yourself only. Nothing of it is offered.`)
    throw error
  }
  output.object({ folder: offered })
  output.result(
    `${offered.path}: ${formatCount(offered.offeredFiles, 'file')}, ${formatSize(offered.offeredBytes)} for ${to.word}.`,
  )
  if (offered.share !== null) await sayLink(context, link, offered.share, stop)
  output.note('What is new in it later waits until you looked: shoal library proposals')
  return 0
}

/** As soon as everything in it is hashed; who leaves before finds it with the transfers. */
async function sayLink(
  { output }: LibraryContext,
  link: DaemonLink,
  id: string,
  stop: AbortSignal,
): Promise<void> {
  for (;;) {
    const { link: magnet, transfer } = await link.call('share', { id })
    if (magnet !== null || stop.aborted || transfer.problem !== null) {
      output.endProgress()
      output.object({ event: 'sharing', id: transfer.id, magnet })
      if (magnet !== null) output.result(`  ${magnet}`)
      else output.note(`Its link is not ready yet: shoal show ${transfer.name}`)
      return
    }
    output.progress([` ${bar(transfer.preparing)} hashing ${formatSize(transfer.totalBytes)}`])
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

const LOOK_EVERY_MS = 200

/** A look knows strangers and everybody else: for a circle or a person it is as strict as for those who have a link. */
function lookedFor({ audience }: Who): 'link' | 'everyone' {
  return audience === 'everyone' ? audience : 'link'
}

function sentenceOf({ audience, word }: Who): string {
  if (audience === 'link') return 'Names, sizes and contents will be visible to whoever has the link.'
  if (audience.startsWith('circle:'))
    return `Names, sizes and contents will be visible to the members of ${word}, now and later, until you stop.`
  if (audience.startsWith('person:'))
    return `Names, sizes and contents will be visible to the devices of ${word}.`
  return 'Names and sizes will be listed for everyone, and your address is seen by who fetches.'
}

/** What would be visible and what of it looks private; nothing is changed. */
export async function foretell(
  { values, output, interrupt }: LibraryContext,
  link: DaemonLink,
  wish: Parameters<typeof DaemonLook.begin>[1],
  who: Who,
): Promise<number> {
  const stop = interrupt.listen()
  const look = await DaemonLook.begin(link, { ...wish, audience: lookedFor(who) }, stop)
  try {
    const looked = await lookOver(look, { allow: values.allow, leaveOut: values['leave-out'] }, { output })
    output.note(sentenceOf(who))
    for (const line of [...countLines(looked.review), ...foundLines(looked.review), ...findingLines(looked)])
      output.result(line)
    output.object(lookObject(looked, who.audience))
    return 0
  } finally {
    await look.end()
  }
}

export async function removeFolders(context: LibraryContext, words: readonly string[]): Promise<number> {
  const { output, folder: current } = context
  const link = await libraryLink(context)
  const { folders } = await link.call('libraryFolders', {})
  const chosen = [...new Set(words.map((word) => chooseFolder(word, folders, current)))]
  for (const { id, path } of chosen) {
    await link.call('removeLibraryFolder', { id })
    output.result(`Not in the library any more: ${path}. Its files are untouched.`)
  }
  output.object({ removed: chosen.map(({ id, path }) => ({ id, path })) })
  return 0
}

export async function listFolders(context: LibraryContext): Promise<number> {
  const { output } = context
  const link = await libraryLink(context)
  const [{ folders }, library] = await Promise.all([
    link.call('libraryFolders', {}),
    link.call('library', {}),
  ])
  output.object({ folders, library })
  if (folders.length === 0) {
    output.note(
      'No folder is in the library. Add one: shoal library add PATH. It stays only yours until you say who.',
    )
    return 0
  }
  sayFolders(context, folders)
  const { unhashedFiles, unhashedBytes, hashingBytesPerSecond, files, totalBytes } = library
  output.note(`${formatCount(files, 'file')}, ${formatSize(totalBytes)} in all.`)
  if (unhashedFiles > 0)
    output.note(
      `${formatCount(unhashedFiles, 'file')} (${formatSize(unhashedBytes)}) wait to be hashed, at ${formatRate(hashingBytesPerSecond)}.`,
    )
  return 0
}

export async function scanFolders(context: LibraryContext, words: readonly string[]): Promise<number> {
  const { output, folder: current } = context
  const link = await libraryLink(context)
  const { folders } = await link.call('libraryFolders', {})
  const chosen = words.map((word) => chooseFolder(word, folders, current))
  let scanned: LibraryFolder[] = []
  if (chosen.length === 0) ({ folders: scanned } = await link.call('scanLibrary', {}))
  else
    for (const { id } of chosen) {
      const answer = await link.call('scanLibrary', { id })
      scanned.push(...answer.folders.filter((folder) => folder.id === id))
    }
  output.object({ folders: scanned })
  if (scanned.length === 0) output.note('No folder is in the library.')
  else sayFolders(context, scanned)
  return 0
}

const COLUMNS = [
  { heading: 'ID' },
  { heading: 'Who' },
  { heading: 'Files', right: true },
  { heading: 'Size', right: true },
  { heading: 'Offered', right: true },
  { heading: 'New', right: true },
  { heading: 'State' },
  { heading: 'Folder' },
] as const

function sayFolders({ output }: LibraryContext, folders: readonly LibraryFolder[]): void {
  const short = shortIds(folders.map(({ id }) => id))
  const rows = folders.map((folder) => [
    short(folder.id),
    audienceWord(folder.audience),
    String(folder.files),
    formatSize(folder.totalBytes),
    folder.audience === 'me' ? '' : String(folder.offeredFiles),
    folder.proposals === 0 ? '' : String(folder.proposals),
    stateWord(folder),
    folder.path,
  ])
  const { results } = output
  for (const line of table(COLUMNS, rows, results.live ? results.columns : undefined)) output.result(line)
}

function stateWord({ state, problem, files, hashedFiles }: LibraryFolder): string {
  if (problem !== null) return `${state} (${problem.code})`
  if (state === 'watching' && hashedFiles < files)
    return `hashing ${Math.floor((100 * hashedFiles) / files)} %`
  return state
}

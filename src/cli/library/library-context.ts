// What every `shoal library …` has: its options, the running Shoal (started where none runs, since a library is kept by one that
// stays on), and the folder that a person means.

import path from 'node:path'
import type { LibraryAudience, LibraryFolder } from '../../api/schemas/library.ts'
import { CodedError } from '../../base/errors.ts'
import type { CommandContext } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { ensureRunning } from '../ensure-running.ts'
import { LOOK_OPTIONS } from '../look.ts'
import type { OptionTable } from '../options.ts'
import { namedCircle, namedPerson } from '../people/people-context.ts'
import { chooseNamed } from '../people/people-names.ts'
import { COUNT, LICENCE, TEXT } from '../readers.ts'
import { stateFolderOf } from '../state-folder.ts'
import { shortIds } from '../transfer-choice.ts'
import { UsageError } from '../usage-error.ts'
import { audienceWord } from './audience-words.ts'

export class LibraryUseError extends CodedError<'FOLDER_UNKNOWN' | 'FITS_SEVERAL' | 'LICENCE_NEEDED'> {}

export const LIBRARY_OPTIONS = {
  to: {
    kind: 'value',
    placeholder: 'WHO',
    reader: TEXT,
    summary:
      'add: me (default) keeps it to yourself; link: only who has the link; a circle or a person by name; everyone: listed and searched',
  },
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
  ...LOOK_OPTIONS,
  'dry-run': { kind: 'switch', summary: 'add, proposals: say what would be visible, and change nothing' },
  accept: { kind: 'switch', summary: 'proposals: offer them, after a look' },
  dismiss: { kind: 'switch', summary: 'proposals: keep them to yourself as they are' },
  from: { kind: 'value', placeholder: 'N', reader: COUNT, summary: 'leave out the first N rows' },
  most: { kind: 'value', placeholder: 'N', reader: COUNT, summary: 'show at most N rows (50; 200 at most)' },
} as const satisfies OptionTable

export type LibraryContext = CommandContext<typeof LIBRARY_OPTIONS>

/** An audience as the daemon knows it, and as a person says it. */
export interface Who {
  readonly audience: LibraryAudience
  readonly word: string
}

/** `me`, `link`, `everyone`, or a circle or person by name. @throws NameError */
export async function chooseAudience(link: DaemonLink, word: string): Promise<Who> {
  if (word === 'me' || word === 'link' || word === 'everyone')
    return { audience: word, word: audienceWord(word) }
  const [{ circles }, { people }] = await Promise.all([link.call('circles', {}), link.call('people', {})])
  const named = [...circles.map(namedCircle), ...people.map(namedPerson)]
  const { kind, id, names } = chooseNamed(word, named, 'circle of yours and no person you know')
  return { audience: `${kind}:${id}`, word: names[0] ?? word }
}

type NeedsLibrary = Pick<CommandContext<OptionTable>, 'values' | 'folder' | 'environment' | 'output'>

const MOST_ROWS = 200
const USUAL_ROWS = 50
const LEAST_ID_LETTERS = 2

export function pageOf({ values }: Pick<LibraryContext, 'values'>): { offset: number; limit: number } {
  const most = values.most ?? USUAL_ROWS
  return { offset: values.from ?? 0, limit: Math.min(Math.max(1, most), MOST_ROWS) }
}

/** Says what a page leaves out. */
export function noteMore({ output, values }: LibraryContext, shown: number, total: number): void {
  const until = (values.from ?? 0) + shown
  if (shown > 0 && until < total) output.note(`and ${total - until} more: --from ${until}`)
}

/** @throws LifeError and others when none runs and none can be started */
export async function libraryLink(context: NeedsLibrary): Promise<DaemonLink> {
  const { values, folder, environment, output } = context
  if (values.standalone)
    throw new UsageError('OPTION_CONFLICT', {
      option: '--standalone',
      other: 'a library',
      why: 'A library is kept by a Shoal that stays on.',
    })
  const { link, started } = await ensureRunning(stateFolderOf(values, folder), environment)
  if (started) output.note(`A library needs Shoal to run: it was started (process ${link.run.pid}).`)
  return link
}

/** By its path, the beginning of its id, or its name. @throws LibraryUseError */
export function chooseFolder(
  word: string,
  folders: readonly LibraryFolder[],
  current: string,
): LibraryFolder {
  const at = path.resolve(current, word)
  const fits = [
    folders.filter((folder) => folder.path === at),
    folders.filter(({ id }) => word.length >= LEAST_ID_LETTERS && id.startsWith(word.toLowerCase())),
    folders.filter(({ name }) => name === word),
  ].find((some) => some.length > 0)
  const [only] = fits ?? []
  if (only === undefined) throw new LibraryUseError('FOLDER_UNKNOWN', { path: word })
  if (fits !== undefined && fits.length > 1) {
    const short = shortIds(folders.map(({ id }) => id))
    const matches = fits.map(({ id, path }) => `${short(id)} ${path}`).join(', ')
    throw new LibraryUseError('FITS_SEVERAL', { id: word, count: fits.length, matches })
  }
  return only
}

/** A folder and a place below it: `Music/Live`, or any path on disk that lies in a library folder. */
export function choosePlace(
  word: string,
  folders: readonly LibraryFolder[],
  current: string,
): { readonly folder: LibraryFolder; readonly below: string } {
  const at = path.resolve(current, word)
  for (const folder of folders) {
    const below = path.relative(folder.path, at)
    if (below === '' || (!below.startsWith('..') && !path.isAbsolute(below)))
      return { folder, below: below.split(path.sep).join('/') }
  }
  const [first = '', ...rest] = word.split('/')
  return {
    folder: chooseFolder(first, folders, current),
    below: rest.filter((part) => part !== '').join('/'),
  }
}

// `shoal search WORDS...`: finds in what is here, in folders and transfers, or in what circles and devices nearby offer; grouped by content.

import path from 'node:path'
import { formatCount, formatSize } from '../../api/format-quantity.ts'
import type { LibraryEntry, LibraryFolder } from '../../api/schemas/library.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { licenceWord } from '../library/audience-words.ts'
import { libraryLink } from '../library/library-context.ts'
import { placeWord } from '../library/place-words.ts'
import type { OptionTable } from '../options.ts'
import type { Output } from '../output.ts'
import { addWish, forgetWish, listWishes, searchOthers } from '../people/others-search.ts'
import { peopleLink } from '../people/people-context.ts'
import { COUNT, oneOf, TEXT } from '../readers.ts'
import { UsageError } from '../usage-error.ts'

const MOST_WORDS = 100
const MOST_ROWS = 200
const USUAL_ROWS = 20
/** Of each content; the rest is counted. */
const SHOWN_PLACES = 3
const NO_FOLDERS = { folders: [] }

const OPTIONS = {
  in: {
    kind: 'value',
    placeholder: 'WHERE',
    reader: oneOf('mine', 'circles', 'nearby'),
    summary:
      'mine (default): folders of the library and transfers of this computer; circles: what members offer; nearby: what devices on this network offer to everyone',
  },
  circle: { kind: 'value', placeholder: 'CIRCLE', reader: TEXT, summary: 'with --in circles: this one only' },
  type: {
    kind: 'value',
    placeholder: 'KIND',
    reader: TEXT,
    summary: 'video, audio, image, document, archive …',
  },
  ext: { kind: 'value', placeholder: 'EXT', reader: TEXT, summary: 'how the name ends: mp4' },
  size: { kind: 'list', placeholder: 'SIZE', reader: TEXT, summary: "such as '>1G' or '<=20M'" },
  sort: {
    kind: 'value',
    placeholder: 'HOW',
    reader: oneOf('fit', 'name', 'size', 'newest'),
    summary: 'fit (default), name, size or newest',
  },
  get: {
    kind: 'list',
    placeholder: 'N',
    reader: COUNT,
    summary: 'with --in circles or nearby: get this row of the same search',
  },
  output: {
    kind: 'value',
    short: 'o',
    placeholder: 'DIR',
    reader: TEXT,
    summary: '--get: save here instead of the usual folder',
  },
  wish: {
    kind: 'switch',
    summary: 'with words: search on by itself and tell me what comes; without: my wishes and what is new',
  },
  forget: { kind: 'value', placeholder: 'WISH', reader: TEXT, summary: 'end a wish' },
  from: { kind: 'value', placeholder: 'N', reader: COUNT, summary: 'leave out the first N' },
  most: { kind: 'value', placeholder: 'N', reader: COUNT, summary: 'show at most N (20; 200 at most)' },
} as const satisfies OptionTable

type SearchContext = CommandContext<typeof OPTIONS>

export const command = defineCommand({
  options: OPTIONS,
  operands: { least: 0, most: MOST_WORDS, expects: 'words' },
  details: [
    'WORDS also take "several words" as one, -WITHOUT, and terms: size:>1G type:video ext:mp4 duration:<10m bitrate:>=192k licence:CC-BY-4.0 by:NAME. Words that begin with a dash go after --. Quote what has < or > in it.',
    'One content under several names and places is one row.',
    'In circles everything is searched that members offer, without asking anybody; who could not be asked is said.',
  ],
  run: async (context) => {
    const { values, operands, output } = context
    const terms = [
      ...(values.type === undefined ? [] : [`type:${values.type}`]),
      ...(values.ext === undefined ? [] : [`ext:${values.ext}`]),
      ...values.size.map((size) => `size:${size}`),
    ]
    const words = [...operands.map(quoted), ...terms].join(' ')
    refuseMixed(context)
    if (values.in === 'circles' || values.in === 'nearby' || values.wish || values.forget !== undefined)
      return others(context, words)
    const link = await libraryLink(context)
    const offset = values.from ?? 0
    const limit = Math.min(Math.max(1, values.most ?? USUAL_ROWS), MOST_ROWS)
    const found = await link.call('search', { words, sort: values.sort ?? 'fit', offset, limit })
    output.object(found)
    for (const term of found.ignored) output.warn(`${term} means nothing here and was left out.`)
    const { folders } = output.json ? NO_FOLDERS : await link.call('libraryFolders', {})
    for (const entry of found.entries) sayEntry(output, entry, folders)
    const until = offset + found.entries.length
    if (found.entries.length === 0) output.note('Nothing here fits.')
    else if (until < found.total)
      output.note(
        `${until} of ${found.total}${found.more ? ' and more' : ''}: --from ${until} shows the next.`,
      )
    return 0
  },
})

/** An option that would do nothing is more likely a slip than meant. @throws UsageError */
function refuseMixed({ values }: SearchContext): void {
  const { in: where = 'mine', get, circle, sort, output, wish } = values
  const other = (option: string, other: string, why: string): UsageError =>
    new UsageError('OPTION_CONFLICT', { option, other, why })
  if (where === 'mine' && get.length > 0) throw other('--get', '--in mine', 'It is here already.')
  if (where !== 'circles' && circle !== undefined)
    throw other('--circle', `--in ${where}`, 'It chooses among circles: --in circles.')
  if (where !== 'mine' && sort !== undefined)
    throw other('--sort', `--in ${where}`, 'What others offer is ordered by how well it fits.')
  if (output !== undefined && get.length === 0) throw other('-o', 'a search', 'It says where --get saves.')
  if (wish && values.in === 'nearby')
    throw other('--wish', '--in nearby', 'It goes on looking in what circles share.')
  if (wish && get.length > 0) throw other('--get', '--wish', 'Choose one of them.')
}

async function others(context: SearchContext, words: string): Promise<number> {
  const { values, output, folder } = context
  const link = await peopleLink(context)
  const where = values.in === 'nearby' ? 'nearby' : 'circles'
  if (values.forget !== undefined) return forgetWish(output, link, values.forget)
  if (values.wish) return words === '' ? listWishes(output, link) : addWish(output, link, words)
  return searchOthers(output, link, {
    in: where,
    words,
    circle: values.circle,
    offset: values.from ?? 0,
    limit: Math.min(Math.max(1, values.most ?? USUAL_ROWS), MOST_ROWS),
    get: values.get,
    saveFolder: values.output === undefined ? undefined : path.resolve(folder, values.output),
  })
}

/** Calm where there is nothing to mind; "not scanned" is never said to be checked (INTERFACE.md A7). */
const CHECKS: Readonly<Record<NonNullable<LibraryEntry['check']>, string>> = {
  checking: 'being checked',
  clean: 'checked',
  'plain-not-scanned': '',
  'careful-not-scanned': 'careful: it can run code, or is not what its name says; not virus-checked',
  'careful-clean': 'careful: it can run code, or is not what its name says; a scanner found nothing',
  locked: 'kept locked',
}

/** What the shell kept together stays together; terms keep their own form. */
function quoted(word: string): string {
  return /\s/.test(word) && !/["]|^-?[a-z]+:/.test(word) ? `"${word}"` : word
}

function sayEntry(output: Output, entry: LibraryEntry, folders: readonly LibraryFolder[]): void {
  const { name, kind, lengthBytes, licence, publisher, check, places, placeCount } = entry
  const facts = [
    kind,
    formatSize(lengthBytes),
    licenceWord(licence),
    publisher === null ? '' : `by ${publisher}`,
    check === null ? '' : CHECKS[check],
  ].filter((fact) => fact !== '')
  output.result([{ text: name, style: 'strong' }, `  ${facts.join(' · ')}`])
  for (const place of places.slice(0, SHOWN_PLACES))
    output.result([{ text: `  ${placeWord(place, folders)}`, style: 'faint' }])
  const more = placeCount - Math.min(places.length, SHOWN_PLACES)
  if (more > 0) output.result([{ text: `  and in ${formatCount(more, 'other place')}`, style: 'faint' }])
}

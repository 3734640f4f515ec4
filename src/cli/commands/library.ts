// `shoal library add|remove|list|scan|browse|seen-by|duplicates|proposals`: the folders of which this computer knows what is in them.

import { defineCommand } from '../command.ts'
import { addFolder, listFolders, removeFolders, scanFolders } from '../library/folders.ts'
import { LIBRARY_OPTIONS, type LibraryContext } from '../library/library-context.ts'
import { browse, duplicates, proposals, seenBy } from '../library/looking-around.ts'
import { nearestWord } from '../nearest-word.ts'
import { UsageError } from '../usage-error.ts'

interface Way {
  /** After its own word. */
  readonly least: number
  readonly most: number
  readonly expects: string
  /** Options that mean something to it. */
  readonly options: readonly (keyof typeof LIBRARY_OPTIONS)[]
  run(context: LibraryContext, words: readonly string[]): Promise<number>
}

const MOST_FOLDERS = 1_000
const PAGED = ['from', 'most'] as const
const LOOKED = ['allow', 'leave-out', 'dry-run'] as const

const WAYS: Readonly<Record<string, Way>> = {
  add: {
    least: 1,
    most: 1,
    expects: 'a folder',
    options: ['to', 'licence', 'publisher', ...LOOKED],
    run: (context, [folder = '']) => addFolder(context, folder),
  },
  remove: {
    least: 1,
    most: MOST_FOLDERS,
    expects: 'folders of the library',
    options: [],
    run: removeFolders,
  },
  list: { least: 0, most: 0, expects: 'nothing', options: [], run: listFolders },
  scan: { least: 0, most: MOST_FOLDERS, expects: 'folders, or nothing', options: [], run: scanFolders },
  browse: {
    least: 0,
    most: 1,
    expects: 'a folder, or a path in one',
    options: PAGED,
    run: (context, [place]) => browse(context, place),
  },
  'seen-by': {
    least: 0,
    most: 2,
    expects: 'stranger, link, a circle or a person',
    options: PAGED,
    run: (context, [who, path]) => seenBy(context, who, path),
  },
  duplicates: { least: 0, most: 0, expects: 'nothing', options: PAGED, run: duplicates },
  proposals: {
    least: 0,
    most: 1,
    expects: 'a folder of the library',
    options: ['accept', 'dismiss', ...LOOKED, ...PAGED],
    run: (context, [folder]) => proposals(context, folder),
  },
}

const USAGE =
  'library add PATH [--to me|link|CIRCLE|PERSON|everyone] | remove FOLDER... | list | scan [FOLDER] | browse [FOLDER/PATH] | seen-by [stranger|link|CIRCLE|PERSON] | duplicates | proposals [FOLDER]'

export const command = defineCommand({
  options: LIBRARY_OPTIONS,
  operands: { least: 1, most: MOST_FOLDERS + 1, expects: Object.keys(WAYS).join(', ') },
  details: [
    'A library needs Shoal to run; it is started where none does. A FOLDER is said by its path, its name, or the beginning of its ID.',
    'add: what is in the folder is found and searched here, and nobody else is told (--to me). For others it is looked through first: what looks private must be answered, on a terminal or by --allow and --leave-out, which take the id or the kind of a finding, or a pattern of paths. --yes does not answer that. --to everyone needs a --licence; where you are not sure, choose --to link.',
    'Later files are not offered by themselves: `library proposals` shows what is new, --accept offers it after a look, --dismiss keeps it to yourself.',
    'seen-by: the exact rows that a stranger, a member or a person gets: names, kinds, sizes and licences, without folders and times.',
  ],
  run: async (context) => {
    const [word = '', ...words] = context.operands
    const way = Object.hasOwn(WAYS, word) ? WAYS[word] : undefined
    if (way === undefined) {
      const nearest = nearestWord(word, Object.keys(WAYS))
      const expects = nearest === undefined ? Object.keys(WAYS).join(', ') : `${nearest} (not ${word})`
      throw new UsageError('OPERAND_MISSING', { command: 'library', expects, usage: USAGE })
    }
    const command = `library ${word}`
    if (words.length < way.least)
      throw new UsageError('OPERAND_MISSING', { command, expects: way.expects, usage: USAGE })
    const extra = words[way.most]
    if (extra !== undefined)
      throw new UsageError('OPERAND_TOO_MANY', { command, usage: USAGE, operand: extra })
    refuseOthers(context, command, way)
    return way.run(context, words)
  },
})

/** An option that would do nothing is more likely a slip than meant. @throws UsageError */
function refuseOthers({ values, environment }: LibraryContext, command: string, { options }: Way): void {
  for (const name of Object.keys(LIBRARY_OPTIONS) as (keyof typeof LIBRARY_OPTIONS)[]) {
    const value = values[name]
    const given = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
    // What is set for all commands is not meant for this one alone.
    const byEnvironment = environment[`SHOAL_${name.toUpperCase().replaceAll('-', '_')}`] !== undefined
    if (given && !byEnvironment && !options.includes(name))
      throw new UsageError('OPTION_CONFLICT', {
        option: `--${name}`,
        other: command,
        why: '`shoal help library` says what each takes.',
      })
  }
  if (values.accept && values.dismiss)
    throw new UsageError('OPTION_CONFLICT', {
      option: '--accept',
      other: '--dismiss',
      why: 'Choose one of them.',
    })
}

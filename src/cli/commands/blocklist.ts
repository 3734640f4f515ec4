// `shoal blocklist [list]|add|remove|refresh|contents|block|unblock|log`: what this computer does not want, by whose list, and what
// was turned away by it.

import path from 'node:path'
import { explain } from '../../api/errors.ts'
import { formatCount } from '../../api/format-quantity.ts'
import type { Blocklist } from '../../api/schemas/blocking.ts'
import { ContentIdText } from '../../api/schemas/library.ts'
import { CodedError } from '../../base/errors.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { openLink } from '../open-link.ts'
import type { OptionTable } from '../options.ts'
import { COUNT, type Reader, TEXT } from '../readers.ts'
import { UsageError } from '../usage-error.ts'

const KEY: Reader<string> = {
  expects: 'a key of 64 hex digits',
  read: (text) => (/^[0-9a-fA-F]{64}$/.test(text) ? text.toLowerCase() : undefined),
}

const OPTIONS = {
  key: {
    kind: 'value',
    placeholder: 'HEX',
    reader: KEY,
    summary: 'add URL: the key that must have signed it',
  },
  why: { kind: 'value', placeholder: 'TEXT', reader: TEXT, summary: 'block: the reason, for yourself' },
  name: { kind: 'value', placeholder: 'TEXT', reader: TEXT, summary: 'block: what it is called' },
  last: { kind: 'value', placeholder: 'N', reader: COUNT, summary: 'log: the last N (200; 1000 at most)' },
} as const satisfies OptionTable

type Context = CommandContext<typeof OPTIONS>

const USAGE =
  'blocklist [list] | add URL|FILE [--key HEX] | remove ID | refresh ID | contents | block CONTENT [--why TEXT] | unblock CONTENT | log'
const WAYS = ['list', 'add', 'remove', 'refresh', 'contents', 'block', 'unblock', 'log']
/** Those that are about one thing. */
const TAKES_ONE: Readonly<Record<string, string>> = {
  add: 'an address or a file',
  remove: 'the ID of a list',
  refresh: 'the ID of a list',
  block: 'a content id',
  unblock: 'a content id',
}
const USUAL_LAST = 200
const MOST_LAST = 1_000
const MOST_ROWS = 200

/** What a list has trouble with. */
class ListProblem extends CodedError {}

export const command = defineCommand({
  options: OPTIONS,
  operands: { least: 0, most: 2, expects: WAYS.join(', ') },
  details: [
    'A list of contents is signed; without --key the first key seen is kept and asked for from then on. A FILE may also hold addresses of peers. CONTENT is a content id, <64 hex digits>-<length>.',
    'What is blocked is neither kept open nor given on, and everything that was turned away is in the log.',
  ],
  run: async (context) => {
    const [word = 'list', one, extra] = context.operands
    if (!WAYS.includes(word)) throw missing(WAYS.join(', '))
    const expects = TAKES_ONE[word]
    if (expects !== undefined && one === undefined) throw missing(expects)
    const most = expects === undefined ? one : extra
    if (most !== undefined)
      throw new UsageError('OPERAND_TOO_MANY', { command: 'blocklist', usage: USAGE, operand: most })
    const content = word === 'block' || word === 'unblock' ? contentOf(one as string) : ''
    const link = await openLink(context)
    switch (word) {
      case 'add':
        return add(context, link, one as string)
      case 'remove':
        return remove(context, link, one as string)
      case 'refresh':
        return refresh(context, link, one as string)
      case 'contents':
        return contents(context, link)
      case 'block':
        return block(context, link, content)
      case 'unblock':
        await link.call('unblockContent', { content })
        context.output.object({ unblocked: content })
        context.output.result(`Not blocked any more: ${content}`)
        return 0
      case 'log':
        return log(context, link)
      default:
        return list(context, link)
    }
  },
})

function missing(expects: string): UsageError {
  return new UsageError('OPERAND_MISSING', { command: 'blocklist', expects, usage: USAGE })
}

function contentOf(word: string): string {
  const parsed = ContentIdText.safeParse(word)
  if (parsed.success) return parsed.data
  throw new UsageError('OPTION_VALUE', {
    option: 'CONTENT',
    expects: '64 hex digits, a dash and a length',
    value: word,
  })
}

async function list({ output }: Context, link: DaemonLink): Promise<number> {
  const { lists } = await link.call('blocklists', {})
  output.object({ lists })
  for (const each of lists) for (const line of listLines(each)) output.result(line)
  if (lists.length === 0) output.note('There are no lists. Take one: shoal blocklist add URL')
  return 0
}

async function add({ values, output, folder }: Context, link: DaemonLink, given: string): Promise<number> {
  const wish = /^https?:\/\//i.test(given)
    ? { url: given, ...(values.key === undefined ? {} : { key: values.key }) }
    : { path: path.resolve(folder, given) }
  const made = await link.call('addBlocklist', wish)
  output.object(made)
  for (const line of listLines(made)) output.result(line)
  return 0
}

async function remove({ output }: Context, link: DaemonLink, word: string): Promise<number> {
  const found = await chooseList(link, word)
  await link.call('removeBlocklist', { id: found.id })
  output.object({ removed: found.id })
  output.result(`Nothing is blocked by ${found.name} any more.`)
  return 0
}

async function refresh({ output }: Context, link: DaemonLink, word: string): Promise<number> {
  const { id } = await chooseList(link, word)
  const fresh = await link.call('refreshBlocklist', { id })
  output.object(fresh)
  for (const line of listLines(fresh)) output.result(line)
  return 0
}

/** By its id, the beginning of it, or its name. @throws UsageError */
async function chooseList(link: DaemonLink, word: string): Promise<Blocklist> {
  const { lists } = await link.call('blocklists', {})
  const fits = [
    lists.filter(({ id }) => id === word),
    lists.filter(({ name }) => name === word),
    lists.filter(({ id }) => id.startsWith(word)),
  ].find((some) => some.length > 0)
  const [only] = fits ?? []
  if (only !== undefined && fits?.length === 1) return only
  throw missing(
    only === undefined ? 'the ID of a list (shoal blocklist shows them)' : 'more letters of the ID',
  )
}

async function contents({ output }: Context, link: DaemonLink): Promise<number> {
  const page = await link.call('blockedContent', { offset: 0, limit: MOST_ROWS })
  output.object(page)
  for (const { content, name, why, who, at } of page.contents)
    output.result(`${name}: ${why} (${who}, ${at})  ${content}`)
  if (page.total === 0) output.note('You have blocked nothing yourself.')
  else if (page.total > page.contents.length) output.note(`and ${page.total - page.contents.length} more`)
  return 0
}

async function block({ values, output }: Context, link: DaemonLink, content: string): Promise<number> {
  const { why = 'not wanted', name } = values
  await link.call('blockContent', { content, why, ...(name === undefined ? {} : { name }) })
  output.object({ blocked: content, why })
  output.result(`Blocked: ${name ?? content} (${why})`)
  return 0
}

async function log({ values, output }: Context, link: DaemonLink): Promise<number> {
  const last = Math.min(Math.max(1, values.last ?? USUAL_LAST), MOST_LAST)
  const { events } = await link.call('blockLog', { last })
  output.object({ events })
  for (const { at, kind, what, why, list } of events)
    output.result(`${at}  ${kind === 'peer' ? 'address' : 'content'} ${what}: ${why} (${list})`)
  if (events.length === 0) output.note('Nothing was turned away.')
  return 0
}

function listLines({ id, kind, name, url, key, entries, updatedAt, problem }: Blocklist): string[] {
  const what =
    kind === 'peers'
      ? formatCount(entries, 'range of addresses', 'ranges of addresses')
      : formatCount(entries, 'content')
  const lines = [`${id}  ${name}: ${what}${updatedAt === null ? '' : `, as of ${updatedAt}`}`]
  if (url !== null) lines.push(`  ${url}`)
  if (key !== null) lines.push(`  signed by ${key}`)
  if (problem !== null) lines.push(`  ${explain(new ListProblem(problem.code, problem.data)).report.message}`)
  return lines
}

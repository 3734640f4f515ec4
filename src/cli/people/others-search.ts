// `shoal search --in circles|nearby`: finds in what others offer, gets some of it, and wishes that go on searching by themselves.

import { formatMoment } from '../../api/format-moment.ts'
import { formatCount, formatSize } from '../../api/format-quantity.ts'
import type { OthersEntry } from '../../api/schemas/circles.ts'
import type { DaemonLink } from '../daemon-link.ts'
import type { Output } from '../output.ts'
import { UsageError } from '../usage-error.ts'
import { chooseCircle } from './people-context.ts'
import { chooseNamed } from './people-names.ts'

export interface OthersWish {
  readonly in: 'circles' | 'nearby'
  readonly words: string
  /** A word for one circle. */
  readonly circle: string | undefined
  readonly offset: number
  readonly limit: number
  /** Numbers of rows to get. */
  readonly get: readonly number[]
  /** Absolute. */
  readonly saveFolder: string | undefined
}

/** Of each content; the rest is counted. */
const SHOWN_HOLDERS = 3
const SHOWN_MISSING = 5

export async function searchOthers(output: Output, link: DaemonLink, wish: OthersWish): Promise<number> {
  const circle = wish.circle === undefined ? undefined : (await chooseCircle(link, wish.circle)).id
  const { words, offset, limit } = wish
  const found = await link.call('searchOthers', {
    in: wish.in,
    words,
    ...(circle === undefined ? {} : { circle }),
    offset,
    limit,
  })
  output.object(found)
  for (const term of found.ignored) output.warn(`${term} means nothing here and was left out.`)
  if (wish.get.length > 0) return get(output, link, wish, found.entries)
  for (const [at, entry] of found.entries.entries()) sayEntry(output, entry, offset + at + 1)
  sayReached(output, wish.in, found)
  const until = offset + found.entries.length
  if (found.entries.length === 0)
    output.note(
      `Nothing that is offered there fits.${wish.in === 'circles' ? ' Be told when it comes: the same with --wish' : ''}`,
    )
  else {
    if (until < found.total)
      output.note(
        `${until} of ${found.total}${found.more ? ' and more' : ''}: --from ${until} shows the next.`,
      )
    output.note('Get some: the same with --get N [-o DIR]')
  }
  return 0
}

function sayReached(
  output: Output,
  where: OthersWish['in'],
  { reached, missing }: { readonly reached: number; readonly missing: readonly { readonly name: string }[] },
): void {
  const whose = where === 'circles' ? formatCount(reached, 'member') : formatCount(reached, 'device')
  const names = missing.slice(0, SHOWN_MISSING).map(({ name }) => name)
  const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : ''
  const not = missing.length === 0 ? '' : `; not ${names.join(', ')}${more}, who cannot be asked now`
  output.note(`Searched what ${whose} offer${reached === 1 ? 's' : ''}${not}.`)
}

function sayEntry(output: Output, entry: OthersEntry, number: number): void {
  const { name, kind, lengthBytes, licence, here, holders, holderCount, onlineCount } = entry
  const facts = [kind, formatSize(lengthBytes), licence ?? '', here ? 'here already' : '']
  output.result([
    { text: `${String(number).padStart(3)}  `, style: 'faint' },
    { text: name, style: 'strong' },
    `  ${facts.filter((fact) => fact !== '').join(' · ')}`,
  ])
  const names = [...new Set(holders.map((holder) => holder.name))].slice(0, SHOWN_HOLDERS)
  const more = holderCount > names.length ? ` and ${holderCount - names.length} more` : ''
  output.result([
    { text: `     ${names.join(', ')}${more}, ${onlineCount} of ${holderCount} online`, style: 'faint' },
  ])
}

/** Each source gives what it has; a content in several circles comes from the first. */
async function get(
  output: Output,
  link: DaemonLink,
  { get: numbers, offset, saveFolder, in: where }: OthersWish,
  entries: readonly OthersEntry[],
): Promise<number> {
  const chosen = new Map<string, { content: string; path: string }[]>()
  for (const number of numbers) {
    const entry = entries[number - offset - 1]
    const holder = entry?.holders.find(({ online }) => online) ?? entry?.holders[0]
    if (entry === undefined || holder === undefined)
      throw new UsageError('OPTION_VALUE', {
        option: '--get',
        expects: 'the number of a row that the same search shows',
        value: String(number),
      })
    const from =
      where === 'circles' && holder.circle !== null ? `circle:${holder.circle}` : `device:${holder.device}`
    chosen.set(from, [...(chosen.get(from) ?? []), { content: entry.content, path: entry.name }])
  }
  let code = 0
  for (const [from, contents] of chosen) {
    const outcome = await link.call('getShared', {
      from,
      contents,
      ...(saveFolder === undefined ? {} : { saveFolder }),
    })
    output.object({ event: 'getting', from, ...outcome })
    for (const { path } of contents.slice(0, outcome.done.length)) output.result(`Getting ${path}`)
    for (const { error } of outcome.failed) {
      output.warn(`${error.message} [${error.code}]`)
      code = 1
    }
  }
  output.note('How it goes: shoal list')
  return code
}

export async function addWish(output: Output, link: DaemonLink, words: string): Promise<number> {
  const wish = await link.call('addWish', { words, in: 'circles' })
  output.object(wish)
  output.result(`Searching on: ${words}. What comes brings a notice, and stands in: shoal search --wish`)
  return 0
}

export async function listWishes(output: Output, link: DaemonLink): Promise<number> {
  const { wishes } = await link.call('wishes', {})
  output.object({ wishes })
  for (const { id, words, in: where, hits, unseen, at } of wishes) {
    const news = unseen === 0 ? '' : `, ${unseen} new`
    output.result([
      { text: `  ${id.slice(0, SHOWN_LETTERS)}  `, style: 'faint' },
      { text: words, style: 'strong' },
      `  in ${where}, ${formatCount(hits, 'hit')}${news}`,
      { text: `  ${formatMoment(at, Date.now())}`, style: 'faint' },
    ])
    if (unseen === 0) continue
    const { entries } = await link.call('wish', { id })
    for (const [index, entry] of entries.slice(0, unseen).entries()) sayEntry(output, entry, index + 1)
    await link.call('changeWish', { id, seen: true })
  }
  if (wishes.length === 0) output.note('No wish yet: shoal search WORDS --in circles --wish')
  return 0
}

const SHOWN_LETTERS = 8

export async function forgetWish(output: Output, link: DaemonLink, word: string): Promise<number> {
  const { wishes } = await link.call('wishes', {})
  const named = wishes.map(({ id, words }) => ({ kind: 'circle' as const, id, names: [words] }))
  const { id, names } = chooseNamed(word, named, 'wish of yours')
  await link.call('removeWish', { id })
  output.object({ removed: id })
  output.result(`Not searching for ${names[0]} any more.`)
  return 0
}

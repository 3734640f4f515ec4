// What a conversation can be asked in words and completed in, and the answers in lines.

import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Line } from '../terminal.ts'
import type { ChatActions, Mentionable } from './chat-actions.ts'
import { SLASH_WORDS } from './slash-words.ts'

const MOST_CHOICES = 200

export function helpLines(): Line[] {
  const wide = Math.max(...Object.values(SLASH_WORDS).map(({ usage }) => usage.length))
  return [
    ...Object.values(SLASH_WORDS).map(
      ({ usage, summary }): Line => [usage.padEnd(wide + 2), { text: summary, style: 'faint' }],
    ),
    [
      {
        text: '#ID is the sign before a message. @ names somebody. // says a line that begins with a slash.',
        style: 'faint',
      },
    ],
  ]
}

/** Slash words at the beginning, people after @, paths after /file. */
export function completions(
  word: string,
  isFirst: boolean,
  line: string,
  people: readonly Mentionable[],
  actions: ChatActions,
): string[] {
  const letters = word.toLowerCase()
  if (isFirst && word.startsWith('/'))
    return Object.keys(SLASH_WORDS)
      .map((each) => `/${each}`)
      .filter((each) => each.startsWith(letters))
  if (word.startsWith('@'))
    return people
      .map(({ name }) => `@${name}`)
      .filter((each) => each.toLowerCase().startsWith(letters))
      .sort()
  if (/^\/(file|get)\b/.test(line)) return paths(word, actions)
  return []
}

function paths(word: string, actions: ChatActions): string[] {
  const given = word.slice(0, word.lastIndexOf('/') + 1)
  const start = word.slice(given.length)
  try {
    return readdirSync(actions.place(given === '' ? '.' : given), { withFileTypes: true })
      .filter(({ name }) => name.startsWith(start) && (start !== '' || !name.startsWith('.')))
      .slice(0, MOST_CHOICES)
      .map(
        (entry) =>
          `${given}${entry.name.replace(/[\s"'\\]/gu, '\\$&')}${entry.isDirectory() ? path.sep : ''}`,
      )
  } catch {
    // Not there, or not to be read: nothing to complete with.
    return []
  }
}

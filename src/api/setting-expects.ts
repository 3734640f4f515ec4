// What a setting takes, in words, from its kind and bounds in the table of settings: as a person types it, and as JSON has it.

import { z } from 'zod'
import { SETTINGS, type SettingKey, type SettingKind } from './settings.ts'

/** As it is typed: into a command, the page or an environment variable. */
export function expectsOf(key: SettingKey): string {
  const { kind, schema } = SETTINGS[key]
  switch (kind) {
    case 'count':
      return `a whole number${boundsOf(schema)}`
    case 'number':
      return `a number${boundsOf(schema)} such as 1.5, or none`
    case 'choice':
      return schema instanceof z.ZodEnum ? listed(schema.options.map(String)) : 'one of the words it knows'
    default:
      return TYPED[kind]
  }
}

/** As the settings' file and the API have it. */
export function expectsInJson(key: SettingKey): string {
  return IN_JSON[SETTINGS[key].kind]
}

const TYPED: Readonly<Record<Exclude<SettingKind, 'count' | 'number' | 'choice'>, string>> = {
  switch: 'on or off',
  path: 'a folder',
  paths: 'paths, one word each, or none',
  rate: 'a rate of at least 1k such as 2M (2 MB/s) or 16mbit, or none',
  duration: 'a time such as 90s, 10m or 7d, or none',
  text: 'text, or none',
  texts: 'texts, one word each, or none',
  schedule: 'times such as "mon-fri 08:00-17:30", or none',
}

const IN_JSON: Readonly<Record<SettingKind, string>> = {
  switch: 'true or false',
  path: 'a string',
  paths: 'a list of absolute paths',
  rate: 'bytes a second as a number, or null',
  count: 'a number',
  duration: 'seconds as a number, or null',
  number: 'a number, or null',
  choice: 'a string',
  text: 'a string',
  texts: 'a list of strings',
  schedule: 'a string',
}

function boundsOf(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodNullable ? schema.unwrap() : schema
  if (!(inner instanceof z.ZodNumber)) return ''
  return ` from ${inner.minValue} to ${inner.maxValue}`
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

// Options of the command line and of the environment: from words to typed values.
// Rules (INTERFACE.md B2): an option takes exactly one value or none at all, never perhaps one, so no operand is ever
// swallowed; lists repeat; `--` ends options; `-` alone is an operand; SHOAL_NAME stands for --name, and the flag wins.

import { parseArgs } from 'node:util'
import { nearestWord } from './nearest-word.ts'
import { DURATION, type Reader, TEXT } from './readers.ts'
import { UsageError } from './usage-error.ts'

interface Described {
  readonly summary: string
  /** One letter. */
  readonly short?: string
}

export interface SwitchOption extends Described {
  readonly kind: 'switch'
}

export interface ValueOption<T> extends Described {
  readonly kind: 'value'
  /** As help shows it: FILE, RATE, D. */
  readonly placeholder: string
  readonly reader: Reader<T>
}

export interface ListOption<T> extends Described {
  readonly kind: 'list'
  readonly placeholder: string
  readonly reader: Reader<T>
}

export type Option = SwitchOption | ValueOption<unknown> | ListOption<unknown>

/** Long names without dashes. */
export type OptionTable = Readonly<Record<string, Option>>

type ValueOf<O extends Option> =
  O extends ValueOption<infer T> ? T | undefined : O extends ListOption<infer T> ? readonly T[] : boolean

/** A switch is a boolean, a value is undefined if absent, a list is empty if absent. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> }

export type Environment = Readonly<Record<string, string | undefined>>

/** Understood by every command, and allowed before it. */
export const GLOBAL_OPTIONS = {
  json: { kind: 'switch', summary: 'results for programs: one JSON object, or one per line' },
  quiet: { kind: 'switch', summary: 'results and errors only' },
  yes: { kind: 'switch', summary: 'do not ask; never answers a question about private files' },
  'no-color': { kind: 'switch', summary: 'no colours (NO_COLOR does the same)' },
  'state-dir': { kind: 'value', placeholder: 'DIR', reader: TEXT, summary: 'where Shoal keeps its state' },
  standalone: { kind: 'switch', summary: 'do it in this command, even where Shoal is running' },
  timeout: {
    kind: 'value',
    placeholder: 'D',
    reader: DURATION,
    summary: 'give up after this long without progress',
  },
  help: { kind: 'switch', short: 'h', summary: 'what this command does' },
  version: { kind: 'switch', short: 'V', summary: 'the version of Shoal' },
} as const satisfies OptionTable

export type GlobalValues = OptionValues<typeof GLOBAL_OPTIONS>

export interface ParsedOptions<Table extends OptionTable> {
  readonly values: OptionValues<Table>
  readonly operands: readonly string[]
}

/** Takes the words of one command (itself not among them) apart. @throws UsageError */
export function parseOptions<const Table extends OptionTable>(
  words: readonly string[],
  table: Table,
  environment: Environment,
  command?: string,
): ParsedOptions<Table> {
  const typed = new Map<string, string[]>()
  const operands: string[] = []
  for (const token of tokens(words, table)) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind === 'option') remember(typed, token, table, command)
  }
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(table)) {
    const texts = typed.get(name)
    values[name] =
      texts === undefined ? fromEnvironment(name, option, environment) : read(`--${name}`, option, texts)
  }
  // Each name of the table got what its kind says, which is what OptionValues spells out.
  return { values: values as OptionValues<Table>, operands }
}

/** Where the command stands among the words. @throws UsageError for an option before it that is not global */
export function findCommand(words: readonly string[]): {
  command: string | undefined
  rest: readonly string[]
} {
  for (const token of tokens(words, GLOBAL_OPTIONS)) {
    if (token.kind === 'positional') return { command: token.value, rest: words.toSpliced(token.index, 1) }
    if (token.kind === 'option' && !Object.hasOwn(GLOBAL_OPTIONS, token.name)) {
      const nearest = nearestOption(token.rawName, GLOBAL_OPTIONS)
      if (nearest !== undefined) throw new UsageError('OPTION_UNKNOWN', { option: token.rawName, nearest })
      throw new UsageError('OPTION_BEFORE_COMMAND', { option: token.rawName })
    }
  }
  return { command: undefined, rest: words }
}

/** Whether a switch is meant, before anything is checked: for answers that must come even when the rest is wrong. */
export function hasSwitch(
  name: keyof GlobalValues,
  words: readonly string[],
  environment: Environment,
  table: OptionTable = GLOBAL_OPTIONS,
): boolean {
  const said = tokens(words, table).some((token) => token.kind === 'option' && token.name === name)
  return said || YES.test(environment[variableOf(name)] ?? '')
}

interface OptionToken {
  readonly kind: 'option'
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function tokens(words: readonly string[], table: OptionTable) {
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {}
  for (const [name, { kind, short }] of Object.entries(table)) {
    options[name] = {
      type: kind === 'switch' ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short }),
    }
  }
  return parseArgs({ args: [...words], options, strict: false, tokens: true, allowPositionals: true }).tokens
}

function remember(
  typed: Map<string, string[]>,
  token: OptionToken,
  table: OptionTable,
  command: string | undefined,
): void {
  const option = Object.hasOwn(table, token.name) ? table[token.name] : undefined
  const shown = token.rawName
  if (option === undefined) {
    throw new UsageError('OPTION_UNKNOWN', { option: shown, command, nearest: nearestOption(shown, table) })
  }
  const { value } = token
  if (option.kind === 'switch') {
    if (value !== undefined) throw new UsageError('OPTION_TAKES_NO_VALUE', { option: shown, value })
    typed.set(token.name, ['1'])
    return
  }
  const { placeholder } = option
  if (value === undefined) throw new UsageError('OPTION_WITHOUT_VALUE', { option: shown, placeholder })
  if (token.inlineValue !== true && value.startsWith('-') && value !== '-') {
    // More likely a forgotten value than one that begins with a dash.
    throw new UsageError('OPTION_WITHOUT_VALUE', { option: `--${token.name}`, placeholder, found: value })
  }
  const texts = typed.get(token.name) ?? []
  if (option.kind === 'value' && texts.length > 0) throw new UsageError('OPTION_TWICE', { option: shown })
  typed.set(token.name, [...texts, value])
}

const YES = /^(1|true|yes|on)$/i
const NO = /^(0|false|no|off|)$/i

function fromEnvironment(name: string, option: Option, environment: Environment): unknown {
  const variable = variableOf(name)
  const text = environment[variable]
  if (option.kind === 'switch') {
    if (text === undefined || NO.test(text)) return false
    if (YES.test(text)) return true
    throw new UsageError('OPTION_VALUE', { option: variable, expects: '1 or 0', value: text })
  }
  if (text === undefined || text === '') return option.kind === 'list' ? [] : undefined
  // A list is one item a line: nothing else is sure not to occur in an address, a path or a pattern.
  return read(
    variable,
    option,
    option.kind === 'list' ? text.split('\n').filter((line) => line !== '') : [text],
  )
}

function variableOf(name: string): string {
  return `SHOAL_${name.toUpperCase().replaceAll('-', '_')}`
}

function read(shown: string, option: Option, texts: readonly string[]): unknown {
  if (option.kind === 'switch') return true
  const values = texts.map((text) => {
    const value = option.reader.read(text)
    if (value !== undefined) return value
    const { expects } = option.reader
    const said = option.reader.conceal?.(text) ?? text
    throw new UsageError('OPTION_VALUE', { option: shown, expects, value: said })
  })
  return option.kind === 'list' ? values : values[0]
}

function nearestOption(typed: string, table: OptionTable): string | undefined {
  if (!typed.startsWith('--')) return undefined
  const nearest = nearestWord(typed.slice(2), Object.keys(table))
  return nearest === undefined ? undefined : `--${nearest}`
}

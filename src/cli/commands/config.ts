// `shoal config list|get|set|path`: settings, of the running Shoal at once, or of its file where none runs.

import path from 'node:path'
import { isSettingKey, SETTINGS, type SettingKey } from '../../api/settings.ts'
import { CodedError } from '../../base/errors.ts'
import { type CommandContext, defineCommand } from '../command.ts'
import { nearestWord } from '../nearest-word.ts'
import type { OptionTable } from '../options.ts'
import { settingSource } from '../setting-source.ts'
import { DEFAULT, settingLines, settingText, settingValue } from '../setting-words.ts'
import { stateFolderOf } from '../state-folder.ts'
import { UsageError } from '../usage-error.ts'

export class ConfigError extends CodedError<'SETTING_UNKNOWN'> {}

const FILE = 'config.json'
const SAVE_FOLDER: SettingKey = 'saving.folder'
const MOST_WORDS = 1_000
const USAGE = 'config list | get KEY | set KEY VALUE... | path'

type Context = CommandContext<OptionTable>

export const command = defineCommand({
  options: {},
  operands: { least: 1, most: MOST_WORDS, expects: 'list, get, set or path' },
  details: [
    'list: every setting with its value. get KEY: its value alone. set KEY VALUE: `none` is no limit or nothing, `default` gives the default back; settings that hold several take several words. path: the file.',
    'A setting is also SHOAL_KEY in the environment of the daemon (SHOAL_SPEED_DOWN for speed.down); that goes over the file.',
  ],
  run: async (context) => {
    const [what, key, ...words] = context.operands
    switch (what) {
      case 'list':
        return takes(context, 1) ?? list(context)
      case 'get':
        return takes(context, 2) ?? get(context, known(key))
      case 'set':
        if (words.length === 0) throw missing('a setting and its value')
        return set(context, known(key), words)
      case 'path':
        return takes(context, 1) ?? sayPath(context)
      default:
        throw missing('list, get, set or path')
    }
  },
})

/** @throws UsageError for fewer or more operands */
function takes({ operands }: Context, count: number): undefined {
  if (operands.length < count) throw missing('the key of a setting')
  const extra = operands[count]
  if (extra !== undefined)
    throw new UsageError('OPERAND_TOO_MANY', { command: 'config', usage: USAGE, operand: extra })
}

function missing(expects: string): UsageError {
  return new UsageError('OPERAND_MISSING', { command: 'config', expects, usage: USAGE })
}

function known(key: string | undefined): SettingKey {
  if (key !== undefined && isSettingKey(key)) return key
  throw new ConfigError('SETTING_UNKNOWN', { key, nearest: nearestWord(key ?? '', Object.keys(SETTINGS)) })
}

async function list(context: Context): Promise<number> {
  const { output } = context
  const source = await settingSource(context)
  const rows = (await source.rows()).filter(({ key }) => isSettingKey(key))
  output.object({ settings: rows.map((row) => ({ ...row, ...describe(row.key as SettingKey) })) })
  const saveFolder = await source.saveFolder()
  let section = ''
  for (const { key, value, from } of rows) {
    const setting = SETTINGS[key as SettingKey]
    if (setting.section !== section) {
      if (section !== '') output.result('')
      section = setting.section
    }
    const shown =
      key === SAVE_FOLDER && value === '' ? `(default) ${saveFolder}` : settingText(key as SettingKey, value)
    const changed = from === 'default' ? [] : [{ text: `  (${from})`, style: 'careful' as const }]
    output.result([{ text: key, style: 'strong' }, ` = ${shown}`, ...changed])
    output.result([{ text: `    ${setting.title}: ${setting.summary}`, style: 'faint' }])
  }
  return 0
}

function describe(key: SettingKey): { title: string; summary: string; kind: string; takes: string } {
  const { title, summary, kind, takes: effect } = SETTINGS[key]
  return { title, summary, kind, takes: effect }
}

async function get(context: Context, key: SettingKey): Promise<number> {
  const rows = await (await settingSource(context)).rows()
  const row = rows.find((candidate) => candidate.key === key)
  if (row === undefined) throw new ConfigError('SETTING_UNKNOWN', { key })
  context.output.object(row)
  for (const line of settingLines(key, row.value)) context.output.result(line)
  return 0
}

async function set(context: Context, key: SettingKey, words: readonly string[]): Promise<number> {
  const { output, folder } = context
  const byDefault = words.length === 1 && words[0] === DEFAULT
  const value = byDefault ? undefined : settingValue(key, words, (given) => path.resolve(folder, given))
  const source = await settingSource(context)
  await source.change(value === undefined ? {} : { [key]: value }, byDefault ? [key] : [])
  const row = (await source.rows()).find((candidate) => candidate.key === key)
  output.object({ ...row, running: source.pid !== null })
  if (row !== undefined) output.result(`${key} = ${settingText(key, row.value)}`)
  if (source.pid === null) output.note('Shoal is not running: it holds from the next start on.')
  else if (SETTINGS[key].takes === 'restart') output.note('It holds after the next start: shoal restart')
  return 0
}

async function sayPath({ values, folder, output }: Context): Promise<number> {
  const file = path.join(stateFolderOf(values, folder), FILE)
  output.object({ path: file })
  output.result(file)
  return 0
}

// The settings in force: the file `config.json` in the state folder, over it the environment, over that the options of the
// command line. Each value was validated by the table (api/settings.ts).
// Promise: a file that cannot be understood is never passed over: a proxy that somebody set must not be forgotten. Keys of
// other versions stay in the file as they are.

import type { SettingRow, SettingValue } from '../../api/schemas/machine.ts'
import { expectsInJson, expectsOf } from '../../api/setting-expects.ts'
import { isSettingKey, SETTINGS, type SettingKey, type Settings } from '../../api/settings.ts'
import { fromUtf8, utf8 } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'
import type { Disk } from '../../base/ports.ts'
import { writeStateFile } from '../../base/state-file.ts'
import { readWhole } from '../checked-file.ts'
import { valueOfText, variableOf } from './setting-text.ts'

export class SettingError extends CodedError<
  | 'SETTING_UNKNOWN'
  | 'SETTING_INVALID'
  /** The environment or the command line says it: a file cannot. */
  | 'SETTING_FIXED'
  | 'CONFIG_UNREADABLE'
> {}

const FILE = 'config.json'
const LIMIT_BYTES = 4_000_000

type Values = Map<SettingKey, SettingValue>
type From = SettingRow['from']

export interface SettingSources {
  readonly disk: Disk
  readonly stateFolder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Of the command line. */
  readonly options: Readonly<Record<string, unknown>>
}

export class SettingsStore {
  readonly #disk: Disk
  readonly #folder: string
  readonly #fixed: ReadonlyMap<SettingKey, { readonly value: SettingValue; readonly from: From }>
  #file: Values
  /** What is in the file and means nothing to us. */
  #foreign: Readonly<Record<string, unknown>>
  #values: Settings
  #writing: Promise<void> = Promise.resolve()

  private constructor(
    { disk, stateFolder }: SettingSources,
    fixed: ReadonlyMap<SettingKey, { readonly value: SettingValue; readonly from: From }>,
    file: Values,
    foreign: Readonly<Record<string, unknown>>,
  ) {
    this.#disk = disk
    this.#folder = stateFolder
    this.#fixed = fixed
    this.#file = file
    this.#foreign = foreign
    this.#values = this.#inForce(file)
  }

  /** @throws SettingError, DiskError */
  static async open(sources: SettingSources): Promise<SettingsStore> {
    const fixed = new Map<SettingKey, { value: SettingValue; from: From }>()
    for (const key of Object.keys(SETTINGS) as SettingKey[]) {
      const text = sources.environment[variableOf(key)]
      if (text !== undefined)
        fixed.set(key, { value: valid(key, valueOfText(key, text), 'typed'), from: 'environment' })
    }
    for (const [key, value] of Object.entries(sources.options)) {
      if (value === undefined) continue
      if (!isSettingKey(key)) throw new SettingError('SETTING_UNKNOWN', { key })
      fixed.set(key, { value: valid(key, value), from: 'option' })
    }
    const { values, foreign } = await readConfig(sources.disk, sources.stateFolder)
    return new SettingsStore(sources, fixed, values, foreign)
  }

  get values(): Settings {
    return this.#values
  }

  rows(): SettingRow[] {
    return (Object.keys(SETTINGS) as SettingKey[]).map((key) => ({
      key,
      value: this.#values[key] as SettingValue,
      default: SETTINGS[key].default as SettingValue,
      from: this.#fixed.get(key)?.from ?? (this.#file.has(key) ? 'file' : 'default'),
    }))
  }

  /**
   * All of them or none. Null gives a setting its default back, where null is no value of its own.
   * @param defaults keys that get their default back, whatever null means to them
   * @returns the keys whose value in force changed @throws SettingError, DiskError
   */
  async change(
    wish: Readonly<Record<string, unknown>>,
    defaults: readonly string[] = [],
  ): Promise<SettingKey[]> {
    const file: Values = new Map(this.#file)
    for (const key of defaults) file.delete(this.#changeable(key))
    for (const [name, value] of Object.entries(wish)) {
      const key = this.#changeable(name)
      if (value === null && !SETTINGS[key].schema.safeParse(null).success) file.delete(key)
      else file.set(key, valid(key, value))
    }
    const writing = this.#writing.then(() => this.#write(file))
    // Its failure is that of whoever asked; the next one goes on.
    this.#writing = writing.catch(() => undefined)
    await writing
    return this.#take(file)
  }

  /**
   * What somebody wrote into the file meanwhile holds from now on. Waits for what is being written.
   * @returns the keys whose value in force changed @throws SettingError, DiskError; then everything stays as it was
   */
  async reread(): Promise<SettingKey[]> {
    await this.#writing
    const { values, foreign } = await readConfig(this.#disk, this.#folder)
    this.#foreign = foreign
    return this.#take(values)
  }

  /** As they were before a change that could not be carried out. @throws DiskError */
  async restore(before: Settings): Promise<void> {
    const file: Values = new Map(this.#file)
    for (const key of Object.keys(SETTINGS) as SettingKey[]) {
      if (this.#fixed.has(key) || JSON.stringify(before[key]) === JSON.stringify(this.#values[key])) continue
      file.set(key, before[key] as SettingValue)
    }
    const writing = this.#writing.then(() => this.#write(file))
    this.#writing = writing.catch(() => undefined)
    await writing
    this.#take(file)
  }

  /** @throws SettingError */
  #changeable(key: string): SettingKey {
    if (!isSettingKey(key)) throw new SettingError('SETTING_UNKNOWN', { key })
    const fixed = this.#fixed.get(key)
    if (fixed !== undefined)
      throw new SettingError('SETTING_FIXED', { key, from: fixed.from, variable: variableOf(key) })
    return key
  }

  #take(file: Values): SettingKey[] {
    const before = this.#values
    this.#file = file
    this.#values = this.#inForce(file)
    return (Object.keys(SETTINGS) as SettingKey[]).filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(this.#values[key]),
    )
  }

  async #write(file: Values): Promise<void> {
    const text = JSON.stringify({ ...this.#foreign, ...Object.fromEntries(file) }, undefined, 2)
    await writeStateFile(this.#disk, this.#folder, FILE, utf8(`${text}\n`))
  }

  #inForce(file: Values): Settings {
    const entries = (Object.keys(SETTINGS) as SettingKey[]).map((key) => {
      const fixed = this.#fixed.get(key)
      return [key, fixed === undefined ? (file.get(key) ?? fallback(file, key)) : fixed.value]
    })
    return Object.fromEntries(entries) as Settings
  }
}

/** A null that was set is a value; one that was not is the default. */
function fallback(file: Values, key: SettingKey): unknown {
  return file.has(key) ? null : SETTINGS[key].default
}

/** @param as how whoever gave it wrote it @throws SettingError SETTING_INVALID */
function valid(key: SettingKey, value: unknown, as: 'typed' | 'json' = 'json'): SettingValue {
  const parsed = SETTINGS[key].schema.safeParse(value)
  if (parsed.success) return parsed.data as SettingValue
  // A number of the wrong size is told by what people type; where a text stands for a number, JSON's own form is meant, and
  // relative paths are only for those who stand in a folder.
  const otherType = parsed.error.issues.some(({ code }) => code === 'invalid_type')
  const form = as === 'json' && (otherType || SETTINGS[key].kind === 'paths')
  throw new SettingError('SETTING_INVALID', {
    key,
    expects: expectsOf(key),
    ...(form ? { json: expectsInJson(key) } : {}),
  })
}

async function readConfig(
  disk: Disk,
  folder: string,
): Promise<{ readonly values: Values; readonly foreign: Readonly<Record<string, unknown>> }> {
  const path = disk.join(folder, FILE)
  const bytes = await readWhole(disk, path, LIMIT_BYTES)
  const values: Values = new Map()
  const foreign: Record<string, unknown> = {}
  if (bytes === undefined) return { values, foreign }
  for (const [key, value] of Object.entries(parse(path, bytes))) {
    if (isSettingKey(key)) values.set(key, valid(key, value))
    else foreign[key] = value
  }
  return { values, foreign }
}

function parse(path: string, bytes: Uint8Array): object {
  try {
    const parsed: unknown = JSON.parse(fromUtf8(bytes))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  } catch (error) {
    throw new SettingError('CONFIG_UNREADABLE', { path, why: (error as Error).message }, error)
  }
  throw new SettingError('CONFIG_UNREADABLE', { path, why: 'it holds no settings' })
}

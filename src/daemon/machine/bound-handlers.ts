// Handlers as page and programs may call them: each path that a call names is looked at first, and what the handler hears is
// the real one; settings that say who may do what are the owner's. Promise: a call whose path is not among these names none.

import type { Caller, Handlers, RouteName, ValidInputOf } from '../../api/routes.ts'
import type { SettingKey } from '../../api/settings.ts'
import type { AllowedPaths } from './allowed-paths.ts'
import { MachineError } from './machine-error.ts'

type BoundCall =
  | 'addTransfer'
  | 'moveTransfers'
  | 'survey'
  | 'addShare'
  | 'startReview'
  | 'addLibraryFolder'
  | 'addBlocklist'
  | 'setCategory'
  | 'changeSettings'
  | 'send'
  | 'offerFiles'
  | 'acceptOffer'
  | 'getMessageFile'
  | 'getShared'

/** Whoever could change these could let themselves in, or out of the roots. */
const OWNERS_SETTINGS: readonly SettingKey[] = [
  'server.roots',
  'server.host',
  'server.remote',
  'server.names',
]
/** Settings that are paths. */
const PATH_SETTINGS: readonly SettingKey[] = ['saving.folder', 'network.ipFilters']

export function boundHandlers<Given extends Pick<Handlers, BoundCall>>(
  handlers: Given,
  allowed: AllowedPaths,
): Given {
  const bound: Handlers<BoundCall> = {
    addTransfer: async (input, caller) =>
      handlers.addTransfer(await withPaths(input, ['saveFolder'], caller), caller),
    moveTransfers: async (input, caller) =>
      handlers.moveTransfers(await withPaths(input, ['folder'], caller), caller),
    survey: async (input, caller) => handlers.survey(await withPaths(input, ['path'], caller), caller),
    addShare: async (input, caller) =>
      handlers.addShare(await withPaths(input, ['path', 'dataFolder'], caller), caller),
    startReview: async (input, caller) =>
      handlers.startReview(
        'path' in input ? await withPaths(input, ['path', 'dataFolder'], caller) : input,
        caller,
      ),
    addLibraryFolder: async (input, caller) =>
      handlers.addLibraryFolder(await withPaths(input, ['path'], caller), caller),
    addBlocklist: async (input, caller) =>
      handlers.addBlocklist('path' in input ? await withPaths(input, ['path'], caller) : input, caller),
    setCategory: async (input, caller) =>
      handlers.setCategory(await withPaths(input, ['saveFolder'], caller), caller),
    changeSettings: async (input, caller) =>
      handlers.changeSettings({ ...input, values: await boundSettings(input, caller) }, caller),
    send: async (input, caller) => handlers.send(await withAll(input, caller), caller),
    offerFiles: async (input, caller) => handlers.offerFiles(await withAll(input, caller), caller),
    acceptOffer: async (input, caller) =>
      handlers.acceptOffer(await withPaths(input, ['saveFolder'], caller), caller),
    getMessageFile: async (input, caller) =>
      handlers.getMessageFile(await withPaths(input, ['saveFolder'], caller), caller),
    getShared: async (input, caller) =>
      handlers.getShared(await withPaths(input, ['saveFolder'], caller), caller),
  }

  /** Of calls that offer several things at once. */
  async function withAll<Input extends { readonly paths: string[] }>(
    input: Input,
    caller: Caller | undefined,
  ): Promise<Input> {
    if (caller?.kind === 'owner') return input
    return { ...input, paths: await Promise.all(input.paths.map((path) => allowed.check(path, caller))) }
  }

  /** The owner's paths stay as they are written. */
  async function withPaths<Input extends object>(
    input: Input,
    fields: readonly (keyof Input)[],
    caller: Caller | undefined,
  ): Promise<Input> {
    if (caller?.kind === 'owner') return input
    const real: Partial<Record<keyof Input, string>> = {}
    for (const field of fields) {
      const given = input[field]
      if (typeof given === 'string' && given !== '') real[field] = await allowed.check(given, caller)
    }
    return { ...input, ...real }
  }

  async function boundSettings(
    { values, defaults = [] }: ValidInputOf<'changeSettings'>,
    caller: Caller | undefined,
  ): Promise<ValidInputOf<'changeSettings'>['values']> {
    if (caller?.kind === 'owner') return values
    for (const key of OWNERS_SETTINGS)
      if (Object.hasOwn(values, key) || defaults.includes(key))
        throw new MachineError('SETTING_OWNERS', { key })
    const real = new Map(Object.entries(values))
    for (const key of PATH_SETTINGS) {
      const given = real.get(key)
      if (typeof given === 'string' && given !== '') real.set(key, await allowed.check(given, caller))
      if (Array.isArray(given))
        real.set(key, await Promise.all(given.map((each) => allowed.check(each, caller))))
    }
    return Object.fromEntries(real)
  }

  return { ...handlers, ...bound }
}

/** Calls whose paths are looked at here; a test holds it against the table. */
export const BOUND_CALLS: readonly (BoundCall & RouteName)[] = [
  'addTransfer',
  'moveTransfers',
  'survey',
  'addShare',
  'startReview',
  'addLibraryFolder',
  'addBlocklist',
  'setCategory',
  'changeSettings',
  'send',
  'offerFiles',
  'acceptOffer',
  'getMessageFile',
  'getShared',
]

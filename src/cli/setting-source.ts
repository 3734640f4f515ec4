// Settings by whoever has them now: the running Shoal, so that a change holds at once, or the file where none runs.

import type { SettingRow, SettingValue } from '../api/schemas/machine.ts'
import { makeStateFolder } from '../daemon/life/state-place.ts'
import { SettingsStore } from '../daemon/settings/settings-store.ts'
import { toolPorts } from '../daemon/tool-ports.ts'
import { usualSaveFolder } from '../daemon/usual-save-folder.ts'
import type { Shell } from './command.ts'
import { openLinkIfAny } from './open-link.ts'
import { stateFolderOf } from './state-folder.ts'

export interface SettingSource {
  /** Null where none runs. */
  readonly pid: number | null
  rows(): Promise<readonly SettingRow[]>
  /** Where an empty saving.folder saves to. */
  saveFolder(): Promise<string>
  /** @param defaults keys that get their default back */
  change(values: Readonly<Record<string, SettingValue>>, defaults: readonly string[]): Promise<void>
}

type Asking = Pick<Shell, 'folder' | 'output' | 'environment'> & {
  readonly values: { readonly 'state-dir': string | undefined }
}

/** @throws LinkError, SettingError CONFIG_UNREADABLE */
export async function settingSource(asking: Asking): Promise<SettingSource> {
  const link = await openLinkIfAny(asking)
  if (link !== undefined)
    return {
      pid: link.run.pid,
      rows: async () => (await link.call('settings', {})).settings,
      saveFolder: async () => (await link.call('status', {})).saveFolder,
      change: async (values, defaults) => {
        await link.call('changeSettings', { values, defaults: [...defaults] })
      },
    }
  const stateFolder = stateFolderOf(asking.values, asking.folder)
  const { disk } = toolPorts()
  const { environment } = asking
  const store = await SettingsStore.open({ disk, stateFolder, environment, options: {} })
  return {
    pid: null,
    rows: async () => store.rows(),
    saveFolder: async () => usualSaveFolder(environment),
    change: async (values, defaults) => {
      await makeStateFolder(stateFolder, disk)
      await store.change(values, defaults)
    },
  }
}

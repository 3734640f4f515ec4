// The look at what arrives for a command with an engine of its own: the scanner that the settings name, and what was locked before.

import { NodeDisk } from '../../platform/disk.ts'
import type { Engine } from '../compose.ts'
import { NO_LOG } from '../log.ts'
import { SettingsStore } from '../settings/settings-store.ts'
import { OwnLocks } from './own-locks.ts'
import { ReceivedCheck } from './received-check.ts'

/** @param origin as ReceivedCheck has it. @throws StateError, SettingError, DiskError */
export async function ownCheck(
  origin: string,
  { ports: { disk, clock }, stateFolder }: Pick<Engine, 'ports' | 'stateFolder'>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ReceivedCheck> {
  const where = await scannerSetting(stateFolder, environment)
  const locks = await OwnLocks.open({ disk, stateFolder, log: NO_LOG, wallMs: () => clock.wallMs() })
  return new ReceivedCheck(origin, where, locks)
}

/** Where the scanner is to be found, as environment and settings file say it. @throws SettingError */
export async function scannerSetting(
  stateFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { values } = await SettingsStore.open({ disk: new NodeDisk(), stateFolder, environment, options: {} })
  return values['checks.scanner']
}

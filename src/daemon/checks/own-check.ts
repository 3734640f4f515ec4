// The look at what arrives for a command with an engine of its own: the scanner that the settings name, and what was locked before.

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
  const { values } = await SettingsStore.open({ disk, stateFolder, environment, options: {} })
  const locks = await OwnLocks.open({ disk, stateFolder, log: NO_LOG, wallMs: () => clock.wallMs() })
  return new ReceivedCheck(origin, values['checks.scanner'], locks)
}

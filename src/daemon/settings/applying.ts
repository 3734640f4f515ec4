// A change of settings takes effect: at once where it can, by opening the engine anew where connections must be others.
// Promise: a change that cannot be carried out is taken back, and said.

import { SETTINGS, type SettingKey, type Settings } from '../../api/settings.ts'
import type { EngineHost } from '../engine-host.ts'
import type { SettingsStore } from './settings-store.ts'

const PORT: SettingKey = 'network.port'

export interface ApplyTask {
  readonly settings: SettingsStore
  readonly host: EngineHost
  /** What takes effect without anybody noticing. */
  applied(): void
}

/** One after the other: each sees what the one before has made. */
export class Applying {
  readonly #task: ApplyTask
  #turn: Promise<unknown> = Promise.resolve()

  constructor(task: ApplyTask) {
    this.#task = task
  }

  /** @throws SettingError, EngineHostError, IpFilterError, DiskError; then everything is as it was */
  change(values: Readonly<Record<string, unknown>>, defaults: readonly string[]): Promise<void> {
    const port = PORT in values || defaults.includes(PORT)
    const turn = this.#turn.then(() => this.#carry(() => this.#task.settings.change(values, defaults), port))
    // Its failure is that of whoever asked; the next one goes on.
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** What somebody wrote into the file meanwhile. @throws as change() */
  reread(): Promise<void> {
    const turn = this.#turn.then(() => this.#carry(() => this.#task.settings.reread(), false))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** @param portSaid it names the port, perhaps the same again: who says it wants that one, now */
  async #carry(change: () => Promise<readonly SettingKey[]>, portSaid: boolean): Promise<void> {
    const { settings, host, applied } = this.#task
    const before: Settings = settings.values
    const changed = await change()
    applied()
    const again = portSaid && host.portTrouble !== null
    if (!again && !changed.some((key) => SETTINGS[key].takes === 'reconnects')) return
    try {
      await host.reopen(again || changed.includes(PORT) ? 'that-one' : 'or-another')
    } catch (error) {
      await settings.restore(before)
      applied()
      await host.open()
      throw error
    }
  }
}

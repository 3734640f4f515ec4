// The daemon's settings as one request sees them, and the numbers of limits that are off: Transmission keeps a limit's
// number while the limit is off, Shoal has no limit then.

import type { OutputOf } from '../../api/routes.ts'
import { SETTINGS, type SettingKey, type Settings } from '../../api/settings.ts'

export class SessionSettings {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(rows: OutputOf<'settings'>['settings']) {
    this.#values = new Map(rows.map(({ key, value }) => [key, value]))
  }

  get<Key extends SettingKey>(key: Key): Settings[Key] {
    const value = this.#values.get(key)
    return (value === undefined ? SETTINGS[key].default : value) as Settings[Key]
  }
}

/** kB/s that a limit gets when it is switched on and nobody ever said a number: Transmission's own. */
export const USUAL_LIMIT = 100
/** Torrents and directions whose numbers are remembered; the first are forgotten first. */
const MAX_REMEMBERED = 2_000

/**
 * What clients told that no setting holds, by whatever names a limit; in memory only: a restart forgets what was never in force.
 */
export class LimitsAside {
  /** What the RPC adds is started unless the request says otherwise. */
  startAdded = true
  readonly #limits = new Map<string, number>()

  get(name: string, otherwise: number): number {
    return this.#limits.get(name) ?? otherwise
  }

  set(name: string, kilobytes: number): void {
    const [first] = this.#limits.keys()
    if (first !== undefined && this.#limits.size >= MAX_REMEMBERED) this.#limits.delete(first)
    this.#limits.set(name, kilobytes)
  }
}

const KILOBYTE = 1_000
/** What a limit is at least (api/schemas/primitives.ts), and at most. */
const MOST_KILOBYTES = 1e9

/** A limit as the daemon takes it; 0, by which Transmission stops a direction, becomes the least there is. */
export function limitOf(kilobytes: number): number {
  return Math.round(Math.min(Math.max(kilobytes, 1), MOST_KILOBYTES) * KILOBYTE)
}

export function kilobytesOf(bytesPerSecond: number): number {
  return Math.round(bytesPerSecond / KILOBYTE)
}

/** `given` and `on` as a request says them: the limit to set, or undefined when it says nothing of it. */
export function changedLimit(
  asked: { readonly given: number | undefined; readonly on: boolean | undefined },
  now: number | null,
  aside: LimitsAside,
  name: string,
): number | null | undefined {
  const { given, on = now !== null } = asked
  if (given === undefined && asked.on === undefined) return undefined
  if (given !== undefined) aside.set(name, given)
  else if (now !== null) aside.set(name, kilobytesOf(now))
  return on ? limitOf(given ?? (now === null ? aside.get(name, USUAL_LIMIT) : kilobytesOf(now))) : null
}

// Who said that it has which catalogue as it is now. Of what was before nothing is remembered: a member who signs one head after the
// other, or names roots that nobody has, leaves one entry for each of its catalogues.

import type { DeviceId } from '../ids.ts'
import { keyOf } from './catalogue-book.ts'
import type { CatalogueName } from './catalogue-records.ts'

interface Held {
  readonly root: string
  readonly devices: Set<DeviceId>
}

export class HeadHolders {
  /** By catalogue: as many as the book has. */
  readonly #held = new Map<string, Held>()

  get size(): number {
    return this.#held.size
  }

  add(name: CatalogueName, root: Uint8Array, device: DeviceId): void {
    const key = keyOf(name)
    const text = root.toHex()
    const held = this.#held.get(key)
    if (held?.root === text) held.devices.add(device)
    else this.#held.set(key, { root: text, devices: new Set([device]) })
  }

  of(name: CatalogueName, root: Uint8Array): Iterable<DeviceId> {
    const held = this.#held.get(keyOf(name))
    return held?.root === root.toHex() ? held.devices : []
  }

  unlinked(device: DeviceId): void {
    for (const [key, { devices }] of this.#held)
      if (devices.delete(device) && devices.size === 0) this.#held.delete(key)
  }

  forget(name: CatalogueName): void {
    this.#held.delete(keyOf(name))
  }
}

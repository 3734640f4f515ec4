// A disk and a hasher that are as slow as wanted, around real ones: for tests on real sockets, where no kernel setting slows a
// disk for one program without root on the machine itself. One thing is done after the other, as by one disk and one core.

import type { Disk, DiskFile, Hasher, HashStream } from '../../src/base/ports.ts'

/** How soon it is noticed that the test has ended. */
const LOOK_MS = 50

/** @param ended from then on it is as quick as the real one, so that a test need not wait for what it left */
export function slowDisk(disk: Disk, bytesPerSecond: number, ended: () => boolean): Disk {
  const queue = new Queue(bytesPerSecond, ended)
  const slowFile = (file: DiskFile): DiskFile =>
    around(file, {
      write: async (bytes, position) => {
        await queue.pass(bytes.length)
        await file.write(bytes, position)
      },
      writev: async (parts, position) => {
        await queue.pass(parts.reduce((sum, { length }) => sum + length, 0))
        await file.writev(parts, position)
      },
    })
  return around(disk, {
    open: async (path, mode, inside) => slowFile(await disk.open(path, mode, inside)),
  })
}

/** @param ended as for slowDisk */
export function slowHasher(hasher: Hasher, bytesPerSecond: number, ended: () => boolean): Hasher {
  const queue = new Queue(bytesPerSecond, ended)
  const slowStream = (stream: HashStream): HashStream =>
    around(stream, {
      update: async (bytes) => {
        await queue.pass(bytes.length)
        await stream.update(bytes)
      },
    })
  return around(hasher, {
    digest: async (bytes, want) => {
      await queue.pass(bytes.length)
      return await hasher.digest(bytes, want)
    },
    stream: (want) => slowStream(hasher.stream(want)),
  })
}

/** Whoever comes waits until those before it are through, and for what its own bytes take. */
class Queue {
  readonly #bytesPerMs: number
  readonly #ended: () => boolean
  #freeAtMs = 0

  constructor(bytesPerSecond: number, ended: () => boolean) {
    this.#bytesPerMs = bytesPerSecond / 1_000
    this.#ended = ended
  }

  async pass(lengthBytes: number): Promise<void> {
    this.#freeAtMs = Math.max(performance.now(), this.#freeAtMs) + lengthBytes / this.#bytesPerMs
    const throughMs = this.#freeAtMs
    while (performance.now() < throughMs && !this.#ended())
      await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, throughMs - performance.now())))
  }
}

/** `inner` with some methods of its own; the others are called on `inner`, as it may hold private state. */
function around<Port extends object>(inner: Port, own: Partial<Port>): Port {
  return new Proxy(inner, {
    get(target, key) {
      const changed = Reflect.get(own, key)
      if (changed !== undefined) return changed
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

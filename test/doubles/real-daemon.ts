// Real daemons for one test, each with a state folder and a save folder of its own, on loopback, asking nobody else.
// Everything is closed and removed at the end.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import type { TransferRow } from '../../src/api/schemas/transfer.ts'
import { type Daemon, type DaemonOptions, openDaemon } from '../../src/daemon/daemon.ts'
import type { LogFacts } from '../../src/daemon/log.ts'
import { MarkedThings } from './private-things.ts'

const QUIET = {
  'network.bind': '127.0.0.1',
  'network.dhtRouters': [],
  'network.lan': false,
  'network.portMapping': false,
  'checks.scanner': 'off',
}

/** What gives the right to share with everyone. */
export const OWN_WORK = { kind: 'own-work', id: null } as const

export interface Logged {
  readonly event: string
  readonly facts: LogFacts
}

export class Ground {
  readonly folder: string
  readonly logged: Logged[] = []
  /** What was put into the trash. */
  readonly trashed: string[] = []
  /** The system's trash takes nothing. */
  trashRefuses = false
  readonly #running = new Set<Daemon>()

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(t: TestContext): Promise<Ground> {
    const ground = new Ground(await mkdtemp(path.join(os.tmpdir(), 'shoal-daemon-')))
    t.after(async () => {
      await Promise.all([...ground.#running].map((daemon) => daemon.close()))
      await rm(ground.folder, { recursive: true, force: true })
    })
    return ground
  }

  stateFolder(name: string): string {
    return path.join(this.folder, name, 'state')
  }

  saveFolder(name: string): string {
    return path.join(this.folder, name, 'saved')
  }

  /** Again under the same name: the next run of the same one. */
  async start(
    name: string,
    settings: Readonly<Record<string, unknown>> = {},
    more: Partial<DaemonOptions> = {},
  ): Promise<Daemon> {
    await mkdir(this.saveFolder(name), { recursive: true })
    const daemon = await openDaemon({
      stateFolder: this.stateFolder(name),
      settings: { ...QUIET, 'saving.folder': this.saveFolder(name), ...settings },
      environment: {},
      log: { write: (_, event, facts = {}) => void this.logged.push({ event, facts }) },
      trash: async (paths) => {
        if (this.trashRefuses) throw new Error('no trash')
        this.trashed.push(...paths)
        for (const at of paths) await rm(at, { recursive: true })
      },
      // Threads that know private things take seconds to begin: who tests what is found says so.
      privateThings: new MarkedThings(),
      ...more,
    })
    this.#running.add(daemon)
    return daemon
  }

  async end(daemon: Daemon): Promise<void> {
    this.#running.delete(daemon)
    await daemon.close()
  }

  /** A file of the person's own. */
  async file(name: string, lengthBytes: number): Promise<string> {
    const at = path.join(this.folder, 'own', name)
    await mkdir(path.dirname(at), { recursive: true })
    await writeFile(at, pattern(lengthBytes))
    return at
  }
}

export function pattern(lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes)
  for (let at = 0; at < lengthBytes; at++) bytes[at] = (at * 7 + (at >> 8)) & 0xff
  return bytes
}

/** The row once it is in that state, or otherwise as wanted. */
export function seen(
  daemon: Daemon,
  id: string,
  what: string,
  wanted: (row: TransferRow) => boolean = ({ state }) => state === what,
): Promise<TransferRow> {
  return until(
    what,
    () => {
      const row = daemon.feed.row(id)
      return row !== undefined && wanted(row) && row
    },
    { describe: () => JSON.stringify(daemon.feed.row(id)) },
  )
}

/** Looks at a share for everyone, with nothing found in it. @returns the look's id */
export async function lookedAtForAll(daemon: Daemon, share: string): Promise<string> {
  const { id } = await daemon.handlers.startReview({ share })
  await until('looked at', async () => (await daemon.handlers.review({ id, after: 0 })).state === 'done')
  return id
}

/** Shares it and waits until it is given. */
export async function shared(
  daemon: Daemon,
  at: string,
  choices: Partial<Parameters<Daemon['handlers']['addShare']>[0]> = {},
): Promise<{ readonly id: string; readonly link: string }> {
  const hashing = await daemon.handlers.addShare({
    path: at,
    audience: 'link',
    format: 'hybrid',
    ...(choices.audience === 'everyone' ? { licence: OWN_WORK } : {}),
    ...choices,
  })
  const { transfer, link } = await until('hashed', async () => {
    const facts = await daemon.handlers.share({ id: hashing.transfer.id })
    return facts.link !== null && facts
  })
  assert.ok(link)
  await seen(daemon, transfer.id, 'giving')
  return { id: transfer.id, link }
}

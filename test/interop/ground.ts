// Where the tests against real clients stand: a namespace of their own, a local network in it, and the knowledge of
// which of the other clients this machine has.
//
// Promise: a test whose client or namespace is missing is reported as skipped, with the reason and the Debian package;
// with CI=true the same is a failure. Nothing a test started or wrote outlives it.

import { spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Lan } from '../../lab/netns/lan.ts'
import { enterNamespace, type Footing } from '../../lab/netns/namespace.ts'
import { PYTHON } from './libtorrent.ts'
import { Scene } from './scene.ts'

export type Client = 'libtorrent' | 'transmission' | 'aria2' | 'rtorrent'

/** What a test may need: clients, servers, and what looks at what they say. */
export type Need = Client | 'tcpdump' | 'nginx' | 'dante'

/** How to see that it is there, and the Debian package that brings it. */
const NEEDS: Readonly<Record<Need, { readonly command: readonly string[]; readonly package: string }>> = {
  libtorrent: { command: [PYTHON, '-c', 'import libtorrent'], package: 'python3-libtorrent' },
  transmission: { command: ['transmission-daemon', '--version'], package: 'transmission-daemon' },
  rtorrent: { command: ['rtorrent', '-h'], package: 'rtorrent' },
  aria2: { command: ['aria2c', '--version'], package: 'aria2' },
  dante: { command: ['danted', '-v'], package: 'dante-server' },
  nginx: { command: ['nginx', '-v'], package: 'nginx-light' },
  tcpdump: { command: ['tcpdump', '--version'], package: 'tcpdump' },
}

/** May be missing even with CI=true: it covers what the Debian 12 versions of the others cannot, hybrid torrents. */
const WELCOME: readonly Need[] = ['rtorrent']

const TEST_TIMEOUT_MS = 120_000

export class Ground {
  readonly #footing: Footing
  readonly #lan: Lan | undefined
  readonly #missing = new Map<Need, string | undefined>()

  private constructor(footing: Footing, lan: Lan | undefined) {
    this.#footing = footing
    this.#lan = lan
  }

  /** First thing in a test file, with `import.meta.filename`; see `enterNamespace`. */
  static async enter(file: string): Promise<Ground> {
    const footing = await enterNamespace(file)
    if (footing.kind === 'refused') return new Ground(footing, undefined)
    try {
      return new Ground(footing, await Lan.make())
    } catch (error) {
      return new Ground({ kind: 'refused', reason: `no bridge here: ${error}` }, undefined)
    }
  }

  /** A folder for what several tests of this file read; it lives as long as the file's process. */
  folder(name: string): Promise<string> {
    return mkdtemp(join(this.#directory, `${name}-`))
  }

  /** Registers a test that needs these. */
  test(name: string, needs: readonly Need[], body: (scene: Scene) => Promise<void>): void {
    const reason = this.#whyNot(needs)
    const bearable = process.env.CI !== 'true' || this.#whyNot(needs.filter(isRequired)) === undefined
    if (reason !== undefined && bearable) {
      test(name, { skip: reason }, () => undefined)
      return
    }
    test(name, { timeout: TEST_TIMEOUT_MS }, async (t: TestContext) => {
      if (reason !== undefined || this.#lan === undefined) throw new Error(reason)
      const scene = new Scene(await mkdtemp(join(this.#directory, 'test-')), this.#lan)
      t.after(async () => {
        if (!t.passed) t.diagnostic(scene.tails())
        await scene.close()
      })
      await body(scene)
    })
  }

  get #directory(): string {
    return this.#footing.kind === 'inside' ? this.#footing.directory : tmpdir()
  }

  #whyNot(needs: readonly Need[]): string | undefined {
    if (this.#footing.kind === 'refused') return this.#footing.reason
    const reasons = needs.map((need) => this.#missingReason(need)).filter((reason) => reason !== undefined)
    return reasons.length === 0 ? undefined : reasons.join('; ')
  }

  #missingReason(need: Need): string | undefined {
    if (!this.#missing.has(need)) this.#missing.set(need, lookFor(need))
    return this.#missing.get(need)
  }
}

function isRequired(need: Need): boolean {
  return !WELCOME.includes(need)
}

function lookFor(need: Need): string | undefined {
  const { command, package: debian } = NEEDS[need]
  const [program = '', ...args] = command
  const tried = spawnSync(program, args)
  return tried.status === 0 ? undefined : `needs ${need}: apt-get install ${debian}`
}

// A real clamd on a socket of its own, with a few signatures made here: nothing of the computer's own scanner is used or touched.
// Promise: it is gone when the test is, stopped or not.

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { versionOf } from '../../src/safety/quarantine/clamd.ts'
import { testFile } from '../../src/safety/quarantine/probe-files.ts'

/** What the other signature finds. */
export const BAD_WORDS = 'shoal-words-of-a-strain'

export interface ClamdOptions {
  /** Lines of its configuration. */
  readonly settings?: readonly string[]
  /** Without the test file's signature. */
  readonly unable?: boolean
  /** Its configuration is where nobody looks for it. */
  readonly hidden?: boolean
}

export class RealClamd implements AsyncDisposable {
  readonly folder: string
  readonly socket: string
  readonly #options: ClamdOptions
  #program: Program | undefined

  private constructor(folder: string, options: ClamdOptions) {
    this.folder = folder
    this.socket = path.join(folder, 'clamd.sock')
    this.#options = options
  }

  static async start(options: ClamdOptions = {}): Promise<RealClamd> {
    // Paths of unix sockets are short.
    const clamd = new RealClamd(await mkdtemp('/tmp/shoal-clamd-'), options)
    await mkdir(path.join(clamd.folder, 'db'))
    await clamd.sign('a', BAD_WORDS, 'Shoal.Words')
    const eicar = testFile()
    if (options.unable !== true) {
      const hash = createHash('md5').update(eicar).digest('hex')
      await writeFile(path.join(clamd.folder, 'db', 'e.hdb'), `${hash}:${eicar.length}:Shoal.TestFile.Hash\n`)
      await clamd.sign('e', Buffer.from(eicar).toString('latin1'), 'Shoal.TestFile')
    }
    await clamd.run()
    return clamd
  }

  /** Another signature; held from the next start or reload on. */
  async sign(file: string, words: string, name: string): Promise<void> {
    const place = path.join(this.folder, 'db', `${file}.ndb`)
    await writeFile(place, `${name}:0:*:${Buffer.from(words, 'latin1').toString('hex')}\n`)
    // Two in one moment of the file system are told apart.
    const at = new Date(Date.now() + file.charCodeAt(0) * 1_000)
    await utimes(place, at, at)
  }

  async run(): Promise<void> {
    const { settings = [], hidden = false } = this.#options
    const conf = path.join(this.folder, hidden ? 'elsewhere.conf' : 'clamd.conf')
    const lines = [
      `LocalSocket ${this.socket}`,
      'FixStaleSocket yes',
      `DatabaseDirectory ${path.join(this.folder, 'db')}`,
      `TemporaryDirectory ${this.folder}`,
      'Foreground yes',
      ...(process.getuid?.() === 0 ? ['User root'] : []),
      ...settings,
    ]
    await writeFile(conf, `${lines.join('\n')}\n`)
    // Older than the socket: what it runs with.
    await utimes(conf, new Date(0), new Date(0))
    const program = new Program('clamd', ['clamd', '-c', conf])
    this.#program = program
    await until('clamd answers', async () => await versionOf(this.socket, 2_000), { program })
  }

  signal(signal: NodeJS.Signals): void {
    this.#program?.signal(signal)
  }

  async kill(): Promise<void> {
    await this.#program?.stop('SIGKILL')
    this.#program = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }
}

// Dante, a SOCKS5 server (Debian: dante-server), on a host of the test network; it can be stopped and started again.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import type { Scene } from './scene.ts'

const run = promisify(execFile)

export const SOCKS_PORT = 1080

/** Its children carry on without it, unless they have a process namespace that ends with it. */
const ALONE = ['unshare', '--pid', '--fork', '--'] as const

export interface DanteLogin {
  readonly user: string
  readonly password: string
}

export class Dante {
  readonly host: Host
  readonly #scene: Scene
  readonly #settings: string
  #program: Program | undefined

  private constructor(scene: Scene, host: Host, settings: string) {
    this.#scene = scene
    this.host = host
    this.#settings = settings
  }

  /** @param login of a user of the system: it is given this password for as long as the namespace lives */
  static async start(scene: Scene, host: Host, login?: DanteLogin): Promise<Dante> {
    if (login !== undefined) await givePassword(scene, login)
    const settings = join(await scene.folder('dante'), 'danted.conf')
    await writeFile(settings, settingsText(host, login !== undefined))
    const dante = new Dante(scene, host, settings)
    await dante.start()
    return dante
  }

  url(login?: DanteLogin): string {
    const user = login === undefined ? '' : `${login.user}:${login.password}@`
    return `socks5://${user}${this.host.address}:${SOCKS_PORT}`
  }

  async start(): Promise<void> {
    const program = this.#scene.start(
      `danted on ${this.host.name}`,
      [...ALONE, 'danted', '-N', '1', '-f', this.#settings],
      {
        host: this.host,
      },
    )
    this.#program = program
    this.#scene.defer(() => this.stop())
    const listening = [...this.host.prefix, 'ss', '-Hltn', `sport = :${SOCKS_PORT}`] as const
    const [command = '', ...args] = listening
    await until('danted listens', async () => (await run(command, args)).stdout.trim() !== '', { program })
  }

  /** With all its children and connections. */
  async stop(): Promise<void> {
    const program = this.#program
    if (program === undefined || program.ending !== undefined) return
    const first = await readFile(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8')
    process.kill(Number(first), 'SIGKILL')
    await program.ended
    const [command = '', ...args] = [...this.host.prefix, 'ss', '-Htn', 'state', 'established']
    await until(
      'danted has let go of everything',
      async () => (await run(command, args)).stdout.trim() === '',
    )
  }
}

/** One address: of all that eth0 has, Dante would also want the link-local one, which it cannot bind. */
function settingsText(host: Host, login: boolean): string {
  return `
logoutput: stderr
internal: ${host.address} port = ${SOCKS_PORT}
external: ${host.address}
clientmethod: none
socksmethod: ${login ? 'username' : 'none'}
user.privileged: root
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
  command: bind connect udpassociate
}
socks pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
  command: bindreply udpreply
}
`
}

/** In a copy of the system's list of passwords that only this namespace sees. */
async function givePassword(scene: Scene, { user, password }: DanteLogin): Promise<void> {
  const { stdout: hash } = await run('openssl', ['passwd', '-6', password])
  const shadow = join(await scene.folder('shadow'), 'shadow')
  await writeFile(shadow, `${user}:${hash.trim()}:19000:0:99999:7:::\n`, { mode: 0o600 })
  await run('mount', ['--bind', shadow, '/etc/shadow'])
  scene.defer(() => run('umount', ['/etc/shadow']))
}

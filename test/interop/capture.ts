// Everything that one host sent, on all its interfaces, as tcpdump saw it.
// Promise: what is asked about was written to the file before; packets that the kernel itself makes to keep IPv6 and the
// neighbourhood going are no program's and are not counted.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { pause, until } from '../../lab/netns/until.ts'
import type { Scene } from './scene.ts'

const run = promisify(execFile)

/** Neighbour discovery, router solicitation, multicast membership, and its answers to who knocks at closed ports. */
const KERNEL = '(icmp or icmp6 or igmp or (ip6 and dst host ff02::16))'

/** tcpdump hands packets over in batches; after this long even the last ones are in the file. */
const SETTLE_MS = 1_500

export class Capture {
  readonly #program: Program
  readonly #file: string

  private constructor(program: Program, file: string) {
    this.#program = program
    this.#file = file
  }

  /** @param device one interface; all of them unless given */
  static async start(scene: Scene, host: Host, device = 'any'): Promise<Capture> {
    const file = join(await scene.folder('capture'), 'all.pcap')
    const words = [
      'tcpdump',
      '-i',
      device,
      '-Q',
      'out',
      '-n',
      '-U',
      '-s',
      '128',
      '-B',
      '8192',
      '-Z',
      'root',
      '-w',
      file,
    ]
    const program = scene.start(`tcpdump on ${host.name}`, words, { host })
    await until('tcpdump listens', () => program.tail().includes(`listening on ${device}`), { program })
    return new Capture(program, file)
  }

  /** Ends it. @throws when packets were missed */
  async stop(): Promise<void> {
    await pause(SETTLE_MS)
    await this.#program.stop('SIGINT')
    const dropped = /(\d+) packets dropped by kernel/.exec(this.#program.tail())?.[1]
    if (dropped !== '0') throw new Error(`the capture is not whole:\n${this.#program.tail()}`)
  }

  /** Packets of programs for which `expression` (pcap-filter) holds, one a line, with their interface. */
  async packets(expression: string): Promise<string[]> {
    const filter = `(ip or ip6) and not ${KERNEL} and (${expression})`
    const { stdout } = await run('tcpdump', ['-r', this.#file, '-n', '-t', filter], {
      maxBuffer: 256 * 1024 * 1024,
    })
    return stdout.split('\n').filter((line) => line !== '')
  }
}

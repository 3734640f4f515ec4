// What a host of the local network sent and heard, byte for byte, by tcpdump: to prove that something was there, or was not.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import type { Scene } from './scene.ts'

/** Holds everything of a test until it is read: a burst on a loaded machine must not be lost. */
const KERNEL_BUFFER_KIB = 65_536

export class WireCapture {
  readonly #program: Program
  readonly #path: string

  private constructor(program: Program, path: string) {
    this.#program = program
    this.#path = path
  }

  /** @param filter which packets, in tcpdump's words */
  static async start(scene: Scene, host: Host, filter: string): Promise<WireCapture> {
    const path = join(await scene.folder('capture'), 'wire.pcap')
    const options = [
      '-i',
      'eth0',
      '-n',
      '-U',
      '--immediate-mode',
      '-Z',
      'root',
      '-B',
      String(KERNEL_BUFFER_KIB),
      '-w',
      path,
    ]
    const program = scene.start('tcpdump', ['tcpdump', ...options, filter], { host })
    await until('tcpdump listens', () => program.tail().includes('listening on'), { program })
    return new WireCapture(program, path)
  }

  /** Every packet so far. @throws when some were lost: then nothing can be proved */
  async end(): Promise<Packet[]> {
    await this.#program.stop('SIGINT')
    const tail = this.#program.tail()
    if (!/^0 packets dropped by kernel/m.test(tail)) throw new Error(`the capture has gaps\n${tail}`)
    return packetsOf(await readFile(this.#path))
  }
}

export interface Packet {
  readonly from: string
  readonly udp: boolean
  /** Ethernet and IP headers included. */
  readonly bytes: Buffer
}

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16
/** Behind the Ethernet header, in the IPv4 header. */
const PROTOCOL_AT = 14 + 9
const SOURCE_AT = 14 + 12
const UDP = 17

/** The records of a pcap file of IPv4 packets, as tcpdump writes it on this machine (little-endian). */
function packetsOf(pcap: Buffer): Packet[] {
  const packets: Packet[] = []
  for (let at = FILE_HEADER_BYTES; at + RECORD_HEADER_BYTES <= pcap.length; ) {
    const lengthBytes = pcap.readUInt32LE(at + 8)
    at += RECORD_HEADER_BYTES
    const bytes = pcap.subarray(at, at + lengthBytes)
    const from = bytes.subarray(SOURCE_AT, SOURCE_AT + 4).join('.')
    packets.push({ from, udp: bytes[PROTOCOL_AT] === UDP, bytes })
    at += lengthBytes
  }
  return packets
}

// The nodes that a session knew when it ended, kept for the next start: one small file in the state folder.
// Invariant: it is whole or absent (written aside, synced, replaced); what does not prove itself by its checksum is set
// aside under another name and never used (SAFETY.md, G2 and G15).
// Node ids are not kept: several programs may use one state folder, and two nodes of one id would push each other out.

import {
  COMPACT_IPV4_BYTES,
  COMPACT_IPV6_BYTES,
  compactEndpoint,
  parseCompactEndpoints,
} from '../../base/address.ts'
import { decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { BDict } from '../../base/bencode-value.ts'
import { concatBytes, readUint32, writeUint32 } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { type Disk, DiskError } from '../../base/ports.ts'
import { writeStateFile } from '../../base/state-file.ts'

const FILE_NAME = 'dht-nodes'
/** Where a damaged one is put; a later one replaces it: it holds nothing that is not found again. */
const SET_ASIDE = `${FILE_NAME}.corrupt`
const CHECKSUM_BYTES = 4
/** 200 nodes of each family are 4,800 bytes. */
const MAX_FILE_BYTES = 16_384
const MAX_NODES = 200

export class DhtTableStore {
  readonly #disk: Disk
  readonly #folder: string

  constructor(disk: Disk, stateFolder: string) {
    this.#disk = disk
    this.#folder = stateFolder
  }

  get path(): string {
    return this.#disk.join(this.#folder, FILE_NAME)
  }

  /** Empty when nothing (usable) is kept. */
  async read(): Promise<readonly Endpoint[]> {
    try {
      const stat = await this.#disk.stat(this.path)
      if (stat?.kind !== 'file') return []
      const nodes = stat.lengthBytes > MAX_FILE_BYTES ? undefined : await this.#readFile(stat.lengthBytes)
      if (nodes === undefined) await this.#disk.replace(this.path, this.#disk.join(this.#folder, SET_ASIDE))
      return nodes ?? []
    } catch (error) {
      // Nodes are found again in other ways: a folder that cannot be read costs a slower start and nothing else.
      if (error instanceof DiskError) return []
      throw error
    }
  }

  async #readFile(lengthBytes: number): Promise<readonly Endpoint[] | undefined> {
    const file = await this.#disk.open(this.path, 'read')
    try {
      const bytes = new Uint8Array(lengthBytes)
      await file.read(bytes, 0)
      return parseTable(bytes)
    } finally {
      await file.close()
    }
  }

  /** @returns false when it could not be kept: the next start finds nodes more slowly */
  async write(nodes: readonly Endpoint[]): Promise<boolean> {
    try {
      await this.#disk.makeDirectory(this.#folder)
      await writeStateFile(this.#disk, this.#folder, FILE_NAME, encodeTable(nodes))
      return true
    } catch (error) {
      if (error instanceof DiskError) return false
      throw error
    }
  }
}

/** A bencoded dictionary of compact lists (BEP 5, BEP 32), behind the CRC-32C of it. */
export function encodeTable(nodes: readonly Endpoint[]): Uint8Array {
  const of = (ipv6: boolean): Uint8Array =>
    concatBytes(
      nodes
        .filter(({ host }) => isIPv6(host) === ipv6)
        .slice(0, MAX_NODES)
        .map(compactEndpoint),
    )
  const body = encode({ nodes: of(false), nodes6: of(true) })
  const checksum = new Uint8Array(CHECKSUM_BYTES)
  writeUint32(checksum, 0, crc32c(body))
  return concatBytes([checksum, body])
}

/** Undefined for what encodeTable() has not made. */
export function parseTable(bytes: Uint8Array): readonly Endpoint[] | undefined {
  const body = bytes.subarray(CHECKSUM_BYTES)
  if (bytes.length <= CHECKSUM_BYTES || readUint32(bytes, 0) !== crc32c(body)) return undefined
  // The checksum says that it is ours, and so well formed.
  const table = decode(body).value
  if (!(table instanceof BDict)) return undefined
  const nodes = table.bytes('nodes') ?? new Uint8Array()
  const nodes6 = table.bytes('nodes6') ?? new Uint8Array()
  return [
    ...parseCompactEndpoints(nodes, COMPACT_IPV4_BYTES, MAX_NODES),
    ...parseCompactEndpoints(nodes6, COMPACT_IPV6_BYTES, MAX_NODES),
  ]
}

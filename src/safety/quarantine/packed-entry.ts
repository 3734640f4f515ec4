// One thing that lies in an archive, as whoever looks inside sees it.

export interface PackedEntry {
  /** As the archive says it, hostile. */
  readonly name: string
  readonly lengthBytes: number
  readonly password: boolean
  /** Each read() begins anew; else it goes on behind the last. */
  readonly rereads: boolean
  /** At most so many; undefined when they cannot be read. Only until the next entry. */
  read(limitBytes: number): Promise<Uint8Array | undefined>
}

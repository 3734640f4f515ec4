// What a torrent is, once it has been read and validated: the one shape behind .torrent files, magnets and resume data.
// Made only by src/metainfo/read.ts (from bytes); names and paths in it are already safe to use (paths.ts).

import type { Infohash } from '../base/ids.ts'
import type { Geometry } from './geometry.ts'

export type TorrentVersion = 'v1' | 'v2' | 'hybrid'

export interface TorrentFile {
  readonly index: number
  /**
   * Sanitised components below the save folder. A multi-file torrent's paths begin with the torrent's name;
   * a single-file torrent has just one component. Unique within the torrent, also case-folded and normalised (pad
   * files excepted: they are never written).
   */
  readonly path: readonly string[]
  /**
   * The path as the torrent spells it, where it differs from `path` and a file system could hold it. Data that was not
   * fetched by us (made into a torrent here, or seeded by another client before) may lie there. Only ever to look for
   * data, component by component below the folder the person named; never to create anything.
   */
  readonly originalPath?: readonly string[]
  readonly lengthBytes: number
  readonly pad: boolean
  readonly executable: boolean
  readonly hidden: boolean
  /** BEP 47 symlink: never created; such a file has length 0 and is not written. */
  readonly symlink: boolean
  /** v2 merkle root, 32 bytes (BEP 52); undefined in v1 torrents and for empty files. */
  readonly root: Uint8Array | undefined
}

export interface Metainfo {
  readonly version: TorrentVersion
  readonly infohashV1: Infohash | undefined
  readonly infohashV2: Infohash | undefined
  /** Raw bytes of the info value, exactly as hashed. */
  readonly infoBytes: Uint8Array
  /** Sanitised. */
  readonly name: string
  readonly singleFile: boolean
  readonly private: boolean
  readonly pieceLengthBytes: number
  /** Pads included, in piece-space order. */
  readonly files: readonly TorrentFile[]
  readonly geometry: Geometry
  /** 20 bytes per piece; undefined for v2 only. */
  readonly piecesV1: Uint8Array | undefined
  /**
   * Verified piece layers by lower-case hex root: 32 bytes per piece of that file. Files of one piece need none
   * (their root is the piece's hash). A file longer than a piece that has no entry waits for a hash request.
   */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>
}

/** What surrounds the info dictionary: hints, never part of the infohash. */
export interface TorrentHints {
  /** Tiers of tracker URLs (BEP 12); `announce` is the first tier when there is no list. */
  readonly trackers: readonly (readonly string[])[]
  /** BEP 19 `url-list`. */
  readonly webSeeds: readonly string[]
  /** BEP 17 `httpseeds`. */
  readonly httpSeeds: readonly string[]
  /** BEP 5 `nodes`, as host and port. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly comment: string | undefined
  readonly createdBy: string | undefined
  /** Seconds since 1970. */
  readonly creationDate: number | undefined
}

export interface Torrent {
  readonly metainfo: Metainfo
  readonly hints: TorrentHints
}

// What a torrent or a link says, as one object for programs and people (`shoal inspect --json`; INTERFACE.md B3).
// Promise: fields are added, never renamed; what is not known (a link before its metadata) or absent is null.

import { contentIdText } from '../metainfo/content-id.ts'
import { contentIdOf } from '../metainfo/content-torrent.ts'
import { NO_HINTS } from '../metainfo/hints.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import type { Metainfo, Torrent } from '../metainfo/metainfo.ts'
import type { TorrentInput } from './torrent-input.ts'

export interface InspectedFile {
  /** With `/` between components, below the folder it would be saved in. */
  readonly path: string
  readonly lengthBytes: number
  /** Null in v1 torrents and for empty files. */
  readonly contentId: string | null
}

export interface Inspection {
  readonly name: string | null
  readonly infohashV1: string | null
  readonly infohashV2: string | null
  readonly pieceLengthBytes: number | null
  readonly totalBytes: number | null
  readonly private: boolean | null
  /** Pad files are not listed; empty while they are not known. */
  readonly files: readonly InspectedFile[]
  readonly trackers: readonly string[]
  readonly magnet: string
  readonly version: 'v1' | 'v2' | 'hybrid' | null
  readonly pieces: number | null
  readonly webSeeds: readonly string[]
  readonly comment: string | null
  readonly createdBy: string | null
  /** ISO 8601. */
  readonly createdAt: string | null
}

export function inspect(input: TorrentInput): Inspection {
  if (input.kind === 'torrent') return inspectTorrent(input.torrent)
  const { magnet, metainfo } = input
  if (metainfo !== undefined) {
    const { trackers, webSeeds } = magnet
    const hints = { ...NO_HINTS, trackers: trackers.map((url) => [url]), webSeeds }
    return { ...inspectTorrent({ metainfo, hints }), magnet: formatMagnet(magnet) }
  }
  return {
    name: magnet.displayName ?? null,
    infohashV1: magnet.infohashV1 ?? null,
    infohashV2: magnet.infohashV2 ?? null,
    pieceLengthBytes: null,
    totalBytes: null,
    private: null,
    files: [],
    trackers: magnet.trackers,
    magnet: formatMagnet(magnet),
    version: null,
    pieces: null,
    webSeeds: magnet.webSeeds,
    comment: null,
    createdBy: null,
    createdAt: null,
  }
}

export function inspectTorrent({ metainfo, hints }: Torrent): Inspection {
  const trackers = hints.trackers.flat()
  const webSeeds = [...hints.webSeeds, ...hints.httpSeeds]
  return {
    name: metainfo.name,
    infohashV1: metainfo.infohashV1 ?? null,
    infohashV2: metainfo.infohashV2 ?? null,
    pieceLengthBytes: metainfo.pieceLengthBytes,
    totalBytes: metainfo.geometry.payloadBytes,
    private: metainfo.private,
    files: filesOf(metainfo),
    trackers,
    magnet: formatMagnet({
      infohashV1: metainfo.infohashV1,
      infohashV2: metainfo.infohashV2,
      displayName: metainfo.name,
      trackers,
      webSeeds: hints.webSeeds,
      content: contentIdOf(metainfo),
    }),
    version: metainfo.version,
    pieces: metainfo.geometry.pieceCount,
    webSeeds,
    comment: hints.comment ?? null,
    createdBy: hints.createdBy ?? null,
    createdAt: dateText(hints.creationDate),
  }
}

function filesOf(metainfo: Metainfo): InspectedFile[] {
  return metainfo.files
    .filter((file) => !file.pad)
    .map(({ path, lengthBytes, root }) => ({
      path: path.join('/'),
      lengthBytes,
      contentId: root === undefined ? null : contentIdText({ root, lengthBytes }),
    }))
}

/** The last second that a JavaScript date can hold. */
const LAST_SECOND = 8.64e12

function dateText(seconds: number | undefined): string | null {
  return seconds === undefined || seconds > LAST_SECOND ? null : new Date(seconds * 1_000).toISOString()
}

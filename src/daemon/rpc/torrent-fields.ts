// Every field that torrent-get has, by its classic name: what it needs and how it is made of a torrent.
// docs/transmission-rpc.md tells for each what it means here; a field that Shoal has nothing for says the value by which
// Transmission says "none".

import type { TransferRow } from '../../api/schemas/transfer.ts'
import { fileStats, fileTable } from './file-fields.ts'
import { snakeName } from './names.ts'
import { peerRows, peersFrom, sendersOf, webSeedsSending } from './peer-fields.ts'
import { availability, pieceBits } from './piece-fields.ts'
import { primaryMimeType } from './primary-mime-type.ts'
import { idleMinutes, idleMode, ratioMode } from './seed-limits.ts'
import {
  downloadFolder,
  errorCode,
  errorText,
  leftBytes,
  nameOnDisk,
  secondsAt,
  statusNumber,
} from './torrent-state.ts'
import type { Need, TorrentView } from './torrent-view.ts'
import { trackerList, trackerRows, trackerStats } from './tracker-fields.ts'

interface Field {
  readonly needs?: Need
  readonly of: (view: TorrentView) => unknown
}

const row = (of: (row: TransferRow) => unknown): Field => ({ of: (view) => of(view.row) })
const always = (value: unknown): Field => ({ of: () => value })

/** No estimate because nothing is being fetched, and none although it is. */
const ETA_NONE = -1
const ETA_UNKNOWN = -2
const KILOBYTE = 1_000

const TORRENT_FIELDS: ReadonlyMap<string, Field> = bySnakeName(
  Object.entries({
    activityDate: row(({ lastActiveAt }) => secondsAt(lastActiveAt)),
    addedDate: row(({ addedAt }) => secondsAt(addedAt)),
    availability: { needs: 'details', of: ({ details }) => availability(details) },
    // Shoal does not weigh transfers against each other.
    bandwidthPriority: always(0),
    bytesCompleted: { needs: 'files', of: ({ files }) => files.map(({ doneBytes }) => doneBytes) },
    comment: { needs: 'details', of: ({ details }) => details?.comment ?? '' },
    corruptEver: { needs: 'details', of: ({ details }) => details?.wastedBytes ?? 0 },
    creator: { needs: 'details', of: ({ details }) => details?.createdBy ?? '' },
    dateCreated: { needs: 'facts', of: ({ facts }) => facts.createdAtSeconds },
    desiredAvailable: row((row) => Math.round(leftBytes(row) * Math.min(1, row.copiesElsewhere))),
    doneDate: row(({ finishedAt }) => secondsAt(finishedAt)),
    downloadDir: row(downloadFolder),
    downloadLimit: {
      of: ({ row, limitsAside }) =>
        row.downLimit === null ? limitsAside.down : Math.round(row.downLimit / KILOBYTE),
    },
    downloadLimited: row(({ downLimit }) => downLimit !== null),
    // Of use: Sonarr divides what was given by it, and a stop rule by the size (docs/transmission-rpc.md).
    downloadedEver: row(({ takenBytes, wantedBytes }) => Math.min(takenBytes, wantedBytes)),
    editDate: always(0),
    error: row(errorCode),
    errorString: row(errorText),
    eta: row(({ secondsLeft, state }) =>
      secondsLeft === null ? (state === 'getting' ? ETA_UNKNOWN : ETA_NONE) : Math.ceil(secondsLeft),
    ),
    etaIdle: always(ETA_NONE),
    'file-count': row(({ fileCount }) => fileCount),
    fileStats: { needs: 'files', of: ({ files }) => fileStats(files) },
    files: { needs: 'files', of: ({ files }) => fileTable(files) },
    group: always(''),
    hashString: row((row) => row.infohashV1 ?? row.id),
    // Pieces that are not verified yet are not counted.
    haveUnchecked: always(0),
    haveValid: row(({ doneBytes }) => doneBytes),
    honorsSessionLimits: always(true),
    id: { of: ({ number }) => number },
    isFinished: row(({ state }) => state === 'done'),
    isPrivate: row((row) => row.private),
    isStalled: row(({ state }) => state === 'waiting'),
    labels: row(({ category, tags }) => labelsOf(category, tags)),
    leftUntilDone: row(leftBytes),
    magnetLink: { needs: 'details', of: ({ details }) => details?.magnet ?? '' },
    manualAnnounceTime: always(-1),
    maxConnectedPeers: { of: ({ settings }) => settings.get('network.maxPeers') },
    metadataPercentComplete: row(({ fileCount, preparing }) =>
      fileCount > 0 ? 1 : Math.min(preparing, 0.99),
    ),
    name: row(nameOnDisk),
    'peer-limit': { of: ({ settings }) => settings.get('network.maxPeers') },
    peers: { needs: 'peers', of: ({ peers }) => peerRows(peers) },
    peersConnected: row(({ peers }) => peers),
    peersFrom: { needs: 'peers', of: ({ peers }) => peersFrom(peers) },
    peersGettingFromUs: row(({ receivers }) => receivers),
    peersSendingToUs: {
      needs: 'peers',
      of: ({ peers }) => sendersOf(peers),
    },
    percentComplete: row(({ doneBytes, totalBytes }) => shareOf(doneBytes, totalBytes)),
    percentDone: row(({ doneBytes, wantedBytes, fileCount }) =>
      // Nothing wanted is all there; nothing known is not.
      wantedBytes === 0 && fileCount > 0 ? 1 : shareOf(doneBytes, wantedBytes),
    ),
    pieceCount: { needs: 'details', of: ({ details }) => details?.pieceCount ?? 0 },
    pieceSize: { needs: 'details', of: ({ details }) => details?.pieceLengthBytes ?? 0 },
    pieces: { needs: 'details', of: ({ details }) => pieceBits(details) },
    'primary-mime-type': { needs: 'files', of: ({ files }) => primaryMimeType(files) },
    priorities: { needs: 'files', of: ({ files }) => fileStats(files).map(({ priority }) => priority) },
    queuePosition: row(({ queuePosition }) => queuePosition ?? -1),
    rateDownload: row(({ downBytesPerSecond }) => Math.round(downBytesPerSecond)),
    rateUpload: row(({ upBytesPerSecond }) => Math.round(upBytesPerSecond)),
    recheckProgress: row(({ state, preparing }) => (statusNumber({ state }) === 2 ? preparing : 0)),
    secondsDownloading: {
      of: ({ row, now }) => Math.max(0, secondsAt(row.finishedAt, now) - secondsAt(row.addedAt)),
    },
    secondsSeeding: {
      of: ({ row, now }) =>
        row.finishedAt === null ? 0 : Math.max(0, Math.floor(now / 1_000) - secondsAt(row.finishedAt)),
    },
    seedIdleLimit: { of: ({ row, settings }) => idleMinutes(row, settings) },
    seedIdleMode: { of: ({ row, settings }) => idleMode(row, settings) },
    seedRatioLimit: { of: ({ row, settings }) => row.stopRule.ratio ?? settings.get('sharing.ratio') ?? 0 },
    seedRatioMode: { of: ({ row, settings }) => ratioMode(row, settings) },
    sequential_download: row(({ sequential }) => sequential),
    sizeWhenDone: row(({ wantedBytes }) => wantedBytes),
    startDate: row(({ addedAt }) => secondsAt(addedAt)),
    status: row(statusNumber),
    // Shoal keeps torrent files under names of its own, for itself.
    torrentFile: always(''),
    totalSize: row(({ totalBytes }) => totalBytes),
    trackerList: { needs: 'trackers', of: ({ trackers }) => trackerList(trackers) },
    trackerStats: { needs: 'trackers', of: ({ trackers, row }) => trackerStats(trackers, row) },
    trackers: { needs: 'trackers', of: ({ trackers }) => trackerRows(trackers) },
    uploadLimit: {
      of: ({ row, limitsAside }) =>
        row.upLimit === null ? limitsAside.up : Math.round(row.upLimit / KILOBYTE),
    },
    uploadLimited: row(({ upLimit }) => upLimit !== null),
    uploadRatio: row(({ ratio }) => ratio),
    uploadedEver: row(({ givenBytes }) => givenBytes),
    wanted: { needs: 'files', of: ({ files }) => files.map(({ priority }) => (priority > 0 ? 1 : 0)) },
    webseeds: { needs: 'facts', of: ({ facts }) => facts.webSeeds },
    webseedsSendingToUs: { needs: 'peers', of: ({ peers }) => webSeedsSending(peers) },
  } satisfies Record<string, Field>),
)

/** In whatever spelling. */
export function torrentField(name: string): Field | undefined {
  return TORRENT_FIELDS.get(snakeName(name))
}

function bySnakeName(fields: readonly [string, Field][]): Map<string, Field> {
  return new Map(fields.map(([name, field]) => [snakeName(name), field]))
}

/** A category is the first label, so that a client that knows only labels sees it. */
export function labelsOf(category: string | null, tags: readonly string[]): string[] {
  return category === null ? [...tags] : [category, ...tags.filter((tag) => tag !== category)]
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole)
}

// Two spellings of every name: the classic one (a mix of kebab and camel case) and the snake case of JSON-RPC.
// Inside this folder names are classic; whoever asks in one spelling is answered in the same.

/**
 * Names of requests, arguments and fields. Snake case is derived, classic case cannot be. One name is missing:
 * the field `downloadDir` would be the argument `download-dir`; fields are looked up in snake case.
 */
const CLASSIC = `
  torrent-start torrent-start-now torrent-stop torrent-verify torrent-reannounce torrent-set torrent-get torrent-add
  torrent-remove torrent-set-location torrent-rename-path session-get session-set session-stats session-close
  blocklist-update port-test free-space queue-move-top queue-move-up queue-move-down queue-move-bottom group-get
  group-set
  torrent-added torrent-duplicate recently-active
  cookies download-dir filename labels metainfo paused peer-limit files-wanted files-unwanted priority-high
  priority-low priority-normal ids fields format torrents removed location move delete-local-data path name
  ipProtocol port-is-open group
  activityDate addedDate availability bandwidthPriority bytesCompleted comment corruptEver creator dateCreated
  desiredAvailable doneDate downloadedEver downloadLimit downloadLimited editDate error errorString eta
  etaIdle file-count files fileStats hashString haveUnchecked haveValid honorsSessionLimits id isFinished isPrivate
  isStalled leftUntilDone magnetLink manualAnnounceTime maxConnectedPeers metadataPercentComplete peers
  peersConnected peersFrom peersGettingFromUs peersSendingToUs percentComplete percentDone pieces pieceCount
  pieceSize priorities primary-mime-type queuePosition rateDownload rateUpload recheckProgress secondsDownloading
  secondsSeeding seedIdleLimit seedIdleMode seedRatioLimit seedRatioMode sequential_download sizeWhenDone startDate
  status torrentFile totalSize trackers trackerList trackerStats trackerAdd trackerRemove trackerReplace uploadedEver
  uploadLimit uploadLimited uploadRatio wanted webseeds webseedsSendingToUs
  alt-speed-down alt-speed-enabled alt-speed-time-begin alt-speed-time-day alt-speed-time-enabled
  alt-speed-time-end alt-speed-up blocklist-enabled blocklist-size blocklist-url cache-size-mb config-dir
  default-trackers dht-enabled download-dir-free-space download-queue-enabled download-queue-size encryption
  idle-seeding-limit-enabled idle-seeding-limit incomplete-dir-enabled incomplete-dir lpd-enabled peer-limit-global
  peer-limit-per-torrent peer-port-random-on-start peer-port pex-enabled port-forwarding-enabled
  queue-stalled-enabled queue-stalled-minutes rename-partial-files rpc-version-minimum rpc-version-semver rpc-version
  script-torrent-added-enabled script-torrent-added-filename script-torrent-done-enabled script-torrent-done-filename
  script-torrent-done-seeding-enabled script-torrent-done-seeding-filename seed-queue-enabled seed-queue-size
  seedRatioLimited session-id speed-limit-down-enabled speed-limit-down speed-limit-up-enabled speed-limit-up
  start-added-torrents trash-original-torrent-files units utp-enabled version
`
  .split(/\s+/)
  .filter((name) => name !== '')

const BY_SNAKE = new Map(CLASSIC.map((name) => [snakeName(name), name]))
// Renamed when the spelling changed.
BY_SNAKE.set('cache_size_mib', 'cache-size-mb')
/** Names of which the derived snake case is not the one in use. */
const SNAKE_EXCEPTIONS = new Map([['cache-size-mb', 'cache_size_mib']])

/** `hashString` and `file-count` become `hash_string` and `file_count`. */
export function snakeName(classic: string): string {
  return classic
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}

/** The classic name of a name in any spelling; an unknown one stays as it is. */
export function classicName(name: string): string {
  return BY_SNAKE.get(snakeName(name)) ?? name
}

/** Every key of an answer in snake case, at any depth. */
export function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      SNAKE_EXCEPTIONS.get(key) ?? snakeName(key),
      snakeKeys(entry),
    ]),
  )
}

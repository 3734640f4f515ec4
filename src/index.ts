// The library's public face: everything a program needs to make, read, share and fetch torrents. The one allowed barrel.

export { type AddChoices, optionsForMagnet, optionsForTorrent } from './daemon/add.ts'
export { type Engine, type EngineOptions, openEngine } from './daemon/compose.ts'
export { type ExitWish, type ProxyAddress, parseProxy } from './daemon/way-out.ts'
export type { Session } from './engine/session/session.ts'
export type { TorrentEvents, TorrentOptions } from './engine/torrent/options.ts'
export type { PeerStatus, TorrentStatus } from './engine/torrent/status.ts'
export type { Torrent as ActiveTorrent } from './engine/torrent/torrent.ts'
export { formatMagnet, type Magnet, parseMagnet } from './metainfo/magnet.ts'
export type { Metainfo, Torrent, TorrentFile, TorrentHints } from './metainfo/metainfo.ts'
export { readTorrent } from './metainfo/read.ts'

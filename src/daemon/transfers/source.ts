// What a person gave to be got, read: a torrent file's bytes, a magnet link, a bare infohash, or an address of a torrent
// file, which is fetched by the engine's own way out and bounded. Nothing is added here.

import type { ValidInputOf } from '../../api/routes.ts'
import { mayContact } from '../../base/address.ts'
import { fromUtf8Lenient } from '../../base/bytes.ts'
import { wireHash } from '../../base/ids.ts'
import { TORRENT_LIMITS } from '../../metainfo/limits.ts'
import { isMagnet } from '../../metainfo/magnet.ts'
import { readTorrent } from '../../metainfo/read.ts'
import type { NodePorts } from '../compose.ts'
import { readLink, type TorrentInput } from '../torrent-input.ts'
import { TransferError } from './transfer-error.ts'

/** A slow server of a small file; a person waits for it. */
const FETCH_TIMEOUT_MS = 30_000
const MAX_REDIRECTS = 5
const DICT = 0x64

/** `http` has the engine's own way out; asked for only where something is fetched. */
export type SourcePorts = Pick<NodePorts, 'digest' | 'disk'> & { http(): NodePorts['http'] }

/** @throws TransferError LINK_UNREACHABLE, MetainfoError, MagnetError */
export async function readSource(
  source: ValidInputOf<'inspect'>['source'],
  ports: SourcePorts,
): Promise<TorrentInput> {
  if ('torrent' in source) return torrentOf(Uint8Array.fromBase64(source.torrent), ports)
  const link = source.link.trim()
  if (/^https?:\/\//i.test(link)) return fetched(link, ports)
  return readLink(asMagnet(link), ports)
}

/** 40 hex digits or 32 of base32 (v1), 64 hex digits (v2): what sites and people pass on as "the hash". */
function asMagnet(link: string): string {
  if (/^([0-9a-f]{40}|[a-z2-7]{32})$/i.test(link)) return `magnet:?xt=urn:btih:${link}`
  return /^[0-9a-f]{64}$/i.test(link) ? `magnet:?xt=urn:btmh:1220${link}` : link
}

async function fetched(url: string, ports: SourcePorts): Promise<TorrentInput> {
  const { result } = ports.http().get({
    url,
    timeoutMs: FETCH_TIMEOUT_MS,
    limitBytes: TORRENT_LIMITS.bencode.lengthBytes,
    limitUnpackedBytes: TORRENT_LIMITS.bencode.lengthBytes,
    maxRedirects: MAX_REDIRECTS,
    // The person typed the address; where a server sends us on to is the server's word (SAFETY.md, Scope of addresses).
    mayConnect: (host, { redirectedBy }) => mayContact(host, redirectedBy ?? 'hand'),
  })
  const answer = await result
  const host = URL.canParse(url) ? new URL(url).host : url
  if (!answer.ok) throw new TransferError('LINK_UNREACHABLE', { host, why: answer.failure })
  if (answer.status !== 200)
    throw new TransferError('LINK_UNREACHABLE', { host, why: `HTTP ${answer.status}` })
  return torrentOf(answer.body, ports)
}

function torrentOf(bytes: Uint8Array, { digest, disk }: Pick<SourcePorts, 'digest' | 'disk'>): TorrentInput {
  const text = bytes[0] === DICT ? '' : fromUtf8Lenient(bytes.subarray(0, 8))
  if (isMagnet(text)) return readLink(fromUtf8Lenient(bytes), { digest, disk })
  return { kind: 'torrent', torrent: readTorrent(bytes, digest, { names: disk.nameRules }), bytes }
}

/** The id of a transfer: the hash by which it is known on the wire, of a hybrid the v1 one. */
export function idOf(input: TorrentInput): string {
  const { infohashV1, infohashV2 } = input.kind === 'torrent' ? input.torrent.metainfo : input.magnet
  const hash = infohashV1 ?? infohashV2
  if (hash === undefined) throw new TransferError('TRANSFER_UNKNOWN')
  return wireHash(hash)
}

export function wireHashesOf(input: TorrentInput): string[] {
  const { infohashV1, infohashV2 } = input.kind === 'torrent' ? input.torrent.metainfo : input.magnet
  return [infohashV1, infohashV2].filter((hash) => hash !== undefined).map((hash) => wireHash(hash))
}

// Content torrents as links and files: what a link with `x.cid` says without anybody being asked, and the name that a person
// sees in place of the root (docs/decisions/0031-content-links.md).
// Invariant: the info dictionary is made of the content id alone, and only where its hash is the one of the link.

import { equalBytes } from '../base/bytes.ts'
import type { Digest } from '../base/ports.ts'
import { type ContentId, contentInfo } from './content-id.ts'
import { MetainfoError } from './error.ts'
import { type Magnet, MagnetError } from './magnet.ts'
import type { Metainfo } from './metainfo.ts'
import { readInfo } from './read.ts'
import { isBlankName, type NameRules, safeName } from './safe-name.ts'

/** The content that this is the content torrent of. */
export function contentIdOf(metainfo: Metainfo): ContentId | undefined {
  const [file, more] = metainfo.files
  if (metainfo.version !== 'v2' || file?.root === undefined || more !== undefined) return undefined
  const id = { root: file.root, lengthBytes: file.lengthBytes }
  return equalBytes(contentInfo(id), metainfo.infoBytes) ? id : undefined
}

/**
 * With its file under a name for people; the torrent's own is the root in hex digits. Nothing that travels has this name.
 * @param name as anybody wrote it; where nothing of it is left the file keeps the torrent's name
 */
export function namedContent(metainfo: Metainfo, name: string | undefined, rules: NameRules): Metainfo {
  const safe = safeName(name ?? '', rules)
  if (isBlankName(safe) || contentIdOf(metainfo) === undefined) return metainfo
  return { ...metainfo, name: safe, files: metainfo.files.map((file) => ({ ...file, path: [safe] })) }
}

/**
 * What a content link names; undefined for a link without a content id.
 * @throws MagnetError when its hash is not that of its content
 */
export function contentOfLink(magnet: Magnet, digest: Digest, rules: NameRules): Metainfo | undefined {
  const { content, infohashV1, infohashV2, displayName } = magnet
  if (content === undefined) return undefined
  try {
    // A content torrent has no v1 half: a link that names one, too, leads to something else.
    const metainfo = readInfo(contentInfo(content), digest, { infohashV1, infohashV2 }, { names: rules })
    return namedContent(metainfo, displayName, rules)
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error
    throw new MagnetError('its content id (x.cid) does not belong to its hash')
  }
}

// The kind of most of a torrent's bytes, by names of files, for clients that show an icon.

import { extname } from 'node:path'
import type { Files } from './torrent-view.ts'

const OTHERWISE = 'application/octet-stream'

const BY_EXTENSION: Readonly<Record<string, string>> = {
  '.avi': 'video/x-msvideo',
  '.m4v': 'video/x-m4v',
  '.mkv': 'video/x-matroska',
  '.mov': 'video/quicktime',
  '.mp4': 'video/mp4',
  '.mpg': 'video/mpeg',
  '.ts': 'video/mp2t',
  '.webm': 'video/webm',
  '.aac': 'audio/aac',
  '.flac': 'audio/flac',
  '.m4a': 'audio/mp4',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.wav': 'audio/x-wav',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.epub': 'application/epub+zip',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
  '.7z': 'application/x-7z-compressed',
  '.gz': 'application/gzip',
  '.iso': 'application/x-iso9660-image',
  '.rar': 'application/vnd.rar',
  '.tar': 'application/x-tar',
  '.xz': 'application/x-xz',
  '.zip': 'application/zip',
}

export function primaryMimeType(files: Files): string {
  const bytes = new Map<string, number>()
  for (const { path, lengthBytes } of files) {
    const extension = extname(path.at(-1) ?? '').toLowerCase()
    const type = Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] ?? OTHERWISE) : OTHERWISE
    bytes.set(type, (bytes.get(type) ?? 0) + lengthBytes)
  }
  let [most, mostBytes] = [OTHERWISE, -1]
  for (const [type, sum] of bytes) if (sum > mostBytes) [most, mostBytes] = [type, sum]
  return most
}

// What a file is served as: a fixed list of kinds that browsers play or show and that cannot run anything. Whatever is not in
// it is bytes to be saved, whatever it calls itself.

const TYPES: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  avif: 'image/avif',
  flac: 'audio/flac',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  m4a: 'audio/mp4',
  m4v: 'video/mp4',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  ogv: 'video/ogg',
  opus: 'audio/ogg',
  png: 'image/png',
  srt: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
}

export interface MediaType {
  readonly type: string
  /** To be saved, never shown. */
  readonly attachment: boolean
}

export function mediaTypeOf(name: string): MediaType {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  const type = name.includes('.') && Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined
  return { type: type ?? 'application/octet-stream', attachment: type === undefined }
}

// How large a picture says it is, from its first bytes: asked before anything decodes it, so that a small file cannot become a large
// memory. Only kinds that are decoded are read; undefined for everything else, and for what does not say.

export interface ImageSize {
  readonly width: number
  readonly height: number
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** Segments before the one with the size: a photo has some ten. */
const MAX_SEGMENTS = 200

export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (PNG.every((byte, at) => bytes[at] === byte)) return pngSize(view)
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegSize(view)
  return undefined
}

function pngSize(view: DataView): ImageSize | undefined {
  if (view.byteLength < 24) return undefined
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** Walks the segments to the frame header (SOF0 … SOF15 but for DHT, JPG and DAC). */
function jpegSize(view: DataView): ImageSize | undefined {
  let at = 2
  for (let segment = 0; segment < MAX_SEGMENTS && at + 9 < view.byteLength; segment++) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (frame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    const lengthBytes = view.getUint16(at + 2)
    if (lengthBytes < 2) return undefined
    at += 2 + lengthBytes
  }
  return undefined
}

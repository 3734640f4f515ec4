// Where a photo keeps the place it was taken: TIFF directories (EXIF) and XMP, found in the bytes of any container.
// Both readers and the remover use this, so that what is found is exactly what is taken out. Bounds are checked everywhere.

const GPS_POINTER = 0x8825
/** TIFF directories are small; more entries is damage. */
const MAX_ENTRIES = 1_000
const MAX_BLOCKS = 64

/** Bytes of one value, by TIFF type. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]

export interface GpsDirectory {
  /** Of the pointer's entry in its directory, and where that directory begins. */
  readonly directoryAt: number
  readonly entryAt: number
  readonly entries: number
  readonly little: boolean
  /** Stretches that hold the place: the directory itself and its values. */
  readonly stretches: readonly { readonly at: number; readonly length: number }[]
  /** It has a latitude, not only a version or a clock. */
  readonly hasPlace: boolean
}

/** Beginnings of TIFF blocks: behind `Exif\0\0`, and of files that are one. */
export function tiffBlocks(bytes: Uint8Array): number[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: number[] = []
  if (isTiff(buffer, 0)) found.push(0)
  for (
    let at = buffer.indexOf('Exif\0\0', 0, 'latin1');
    at !== -1 && found.length < MAX_BLOCKS;
    at = buffer.indexOf('Exif\0\0', at + 6, 'latin1')
  ) {
    if (isTiff(buffer, at + 6)) found.push(at + 6)
  }
  // PNG and WebP keep the block without that word.
  for (const word of ['eXIf', 'EXIF']) {
    for (
      let at = buffer.indexOf(word, 0, 'latin1');
      at !== -1 && found.length < MAX_BLOCKS;
      at = buffer.indexOf(word, at + 4, 'latin1')
    ) {
      const start = word === 'EXIF' ? at + 8 : at + 4
      if (isTiff(buffer, start) && !found.includes(start)) found.push(start)
    }
  }
  // HEIF items may begin with a length only.
  if (found.length === 0 && buffer.subarray(4, 8).toString('latin1') === 'ftyp') {
    for (const mark of ['II*\0\x08\0\0\0', 'MM\0*\0\0\0\x08']) {
      const at = buffer.indexOf(mark, 0, 'latin1')
      if (at !== -1) found.push(at)
    }
  }
  return found
}

function isTiff(buffer: Buffer, at: number): boolean {
  const mark = buffer.toString('latin1', at, at + 4)
  return mark === 'II*\0' || mark === 'MM\0*'
}

export function gpsDirectory(bytes: Uint8Array, tiffAt: number): GpsDirectory | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = bytes[tiffAt] === 0x49
  const u16 = (at: number): number => (at + 2 <= bytes.length ? view.getUint16(at, little) : 0)
  const u32 = (at: number): number => (at + 4 <= bytes.length ? view.getUint32(at, little) : 0)
  const directoryAt = tiffAt + u32(tiffAt + 4)
  const entries = u16(directoryAt)
  if (entries > MAX_ENTRIES || directoryAt + 2 + entries * 12 + 4 > bytes.length) return undefined
  for (let i = 0; i < entries; i++) {
    const entryAt = directoryAt + 2 + i * 12
    if (u16(entryAt) !== GPS_POINTER) continue
    const gpsAt = tiffAt + u32(entryAt + 8)
    const count = u16(gpsAt)
    if (count === 0 || count > MAX_ENTRIES || gpsAt + 2 + count * 12 > bytes.length) return undefined
    const stretches = [{ at: gpsAt, length: 2 + count * 12 }]
    let hasPlace = false
    for (let j = 0; j < count; j++) {
      const at = gpsAt + 2 + j * 12
      const length = (TYPE_BYTES[u16(at + 2)] ?? 1) * u32(at + 4)
      const valueAt = tiffAt + u32(at + 8)
      if (length > 4 && valueAt + length <= bytes.length) stretches.push({ at: valueAt, length })
      // Latitude or longitude, or the name of a place.
      if ([2, 4].includes(u16(at)) && u32(at + 4) === 3 && notZero(bytes, valueAt, length)) hasPlace = true
      if ([0x1b, 0x1c].includes(u16(at)) && u16(at) === 0x1c) hasPlace = true
    }
    return { directoryAt, entryAt, entries, little, stretches, hasPlace }
  }
  return undefined
}

/** 0° 0′ 0″ is what cameras without reception write. */
function notZero(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < Math.min(at + length, bytes.length); i += 8) {
    if (bytes.subarray(i, i + 4).some((byte) => byte !== 0)) return true
  }
  return false
}

/** Properties of XMP that say where, as attributes and as elements. */
const XMP_PLACE =
  /(?:exif:GPS(?:Latitude|Longitude|Altitude|DestLatitude|DestLongitude|AreaInformation|Position)(?:Ref)?|photoshop:(?:City|State|Country)|Iptc4xmpCore:(?:Location|CountryCode)|GPano:Pose\w{1,20}|drone-dji:(?:Gps)?(?:Latitude|Longitude|Longtitude)|Camera:GPSXYAccuracy)(?:="([^"]{0,200})"|='([^']{0,200})'|>([^<]{0,200})<)/g

/** @param text bytes as latin1 @returns stretches of values that say where */
export function xmpPlaces(text: string): { readonly at: number; readonly length: number }[] {
  if (
    !text.includes('GPS') &&
    !text.includes('photoshop:') &&
    !text.includes('Iptc4xmp') &&
    !text.includes('drone-dji')
  )
    return []
  const places: { at: number; length: number }[] = []
  for (const match of text.matchAll(XMP_PLACE)) {
    const value = match[1] ?? match[2] ?? match[3] ?? ''
    if (value.trim() === '') continue
    places.push({ at: match.index + match[0].length - value.length - 1, length: value.length })
    if (places.length >= MAX_BLOCKS) break
  }
  return places
}

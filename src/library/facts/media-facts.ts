// What one opened file is by its content, and what it says of itself. Runs in the worker only: the parsers are others'
// and the files anybody's.

import ExifReader from 'exifreader'
import { fileTypeFromBuffer } from 'file-type'
import { type IAudioMetadata, parseBlob } from 'music-metadata'
import type { MediaFacts } from '../file-record.ts'
import { boundedFacts, type FoundFacts, text } from './bounded-facts.ts'
import { BoundedFile, FactsError } from './bounded-file.ts'

/** Enough for every mark that tells types apart, in archives the first entries. */
const TYPE_HEAD_BYTES = 65_536
/** EXIF stands in the first 64 KiB of a JPEG; HEIC and thumbnails want more. */
const IMAGE_HEAD_BYTES = 524_288
/** The last page of an Ogg file begins within. */
const OGG_TAIL_BYTES = 131_072

export interface LearnedFacts {
  readonly mediaType: string | undefined
  readonly facts: MediaFacts
  /** A code: why nothing, or not all, could be learned. */
  readonly trouble?: string
}

export async function learnFacts(fd: number, lengthBytes: number): Promise<LearnedFacts> {
  const head = new BoundedFile(fd, lengthBytes).bytes(0, TYPE_HEAD_BYTES)
  const mediaType = text((await fileTypeFromBuffer(head))?.mime)
  if (mediaType === undefined) return { mediaType, facts: {} }
  const file = new BoundedFile(fd, lengthBytes, mediaType)
  if (mediaType.startsWith('image/')) return { mediaType, ...imageFacts(file) }
  const isSounding =
    mediaType.startsWith('audio/') || mediaType.startsWith('video/') || mediaType === 'application/ogg'
  return isSounding ? { mediaType, ...(await soundFacts(file, mediaType)) } : { mediaType, facts: {} }
}

type Found = Pick<LearnedFacts, 'facts' | 'trouble'>

function imageFacts(file: BoundedFile): Found {
  const head = file.bytes(0, IMAGE_HEAD_BYTES)
  let tags: Record<string, { readonly value: unknown; readonly description: unknown } | undefined>
  try {
    tags = ExifReader.load(head.buffer, { includeUnknown: false }) as unknown as typeof tags
  } catch {
    // A picture without any of it, or one that is cut off: both only say nothing of themselves.
    return { facts: {}, trouble: 'NO_FACTS' }
  }
  const make = described(tags.Make)
  const model = described(tags.Model)
  // Makers repeat themselves in the model: "NIKON CORPORATION", "NIKON D90".
  const repeated =
    make !== undefined && model?.toLowerCase().startsWith(make.split(' ')[0]?.toLowerCase() ?? '')
  const camera = repeated ? model : [make, model].filter((part) => part !== undefined).join(' ')
  return {
    facts: boundedFacts({
      width: tags['Image Width']?.value ?? tags.PixelXDimension?.value ?? tags.ImageWidth?.value,
      height: tags['Image Height']?.value ?? tags.PixelYDimension?.value ?? tags.ImageLength?.value,
      camera,
      takenAt: first(tags.DateTimeOriginal?.value),
    }),
  }
}

function described(tag: { readonly description: unknown } | undefined): string | undefined {
  const words = text(tag?.description)
  // What the parser says in place of a value that it could not read.
  return words?.startsWith('<') ? undefined : words
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}

async function soundFacts(file: BoundedFile, mediaType: string): Promise<Found> {
  // What was found until a parser gave up is true all the same.
  let metadata: IAudioMetadata | undefined
  let trouble: string | undefined
  try {
    metadata = await parseBlob(file as unknown as Blob, {
      duration: false,
      skipCovers: true,
      skipPostHeaders: false,
      mkvUseIndex: true,
      observer: (update) => {
        metadata = update.metadata as IAudioMetadata
      },
    })
  } catch (error) {
    trouble = error instanceof FactsError ? error.code : 'NOT_UNDERSTOOD'
  }
  const found = metadata === undefined ? {} : soundFound(metadata)
  if (!found.durationSeconds && /ogg/.test(mediaType))
    found.durationSeconds = oggDuration(file, metadata?.format.sampleRate)
  const facts = boundedFacts({ ...found, bitrate: found.bitrate ?? meanBitrate(file, found.durationSeconds) })
  return trouble === undefined ? { facts } : { facts, trouble }
}

function soundFound({ format, common }: IAudioMetadata): { -readonly [Field in keyof FoundFacts]: unknown } {
  const video = format.trackInfo?.find((track) => track.video !== undefined)
  const lengths = format.trackInfo?.map((track) => track.duration ?? 0) ?? []
  return {
    durationSeconds: format.duration ?? Math.max(0, ...lengths),
    bitrate: format.bitrate,
    width: video?.video?.pixelWidth,
    height: video?.video?.pixelHeight,
    artist: common?.artist,
    album: common?.album,
    title: common?.title,
    track: common?.track?.no,
    year: common?.year,
    codec: video?.codecName ?? format.codec,
  }
}

/** Where a file does not say it: all of its bytes over its time. */
function meanBitrate(file: BoundedFile, durationSeconds: unknown): number | undefined {
  return typeof durationSeconds === 'number' && durationSeconds > 0
    ? (file.size * 8) / durationSeconds
    : undefined
}

/** The last page of an Ogg file counts the samples before its end (RFC 3533); Opus always counts 48,000 a second. */
function oggDuration(file: BoundedFile, sampleRate: number | undefined): number | undefined {
  if (sampleRate === undefined || sampleRate <= 0) return undefined
  const tail = file.bytes(Math.max(0, file.size - OGG_TAIL_BYTES), OGG_TAIL_BYTES)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  for (let at = tail.length - 27; at >= 0; at--) {
    if (view.getUint32(at) !== 0x4f676753) continue
    const samples = Number(view.getBigInt64(at + 6, true))
    return samples > 0 ? samples / sampleRate : undefined
  }
  return undefined
}

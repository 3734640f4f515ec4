// What a media file says of itself, made fit to be kept and shown: a fixed set of fields, each bounded. Whatever is not
// named here cannot pass, so a place cannot: not its coordinates, not its name, not the time zone that hints at it.

import type { MediaFacts } from '../file-record.ts'

/** A title; what is longer is text that happens to stand in a tag. */
const MAX_TEXT_CHARACTERS = 255
/** Ten years of surveillance video; longer durations are damage. */
const MAX_DURATION_SECONDS = 315_360_000
const MAX_BITRATE = 100_000_000_000
const MAX_PIXELS_A_SIDE = 1_000_000
const MAX_TRACK = 9_999
const MAX_YEAR = 9_999

/** Field by field what a parser found, of whatever type. */
export type FoundFacts = { readonly [Field in keyof MediaFacts]?: unknown }

export function boundedFacts(found: FoundFacts): MediaFacts {
  const facts = {
    durationSeconds: amount(found.durationSeconds, MAX_DURATION_SECONDS, 1_000),
    bitrate: whole(found.bitrate, MAX_BITRATE),
    width: whole(found.width, MAX_PIXELS_A_SIDE),
    height: whole(found.height, MAX_PIXELS_A_SIDE),
    artist: text(found.artist),
    album: text(found.album),
    title: text(found.title),
    track: whole(found.track, MAX_TRACK),
    year: whole(found.year, MAX_YEAR),
    codec: text(found.codec),
    camera: text(found.camera),
    takenAt: localTime(found.takenAt),
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

/** One line without control characters, at most 255 characters of well-formed text; undefined when nothing is left. */
export function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const line = value
    .slice(0, 4 * MAX_TEXT_CHARACTERS)
    .toWellFormed()
    .normalize('NFC')
    // Control and private characters, and the marks that end what is written before them.
    .replace(/[\p{Cc}\p{Co}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  const short = line.slice(0, MAX_TEXT_CHARACTERS)
  // Not within a character of two halves.
  return (short.isWellFormed() ? short : short.slice(0, -1)) || undefined
}

function amount(value: unknown, most: number, steps: number): number | undefined {
  if (typeof value !== 'number' || !(value > 0) || value > most) return undefined
  return Math.round(value * steps) / steps || undefined
}

function whole(value: unknown, most: number): number | undefined {
  return amount(value, most, 1)
}

/** EXIF's `2024:05:01 12:30:00` as `2024-05-01T12:30:00`: the camera's own clock, without its zone. */
function localTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(value)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  return Number.isNaN(Date.parse(`${time}Z`)) ? undefined : time
}

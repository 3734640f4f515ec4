// One name of a file or folder, made harmless: the only place where a name from elsewhere becomes a path component.
// Promise: a pure function of the bytes. The result is never empty, `.` or `..`, has no separator, control, bidi or
// invisible character, no trailing dot or space, is no device name of Windows, has at most 240 bytes of UTF-8, and is
// its own result. Ordinary names, whatever their script, stay as they are.

import { fromUtf8, fromUtf8Lenient, utf8 } from '../base/bytes.ts'

/** SAFETY.md. File systems allow 255; the rest is for suffixes such as `.part`. */
export const COMPONENT_LIMIT_BYTES = 240

/** A longer tail after the last dot is not an extension. */
const EXTENSION_LIMIT_BYTES = 32

/** `windows` also replaces what only Windows forbids: `< > : " | ? *`. Elsewhere these are part of ordinary names. */
export type NameRules = 'posix' | 'windows'

const REPLACEMENT = '_'

/** C0 and C1 controls, separators of either kind, and what invalid UTF-8 decodes to. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f/\\\ufffd]/g

/** Bidirectional controls, line and paragraph separators, zero-width and other invisible characters, in runs. */
const INVISIBLE =
  /[\u034f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]+/gu

/** Zero-width joiners belong into many scripts and emoji; beside ASCII, Latin or Greek they can only deceive. */
const STRAY_JOINER =
  /(?<![\u0600-\u1fff\u2070-\u{10ffff}])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u1fff\u2070-\u{10ffff}])/gu

const WINDOWS_FORBIDDEN = /[<>:"|?*]/g

/** `C:x` is a path on another drive. */
const DRIVE = /^([A-Za-z]):/

const TRAILING = /[. ]+$/

/** Names that Windows gives to devices, with any extension. */
const DEVICE = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(?:[.:]|$)/i

/** Most names, for which clean() changes nothing but the devices. */
const PLAIN = /^[A-Za-z0-9 ()[\]{}&'!@#$%^~+=,;._-]*[A-Za-z0-9()[\]{}&'!@#$%^~+=,;_-]$/

export function safeName(name: Uint8Array | string, rules: NameRules = 'posix'): string {
  const cleaned = clean(typeof name === 'string' ? name : fromUtf8Lenient(name), rules)
  if (cleaned.length * 3 <= COMPONENT_LIMIT_BYTES || utf8(cleaned).length <= COMPONENT_LIMIT_BYTES)
    return cleaned
  const [stem, extension] = splitExtension(cleaned)
  return clean(fit(stem, utf8(extension).length) + extension, rules)
}

/** Whether nothing of a name is left but replacements: it tells a person nothing. */
export function isBlankName(safe: string): boolean {
  return /^_+$/.test(safe)
}

function clean(name: string, rules: NameRules): string {
  if (PLAIN.test(name) && !DEVICE.test(name)) return name
  let text = name.toWellFormed().replace(INVISIBLE, REPLACEMENT).replace(FORBIDDEN, REPLACEMENT)
  text = text.replace(STRAY_JOINER, REPLACEMENT).replace(DRIVE, `$1${REPLACEMENT}`)
  if (rules === 'windows') text = text.replace(WINDOWS_FORBIDDEN, REPLACEMENT)
  text = text.replace(TRAILING, (run) => REPLACEMENT.repeat(run.length))
  if (text === '') return REPLACEMENT
  return DEVICE.test(text) ? REPLACEMENT + text : text
}

/** Bytes kept free for `.` and a twin's number, so that twins of a long name have one stem whatever their number. */
const TWIN_ROOM_BYTES = 8

/**
 * The n-th twin of a safe name: `bar.txt` → `bar.1.txt`, a folder `v1.2` → `v1.2.1`. Safe itself, and no longer than
 * names may be. Numbers have at most seven digits.
 */
export function twinName(safe: string, number: number, folder: boolean, rules: NameRules = 'posix'): string {
  const [stem, extension] = folder ? [safe, ''] : splitExtension(safe)
  return clean(`${fit(stem, TWIN_ROOM_BYTES + utf8(extension).length)}.${number}${extension}`, rules)
}

function splitExtension(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 ? name.slice(dot) : ''
  return extension === '' || utf8(extension).length > EXTENSION_LIMIT_BYTES
    ? [name, '']
    : [name.slice(0, dot), extension]
}

/** Cuts the stem between code points so that a tail of so many bytes still fits. */
function fit(stem: string, tailBytes: number): string {
  const bytes = utf8(stem)
  let end = COMPONENT_LIMIT_BYTES - tailBytes
  if (bytes.length <= end) return stem
  while (((bytes[end] as number) & 0xc0) === 0x80) end--
  return fromUtf8(bytes.subarray(0, end))
}
